#include "printq_scene.h"

/* A printer that takes jobs and prints none, and says nothing of it: only the deadline
 * tells, so what it tells must last longer than the job it was told by. */

static void
hang(struct scene *scene, const char *name)
{
    queue(scene, name)->hangs = true;
    start(scene);
    wait_ms(scene, 50);
}

static void
assert_hung(struct scene *scene, unsigned number)
{
    assert_int_equal(status(scene, number).health, PRINTQ_TROUBLE);
    assert_string_equal(status(scene, number).text, "no label within 15 s");
}

/* Names of jobs in the order in which the spooler was given them. */
static const char *
sent(struct scene *scene, unsigned number)
{
    assert_true(number < scene->spooler.job_count);
    return scene->spooler.jobs[number].name;
}

static void
a_printer_that_let_a_job_run_out_is_in_trouble_and_says_why(void **state)
{
    struct scene *scene = *state;
    hang(scene, "left");
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 14000);
    assert_int_equal(status(scene, 0).health, PRINTQ_PRINTING);
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_hung(scene, 0);
    int64_t now_ms = clock_utc_ms(&scene->loop.clock);
    int64_t next_ms = status(scene, 0).next_try_ms;
    assert_in_range(next_ms - now_ms, 13000, 15000);
    wait_ms(scene, 10000); /* the time of the next try stands still */
    assert_int_equal(status(scene, 0).next_try_ms, next_ms);
}

static void
an_idle_queue_after_the_rest_puts_it_on_trial_and_a_label_makes_it_well(void **state)
{
    struct scene *scene = *state;
    hang(scene, "left");
    guest(scene, "AAA");
    wait_ms(scene, 16000);
    assert_hung(scene, 0);
    queue(scene, "left")->hangs = false;
    wait_ms(scene, 12000);
    assert_hung(scene, 0); /* not before its time */
    wait_ms(scene, 4500);
    struct printq_status told = status(scene, 0);
    assert_int_equal(told.health, PRINTQ_READY);
    assert_true(told.on_trial);
    assert_int_equal(told.next_try_ms, 0);
    assert_string_equal(told.text, "on trial again after no label within 15 s");
    guest(scene, "BBB");
    wait_ms(scene, 2000);
    assert_int_equal(paper(scene), 1);
    assert_false(status(scene, 0).on_trial);
    assert_string_equal(status(scene, 0).text, "");
}

static void
a_queue_that_complains_or_is_busy_is_not_put_on_trial(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    hang(scene, "left");
    guest(scene, "AAA");
    wait_ms(scene, 16000);
    struct hand_job *foreign = &scene->spooler.jobs[scene->spooler.job_count++];
    *foreign = (struct hand_job){ .name = "stuck",
                                  .queue = queue(scene, "left"),
                                  .state = PRINTER_JOB_WAITING };
    wait_ms(scene, 60000);
    assert_hung(scene, 0);
    foreign->state = PRINTER_JOB_CANCELED;
    queue(scene, "left")->hangs = false;
    queue(scene, "left")->reasons = PRINTER_COVER_OPEN;
    wait_ms(scene, 5000);
    assert_int_equal(status(scene, 0).health, PRINTQ_TROUBLE);
    queue(scene, "left")->reasons = 0;
    wait_ms(scene, 2000);
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
}

static void
each_failed_trial_doubles_the_rest_up_to_five_minutes(void **state)
{
    struct scene *scene = *state;
    static const int64_t rests_ms[] = { 15000,  30000,  60000, 120000,
                                        240000, 300000, 300000 };
    add_printer(scene, "right");
    hang(scene, "left");
    for (unsigned i = 0; i < sizeof rests_ms / sizeof *rests_ms; i++) {
        for (int k = 0; k < 2; k++) { /* the second takes the one on trial */
            char ref[8];
            snprintf(ref, sizeof ref, "R%u%d", i, k);
            guest(scene, ref);
        }
        wait_ms(scene, 16500);
        assert_hung(scene, 0);
        int64_t left_ms =
            status(scene, 0).next_try_ms - clock_utc_ms(&scene->loop.clock);
        if (left_ms < rests_ms[i] - 2500 || left_ms > rests_ms[i])
            fail_msg("rest %u: %lld ms, not %lld", i, (long long)left_ms,
                     (long long)rests_ms[i]);
        wait_ms(scene, left_ms + 2000);
        assert_true(status(scene, 0).on_trial);
    }
}

static void
on_trial_it_gets_a_badge_only_if_nobody_else_is_free(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    hang(scene, "left");
    guest(scene, "AAA");
    wait_ms(scene, 33000);
    assert_true(status(scene, 0).on_trial);
    for (int i = 0; i < 4; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "R%d", i);
        int64_t id = guest(scene, ref);
        wait_ms(scene, 2000);
        assert_string_equal(row(scene, id).printer, "right");
    }
    queue(scene, "left")->hangs = false;
    guest(scene, "S1");
    int64_t second = guest(scene, "S2");
    wait_ms(scene, 2000);
    assert_string_equal(row(scene, second).printer, "left");
    assert_false(status(scene, 0).on_trial);
}

static void
a_test_label_that_comes_out_ends_the_trouble_at_once(void **state)
{
    struct scene *scene = *state;
    hang(scene, "left");
    guest(scene, "AAA");
    wait_ms(scene, 16000);
    assert_hung(scene, 0);
    assert_ok(printq_test(scene->printq, 0, err)); /* still deaf */
    wait_ms(scene, 17000);
    assert_hung(scene, 0);
    assert_int_equal(scene->spooler.jobs[1].state, PRINTER_JOB_CANCELED);
    assert_true(status(scene, 0).next_try_ms >
                clock_utc_ms(&scene->loop.clock) + 20000);
    queue(scene, "left")->hangs = false;
    assert_ok(printq_test(scene->printq, 0, err));
    wait_ms(scene, 1500);
    assert_int_equal(paper(scene), 1);
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
    assert_false(status(scene, 0).on_trial);
    guest(scene, "BBB");
    wait_ms(scene, 1500);
    assert_int_equal(paper(scene), 2);
}

static void
take_status(enum feed_topic topic, const void *what, void *self)
{
    (void)topic;
    *(struct printq_status *)self = *(const struct printq_status *)what;
}

static void
the_feed_tells_the_trouble_and_its_end(void **state)
{
    struct scene *scene = *state;
    struct printq_status told = { 0 };
    feed_listen(&scene->feed, 1u << FEED_PRINTER, take_status, &told);
    hang(scene, "left");
    guest(scene, "AAA");
    wait_ms(scene, 16000);
    assert_int_equal(told.health, PRINTQ_TROUBLE);
    assert_string_equal(told.text, "no label within 15 s");
    assert_true(told.next_try_ms > 0);
    queue(scene, "left")->hangs = false;
    guest(scene, "BBB");
    wait_ms(scene, 20000);
    assert_int_equal(told.health, PRINTQ_READY);
    assert_int_equal(told.next_try_ms, 0);
    assert_string_equal(told.text, "");
    feed_unlisten(&scene->feed, &told);
}

static void
waiting_and_new_jobs_go_to_the_other_printer(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    hang(scene, "left");
    int64_t first = guest(scene, "AAA");
    wait_ms(scene, 16000);
    assert_string_equal(row(scene, first).printer, "left");
    assert_hung(scene, 0);
    for (int i = 0; i < 6; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "R%d", i);
        int64_t id = guest(scene, ref);
        wait_ms(scene, 2000);
        assert_string_equal(row(scene, id).printer, "right");
        assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    }
    assert_hung(scene, 0);
}

static void
alone_it_is_tried_by_one_job_at_a_time_once_a_minute_at_least(void **state)
{
    struct scene *scene = *state;
    static const int64_t rests_ms[] = { 15000, 30000, 60000, 60000 };
    hang(scene, "left");
    for (int i = 0; i < 8; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "R%d", i);
        guest(scene, ref);
    }
    wait_ms(scene, 16000); /* the first is over */
    for (unsigned i = 0; i < sizeof rests_ms / sizeof *rests_ms; i++) {
        int64_t rested_ms = i == 0 ? 16000 - 15000 : -15000; /* less the try itself */
        for (; scene->spooler.job_count == i + 1 && rested_ms < 100000;
             rested_ms += 100)
            wait_ms(scene, 100);
        if (rested_ms < rests_ms[i] || rested_ms > rests_ms[i] + 2500)
            fail_msg("rest %u: %lld ms, not %lld", i, (long long)rested_ms,
                     (long long)rests_ms[i]);
        assert_int_equal(scene->spooler.job_count, i + 2);
        assert_hung(scene, 0); /* a try is not a success */
    }
}

static void
the_first_label_ends_the_trouble(void **state)
{
    struct scene *scene = *state;
    hang(scene, "left");
    for (int i = 0; i < 5; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "R%d", i);
        guest(scene, ref);
    }
    wait_ms(scene, 16000);
    queue(scene, "left")->hangs = false;
    wait_ms(scene, 25000); /* one rest, then four labels in a row */
    assert_int_equal(paper(scene), 4);
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
    assert_string_equal(status(scene, 0).text, "");

    queue(scene, "left")->hangs = true; /* another day: the rests begin anew */
    guest(scene, "S1");
    guest(scene, "S2");
    wait_ms(scene, 18000);
    assert_hung(scene, 0);
    queue(scene, "left")->hangs = false;
    wait_ms(scene, 17000);
    assert_int_equal(paper(scene), 5);
}

static void
who_had_a_try_waits_for_those_who_had_none(void **state)
{
    struct scene *scene = *state;
    hang(scene, "left");
    int64_t first = guest(scene, "AAA");
    guest(scene, "BBB");
    wait_ms(scene, 16500);
    assert_ok(printq_retry(scene->printq, first, "staff:li", err));
    guest(scene, "CCC");
    queue(scene, "left")->hangs = false;
    wait_ms(scene, 25000);
    assert_string_equal(sent(scene, 0), "kiosk-A-1-1");
    assert_string_equal(sent(scene, 1), "kiosk-A-2-1");
    assert_string_equal(sent(scene, 2), "kiosk-A-3-1");
    assert_string_equal(sent(scene, 3), "kiosk-A-1-2");
    assert_int_equal(paper(scene), 3);
}

/* Ahead of it in a queue that others feed too: it never begins, so it is free to go. */
static void
a_job_that_did_not_begin_moves_on_and_the_printer_is_in_trouble(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    struct hand_job *foreign = &scene->spooler.jobs[scene->spooler.job_count++];
    *foreign = (struct hand_job){ .name = "foreign",
                                  .queue = queue(scene, "left"),
                                  .state = PRINTER_JOB_WAITING };
    hang(scene, "left");
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 15700);
    assert_hung(scene, 0);
    wait_ms(scene, 3000);
    assert_string_equal(row(scene, id).printer, "right");
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 2);
}

static void
staff_who_take_it_back_end_the_trouble(void **state)
{
    struct scene *scene = *state;
    hang(scene, "left");
    guest(scene, "AAA");
    wait_ms(scene, 16000);
    assert_ok(printq_drain(scene->printq, 0, true, err));
    assert_int_equal(status(scene, 0).health, PRINTQ_DRAINED);
    queue(scene, "left")->hangs = false;
    assert_ok(printq_drain(scene->printq, 0, false, err));
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
    guest(scene, "BBB");
    wait_ms(scene, 3000);
    assert_int_equal(paper(scene), 1);
}

static void
a_problem_has_a_name_and_advice_that_names_the_queue(void **state)
{
    struct printq_status told = { .name = "left", .uri = "cups:Zebra_ZD421" };
    char advice[256];
    (void)state;
    for (int i = 1; i < PRINTQ_PROBLEM_COUNT; i++) {
        told.problem = (enum printq_problem)i;
        assert_true(printq_problem_name(told.problem)[0]);
        assert_true(printq_advice(&told, advice, sizeof advice)[0]);
        assert_null(strchr(advice, '%'));
        assert_true(strlen(advice) < sizeof advice - 60); /* names may be longer */
    }
    told.problem = PRINTQ_PAUSED;
    assert_string_equal(printq_advice(&told, advice, sizeof advice),
                        "the queue is paused: cupsenable Zebra_ZD421");
    told.problem = PRINTQ_NO_PROBLEM;
    assert_string_equal(printq_advice(&told, advice, sizeof advice), "");
    assert_string_equal(printq_problem_name(PRINTQ_NO_PROBLEM), "");
}

static void
a_health_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(printq_health_name(PRINTQ_READY), "ready");
    assert_string_equal(printq_health_name(PRINTQ_PRINTING), "printing");
    assert_string_equal(printq_health_name(PRINTQ_TROUBLE), "trouble");
    assert_string_equal(printq_health_name(PRINTQ_UNREACHABLE), "unreachable");
    assert_string_equal(printq_health_name(PRINTQ_DRAINED), "set aside");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(a_printer_that_let_a_job_run_out_is_in_trouble_and_says_why),
        scene_test(the_feed_tells_the_trouble_and_its_end),
        scene_test(waiting_and_new_jobs_go_to_the_other_printer),
        scene_test(
            an_idle_queue_after_the_rest_puts_it_on_trial_and_a_label_makes_it_well),
        scene_test(a_queue_that_complains_or_is_busy_is_not_put_on_trial),
        scene_test(each_failed_trial_doubles_the_rest_up_to_five_minutes),
        scene_test(on_trial_it_gets_a_badge_only_if_nobody_else_is_free),
        scene_test(a_test_label_that_comes_out_ends_the_trouble_at_once),
        scene_test(alone_it_is_tried_by_one_job_at_a_time_once_a_minute_at_least),
        scene_test(the_first_label_ends_the_trouble),
        scene_test(who_had_a_try_waits_for_those_who_had_none),
        scene_test(a_job_that_did_not_begin_moves_on_and_the_printer_is_in_trouble),
        scene_test(staff_who_take_it_back_end_the_trouble),
        cmocka_unit_test(a_problem_has_a_name_and_advice_that_names_the_queue),
        cmocka_unit_test(a_health_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
