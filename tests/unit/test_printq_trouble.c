#include "printq_scene.h"

/* ---- trouble at the printer ------------------------------------------------- */

static void
out_of_labels_waits_and_goes_on_by_itself_in_order_never_twice(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    int64_t first = guest(scene, "AAA"), second = guest(scene, "BBB");
    wait_ms(scene, 100);
    queue(scene, "left")->reasons = PRINTER_MEDIA_EMPTY;
    wait_ms(scene, 60000); /* four deadlines long */
    assert_int_equal(row(scene, first).state, SPOOL_SENT);
    assert_int_equal(row(scene, second).state, SPOOL_QUEUED);
    assert_int_equal(status(scene, 0).health, PRINTQ_TROUBLE);
    assert_int_equal(status(scene, 0).reasons, PRINTER_MEDIA_EMPTY);
    queue(scene, "left")->reasons = 0;
    wait_ms(scene, 5000);
    assert_int_equal(row(scene, first).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, second).state, SPOOL_PRINTED);
    assert_int_equal(paper(scene), 2);
    assert_string_equal(scene->spooler.paper[0], "kiosk-A-1-1");
    assert_string_equal(scene->spooler.paper[1], "kiosk-A-2-1");
}

static void
waiting_jobs_go_to_the_printer_that_is_well(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    queue(scene, "left")->reasons = PRINTER_COVER_OPEN;
    start(scene);
    wait_ms(scene, 50);
    int64_t ids[3] = { guest(scene, "AAA"), guest(scene, "BBB"), guest(scene, "CCC") };
    wait_ms(scene, 6000);
    for (int i = 0; i < 3; i++)
        assert_string_equal(row(scene, ids[i]).printer, "right");
    assert_int_equal(paper(scene), 3);
}

static void
a_job_held_by_a_paused_queue_is_taken_back_and_printed_elsewhere(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    queue(scene, "left")->state = PRINTER_STOPPED; /* between the look and the job */
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 500);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    assert_int_equal(status(scene, 0).health, PRINTQ_TROUBLE);
    wait_ms(scene, 60000); /* nobody else is there: it waits */
    assert_int_equal(row(scene, id).state, SPOOL_SENT);

    stop(scene);
    add_printer(scene, "right");
    start(scene);
    wait_ms(scene, 8000);
    struct spool_job job = row(scene, id);
    assert_int_equal(job.state, SPOOL_PRINTED);
    assert_string_equal(job.printer, "right");
    assert_int_equal(job.issue,
                     2); /* the first may have reached paper for all we know */
    assert_int_equal(paper(scene), 1);
}

static void
that_no_printer_works_is_said_with_what_to_do(void **state)
{
    struct scene *scene = *state;
    struct str text;
    str_init(&text, 4096);
    add_printer(scene, "right");
    start(scene);
    assert_false(printq_none_works(scene->printq, &text)); /* nobody has answered yet */
    queue(scene, "left")->reasons = PRINTER_MEDIA_EMPTY;
    wait_ms(scene, 8000);
    assert_false(printq_none_works(scene->printq, &text));
    assert_int_equal(text.length, 0);
    queue(scene, "right")->reasons = PRINTER_COVER_OPEN;
    wait_ms(scene, 8000);
    assert_true(printq_none_works(scene->printq, &text));
    assert_string_equal(text.data,
                        "printer left: trouble, put in labels; printing goes "
                        "on by itself; printer right: trouble, close its "
                        "cover; printing goes on by itself");
    queue(scene, "left")->reasons = 0;
    wait_ms(scene, 8000);
    assert_false(printq_none_works(scene->printq, &text));
    str_finish(&text);
}

static void
an_old_complaint_of_an_idle_queue_does_not_block_it_for_ever(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->reasons = PRINTER_MEDIA_EMPTY;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 5000);
    assert_int_equal(row(scene, id).state, SPOOL_SENT); /* tried all the same */
    queue(scene, "left")->reasons = 0;
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

static void
a_printer_that_never_ends_a_job_makes_it_uncertain(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->hangs = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 14000);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    wait_ms(scene, 3000);
    struct spool_job job = row(scene, id);
    assert_int_equal(job.state, SPOOL_UNCERTAIN);
    assert_non_null(strstr(job.why, "too long"));
    assert_int_equal(scene->spooler.jobs[0].state, PRINTER_JOB_CANCELED);
    wait_ms(scene, 60000); /* never blindly */
    assert_int_equal(scene->spooler.job_count, 1);

    queue(scene, "left")->hangs = false;
    assert_ok(printq_retry(scene->printq, id, "staff:li", err));
    wait_ms(scene, 3000);
    job = row(scene, id);
    assert_int_equal(job.state, SPOOL_PRINTED);
    assert_int_equal(job.issue, 2);
    assert_int_equal(paper(scene), 1);
    assert_fails(printq_retry(scene->printq, id, "staff:li", err), ERR_BUSY, "printed");
}

static void
a_job_given_up_half_way_is_uncertain(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->aborts = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_int_equal(scene->spooler.job_count, 1);
}

static void
a_printer_that_proves_nothing_has_its_guests_asked(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].profile.evidence = SPOOL_EVIDENCE_NONE;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_int_equal(paper(scene), 1);
}

/* ---- trouble at the spooler ------------------------------------------------- */

static void
a_spooler_that_is_away_is_waited_for_under_the_same_issue(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    queue(scene, "left")->accepting = true;
    int64_t id = guest(scene, "AAA");
    scene->spooler.refuses = true;
    wait_ms(scene, 100);
    assert_int_equal(row(scene, id).state, SPOOL_DRAWN);
    assert_int_equal(row(scene, id).issue, 1);
    wait_ms(scene, 30000); /* away: it is not tried at all */
    assert_int_equal(row(scene, id).state, SPOOL_DRAWN);
    assert_int_equal(status(scene, 0).health, PRINTQ_UNREACHABLE);
    scene->spooler.refuses = false;
    wait_ms(scene, 10000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(paper(scene), 1);
}

static void
what_a_queue_refuses_by_word_fails_after_three_tries(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->denies = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_DRAWN);
    assert_int_equal(status(scene, 0).health, PRINTQ_TROUBLE); /* it rests */
    assert_string_equal(status(scene, 0).text, "not accepting");
    wait_ms(scene, 60000);
    assert_int_equal(row(scene, id).state, SPOOL_FAILED);
    assert_string_equal(row(scene, id).why, "not accepting");
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(scene->drawn, 4);
    assert_int_equal(paper(scene), 0);
}

static void
a_lost_reply_is_looked_up_by_name_and_adopted(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    scene->spooler.keeps_reply = true;
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 100);
    assert_int_equal(row(scene, id).state, SPOOL_UNKNOWN);
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(paper(scene), 1);
    assert_int_equal(scene->spooler.job_count, 1);
}

static void
a_job_that_never_arrived_goes_out_again_under_the_same_issue(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    scene->spooler.swallows = true;
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 100);
    assert_int_equal(row(scene, id).state, SPOOL_UNKNOWN);
    wait_ms(scene, 600);
    assert_int_equal(row(scene, id).state, SPOOL_UNKNOWN); /* one look is not enough */
    wait_ms(scene, 6000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(paper(scene), 1);
}

static void
a_lost_reply_and_a_new_spooler_is_uncertain(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    scene->spooler.swallows = true;
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 30);
    hand_spooler_restart(&scene->spooler, true);
    wait_ms(scene, 10000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_int_equal(paper(scene), 0);
}

static void
a_spooler_started_anew_under_a_job_makes_it_uncertain(void **state)
{
    struct scene *scene = *state;
    for (int lost = 0; lost < 2; lost++) {
        start(scene);
        wait_ms(scene, 50);
        int64_t id = guest(scene, lost ? "BBB" : "AAA");
        wait_ms(scene, 400);
        assert_int_equal(row(scene, id).state, SPOOL_SENT);
        hand_spooler_restart(&scene->spooler, lost);
        wait_ms(scene, 5000);
        struct spool_job job = row(scene, id);
        assert_int_equal(job.state, SPOOL_UNCERTAIN);
        assert_true(job.why[0]);
        assert_true(paper(scene) <= (unsigned)lost + 1);
        stop(scene);
    }
    start(scene);
}

static void
a_spooler_that_hangs_is_unknown_and_found_again_when_it_wakes(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 200);
    scene->spooler.silent = true;
    wait_ms(scene, 40000);
    assert_int_equal(row(scene, id).state, SPOOL_UNKNOWN);
    assert_int_equal(status(scene, 0).health, PRINTQ_UNREACHABLE);
    scene->spooler.silent = false;
    wait_ms(scene, 6000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(paper(scene), 1);
}

/* ---- the station's own deaths ----------------------------------------------- */

static void
a_restart_in_any_state_prints_each_badge_once(void **state)
{
    struct scene *scene = *state;
    static const int64_t moments_ms[] = { 0,  1,  2,   4,   5,   6,   8,   10,
                                          20, 50, 200, 700, 850, 900, 1000 };
    start(scene);
    wait_ms(scene, 50);
    for (size_t i = 0; i < sizeof moments_ms / sizeof *moments_ms; i++) {
        char ref[8];
        unsigned before = paper(scene);
        snprintf(ref, sizeof ref, "R%zu", i);
        int64_t id = guest(scene, ref);
        hand_loop_turn(&scene->loop, moments_ms[i]);
        stop(scene);
        wait_ms(scene, 30);
        start(scene);
        wait_ms(scene, 4000);
        struct spool_job job = row(scene, id);
        if (job.state != SPOOL_PRINTED || paper(scene) != before + 1)
            fail_msg("stopped after %lld ms: %s, %u on paper", (long long)moments_ms[i],
                     spool_state_name(job.state), paper(scene) - before);
        assert_int_equal(job.issue, 1);
    }
}

static void
a_restart_brings_no_new_tries_but_a_person_does(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->denies = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    for (int i = 0; i < 3; i++) { /* each life has time for one or two */
        wait_ms(scene, 8000);
        stop(scene);
        start(scene);
    }
    wait_ms(scene, 60000);
    assert_int_equal(row(scene, id).state, SPOOL_FAILED);
    assert_int_equal(scene->drawn, 4);

    assert_ok(printq_retry(scene->printq, id, "staff:li", err));
    wait_ms(scene, 300000);
    assert_int_equal(row(scene, id).state, SPOOL_FAILED);
    assert_int_equal(scene->drawn, 8);
}

/* The other way to fail: the queue took it and gave it up before it began. */
static void
a_job_given_up_before_it_began_gets_no_new_tries_by_a_restart(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->drops = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    for (int i = 0; i < 3; i++) {
        wait_ms(scene, 8000);
        stop(scene);
        start(scene);
    }
    wait_ms(scene, 90000);
    assert_int_equal(row(scene, id).state, SPOOL_FAILED);
    assert_int_equal(row(scene, id).issue, 4);
    assert_int_equal(scene->spooler.job_count, 4);
}

static void
a_job_of_a_printer_that_is_gone_is_uncertain(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 200);
    stop(scene);
    str_copy(scene->printers[0].name, sizeof scene->printers[0].name, "other");
    start(scene);
    wait_ms(scene, 1500);
    struct spool_job job = row(scene, id);
    assert_int_equal(job.state, SPOOL_UNCERTAIN);
    assert_non_null(strstr(job.why, "configuration"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(out_of_labels_waits_and_goes_on_by_itself_in_order_never_twice),
        scene_test(waiting_jobs_go_to_the_printer_that_is_well),
        scene_test(a_job_held_by_a_paused_queue_is_taken_back_and_printed_elsewhere),
        scene_test(that_no_printer_works_is_said_with_what_to_do),
        scene_test(an_old_complaint_of_an_idle_queue_does_not_block_it_for_ever),
        scene_test(a_printer_that_never_ends_a_job_makes_it_uncertain),
        scene_test(a_job_given_up_half_way_is_uncertain),
        scene_test(a_printer_that_proves_nothing_has_its_guests_asked),
        scene_test(a_spooler_that_is_away_is_waited_for_under_the_same_issue),
        scene_test(what_a_queue_refuses_by_word_fails_after_three_tries),
        scene_test(a_lost_reply_is_looked_up_by_name_and_adopted),
        scene_test(a_job_that_never_arrived_goes_out_again_under_the_same_issue),
        scene_test(a_lost_reply_and_a_new_spooler_is_uncertain),
        scene_test(a_spooler_started_anew_under_a_job_makes_it_uncertain),
        scene_test(a_spooler_that_hangs_is_unknown_and_found_again_when_it_wakes),
        scene_test(a_restart_in_any_state_prints_each_badge_once),
        scene_test(a_restart_brings_no_new_tries_but_a_person_does),
        scene_test(a_job_given_up_before_it_began_gets_no_new_tries_by_a_restart),
        scene_test(a_job_of_a_printer_that_is_gone_is_uncertain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
