#include "store/outbox.h"

#include <string.h>

#include "store/db_internal.h"
#include "str.h"

#define COLUMNS \
    "id, nonce, kind, state, event, about, at_ms, next_ms, tries, answer, body"

enum { FILES_MAX_BYTES = 1 << 20 };

static const char *const state_names[] = { "pending", "hold", "sent", "dead" };
static const char *const kind_names[] = { "check-in", "refused scan", "badge printed" };

const char *
outbox_state_name(enum outbox_state state)
{
    return state_names[state];
}

const char *
outbox_kind_name(enum outbox_kind kind)
{
    return kind_names[kind];
}

/* The drawing in the header: from -> to. PENDING to itself is a try that failed. */
static const unsigned allowed[OUTBOX_STATE_COUNT] = {
    [OUTBOX_PENDING] = 1u << OUTBOX_PENDING | 1u << OUTBOX_HOLD | 1u << OUTBOX_SENT |
                       1u << OUTBOX_DEAD,
    [OUTBOX_HOLD] = 1u << OUTBOX_PENDING | 1u << OUTBOX_HOLD | 1u << OUTBOX_SENT |
                    1u << OUTBOX_DEAD,
    [OUTBOX_SENT] = 0,
    [OUTBOX_DEAD] = 1u << OUTBOX_PENDING,
};

bool
outbox_add(struct db *db, struct outbox_row *row, struct err *err)
{
    if (!db_writing(db, err))
        return false;
    struct query q = query(&db->journal,
                           "INSERT INTO outbox(nonce, kind, state, event, about, at_ms,"
                           " next_ms, tries, answer, body)"
                           " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
    query_blob(&q, row->nonce, sizeof row->nonce);
    query_int(&q, row->kind);
    query_int(&q, row->state);
    query_text(&q, row->event);
    query_int(&q, row->about);
    query_int(&q, row->at_ms);
    query_int(&q, row->next_ms);
    query_int(&q, row->tries);
    query_text(&q, row->answer);
    query_text(&q, row->body);
    if (!query_run(&q, err))
        return err_wrap(err, "outbox");
    row->id = sqlite3_last_insert_rowid(db->sql);
    tally_note(db, TALLY_OUTBOX, row->state, 1);
    return true;
}

static bool
check_step(struct db *db, int64_t id, enum outbox_state to, struct err *err)
{
    struct query q = query(&db->journal, "SELECT state FROM outbox WHERE id = ?1");
    bool found;
    query_int(&q, id);
    if (!query_next(&q, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "outbox row %lld is not there", (long long)id);
    unsigned from = (unsigned)take_int(&q);
    query_end(&q);
    if (from < OUTBOX_STATE_COUNT && allowed[from] & 1u << to) {
        tally_note(db, TALLY_OUTBOX, from, -1);
        tally_note(db, TALLY_OUTBOX, to, 1);
        return true;
    }
    return err_set(err, ERR_BUSY, "outbox row %lld cannot go from %s to %s",
                   (long long)id, from < OUTBOX_STATE_COUNT ? state_names[from] : "?",
                   state_names[to]);
}

bool
outbox_move(struct db *db, struct outbox_row *row, enum outbox_state to,
            struct err *err)
{
    if (!db_writing(db, err) || !check_step(db, row->id, to, err))
        return false;
    struct query q = query(&db->journal,
                           "UPDATE outbox SET state=?2, next_ms=?3, tries=?4, answer=?5"
                           " WHERE id=?1");
    query_int(&q, row->id);
    query_int(&q, to);
    query_int(&q, row->next_ms);
    query_int(&q, row->tries);
    query_text(&q, row->answer);
    if (!query_run(&q, err))
        return err_wrap(err, "outbox");
    row->state = to;
    return true;
}

bool
outbox_get(struct db *db, int64_t id, bool *found, struct outbox_row *row,
           struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT " COLUMNS " FROM outbox WHERE id = ?1");
    query_int(&q, id);
    if (!query_next(&q, found, err))
        return err_wrap(err, "outbox");
    if (!*found)
        return true;
    row->id = take_int(&q);
    take_bytes(&q, row->nonce, sizeof row->nonce);
    row->kind = (enum outbox_kind)take_enum(&q, OUTBOX_PRINTED + 1);
    row->state = (enum outbox_state)take_enum(&q, OUTBOX_STATE_COUNT);
    take_text(&q, row->event, sizeof row->event);
    row->about = take_int(&q);
    row->at_ms = take_int(&q);
    row->next_ms = take_int(&q);
    row->tries = (unsigned)take_int(&q);
    take_text(&q, row->answer, sizeof row->answer);
    take_text(&q, row->body, sizeof row->body);
    query_end(&q);
    return true;
}

/* Where a walk is: the first row after this place is next. */
struct walk {
    unsigned states;
    int64_t due_ms;
    int64_t at_ms, id;
};

/* The first row of this state after the walk's place. */
static bool
find_in(struct db *db, const struct walk *from, unsigned state, struct walk *next,
        struct err *err)
{
    struct query q = query(&db->journal, "SELECT at_ms, id FROM outbox WHERE state = ?1"
                                         " AND (at_ms, id) > (?2, ?3) AND next_ms <= ?4"
                                         " ORDER BY at_ms, id LIMIT 1");
    bool row;
    query_int(&q, state);
    query_int(&q, from->at_ms);
    query_int(&q, from->id);
    query_int(&q, from->due_ms);
    next->id = 0;
    if (!query_next(&q, &row, err))
        return false;
    if (row) {
        next->at_ms = take_int(&q);
        next->id = take_int(&q);
        query_end(&q);
    }
    return true;
}

/* Goes on to the first of all states' next rows; id 0: there is none. */
static bool
go_on(struct db *db, struct walk *walk, struct err *err)
{
    struct walk best = { .id = 0 }, next = { .id = 0 };
    for (unsigned state = 0; state < OUTBOX_STATE_COUNT; state++) {
        if (!(walk->states & 1u << state))
            continue;
        if (!find_in(db, walk, state, &next, err))
            return false;
        if (next.id != 0 && (best.id == 0 || next.at_ms < best.at_ms ||
                             (next.at_ms == best.at_ms && next.id < best.id)))
            best = next;
    }
    walk->at_ms = best.at_ms;
    walk->id = best.id;
    return true;
}

static bool
take_next(struct db *db, struct walk *walk, bool *found, struct outbox_row *row,
          struct err *err)
{
    if (!go_on(db, walk, err))
        return err_wrap(err, "outbox");
    *found = walk->id != 0;
    if (!*found)
        return true;
    bool there;
    return outbox_get(db, walk->id, &there, row, err) &&
           (there ||
            err_set(err, ERR_IO, "outbox row %lld has gone", (long long)walk->id));
}

bool
outbox_next(struct db *db, unsigned states, struct outbox_place *place, bool *found,
            struct outbox_row *row, struct err *err)
{
    struct walk walk = {
        .states = states, .due_ms = INT64_MAX, .at_ms = place->at_ms, .id = place->id
    };
    if (!take_next(db, &walk, found, row, err))
        return false;
    if (*found)
        *place = (struct outbox_place){ walk.at_ms, walk.id };
    return true;
}

bool
outbox_each(struct db *db, unsigned states, int64_t now_ms, unsigned max,
            bool (*each)(const struct outbox_row *row, void *self), void *self,
            struct err *err)
{
    struct walk walk = { .states = states,
                         .due_ms = now_ms == 0 ? INT64_MAX : now_ms,
                         .at_ms = INT64_MIN };
    for (unsigned count = 0; max == 0 || count < max; count++) {
        struct outbox_row row;
        bool found;
        if (!take_next(db, &walk, &found, &row, err))
            return false;
        if (!found || !each(&row, self))
            return true;
    }
    return true;
}

bool
outbox_counts(struct db *db, struct outbox_counts *counts, struct err *err)
{
    struct query q = query(&db->journal, "SELECT at_ms FROM outbox WHERE state = 0"
                                         " ORDER BY at_ms LIMIT 1");
    bool row;
    *counts = (struct outbox_counts){ 0 };
    if (!tally_ask(db, TALLY_OUTBOX, counts->rows, OUTBOX_STATE_COUNT, err) ||
        !query_next(&q, &row, err))
        return err_wrap(err, "outbox");
    if (row) {
        counts->oldest_pending_ms = take_int(&q);
        query_end(&q);
    }
    return true;
}

/* ---- what goes to a server ------------------------------------------------------- */

/* ?1: find_files' */
#define OF_A_SERVER " event NOT IN (SELECT value FROM json_each(?1))"

/* The events that come from files, as a JSON array. A question of its own: what cannot
 * be read there is the roster's damage. */
static bool
find_files(struct db *db, struct str *slugs, struct err *err)
{
    struct query q = query(&db->roster, "SELECT json_group_array(slug) FROM event"
                                        " WHERE source <> 'pretix'");
    bool row;
    str_init(slugs, FILES_MAX_BYTES);
    if (!query_next(&q, &row, err))
        return err_wrap(err, "outbox");
    size_t length = 0;
    const char *text = row ? take_blob(&q, &length) : NULL;
    bool ok = str_add(slugs, text ? text : "[]", text ? length : 2);
    query_end(&q);
    return ok ? true : err_no_memory(err);
}

bool
outbox_due(struct db *db, int64_t now_ms, int64_t *ids, unsigned max, unsigned *count,
           struct err *err)
{
    struct str files;
    *count = 0;
    bool row = find_files(db, &files, err), ok = row;
    struct query q =
        query(&db->journal, "SELECT id FROM outbox WHERE state = 0 AND" OF_A_SERVER
                            " AND (next_ms <= ?2 OR next_ms > ?2 + 3600000)"
                            " ORDER BY at_ms, id LIMIT ?3");
    if (ok) {
        query_text(&q, files.data);
        query_int(&q, now_ms);
        query_int(&q, max);
    }
    while (ok && row) {
        ok = query_next(&q, &row, err) || err_wrap(err, "outbox");
        if (ok && row)
            ids[(*count)++] = take_int(&q);
    }
    str_finish(&files);
    return ok;
}

bool
outbox_waiting(struct db *db, int64_t *rows, int64_t *oldest_ms, struct err *err)
{
    struct str files;
    *rows = *oldest_ms = 0;
    bool row = false, ok = find_files(db, &files, err);
    struct query q =
        query(&db->journal, "SELECT count(*), ifnull(min(at_ms), 0)"
                            " FROM outbox WHERE state = 0 AND" OF_A_SERVER);
    if (ok) {
        query_text(&q, files.data);
        ok = query_next(&q, &row, err) || err_wrap(err, "outbox");
    }
    if (row) {
        *rows = take_int(&q);
        *oldest_ms = take_int(&q);
        query_end(&q);
    }
    str_finish(&files);
    return ok;
}

bool
outbox_hold(struct db *db, const char *event, enum outbox_kind kind, const char *words,
            struct err *err)
{
    if (!db_writing(db, err))
        return false;
    struct query q =
        query(&db->journal, "UPDATE outbox SET state = 1, answer = ?3"
                            " WHERE state = 0 AND event = ?1 AND kind = ?2");
    query_text(&q, event);
    query_int(&q, kind);
    query_text(&q, words);
    if (!query_run(&q, err))
        return err_wrap(err, "outbox");
    int count = sqlite3_changes(db->sql);
    tally_note(db, TALLY_OUTBOX, OUTBOX_PENDING, -count);
    tally_note(db, TALLY_OUTBOX, OUTBOX_HOLD, count);
    return true;
}

bool
outbox_release(struct db *db, enum outbox_state from, int64_t id, int64_t *count,
               struct err *err)
{
    if (!db_writing(db, err))
        return false;
    struct query q =
        query(&db->journal, "UPDATE outbox SET state = 0, next_ms = 0, tries = 0"
                            " WHERE state = ?1 AND (?2 = 0 OR id = ?2)");
    query_int(&q, from);
    query_int(&q, id);
    if (!query_run(&q, err))
        return err_wrap(err, "outbox");
    int changed = sqlite3_changes(db->sql);
    tally_note(db, TALLY_OUTBOX, from, -changed);
    tally_note(db, TALLY_OUTBOX, OUTBOX_PENDING, changed);
    *count = changed;
    return true;
}

static bool
abandon(struct db *db, enum outbox_state from, const char *files, const char *words,
        struct err *err)
{
    struct query q = query(&db->journal, "UPDATE outbox SET state = 3, answer = ?3"
                                         " WHERE state = ?2 AND" OF_A_SERVER);
    query_text(&q, files);
    query_int(&q, from);
    query_text(&q, words);
    if (!query_run(&q, err))
        return err_wrap(err, "outbox");
    int changed = sqlite3_changes(db->sql);
    tally_note(db, TALLY_OUTBOX, from, -changed);
    tally_note(db, TALLY_OUTBOX, OUTBOX_DEAD, changed);
    return true;
}

bool
outbox_abandon(struct db *db, const char *words, int64_t *count, struct err *err)
{
    struct str files;
    *count = 0;
    if (!db_writing(db, err))
        return false;
    int before = sqlite3_total_changes(db->sql);
    bool ok = find_files(db, &files, err) &&
              abandon(db, OUTBOX_PENDING, files.data, words, err) &&
              abandon(db, OUTBOX_HOLD, files.data, words, err);
    str_finish(&files);
    *count = sqlite3_total_changes(db->sql) - before;
    return ok;
}
