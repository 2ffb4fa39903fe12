#include "print/supply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct supply
roll_of(int32_t labels, int32_t warn_at)
{
    struct supply supply = { .warn_at = warn_at };
    supply_fill(&supply, labels);
    return supply;
}

static void
labels_are_counted_down_and_the_count_stops_at_nothing(void **state)
{
    (void)state;
    struct supply supply = roll_of(3, 0);
    assert_int_equal(supply_left_after(&supply, 2), 1);
    supply_took(&supply, 2, 0);
    assert_int_equal(supply.left, 1);
    supply_took(&supply, 2, 1);
    assert_int_equal(supply.left, 0);
    supply_took(&supply, 1, 2);
    assert_int_equal(supply.left, 0);
}

static void
it_is_said_once_that_few_are_left(void **state)
{
    (void)state;
    struct supply supply = roll_of(12, 10);
    assert_false(supply_took(&supply, 1, 0));
    assert_false(supply_is_low(&supply));
    assert_true(supply_took(&supply, 1, 1));
    assert_true(supply_is_low(&supply));
    assert_false(supply_took(&supply, 1, 2));
    supply_fill(&supply, 400);
    assert_false(supply_is_low(&supply));
}

static void
a_roll_nobody_counts_is_never_low_and_has_no_end(void **state)
{
    (void)state;
    struct supply supply = { .warn_at = 25 };
    int64_t minutes;
    for (int i = 0; i < 10; i++)
        assert_false(supply_took(&supply, 1, i * 1000));
    assert_false(supply_is_low(&supply));
    assert_false(supply_minutes(&supply, 10000, &minutes));
}

/* `count` badges, one each `every_ms`, the last of them `ago_ms` ago. */
static void
the_end_is_told_from_the_rate_of_the_last_minutes(void **state)
{
    (void)state;
    static const struct {
        int32_t left, labels;
        int count;
        int64_t every_ms, ago_ms, minutes; /* -1: nobody can say */
    } rows[] = {
        { 120, 1, 0, 0, 0, -1 },          /* nothing came out yet */
        { 120, 1, 3, 6000, 0, -1 },       /* too few */
        { 120, 1, 4, 6000, 0, 12 },       /* ten a minute */
        { 120, 1, 100, 6000, 0, 12 },     /* more than are remembered */
        { 120, 2, 50, 6000, 0, 6 },       /* two labels a badge */
        { 119, 1, 50, 6000, 0, 11 },      /* rounded down */
        { 5, 1, 50, 6000, 0, 0 },         /* within a minute */
        { 0, 1, 50, 6000, 0, -1 },        /* it is at its end */
        { 120, 1, 11, 6000, 60000, 24 },  /* nobody came for the last minute */
        { 120, 1, 11, 6000, 600001, -1 }, /* or for ten */
        { 400, 1, 6, 100000, 0, 666 },    /* slow */
        { SUPPLY_LABELS_MAX, 1, 64, 1, 0, 1 },
        { SUPPLY_LABELS_MAX, SUPPLY_LABELS_MAX, 64, 0, 0, -1 }, /* at one moment */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct supply supply = roll_of(SUPPLY_LABELS_MAX, 0);
        int64_t now_ms = INT64_C(5000000), minutes = -1;
        for (int k = 0; k < rows[i].count; k++)
            supply_took(&supply, rows[i].labels, now_ms += rows[i].every_ms);
        supply.left = rows[i].left;
        if (!supply_minutes(&supply, now_ms + rows[i].ago_ms, &minutes))
            minutes = -1;
        if (minutes != rows[i].minutes)
            fail_msg("row %zu: %lld minutes, want %lld", i, (long long)minutes,
                     (long long)rows[i].minutes);
    }
}

static void
what_came_out_before_the_window_does_not_count(void **state)
{
    (void)state;
    struct supply supply = roll_of(1000, 0);
    int64_t minutes, now_ms = 0;
    for (int i = 0; i < 30; i++)
        supply_took(&supply, 1, now_ms += 100); /* a rush */
    now_ms += SUPPLY_WINDOW_MS;
    for (int i = 0; i < 4; i++)
        supply_took(&supply, 1, now_ms += 60000);
    supply.left = 100;
    assert_true(supply_minutes(&supply, now_ms, &minutes));
    assert_int_equal(minutes, 100); /* one a minute */
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_counted_down_and_the_count_stops_at_nothing),
        cmocka_unit_test(it_is_said_once_that_few_are_left),
        cmocka_unit_test(a_roll_nobody_counts_is_never_low_and_has_no_end),
        cmocka_unit_test(the_end_is_told_from_the_rate_of_the_last_minutes),
        cmocka_unit_test(what_came_out_before_the_window_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
