#include "desk/csv.h"
#include "desk/csv_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

struct bytes {
    const char *at;
    size_t length, step; /* at most step bytes a read; 0: all */
};

static ssize_t
read_bytes(void *to, size_t size, void *self)
{
    struct bytes *bytes = self;
    size_t n = bytes->length < size ? bytes->length : size;
    if (bytes->step && n > bytes->step)
        n = bytes->step;
    memcpy(to, bytes->at, n);
    bytes->at += n;
    bytes->length -= n;
    return (ssize_t)n;
}

/* The whole of a table as a text: fields in [], rows ended by |, bad ones as
 * !line:column|. */
static void
read_all(const struct csv_setting *setting, struct str *out)
{
    struct csv *csv;
    struct csv_row row;
    struct err err;
    assert_true(csv_open(setting, &csv, &err));
    for (;;) {
        enum csv_result result = csv_next(csv, &row, &err);
        if (result == CSV_END)
            break;
        if (result == CSV_BAD) {
            str_addf(out, "!%d:%u|", (int)row.line, row.column);
            continue;
        }
        assert_int_equal(result, CSV_ROW);
        str_addf(out, "%d", (int)row.line);
        for (unsigned i = 0; i < row.count; i++)
            str_addf(out, "[%s]", row.fields[i]);
        str_add_char(out, '|');
    }
    csv_close(csv);
}

static void
assert_rows_of(const char *bytes, size_t length, const char *want)
{
    static const size_t steps[] = { 0, 1, 3 };
    for (size_t i = 0; i < 3; i++) {
        struct bytes source = { bytes, length, steps[i] };
        struct csv_setting setting = { .read = read_bytes, .self = &source };
        struct str out;
        str_init(&out, 1 << 20);
        read_all(&setting, &out);
        assert_string_equal(out.data, want);
        str_finish(&out);
    }
}

static void
assert_rows(const char *text, const char *want)
{
    assert_rows_of(text, strlen(text), want);
}

static void
rows_end_with_any_line_end_and_blank_ones_are_passed_over(void **state)
{
    (void)state;
    assert_rows("a,b\n1,2\n", "1[a][b]|2[1][2]|");
    assert_rows("a,b\r\n1,2", "1[a][b]|2[1][2]|");
    assert_rows("a,b\r1,2\r3,4\r", "1[a][b]|2[1][2]|3[3][4]|");
    assert_rows("a,b\n\n , \n,,\n5,\n", "1[a][b]|5[5][]|");
    assert_rows("", "");
    assert_rows("\n\n", "");
}

static void
the_separator_is_found_on_the_header_line(void **state)
{
    (void)state;
    assert_rows("a;b;c\n1,5;2;3\n", "1[a][b][c]|2[1,5][2][3]|");
    assert_rows("a\tb\n1\t2;,\n", "1[a][b]|2[1][2;,]|");
    assert_rows("\"x,y,z\";b\n1;2\n", "1[x,y,z][b]|2[1][2]|");
    assert_rows("only\n1;2\n", "1[only]|2[1;2]|");
    assert_rows("sep=;\r\na,x;b\r\n1;2\r\n", "2[a,x][b]|3[1][2]|");
}

static void
quotes_keep_separators_line_breaks_and_quotes(void **state)
{
    (void)state;
    assert_rows("a,b\n\"x,\"\"y\"\"\",\"two\r\nlines\"\n3,4\n",
                "1[a][b]|2[x,\"y\"][two\nlines]|4[3][4]|");
    assert_rows("a,b\n5\" disk,\"\" \n", "1[a][b]|2[5\" disk][]|");
    assert_rows("a\n\"\n\"\n\"b\"", "1[a]|2[\n]|4[b]|");
}

static void
a_quote_that_is_never_closed_names_its_line_and_costs_only_that(void **state)
{
    (void)state;
    assert_rows("a,b\n1,\"x\n2,y\n3,z\n", "1[a][b]|!2:2|3[2][y]|4[3][z]|");
    assert_rows("a,b\n1,\"x\n2,\"y\"\n3,z\n", "1[a][b]|!2:2|3[2][y]|4[3][z]|");
    assert_rows("a,b\r\n1,\"x\r\n2,\"y\"\r\n3,z\r\n", "1[a][b]|!2:2|3[2][y]|4[3][z]|");
    assert_rows("a\n\"b\"c\nd\n", "1[a]|!2:1|3[d]|");
    assert_rows("a\n\"b", "1[a]|!2:1|");

    /* far behind it: the field's bound ends the search */
    struct str text, want;
    str_init(&text, 1 << 20);
    str_init(&want, 1 << 20);
    str_add_text(&text, "a,b\n1,\"x\n");
    str_add_text(&want, "1[a][b]|!2:2|");
    for (int i = 3; i < 9000; i++) {
        str_addf(&text, "row,%d\r\n", i);
        str_addf(&want, "%d[row][%d]|", i, i);
    }
    assert_rows(text.data, want.data);
    str_finish(&text);
    str_finish(&want);
}

static void
bytes_that_are_no_text_are_told_by_line_and_column(void **state)
{
    (void)state;
    static const char nul[] = "a,b\n1,x\0y\n2,z\n";
    assert_rows_of(nul, sizeof nul - 1, "1[a][b]|!2:2|3[2][z]|");
    assert_rows("名,b\n张伟,x\xE5y\n王伟,李娜\n刘洋,陈静\n",
                "1[名][b]|!2:2|3[王伟][李娜]|4[刘洋][陈静]|");
}

static void
the_encoding_is_found_out(void **state)
{
    (void)state;
    assert_rows("\xEF\xBB\xBF名,b\n1,é\n", "1[名][b]|2[1][é]|");
    static const char le[] = "\xFF\xFE\x0D\x54,\0b\0\r\0\n\0\x20\x5F,\0"
                             "2\0\r\0\n\0";
    assert_rows_of(le, sizeof le - 1, "1[名][b]|2[张][2]|");
    static const char be[] = "\xFE\xFF\x54\x0D\0;\0b\0\n\x5F\x20\0;\0"
                             "2\0\n";
    assert_rows_of(be, sizeof be - 1, "1[名][b]|2[张][2]|");
}

static void
a_table_of_chinese_excel_is_read(void **state)
{
    (void)state;
    /* 姓名,单位 / 张伟,重庆大学 / 䶮,four bytes: as iconv -t gb18030 writes them */
    static const char table[] = "\xD0\xD5\xC3\xFB,\xB5\xA5\xCE\xBB\r\n"
                                "\xD5\xC5\xCE\xB0,\xD6\xD8\xC7\xEC\xB4\xF3\xD1\xA7\r\n"
                                "\xFE\x9F,\x81\x30\x84\x36\r\n";
    struct bytes source = { table, sizeof table - 1, 1 };
    struct csv_setting setting = { .read = read_bytes, .self = &source };
    struct csv *csv;
    struct csv_row row;
    struct err err;
    assert_true(csv_open(&setting, &csv, &err));
    assert_string_equal(csv_encoding(csv), "GB18030");
    assert_int_equal(csv_next(csv, &row, &err), CSV_ROW);
    assert_string_equal(row.fields[0], "姓名");
    assert_string_equal(row.fields[1], "单位");
    assert_int_equal(csv_next(csv, &row, &err), CSV_ROW);
    assert_string_equal(row.fields[1], "重庆大学");
    assert_int_equal(csv_next(csv, &row, &err), CSV_ROW);
    assert_string_equal(row.fields[0], "䶮");
    assert_int_equal(csv_next(csv, &row, &err), CSV_END);
    csv_close(csv);
}

static void
an_encoding_nobody_can_know_must_be_said(void **state)
{
    (void)state;
    static const char table[] = "ime,grad\n\xD0or\xF0"
                                "e,Ni\x9A\n"; /* windows-1250 */
    struct bytes source = { table, sizeof table - 1, 0 };
    struct csv_setting setting = { .read = read_bytes, .self = &source };
    struct csv *csv;
    struct err err = { ERR_NONE, "" };
    assert_false(csv_open(&setting, &csv, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "windows-1250"));

    source = (struct bytes){ table, sizeof table - 1, 0 };
    setting.encoding = "windows-1250";
    struct str out;
    str_init(&out, 1000);
    read_all(&setting, &out);
    assert_string_equal(out.data, "1[ime][grad]|2[Đorđe][Niš]|");
    str_finish(&out);

    setting.encoding = "klingon";
    assert_false(csv_open(&setting, &csv, &err));
    assert_non_null(strstr(err.text, "klingon"));
}

static void
columns_and_fields_are_bounded(void **state)
{
    (void)state;
    struct str text;
    str_init(&text, 8 << 20);
    str_add_text(&text, "a,b\n");
    for (int i = 0; i < 300; i++)
        str_add_char(&text, ',');
    str_add_text(&text, "x\n1,2\n");
    assert_rows(text.data, "1[a][b]|!2:256|3[1][2]|");

    str_clear(&text);
    str_add_text(&text, "a,b\n");
    for (int i = 0; i < CSV_FIELD_MAX + 1; i++)
        str_add_char(&text, 'x');
    str_add_text(&text, "\n1,2\n");
    assert_rows(text.data, "1[a][b]|!2:1|3[1][2]|");
    str_finish(&text);
}

/* "a,b\n", then a line of `left` bytes, then "1,2\n". */
struct endless {
    size_t left;
    int part;
    const char *begin;
};

static ssize_t
read_endless(void *to, size_t size, void *self)
{
    struct endless *source = self;
    if (source->part == 0 || (source->part == 1 && source->left == 0)) {
        const char *text = source->part == 0 ? source->begin : "\n1,2\n";
        source->part++;
        memcpy(to, text, strlen(text));
        return (ssize_t)strlen(text);
    }
    if (source->part == 2)
        return 0;
    size_t n = source->left < size ? source->left : size;
    memset(to, 'x', n);
    source->left -= n;
    return (ssize_t)n;
}

static void
a_line_of_a_gigabyte_is_told_in_bounded_memory_and_passed_over(void **state)
{
    (void)state;
    static const char *const begins[] = { "a,b\n", "a,b\n\"" };
    for (size_t i = 0; i < 2; i++) {
        struct endless source = { (size_t)1 << 30, 0, begins[i] };
        struct csv_setting setting = { .read = read_endless, .self = &source };
        struct rusage before, after;
        struct str out;
        str_init(&out, 1000);
        getrusage(RUSAGE_SELF, &before);
        read_all(&setting, &out);
        getrusage(RUSAGE_SELF, &after);
        assert_string_equal(out.data, "1[a][b]|!2:1|3[1][2]|");
        assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024); /* KiB */
        str_finish(&out);
    }
}

static void
a_file_of_nothing_but_open_quotes_is_not_read_for_ever(void **state)
{
    (void)state;
    /* each line closes the quote of the one before and opens another */
    struct str text;
    str_init(&text, 8 << 20);
    while (text.length < (4 << 20))
        str_add_text(&text, "a\",\"\"\"\n");
    struct bytes source = { text.data, text.length, 0 };
    struct csv_setting setting = { .read = read_bytes, .self = &source };
    struct str out;
    str_init(&out, 64 << 20);
    read_all(&setting, &out);
    assert_true(out.length > 0);
    str_finish(&out);
    str_finish(&text);
}

static void
what_is_written_reads_back_and_is_no_formula(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "",       "plain", "a,b;c\t",  "say \"x\"", "two\nlines", "=1+1",
        "+49",    "-1",    "@SUM(A1)", "\tx",       "'=x",        "'quoted'",
        "=\"a\"", "＝cmd", "张伟",     " lead",     "''-",        "\ry",
    };
    enum { COUNT = sizeof fields / sizeof *fields };
    struct str out;
    str_init(&out, 10000);
    csv_write_mark(&out);
    for (size_t i = 0; i < COUNT; i++)
        csv_write_field(&out, fields[i]);
    csv_write_end(&out);

    struct bytes source = { out.data, out.length, 0 };
    struct csv_setting setting = { read_bytes, &source, NULL, ',' };
    struct csv *csv;
    struct csv_row row;
    struct err err;
    assert_true(csv_open(&setting, &csv, &err));
    assert_int_equal(csv_next(csv, &row, &err), CSV_ROW);
    assert_int_equal(row.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_null(row.fields[i][0] ? strchr("=+-@\t\r\n", row.fields[i][0]) : NULL);
        if (fields[i][0] != '\r') /* a line end of any kind comes back as LF */
            assert_string_equal(csv_write_plain(row.fields[i]), fields[i]);
    }
    csv_close(csv);
    str_finish(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_end_with_any_line_end_and_blank_ones_are_passed_over),
        cmocka_unit_test(the_separator_is_found_on_the_header_line),
        cmocka_unit_test(quotes_keep_separators_line_breaks_and_quotes),
        cmocka_unit_test(
            a_quote_that_is_never_closed_names_its_line_and_costs_only_that),
        cmocka_unit_test(bytes_that_are_no_text_are_told_by_line_and_column),
        cmocka_unit_test(the_encoding_is_found_out),
        cmocka_unit_test(a_table_of_chinese_excel_is_read),
        cmocka_unit_test(an_encoding_nobody_can_know_must_be_said),
        cmocka_unit_test(columns_and_fields_are_bounded),
        cmocka_unit_test(
            a_line_of_a_gigabyte_is_told_in_bounded_memory_and_passed_over),
        cmocka_unit_test(a_file_of_nothing_but_open_quotes_is_not_read_for_ever),
        cmocka_unit_test(what_is_written_reads_back_and_is_no_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
