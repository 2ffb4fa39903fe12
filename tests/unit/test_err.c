#include "err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "str.h"

static void
an_error_says_what_it_was_told_and_returns_false(void **state)
{
    (void)state;
    struct err err;
    assert_false(err_set(&err, ERR_LIMIT, "row %d: over %s", 7, "80 bytes"));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(err.text, "row 7: over 80 bytes");
    assert_false(err_wrap(&err, "guests.%s", "csv"));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(err.text, "guests.csv: row 7: over 80 bytes");
    assert_false(err_no_memory(&err));
    assert_int_equal(err.code, ERR_MEMORY);
}

static void
an_error_may_be_made_from_its_own_text(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_IO, "disk full");
    err_set(&err, ERR_REMOTE, "server says: %s", err.text);
    assert_string_equal(err.text, "server says: disk full");
    err_wrap(&err, "%s", err.text);
    assert_string_equal(err.text, "server says: disk full: server says: disk full");
}

/* Texts of every length around the bound, of characters of 1 to 4 bytes. */
static void
a_long_text_is_cut_at_the_end_of_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = { "x", "é", "名", "😀" };
    for (size_t c = 0; c < 4; c++) {
        for (size_t lead = 0; lead < 4; lead++) {
            struct str text;
            struct err err;
            str_init(&text, 1000);
            str_add(&text, "aaa", lead % 4);
            while (text.length < 600)
                str_add_text(&text, characters[c]);
            err_set(&err, ERR_IO, "%s", text.data);
            assert_true(str_is_utf8(err.text, strlen(err.text)));
            assert_true(strlen(err.text) > sizeof err.text - 5);
            err_wrap(&err, "%s", text.data + lead);
            assert_true(str_is_utf8(err.text, strlen(err.text)));
            assert_true(strlen(err.text) > sizeof err.text - 5);
            str_finish(&text);
        }
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_what_it_was_told_and_returns_false),
        cmocka_unit_test(an_error_may_be_made_from_its_own_text),
        cmocka_unit_test(a_long_text_is_cut_at_the_end_of_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
