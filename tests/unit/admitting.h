#ifndef YUELAI_TESTS_ADMITTING_H
#define YUELAI_TESTS_ADMITTING_H

/* admitting: an admission as the desk writes it, and a count of them that checks that
 * none is there by halves. For test_db and test_db_full. */

#include "storing.h"

/* One admission as the desk writes it: journal, spool, outbox in one transaction. */
static inline bool
admit(struct store *store, const char *ref, struct err *err)
{
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, ref);
    struct spool_job job = { .kind = "guest", .event = "citec", .station = "A" };
    struct outbox_row out = { .kind = OUTBOX_CHECKIN, .event = "citec", .body = "{}" };
    str_copy(job.ref, sizeof job.ref, ref);
    memset(job.fields, 'x', 600);
    memcpy(out.nonce, row.nonce, sizeof out.nonce);
    if (!db_begin(store->db, err))
        return false;
    if (!journal_add(store->db, &row, err) || !spool_add(store->db, &job, err)) {
        db_rollback(store->db);
        return false;
    }
    out.about = row.id;
    if (!outbox_add(store->db, &out, err)) {
        db_rollback(store->db);
        return false;
    }
    return db_commit(store->db, err);
}

static inline int64_t
entries(struct store *store)
{
    struct journal_counts counts;
    int64_t jobs[SPOOL_STATE_COUNT];
    struct outbox_counts out;
    assert_ok(journal_counts(store->db, &counts, err));
    assert_ok(spool_counts(store->db, jobs, err));
    assert_ok(outbox_counts(store->db, &out, err));
    assert_int_equal(jobs[SPOOL_QUEUED] + jobs[SPOOL_VOID], counts.entries);
    assert_int_equal(out.rows[OUTBOX_PENDING], counts.entries);
    return counts.entries;
}

#endif
