#include "ctl/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    struct table table;
    struct str out;
    table_init(&table, 3);
    table_align_right(&table, 0);
    str_init(&out, 4096);
    static const char *const cells[] = { "JOB",     "NAME", "STATE", "12",    "张伟",
                                         "printed", "7",    "Đorđe", "failed" };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        table_cell(&table, cells[i]);
    table_print(&table, &out);
    assert_string_equal(out.data, "JOB  NAME   STATE\n"
                                  " 12  张伟   printed\n"
                                  "  7  Đorđe  failed\n");
    str_finish(&out);
    table_finish(&table);
}

static void
control_characters_do_not_reach_the_terminal(void **state)
{
    (void)state;
    struct table table;
    struct str out;
    table_init(&table, 1);
    str_init(&out, 4096);
    table_cell(&table, "H");
    table_cell(&table, "a\x1b[2Jb\nc");
    table_print(&table, &out);
    assert_string_equal(out.data, "H\na\\x1B[2Jb\\x0Ac\n");
    str_finish(&out);
    table_finish(&table);
}

static void
an_unfinished_row_is_left_out(void **state)
{
    (void)state;
    struct table table;
    struct str out;
    table_init(&table, 2);
    str_init(&out, 4096);
    table_cell(&table, "A");
    table_cell(&table, "B");
    table_cell(&table, "half");
    table_print(&table, &out);
    assert_string_equal(out.data, "A     B\n");
    str_finish(&out);
    table_finish(&table);
}

static void
marks_and_wide_characters_are_counted_as_a_terminal_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned width;
    } samples[] = {
        { "", 0 },       { "abc", 3 },       { "张伟", 4 },
        { "김민수", 6 }, { "e\xCC\x81", 1 }, { "ไทย", 3 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_int_equal(table_text_width(samples[i].text, strlen(samples[i].text)),
                         samples[i].width);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(an_unfinished_row_is_left_out),
        cmocka_unit_test(marks_and_wide_characters_are_counted_as_a_terminal_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
