#include "sync/push_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "store/db.h"
#include "store/seal.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* Rows -> the three calls that take them. The call for check-ins is the organizer's
 * (checkinrpc), not the list's: it never takes a code for a position's number. */

struct writing {
    struct push *push;
    struct push_slot *slot;
    struct json *body; /* of the row; NULL if it cannot be read */
    struct ticket *ticket;
    bool has_ticket;
    char secret[ROSTER_SECRET_MAX + 1];
    size_t secret_length;
    struct push_end *end;
};

/* ---- cannot ---------------------------------------------------------------------- */

static bool
dead(struct writing *w, const char *words)
{
    w->end->to = OUTBOX_DEAD;
    str_copy(w->end->words, sizeof w->end->words, words);
    return false;
}

/* The next download may bring it. */
static bool
missing(struct writing *w, const char *words)
{
    if (w->slot->row.tries >= PUSH_MISSING_TRIES)
        return dead(w, words);
    w->end->to = OUTBOX_PENDING;
    str_copy(w->end->words, sizeof w->end->words, words);
    return false;
}

/* ---- what it is about -------------------------------------------------------------
 */

static bool
take_journal(const struct journal_row *row, void *self)
{
    *(struct journal_row *)self = *row;
    return false;
}

static bool
find_journal(struct writing *w)
{
    struct push_slot *slot = w->slot;
    struct err err;
    slot->journal.id = 0;
    if (!journal_each(w->push->set.db, NULL, slot->row.about - 1, 1, take_journal,
                      &slot->journal, &err))
        return missing(w, err.text);
    if (slot->journal.id != slot->row.about)
        return dead(w, "its row in the journal is gone");
    str_copy(slot->ref, sizeof slot->ref, slot->journal.ref);
    return true;
}

static void
find_ticket(struct writing *w)
{
    struct err ignored;
    if (w->slot->ref[0] && !roster_by_ref(w->push->set.db, w->slot->ref, &w->has_ticket,
                                          w->ticket, &ignored))
        w->has_ticket = false;
}

static bool
unseal(struct writing *w, const char *text)
{
    const struct seal *seal = db_seal(w->push->set.db);
    if (!seal ||
        !seal_untext(seal, text, w->secret, ROSTER_SECRET_MAX, &w->secret_length) ||
        w->secret_length == 0)
        return false;
    w->secret[w->secret_length] = '\0';
    return true;
}

/* As it was scanned; else the ticket's own. */
static bool
find_secret(struct writing *w)
{
    struct err ignored;
    bool found = false;
    const char *sealed = pretix_text(json_member(w->body, "sealed"));
    if (sealed[0] && unseal(w, sealed))
        return true;
    if (w->has_ticket &&
        roster_secret(w->push->set.db, w->ticket->id, &found, w->secret, &ignored) &&
        found) {
        w->secret_length = strlen(w->secret);
        return w->secret_length > 0;
    }
    return dead(w, sealed[0] ? "its code was sealed with another key"
                             : "the ticket's code is kept nowhere any more");
}

static bool
find_list(struct writing *w, long long *list)
{
    if (str_read_int(w->slot->journal.list, 1, INT64_MAX, list))
        return true;
    return missing(w, "its check-in list is none of the server's");
}

static bool
find_what_was_scanned(struct writing *w, long long *list)
{
    if (!find_journal(w) || !find_list(w, list))
        return false;
    find_ticket(w);
    return find_secret(w);
}

/* ---- the calls --------------------------------------------------------------------
 */

static void
add_nonce(struct str *out, const struct outbox_row *row)
{
    char hex[2 * JOURNAL_NONCE_BYTES + 1];
    json_add_text(out, "nonce", hex_write(row->nonce, JOURNAL_NONCE_BYTES, hex));
}

static void
add_datetime(struct str *out, int64_t at_ms)
{
    char text[PRETIX_TIME_SIZE];
    pretix_write_time(at_ms * 1000, text);
    json_add_text(out, "datetime", text);
}

static const char *
text_or(const struct json *body, const char *name, const char *otherwise)
{
    const char *text = pretix_text(json_member(body, name));
    return text[0] ? text : otherwise;
}

static void
add_answers(struct str *out, const struct json *body)
{
    const struct json *answers = json_member(body, "answers");
    if (answers && json_kind(answers) == JSON_OBJECT) {
        json_add_value(out, "answers", answers);
    } else {
        json_open_object(out, "answers");
        json_close_object(out);
    }
}

static bool
write_checkin(struct writing *w)
{
    struct push_slot *slot = w->slot;
    struct str *out = &slot->call.body;
    char organizer[256];
    long long list;
    if (!find_what_was_scanned(w, &list))
        return false;
    if (memchr(w->secret, '\0', w->secret_length))
        return dead(w, "the code has a NUL in it: no server takes that");
    json_open_object(out, NULL);
    json_open_array(out, "lists");
    json_add_int(out, NULL, list);
    json_close_array(out);
    json_add_bytes(out, "secret", w->secret, w->secret_length);
    json_add_text(out, "source_type", text_or(w->body, "source_type", "barcode"));
    json_add_text(out, "type", slot->journal.kind == JOURNAL_EXIT ? "exit" : "entry");
    json_add_bool(out, "force", true);
    json_add_bool(out, "ignore_unpaid",
                  pretix_bool(json_member(w->body, "ignore_unpaid")));
    add_nonce(out, &slot->row);
    add_datetime(out, slot->journal.at_ms);
    add_answers(out, w->body);
    json_add_bool(out, "questions_supported", false);
    json_close_object(out);
    api_escape(w->push->set.api->account->organizer, organizer, sizeof organizer);
    return api_url(w->push->set.api, &slot->call,
                   "/api/v1/organizers/%s/checkinrpc/redeem/", organizer) ||
           dead(w, "its address is too long");
}

/* The server keeps texts: what is none goes as its own devices send it. */
static void
add_barcode(struct str *out, const char *bytes, size_t length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool plain = str_is_utf8(bytes, length);
    for (size_t i = 0; plain && i < length; i++)
        plain = (unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7F;
    if (plain) {
        json_add_bytes(out, "raw_barcode", bytes, length);
        return;
    }
    struct str text;
    str_init(&text, 2 * ROSTER_SECRET_MAX);
    str_add_text(&text, "binary:");
    for (size_t i = 0; i < length; i += 3) {
        size_t rest = length - i;
        unsigned value = (unsigned)(unsigned char)bytes[i] << 16;
        value |= rest > 1 ? (unsigned)(unsigned char)bytes[i + 1] << 8 : 0;
        value |= rest > 2 ? (unsigned char)bytes[i + 2] : 0;
        str_add_char(&text, letters[value >> 18]);
        str_add_char(&text, letters[value >> 12 & 63]);
        str_add_char(&text, rest > 1 ? letters[value >> 6 & 63] : '=');
        str_add_char(&text, rest > 2 ? letters[value & 63] : '=');
    }
    json_add_text(out, "raw_barcode", text.data);
    str_finish(&text);
}

/* The server has no "ok" among its refusals. Of a ticket that it does not look for, for
 * another session than the list's, it says `invalid`. */
static const char *
reason_of(const struct writing *w)
{
    enum verdict verdict = w->slot->journal.verdict;
    if (pretix_bool(json_member(w->body, "hidden")))
        return "invalid";
    return verdict_passes(verdict) ? "error" : pretix_reason(verdict);
}

static bool
of_event(struct writing *w, const char *rest)
{
    char organizer[256], event[256];
    return api_url(w->push->set.api, &w->slot->call,
                   "/api/v1/organizers/%s/events/%s/%s",
                   api_escape(w->push->set.api->account->organizer, organizer,
                              sizeof organizer),
                   api_escape(w->slot->row.event, event, sizeof event), rest) ||
           dead(w, "its address is too long");
}

static bool
write_refusal(struct writing *w)
{
    struct push_slot *slot = w->slot;
    struct str *out = &slot->call.body;
    const struct journal_row *row = &slot->journal;
    char rest[96];
    long long list;
    if (!find_what_was_scanned(w, &list))
        return false;
    json_open_object(out, NULL);
    add_barcode(out, w->secret, w->secret_length);
    json_add_text(out, "error_reason", reason_of(w));
    if (row->reason[0])
        json_add_text(out, "error_explanation", row->reason);
    add_datetime(out, row->at_ms);
    json_add_text(out, "type", text_or(w->body, "type", "entry"));
    slot->position = 0;
    if (w->has_ticket && strcmp(w->ticket->event, slot->row.event) == 0 &&
        !slot->no_position)
        slot->position = w->ticket->origin.position;
    if (slot->position != 0)
        json_add_int(out, "position", slot->position);
    add_nonce(out, &slot->row);
    json_close_object(out);
    snprintf(rest, sizeof rest, "checkinlists/%lld/failed_checkins/", list);
    return of_event(w, rest);
}

static bool
write_printed(struct writing *w)
{
    struct push_slot *slot = w->slot;
    struct str *out = &slot->call.body;
    char rest[96];
    str_copy(slot->ref, sizeof slot->ref, pretix_text(json_member(w->body, "ref")));
    find_ticket(w);
    if (!w->has_ticket || w->ticket->origin.position == 0)
        return missing(w, "its ticket is not in this station's copy: the server's "
                          "number of it is not known");
    json_open_object(out, NULL);
    json_add_text(out, "source", "Yuelai");
    json_add_text(out, "type", "badge");
    add_datetime(out, slot->row.at_ms);
    json_add_bool(out, "successful", true);
    json_open_object(out, "info");
    json_add_text(out, "station", text_or(w->body, "station", w->push->set.station));
    json_add_int(out, "issue", pretix_int(json_member(w->body, "issue")));
    json_add_text(out, "ref", slot->ref);
    json_close_object(out);
    json_close_object(out);
    snprintf(rest, sizeof rest, "orderpositions/%" PRId64 "/printlog/",
             w->ticket->origin.position);
    return of_event(w, rest);
}

/* The server gives the same key the same answer again, for a day: stable while answers
 * are lost, another one when a person or a new right asks anew. */
static void
write_key(const struct push *push, struct push_slot *slot)
{
    char *key = slot->call.idempotency_key;
    size_t used = 2 * JOURNAL_NONCE_BYTES;
    hex_write(slot->row.nonce, JOURNAL_NONCE_BYTES, key);
    if (push->round > 0)
        used += (size_t)snprintf(key + used, API_KEY_MAX + 1 - used, "-%" PRId64,
                                 push->round);
    if (slot->no_position)
        snprintf(key + used, API_KEY_MAX + 1 - used, "-n");
}

bool
push_write(struct push *push, struct push_slot *slot, struct push_end *end)
{
    struct writing w = { .push = push, .slot = slot, .end = end };
    struct err ignored;
    bool ok;
    *end = (struct push_end){ .to = OUTBOX_PENDING };
    w.ticket = malloc(sizeof *w.ticket);
    if (!w.ticket)
        return missing(&w, "no memory");
    if (!json_parse(slot->row.body, strlen(slot->row.body), &w.body, &ignored))
        w.body = NULL;
    slot->ref[0] = '\0';
    slot->call.method = "POST";
    str_clear(&slot->call.body);
    ok = slot->row.kind == OUTBOX_CHECKIN   ? write_checkin(&w)
         : slot->row.kind == OUTBOX_REFUSAL ? write_refusal(&w)
                                            : write_printed(&w);
    if (ok && !str_ok(&slot->call.body))
        ok = missing(&w, "no memory");
    write_key(push, slot);
    memset(w.secret, 0, sizeof w.secret);
    json_free(w.body);
    free(w.ticket);
    return ok;
}
