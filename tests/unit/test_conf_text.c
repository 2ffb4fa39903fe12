#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/conf_text.h"

static const char file[] = "# printer \"zebra\" { darkness = 1 }\n"
                           "role = \"list=a/b printer { x }\"\n"
                           "station { letters = \"A\" name = \"printer\" }\n"
                           "printer \"left\" { uri = \"cups:left\" profile = \"p\" }\n"
                           "printer \"zebra\" { // the right one }\n"
                           "\turi = \"cups:zebra\" # darkness = 3\n"
                           "\tdarkness = 15\n"
                           "\toffset_mm = { 1,\n\t\t0 }\n"
                           "\tkinds = {\"vip\", \"a } b\"}\n"
                           "}\n"
                           "at \"2026-11-24 13:30\" { role = \"x\" }\n";

static const char *
set(struct str *out, const char *title, const struct conf_option *options,
    unsigned count)
{
    struct err err;
    str_init(out, CONF_TEXT_MAX);
    assert_true(conf_set(file, "printer", title, options, count, out, &err));
    return out->data;
}

static void
a_value_is_found_as_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *title, *option, *value;
    } table[] = { { "zebra", "darkness", "15" },
                  { "zebra", "uri", "\"cups:zebra\"" },
                  { "zebra", "offset_mm", "{ 1,\n\t\t0 }" },
                  { "zebra", "kinds", "{\"vip\", \"a } b\"}" },
                  { "left", "profile", "\"p\"" },
                  { "left", "darkness", "" },
                  { "right", "uri", "" } };
    char value[CONF_VALUE_MAX + 1];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        conf_get(file, "printer", table[i].title, table[i].option, value);
        assert_string_equal(value, table[i].value);
    }
    assert_true(conf_has(file, "at", "2026-11-24 13:30"));
    assert_true(conf_has(file, "station", ""));
    assert_false(conf_has(file, "printer", ""));
}

static void
only_the_value_changes_and_nothing_else(void **state)
{
    (void)state;
    const struct conf_option options[] = { { "darkness", "20" }, { "speed", "100" } };
    struct str out, diff;
    const char *after = set(&out, "zebra", options, 2);
    str_init(&diff, 4096);
    conf_diff(file, after, &diff);
    assert_non_null(strstr(diff.data, "- \tdarkness = 15\n"));
    assert_non_null(strstr(diff.data, "+ \tdarkness = 20\n"));
    assert_non_null(strstr(diff.data, "+     speed = 100\n"));
    assert_null(strstr(diff.data, "cups:left"));
    assert_null(strstr(diff.data, "at \""));
    assert_int_equal(out.length, strlen(file) + strlen("    speed = 100\n"));
    str_finish(&out);
    str_finish(&diff);
}

static void
a_section_on_one_line_stays_on_one_line(void **state)
{
    (void)state;
    const struct conf_option options[] = { { "darkness", "20" }, { "speed", "100" } };
    struct str out;
    const char *after = set(&out, "left", options, 2);
    assert_non_null(strstr(after, "printer \"left\" { uri = \"cups:left\" profile = "
                                  "\"p\" darkness = 20 speed = 100 }\n"));
    str_finish(&out);
}

static void
a_section_that_is_not_there_is_said(void **state)
{
    (void)state;
    const struct conf_option option = { "darkness", "20" };
    struct str out;
    struct err err;
    str_init(&out, CONF_TEXT_MAX);
    assert_false(conf_set(file, "printer", "right", &option, 1, &out, &err));
    assert_int_equal(err.code, ERR_ABSENT);
    assert_non_null(strstr(err.text, "right"));
    str_finish(&out);
}

static void
what_is_appended_can_be_found_again(void **state)
{
    (void)state;
    struct conf_option option = { "uri", "" };
    struct str out;
    char value[CONF_VALUE_MAX + 1];
    static const char *const before[] = { "", "role = \"x\"", "role = \"x\"\n" };
    conf_quote("cups:a \"b\" \\", option.value);
    for (size_t i = 0; i < 3; i++) {
        str_init(&out, CONF_TEXT_MAX);
        assert_true(conf_append(before[i], "printer", "new", &option, 1, &out));
        conf_get(out.data, "printer", "new", "uri", value);
        assert_string_equal(value, "\"cups:a \\\"b\\\" \\\\\"");
        assert_memory_equal(out.data, before[i], strlen(before[i]));
        str_finish(&out);
    }
}

/* Whatever it is cut to, nobody reads behind its end (with the sanitizers). */
static void
a_file_that_ends_anywhere_is_read_to_its_end(void **state)
{
    (void)state;
    char value[CONF_VALUE_MAX + 1];
    for (size_t length = 0; length <= strlen(file); length++) {
        char *cut = strndup(file, length);
        conf_get(cut, "printer", "zebra", "speed", value);
        assert_string_equal(value, "");
        free(cut);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_found_as_it_is_written),
        cmocka_unit_test(only_the_value_changes_and_nothing_else),
        cmocka_unit_test(a_section_on_one_line_stays_on_one_line),
        cmocka_unit_test(a_section_that_is_not_there_is_said),
        cmocka_unit_test(what_is_appended_can_be_found_again),
        cmocka_unit_test(a_file_that_ends_anywhere_is_read_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
