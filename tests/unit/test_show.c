#include "ctl/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static const struct command sample = {
    .name = "sample",
    .facts = { { "name", "Name", CELL_TEXT }, { "count", "How many", CELL_INT } },
    .columns = { { "who", "WHO", CELL_TEXT },
                 { "since_ms", "SINCE", CELL_AGE },
                 { "locked", "LOCKED", CELL_YES },
                 { "took_ms", "TOOK", CELL_SECONDS } },
};

static void
check_shown_by(const struct command *command, const char *result, const char *want)
{
    struct json *root;
    struct err err;
    struct str out;
    str_init(&out, 4096);
    if (!json_parse(result, strlen(result), &root, &err))
        fail_msg("%s", err.text);
    show_result(command, root, 1000000, &out);
    assert_string_equal(out.data, want);
    json_free(root);
    str_finish(&out);
}

static void
check_shown(const char *result, const char *want)
{
    check_shown_by(&sample, result, want);
}

static void
facts_come_before_rows_and_absent_ones_are_left_out(void **state)
{
    (void)state;
    check_shown(
        "{\"name\":\"张伟\",\"rows\":[{\"who\":\"li\",\"since_ms\":910000,"
        "\"locked\":false,\"took_ms\":1234}]}",
        "Name      张伟\n\nWHO  SINCE  LOCKED   TOOK\nli   90 s   no      1.2 s\n");
}

static void
no_rows_are_said_only_where_nothing_else_is(void **state)
{
    (void)state;
    check_shown("{\"rows\":[]}", "nothing\n");
    check_shown("{\"count\":2,\"rows\":[]}", "How many  2\n");
}

static void
a_member_of_another_kind_leaves_its_cell_empty(void **state)
{
    (void)state;
    check_shown("{\"name\":7,\"count\":\"x\"}", "");
}

static void
times_are_by_the_events_clocks_which_are_named(void **state)
{
    static const struct command timed = {
        .name = "timed",
        .facts = { { "at_ms", "At", CELL_TIME } },
    };
    (void)state;
    check_shown_by(&timed, "{\"at_ms\":1795500000000,\"zone\":\"Asia/Shanghai\"}",
                   "At  2026-11-24 14:00:00\n(times: Asia/Shanghai)\n");
    check_shown_by(&timed, "{\"at_ms\":1795500000000,\"zone\":\"America/St_Johns\"}",
                   "At  2026-11-24 02:30:00\n(times: America/St_Johns)\n");
    check_shown_by(&timed, "{\"at_ms\":1795500000000,\"zone\":\"No/Where\"}",
                   "At  2026-11-24 06:00:00\n(times: UTC)\n");
    check_shown_by(&timed, "{\"zone\":\"Asia/Shanghai\"}", "");
}

static void
text_from_outside_cannot_steer_the_terminal(void **state)
{
    (void)state;
    check_shown("{\"name\":\"a\\u001b[2Jb\"}", "Name      a\\x1B[2Jb\n");
    check_shown("{\"name\":\"\\\"火星\\\" C:\\\\x\"}", "Name      \"火星\" C:\\x\n");
    check_shown("{\"rows\":[{\"who\":\"\\\"li\\\"\"}]}",
                "WHO   SINCE  LOCKED  TOOK\n\"li\"                     \n");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_before_rows_and_absent_ones_are_left_out),
        cmocka_unit_test(no_rows_are_said_only_where_nothing_else_is),
        cmocka_unit_test(times_are_by_the_events_clocks_which_are_named),
        cmocka_unit_test(a_member_of_another_kind_leaves_its_cell_empty),
        cmocka_unit_test(text_from_outside_cannot_steer_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
