#include "guest_rig.h"

static void
station_is(struct rig *rig, enum station_trouble trouble)
{
    struct station_status status = { .trouble = trouble };
    feed_publish(&rig->feed, FEED_STATION, &status);
}

static void
copy_is(struct rig *rig, struct guest_copy copy)
{
    guest_set_copy(rig->guest, &copy);
}

static void
a_station_that_loads_its_first_list_gets_ready_and_tells_how_far(void **state)
{
    struct rig *rig = *state;
    station_is(rig, STATION_NO_ROSTER);
    assert_screen(rig, "out-of-order");
    copy_is(rig, (struct guest_copy){ .loading = true, .total = -1 });
    assert_screen(rig, "starting");
    assert_true(says(rig, "\"variant\":\"loading\""));
    assert_true(says(rig, "\"chips\":[\"loading\"]"));
    uint64_t since = guest_surface(rig->guest)->since;
    copy_is(rig,
            (struct guest_copy){ .loading = true, .done = 12400, .total = 100000 });
    assert_true(says(rig, "\"copy\":{\"done\":12400,\"total\":100000}"));
    assert_int_equal(guest_surface(rig->guest)->since, since); /* the same screen */
    station_is(rig, STATION_READY);
    assert_screen(rig, "attract");
    assert_false(says(rig, "\"copy\""));
}

static void
a_load_beside_a_list_that_is_there_is_no_matter_of_guests(void **state)
{
    struct rig *rig = *state;
    copy_is(rig, (struct guest_copy){ .loading = true, .done = 5, .total = 10 });
    assert_screen(rig, "attract");
    assert_true(says(rig, "\"chips\":[]"));
}

static void
an_old_list_is_said_with_its_time_and_a_fresh_one_is_not(void **state)
{
    struct rig *rig = *state;
    copy_is(rig, (struct guest_copy){ .old_ms = now_utc_ms - 3600000 });
    assert_true(says(rig, "\"chips\":[\"old\"]"));
    assert_true(says(rig, "\"copy\":{\"at\":1795479120000}"));
    assert_screen(rig, "attract");
    copy_is(rig, (struct guest_copy){ .old_ms = 0 });
    assert_true(says(rig, "\"chips\":[]"));
}

static void
a_withdrawn_station_is_closed_once_its_guest_has_gone(void **state)
{
    struct rig *rig = *state;
    publish(rig, outcome_of(rig, VERDICT_UNPAID));
    station_is(rig, STATION_SEALED);
    assert_screen(rig, "unpaid");
    hand_loop_turn(&rig->hand, 60000);
    assert_screen(rig, "out-of-order");
    assert_true(says(rig, "\"code\":\"WITHDRAWN\""));
    assert_false(says(rig, "Miloš"));
    station_is(rig, STATION_READY);
    assert_screen(rig, "attract");
}

#define guest_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        guest_test(a_station_that_loads_its_first_list_gets_ready_and_tells_how_far),
        guest_test(a_load_beside_a_list_that_is_there_is_no_matter_of_guests),
        guest_test(an_old_list_is_said_with_its_time_and_a_fresh_one_is_not),
        guest_test(a_withdrawn_station_is_closed_once_its_guest_has_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
