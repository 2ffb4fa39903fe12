#include <stdio.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/roster.h"
#include "store/roster_rows.h"
#include "store/seal.h"

/* The finer look-ups that rosters from a server need: by position, by add-on, by
 * e-mail address; and what a ticket has answered. */

#define SELECT_TICKET "SELECT " ROSTER_TICKET_COLUMNS " FROM " ROSTER_TICKET_TABLES

bool
roster_by_position(struct db *db, const char *event, int64_t position, bool *found,
                   struct ticket *ticket, struct err *err)
{
    struct query q =
        query(&db->roster, SELECT_TICKET " WHERE t.position = ?1 AND t.position <> 0"
                                         " AND e.slug = ?2 LIMIT 1");
    query_int(&q, position);
    query_text(&q, event);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (*found)
        rows_take_ticket(&q, ticket);
    query_end(&q);
    return true;
}

bool
roster_by_contact(struct db *db, const char *event, const char *contact, unsigned max,
                  bool (*each)(const struct ticket *, void *self), void *self,
                  struct err *err)
{
    uint8_t hash[SEAL_LOOKUP_BYTES];
    struct ticket ticket = { .id = 0 };
    if (!db_need_seal(db, err))
        return false;
    rows_contact(db->seal, contact, hash);
    for (unsigned count = 0; count < max; count++) {
        struct query q = query(&db->roster, SELECT_TICKET
                               " WHERE t.id > ?1 AND e.slug = ?2 AND t.id IN"
                               " (SELECT ticket_id FROM contact WHERE lookup = ?3)"
                               " ORDER BY t.id LIMIT 1");
        bool row;
        query_int(&q, ticket.id);
        query_text(&q, event);
        query_blob(&q, hash, sizeof hash);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        rows_take_ticket(&q, &ticket);
        query_end(&q);
        if (!each(&ticket, self))
            return true;
    }
    return true;
}

bool
roster_answers(struct db *db, int64_t ticket_id,
               bool (*each)(const struct roster_answer *, void *self), void *self,
               struct err *err)
{
    char value[ROSTER_ANSWER_MAX + 1];
    struct roster_answer answer = { .question = 0, .value = value };
    for (;;) {
        struct query q = query(&db->roster, "SELECT question, value FROM answer"
                                            " WHERE ticket_id = ?1 AND question > ?2"
                                            " ORDER BY question LIMIT 1");
        bool row;
        query_int(&q, ticket_id);
        query_int(&q, answer.question);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        answer.question = take_int(&q);
        take_text(&q, value, sizeof value);
        query_end(&q);
        if (!each(&answer, self))
            return true;
    }
}

/* ---- candidates -------------------------------------------------------------------
 */

#define SELECT_CANDIDATE                                                          \
    "SELECT t.id, t.position, t.parent, t.product, coalesce((SELECT session FROM" \
    " ticket_session WHERE ticket_id = t.id ORDER BY session LIMIT 1), ''),"      \
    " t.valid_from_ms, t.valid_until_ms, t.status FROM ticket t"

static bool
take_candidates(struct query *q, struct roster_candidates *found, struct err *err)
{
    for (bool row = true; row && found->count < ROSTER_CANDIDATES_MAX;) {
        if (!query_next(q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        struct roster_candidate *candidate = &found->rows[found->count++];
        candidate->id = take_int(q);
        candidate->position = take_int(q);
        candidate->parent = take_int(q);
        candidate->product = take_int(q);
        take_text(q, candidate->session, sizeof candidate->session);
        candidate->valid_from_ms = take_int(q);
        candidate->valid_until_ms = take_int(q);
        candidate->cancelled = take_enum(q, TICKET_CANCELLED + 1) == TICKET_CANCELLED;
    }
    query_end(q);
    return true;
}

/* Those of the candidates from `first` on; bare: those without a code, too, which a
 * server has cancelled. */
static bool
add_addons(struct db *db, unsigned first, bool bare, struct roster_candidates *found,
           struct err *err)
{
    for (unsigned i = first, owners = found->count; i < owners; i++) {
        struct query q = query(&db->roster, SELECT_CANDIDATE
                               " WHERE t.parent = ?1 AND t.parent <> 0"
                               " AND (?2 OR t.lookup IS NOT NULL) ORDER BY t.id");
        query_int(&q, found->rows[i].position);
        query_int(&q, bare);
        if (!take_candidates(&q, found, err))
            return false;
    }
    return true;
}

bool
roster_candidates(struct db *db, const char *event, const char *secret, size_t length,
                  bool addons, struct roster_candidates *found, struct err *err)
{
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    found->count = 0;
    if (length == 0 || length > ROSTER_SECRET_MAX)
        return true; /* nobody has such a code */
    if (!db_need_seal(db, err))
        return false;
    seal_lookup(db->seal, secret, length, lookup);
    struct query q =
        query(&db->roster, SELECT_CANDIDATE " WHERE t.lookup = ?1 AND t.event_id ="
                                            " (SELECT id FROM event WHERE slug = ?2)");
    query_blob(&q, lookup, sizeof lookup);
    query_text(&q, event);
    return take_candidates(&q, found, err) &&
           (!addons || add_addons(db, 0, false, found, err));
}

bool
roster_add_candidates(struct db *db, const char *event, int64_t position, bool addons,
                      struct roster_candidates *found, struct err *err)
{
    unsigned first = found->count;
    struct query q = query(&db->roster, SELECT_CANDIDATE
                           " WHERE t.position = ?1 AND t.position <> 0 AND t.event_id ="
                           " (SELECT id FROM event WHERE slug = ?2)");
    query_int(&q, position);
    query_text(&q, event);
    return take_candidates(&q, found, err) &&
           (!addons || add_addons(db, first, true, found, err));
}

static bool
has_candidate(const struct roster_candidates *found, int64_t id)
{
    for (unsigned i = 0; i < found->count; i++) {
        if (found->rows[i].id == id)
            return true;
    }
    return false;
}

static void
add_new(const struct roster_candidates *more, struct roster_candidates *found)
{
    for (unsigned i = 0; i < more->count; i++) {
        if (found->count < ROSTER_CANDIDATES_MAX &&
            !has_candidate(found, more->rows[i].id))
            found->rows[found->count++] = more->rows[i];
    }
}

bool
roster_add_cancelled(struct db *db, const char *event, const char *identifier,
                     size_t length, bool addons, struct roster_candidates *found,
                     struct err *err)
{
    char contact[ROSTER_TEXT_MAX + 1];
    uint8_t hash[SEAL_LOOKUP_BYTES];
    struct roster_candidates more = { .count = 0 };
    if (length + sizeof ROSTER_MEDIUM_CONTACT > ROSTER_TEXT_MAX)
        return true;
    if (!db_need_seal(db, err))
        return false;
    snprintf(contact, sizeof contact, "%s%.*s", ROSTER_MEDIUM_CONTACT, (int)length,
             identifier);
    rows_contact(db->seal, contact, hash);
    struct query q =
        query(&db->roster, SELECT_CANDIDATE
              " WHERE t.id IN (SELECT ticket_id FROM contact WHERE lookup = ?1)"
              " AND t.event_id = (SELECT id FROM event WHERE slug = ?2)"
              " AND t.lookup IS NULL ORDER BY t.position");
    query_blob(&q, hash, sizeof hash);
    query_text(&q, event);
    if (!take_candidates(&q, &more, err) ||
        (addons && !add_addons(db, 0, true, &more, err)))
        return false;
    add_new(&more, found);
    return true;
}
