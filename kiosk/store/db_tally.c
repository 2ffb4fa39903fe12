#include "store/db_tally.h"

#include <assert.h>
#include <string.h>

#include "store/db_internal.h"

void
tally_note(struct db *db, enum tally_table table, unsigned kind, int change)
{
    assert(kind < TALLY_KINDS_MAX);
    db->tallies.now.rows[table][kind] += change;
}

void
tally_commit(struct db *db)
{
    db->tallies.committed = db->tallies.now;
}

void
tally_rollback(struct db *db, bool unsure)
{
    db->tallies.now = db->tallies.committed;
    db->tallies.stale |= unsure;
}

static bool
count_table(struct db *db, enum tally_table table, struct tally *tally, struct err *err)
{
    static const char *const questions[TALLY_TABLES] = {
        [TALLY_JOURNAL] = "SELECT kind, count(*) FROM journal GROUP BY kind UNION ALL"
                          " SELECT 15, count(DISTINCT ref) FROM journal"
                          " WHERE kind = 0 AND ref <> ''",
        [TALLY_SPOOL] = "SELECT state, count(*) FROM spool GROUP BY state",
        [TALLY_OUTBOX] = "SELECT state, count(*) FROM outbox GROUP BY state",
    };
    static_assert(TALLY_GUESTS == 15, "see the SQL above");
    struct query q = query(&db->journal, questions[table]);
    for (bool row = true; row;) {
        if (!query_next(&q, &row, err))
            return false;
        int64_t kind = row ? take_int(&q) : -1;
        if (kind >= 0 && kind < TALLY_KINDS_MAX)
            tally->rows[table][kind] = take_int(&q);
    }
    return true;
}

bool
tally_open(struct db *db, struct err *err)
{
    struct tally tally = { 0 };
    for (unsigned table = 0; table < TALLY_TABLES; table++) {
        if (!count_table(db, (enum tally_table)table, &tally, err))
            return err_wrap(err, "counting");
    }
    db->tallies = (struct tally_book){ .now = tally, .committed = tally };
    return true;
}

bool
tally_ask(struct db *db, enum tally_table table, int64_t *kinds, unsigned count,
          struct err *err)
{
    if (db->tallies.stale && !db->open && !tally_open(db, err))
        return false;
    memcpy(kinds, db->tallies.now.rows[table], count * sizeof *kinds);
    return true;
}
