#include "ticket/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a decoder said, as text: a code is "code", a repeat "again", the rest as marked.
 */
struct said {
    char text[4096];
    unsigned count;
    struct code_event last;
};

static void
note(const struct code_event *event, void *self)
{
    struct said *said = self;
    char piece[CODE_MAX + 64];
    if (event->kind == CODE_READ)
        snprintf(piece, sizeof piece, "%s", event->text);
    else if (event->kind == CODE_REPEATED)
        snprintf(piece, sizeof piece, "(again)");
    else if (event->fault == CODE_BAD_BYTE)
        snprintf(piece, sizeof piece, "(bad %02X at %zu)", event->byte, event->at);
    else if (event->fault == CODE_TOO_LONG)
        snprintf(piece, sizeof piece, "(too long)");
    else
        snprintf(piece, sizeof piece, "(charset %u)", event->eci);

    size_t used = strlen(said->text);
    snprintf(said->text + used, sizeof said->text - used, "%s%s", used ? "|" : "",
             piece);
    said->count++;
    said->last = *event;
}

struct bytes {
    const char *at;
    size_t length;
};
#define BYTES(text)              \
    {                            \
        (text), sizeof(text) - 1 \
    }

static void
feed(struct code *code, const void *bytes, size_t length, int64_t at_us,
     struct said *said)
{
    code_feed(code, bytes, length, at_us, note, said);
}

static void
feed_text(struct code *code, const char *text, int64_t at_us, struct said *said)
{
    feed(code, text, strlen(text), at_us, said);
}

static struct code_setting
usual(void)
{
    struct code_setting setting;
    code_setting_init(&setting);
    return setting;
}

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
other_ends_count_when_they_are_asked_for(void **state)
{
    (void)state;
    static const struct {
        unsigned ends;
        struct bytes in;
        const char *out;
    } samples[] = {
        { CODE_END_NUL, BYTES("AB\0CD\0"), "AB|CD" },
        { CODE_END_ETX,
          BYTES("\x02"
                "AB\x03\x02"
                "CD\x03"),
          "AB|CD" },
        { CODE_END_LINE, BYTES("A\tB\r"), "(bad 09 at 2)" },
        { CODE_END_LINE, BYTES("AB\t\r"), "AB" },
        { CODE_END_TAB, BYTES("AB\r\n\tCD\t"), "AB|CD" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;

        setting.ends = samples[i].ends;
        code_init(&code, &setting);
        feed(&code, samples[i].in.at, samples[i].in.length, 0, &said);
        assert_string_equal(said.text, samples[i].out);
    }
}

static void
a_silence_ends_a_code_that_has_no_end(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    assert_false(code_is_open(&code));
    feed_text(&code, "CIT", 1000000, &said);
    feed_text(&code, "EC", 1100000, &said);
    assert_true(code_is_open(&code));
    assert_int_equal(code_idle_left_us(&code, 1100000), 150000);
    assert_int_equal(code_idle_left_us(&code, 1240000), 10000);

    code_tick(&code, 1249999, note, &said);
    assert_string_equal(said.text, "");
    code_tick(&code, 1250000, note, &said);
    assert_string_equal(said.text, "CITEC");
    assert_int_equal(said.last.at_us, 1100000); /* when it came, not when it was seen */
    assert_false(code_is_open(&code));
}

static void
a_gap_alone_splits_nothing(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    feed_text(&code, "CIT", 0, &said);
    feed_text(&code, "EC\r", 900000, &said); /* the station stood still, no tick came */
    assert_string_equal(said.text, "CITEC");
}

static void
the_same_code_again_is_one_read_while_it_is_in_sight(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    feed_text(&code, "A\r", 0, &said);
    feed_text(&code, "A\r", 2900000, &said);
    feed_text(&code, "A\r", 5900000, &said); /* 3 s after the last sighting */
    assert_string_equal(said.text, "A|(again)|(again)");
    feed_text(&code, "A\r", 8900001, &said);
    assert_string_equal(said.text, "A|(again)|(again)|A");
}

static void
another_code_in_between_makes_it_a_new_read(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    feed_text(&code, "A\rB\rA\rA\rAB\r", 0, &said);
    assert_string_equal(said.text, "A|B|A|(again)|AB");
}

static void
a_malformed_code_held_in_front_is_told_once(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    feed_text(&code, "A\x1B\r", 0, &said);
    feed_text(&code, "A\x1B\r", 500000, &said);
    feed_text(&code, "A\x1C\r", 900000, &said);
    assert_string_equal(said.text, "(bad 1B at 2)|(again)|(bad 1C at 2)");
}

static void
without_a_window_every_read_counts(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    setting.repeat_us = 0;
    code_init(&code, &setting);
    feed_text(&code, "A\rA\r", 0, &said);
    assert_string_equal(said.text, "A|A");
}

static void
the_longest_code_passes_and_one_byte_more_does_not(void **state)
{
    (void)state;
    for (size_t length = CODE_MAX - 1; length <= CODE_MAX + 2; length++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;
        char text[CODE_MAX + 8];

        memset(text, 'A', length);
        memcpy(text + length, "\r", 2);
        code_init(&code, &setting);
        feed_text(&code, "]Q1", 0, &said);
        feed_text(&code, text, 0, &said);
        assert_int_equal(said.count, 1);
        if (length <= CODE_MAX)
            assert_int_equal(said.last.length, length);
        else
            assert_int_equal(said.last.fault, CODE_TOO_LONG);
    }
}

static void
a_code_of_4296_characters_is_one_answer_and_the_next_one_is_read(void **state)
{
    (void)state;
    static const size_t chunks[] = { 1, 7, 64, 4297 };
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        struct code code;
        char text[4297];

        memset(text, 'A', 4296);
        text[4296] = '\r';
        code_init(&code, &setting);
        for (size_t at = 0; at < sizeof text; at += chunks[i]) {
            size_t left = sizeof text - at;
            feed(&code, text + at, left < chunks[i] ? left : chunks[i], (int64_t)at,
                 &said);
        }
        feed_text(&code, "GOOD\r", 6000, &said);
        assert_string_equal(said.text, "(too long)|GOOD");
    }
}

static void
a_silence_ends_a_code_that_is_too_long(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    for (int i = 0; i < 500; i++)
        feed_text(&code, "ABCDEFGHIJ", i, &said);
    code_tick(&code, 150600, note, &said);
    feed_text(&code, "GOOD\r", 200000, &said);
    assert_string_equal(said.text, "(too long)|GOOD");
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
nothing_of_a_code_that_lost_bytes_is_handed_up(void **state)
{
    (void)state;
    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    struct code code;

    code_init(&code, &setting);
    feed_text(&code, "CIT", 0, &said);
    code_lost(&code, 1000);
    feed_text(&code, "EC\rGOOD\r", 2000, &said);
    assert_string_equal(said.text, "GOOD");

    feed_text(&code, "CIT", 10000, &said);
    code_lost(&code, 11000);
    feed_text(&code, "EC", 20000, &said);
    code_tick(&code, 170000, note, &said);
    feed_text(&code, "NEXT\r", 200000, &said);
    assert_string_equal(said.text, "GOOD|NEXT");

    code_lost(&code, 300000); /* between two codes: a device went away */
    assert_true(code_is_open(&code));
    code_tick(&code, 450000, note, &said);
    feed_text(&code, "LAST\r", 500000, &said);
    assert_string_equal(said.text, "GOOD|NEXT|LAST");
}

static void
a_typed_code_is_cleaned_and_checked_but_never_a_repeat(void **state)
{
    (void)state;
    static const struct {
        struct bytes in;
        const char *out;
    } samples[] = {
        { BYTES(" ABC\r\n"), "ABC" },
        { BYTES("ABC"), "ABC" },
        { BYTES("]Q1ABC"), "ABC" },
        { BYTES("A\rB"), "(bad 0D at 2)" },
        { BYTES("A\0B"), "(bad 00 at 2)" },
        { BYTES("\r\n"), "" },
        { BYTES(""), "" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct code_setting setting = usual();
        struct said said = { .count = 0 };
        code_whole(&setting, samples[i].in.at, samples[i].in.length, 0, note, &said);
        assert_string_equal(said.text, samples[i].out);
    }

    struct code_setting setting = usual();
    struct said said = { .count = 0 };
    char text[CODE_RAW_MAX + 1];
    memset(text, 'A', sizeof text);
    code_whole(&setting, text, sizeof text, 0, note, &said);
    code_whole(&setting, text, CODE_MAX + 1, 0, note, &said);
    assert_string_equal(said.text, "(too long)|(too long)");
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
        cmocka_unit_test(other_ends_count_when_they_are_asked_for),
        cmocka_unit_test(a_silence_ends_a_code_that_has_no_end),
        cmocka_unit_test(a_gap_alone_splits_nothing),
        cmocka_unit_test(the_same_code_again_is_one_read_while_it_is_in_sight),
        cmocka_unit_test(another_code_in_between_makes_it_a_new_read),
        cmocka_unit_test(a_malformed_code_held_in_front_is_told_once),
        cmocka_unit_test(without_a_window_every_read_counts),
        cmocka_unit_test(the_longest_code_passes_and_one_byte_more_does_not),
        cmocka_unit_test(
            a_code_of_4296_characters_is_one_answer_and_the_next_one_is_read),
        cmocka_unit_test(a_silence_ends_a_code_that_is_too_long),
        cmocka_unit_test(latin_letters_that_widen_past_the_bound_are_too_long),
        cmocka_unit_test(nothing_of_a_code_that_lost_bytes_is_handed_up),
        cmocka_unit_test(a_typed_code_is_cleaned_and_checked_but_never_a_repeat),
        cmocka_unit_test(every_fault_is_explained_with_what_would_be_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
