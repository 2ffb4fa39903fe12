#include "guest_rig.h"

static void
a_badge_that_may_be_out_is_asked_for(void **state)
{
    struct rig *rig = *state;
    welcome(rig);
    move_job(rig, SPOOL_UNCERTAIN);
    assert_screen(rig, "came-out");
    assert_true(guest_badge(rig->guest, "boot-1", seq_of(rig), false));
    assert_int_equal(rig->said_job, 7);
    assert_false(rig->said_came_out);
    assert_screen(rig, "welcome");
    move_job(rig, SPOOL_UNCERTAIN);
    assert_true(guest_badge(rig->guest, "boot-1", seq_of(rig), true));
    assert_true(rig->said_came_out);
    assert_screen(rig, "enter");
}

static void
a_touch_to_a_screen_that_is_gone_does_nothing(void **state)
{
    struct rig *rig = *state;
    welcome(rig);
    move_job(rig, SPOOL_UNCERTAIN);
    int64_t asked = seq_of(rig);
    welcome(rig);
    move_job(rig, SPOOL_UNCERTAIN); /* the next guest is asked the same */
    assert_false(guest_badge(rig->guest, "boot-1", asked, true));
    assert_false(guest_badge(rig->guest, "boot-0", seq_of(rig), true));
    assert_false(guest_badge(rig->guest, "boot-1", seq_of(rig) + 1, true));
    assert_int_equal(rig->said_job, 0);
    assert_screen(rig, "came-out");
}

static void
a_touch_counts_while_its_screen_only_got_news(void **state)
{
    struct rig *rig = *state;
    struct link_status down = { .up = false };
    publish(rig, outcome_of(rig, VERDICT_UNPAID));
    int64_t seen = seq_of(rig);
    feed_publish(&rig->feed, FEED_LINK, &down);
    assert_int_equal(seq_of(rig), seen + 1);
    assert_true(says(rig, "\"chips\":[\"offline\"]"));
    assert_true(guest_done(rig->guest, "boot-1", seen));
    assert_screen(rig, "attract");
}

static void
more_time_gives_more_time(void **state)
{
    struct rig *rig = *state;
    publish(rig, outcome_of(rig, VERDICT_UNPAID));
    for (int i = 0; i < 5; i++) {
        hand_loop_turn(&rig->hand, 11000);
        assert_screen(rig, "unpaid");
        assert_true(guest_stay(rig->guest, "boot-1", seq_of(rig)));
    }
    hand_loop_turn(&rig->hand, 12000);
    assert_screen(rig, "attract");
}

static void
the_direction_is_asked_and_handed_on(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *asking = outcome_of(rig, VERDICT_ADMIT);
    asking->phase = DESK_ASKING_DIRECTION;
    publish(rig, asking);
    assert_screen(rig, "direction");
    assert_true(guest_choose(rig->guest, "boot-1", seq_of(rig), true));
    assert_int_equal(rig->chosen_scan, 1);
    assert_true(rig->chosen_exit);
}

static void
a_scan_that_was_dropped_leaves_the_screen(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *asking = outcome_of(rig, VERDICT_ADMIT);
    asking->phase = DESK_ASKING_DIRECTION;
    feed_publish(&rig->feed, FEED_SCAN, asking);
    assert_screen(rig, "direction");
    asking->phase = DESK_DROPPED;
    feed_publish(&rig->feed, FEED_SCAN, asking);
    assert_screen(rig, "attract");
    publish(rig, outcome_of(rig, VERDICT_UNPAID));
    feed_publish(&rig->feed, FEED_SCAN, asking); /* an older one changes nothing */
    assert_screen(rig, "unpaid");
    free(asking);
}

static void
a_language_is_picked_and_forgotten(void **state)
{
    struct rig *rig = *state;
    assert_false(guest_language(rig->guest, "boot-1", seq_of(rig), "xx"));
    assert_true(guest_language(rig->guest, "boot-1", seq_of(rig), "en"));
    assert_true(says(rig, "\"show\":[\"en\"]"));
    hand_loop_turn(&rig->hand, 30000);
    assert_true(says(rig, "\"show\":[\"zh-Hans\",\"en\"]"));

    struct desk_outcome *chinese = outcome_of(rig, VERDICT_UNPAID);
    str_copy(chinese->ticket.language, sizeof chinese->ticket.language, "zh-CN");
    publish(rig, chinese);
    assert_true(says(rig, "\"show\":[\"zh-Hans\"]"));
}

/* ---- questions ---------------------------------------------------------------- */

static void
ask(struct rig *rig, uint64_t number, const char *questions)
{
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_QUESTIONS);
    outcome->phase = DESK_ASKING_QUESTIONS;
    outcome->questions = questions;
    if (number != 0)
        outcome->number = number;
    publish(rig, outcome);
}

static void
a_question_is_asked_here_and_its_answer_goes_to_the_desk(void **state)
{
    struct rig *rig = *state;
    ask(rig, 0, "[{\"id\":7,\"type\":\"N\"},{\"id\":8,\"type\":\"B\"}]");
    assert_screen(rig, "questions");
    assert_true(says(rig, "\"questions\":[{\"id\":7"));
    int64_t asked = seq_of(rig);
    assert_true(guest_answer(rig->guest, "boot-1", asked, 7, "12"));
    assert_int_equal(rig->answered_scan, rig->scans);
    assert_int_equal(rig->answered, 7);
    assert_string_equal(rig->answer_text, "12");

    ask(rig, rig->scans, "[{\"id\":8,\"type\":\"B\"}]"); /* what is left */
    assert_false(guest_answer(rig->guest, "boot-1", asked, 8, "True"));
    assert_true(guest_answer(rig->guest, "boot-1", seq_of(rig), 8, "True"));
    assert_int_equal(rig->answered, 8);
}

static void
an_answer_that_will_not_do_is_told_and_asked_again(void **state)
{
    struct rig *rig = *state;
    ask(rig, 0, "[{\"id\":7,\"type\":\"N\"}]");
    rig->answer_fault = "no-number";
    assert_true(guest_answer(rig->guest, "boot-1", seq_of(rig), 7, "many"));
    assert_screen(rig, "questions");
    assert_true(says(rig, "\"fault\":\"no-number\""));
    assert_true(says(rig, "\"questions\":[{\"id\":7"));
}

static void
a_question_of_a_scan_that_is_over_goes_and_so_does_one_that_nobody_answers(void **state)
{
    struct rig *rig = *state;
    ask(rig, 0, "[{\"id\":7,\"type\":\"N\"}]");
    rig->answer_fault = "";
    assert_false(guest_answer(rig->guest, "boot-1", seq_of(rig), 7, "1"));
    assert_screen(rig, "attract");

    ask(rig, 0, "[{\"id\":7,\"type\":\"N\"}]");
    hand_loop_turn(&rig->hand, 59000);
    assert_screen(rig, "questions");
    hand_loop_turn(&rig->hand, 1500);
    assert_screen(rig, "attract");
    assert_false(says(rig, "\"id\":7"));
}

static void
a_screen_that_asks_nothing_takes_no_answer(void **state)
{
    struct rig *rig = *state;
    publish(rig, outcome_of(rig, VERDICT_QUESTIONS));
    assert_screen(rig, "questions");
    assert_false(guest_answer(rig->guest, "boot-1", seq_of(rig), 7, "1"));
    assert_int_equal(rig->answered, 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        T(a_badge_that_may_be_out_is_asked_for),
        T(a_touch_to_a_screen_that_is_gone_does_nothing),
        T(a_touch_counts_while_its_screen_only_got_news),
        T(more_time_gives_more_time),
        T(the_direction_is_asked_and_handed_on),
        T(a_scan_that_was_dropped_leaves_the_screen),
        T(a_language_is_picked_and_forgotten),
        T(a_question_is_asked_here_and_its_answer_goes_to_the_desk),
        T(an_answer_that_will_not_do_is_told_and_asked_again),
        T(a_question_of_a_scan_that_is_over_goes_and_so_does_one_that_nobody_answers),
        T(a_screen_that_asks_nothing_takes_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
