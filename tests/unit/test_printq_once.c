#include "printq_scene.h"

/* Queues whose backend lets each job through once, and says what became of it. */

static void
what_was_sent_over_a_restart_of_the_spooler_is_printed_and_not_asked_about(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->guarded = true;
    start(scene);
    int64_t first = guest(scene, "AAA"), second = guest(scene, "BBB");
    wait_ms(scene, 400);
    assert_int_equal(row(scene, first).state, SPOOL_SENT);
    hand_spooler_restart(&scene->spooler, false);
    wait_ms(scene, 5000);
    assert_int_equal(row(scene, first).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, first).issue, 1);
    assert_int_equal(row(scene, second).state, SPOOL_PRINTED);
    assert_int_equal(paper(scene), 2);
}

static void
a_job_that_waited_over_a_restart_is_left_to_print(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->guarded = true;
    start(scene);
    wait_ms(scene, 50);
    queue(scene, "left")->state = PRINTER_STOPPED;
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 500);
    hand_spooler_restart(&scene->spooler, false);
    wait_ms(scene, 2000);
    queue(scene, "left")->state = PRINTER_IDLE;
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(paper(scene), 1);
}

static void
a_printer_that_is_away_gives_the_badge_back_without_asking(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->guarded = queue(scene, "left")->away = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 17000);
    assert_int_equal(row(scene, id).state, SPOOL_QUEUED);
    assert_int_equal(row(scene, id).issue, 2);
    queue(scene, "left")->away = false;
    wait_ms(scene, 40000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(paper(scene), 1);
}

static void
what_was_cut_is_asked_about(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->guarded = queue(scene, "left")->hangs = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 17000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    wait_ms(scene, 60000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_int_equal(paper(scene), 0);
}

/* Without such a backend: a queue that stopped in the middle of a job keeps it, and
 * sends it from its first byte when it goes on. */
static void
a_job_the_queue_would_send_again_is_taken_back_and_asked_about(void **state)
{
    struct scene *scene = *state;
    for (int guarded = 0; guarded <= 1; guarded++) {
        queue(scene, "left")->guarded = guarded;
        queue(scene, "left")->hangs = true;
        start(scene);
        int64_t id = guest(scene, guarded ? "BBB" : "AAA");
        wait_ms(scene, 1000);
        struct hand_job *job = &scene->spooler.jobs[scene->spooler.job_count - 1];
        assert_int_equal(job->state, PRINTER_JOB_PRINTING);
        queue(scene, "left")->state = PRINTER_STOPPED;
        job->state = PRINTER_JOB_WAITING;
        wait_ms(scene, 1000);
        assert_int_equal(row(scene, id).state, guarded ? SPOOL_SENT : SPOOL_UNCERTAIN);
        queue(scene, "left")->hangs = false;
        queue(scene, "left")->state = PRINTER_IDLE;
        wait_ms(scene, 2000);
        assert_int_equal(paper(scene), guarded);
        stop(scene);
    }
}

/* Nothing of ours but claims is asked what came out: the same issue, whatever happened.
 */
static void
a_job_that_a_restart_lost_is_sent_again_where_every_queue_is_guarded(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->guarded = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 300);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    hand_spooler_restart(&scene->spooler, true);
    wait_ms(scene, 5000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 1);
    assert_int_equal(paper(scene), 1);
}

/* CUPS says "cancelled" before the backend has ended and said its word. */
static void
a_cancelled_job_is_not_judged_while_its_backend_still_runs(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->guarded = queue(scene, "left")->away = true;
    queue(scene, "left")->ends_ms = 2000;
    start(scene);
    int64_t id = guest(scene, "AAA");
    while (scene->spooler.job_count == 0 ||
           scene->spooler.jobs[0].state != PRINTER_JOB_CANCELED)
        wait_ms(scene, 10);
    wait_ms(scene, 1500);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    wait_ms(scene, 1000);
    assert_int_equal(row(scene, id).state, SPOOL_QUEUED);
    assert_int_equal(row(scene, id).issue, 2);
}

/* A sheet is believed to be there only as far as the profile says what "sent" proves.
 */
static void
what_was_sent_over_a_restart_proves_nothing_where_the_profile_says_so(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].profile.evidence = SPOOL_EVIDENCE_NONE;
    queue(scene, "left")->guarded = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 400);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    hand_spooler_restart(&scene->spooler, false);
    wait_ms(scene, 5000);
    assert_int_equal(paper(scene), 1);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_int_equal(row(scene, id).evidence, SPOOL_EVIDENCE_NONE);
}

/* The queue's word for the end is no evidence against the backend's for the bytes. */
static void
a_completed_job_whose_bytes_did_not_all_go_out_is_not_printed(void **state)
{
    static const struct {
        enum printer_once once;
        enum spool_state state;
        uint32_t issue;
    } ends[] = { { PRINTER_ONCE_CUT, SPOOL_UNCERTAIN, 1 },
                 { PRINTER_ONCE_NOTHING, SPOOL_QUEUED, 2 } };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        queue(scene, "left")->guarded = queue(scene, "left")->hangs = true;
        start(scene);
        int64_t id = guest(scene, i ? "BBB" : "AAA");
        wait_ms(scene, 1000);
        struct hand_job *job = &scene->spooler.jobs[scene->spooler.job_count - 1];
        assert_int_equal(job->state, PRINTER_JOB_PRINTING);
        job->once = ends[i].once;
        job->state = PRINTER_JOB_COMPLETED;
        wait_ms(scene, 1000);
        assert_int_equal(row(scene, id).state, ends[i].state);
        assert_int_equal(row(scene, id).issue, ends[i].issue);
        stop(scene);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(
            what_was_sent_over_a_restart_of_the_spooler_is_printed_and_not_asked_about),
        scene_test(a_job_that_waited_over_a_restart_is_left_to_print),
        scene_test(a_printer_that_is_away_gives_the_badge_back_without_asking),
        scene_test(what_was_cut_is_asked_about),
        scene_test(a_job_the_queue_would_send_again_is_taken_back_and_asked_about),
        scene_test(
            a_job_that_a_restart_lost_is_sent_again_where_every_queue_is_guarded),
        scene_test(
            what_was_sent_over_a_restart_proves_nothing_where_the_profile_says_so),
        scene_test(a_completed_job_whose_bytes_did_not_all_go_out_is_not_printed),
        scene_test(a_cancelled_job_is_not_judged_while_its_backend_still_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
