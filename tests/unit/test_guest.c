#include "screen/guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/link.h"
#include "desk/reader.h"
#include "hand_loop.h"
#include "print/printq.h"

enum { NOW = 1795482720 }; /* 24 November 2026, seconds */
static const int64_t now_utc_ms = (int64_t)NOW * 1000;

struct rig {
    struct hand_loop hand;
    struct feed feed;
    struct surface_identity identity;
    struct log log;
    struct guest *guest;
    uint64_t chosen_scan;
    bool chosen_exit;
    int64_t said_job;
    bool said_came_out, said_fails;
    uint64_t scans;
};

static void
discard(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

static void
choose(uint64_t scan, bool exit, void *self)
{
    struct rig *rig = self;
    rig->chosen_scan = scan;
    rig->chosen_exit = exit;
}

static bool
badge_said(int64_t job, bool came_out, void *self, struct err *err)
{
    struct rig *rig = self;
    if (rig->said_fails)
        return err_set(err, ERR_BUSY, "job is not uncertain");
    rig->said_job = job;
    rig->said_came_out = came_out;
    return true;
}

static int
set_up(void **state)
{
    static const char *const languages[] = { "zh-Hans", "en" };
    struct rig *rig = calloc(1, sizeof *rig);
    struct err err;
    assert_non_null(rig);
    hand_loop_init(&rig->hand, now_utc_ms);
    feed_init(&rig->feed);
    rig->log = (struct log){ discard, NULL, LOG_LEVEL_DEBUG };
    rig->identity = (struct surface_identity){ "boot-1", "assets-1" };
    struct guest_setting setting = {
        .loop = &rig->hand.loop,
        .clock = &rig->hand.clock,
        .log = &rig->log,
        .feed = &rig->feed,
        .identity = &rig->identity,
        .station = "A",
        .languages = languages,
        .language_count = 2,
        .shown = 2,
        .actions = { choose, badge_said, rig },
    };
    assert_true(guest_create(&setting, &rig->guest, &err));
    struct station_status ready = { .trouble = STATION_READY };
    feed_publish(&rig->feed, FEED_STATION, &ready);
    *state = rig;
    return 0;
}

static int
tear_down(void **state)
{
    struct rig *rig = *state;
    guest_destroy(rig->guest);
    free(rig);
    return 0;
}

static const char *
json_of(struct rig *rig)
{
    return guest_surface(rig->guest)->state.data;
}

static bool
says(struct rig *rig, const char *member)
{
    return strstr(json_of(rig), member) != NULL;
}

static void
assert_screen(struct rig *rig, const char *screen)
{
    struct json *root;
    const char *text;
    struct err err;
    assert_true(json_parse(json_of(rig), strlen(json_of(rig)), &root, &err));
    assert_true(json_text(root, "screen", &text, &err));
    assert_string_equal(text, screen);
    json_free(root);
}

static int64_t
seq_of(struct rig *rig)
{
    return (int64_t)guest_surface(rig->guest)->seq;
}

static struct desk_outcome *
outcome_of(struct rig *rig, enum verdict verdict)
{
    struct desk_outcome *outcome = calloc(1, sizeof *outcome);
    assert_non_null(outcome);
    outcome->number = ++rig->scans;
    outcome->phase = DESK_ANSWERED;
    outcome->verdict = verdict;
    outcome->recorded = true;
    outcome->at_ms = now_utc_ms;
    outcome->has_ticket = true;
    str_copy(outcome->ticket.name, sizeof outcome->ticket.name, "Miloš Jovanović");
    str_copy(outcome->ticket.kind, sizeof outcome->ticket.kind, "vip");
    str_copy(outcome->ticket.language, sizeof outcome->ticket.language, "en");
    return outcome;
}

static void
give_job(struct desk_outcome *outcome, enum spool_state state)
{
    outcome->has_job = outcome->made_job = true;
    outcome->job.id = 7;
    outcome->job.issue = 1;
    outcome->job.state = state;
}

static void
publish(struct rig *rig, struct desk_outcome *outcome)
{
    feed_publish(&rig->feed, FEED_SCAN, outcome);
    free(outcome);
}

static void
move_job(struct rig *rig, enum spool_state state)
{
    struct spool_job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->id = 7;
    job->state = state;
    str_copy(job->printer, sizeof job->printer, "left");
    feed_publish(&rig->feed, FEED_JOB, job);
    free(job);
}

static void
tell_printer(struct rig *rig, enum printq_health health, unsigned reasons)
{
    struct printq_status *status = calloc(1, sizeof *status);
    assert_non_null(status);
    str_copy(status->name, sizeof status->name, "left");
    status->health = health;
    status->reasons = reasons;
    status->median_ms = 4200;
    feed_publish(&rig->feed, FEED_PRINTER, status);
    free(status);
}

static void
welcome(struct rig *rig)
{
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_ADMIT);
    give_job(outcome, SPOOL_QUEUED);
    publish(rig, outcome);
}

/* ---- tests ---------------------------------------------------------------------- */

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
        { VERDICT_MALFORMED, "malformed" },
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
several_guests_of_one_code_are_not_shown(void **state)
{
    struct rig *rig = *state;
    publish(rig, outcome_of(rig, VERDICT_AMBIGUOUS));
    assert_false(says(rig, "Jovanović"));
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
    outcome->ticket.valid_from_ms = now_utc_ms + 60000;
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
a_missing_scanner_is_a_chip(void **state)
{
    struct rig *rig = *state;
    struct reader_status status = { .reader = 0, .state = SCANNER_ABSENT };
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
        T(several_guests_of_one_code_are_not_shown),
        T(the_facts_of_a_refusal_are_told),
        T(reading_is_shown_only_after_150_ms),
        T(the_next_guest_wins_at_once_and_the_former_job_stays_silent),
        T(printer_trouble_is_told_and_heals),
        T(a_slow_badge_is_told_after_15_and_30_seconds),
        T(a_badge_that_may_be_out_is_asked_for),
        T(a_touch_to_a_screen_that_is_gone_does_nothing),
        T(a_touch_counts_while_its_screen_only_got_news),
        T(more_time_gives_more_time),
        T(the_direction_is_asked_and_handed_on),
        T(a_language_is_picked_and_forgotten),
        T(trouble_of_the_station_stands_in_place_of_attract),
        T(a_missing_scanner_is_a_chip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
