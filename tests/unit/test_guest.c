#include "guest_rig.h"

static void
attract_shows_both_languages_and_nobody(void **state)
{
    struct rig *rig = *state;
    assert_screen(rig, "attract");
    assert_true(says(rig, "\"show\":[\"zh-Hans\",\"en\"]"));
    assert_false(says(rig, "\"guest\":{"));
}

static void
a_badge_is_followed_from_the_queue_to_the_hand(void **state)
{
    struct rig *rig = *state;
    tell_printer(rig, PRINTQ_READY, 0);
    welcome(rig);
    assert_screen(rig, "welcome");
    assert_true(says(rig, "\"stage\":\"queued\""));
    assert_true(says(rig, "Miloš Jovanović"));
    assert_true(says(rig, "\"show\":[\"en\"]"));
    assert_true(says(rig, "\"eta_ms\":4200"));
    move_job(rig, SPOOL_SENDING);
    assert_true(says(rig, "\"stage\":\"printing\""));
    move_job(rig, SPOOL_SENT);
    assert_screen(rig, "welcome");
    move_job(rig, SPOOL_PRINTED);
    assert_screen(rig, "take");
    hand_loop_turn(&rig->hand, 7999);
    assert_screen(rig, "take");
    hand_loop_turn(&rig->hand, 1);
    assert_screen(rig, "attract");
    assert_false(says(rig, "Jovanović"));
    assert_true(says(rig, "\"lang\":\"\""));
}

static void
an_admission_that_is_not_on_disk_is_never_welcomed(void **state)
{
    struct rig *rig = *state;
    static const enum verdict passes[] = { VERDICT_ADMIT, VERDICT_ADMIT_AGAIN,
                                           VERDICT_EXIT };
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        struct desk_outcome *outcome = outcome_of(rig, passes[i]);
        outcome->recorded = false;
        publish(rig, outcome);
        assert_screen(rig, "out-of-order");
        assert_false(says(rig, "Jovanović"));
    }
}

static void
each_verdict_has_its_screen(void **state)
{
    struct rig *rig = *state;
    static const struct {
        enum verdict verdict;
        const char *screen;
    } samples[] = {
        { VERDICT_ADMIT, "enter" },
        { VERDICT_ADMIT_AGAIN, "enter" },
        { VERDICT_EXIT, "exit" },
        { VERDICT_PRINT_ONLY, "enter" },
        { VERDICT_ALREADY_IN, "already" },
        { VERDICT_UNPAID, "unpaid" },
        { VERDICT_CANCELLED, "cancelled" },
        { VERDICT_BLOCKED, "blocked" },
        { VERDICT_REVOKED, "revoked" },
        { VERDICT_NOT_YET_VALID, "not-yet" },
        { VERDICT_NO_LONGER_VALID, "no-longer" },
        { VERDICT_WRONG_LIST, "wrong-list" },
        { VERDICT_RULES, "rules" },
        { VERDICT_QUESTIONS, "questions" },
        { VERDICT_AMBIGUOUS, "ambiguous" },
        { VERDICT_NOT_IN_COPY, "not-in-copy" },
        { VERDICT_REPLACED, "replaced" },
        { VERDICT_FORGED, "forged" },
        { VERDICT_MALFORMED, "malformed" },
        { VERDICT_UNAPPROVED, "unapproved" },
        { VERDICT_EXCHANGE, "exchange" },
        { VERDICT_EXCHANGED, "exchanged" },
        { VERDICT_ERROR, "error" },
    };
    assert_int_equal(sizeof samples / sizeof *samples, VERDICT_COUNT);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        publish(rig, outcome_of(rig, samples[i].verdict));
        assert_screen(rig, samples[i].screen);
        hand_loop_turn(&rig->hand, 60000);
        assert_screen(rig, "attract");
    }
}

static void
a_question_that_wants_a_file_sends_to_the_help_desk_at_once(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_QUESTIONS);
    outcome->wants_file = true;
    publish(rig, outcome);
    assert_screen(rig, "questions");
    assert_true(says(rig, "\"variant\":\"file\""));
    assert_false(says(rig, "\"questions\":["));
    publish(rig, outcome_of(rig, VERDICT_QUESTIONS));
    assert_false(says(rig, "\"variant\":\"file\""));
}

static void
several_guests_of_one_code_are_not_shown(void **state)
{
    struct rig *rig = *state;
    publish(rig, outcome_of(rig, VERDICT_AMBIGUOUS));
    assert_false(says(rig, "Jovanović"));
}

static void
already_in_tells_when_and_at_which_door(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_ALREADY_IN);
    outcome->history.last_at_ms = 1234567;
    str_copy(outcome->history.last_station, sizeof outcome->history.last_station, "B");
    str_copy(outcome->history.last_gate, sizeof outcome->history.last_gate, "N2");
    publish(rig, outcome);
    assert_true(says(rig, "\"at\":1234567"));
    assert_true(says(rig, "\"at_station\":\"B\""));
    assert_true(says(rig, "\"at_gate\":\"N2\""));
}

static void
the_facts_of_a_refusal_are_told(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_WRONG_LIST);
    outcome->has_list = true;
    str_copy(outcome->list.name, sizeof outcome->list.name, "Main hall");
    outcome->has_right_list = true;
    str_copy(outcome->right_list.name, sizeof outcome->right_list.name, "AI forum");
    str_copy(outcome->right_list.place, sizeof outcome->right_list.place, "Hall N2");
    outcome->right_list.starts_ms = 1234567;
    publish(rig, outcome);
    assert_true(says(rig, "\"place\":\"Hall N2\""));
    assert_true(says(rig, "\"from\":1234567"));
    assert_false(says(rig, "Main hall"));

    outcome = outcome_of(rig, VERDICT_NOT_YET_VALID);
    outcome->bound_ms = now_utc_ms + 60000;
    publish(rig, outcome);
    assert_screen(rig, "not-yet");
    assert_true(says(rig, "\"from\":1795482780000"));

    outcome = outcome_of(rig, VERDICT_NOT_IN_COPY);
    outcome->has_ticket = false;
    outcome->age.complete_ms = now_utc_ms - 90000;
    publish(rig, outcome);
    assert_true(says(rig, "\"age_ms\":90000"));

    outcome = outcome_of(rig, VERDICT_ALREADY_IN);
    outcome->history.last_at_ms = 4711;
    str_copy(outcome->history.last_station, sizeof outcome->history.last_station, "B");
    publish(rig, outcome);
    assert_true(says(rig, "\"at\":4711"));
    assert_true(says(rig, "\"at_station\":\"B\""));
}

static void
reading_is_shown_only_after_150_ms(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *reading = outcome_of(rig, VERDICT_ADMIT);
    reading->phase = DESK_READING;
    feed_publish(&rig->feed, FEED_SCAN, reading);
    hand_loop_turn(&rig->hand, 149);
    assert_screen(rig, "attract");
    hand_loop_turn(&rig->hand, 1);
    assert_screen(rig, "reading");
    reading->phase = DESK_ANSWERED;
    publish(rig, reading);
    assert_screen(rig, "enter");

    struct desk_outcome *quick = outcome_of(rig, VERDICT_ADMIT);
    quick->phase = DESK_READING;
    feed_publish(&rig->feed, FEED_SCAN, quick);
    hand_loop_turn(&rig->hand, 100);
    quick->phase = DESK_ANSWERED;
    publish(rig, quick);
    hand_loop_turn(&rig->hand, 1000);
    assert_screen(rig, "enter");
}

static void
the_next_guest_wins_at_once_and_the_former_job_stays_silent(void **state)
{
    struct rig *rig = *state;
    welcome(rig);
    struct desk_outcome *next = outcome_of(rig, VERDICT_UNPAID);
    str_copy(next->ticket.name, sizeof next->ticket.name, "张伟");
    publish(rig, next);
    assert_screen(rig, "unpaid");
    assert_false(says(rig, "Jovanović"));
    move_job(rig, SPOOL_PRINTED);
    assert_screen(rig, "unpaid");
}

static void
printer_trouble_is_told_and_heals(void **state)
{
    struct rig *rig = *state;
    static const struct {
        enum printq_health health;
        unsigned reasons;
        const char *trouble;
    } samples[] = {
        { PRINTQ_TROUBLE, PRINTER_MEDIA_EMPTY, "labels" },
        { PRINTQ_TROUBLE, PRINTER_COVER_OPEN, "cover" },
        { PRINTQ_TROUBLE, PRINTER_MEDIA_JAM, "jam" },
        { PRINTQ_TROUBLE, PRINTER_SUPPLY_EMPTY, "ribbon" },
        { PRINTQ_UNREACHABLE, 0, "offline" },
        { PRINTQ_DRAINED, 0, "other" },
    };
    tell_printer(rig, PRINTQ_READY, 0);
    welcome(rig);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        tell_printer(rig, samples[i].health, samples[i].reasons);
        assert_screen(rig, "trouble");
        assert_true(says(rig, samples[i].trouble));
        tell_printer(rig, PRINTQ_READY, 0);
        assert_screen(rig, "welcome");
    }
    move_job(rig, SPOOL_PRINTED);
    assert_screen(rig, "take");
    hand_loop_turn(&rig->hand, 8000);
    tell_printer(rig, PRINTQ_TROUBLE, PRINTER_MEDIA_EMPTY);
    assert_screen(rig, "attract");
    assert_true(says(rig, "\"chips\":[\"printer\"]"));
    welcome(rig);
    assert_screen(rig, "trouble"); /* checked in all the same, and told so at once */
}

static void
a_slow_badge_is_told_after_15_and_30_seconds(void **state)
{
    struct rig *rig = *state;
    welcome(rig);
    hand_loop_turn(&rig->hand, 14999);
    assert_true(says(rig, "\"late\":0"));
    hand_loop_turn(&rig->hand, 1);
    assert_true(says(rig, "\"late\":1"));
    hand_loop_turn(&rig->hand, 15000);
    assert_true(says(rig, "\"late\":2"));
    hand_loop_turn(&rig->hand, 60000);
    assert_screen(rig, "attract");
}

static void
a_badge_that_is_out_already_is_said_to_be(void **state)
{
    struct rig *rig = *state;
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_PRINT_ONLY);
    outcome->badge_out = true;
    publish(rig, outcome);
    assert_screen(rig, "already");
    assert_true(says(rig, "\"variant\":\"badge\""));
}

static void
trouble_of_the_station_stands_in_place_of_attract(void **state)
{
    struct rig *rig = *state;
    struct station_status full = { .trouble = STATION_DISK_FULL };
    publish(rig, outcome_of(rig, VERDICT_UNPAID));
    feed_publish(&rig->feed, FEED_STATION, &full);
    assert_screen(rig, "unpaid"); /* who stands there reads to the end */
    hand_loop_turn(&rig->hand, 12000);
    assert_screen(rig, "out-of-order");
    assert_true(says(rig, "DISK-FULL"));
    struct station_status ready = { .trouble = STATION_READY };
    feed_publish(&rig->feed, FEED_STATION, &ready);
    assert_screen(rig, "attract");
}

static void
take_role(struct rig *rig, enum role_work work)
{
    struct role role = { .list_count = 1, .work = work };
    feed_publish(&rig->feed, FEED_ROLE, &role);
}

static void
guests_hear_before_the_scan_that_no_printer_works(void **state)
{
    struct rig *rig = *state;
    tell_printer(rig, PRINTQ_READY, 0);
    take_role(rig, ROLE_ADMIT_PRINT);
    assert_screen(rig, "attract");
    assert_false(says(rig, "no-badges"));
    tell_printer(rig, PRINTQ_TROUBLE, PRINTER_MEDIA_EMPTY);
    assert_screen(rig, "attract"); /* they are still let in */
    assert_true(says(rig, "\"variant\":\"no-badges\""));
    assert_true(says(rig, "\"chips\":[\"printer\"]"));

    take_role(rig, ROLE_PRINT_ONLY); /* nothing that it is for can be done here */
    assert_screen(rig, "out-of-order");
    assert_true(says(rig, "\"code\":\"NO-PRINTER\""));
    tell_printer(rig, PRINTQ_PRINTING, 0);
    assert_screen(rig, "attract");
    assert_false(says(rig, "no-badges"));

    tell_printer(rig, PRINTQ_UNREACHABLE, 0);
    assert_screen(rig, "out-of-order");
    take_role(rig, ROLE_ADMIT_ONLY); /* a printer is nothing to it */
    assert_screen(rig, "attract");
    assert_false(says(rig, "no-badges"));
    assert_true(says(rig, "\"chips\":[]"));
}

static void
a_station_without_any_printer_says_so_and_one_that_was_not_heard_of_does_not(
    void **state)
{
    struct rig *rig = *state;
    struct printq_status starting = { .name = "left", .health = PRINTQ_UNREACHABLE };
    assert_false(says(rig, "no-badges")); /* nobody has said what is asked of it */
    take_role(rig, ROLE_ADMIT_PRINT);
    assert_true(says(rig, "no-badges"));
    welcome(rig);
    assert_screen(rig, "trouble");
    guest_done(rig->guest, "boot-1", seq_of(rig));
    feed_publish(&rig->feed, FEED_PRINTER, &starting);
    assert_screen(rig, "attract");
    assert_false(says(rig, "no-badges"));
}

static void
a_missing_scanner_is_a_chip(void **state)
{
    struct rig *rig = *state;
    struct reader_status status = { .reader = 0,
                                    .name = "front",
                                    .state = SCANNER_ABSENT };
    feed_publish(&rig->feed, FEED_SCANNER, &status);
    assert_true(says(rig, "\"chips\":[\"scanner\"]"));
    status.state = SCANNER_READY;
    feed_publish(&rig->feed, FEED_SCANNER, &status);
    assert_true(says(rig, "\"chips\":[]"));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        T(attract_shows_both_languages_and_nobody),
        T(a_badge_is_followed_from_the_queue_to_the_hand),
        T(an_admission_that_is_not_on_disk_is_never_welcomed),
        T(each_verdict_has_its_screen),
        T(a_question_that_wants_a_file_sends_to_the_help_desk_at_once),
        T(several_guests_of_one_code_are_not_shown),
        T(already_in_tells_when_and_at_which_door),
        T(the_facts_of_a_refusal_are_told),
        T(reading_is_shown_only_after_150_ms),
        T(the_next_guest_wins_at_once_and_the_former_job_stays_silent),
        T(printer_trouble_is_told_and_heals),
        T(a_slow_badge_is_told_after_15_and_30_seconds),
        T(a_badge_that_is_out_already_is_said_to_be),
        T(trouble_of_the_station_stands_in_place_of_attract),
        T(guests_hear_before_the_scan_that_no_printer_works),
        T(a_station_without_any_printer_says_so_and_one_that_was_not_heard_of_does_not),
        T(a_missing_scanner_is_a_chip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
