#include "at_door.h"

static void
a_clock_that_was_far_ahead_is_right_again_when_somebody_says_so(void **state)
{
    struct door *door = *state;
    const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;
    struct desk_clock clock;
    struct err why;
    door->hand.utc_ms += year_ms;
    door_scan(door, "T-ANA");
    door->hand.utc_ms -= year_ms;
    assert_true(door_scan(door, "T-EARLY")->clock_suspect);

    assert_ok(desk_confirm_clock(door->desk, "uid:0", err));
    assert_false(door_scan(door, "T-LI")->clock_suspect);
    desk_clock(door->desk, &clock);
    assert_false(clock.suspect);
    assert_int_equal(clock.confirmed_ms, clock_utc_ms(&door->hand.clock));

    door_restart(door); /* by then a newer row is there */
    assert_false(door_scan(door, "T-N2")->clock_suspect);

    door->setting.built_ms = clock_utc_ms(&door->hand.clock) + 1;
    door_restart(door);
    assert_false(desk_confirm_clock(door->desk, "uid:0", &why));
    assert_non_null(strstr(why.text, "before this program was built"));
}

/* Only the row of the future is there when the power goes. */
static void
what_was_said_of_the_clock_outlives_a_restart(void **state)
{
    struct door *door = *state;
    struct desk_clock clock;
    door->hand.utc_ms += 3600 * 1000;
    door_scan(door, "T-ANA");
    door->hand.utc_ms -= 3600 * 1000;
    assert_ok(desk_confirm_clock(door->desk, "uid:0", err));
    door_restart(door);
    desk_clock(door->desk, &clock);
    assert_false(clock.suspect);
    door->hand.utc_ms -= 600 * 1000; /* and a clock that goes back later is seen */
    desk_clock(door->desk, &clock);
    assert_true(clock.suspect);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        door_test(a_clock_that_was_far_ahead_is_right_again_when_somebody_says_so),
        door_test(what_was_said_of_the_clock_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
