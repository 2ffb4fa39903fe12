#include "store/db_tally.h"

#include "storing.h"

static void
add(struct store *store, const char *ref, enum journal_kind kind)
{
    struct journal_row row = store_journal_row(store, kind, ref);
    assert_ok(journal_add(store->db, &row, err));
}

static struct journal_counts
count(struct store *store)
{
    struct journal_counts counts;
    assert_ok(journal_counts(store->db, &counts, err));
    return counts;
}

static void
what_was_rolled_back_is_not_counted_and_a_reopen_counts_the_same(void **state)
{
    struct store *store = *state;
    struct spool_job job = { .cause = "scan", .kind = "guest", .fields = "{}" };
    int64_t jobs[SPOOL_STATE_COUNT];
    str_copy(job.ref, sizeof job.ref, "AAAA");
    str_copy(job.station, sizeof job.station, "A");
    assert_ok(db_begin(store->db, err));
    add(store, "AAAA", JOURNAL_ENTRY);
    add(store, "AAAA", JOURNAL_EXIT);
    add(store, "AAAA", JOURNAL_ENTRY);
    assert_ok(spool_add(store->db, &job, err));
    assert_ok(db_commit(store->db, err));
    assert_ok(db_begin(store->db, err));
    add(store, "BBBB", JOURNAL_ENTRY);
    assert_ok(spool_move(store->db, &job, SPOOL_DRAWN, err));
    assert_int_equal(count(store).guests_in, 2);
    db_rollback(store->db);

    for (int again = 0; again < 2; again++) {
        assert_int_equal(count(store).entries, 2);
        assert_int_equal(count(store).exits, 1);
        assert_int_equal(count(store).guests_in, 1);
        assert_ok(spool_counts(store->db, jobs, err));
        assert_int_equal(jobs[SPOOL_QUEUED], 1);
        assert_int_equal(jobs[SPOOL_DRAWN], 0);
        store_reopen(store);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(what_was_rolled_back_is_not_counted_and_a_reopen_counts_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
