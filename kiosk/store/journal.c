#include "store/journal.h"

#include <assert.h>
#include <string.h>

#include "store/db_internal.h"
#include "str.h"

#define COLUMNS                                                                     \
    "id, nonce, kind, mode, verdict, event, list, ref, station, gate, who, reason," \
    " at_ms, clock_suspect"

static void
take_row(struct query *q, struct journal_row *row)
{
    row->id = take_int(q);
    take_bytes(q, row->nonce, sizeof row->nonce);
    row->kind = (enum journal_kind)take_enum(q, JOURNAL_REFUSED + 1);
    row->mode = (enum journal_mode)take_enum(q, JOURNAL_CONFIRMED + 1);
    row->verdict = (enum verdict)take_enum(q, VERDICT_COUNT);
    take_text(q, row->event, sizeof row->event);
    take_text(q, row->list, sizeof row->list);
    take_text(q, row->ref, sizeof row->ref);
    take_text(q, row->station, sizeof row->station);
    take_text(q, row->gate, sizeof row->gate);
    take_text(q, row->who, sizeof row->who);
    take_text(q, row->reason, sizeof row->reason);
    row->at_ms = take_int(q);
    row->clock_suspect = take_bool(q);
}

/* A ticket that enters for the first time is one guest more. */
static bool
note_guest(struct db *db, const struct journal_row *row, struct err *err)
{
    if (row->ref[0] == '\0')
        return true;
    struct query q = query(&db->journal, "SELECT 1 FROM journal WHERE ref = ?1"
                                         " AND kind = 0 AND id <> ?2 LIMIT 1");
    bool before;
    query_text(&q, row->ref);
    query_int(&q, row->id);
    if (!query_next(&q, &before, err))
        return err_wrap(err, "journal");
    query_end(&q);
    if (!before)
        tally_note(db, TALLY_JOURNAL, TALLY_GUESTS, 1);
    return true;
}

bool
journal_add(struct db *db, struct journal_row *row, struct err *err)
{
    if (!db_writing(db, err))
        return false;
    struct query q = query(
        &db->journal, "INSERT INTO journal(nonce, kind, mode, verdict, event, list,"
                      " ref, station, gate, who, reason, at_ms, clock_suspect)"
                      " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)");
    query_blob(&q, row->nonce, sizeof row->nonce);
    query_int(&q, row->kind);
    query_int(&q, row->mode);
    query_int(&q, row->verdict);
    query_text(&q, row->event);
    query_text(&q, row->list);
    query_text(&q, row->ref);
    query_text(&q, row->station);
    query_text(&q, row->gate);
    query_text(&q, row->who);
    query_text(&q, row->reason);
    query_int(&q, row->at_ms);
    query_int(&q, row->clock_suspect);
    if (!query_run(&q, err))
        return err_wrap(err, "journal");
    row->id = sqlite3_last_insert_rowid(db->sql);
    tally_note(db, TALLY_JOURNAL, row->kind, 1);
    return row->kind != JOURNAL_ENTRY || note_guest(db, row, err);
}

/* ---- history -------------------------------------------------------------------- */

/* kind, at_ms, station, gate */
static void
take_deed(struct query *q, struct journal_history *history)
{
    enum journal_kind kind = (enum journal_kind)take_enum(q, JOURNAL_EXIT + 1);
    int64_t at_ms = take_int(q);
    if (kind == JOURNAL_ENTRY) {
        if (history->entries == 0 || at_ms < history->first_entry_ms)
            history->first_entry_ms = at_ms;
        history->entries++;
    } else {
        history->exits++;
    }
    if (history->has_last && at_ms < history->last_at_ms)
        return;
    history->has_last = true;
    history->last_kind = kind;
    history->last_at_ms = at_ms;
    take_text(q, history->last_station, sizeof history->last_station);
    take_text(q, history->last_gate, sizeof history->last_gate);
}

/* Of a row from elsewhere: whether its nonce, at that column, is in our journal. */
static bool
is_ours(struct db *db, struct query *elsewhere, int column, bool *ours, struct err *err)
{
    struct query q = query(&db->journal, "SELECT 1 FROM journal WHERE nonce = ?1");
    size_t length;
    elsewhere->taken = column;
    const void *nonce = take_blob(elsewhere, &length);
    elsewhere->taken = 0;
    query_blob(&q, nonce, length);
    if (!query_next(&q, ours, err))
        return false;
    query_end(&q);
    return true;
}

bool
journal_history(struct db *db, const char *ref, const char *event, const char *list,
                struct journal_history *history, struct err *err)
{
    /* The same columns; ours come second, so that of two deeds of one moment ours is
     * the last. A nonce of ours that came back from the server is ours. One statement
     * a file: what cannot be read is that file's damage. */
    static const char elsewhere[] =
        "SELECT kind, at_ms, station, gate, nonce FROM roster.elsewhere"
        " WHERE ref = ?1 AND event = ?2 AND list = ?3";
    static const char here[] =
        "SELECT kind, at_ms, station, gate FROM main.journal"
        " WHERE ref = ?1 AND event = ?2 AND list = ?3 AND kind <> 2 ORDER BY id";
    static_assert(JOURNAL_REFUSED == 2, "see the SQL above");
    struct query queries[] = { query(&db->roster, elsewhere),
                               query(&db->journal, here) };
    *history = (struct journal_history){ 0 };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct query *q = &queries[i];
        query_text(q, ref);
        query_text(q, event);
        query_text(q, list);
        for (bool row = true, ours = false; row;) {
            if (!query_next(q, &row, err))
                return err_wrap(err, "history");
            if (row && i == 0 && !is_ours(db, q, 4, &ours, err)) {
                query_end(q);
                return err_wrap(err, "history");
            }
            if (row && !ours)
                take_deed(q, history);
        }
    }
    return true;
}

/* at_ms, kind, nonce of rows, newest first; of those from elsewhere the ones that are
 * not ours. */
static bool
take_deeds(struct db *db, struct query *q, bool elsewhere, struct journal_deeds *deeds,
           struct err *err)
{
    deeds->count = 0;
    for (bool row = true, ours = false; row && deeds->count < JOURNAL_DEEDS_MAX;) {
        if (!query_next(q, &row, err))
            return err_wrap(err, "history");
        if (row && elsewhere && !is_ours(db, q, 2, &ours, err)) {
            query_end(q);
            return err_wrap(err, "history");
        }
        if (!row || ours)
            continue;
        struct journal_deed *deed = &deeds->rows[deeds->count++];
        deed->at_ms = take_int(q);
        deed->exit = take_enum(q, JOURNAL_EXIT + 1) == JOURNAL_EXIT;
    }
    query_end(q);
    return true;
}

/* The newest of both, oldest first. Of two of one moment ours is the newer. */
static void
merge_deeds(const struct journal_deeds *here, const struct journal_deeds *elsewhere,
            struct journal_deeds *deeds)
{
    unsigned all = here->count + elsewhere->count, i = 0, j = 0;
    deeds->count = all < JOURNAL_DEEDS_MAX ? all : JOURNAL_DEEDS_MAX;
    for (unsigned place = deeds->count; place-- > 0;) {
        bool from_here =
            j == elsewhere->count ||
            (i < here->count && here->rows[i].at_ms >= elsewhere->rows[j].at_ms);
        deeds->rows[place] = from_here ? here->rows[i++] : elsewhere->rows[j++];
    }
}

bool
journal_deeds(struct db *db, const char *ref, const char *event, const char *list,
              struct journal_deeds *deeds, struct err *err)
{
    /* One statement a file, as above. */
    struct query queries[] = {
        query(&db->journal, "SELECT at_ms, kind FROM main.journal WHERE ref = ?1"
                            " AND event = ?2 AND list = ?3 AND kind <> 2"
                            " ORDER BY at_ms DESC, id DESC"),
        query(&db->roster, "SELECT at_ms, kind, nonce FROM roster.elsewhere"
                           " WHERE ref = ?1 AND event = ?2 AND list = ?3"
                           " ORDER BY at_ms DESC"),
    };
    struct journal_deeds here, elsewhere;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        query_text(&queries[i], ref);
        query_text(&queries[i], event);
        query_text(&queries[i], list);
    }
    if (!take_deeds(db, &queries[0], false, &here, err) ||
        !take_deeds(db, &queries[1], true, &elsewhere, err))
        return false;
    merge_deeds(&here, &elsewhere, deeds);
    return true;
}

bool
journal_by_nonce(struct db *db, const uint8_t nonce[JOURNAL_NONCE_BYTES], bool *found,
                 struct journal_row *row, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT " COLUMNS " FROM journal WHERE nonce = ?1");
    query_blob(&q, nonce, JOURNAL_NONCE_BYTES);
    if (!query_next(&q, found, err))
        return err_wrap(err, "journal");
    if (*found)
        take_row(&q, row);
    query_end(&q);
    return true;
}

bool
journal_newest(struct db *db, int64_t *at_ms, struct err *err)
{
    struct query q = query(&db->journal, "SELECT at_ms FROM journal WHERE"
                                         " clock_suspect = 0 ORDER BY id DESC LIMIT 1");
    bool found;
    if (!query_next(&q, &found, err))
        return err_wrap(err, "journal");
    *at_ms = found ? take_int(&q) : 0;
    query_end(&q);
    return true;
}

bool
journal_last(struct db *db, int64_t *id, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT id FROM journal ORDER BY id DESC LIMIT 1");
    bool found;
    if (!query_next(&q, &found, err))
        return err_wrap(err, "journal");
    *id = found ? take_int(&q) : 0;
    query_end(&q);
    return true;
}

bool
journal_has_event(struct db *db, const char *event, bool *has, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT 1 FROM journal WHERE event = ?1 LIMIT 1");
    query_text(&q, event);
    if (!query_next(&q, has, err))
        return err_wrap(err, "journal");
    query_end(&q);
    return true;
}

/* One row at a time, so that `each` may write. */
bool
journal_each(struct db *db, const char *ref, int64_t after_id, unsigned max,
             bool (*each)(const struct journal_row *row, void *self), void *self,
             struct err *err)
{
    static const char of_all[] =
        "SELECT " COLUMNS " FROM journal WHERE id > ?1 ORDER BY id LIMIT 1";
    static const char of_ref[] =
        "SELECT " COLUMNS
        " FROM journal WHERE id > ?1 AND ref = ?2 ORDER BY id LIMIT 1";
    struct journal_row row = { .id = after_id };
    for (unsigned count = 0; max == 0 || count < max; count++) {
        struct query q = query(&db->journal, ref ? of_ref : of_all);
        bool found;
        query_int(&q, row.id);
        if (ref)
            query_text(&q, ref);
        if (!query_next(&q, &found, err))
            return err_wrap(err, "journal");
        if (!found)
            return true;
        take_row(&q, &row);
        query_end(&q);
        if (!each(&row, self))
            return true;
    }
    return true;
}

bool
journal_counts(struct db *db, struct journal_counts *counts, struct err *err)
{
    int64_t kinds[TALLY_KINDS_MAX];
    if (!tally_ask(db, TALLY_JOURNAL, kinds, TALLY_KINDS_MAX, err))
        return err_wrap(err, "journal");
    *counts = (struct journal_counts){ .entries = kinds[JOURNAL_ENTRY],
                                       .exits = kinds[JOURNAL_EXIT],
                                       .refused = kinds[JOURNAL_REFUSED],
                                       .guests_in = kinds[TALLY_GUESTS] };
    return true;
}
