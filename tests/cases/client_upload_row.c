#include "client_upload_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/journal.h"
#include "store/outbox.h"
#include "sync/pretix.h"

/* ---- rows
 * ---------------------------------------------------------------------------- */

static void
write_hex(const uint8_t *bytes, size_t length, char *to)
{
    for (size_t i = 0; i < length; i++)
        snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static bool
put_event(struct client_world *world, const char *slug, const char *list,
          struct err *err)
{
    struct db *db = world->scene.db;
    struct event event = { .zone = "Europe/Berlin", .source = "pretix" };
    struct list row = { .all_kinds = true };
    str_copy(event.slug, sizeof event.slug, slug);
    str_copy(event.name, sizeof event.name, slug);
    str_copy(row.event, sizeof row.event, slug);
    str_copy(row.key, sizeof row.key, list);
    str_copy(row.name, sizeof row.name, list);
    bool ok = roster_begin(db, err) && roster_put_event(db, &event, err) &&
              (!list[0] || roster_put_list(db, &row, NULL, 0, err)) &&
              roster_commit(db, err);
    if (!ok)
        roster_rollback(db);
    return ok;
}

/* A ticket that has this position at the server; its reference comes from that. */
static bool
put_ticket(struct client_world *world, const char *slug, int64_t position, char *ref,
           struct err *err)
{
    struct db *db = world->scene.db;
    struct roster_row row = { .ticket = { .status = TICKET_PAID, .extra = "{}" } };
    int64_t id;
    bool made;
    snprintf(ref, ROSTER_REF_MAX + 1, "P%lld", (long long)position % 1000000000);
    row.import_key = ref;
    str_copy(row.ticket.ref, sizeof row.ticket.ref, ref);
    str_copy(row.ticket.event, sizeof row.ticket.event, slug);
    str_copy(row.ticket.name, sizeof row.ticket.name, "Guest");
    row.ticket.origin.position = position;
    bool ok = roster_begin(db, err) && roster_put_ticket(db, &row, &id, &made, err) &&
              roster_commit(db, err);
    if (!ok)
        roster_rollback(db);
    return ok;
}

/* [] or [{"question": 1, "answer": "x"}] or {"1": "x"}. */
static void
add_answers(struct str *out, const struct json *answers)
{
    if (json_kind(answers) == JSON_OBJECT) {
        json_add_value(out, "answers", answers);
        return;
    }
    json_open_object(out, "answers");
    for (const struct json *item = json_first(answers); item; item = json_next(item)) {
        const struct json *question = json_member(item, "question");
        const struct json *value = json_member(item, "value");
        char id[32];
        if (json_kind(question) == JSON_OBJECT)
            question = json_member(question, "id");
        str_copy(id, sizeof id, offline_text(question));
        if (!value)
            value = json_member(item, "answer");
        json_add_text(out, id, offline_text(value));
    }
    json_close_object(out);
}

static void
write_body(struct client_world *world, const struct json *queued, const char *secret,
           const char *ref, char *body)
{
    uint8_t box[ROSTER_SECRET_MAX + SEAL_OVERHEAD_BYTES];
    char hex[2 * sizeof box + 1];
    size_t length = strlen(secret);
    struct str out;
    const struct json *answers = json_member(queued, "answers");
    str_init(&out, OUTBOX_BODY_MAX);
    json_open_object(&out, NULL);
    json_add_text(&out, "by", "code");
    json_add_text(&out, "ref", ref);
    json_add_text(&out, "station", "A");
    json_add_int(&out, "issue", 1);
    const char *type = client_text(queued, "body.type", NULL);
    if (type)
        json_add_text(&out, "type", type);
    static const char *const flags[] = { "ignore_unpaid", "hidden" };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        bool yes = false;
        struct err ignored;
        if (json_bool(queued, flags[i], &yes, &ignored) && yes)
            json_add_bool(&out, flags[i], true);
    }
    const char *source = client_text(queued, "source_type", NULL);
    if (source)
        json_add_text(&out, "source_type", source);
    if (answers)
        add_answers(&out, answers);
    if (length > 0 && length <= ROSTER_SECRET_MAX) {
        seal_box(world->scene.seal, secret, length, box);
        write_hex(box, length + SEAL_OVERHEAD_BYTES, hex);
        json_add_text(&out, "sealed", hex);
    }
    json_close_object(&out);
    str_copy(body, OUTBOX_BODY_MAX + 1, out.data);
    str_finish(&out);
}

static bool
fill_journal(const struct json *queued, struct journal_row *journal,
             enum outbox_kind kind)
{
    const char *type = client_text(queued, "type", "entry");
    *journal = (struct journal_row){ .kind = JOURNAL_ENTRY, .verdict = VERDICT_ADMIT };
    if (kind == OUTBOX_REFUSAL) {
        journal->kind = JOURNAL_REFUSED;
        if (!pretix_verdict(client_text(queued, "body.error_reason", ""),
                            &journal->verdict))
            return false;
        str_copy(journal->reason, sizeof journal->reason,
                 client_text(queued, "body.error_explanation", ""));
    } else if (strcmp(type, "exit") == 0) {
        journal->kind = JOURNAL_EXIT;
        journal->verdict = VERDICT_EXIT;
    }
    str_copy(journal->event, sizeof journal->event, client_text(queued, "event", ""));
    str_copy(journal->list, sizeof journal->list,
             offline_text(json_member(queued, "list")));
    str_copy(journal->station, sizeof journal->station, "A");
    return true;
}

static bool
read_kind(const char *word, enum outbox_kind *kind)
{
    *kind = strcmp(word, "checkin") == 0  ? OUTBOX_CHECKIN
            : strcmp(word, "failed") == 0 ? OUTBOX_REFUSAL
                                          : OUTBOX_PRINTED;
    return *kind != OUTBOX_PRINTED || strcmp(word, "printlog") == 0;
}

static bool
write_rows(struct upload *upload, struct upload_row *row, struct journal_row *journal,
           struct outbox_row *out, struct err *err)
{
    struct db *db = upload->world->scene.db;
    bool ok = db_begin(db, err) &&
              (out->kind == OUTBOX_PRINTED || journal_add(db, journal, err));
    out->about = journal->id;
    ok = ok && outbox_add(db, out, err) && db_commit(db, err);
    if (!ok)
        db_rollback(db);
    row->id = out->id;
    return ok;
}

bool
upload_add(struct upload *upload, const struct json *queued,
           struct cases_result *result)
{
    struct client_world *world = upload->world;
    struct upload_row *row = &upload->rows[upload->count];
    struct journal_row journal;
    struct outbox_row out = { .state = OUTBOX_PENDING };
    struct err err;
    int64_t at_us, position = 0;
    char ref[ROSTER_REF_MAX + 1] = "";
    const char *event = client_text(queued, "event", "");
    const char *at =
        client_text(queued, "datetime", client_text(queued, "body.datetime", ""));
    const char *secret =
        client_text(queued, "secret", client_text(queued, "body.raw_barcode", ""));
    if (upload->count == UPLOAD_ROWS_MAX ||
        !read_kind(client_text(queued, "kind", ""), &out.kind) ||
        !pretix_read_time(at, &at_us) || !fill_journal(queued, &journal, out.kind)) {
        cases_refuse(result, "a row of the queue cannot be had here: kind, datetime or "
                             "reason");
        return false;
    }
    if (!json_int(queued, "position", &position, &err) &&
        !json_int(queued, "body.position", &position, &err))
        position = 0;
    if (!put_event(world, event, journal.list, &err) ||
        (position != 0 && !put_ticket(world, event, position, ref, &err))) {
        cases_refuse(result, "%s", err.text);
        return false;
    }
    journal.at_ms = out.at_ms = at_us / 1000;
    out.nonce[0] = 0xCA;
    out.nonce[15] = (uint8_t)(upload->count + 1);
    memcpy(journal.nonce, out.nonce, sizeof journal.nonce);
    str_copy(journal.ref, sizeof journal.ref, ref);
    str_copy(out.event, sizeof out.event, event);
    write_body(world, queued, secret, ref, out.body);
    write_hex(out.nonce, sizeof out.nonce, row->nonce);
    row->queued = queued;
    if (!write_rows(upload, row, &journal, &out, &err)) {
        cases_refuse(result, "%s", err.text);
        return false;
    }
    upload->count++;
    return true;
}

/* ---- requests
 * ------------------------------------------------------------------------ */

static const char *
header_of(const struct wire_request *request, const char *name)
{
    size_t length = strlen(name);
    for (const char *const *header = request->headers; header && *header; header++) {
        if (strncmp(*header, name, length) == 0 && (*header)[length] == ':')
            return *header + length + 2;
    }
    return "";
}

const struct upload_row *
upload_row_of(const struct upload *upload, const struct wire_request *request)
{
    const char *key = header_of(request, "X-Idempotency-Key");
    for (unsigned i = 0; i < upload->count; i++) {
        if (str_starts(key, upload->rows[i].nonce))
            return &upload->rows[i];
    }
    return NULL;
}

/* The path that the older call would have. */
static void
translate_path(const struct upload *upload, const struct upload_row *row,
               const struct json *body, const char *url, struct str *path)
{
    static const char rpc[] = "/checkinrpc/redeem/";
    const char *start = strstr(url, "/api/"), *end = strstr(url, rpc);
    char escaped[4096];
    (void)upload;
    if (!start)
        return;
    if (!end || strcmp(end, rpc) != 0) {
        str_add_text(path, start);
        return;
    }
    str_add(path, start, (size_t)(end - start));
    const struct json *lists = json_member(body, "lists");
    str_addf(path, "/events/%s/checkinlists/%s/positions/%s/redeem/",
             client_text(row->queued, "event", ""),
             json_count(lists) == 1 ? offline_text(json_first(lists)) : "?",
             api_escape(client_text(body, "secret", ""), escaped, sizeof escaped));
}

static bool
same_moment(const struct json *wanted, const struct json *got)
{
    int64_t a_us, b_us;
    return pretix_read_time(client_text(wanted, "", ""), &a_us) &&
           pretix_read_time(client_text(got, "", ""), &b_us) && a_us == b_us;
}

/* What we say of a badge is more than what was asked for. */
static bool
contains(const struct json *wanted, const struct json *got)
{
    for (const struct json *item = json_first(wanted); item; item = json_next(item)) {
        if (!cases_same(item, json_member(got, json_key(item))))
            return false;
    }
    return json_kind(got) == JSON_OBJECT;
}

static bool
same_field(const struct upload_row *row, bool rpc, const struct json *wanted,
           const struct json *body)
{
    const char *name = json_key(wanted);
    const struct json *got = json_member(body, name);
    bool yes = false;
    struct err ignored;
    if (rpc && strcmp(name, "canceled_supported") == 0)
        return json_bool(wanted, "", &yes, &ignored) && yes;
    if (strcmp(name, "nonce") == 0)
        return strcmp(client_text(got, "", ""), row->nonce) == 0;
    if (strcmp(name, "datetime") == 0)
        return same_moment(wanted, got);
    if (strcmp(name, "source") == 0) /* each program's own name */
        return client_text(got, "", "")[0] != '\0';
    if (strcmp(name, "info") == 0)
        return contains(wanted, got);
    return cases_same(wanted, got);
}

/* Nothing but what was asked for, and what a call needs besides. */
static const char *
extra_field(bool rpc, const struct json *wanted, const struct json *body)
{
    static const char *const rest[] = { "lists", "secret" };
    for (const struct json *item = json_first(body); item; item = json_next(item)) {
        const char *name = json_key(item);
        bool known =
            json_member(wanted, name) ||
            (rpc && (strcmp(name, rest[0]) == 0 || strcmp(name, rest[1]) == 0));
        if (!known && strcmp(name, "successful") != 0)
            return name;
    }
    return NULL;
}

static void
compare_body(const struct upload_row *row, bool rpc, const struct json *wanted,
             const struct json *body, char *why, size_t size)
{
    for (const struct json *item = json_first(wanted); item && !why[0];
         item = json_next(item)) {
        if (same_field(row, rpc, item, body))
            continue;
        char *text = cases_print(item),
             *got = cases_print(json_member(body, json_key(item)));
        snprintf(why, size, "expected %s %s, got %s", json_key(item), text ? text : "?",
                 got ? got : "none");
        free(text);
        free(got);
    }
    const char *extra = extra_field(rpc, wanted, body);
    if (!why[0] && extra)
        snprintf(why, size, "expected no %s, got one", extra);
}

void
upload_compare(const struct upload *upload, const struct upload_row *row,
               const struct wire_request *request, const struct json *expected,
               char *why, size_t size)
{
    struct str path;
    struct json *body = NULL;
    struct err err;
    const char *wanted = client_text(expected, "path", "");
    bool rpc = strstr(request->url, "/checkinrpc/") != NULL;
    why[0] = '\0';
    if (!json_parse(request->body, request->body_length, &body, &err)) {
        snprintf(why, size, "a body that is no JSON: %s", err.text);
        return;
    }
    str_init(&path, 8192);
    translate_path(upload, row, body, request->url, &path);
    if (strcmp(request->method, client_text(expected, "method", "POST")) != 0)
        snprintf(why, size, "expected method %s, got %s",
                 client_text(expected, "method", "POST"), request->method);
    else if (strcmp(path.data, wanted) != 0)
        snprintf(why, size, "expected path %.200s, got %.200s", wanted, path.data);
    else if (json_at(expected, "headers.X-Idempotency-Key") &&
             !header_of(request, "X-Idempotency-Key")[0])
        snprintf(why, size, "expected an X-Idempotency-Key, got none");
    else
        compare_body(row, rpc, json_member(expected, "body"), body, why, size);
    str_finish(&path);
    json_free(body);
}
