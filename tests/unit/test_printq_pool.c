#include "print/supply.h"
#include "printq_scene.h"

/* Several printers of one station, and what is left on their rolls. */

static int64_t
guest_of(struct scene *scene, const char *ref, const char *kind)
{
    struct spool_job job = { .cause = "first", .event = "citec", .fields = "{}" };
    str_copy(job.ref, sizeof job.ref, ref);
    str_copy(job.kind, sizeof job.kind, kind);
    str_copy(job.station, sizeof job.station, "A");
    assert_ok(db_begin(scene->store.db, err));
    assert_ok(spool_add(scene->store.db, &job, err));
    assert_ok(db_commit(scene->store.db, err));
    if (scene->printq)
        printq_poke(scene->printq);
    return job.id;
}

static unsigned
copies(struct scene *scene, int64_t id, unsigned issue)
{
    char name[48];
    snprintf(name, sizeof name, "kiosk-A-%lld-%u", (long long)id, issue);
    return hand_spooler_copies(&scene->spooler, name);
}

/* "left" for guests, "gold" for VIPs with a design of its own; labels of one size. */
static void
set_up_gold(struct scene *scene)
{
    add_printer(scene, "gold");
    str_copy(scene->printers[0].kinds, sizeof scene->printers[0].kinds, "guest");
    str_copy(scene->printers[1].kinds, sizeof scene->printers[1].kinds, "vip");
    str_copy(scene->printers[1].design, sizeof scene->printers[1].design, "vip-62x100");
}

/* ---- standing in ------------------------------------------------------------------
 */

static void
a_neighbour_stands_in_with_the_design_of_the_one_that_is_broken(void **state)
{
    struct scene *scene = *state;
    set_up_gold(scene);
    start(scene);
    wait_ms(scene, 50);
    int64_t first = guest_of(scene, "V1", "vip");
    wait_ms(scene, 3000);
    assert_string_equal(row(scene, first).printer, "gold");

    queue(scene, "gold")->reasons = PRINTER_MEDIA_EMPTY;
    wait_ms(scene, 4000);
    int64_t second = guest_of(scene, "V2", "vip");
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, second).state, SPOOL_PRINTED);
    assert_string_equal(row(scene, second).printer, "left");
    assert_string_equal(scene->drawn_design, "vip-62x100");
    assert_int_equal(copies(scene, second, 1), 1);

    queue(scene, "gold")->reasons = 0; /* new labels: it has its guests again */
    wait_ms(scene, 4000);
    int64_t third = guest_of(scene, "V3", "vip");
    wait_ms(scene, 3000);
    assert_string_equal(row(scene, third).printer, "gold");
}

static void
a_printer_with_a_pool_of_its_own_is_waited_for(void **state)
{
    struct scene *scene = *state;
    set_up_gold(scene);
    str_copy(scene->printers[1].pool, sizeof scene->printers[1].pool, "gold");
    start(scene);
    wait_ms(scene, 50);
    assert_ok(printq_drain(scene->printq, 1, true, err));
    int64_t id = guest_of(scene, "V1", "vip");
    wait_ms(scene, 10000);
    assert_int_equal(row(scene, id).state, SPOOL_QUEUED);
    assert_ok(printq_drain(scene->printq, 1, false, err));
    wait_ms(scene, 5000);
    assert_string_equal(row(scene, id).printer, "gold");
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

static void
one_set_aside_stays_so_over_a_restart_and_its_neighbour_prints(void **state)
{
    struct scene *scene = *state;
    set_up_gold(scene);
    start(scene);
    wait_ms(scene, 50);
    assert_ok(printq_drain(scene->printq, 1, true, err));
    stop(scene);
    start(scene);
    int64_t id = guest_of(scene, "V1", "vip");
    wait_ms(scene, 5000);
    assert_int_equal(status(scene, 1).health, PRINTQ_DRAINED);
    assert_string_equal(row(scene, id).printer, "left");
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

/* ---- one dies -----------------------------------------------------------------------
 */

static void
waiting_badges_go_to_the_other_and_the_uncertain_one_stays(void **state)
{
    struct scene *scene = *state;
    add_printer(scene, "right");
    start(scene);
    wait_ms(scene, 50);
    queue(scene, "left")->hangs = true;
    int64_t ids[6];
    for (int i = 0; i < 6; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "G%d", i);
        ids[i] = guest_of(scene, ref, "guest");
    }
    wait_ms(scene, 60000);
    unsigned uncertain = 0;
    for (int i = 0; i < 6; i++) {
        struct spool_job job = row(scene, ids[i]);
        unsigned out = copies(scene, ids[i], 1) + copies(scene, ids[i], 2);
        if (job.state == SPOOL_UNCERTAIN) {
            uncertain++;
            assert_string_equal(job.printer, "left");
            assert_int_equal(out, 0);
        } else {
            assert_int_equal(job.state, SPOOL_PRINTED);
            assert_string_equal(job.printer, "right");
            assert_int_equal(out, 1);
        }
    }
    assert_int_equal(uncertain, 1);
}

/* ---- rolls --------------------------------------------------------------------------
 */

static void
print_one(struct scene *scene, const char *ref)
{
    int64_t id = guest_of(scene, ref, "guest");
    wait_ms(scene, 2500);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

static void
a_roll_is_counted_down_over_a_restart(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].roll = 12;
    scene->printers[0].warn_at = 9;
    start(scene);
    assert_true(status(scene, 0).roll.counted);
    assert_int_equal(status(scene, 0).roll.left, 12);
    print_one(scene, "A1");
    print_one(scene, "A2");
    assert_int_equal(status(scene, 0).roll.left, 10);
    assert_false(status(scene, 0).roll.low);
    stop(scene);
    start(scene);
    wait_ms(scene, 50);
    assert_int_equal(status(scene, 0).roll.left, 10);
    print_one(scene, "A3");
    assert_int_equal(status(scene, 0).roll.left, 9);
    assert_true(status(scene, 0).roll.low);

    assert_ok(printq_roll(scene->printq, 0, 0, err)); /* as the configuration says */
    assert_int_equal(status(scene, 0).roll.left, 12);
    assert_ok(printq_roll(scene->printq, 0, 400, err));
    stop(scene);
    start(scene);
    assert_int_equal(status(scene, 0).roll.left, 400);
    assert_false(status(scene, 0).roll.low);
}

/* The end of the count stops nothing: only the printer knows that a roll is empty. */
static void
a_count_at_nothing_stops_no_badge(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].roll = 1;
    start(scene);
    wait_ms(scene, 50);
    print_one(scene, "A1");
    print_one(scene, "A2");
    assert_int_equal(status(scene, 0).roll.left, 0);
    assert_true(status(scene, 0).roll.low);
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
    assert_int_equal(paper(scene), 2);
}

static void
what_may_be_on_paper_is_counted_and_what_is_surely_not_is_not(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].roll = 100;
    start(scene);
    wait_ms(scene, 50);
    queue(scene, "left")->hangs = true;
    int64_t id = guest_of(scene, "A1", "guest");
    wait_ms(scene, 25000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    assert_int_equal(status(scene, 0).roll.left, 99);

    queue(scene, "left")->hangs = false;
    queue(scene, "left")->drops = true; /* gives each up before it begins it */
    wait_ms(scene, 60000);
    guest_of(scene, "A2", "guest");
    wait_ms(scene, 10000);
    assert_int_equal(status(scene, 0).roll.left, 99);
}

static void
a_test_label_is_a_label_too(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].roll = 100;
    start(scene);
    wait_ms(scene, 50);
    assert_ok(printq_test(scene->printq, 0, err));
    wait_ms(scene, 3000);
    assert_int_equal(status(scene, 0).roll.left, 99);
}

static void
two_copies_are_one_badge_in_one_document_and_two_labels(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].roll = 100;
    start(scene);
    wait_ms(scene, 50);
    struct spool_job job = { .kind = "vip",
                             .event = "citec",
                             .ref = "V1",
                             .station = "A",
                             .fields = "{}",
                             .copies = 2 };
    assert_ok(db_begin(scene->store.db, err));
    assert_ok(spool_add(scene->store.db, &job, err));
    assert_ok(db_commit(scene->store.db, err));
    printq_poke(scene->printq);
    wait_ms(scene, 3000);
    assert_int_equal(scene->spooler.pages, 2);
    assert_int_equal(row(scene, job.id).state, SPOOL_PRINTED);
    assert_int_equal(row(scene, job.id).copies, 2);
    assert_int_equal(row(scene, job.id).issue, 1);
    assert_int_equal(copies(scene, job.id, 1), 1); /* one job of the spooler */
    assert_int_equal(status(scene, 0).roll.left, 98);
}

static void
a_roll_of_nobody_knows_how_many_is_refused(void **state)
{
    struct scene *scene = *state;
    struct err why = { 0 };
    start(scene);
    assert_false(status(scene, 0).roll.counted);
    assert_false(printq_roll(scene->printq, 0, 0, &why));
    assert_non_null(strstr(why.text, "say how many labels"));
    assert_false(printq_roll(scene->printq, 0, SUPPLY_LABELS_MAX + 1, &why));
    assert_non_null(strstr(why.text, "1 to 100000"));
    assert_false(printq_roll(scene->printq, 0, -1, &why));
    assert_ok(printq_roll(scene->printq, 0, 250, err));
    assert_int_equal(status(scene, 0).roll.left, 250);
}

static void
the_end_of_the_roll_is_foretold(void **state)
{
    struct scene *scene = *state;
    scene->printers[0].roll = 1000;
    start(scene);
    wait_ms(scene, 50);
    assert_false(status(scene, 0).roll.has_end);
    for (int i = 0; i < 8; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "G%d", i);
        print_one(scene, ref); /* one in 2.5 s: 24 a minute */
    }
    struct printq_roll roll = status(scene, 0).roll;
    assert_true(roll.has_end);
    assert_in_range(roll.minutes, 36, 46); /* 992 labels */
    wait_ms(scene, 610000);
    assert_false(status(scene, 0).roll.has_end); /* nobody comes any more */
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(a_neighbour_stands_in_with_the_design_of_the_one_that_is_broken),
        scene_test(a_printer_with_a_pool_of_its_own_is_waited_for),
        scene_test(one_set_aside_stays_so_over_a_restart_and_its_neighbour_prints),
        scene_test(waiting_badges_go_to_the_other_and_the_uncertain_one_stays),
        scene_test(a_roll_is_counted_down_over_a_restart),
        scene_test(a_count_at_nothing_stops_no_badge),
        scene_test(what_may_be_on_paper_is_counted_and_what_is_surely_not_is_not),
        scene_test(a_test_label_is_a_label_too),
        scene_test(two_copies_are_one_badge_in_one_document_and_two_labels),
        scene_test(a_roll_of_nobody_knows_how_many_is_refused),
        scene_test(the_end_of_the_roll_is_foretold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
