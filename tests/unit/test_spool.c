#include "store/spool.h"

#include "storing.h"

static struct spool_job
job_of(const char *ref)
{
    struct spool_job job = { .kind = "guest", .cause = "first", .event = "citec" };
    str_copy(job.ref, sizeof job.ref, ref);
    str_copy(job.station, sizeof job.station, "A");
    str_copy(job.fields, sizeof job.fields, "{\"name\":\"张伟\"}");
    return job;
}

static void
add(struct store *store, struct spool_job *job)
{
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_add(store->db, job, err));
    assert_ok(db_commit(store->db, err));
}

static void
move(struct store *store, struct spool_job *job, enum spool_state to)
{
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_move(store->db, job, to, err));
    assert_ok(db_commit(store->db, err));
}

static struct spool_job
get(struct store *store, int64_t id)
{
    struct spool_job job;
    bool found;
    assert_ok(spool_get(store->db, id, &found, &job, err));
    assert_true(found);
    return job;
}

static void
a_job_comes_back_as_it_was_written(void **state)
{
    struct store *store = *state;
    struct spool_job job = job_of("MHTQYULGFM");
    str_copy(job.who, sizeof job.who, "staff:li");
    str_copy(job.design, sizeof job.design, "a6");
    add(store, &job);
    assert_int_equal(job.issue, 1);
    job.evidence = SPOOL_EVIDENCE_IPP;
    job.epoch = UINT64_C(0xFFFFFFFFFFFFFFFE);
    job.draws = 2;
    job.sent_ms = 77;
    str_copy(job.printer, sizeof job.printer, "left");
    str_copy(job.why, sizeof job.why, "out of labels");
    store->now_ms += 1234;
    move(store, &job, SPOOL_DRAWN);

    store_reopen(store);
    struct spool_job read = get(store, job.id);
    assert_string_equal(read.event, "citec");
    assert_string_equal(read.ref, "MHTQYULGFM");
    assert_string_equal(read.station, "A");
    assert_int_equal(read.state, SPOOL_DRAWN);
    assert_int_equal(read.evidence, SPOOL_EVIDENCE_IPP);
    assert_string_equal(read.cause, "first");
    assert_string_equal(read.who, "staff:li");
    assert_string_equal(read.printer, "left");
    assert_string_equal(read.design, "a6");
    assert_string_equal(read.kind, "guest");
    assert_int_equal(read.made_ms, store->now_ms - 1234);
    assert_int_equal(read.changed_ms, store->now_ms);
    assert_int_equal(read.sent_ms, 77);
    assert_true(read.epoch == UINT64_C(0xFFFFFFFFFFFFFFFE));
    assert_int_equal(read.draws, 2);
    assert_string_equal(read.why, "out of labels");
    assert_string_equal(read.fields, "{\"name\":\"张伟\"}");
}

/* ---- states ----------------------------------------------------------------- */

/* Brings a new job of its own ticket to `state` by a way of the drawing. */
static struct spool_job
job_in(struct store *store, enum spool_state state)
{
    static const enum spool_state ways[SPOOL_STATE_COUNT][5] = {
        [SPOOL_DRAWN] = { SPOOL_DRAWN },
        [SPOOL_SENDING] = { SPOOL_DRAWN, SPOOL_SENDING },
        [SPOOL_SENT] = { SPOOL_DRAWN, SPOOL_SENDING, SPOOL_SENT },
        [SPOOL_UNKNOWN] = { SPOOL_DRAWN, SPOOL_SENDING, SPOOL_UNKNOWN },
        [SPOOL_UNCERTAIN] = { SPOOL_DRAWN, SPOOL_SENDING, SPOOL_SENT, SPOOL_UNCERTAIN },
        [SPOOL_FAILED] = { SPOOL_DRAWN, SPOOL_SENDING, SPOOL_SENT, SPOOL_FAILED },
        [SPOOL_PRINTED] = { SPOOL_DRAWN, SPOOL_SENDING, SPOOL_SENT, SPOOL_PRINTED },
        [SPOOL_VOID] = { SPOOL_VOID },
    };
    char ref[ROSTER_REF_MAX + 1];
    snprintf(ref, sizeof ref, "T%u", (unsigned)random_u64(&store->random));
    struct spool_job job = job_of(ref);
    add(store, &job);
    for (int i = 0; i < 5 && ways[state][i] != SPOOL_QUEUED; i++)
        move(store, &job, ways[state][i]);
    assert_int_equal(get(store, job.id).state, state);
    return job;
}

/* The drawing of spool.h, again: rows from, columns to, in the enum's order. */
static const char *const drawing[SPOOL_STATE_COUNT] = {
    /*                QDSsKcFPV */
    [SPOOL_QUEUED] = "qd----f-v",  [SPOOL_DRAWN] = "qds---f-v",
    [SPOOL_SENDING] = "-dssk-f-v", [SPOOL_SENT] = "---skcfpv",
    [SPOOL_UNKNOWN] = "-d-skc--v", [SPOOL_UNCERTAIN] = "-----c-pv",
    [SPOOL_FAILED] = "--------v",  [SPOOL_PRINTED] = "---------",
    [SPOOL_VOID] = "--------v",
};

static void
every_step_is_one_of_the_drawing_and_no_other(void **state)
{
    struct store *store = *state;
    for (unsigned from = 0; from < SPOOL_STATE_COUNT; from++) {
        for (unsigned to = 0; to < SPOOL_STATE_COUNT; to++) {
            struct spool_job job = job_in(store, from);
            if (drawing[from][to] != '-') {
                move(store, &job, to);
                assert_int_equal(get(store, job.id).state, to);
                continue;
            }
            assert_ok(db_begin(store->db, err));
            assert_fails(spool_move(store->db, &job, to, err), ERR_BUSY,
                         spool_state_name(from));
            db_rollback(store->db);
            assert_int_equal(job.state, from);
            assert_int_equal(get(store, job.id).state, from);
        }
    }
}

static void
a_stale_copy_of_a_job_moves_nothing(void **state)
{
    struct store *store = *state;
    struct spool_job job = job_in(store, SPOOL_SENT), stale = job;
    move(store, &job, SPOOL_FAILED);
    assert_ok(db_begin(store->db, err));
    assert_fails(spool_move(store->db, &stale, SPOOL_PRINTED, err), ERR_BUSY, "failed");
    assert_ok(spool_again(store->db, &job, NULL, "", err));
    assert_fails(spool_move(store->db, &stale, SPOOL_DRAWN, err), ERR_BUSY, "issue 2");
    stale.id = 999;
    assert_fails(spool_move(store->db, &stale, SPOOL_DRAWN, err), ERR_ABSENT, "999");
    assert_ok(db_commit(store->db, err));
    assert_int_equal(get(store, job.id).state, SPOOL_QUEUED);
}

/* ---- issues ----------------------------------------------------------------- */

static void
each_retry_and_reprint_takes_the_next_issue(void **state)
{
    struct store *store = *state;
    struct spool_job first = job_of("AAA"), other = job_of("BBB"),
                     second = job_of("AAA");
    uint32_t top;
    char station[4];
    add(store, &first);
    add(store, &other);
    assert_int_equal(first.issue, 1);
    assert_int_equal(other.issue, 1);
    move(store, &first, SPOOL_FAILED);
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_again(store->db, &first, NULL, "staff:li", err));
    assert_ok(db_commit(store->db, err));
    assert_int_equal(first.issue, 2);
    assert_int_equal(first.state, SPOOL_QUEUED);
    assert_string_equal(first.cause, "retry");
    assert_string_equal(first.who, "staff:li");
    add(store, &second);
    assert_int_equal(second.issue, 3);
    assert_ok(spool_top_issue(store->db, "AAA", &top, station, err));
    assert_int_equal(top, 3);
    assert_string_equal(station, "A");
    assert_ok(spool_top_issue(store->db, "CCC", &top, station, err));
    assert_int_equal(top, 0);
    assert_string_equal(station, "");
}

static void
an_issue_heard_of_counts(void **state)
{
    struct store *store = *state;
    struct spool_job job = job_of("AAA");
    uint32_t top;
    char station[4];
    add(store, &job);
    assert_ok(spool_heard(store->db, "AAA", "B", 4, err));
    assert_ok(spool_heard(store->db, "AAA", "B", 2, err)); /* old news */
    assert_ok(spool_heard(store->db, "AAA", "C", 3, err));
    assert_ok(spool_top_issue(store->db, "AAA", &top, station, err));
    assert_int_equal(top, 4);
    assert_string_equal(station, "B");
    struct spool_job next = job_of("AAA");
    add(store, &next);
    assert_int_equal(next.issue, 5);
    assert_ok(spool_heard(store->db, "AAA", "B", 999999999, err));
    assert_ok(db_begin(store->db, err));
    assert_fails(spool_add(store->db, &next, err), ERR_LIMIT, "999999999");
    db_rollback(store->db);
}

static void
a_new_job_voids_the_former_ones_but_a_printed_one(void **state)
{
    struct store *store = *state;
    struct spool_job printed = job_in(store, SPOOL_PRINTED), queued, latest, again;
    bool found;
    queued = job_of(printed.ref);
    add(store, &queued);
    latest = job_of(printed.ref);
    add(store, &latest);
    assert_int_equal(get(store, printed.id).state, SPOOL_PRINTED);
    assert_int_equal(get(store, queued.id).state, SPOOL_VOID);
    assert_ok(spool_latest(store->db, printed.ref, &found, &again, err));
    assert_true(found);
    assert_int_equal(again.id, latest.id);
    assert_ok(spool_latest(store->db, "NOBODY", &found, &again, err));
    assert_false(found);
}

static void
only_what_is_not_on_paper_is_queued_again(void **state)
{
    struct store *store = *state;
    static const bool may[SPOOL_STATE_COUNT] = {
        [SPOOL_QUEUED] = true,
        [SPOOL_UNKNOWN] = true,
        [SPOOL_UNCERTAIN] = true,
        [SPOOL_FAILED] = true,
    };
    for (unsigned from = 0; from < SPOOL_STATE_COUNT; from++) {
        struct spool_job job = job_in(store, from);
        assert_ok(db_begin(store->db, err));
        if (may[from])
            assert_ok(spool_again(store->db, &job, "lost", "", err));
        else
            assert_fails(spool_again(store->db, &job, "lost", "", err), ERR_BUSY,
                         spool_state_name(from));
        assert_ok(db_commit(store->db, err));
        assert_int_equal(get(store, job.id).issue, may[from] ? 2 : 1);
    }
}

/* ---- walks ------------------------------------------------------------------ */

struct walk {
    struct store *store;
    int64_t ids[16];
    unsigned count;
};

static bool
draw_each(const struct spool_job *job, void *self)
{
    struct walk *walk = self;
    struct spool_job copy = *job;
    walk->ids[walk->count++] = job->id;
    if (job->state == SPOOL_QUEUED)
        move(walk->store, &copy, SPOOL_DRAWN); /* into a state that is walked, too */
    return true;
}

static void
a_walk_meets_each_job_once_though_it_moves_them(void **state)
{
    struct store *store = *state;
    int64_t counts[SPOOL_STATE_COUNT];
    struct spool_job jobs[] = { job_in(store, SPOOL_QUEUED), job_in(store, SPOOL_DRAWN),
                                job_in(store, SPOOL_PRINTED),
                                job_in(store, SPOOL_QUEUED) };
    struct walk walk = { .store = store };
    assert_ok(spool_each(store->db, 1u << SPOOL_QUEUED | 1u << SPOOL_DRAWN, 0,
                         draw_each, &walk, err));
    assert_int_equal(walk.count, 3);
    assert_int_equal(walk.ids[0], jobs[0].id);
    assert_int_equal(walk.ids[1], jobs[1].id);
    assert_int_equal(walk.ids[2], jobs[3].id);
    assert_ok(spool_counts(store->db, counts, err));
    assert_int_equal(counts[SPOOL_QUEUED], 0);
    assert_int_equal(counts[SPOOL_DRAWN], 3);
    assert_int_equal(counts[SPOOL_PRINTED], 1);

    walk = (struct walk){ .store = store };
    assert_ok(spool_each(store->db, 1u << SPOOL_DRAWN, 2, draw_each, &walk, err));
    assert_int_equal(walk.count, 2);

    struct spool_job reprint = job_of(jobs[2].ref);
    add(store, &reprint);
    walk = (struct walk){ .store = store };
    assert_ok(spool_each_of(store->db, jobs[2].ref, draw_each, &walk, err));
    assert_int_equal(walk.count, 2);
    assert_int_equal(walk.ids[0], jobs[2].id);
    assert_int_equal(walk.ids[1], reprint.id);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_job_comes_back_as_it_was_written),
        store_test(every_step_is_one_of_the_drawing_and_no_other),
        store_test(a_stale_copy_of_a_job_moves_nothing),
        store_test(each_retry_and_reprint_takes_the_next_issue),
        store_test(an_issue_heard_of_counts),
        store_test(a_new_job_voids_the_former_ones_but_a_printed_one),
        store_test(only_what_is_not_on_paper_is_queued_again),
        store_test(a_walk_meets_each_job_once_though_it_moves_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
