#include "store/roster_rows.h"

#include <stdio.h>
#include <string.h>

#include "str.h"

/* ---- a row made ready -------------------------------------------------------------
 */

static bool
is_ref(const char *text)
{
    for (; *text; text++) {
        if (!((*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9')))
            return false;
    }
    return true;
}

static bool
check(const struct roster_row *row, struct err *err)
{
    const struct ticket *ticket = &row->ticket;
    if (!is_ref(ticket->ref))
        return err_set(err, ERR_INPUT, "ticket: ref wants A-Z and 0-9 only");
    if (row->secret &&
        (row->secret[0] == '\0' || strlen(row->secret) > ROSTER_SECRET_MAX))
        return err_set(err, ERR_INPUT, "ticket %s: code wants 1 to %d bytes",
                       ticket->ref, ROSTER_SECRET_MAX);
    if (row->import_key &&
        (row->import_key[0] == '\0' || strlen(row->import_key) > ROSTER_TEXT_MAX))
        return err_set(err, ERR_INPUT, "ticket %s: import key wants 1 to %d bytes",
                       ticket->ref, ROSTER_TEXT_MAX);
    if (row->session_count > ROSTER_SESSIONS_MAX)
        return err_set(err, ERR_INPUT, "ticket %s: has %u sessions, want at most %d",
                       ticket->ref, row->session_count, ROSTER_SESSIONS_MAX);
    for (unsigned i = 0; i < row->session_count; i++) {
        if (strlen(row->sessions[i]) > ROSTER_KEY_MAX)
            return err_set(err, ERR_INPUT, "ticket %s: session wants at most %d bytes",
                           ticket->ref, ROSTER_KEY_MAX);
    }
    return true;
}

static bool
find_event(const struct rows *rows, const char *slug, int64_t *id, struct err *err)
{
    struct query q = query(rows->conn, "SELECT id FROM event WHERE slug = ?1");
    bool found;
    query_text(&q, slug);
    if (!query_next(&q, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "event %s is not in the roster", slug);
    *id = take_int(&q);
    query_end(&q);
    return true;
}

void
rows_import_key(const struct seal *seal, const char *event, const char *key,
                uint8_t hash[SEAL_LOOKUP_BYTES])
{
    char text[ROSTER_KEY_MAX + ROSTER_TEXT_MAX + 16];
    int length = snprintf(text, sizeof text, "import%c%s%c%s", 0x1F, event, 0x1F, key);
    seal_lookup(seal, text, (size_t)length, hash);
}

/* Overwrites each occurrence of the secret with stars. Short ones are left: they are no
 * secrets, and would tear holes into innocent words. */
static void
mask(char *text, const char *secret, size_t length)
{
    enum { SHORTEST = 8 };
    char *at = length >= SHORTEST ? strstr(text, secret) : NULL;
    for (; at; at = strstr(at + length, secret))
        memset(at, '*', length);
}

/* A code that a source also wrote into another column must not stand there in clear. */
static void
mask_fields(struct fair_row *fair, const char *secret)
{
    const struct ticket *ticket = fair->ticket;
    if (!strstr(ticket->extra, secret) && !strstr(ticket->order_code, secret) &&
        !strstr(ticket->seat, secret))
        return;
    size_t length = strlen(secret);
    fair->masked = *ticket;
    fair->ticket = &fair->masked;
    mask(fair->masked.extra, secret, length);
    mask(fair->masked.seat, secret, length);
    mask(fair->masked.order_code, secret, length);
}

bool
rows_prepare(const struct rows *rows, const struct roster_row *row,
             struct fair_row *fair, struct err *err)
{
    if (!check(row, err))
        return false;
    if (!rows->seal && (row->secret || row->import_key))
        return err_set(err, ERR_INPUT, "%s: tickets cannot be written without the key",
                       rows->conn->path);
    fair->row = row;
    fair->ticket = &row->ticket;
    fair->has_import = row->import_key != NULL;
    fair->has_secret = row->secret != NULL;
    str_copy(fair->ref, sizeof fair->ref, row->ticket.ref);
    if (!find_event(rows, row->ticket.event, &fair->event_id, err))
        return false;
    if (fair->has_import)
        rows_import_key(rows->seal, row->ticket.event, row->import_key, fair->import);
    if (fair->has_secret) {
        size_t length = strlen(row->secret);
        seal_lookup(rows->seal, row->secret, length, fair->lookup);
        seal_box(rows->seal, row->secret, length, fair->box);
        fair->box_length = length + SEAL_OVERHEAD_BYTES;
        mask_fields(fair, row->secret);
    }
    return true;
}

void
rows_make_ref(const struct rows *rows, struct fair_row *fair, unsigned try)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* no 0 O 1 I */
    enum { LENGTH = 10 };
    uint8_t bytes[SEAL_LOOKUP_BYTES];
    if (fair->has_import) {
        char text[sizeof fair->import + 8] = "ref";
        memcpy(text + 4, fair->import, sizeof fair->import);
        text[4 + sizeof fair->import] = (char)try;
        seal_lookup(rows->seal, text, sizeof text, bytes);
    } else {
        random_fill(rows->random, bytes, sizeof bytes);
    }
    for (int i = 0; i < LENGTH; i++)
        fair->ref[i] = letters[bytes[i] % 32];
    fair->ref[LENGTH] = '\0';
}

/* ---- writing ----------------------------------------------------------------------
 */

/* ?1 to ?16 of both statements below. */
static void
bind_ticket(struct query *q, const struct fair_row *fair)
{
    const struct ticket *ticket = fair->ticket;
    query_int(q, fair->event_id);
    query_int(q, ticket->status);
    query_int(q, ticket->blocked);
    query_int(q, ticket->revoked);
    query_int(q, ticket->valid_from_ms);
    query_int(q, ticket->valid_until_ms);
    query_text(q, ticket->order_code);
    query_text(q, ticket->name);
    query_text(q, ticket->name_latin);
    query_text(q, ticket->organisation);
    query_text(q, ticket->country);
    query_text(q, ticket->kind);
    query_text(q, ticket->language);
    query_text(q, ticket->seat);
    query_text(q, ticket->extra[0] ? ticket->extra : "{}");
    query_blob(q, fair->has_secret ? fair->lookup : NULL, sizeof fair->lookup);
    query_blob(q, fair->has_secret ? fair->box : NULL, fair->box_length);
}

bool
rows_insert_ticket(const struct rows *rows, const struct fair_row *fair, int64_t *id,
                   struct err *err)
{
    struct query q = query(
        rows->conn, "INSERT INTO ticket(event_id, status, blocked, revoked,"
                    " valid_from_ms, valid_until_ms, order_code, name, name_latin,"
                    " organisation, country, kind, language, seat, extra, lookup, box,"
                    " ref, import) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,"
                    "?14,?15,?16,?17,?18,?19)");
    bind_ticket(&q, fair);
    query_text(&q, fair->ref);
    query_blob(&q, fair->has_import ? fair->import : NULL, sizeof fair->import);
    if (!query_run(&q, err))
        return err_wrap(err, "ticket %s", fair->ref);
    *id = sqlite3_last_insert_rowid(rows->conn->sql);
    return true;
}

bool
rows_update_ticket(const struct rows *rows, const struct fair_row *fair, int64_t id,
                   struct err *err)
{
    struct query q = query(
        rows->conn,
        "UPDATE ticket SET event_id=?1, status=?2, blocked=?3, revoked=?4,"
        " valid_from_ms=?5, valid_until_ms=?6, order_code=?7, name=?8, name_latin=?9,"
        " organisation=?10, country=?11, kind=?12, language=?13, seat=?14, extra=?15,"
        " lookup=coalesce(?16, lookup), box=coalesce(?17, box) WHERE id=?18");
    bind_ticket(&q, fair);
    query_int(&q, id);
    return query_run(&q, err) ? true : err_wrap(err, "ticket %s", fair->ref);
}

bool
rows_put_sessions(const struct rows *rows, const struct fair_row *fair, int64_t id,
                  struct err *err)
{
    for (unsigned i = 0; i < fair->row->session_count; i++) {
        struct query q = query(rows->conn, "INSERT OR IGNORE INTO ticket_session"
                                           "(ticket_id, session) VALUES(?1, ?2)");
        query_int(&q, id);
        query_text(&q, fair->row->sessions[i]);
        if (!query_run(&q, err))
            return err_wrap(err, "ticket %s", fair->ref);
    }
    return true;
}

bool
rows_put_event(const struct rows *rows, const struct event *event, struct err *err)
{
    if (event->slug[0] == '\0')
        return err_set(err, ERR_INPUT, "event: slug wants 1 to %d bytes",
                       ROSTER_KEY_MAX);
    struct query q = query(
        rows->conn, "INSERT INTO event(slug, name, zone, source, starts_ms, ends_ms)"
                    " VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT(slug) DO UPDATE SET"
                    " name=excluded.name, zone=excluded.zone, source=excluded.source,"
                    " starts_ms=excluded.starts_ms, ends_ms=excluded.ends_ms");
    query_text(&q, event->slug);
    query_text(&q, event->name);
    query_text(&q, event->zone);
    query_text(&q, event->source);
    query_int(&q, event->starts_ms);
    query_int(&q, event->ends_ms);
    return query_run(&q, err) ? true : err_wrap(err, "event %s", event->slug);
}

static bool
upsert_list(const struct rows *rows, const struct list *list, int64_t event_id,
            int64_t *id, struct err *err)
{
    struct query q = query(
        rows->conn,
        "INSERT INTO list(event_id, key, name, place, session, starts_ms, ends_ms,"
        " opens_ms, closes_ms, all_kinds, several_entries, entry_after_exit,"
        " include_unpaid) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"
        " ON CONFLICT(event_id, key) DO UPDATE SET name=excluded.name,"
        " place=excluded.place, session=excluded.session,"
        " starts_ms=excluded.starts_ms, ends_ms=excluded.ends_ms,"
        " opens_ms=excluded.opens_ms, closes_ms=excluded.closes_ms,"
        " all_kinds=excluded.all_kinds, several_entries=excluded.several_entries,"
        " entry_after_exit=excluded.entry_after_exit,"
        " include_unpaid=excluded.include_unpaid RETURNING id");
    query_int(&q, event_id);
    query_text(&q, list->key);
    query_text(&q, list->name);
    query_text(&q, list->place);
    query_text(&q, list->session);
    query_int(&q, list->starts_ms);
    query_int(&q, list->ends_ms);
    query_int(&q, list->opens_ms);
    query_int(&q, list->closes_ms);
    query_int(&q, list->all_kinds);
    query_int(&q, list->several_entries);
    query_int(&q, list->entry_after_exit);
    query_int(&q, list->include_unpaid);
    bool row;
    if (!query_next(&q, &row, err))
        return false;
    *id = take_int(&q);
    query_end(&q);
    return true;
}

static bool
replace_kinds(const struct rows *rows, int64_t list_id, const char *const *kinds,
              unsigned count, struct err *err)
{
    struct query gone = query(rows->conn, "DELETE FROM list_kind WHERE list_id = ?1");
    query_int(&gone, list_id);
    if (!query_run(&gone, err))
        return false;
    for (unsigned i = 0; i < count; i++) {
        struct query q = query(rows->conn, "INSERT OR IGNORE INTO list_kind"
                                           "(list_id, kind) VALUES(?1, ?2)");
        query_int(&q, list_id);
        query_text(&q, kinds[i]);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

bool
rows_put_list(const struct rows *rows, const struct list *list,
              const char *const *kinds, unsigned kind_count, struct err *err)
{
    int64_t event_id, id;
    if (list->key[0] == '\0')
        return err_set(err, ERR_INPUT, "list: key wants 1 to %d bytes", ROSTER_KEY_MAX);
    if (find_event(rows, list->event, &event_id, err) &&
        upsert_list(rows, list, event_id, &id, err) &&
        replace_kinds(rows, id, kinds, list->all_kinds ? 0 : kind_count, err))
        return true;
    return err_wrap(err, "list %s", list->key);
}

bool
rows_put_elsewhere(const struct rows *rows, const struct roster_elsewhere *row,
                   struct err *err)
{
    struct query q =
        query(rows->conn, "INSERT OR IGNORE INTO elsewhere(nonce, event, list, ref,"
                          " kind, at_ms, station, gate)"
                          " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)");
    query_blob(&q, row->nonce, sizeof row->nonce);
    query_text(&q, row->event);
    query_text(&q, row->list);
    query_text(&q, row->ref);
    query_int(&q, row->exit);
    query_int(&q, row->at_ms);
    query_text(&q, row->station);
    query_text(&q, row->gate);
    return query_run(&q, err);
}

/* ---- reading ----------------------------------------------------------------------
 */

void
rows_take_ticket(struct query *q, struct ticket *ticket)
{
    ticket->id = take_int(q);
    take_text(q, ticket->ref, sizeof ticket->ref);
    take_text(q, ticket->event, sizeof ticket->event);
    ticket->status = (enum ticket_status)take_enum(q, TICKET_CANCELLED + 1);
    ticket->blocked = take_bool(q);
    ticket->revoked = take_bool(q);
    ticket->valid_from_ms = take_int(q);
    ticket->valid_until_ms = take_int(q);
    take_text(q, ticket->order_code, sizeof ticket->order_code);
    take_text(q, ticket->name, sizeof ticket->name);
    take_text(q, ticket->name_latin, sizeof ticket->name_latin);
    take_text(q, ticket->organisation, sizeof ticket->organisation);
    take_text(q, ticket->country, sizeof ticket->country);
    take_text(q, ticket->kind, sizeof ticket->kind);
    take_text(q, ticket->language, sizeof ticket->language);
    take_text(q, ticket->seat, sizeof ticket->seat);
    take_text(q, ticket->extra, sizeof ticket->extra);
}
