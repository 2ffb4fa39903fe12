#include "store/db_internal.h"
#include "store/roster.h"
#include "store/roster_rows.h"
#include "store/search_words.h"

/* What leaves the roster. */

static bool
run_with(struct db *db, const char *sql, int64_t id, struct err *err)
{
    struct query q = query(&db->roster, sql);
    query_int(&q, id);
    return query_run(&q, err);
}

bool
roster_clear_elsewhere(struct db *db, const char *ref, struct err *err)
{
    struct query q = query(&db->roster, "DELETE FROM elsewhere WHERE ref = ?1");
    query_text(&q, ref);
    return db_writing(db, err) && query_run(&q, err);
}

static bool
remove_words(struct db *db, const struct ticket *ticket, struct err *err)
{
    struct query q = query(&db->roster, "SELECT event_id FROM ticket WHERE id = ?1");
    struct str words;
    bool row;
    query_int(&q, ticket->id);
    if (!query_next(&q, &row, err))
        return false;
    int64_t event_id = row ? take_int(&q) : 0;
    query_end(&q);
    str_init(&words, SEARCH_WORDS_MAX);
    search_words_of(&words, ticket, event_id);
    bool ok = search_words_remove(&db->roster, ticket->id, words.data, err);
    str_finish(&words);
    db->words_loose = true;
    return ok;
}

bool
roster_remove_ticket(struct db *db, int64_t ticket_id, struct err *err)
{
    struct rows rows = { &db->roster, db->seal, db->random };
    struct ticket ticket;
    bool found;
    if (!db_writing(db, err) || !roster_by_id(db, ticket_id, &found, &ticket, err))
        return false;
    if (!found)
        return true;
    int64_t counted = ticket.status != TICKET_CANCELLED;
    return remove_words(db, &ticket, err) && rows_clear_parts(&rows, ticket_id, err) &&
           roster_clear_elsewhere(db, ticket.ref, err) &&
           run_with(db, "DELETE FROM ticket WHERE id = ?1", ticket_id, err) &&
           run_with(db, "UPDATE meta SET value = value - ?1 WHERE key = 'tickets'",
                    counted, err);
}

/* ---- an order ---------------------------------------------------------------------
 */

static bool
is_kept(int64_t position, const int64_t *positions, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (positions[i] == position)
            return true;
    }
    return false;
}

bool
roster_keep_positions(struct db *db, const char *event, const char *order_code,
                      const int64_t *positions, unsigned count, struct err *err)
{
    for (int64_t after = 0;;) {
        struct query q =
            query(&db->roster, "SELECT id, position FROM ticket WHERE id > ?1"
                               " AND order_code = ?2 AND position <> 0 AND event_id ="
                               " (SELECT id FROM event WHERE slug = ?3)"
                               " ORDER BY id LIMIT 1");
        bool row;
        query_int(&q, after);
        query_text(&q, order_code);
        query_text(&q, event);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        after = take_int(&q);
        int64_t position = take_int(&q);
        query_end(&q);
        if (!is_kept(position, positions, count) &&
            !roster_remove_ticket(db, after, err))
            return false;
    }
}

/* ---- an event ---------------------------------------------------------------------
 */

static bool
remove_tickets(struct db *db, int64_t event_id, struct err *err)
{
    for (;;) {
        struct query q =
            query(&db->roster, "SELECT id FROM ticket WHERE event_id = ?1 LIMIT 1");
        bool row;
        query_int(&q, event_id);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        int64_t id = take_int(&q);
        query_end(&q);
        if (!roster_remove_ticket(db, id, err))
            return false;
    }
}

bool
roster_remove_event(struct db *db, const char *event, struct err *err)
{
    static const char *const rest[] = {
        ("DELETE FROM list_kind WHERE list_id IN"
         " (SELECT id FROM list WHERE event_id = ?1)"),
        ("DELETE FROM list_product WHERE list_id IN"
         " (SELECT id FROM list WHERE event_id = ?1)"),
        "DELETE FROM list WHERE event_id = ?1",
        "DELETE FROM product WHERE event_id = ?1",
        "DELETE FROM variation WHERE event_id = ?1",
        "DELETE FROM session WHERE event_id = ?1",
        "DELETE FROM question WHERE event_id = ?1",
        "DELETE FROM layout WHERE event_id = ?1",
        "DELETE FROM withdrawn WHERE event_id = ?1",
        "DELETE FROM mark WHERE event = (SELECT slug FROM event WHERE id = ?1)",
        "DELETE FROM event WHERE id = ?1",
    };
    struct event found;
    bool there;
    if (!db_writing(db, err) || !roster_event(db, event, &there, &found, err))
        return false;
    if (!there)
        return true;
    if (!remove_tickets(db, found.id, err))
        return false;
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (!run_with(db, rest[i], found.id, err))
            return err_wrap(err, "event %s", event);
    }
    return true;
}

/* ---- events that the station has left -----------------------------------------------
 */

#define LEFT "'left'" /* their source from then on */

bool
roster_leave(struct db *db, const char *source, struct err *err)
{
    struct query marks =
        query(&db->roster, "DELETE FROM mark WHERE event = '' OR event IN"
                           " (SELECT slug FROM event WHERE source = ?1)");
    struct query links = query(&db->roster, "DELETE FROM medium_ticket");
    struct query events =
        query(&db->roster,
              "UPDATE event SET slug = '~' || id, source = " LEFT " WHERE source = ?1");
    if (!db_writing(db, err))
        return false;
    query_text(&marks, source);
    query_text(&events, source);
    return query_run(&marks, err) && query_run(&links, err) && query_run(&events, err);
}

bool
roster_has_left(struct db *db, bool *left, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT 1 FROM event WHERE source = " LEFT " LIMIT 1");
    if (!query_next(&q, left, err))
        return false;
    query_end(&q);
    return true;
}

/* The row that is next, 0: there is none. */
static bool
next_left(struct db *db, int64_t *id, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT t.id FROM event e JOIN ticket t ON t.event_id = e.id"
                           " WHERE e.source = " LEFT " LIMIT 1");
    bool row;
    if (!query_next(&q, &row, err))
        return false;
    *id = row ? take_int(&q) : 0;
    query_end(&q);
    return true;
}

static bool
remove_left_media(struct db *db, unsigned max, bool *more, struct err *err)
{
    struct query q = query(&db->roster, "DELETE FROM medium WHERE id IN"
                                        " (SELECT id FROM medium LIMIT ?1)");
    query_int(&q, max);
    if (!query_run(&q, err))
        return false;
    *more = sqlite3_changes(db->sql) > 0;
    return true;
}

static bool
remove_left_event(struct db *db, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT slug FROM event WHERE source = " LEFT " LIMIT 1");
    char slug[ROSTER_KEY_MAX + 1];
    bool row;
    if (!query_next(&q, &row, err))
        return false;
    if (!row)
        return true;
    take_text(&q, slug, sizeof slug);
    query_end(&q);
    return roster_remove_event(db, slug, err);
}

bool
roster_remove_left(struct db *db, unsigned max, bool *more, struct err *err)
{
    if (!db_writing(db, err) || !roster_has_left(db, more, err))
        return false;
    for (unsigned i = 0; *more && i < max; i++) {
        int64_t id;
        if (!next_left(db, &id, err))
            return false;
        if (id == 0) /* its event, last: it says that there is something left */
            return remove_left_media(db, max, more, err) &&
                   (*more || remove_left_event(db, err)) &&
                   roster_has_left(db, more, err);
        if (!roster_remove_ticket(db, id, err))
            return false;
    }
    return true;
}
