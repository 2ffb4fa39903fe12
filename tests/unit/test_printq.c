#include "printq_scene.h"

static bool
count_row(const struct outbox_row *out, void *self)
{
    int64_t *about = self;
    assert_int_equal(out->kind, OUTBOX_PRINTED);
    about[0]++;
    about[1] = out->about;
    return true;
}

/* ---- the good way ----------------------------------------------------------- */

static void
a_badge_goes_to_paper_once_and_says_how_that_is_known(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
    int64_t id = guest(scene, "MHTQYULGFM");
    wait_ms(scene, 100);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    assert_int_equal(status(scene, 0).health, PRINTQ_PRINTING);
    assert_int_equal(status(scene, 0).job, id);
    wait_ms(scene, 1500);
    struct spool_job job = row(scene, id);
    assert_int_equal(job.state, SPOOL_PRINTED);
    assert_int_equal(job.evidence, SPOOL_EVIDENCE_TRANSPORT);
    assert_int_equal(job.issue, 1);
    assert_string_equal(job.printer, "left");
    assert_true(job.sent_ms > 0);
    assert_string_equal(scene->drawn_qr, "YL1-MHTQYULGFM-A1-8FB4");
    assert_string_equal(scene->drawn_design, "conference-62x100");
    assert_int_equal(hand_spooler_copies(&scene->spooler, "kiosk-A-1-1"), 1);
    assert_int_equal(paper(scene), 1);

    int64_t about[2] = { 0, 0 };
    assert_ok(outbox_each(scene->store.db, 1u << OUTBOX_PENDING, 0, 0, count_row, about,
                          err));
    assert_int_equal(about[0], 1);
    assert_int_equal(about[1], id);
    struct printq_status told = status(scene, 0);
    assert_int_equal(told.printed, 1);
    assert_true(told.median_ms >= 800 && told.median_ms < 1200);
    assert_int_equal(told.health, PRINTQ_READY);
}

static void
a_poke_that_is_lost_costs_a_second(void **state)
{
    struct scene *scene = *state;
    struct printq *printq;
    start(scene);
    wait_ms(scene, 500);
    printq = scene->printq;
    scene->printq = NULL; /* nobody pokes it */
    int64_t id = guest(scene, "AAA");
    scene->printq = printq;
    wait_ms(scene, 2200);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

static void
one_job_is_in_flight_and_the_rest_keeps_its_order(void **state)
{
    struct scene *scene = *state;
    start(scene);
    for (int i = 0; i < 5; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "G%d", i);
        guest(scene, ref);
    }
    for (int i = 0; i < 500; i++) {
        int open = 0;
        wait_ms(scene, 20);
        for (unsigned k = 0; k < scene->spooler.job_count; k++)
            open += scene->spooler.jobs[k].state < PRINTER_JOB_COMPLETED;
        assert_true(open <= 1);
    }
    assert_int_equal(paper(scene), 5);
    for (int i = 0; i < 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "kiosk-A-%d-1", i + 1);
        assert_string_equal(scene->spooler.paper[i], name);
    }
}

static void
two_printers_share_the_work_and_kinds_find_theirs(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    add_printer(scene, "gold");
    str_copy(scene->printers[2].kinds, sizeof scene->printers[2].kinds,
             "vip academician");
    str_copy(scene->printers[0].kinds, sizeof scene->printers[0].kinds, "guest, media");
    str_copy(scene->printers[1].kinds, sizeof scene->printers[1].kinds, "guest");
    start(scene);
    wait_ms(scene, 50);
    int64_t ids[4];
    for (int i = 0; i < 4; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "G%d", i);
        ids[i] = guest(scene, ref);
    }
    wait_ms(scene, 4000);
    int left = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(row(scene, ids[i]).state, SPOOL_PRINTED);
        left += strcmp(row(scene, ids[i]).printer, "left") == 0;
        assert_string_not_equal(row(scene, ids[i]).printer, "gold");
    }
    assert_int_equal(left, 2);

    struct spool_job job = {
        .kind = "vip", .event = "citec", .ref = "V1", .station = "A", .fields = "{}"
    };
    assert_ok(db_begin(scene->store.db, err));
    assert_ok(spool_add(scene->store.db, &job, err));
    assert_ok(db_commit(scene->store.db, err));
    wait_ms(scene, 3000);
    assert_string_equal(row(scene, job.id).printer, "gold");
    struct spool_job odd = {
        .kind = "speaker", .event = "citec", .ref = "S1", .station = "A", .fields = "{}"
    };
    assert_ok(db_begin(scene->store.db, err));
    assert_ok(spool_add(scene->store.db, &odd, err));
    assert_ok(db_commit(scene->store.db, err));
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, odd.id).state,
                     SPOOL_PRINTED); /* better plain than none */
}

static bool
find_text(const struct audit_row *row, void *self)
{
    char *detail = self;
    if (strcmp(row->what, "badge-text") == 0)
        str_copy(detail, sizeof row->detail, row->detail);
    return true;
}

static void
a_badge_whose_text_did_not_fit_is_printed_and_told(void **state)
{
    struct scene *scene = *state;
    struct printq_misfit misfits[PRINTQ_MISFITS_MAX];
    char detail[512] = "";

    start(scene);
    int64_t plain = guest(scene, "G0");
    wait_ms(scene, 2200);
    assert_int_equal(printq_misfits(scene->printq, misfits), 0);
    scene->misfit = "name, organisation lacks 2 letters";
    for (int i = 1; i <= PRINTQ_MISFITS_MAX + 1; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "G%d", i);
        int64_t id = guest(scene, ref);
        wait_ms(scene, 2200);
        assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    }
    assert_int_equal(printq_misfits(scene->printq, misfits), PRINTQ_MISFITS_MAX);
    assert_string_equal(misfits[0].ref, "G17"); /* the newest first */
    assert_string_equal(misfits[PRINTQ_MISFITS_MAX - 1].ref, "G2");
    assert_int_equal(misfits[0].job, plain + PRINTQ_MISFITS_MAX + 1);
    assert_string_equal(misfits[0].slots, scene->misfit);
    assert_ok(audit_each(scene->store.db, 0, find_text, detail, err));
    assert_string_equal(detail,
                        "ref=G17 issue=1 slots=name, organisation lacks 2 letters");
}

/* ---- the artist's trouble --------------------------------------------------- */

static void
a_badge_the_helper_does_not_survive_fails_the_third_time(void **state)
{
    struct scene *scene = *state;
    scene->draws_as = EASEL_CRASHED;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 200);
    struct spool_job job = row(scene, id);
    assert_int_equal(job.state, SPOOL_FAILED);
    assert_int_equal(job.draws, 3);
    assert_int_equal(scene->drawn, 3);
    assert_non_null(strstr(job.why, "said the artist"));

    scene->draws_as = EASEL_DRAWN;
    int64_t next = guest(scene, "BBB"); /* the queue goes on */
    wait_ms(scene, 1500);
    assert_int_equal(row(scene, next).state, SPOOL_PRINTED);
    assert_ok(printq_retry(scene->printq, id, "staff:li", err));
    wait_ms(scene, 1500);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, id).issue, 2);
}

static void
a_design_that_is_refused_fails_with_its_reason(void **state)
{
    struct scene *scene = *state;
    scene->draws_as = EASEL_REFUSED;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 100);
    assert_int_equal(row(scene, id).state, SPOOL_FAILED);
    assert_string_equal(row(scene, id).why, "said the artist");
    assert_int_equal(scene->drawn, 1);
}

/* ---- people
 * ------------------------------------------------------------------------------------------
 */

static void
a_reprint_takes_the_former_badge_back_from_the_spooler(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 100);
    assert_int_equal(row(scene, id).state, SPOOL_SENT);
    int64_t again =
        guest(scene, "AAA"); /* a second job of the ticket voids the first */
    struct spool_job job = row(scene, again);
    feed_publish(&scene->feed, FEED_JOB, &job);
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, id).state, SPOOL_VOID);
    job = row(scene, again);
    assert_int_equal(job.state, SPOOL_PRINTED);
    assert_int_equal(job.issue, 2);
    assert_int_equal(hand_spooler_copies(&scene->spooler, "kiosk-A-1-1"), 0);
    assert_int_equal(hand_spooler_copies(&scene->spooler, "kiosk-A-2-2"), 1);
}

static void
a_drained_printer_gets_nothing_until_it_is_taken_back(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    assert_ok(printq_drain(scene->printq, 0, true, err));
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 5000);
    assert_int_equal(row(scene, id).state, SPOOL_QUEUED);
    assert_int_equal(status(scene, 0).health, PRINTQ_DRAINED);
    stop(scene); /* whoever starts the station again did not mend the printer */
    start(scene);
    wait_ms(scene, 5000);
    assert_int_equal(row(scene, id).state, SPOOL_QUEUED);
    assert_int_equal(status(scene, 0).health, PRINTQ_DRAINED);
    assert_ok(printq_drain(scene->printq, 0, false, err));
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_fails(printq_drain(scene->printq, 1, true, err), ERR_ABSENT, "there are 1");
}

static void
a_test_label_is_printed_beside_the_spool(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    assert_ok(printq_test(scene->printq, 0, err));
    wait_ms(scene, 2000);
    assert_int_equal(paper(scene), 1);
    assert_string_equal(scene->drawn_design, "calibration");
    assert_non_null(strstr(scene->spooler.paper[0], "kiosk-A-test-"));
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 20);
    assert_fails(printq_test(scene->printq, 0, err), ERR_BUSY, "printing");
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

static void
it_can_go_while_a_drawing_is_out(void **state)
{
    struct scene *scene = *state;
    scene->holds = true;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 50);
    assert_non_null(scene->drawing);
    stop(scene);
    start(scene);
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(paper(scene), 1);
}

static void
a_printer_nobody_drives_is_an_error_that_names_it(void **state)
{
    struct scene *scene = *state;
    str_copy(scene->printers[0].uri, sizeof scene->printers[0].uri, "lpt:1");
    assert_fails(printq_create(&scene->setting, &scene->printq, err), ERR_INPUT,
                 "lpt:1");
    str_copy(scene->printers[0].uri, sizeof scene->printers[0].uri, "hand:left");
    str_copy(scene->printers[0].profile.language, 16, "morse");
    assert_fails(printq_create(&scene->setting, &scene->printq, err), ERR_INPUT,
                 "morse");
    scene->printq = NULL;
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(a_badge_goes_to_paper_once_and_says_how_that_is_known),
        scene_test(a_poke_that_is_lost_costs_a_second),
        scene_test(one_job_is_in_flight_and_the_rest_keeps_its_order),
        scene_test(two_printers_share_the_work_and_kinds_find_theirs),
        scene_test(a_badge_whose_text_did_not_fit_is_printed_and_told),
        scene_test(a_badge_the_helper_does_not_survive_fails_the_third_time),
        scene_test(a_design_that_is_refused_fails_with_its_reason),
        scene_test(a_reprint_takes_the_former_badge_back_from_the_spooler),
        scene_test(a_drained_printer_gets_nothing_until_it_is_taken_back),
        scene_test(a_test_label_is_printed_beside_the_spool),
        scene_test(it_can_go_while_a_drawing_is_out),
        scene_test(a_printer_nobody_drives_is_an_error_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
