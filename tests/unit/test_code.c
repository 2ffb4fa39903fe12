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
in_what_pieces_the_bytes_come_does_not_matter(void **state)
{
    (void)state;
    static const char stream[] = "]Q1ABC\r\nABC\r]Q2\\000026D\\\\E\tA\x1B\r"
                                 "  F \n01095\x1D"
                                 "21A\r";
    static const char all[] = "ABC|ABC|D\\E|(bad 1B at 2)|F|01095\x1D"
                              "21A";
    size_t length = sizeof stream - 1;
    for (size_t first = 0; first <= length; first++) {
        for (size_t second = first; second <= length; second++) {
            struct code_setting setting = usual();
            struct said said = { .count = 0 };
            struct code code;

            code_init(&code, &setting);
            feed(&code, stream, first, 0, &said);
            feed(&code, stream + first, second - first, 0, &said);
            feed(&code, stream + second, length - second, 0, &said);
            assert_string_equal(said.text, all);
        }
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

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_ends_count_when_they_are_asked_for),
        cmocka_unit_test(in_what_pieces_the_bytes_come_does_not_matter),
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
        cmocka_unit_test(nothing_of_a_code_that_lost_bytes_is_handed_up),
        cmocka_unit_test(a_typed_code_is_cleaned_and_checked_but_never_a_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
