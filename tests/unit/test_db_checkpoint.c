#include "store/db.h"

#include "power_vfs.h"
#include "storing.h"
#include "task.h"

/* A lane whose one job runs and comes back when the test says so. */
struct hand_task {
    struct task task;
    struct task_job *out;
};

static struct task_lane *
hand_open(const char *name, void *self)
{
    (void)name;
    return self;
}

static void
hand_submit(struct task_lane *lane, struct task_job *job, void *self)
{
    struct hand_task *hand = self;
    (void)lane;
    assert_null(hand->out);
    hand->out = job;
}

static void
hand_run(struct hand_task *hand)
{
    hand->out->run(hand->out);
}

static void
hand_done(struct hand_task *hand)
{
    struct task_job *job = hand->out;
    hand->out = NULL;
    job->done(job);
}

static void
hand_close(struct task_lane *lane, void *self)
{
    struct hand_task *hand = self;
    (void)lane;
    if (hand->out)
        hand_done(hand);
}

/* ---- a roster of which each slice changes every ticket -----------------------------
 */

enum { TICKETS = 12 };

struct scene {
    struct store store;
    struct power_vfs disk;
    struct hand_task hand;
    int64_t slices, synced; /* written; of those surely on the disk */
};

static void
write_slice(struct scene *scene)
{
    scene->slices++;
    assert_ok(roster_begin(scene->store.db, err));
    for (int i = 0; i < TICKETS; i++) {
        char key[16];
        int64_t id;
        bool made;
        snprintf(key, sizeof key, "key-%d", i);
        struct roster_row row = { .import_key = key, .secret = key };
        str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
        snprintf(row.ticket.name, sizeof row.ticket.name, "Slice %lld",
                 (long long)scene->slices);
        assert_ok(roster_put_ticket(scene->store.db, &row, &id, &made, err));
    }
    assert_ok(roster_commit(scene->store.db, err));
}

static void
scene_open(struct scene *scene, uint64_t seed)
{
    struct event event = { .slug = "citec", .zone = "UTC", .source = "csv" };
    *scene = (struct scene){ .slices = 0 };
    store_prepare(&scene->store);
    power_vfs_init(&scene->disk, "power", seed);
    scene->hand.task =
        (struct task){ hand_open, hand_submit, hand_close, &scene->hand };
    scene->store.setting.vfs = "power";
    scene->store.setting.task = &scene->hand.task;
    store_open(&scene->store);
    assert_ok(roster_begin(scene->store.db, err));
    assert_ok(roster_put_event(scene->store.db, &event, err));
    assert_ok(roster_commit(scene->store.db, err));
    write_slice(scene);
}

static void
scene_close(struct scene *scene)
{
    db_close(scene->store.db);
    power_vfs_finish(&scene->disk);
    store_remove(&scene->store);
}

/* A silence: what is in the log is worth a checkpoint. */
static void
be_idle(struct scene *scene)
{
    scene->store.now_ms += 3000;
    db_idle(scene->store.db);
}

static bool
take_number(const struct ticket *ticket, void *self)
{
    int64_t *number = self;
    long long is = 0;
    assert_int_equal(sscanf(ticket->name, "Slice %lld", &is), 1);
    assert_true(*number == -1 || *number == is); /* all of one slice */
    *number = is;
    return true;
}

/* The power goes: what does the station find at its next start? */
static void
cut_power(struct scene *scene, unsigned percent)
{
    static const char *const names[] = { "journal.db", "journal.db-wal", "roster.db",
                                         "roster.db-wal" };
    struct store after;
    struct db_status status;
    int64_t number = -1;
    store_prepare(&after);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        power_image(&scene->disk, store_path(&scene->store, names[i]),
                    store_path(&after, names[i]), percent);
    store_open(&after);
    db_status(after.db, &status);
    assert_false(status.roster_set_aside);
    assert_ok(roster_each_ticket(after.db, NULL, 0, 0, take_number, &number, err));
    if (number == -1)
        number = 0; /* not even the first */
    if (number < scene->synced || number > scene->slices)
        fail_msg("slice %lld of %lld, %lld were synced", (long long)number,
                 (long long)scene->slices, (long long)scene->synced);
    db_close(after.db);
    store_remove(&after);
}

/* ---- */

static void
a_checkpoint_goes_out_twice_and_ends(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 1);
    be_idle(&scene); /* journal.db's own, from the opening */
    for (int i = 0; i < 4 && !scene.hand.out; i++)
        be_idle(&scene);
    assert_non_null(scene.hand.out); /* the log */
    assert_true(db_roster_waits(scene.store.db));
    hand_run(&scene.hand);
    hand_done(&scene.hand);
    assert_non_null(scene.hand.out); /* the file, copied by now */
    assert_true(db_roster_waits(scene.store.db));
    hand_run(&scene.hand);
    hand_done(&scene.hand);
    assert_null(scene.hand.out);
    assert_false(db_roster_waits(scene.store.db));
    be_idle(&scene);
    assert_null(scene.hand.out); /* nothing is left to do */
    scene_close(&scene);
}

/* Any step, any order, writers that do not wait: what is found is one whole slice, and
 * not one from before what was synced. */
static void
a_power_cut_at_any_step_leaves_one_whole_slice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct scene scene;
        bool is_of_log = true;
        scene_open(&scene, seed);
        for (unsigned step = 0; step < 40; step++) {
            if (scene.hand.out && power_chance(&scene.disk, 60)) {
                hand_run(&scene.hand);
                if (is_of_log)
                    scene.synced = scene.slices;
                if (power_chance(&scene.disk, 30))
                    cut_power(&scene, 50);
                hand_done(&scene.hand);
                is_of_log = !scene.hand.out;
            } else if (power_chance(&scene.disk, 50)) {
                write_slice(&scene);
            } else {
                be_idle(&scene);
            }
            if (power_chance(&scene.disk, 30))
                cut_power(&scene, step % 3 * 50);
        }
        scene_close(&scene);
    }
}

static void
what_a_checkpoint_has_brought_home_survives_the_log(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 3);
    for (int round = 0; round < 5; round++) {
        write_slice(&scene);
        for (int i = 0; i < 4 && !scene.hand.out; i++)
            be_idle(&scene);
        while (scene.hand.out) {
            cut_power(&scene, 50);
            hand_run(&scene.hand);
            cut_power(&scene, 50);
            hand_done(&scene.hand);
        }
        scene.synced = scene.slices;
        cut_power(&scene, 0);
        write_slice(&scene); /* begins the log anew */
        cut_power(&scene, 50);
    }
    scene_close(&scene);
}

/* Nobody has to wait for the lane: the disk is waited for instead. */
static void
a_writer_that_does_not_wait_syncs_the_file_before_the_log_goes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct scene scene;
        scene_open(&scene, seed);
        for (int i = 0; i < 4 && !scene.hand.out; i++)
            be_idle(&scene);
        hand_run(&scene.hand);
        hand_done(&scene.hand); /* copied, and not synced */
        scene.synced = scene.slices;
        write_slice(&scene);
        cut_power(&scene, 50);
        hand_run(&scene.hand);
        hand_done(&scene.hand);
        cut_power(&scene, 50);
        scene_close(&scene);
    }
}

static void
a_close_in_the_middle_loses_nothing(void **state)
{
    (void)state;
    for (int steps = 0; steps < 4; steps++) {
        struct scene scene;
        scene_open(&scene, 5);
        for (int i = 0; i < 4 && !scene.hand.out; i++)
            be_idle(&scene);
        for (int i = 0; i < steps; i++) {
            if (i % 2)
                hand_done(&scene.hand);
            else
                hand_run(&scene.hand);
        }
        scene.synced = scene.slices;
        db_close(scene.store.db);
        scene.store.db = NULL;
        cut_power(&scene, 50);
        scene_close(&scene);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_goes_out_twice_and_ends),
        cmocka_unit_test(a_power_cut_at_any_step_leaves_one_whole_slice),
        cmocka_unit_test(what_a_checkpoint_has_brought_home_survives_the_log),
        cmocka_unit_test(
            a_writer_that_does_not_wait_syncs_the_file_before_the_log_goes),
        cmocka_unit_test(a_close_in_the_middle_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
