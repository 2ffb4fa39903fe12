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
check_parts(const struct roster_row *row, struct err *err)
{
    const struct ticket *ticket = &row->ticket;
    if (row->contact_count > ROSTER_CONTACTS_MAX)
        return err_set(err, ERR_INPUT, "ticket %s: has %u addresses, want at most %d",
                       ticket->ref, row->contact_count, ROSTER_CONTACTS_MAX);
    for (unsigned i = 0; i < row->answer_count; i++) {
        if (strlen(row->answers[i].value) > ROSTER_ANSWER_MAX)
            return err_set(err, ERR_INPUT,
                           "ticket %s: answer to question %lld wants at most %d bytes",
                           ticket->ref, (long long)row->answers[i].question,
                           ROSTER_ANSWER_MAX);
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
    return check_parts(row, err);
}

bool
rows_find_event(const struct rows *rows, const char *slug, int64_t *id, struct err *err)
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

void
rows_contact(const struct seal *seal, const char *contact,
             uint8_t hash[SEAL_LOOKUP_BYTES])
{
    char text[ROSTER_TEXT_MAX + 16];
    int length =
        snprintf(text, sizeof text, "contact%c%.*s", 0x1F, ROSTER_TEXT_MAX, contact);
    for (int i = 0; i < length; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    }
    seal_lookup(seal, text, (size_t)length, hash);
}

void
rows_medium(const struct seal *seal, const char *type, const char *identifier,
            size_t length, uint8_t hash[SEAL_LOOKUP_BYTES])
{
    char text[ROSTER_KEY_MAX + ROSTER_SECRET_MAX + 16];
    int used = snprintf(text, sizeof text, "medium%c%.*s%c%.*s", 0x1F, ROSTER_KEY_MAX,
                        type, 0x1F, (int)length, identifier);
    seal_lookup(seal, text, (size_t)used, hash);
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
    if (!rows->seal && (row->secret || row->import_key || row->contact_count > 0))
        return err_set(err, ERR_INPUT, "%s: tickets cannot be written without the key",
                       rows->conn->path);
    fair->row = row;
    fair->ticket = &row->ticket;
    fair->has_import = row->import_key != NULL;
    fair->has_secret = row->secret != NULL;
    str_copy(fair->ref, sizeof fair->ref, row->ticket.ref);
    if (fair->has_import)
        rows_import_key(rows->seal, row->ticket.event, row->import_key, fair->import);
    for (unsigned i = 0; i < row->contact_count; i++)
        rows_contact(rows->seal, row->contacts[i], fair->contacts[i]);
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

/* ?1 to ?25 of both statements below. */
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
    query_int(q, ticket->origin.position);
    query_int(q, ticket->origin.product);
    query_int(q, ticket->origin.variation);
    query_int(q, ticket->origin.parent);
    query_int(q, ticket->origin.number);
    query_int(q, ticket->origin.unapproved);
    query_int(q, ticket->origin.attention);
    query_text(q, ticket->origin.note);
}

bool
rows_insert_ticket(const struct rows *rows, const struct fair_row *fair, int64_t *id,
                   struct err *err)
{
    struct query q = query(
        rows->conn, "INSERT INTO ticket(event_id, status, blocked, revoked,"
                    " valid_from_ms, valid_until_ms, order_code, name, name_latin,"
                    " organisation, country, kind, language, seat, extra, lookup, box,"
                    " position, product, variation, parent, number, unapproved,"
                    " attention, note, ref, import)"
                    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
                    "?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27)");
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
        " lookup=coalesce(?16, lookup), box=coalesce(?17, box), position=?18,"
        " product=?19, variation=?20, parent=?21, number=?22, unapproved=?23,"
        " attention=?24, note=?25 WHERE id=?26");
    bind_ticket(&q, fair);
    query_int(&q, id);
    return query_run(&q, err) ? true : err_wrap(err, "ticket %s", fair->ref);
}

static bool
put_sessions(const struct rows *rows, const struct fair_row *fair, int64_t id,
             struct err *err)
{
    for (unsigned i = 0; i < fair->row->session_count; i++) {
        struct query q = query(rows->conn, "INSERT OR IGNORE INTO ticket_session"
                                           "(ticket_id, session) VALUES(?1, ?2)");
        query_int(&q, id);
        query_text(&q, fair->row->sessions[i]);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

static bool
put_contacts(const struct rows *rows, const struct fair_row *fair, int64_t id,
             struct err *err)
{
    for (unsigned i = 0; i < fair->row->contact_count; i++) {
        struct query q =
            query(rows->conn, "INSERT INTO contact(ticket_id, lookup) VALUES(?1, ?2)");
        query_int(&q, id);
        query_blob(&q, fair->contacts[i], sizeof fair->contacts[i]);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

static bool
put_answers(const struct rows *rows, const struct fair_row *fair, int64_t id,
            struct err *err)
{
    for (unsigned i = 0; i < fair->row->answer_count; i++) {
        struct query q = query(rows->conn, "INSERT OR REPLACE INTO answer(ticket_id,"
                                           " question, value) VALUES(?1, ?2, ?3)");
        query_int(&q, id);
        query_int(&q, fair->row->answers[i].question);
        query_text(&q, fair->row->answers[i].value);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

bool
rows_put_parts(const struct rows *rows, const struct fair_row *fair, int64_t id,
               struct err *err)
{
    if (put_sessions(rows, fair, id, err) && put_contacts(rows, fair, id, err) &&
        put_answers(rows, fair, id, err))
        return true;
    return err_wrap(err, "ticket %s", fair->ref);
}

bool
rows_clear_parts(const struct rows *rows, int64_t id, struct err *err)
{
    static const char *const parts[] = {
        "DELETE FROM ticket_session WHERE ticket_id = ?1",
        "DELETE FROM contact WHERE ticket_id = ?1",
        "DELETE FROM answer WHERE ticket_id = ?1",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct query q = query(rows->conn, parts[i]);
        query_int(&q, id);
        if (!query_run(&q, err))
            return false;
    }
    return true;
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
    ticket->origin.position = take_int(q);
    ticket->origin.product = take_int(q);
    ticket->origin.variation = take_int(q);
    ticket->origin.parent = take_int(q);
    ticket->origin.number = (unsigned)take_int(q);
    ticket->origin.unapproved = take_bool(q);
    ticket->origin.attention = take_bool(q);
    take_text(q, ticket->origin.note, sizeof ticket->origin.note);
}
