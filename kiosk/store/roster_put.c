#include <string.h>

#include "store/db_internal.h"
#include "store/roster.h"
#include "store/roster_rows.h"
#include "store/search_words.h"

/* Writing to the roster in use, a few rows at a time. */

bool
roster_begin(struct db *db, struct err *err)
{
    return db_begin(db, err) ? true : err_wrap(err, "roster");
}

bool
roster_commit(struct db *db, struct err *err)
{
    return db_commit(db, err) ? true : err_wrap(err, "roster");
}

void
roster_rollback(struct db *db)
{
    db_rollback(db);
}

static struct rows
rows_of(struct db *db)
{
    return (struct rows){ &db->roster, db->seal, db->random };
}

bool
roster_put_event(struct db *db, const struct event *event, struct err *err)
{
    struct rows rows = rows_of(db);
    return db_writing(db, err) && rows_put_event(&rows, event, err);
}

bool
roster_put_list(struct db *db, const struct list *list, const char *const *kinds,
                unsigned kind_count, struct err *err)
{
    struct rows rows = rows_of(db);
    return db_writing(db, err) && rows_put_list(&rows, list, kinds, kind_count, err);
}

bool
roster_put_elsewhere(struct db *db, const struct roster_elsewhere *row, struct err *err)
{
    struct rows rows = rows_of(db);
    return db_writing(db, err) && rows_put_elsewhere(&rows, row, err);
}

static bool
count_tickets(struct db *db, int change, struct err *err)
{
    if (change == 0)
        return true;
    struct query q = query(&db->roster, "UPDATE meta SET value = value + ?1"
                                        " WHERE key = 'tickets'");
    query_int(&q, change);
    return query_run(&q, err);
}

static int
counts(enum ticket_status status)
{
    return status != TICKET_CANCELLED;
}

/* ---- tickets ----------------------------------------------------------------------
 */

/* The row that this one updates: by import key, else by ref. */
static bool
find_old(struct db *db, const struct roster_row *row, bool *found, struct ticket *old,
         struct err *err)
{
    *found = false;
    if (row->import_key)
        return roster_by_import_key(db, row->ticket.event, row->import_key, found, old,
                                    err);
    if (row->ticket.ref[0])
        return roster_by_ref(db, row->ticket.ref, found, old, err);
    return true;
}

/* The words of before go, those of now come, unless they are the same. */
static bool
put_words(struct db *db, int64_t id, const struct ticket *old,
          const struct fair_row *fair, struct err *err)
{
    struct str before, now;
    bool ok = true;
    str_init(&before, SEARCH_WORDS_MAX);
    str_init(&now, SEARCH_WORDS_MAX);
    search_words_of(&now, fair->ticket, fair->event_id);
    if (old)
        search_words_of(&before, old, fair->event_id);
    if (!old || before.length != now.length ||
        memcmp(before.data, now.data, now.length) != 0) {
        ok = (!old || search_words_remove(&db->roster, id, before.data, err)) &&
             search_words_add(&db->roster, id, now.data, err);
        db->words_loose = true;
    }
    str_finish(&before);
    str_finish(&now);
    return ok;
}

static bool
update(struct db *db, const struct fair_row *fair, const struct ticket *old,
       struct err *err)
{
    struct rows rows = rows_of(db);
    return rows_clear_parts(&rows, old->id, err) &&
           rows_update_ticket(&rows, fair, old->id, err) &&
           rows_put_parts(&rows, fair, old->id, err) &&
           put_words(db, old->id, old, fair, err) &&
           count_tickets(db, counts(fair->ticket->status) - counts(old->status), err);
}

static bool
ref_is_free(struct db *db, const char *ref, bool *is_free, struct err *err)
{
    struct query q = query(&db->roster, "SELECT 1 FROM ticket WHERE ref = ?1");
    bool taken;
    query_text(&q, ref);
    if (!query_next(&q, &taken, err))
        return false;
    query_end(&q);
    *is_free = !taken;
    return true;
}

/* The ref that its source gives it, unless another has it; else one that is made. */
static bool
insert(struct db *db, struct fair_row *fair, int64_t *id, struct err *err)
{
    struct rows rows = rows_of(db);
    bool is_free = fair->ref[0] != '\0';
    if (is_free && fair->has_import && !ref_is_free(db, fair->ref, &is_free, err))
        return false;
    for (unsigned try = 0; !is_free; try++) {
        rows_make_ref(&rows, fair, try);
        if (!ref_is_free(db, fair->ref, &is_free, err))
            return false;
    }
    return rows_insert_ticket(&rows, fair, id, err) &&
           rows_put_parts(&rows, fair, *id, err) &&
           put_words(db, *id, NULL, fair, err) &&
           count_tickets(db, counts(fair->ticket->status), err);
}

/* A row that fails half-way leaves nothing, and the rows before it stay. */
static bool
put(struct db *db, struct fair_row *fair, int64_t *id, bool *made, struct err *err)
{
    struct ticket old;
    bool found;
    if (!find_old(db, fair->row, &found, &old, err))
        return false;
    *made = !found;
    if (!found)
        return insert(db, fair, id, err);
    *id = old.id;
    str_copy(fair->ref, sizeof fair->ref, old.ref);
    return update(db, fair, &old, err);
}

bool
roster_put_ticket(struct db *db, const struct roster_row *row, int64_t *id, bool *made,
                  struct err *err)
{
    struct rows rows = rows_of(db);
    struct fair_row fair;
    struct err ignored;
    if (!db_writing(db, err) ||
        !rows_find_event(&rows, row->ticket.event, &fair.event_id, err) ||
        !rows_prepare(&rows, row, &fair, err))
        return false;
    struct query save = query(&db->roster, "SAVEPOINT ticket");
    if (!query_run(&save, err))
        return false;
    bool ok = put(db, &fair, id, made, err);
    struct query back = query(&db->roster, "ROLLBACK TO ticket");
    if (!ok && !sqlite3_get_autocommit(db->sql))
        query_run(&back, &ignored);
    struct query release = query(&db->roster, "RELEASE ticket");
    if (!sqlite3_get_autocommit(db->sql) && !query_run(&release, ok ? err : &ignored))
        ok = false;
    return ok;
}

bool
roster_set_status(struct db *db, int64_t ticket_id, enum ticket_status status,
                  struct err *err)
{
    struct ticket old;
    bool found;
    if (!db_writing(db, err) || !roster_by_id(db, ticket_id, &found, &old, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "ticket %lld is not in the roster",
                       (long long)ticket_id);
    struct query q = query(&db->roster, "UPDATE ticket SET status = ?2 WHERE id = ?1");
    query_int(&q, ticket_id);
    query_int(&q, status);
    return query_run(&q, err) &&
           count_tickets(db, counts(status) - counts(old.status), err);
}

bool
roster_set_complete(struct db *db, int64_t at_ms, struct err *err)
{
    struct query q =
        query(&db->roster, "UPDATE meta SET value = ?1 WHERE key = 'complete_ms'");
    query_int(&q, at_ms);
    return query_run(&q, err) ? true : err_wrap(err, "roster");
}
