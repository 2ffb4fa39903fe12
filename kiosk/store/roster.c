#include "store/roster.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/roster_rows.h"
#include "store/seal.h"

#define SELECT_TICKET "SELECT " ROSTER_TICKET_COLUMNS " FROM " ROSTER_TICKET_TABLES

/* Steps, takes what there is, and ends. */
static bool
take_only(struct query *q, bool *found, struct ticket *ticket, struct err *err)
{
    if (!query_next(q, found, err))
        return err_wrap(err, "roster");
    if (*found)
        rows_take_ticket(q, ticket);
    query_end(q);
    return true;
}

/* ---- look-ups ---------------------------------------------------------------------
 */

bool
roster_by_secret(struct db *db, const char *secret, size_t length,
                 enum roster_found *found, struct ticket *ticket, struct err *err)
{
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    *found = ROSTER_NONE;
    if (!db_need_seal(db, err))
        return false;
    if (length == 0 || length > ROSTER_SECRET_MAX)
        return true; /* nobody has such a code */
    seal_lookup(db->seal, secret, length, lookup);
    struct query q = query(&db->roster, SELECT_TICKET " WHERE t.lookup = ?1 LIMIT 2");
    query_blob(&q, lookup, sizeof lookup);
    bool row, second = false;
    if (!query_next(&q, &row, err))
        return err_wrap(err, "roster");
    if (!row)
        return true;
    rows_take_ticket(&q, ticket);
    if (!query_next(&q, &second, err))
        return err_wrap(err, "roster");
    query_end(&q);
    *found = second ? ROSTER_SEVERAL : ROSTER_ONE;
    return true;
}

bool
roster_by_ref(struct db *db, const char *ref, bool *found, struct ticket *ticket,
              struct err *err)
{
    struct query q = query(&db->roster, SELECT_TICKET " WHERE t.ref = ?1");
    query_text(&q, ref);
    return take_only(&q, found, ticket, err);
}

bool
roster_by_id(struct db *db, int64_t id, bool *found, struct ticket *ticket,
             struct err *err)
{
    struct query q = query(&db->roster, SELECT_TICKET " WHERE t.id = ?1");
    query_int(&q, id);
    return take_only(&q, found, ticket, err);
}

bool
roster_by_import_key(struct db *db, const char *event, const char *import_key,
                     bool *found, struct ticket *ticket, struct err *err)
{
    uint8_t hash[SEAL_LOOKUP_BYTES];
    *found = false;
    if (!db_need_seal(db, err))
        return false;
    if (strlen(event) > ROSTER_KEY_MAX || strlen(import_key) > ROSTER_TEXT_MAX)
        return true;
    rows_import_key(db->seal, event, import_key, hash);
    struct query q = query(&db->roster, SELECT_TICKET " WHERE t.import = ?1");
    query_blob(&q, hash, sizeof hash);
    return take_only(&q, found, ticket, err);
}

bool
roster_secret(struct db *db, int64_t ticket_id, bool *found, char *secret,
              struct err *err)
{
    struct query q = query(&db->roster, "SELECT box FROM ticket WHERE id = ?1");
    bool row, opened = true;
    size_t length = 0;
    *found = false;
    if (!db_need_seal(db, err))
        return false;
    query_int(&q, ticket_id);
    if (!query_next(&q, &row, err))
        return err_wrap(err, "roster");
    const uint8_t *box = row ? take_blob(&q, &length) : NULL;
    if (box) {
        opened = length <= ROSTER_SECRET_MAX + SEAL_OVERHEAD_BYTES &&
                 seal_unbox(db->seal, box, length, secret);
        if (opened)
            secret[length - SEAL_OVERHEAD_BYTES] = '\0';
    }
    query_end(&q);
    *found = box != NULL && opened;
    return opened ? true
                  : err_set(err, ERR_INPUT,
                            "ticket %lld: its code was sealed with "
                            "another key, or is damaged",
                            (long long)ticket_id);
}

bool
roster_age(struct db *db, struct roster_age *age, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT (SELECT value FROM meta WHERE key = 'complete_ms'),"
                           " (SELECT value FROM meta WHERE key = 'tickets')");
    bool row, may_remember = db_may_remember(db);
    if (may_remember && db->memory.has_age) {
        *age = db->memory.age;
        return true;
    }
    *age = (struct roster_age){ 0 };
    if (!query_next(&q, &row, err))
        return err_wrap(err, "roster");
    if (row) {
        age->complete_ms = take_int(&q);
        age->tickets = take_int(&q);
    }
    query_end(&q);
    if (may_remember) {
        db->memory.age = *age;
        db->memory.has_age = true;
    }
    return true;
}

/* ---- all of them: one row at a time, so that `each` may write and look up
 * ------------ */

bool
roster_each_ticket(struct db *db, const char *event, int64_t after_id, unsigned max,
                   bool (*each)(const struct ticket *, void *self), void *self,
                   struct err *err)
{
    static const char of_all[] = SELECT_TICKET " WHERE t.id > ?1 ORDER BY t.id LIMIT 1";
    static const char of_event[] =
        SELECT_TICKET " WHERE t.id > ?1 AND t.event_id ="
                      " (SELECT id FROM event WHERE slug = ?2) ORDER BY t.id LIMIT 1";
    bool all = !event || event[0] == '\0';
    struct ticket ticket = { .id = after_id };
    for (unsigned count = 0; max == 0 || count < max; count++) {
        struct query q = query(&db->roster, all ? of_all : of_event);
        bool found;
        query_int(&q, ticket.id);
        if (!all)
            query_text(&q, event);
        if (!take_only(&q, &found, &ticket, err))
            return false;
        if (!found || !each(&ticket, self))
            return true;
    }
    return true;
}

bool
roster_sessions(struct db *db, int64_t ticket_id,
                bool (*each)(const char *session, void *self), void *self,
                struct err *err)
{
    char session[ROSTER_KEY_MAX + 1] = "";
    for (;;) {
        struct query q =
            query(&db->roster, "SELECT session FROM ticket_session WHERE ticket_id = ?1"
                               " AND session > ?2 ORDER BY session LIMIT 1");
        bool row;
        query_int(&q, ticket_id);
        query_text(&q, session);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        take_text(&q, session, sizeof session);
        query_end(&q);
        if (!each(session, self))
            return true;
    }
}
