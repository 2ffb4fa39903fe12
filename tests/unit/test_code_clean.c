#include "ticket/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "said.h"

static void
what_stands_around_a_code_is_dropped(void **state)
{
    (void)state;
    static const struct {
        struct bytes in;
        const char *out;
    } samples[] = {
        { BYTES("CITEC2026-A7F\r"), "CITEC2026-A7F" },
        { BYTES("CITEC\n"), "CITEC" },
        { BYTES("CITEC\r\n"), "CITEC" },
        { BYTES("CITEC\t"), "CITEC" },
        { BYTES("A\r\nB\n\rC\r"), "A|B|C" },
        { BYTES("\r\r\n\n\t"), "" },
        { BYTES("  CITEC 7 \r"), "CITEC 7" },
        { BYTES(" \xC2\xA0\xE3\x80\x80\r"), "" },
        { BYTES("\xEF\xBB\xBF\xE2\x80\x8B"
                "CITEC\xE3\x80\x80\r"),
          "CITEC" },
        { BYTES("]Q1CITEC\r"), "CITEC" },
        { BYTES("]Q3"
                "0109501101530003\x1D"
                "21ABC\r"),
          "0109501101530003\x1D"
          "21ABC" },
        { BYTES("]d1CITEC\r"), "CITEC" },
        { BYTES("]d2\x1D"
                "010950\x1D"
                "21ABC\r"),
          "010950\x1D"
          "21ABC" },
        { BYTES("]z0CITEC\r"), "CITEC" },
        { BYTES("]zACITEC\r"), "CITEC" },
        { BYTES("]L0CITEC\r"), "CITEC" },
        { BYTES("]C0CITEC\r"), "CITEC" },
        { BYTES("]C1"
                "01095\r"),
          "01095" },
        { BYTES("]E0"
                "4006381333931\r"),
          "4006381333931" },
        { BYTES("]Q1\r"), "" },
        { BYTES("]Q\r"), "]Q" },
        { BYTES("]?1X\r"), "]?1X" },
        { BYTES("]Q-X\r"), "]Q-X" },
        { BYTES("01095\x1D"
                "21A\r"),
          "01095\x1D"
          "21A" },
        { BYTES("\xE6\x82\xA6\xE6\x9D\xA5\r"), "\xE6\x82\xA6\xE6\x9D\xA5" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;

        code_init(&code, &setting);
        feed(&code, samples[i].in.at, samples[i].in.length, 0, &said);
        assert_string_equal(said.text, samples[i].out);
    }
}

static void
a_character_set_is_named_dropped_and_read_where_it_can_be(void **state)
{
    (void)state;
    static const struct {
        struct bytes in;
        const char *out;
        unsigned eci;
    } samples[] = {
        { BYTES("]Q2\\000026CITEC\r"), "CITEC", 26 },
        { BYTES("\\000026CITEC\r"), "CITEC", 26 },
        { BYTES("]Q2\\000026\xE6\x82\xA6\r"), "\xE6\x82\xA6", 26 },
        { BYTES("]Q2\\000026A\\\\B\\\\\r"), "A\\B\\", 26 },
        { BYTES("]Q2\\000026A\\\\000029B\r"), "A\\000029B", 26 },
        { BYTES("]Q2\\000003Gr\xF6\xDF"
                "e\r"),
          "Gr\xC3\xB6\xC3\x9F"
          "e",
          3 },
        { BYTES("]Q2\\000029CITEC\r"), "CITEC", 29 },
        { BYTES("]Q2\\000032CITEC\r"), "CITEC", 32 },
        { BYTES("]Q2\\000032\xD4\xC3\xC0\xB4\r"), "(charset 32)", 32 },
        { BYTES("]Q2\\000020\x83\r"), "(charset 20)", 20 },
        { BYTES("]Q2\\000003Gr\\000026\xE6\x82\xA6\r"), "Gr\xE6\x82\xA6", 26 },
        { BYTES("]Q1\\000026CITEC\r"), "CITEC", 26 }, /* scanners do send this */
        { BYTES("]Q1A\\000026\r"), "A\\000026", 0 },  /* not at its front: text */
        { BYTES("\\00002\r"), "\\00002", 0 },
        { BYTES("]Q2\\000026\r"), "", 0 },
        { BYTES("]Q2A\\B\r"), "A\\B", 0 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;

        code_init(&code, &setting);
        feed(&code, samples[i].in.at, samples[i].in.length, 0, &said);
        assert_string_equal(said.text, samples[i].out);
        assert_int_equal(said.last.eci, samples[i].eci);
    }
}

static void
bytes_that_no_code_holds_are_named_with_their_place(void **state)
{
    (void)state;
    static const struct {
        struct bytes in;
        const char *out;
    } samples[] = {
        { BYTES("AB\0C\r"), "(bad 00 at 3)" },
        { BYTES("\x1B[2JA\r"), "(bad 1B at 1)" },
        { BYTES("]Q1A\x7F\r"), "(bad 7F at 2)" },
        { BYTES("A\x08\r"), "(bad 08 at 2)" },
        { BYTES("AB\xFF\r"), "(bad FF at 3)" },
        { BYTES("\xC0\xAF\r"), "(bad C0 at 1)" },      /* overlong */
        { BYTES("A\xED\xA0\x80\r"), "(bad ED at 2)" }, /* a surrogate */
        { BYTES("\xE6\x82\r"), "(bad E6 at 1)" },      /* cut off */
        { BYTES("A\xC2\x85\r"), "(bad C2 at 2)" },     /* U+0085, a C1 control */
        { BYTES("]Q1A\x1D"
                "B\r"),
          "(bad 1D at 2)" }, /* GS in a code that is not GS1 */
        { BYTES("A\0B\rGOOD\r"), "(bad 00 at 2)|GOOD" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;

        code_init(&code, &setting);
        feed(&code, samples[i].in.at, samples[i].in.length, 0, &said);
        assert_string_equal(said.text, samples[i].out);
    }
}

static void
a_prefix_and_a_suffix_set_at_the_scanner_are_dropped_if_there(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *suffix, *in, *out;
    } samples[] = {
        { "B", "C", "BTICKETC\r", "TICKET" },
        { "B", "C", "TICKET\r", "TICKET" },
        { "<<", ">>", "]Q1<<TICKET>>\r", "TICKET" },
        { "<<", ">>", "<<]Q1TICKET>>\r", "TICKET" },
        { "<<", "", "<<<<T\r", "<<T" }, /* once: the second one is the code's own */
        { "<<", "", "<<]Q1<<T\r", "<<T" },
        { "ABC", "BC", "ABC\r", "A" }, /* never the same byte twice */
        { "ABC", "", "AB\r", "AB" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;

        snprintf(setting.prefix, sizeof setting.prefix, "%s", samples[i].prefix);
        snprintf(setting.suffix, sizeof setting.suffix, "%s", samples[i].suffix);
        code_init(&code, &setting);
        feed_text(&code, samples[i].in, 0, &said);
        assert_string_equal(said.text, samples[i].out);
    }
}

static void
latin_letters_that_widen_past_the_bound_are_too_long(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    feed_text(&code, "]Q2\\000003", 0, &said);
    for (int i = 0; i < 600; i++)
        feed_text(&code, "\xF6", 0, &said);
    feed_text(&code, "\r", 0, &said);
    assert_string_equal(said.text, "(too long)");
}

static void
every_fault_is_explained_with_what_would_be_right(void **state)
{
    (void)state;
    static const struct {
        struct code_event event;
        const char *says[2];
    } samples[] = {
        { { .fault = CODE_TOO_LONG }, { "over 1024", "ticket" } },
        { { .fault = CODE_BAD_BYTE, .byte = 0x1B, .at = 3 }, { "0x1B", "place 3" } },
        { { .fault = CODE_FOREIGN_CHARSET, .eci = 32 }, { "ECI 000032", "UTF-8" } },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[128];
        code_explain(&samples[i].event, text, sizeof text);
        assert_non_null(strstr(text, samples[i].says[0]));
        assert_non_null(strstr(text, samples[i].says[1]));
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_around_a_code_is_dropped),
        cmocka_unit_test(a_character_set_is_named_dropped_and_read_where_it_can_be),
        cmocka_unit_test(bytes_that_no_code_holds_are_named_with_their_place),
        cmocka_unit_test(a_prefix_and_a_suffix_set_at_the_scanner_are_dropped_if_there),
        cmocka_unit_test(latin_letters_that_widen_past_the_bound_are_too_long),
        cmocka_unit_test(every_fault_is_explained_with_what_would_be_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
