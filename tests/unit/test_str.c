#include "str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
appends_grow_the_buffer_and_keep_its_end(void **state)
{
    (void)state;
    struct str str;
    str_init(&str, 100000);
    assert_string_equal(str.data, "");
    for (int i = 0; i < 10000; i++)
        assert_true(str_addf(&str, "%d,", i % 10));
    assert_int_equal(str.length, 20000);
    assert_memory_equal(str.data + 19996, "8,9,", 5); /* the NUL too */
    str_clear(&str);
    assert_true(str_add(&str, "a\0b", 3));
    assert_true(str_add(&str, NULL, 0));
    assert_int_equal(str.length, 3);
    assert_memory_equal(str.data, "a\0b", 4);
    size_t length;
    char *taken = str_take(&str, &length);
    assert_int_equal(length, 3);
    assert_memory_equal(taken, "a\0b", 4);
    assert_int_equal(str.length, 0);
    free(taken);
    taken = str_take(&str, &length); /* an empty text is a text */
    assert_string_equal(taken, "");
    free(taken);
    str_finish(&str);
}

static void
what_would_pass_the_cap_changes_nothing_and_is_remembered(void **state)
{
    (void)state;
    struct str str;
    str_init(&str, 5);
    assert_true(str_add_text(&str, "12345"));
    assert_true(str_ok(&str));
    assert_false(str_add_char(&str, '6'));
    assert_string_equal(str.data, "12345");
    assert_false(str_ok(&str));
    assert_false(str_add(&str, "", 0)); /* failed is failed */
    assert_null(str_take(&str, NULL));
    assert_true(str_ok(&str)); /* and then it is empty again */

    assert_true(str_add_text(&str, "123"));
    assert_false(str_addf(&str, "%s", "456"));
    assert_string_equal(str.data, "123");
    str_clear(&str);
    assert_true(str_addf(&str, "%s", "45678"));
    assert_string_equal(str.data, "45678");
    assert_null(str_reserve(&str, SIZE_MAX));
    str_finish(&str);

    str_init(&str, 0);
    assert_true(str_add(&str, "", 0));
    assert_false(str_add_char(&str, 'x'));
    str_finish(&str);
}

static void
room_is_reserved_and_used(void **state)
{
    (void)state;
    struct str str;
    str_init(&str, 1000);
    char *to = str_reserve(&str, 500);
    assert_non_null(to);
    memset(to, 'y', 500);
    str_grew(&str, 3);
    assert_string_equal(str.data, "yyy");
    str_finish(&str);
}

static void
texts_are_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *copied;
        bool whole;
    } samples[] = {
        { "abc", 4, "abc", true },
        { "abc", 3, "ab", false },
        { "", 1, "", true },
        { "x", 1, "", false },
        { "aé", 4, "aé", true },
        { "aé", 3, "a", false },
        { "名名", 7, "名名", true },
        { "名名", 6, "名", false },
        { "名名", 5, "名", false },
        { "名名", 4, "名", false },
        { "名名", 3, "", false },
        { "😀", 5, "😀", true },
        { "😀", 4, "", false },
        { "a\x80\x80", 3, "a\x80", false },
        { "\x80\x80\x80\x80\x80\x80", 6, "\x80\x80\x80\x80\x80", false },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char to[16];
        memset(to, '#', sizeof to);
        assert_int_equal(str_copy(to, samples[i].size, samples[i].text),
                         samples[i].whole);
        assert_string_equal(to, samples[i].copied);
        assert_int_equal(to[samples[i].size], '#');
    }
}

static void
utf8_is_known_by_rfc_3629(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } samples[] = {
        { "", true },
        { "a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf"
          "\xbf",
          true },
        { "\x80", false },
        { "\xc0\x80", false }, /* overlong */
        { "\xc1\xbf", false },
        { "\xe0\x9f\xbf", false },
        { "\xf0\x8f\xbf\xbf", false },
        { "\xed\xa0\x80", false },            /* surrogate */
        { "\xed\x9f\xbf\xee\x80\x80", true }, /* its neighbours */
        { "\xf4\x90\x80\x80", false },        /* over U+10FFFF */
        { "\xf5\x80\x80\x80", false },
        { "\xff", false },
        { "\xc3", false }, /* cut */
        { "\xe5\x90", false },
        { "\xe5\x90g", false },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_int_equal(str_is_utf8(samples[i].text, strlen(samples[i].text)),
                         samples[i].good);
    assert_true(str_is_utf8("a\0b", 3));
}

static void
every_character_survives_being_written_and_read(void **state)
{
    (void)state;
    struct str str;
    str_init(&str, 4);
    for (unsigned c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        size_t at = 0;
        str_clear(&str);
        assert_true(str_add_character(&str, c));
        assert_true(str_is_utf8(str.data, str.length));
        assert_int_equal(str_next_character(str.data, str.length, &at), c);
        assert_int_equal(at, str.length);
    }
    str_finish(&str);
    size_t at = 0;
    static const char bad[] = "\xe5\x90x\xff";
    assert_int_equal(str_next_character(bad, 4, &at), 0xFFFD);
    assert_int_equal(at, 1); /* one byte at a time */
    assert_int_equal(str_next_character(bad, 4, &at), 0xFFFD);
    assert_int_equal(str_next_character(bad, 4, &at), 'x');
}

static void
text_from_outside_becomes_one_safe_line(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *quoted;
        size_t length;
    } samples[] = {
        { "plain", "plain", 5 },
        { "a\"b\\c", "a\\\"b\\\\c", 5 },
        { "\n\r\t\x1b[31m\x7f", "\\x0A\\x0D\\x09\\x1B[31m\\x7F", 9 },
        { "a\0b", "a\\x00b", 3 },
        { "名\xff", "名\\xFF", 4 },
        { "\xc2\x85\u2028\u202e\u2066x", "\\u0085\\u2028\\u202E\\u2066x", 12 },
        { "1234567890123456789012345678901", "1234567890123456789012345678901", 31 },
        { "12345678901234567890123456789012", "1234567890123456789012345678…", 32 },
        { "123456789012345678901234567\n901", "123456789012345678901234567…", 31 },
        { "123456789012345678901234567名名", "123456789012345678901234567…", 33 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char to[32];
        assert_string_equal(
            str_quote(to, sizeof to, samples[i].bytes, samples[i].length),
            samples[i].quoted);
    }
}

static void
numbers_have_one_spelling_and_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        long long value;
    } samples[] = {
        { "0", true, 0 },    { "-5", true, -5 },  { "100", true, 100 },
        { "007", true, 7 },  { "101", false, 0 }, { "-6", false, 0 },
        { "", false, 0 },    { "-", false, 0 },   { "+5", false, 0 },
        { " 5", false, 0 },  { "5 ", false, 0 },  { "5x", false, 0 },
        { "0x5", false, 0 }, { "5.0", false, 0 }, { "99999999999999999999", false, 0 },
        { "--5", false, 0 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        long long value = 42;
        assert_int_equal(str_read_int(samples[i].text, -5, 100, &value),
                         samples[i].good);
        assert_int_equal(value, samples[i].good ? samples[i].value : 42);
    }
}

static void
a_prefix_is_seen(void **state)
{
    (void)state;
    assert_true(str_starts("evdev:x", "evdev:"));
    assert_true(str_starts("x", ""));
    assert_false(str_starts("evde", "evdev:"));
}

static void
what_is_added_cut_ends_with_a_whole_character_and_is_no_failure(void **state)
{
    struct str str;
    (void)state;

    str_init(&str, 5);
    assert_true(str_add_cut(&str, "ab", 2));
    assert_false(
        str_add_cut(&str, "\xC3\xA9\xC3\xA9", 4)); /* room for one and a half */
    assert_true(str_ok(&str));
    assert_string_equal(str.data, "ab\xC3\xA9");
    str_finish(&str);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            what_is_added_cut_ends_with_a_whole_character_and_is_no_failure),
        cmocka_unit_test(appends_grow_the_buffer_and_keep_its_end),
        cmocka_unit_test(what_would_pass_the_cap_changes_nothing_and_is_remembered),
        cmocka_unit_test(room_is_reserved_and_used),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(utf8_is_known_by_rfc_3629),
        cmocka_unit_test(every_character_survives_being_written_and_read),
        cmocka_unit_test(text_from_outside_becomes_one_safe_line),
        cmocka_unit_test(numbers_have_one_spelling_and_bounds),
        cmocka_unit_test(a_prefix_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
