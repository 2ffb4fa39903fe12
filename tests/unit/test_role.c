#include "ticket/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct role
parsed(const char *text)
{
    struct role role;
    struct err err;
    if (!role_parse(text, &role, &err))
        fail_msg("%s: %s", text, err.text);
    return role;
}

static void
a_role_survives_being_written_and_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
    } samples[] = {
        { "list=citec/main direction=entry work=admit+print gate=North",
          "list=citec/main direction=entry work=admit+print gate=North" },
        { "list=citec/main", "list=citec/main direction=entry work=admit+print" },
        { "  gate=\"North hall\"\twork=print-only  list=a/b ",
          "list=a/b direction=entry work=print-only gate=\"North hall\"" },
        { "list=citec/hall-n2,workshops/w3 direction=ask work=admit-only",
          "list=citec/hall-n2,workshops/w3 direction=ask work=admit-only" },
        { "list=citec/大厅 direction=exit gate=\"\"",
          "list=citec/大厅 direction=exit work=admit+print" },
        { "list=citec/a/b", "list=citec/a/b direction=entry work=admit+print" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[ROLE_TEXT_MAX + 1];
        struct role role = parsed(samples[i].text);
        role_format(&role, text);
        assert_string_equal(text, samples[i].written);
        struct role again = parsed(text);
        assert_true(role_equal(&role, &again));
    }
}

static void
a_wrong_part_is_named_and_the_role_stays(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } samples[] = {
        { "", "want list=" },
        { "direction=entry", "want list=" },
        { "list=", "want event/list" },
        { "list=citec", "want event/list" },
        { "list=/main", "want event/list" },
        { "list=citec/", "want event/list" },
        { "list=citec/main,,x/y", "want event/list" },
        { "list=citec/main,citec/other", "two lists" },
        { "list=a/1,b/1,c/1,d/1,e/1,f/1,g/1,h/1,i/1", "more than 8" },
        { "list=a/b direction=in", "direction \"in\"" },
        { "list=a/b work=print", "work \"print\"" },
        { "list=a/b work=", "work \"\"" },
        { "list=a/b door=North", "\"door\"" },
        { "list=a/b North", "\"North\"" },
        { "list=a/b list=c/d", "list= stands twice" },
        { "list=a/b gate=\"North", "no end" },
        { "list=a/b gate=\"North\"x", "blank after" },
        { "list=a/b gate=\x01", "control character" },
        { "list=a/b gate=\xff", "UTF-8" },
        { "list=a/b\x1b[2J", "want event/list" },
        { "list=a/1234567890123456789012345678901234567890123456789012345678901234",
          "each of 1 to 63" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct role role = { .gate = "untouched" };
        struct err err;
        assert_false(role_parse(samples[i].text, &role, &err));
        assert_int_equal(err.code, ERR_INPUT);
        if (!strstr(err.text, samples[i].says))
            fail_msg("%s: want \"%s\" in \"%s\"", samples[i].text, samples[i].says,
                     err.text);
        assert_string_equal(role.gate, "untouched");
    }
}

static void
the_largest_role_fits_its_text(void **state)
{
    (void)state;
    struct role role = { .list_count = ROLE_LISTS_MAX,
                         .direction = ROLE_ENTRY,
                         .work = ROLE_ADMIT_PRINT };
    for (unsigned i = 0; i < ROLE_LISTS_MAX; i++) {
        memset(role.lists[i].event, 'a' + (int)i, ROLE_KEY_MAX);
        memset(role.lists[i].list, 'z', ROLE_KEY_MAX);
    }
    memset(role.gate, 'g', ROLE_GATE_MAX);
    role.gate[3] = ' ';
    char text[ROLE_TEXT_MAX + 1];
    role_format(&role, text);
    struct role again = parsed(text);
    assert_true(role_equal(&role, &again));
}

static void
roles_differ_in_each_part_but_not_in_the_order_of_lists(void **state)
{
    (void)state;
    struct role base = parsed("list=a/1,b/2 direction=entry work=admit+print gate=N");
    static const struct {
        const char *text;
        bool equal;
    } samples[] = {
        { "list=b/2,a/1 direction=entry work=admit+print gate=N", true },
        { "list=a/1 direction=entry work=admit+print gate=N", false },
        { "list=a/1,b/3 direction=entry work=admit+print gate=N", false },
        { "list=a/1,c/2 direction=entry work=admit+print gate=N", false },
        { "list=a/1,b/2 direction=exit work=admit+print gate=N", false },
        { "list=a/1,b/2 direction=entry work=admit-only gate=N", false },
        { "list=a/1,b/2 direction=entry work=admit+print gate=S", false },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct role other = parsed(samples[i].text);
        assert_int_equal(role_equal(&base, &other), samples[i].equal);
        assert_int_equal(role_equal(&other, &base), samples[i].equal);
    }
}

static void
the_moment_that_began_last_is_in_force(void **state)
{
    (void)state;
    static struct role_table table;
    struct role role = parsed("list=a/b");
    struct err err;
    table.count = 0;

    assert_null(role_table_at(&table, 0));
    assert_null(role_table_next(&table, 0));
    assert_true(role_table_add(&table, 3000, &role, &err));
    assert_true(role_table_add(&table, 1000, &role, &err));
    assert_true(role_table_add(&table, 2000, &role, &err));

    assert_null(role_table_at(&table, 999));
    assert_int_equal(role_table_next(&table, 999)->from_ms, 1000);
    assert_int_equal(role_table_at(&table, 1000)->from_ms, 1000);
    assert_int_equal(role_table_next(&table, 1000)->from_ms, 2000);
    assert_int_equal(role_table_at(&table, 2999)->from_ms, 2000);
    assert_int_equal(role_table_at(&table, 3000)->from_ms, 3000);
    assert_null(role_table_next(&table, 3000));
}

static void
a_table_refuses_a_taken_moment_and_one_too_many(void **state)
{
    (void)state;
    static struct role_table table;
    struct role role = parsed("list=a/b");
    struct err err;
    table.count = 0;

    for (int64_t at = ROLE_TABLE_MAX; at > 0; at--)
        assert_true(role_table_add(&table, at, &role, &err));
    assert_false(role_table_add(&table, 5, &role, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_false(role_table_add(&table, 1000, &role, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_int_equal(table.count, ROLE_TABLE_MAX);
    for (unsigned i = 0; i < table.count; i++)
        assert_int_equal(table.moments[i].from_ms, i + 1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_survives_being_written_and_read),
        cmocka_unit_test(a_wrong_part_is_named_and_the_role_stays),
        cmocka_unit_test(the_largest_role_fits_its_text),
        cmocka_unit_test(roles_differ_in_each_part_but_not_in_the_order_of_lists),
        cmocka_unit_test(the_moment_that_began_last_is_in_force),
        cmocka_unit_test(a_table_refuses_a_taken_moment_and_one_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
