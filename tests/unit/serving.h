#ifndef YUELAI_TESTS_SERVING_H
#define YUELAI_TESTS_SERVING_H

/* serving: what the tests of sync/ share: a store, a loop turned by hand, a device's
 * account, and a wire whose requests the test answers one by one. Included by one test
 * program each. */

#include <time.h>

#include "../rig/hand_loop.h"
#include "base/json.h"
#include "storing.h"
#include "sync/account.h"
#include "sync/api.h"

enum { SERVING_REQUESTS_MAX = 64, SERVING_UTC_MS = 1795500000 };

struct serving {
    struct store store;
    struct hand_loop hand;
    struct account account;
    struct api_client api;
    struct wire wire;
    struct wire_request *requests[SERVING_REQUESTS_MAX]; /* open, in order */
    unsigned open, started, aborted;
    struct json *body; /* of the request that was last looked at */
};

static void
serving_start(struct wire_request *request, void *self)
{
    struct serving *serving = self;
    assert_true(serving->open < SERVING_REQUESTS_MAX);
    serving->requests[serving->open++] = request;
    serving->started++;
    str_init(&request->answer, request->body_max);
}

static void
serving_abort(struct wire_request *request, void *self)
{
    struct serving *serving = self;
    unsigned to = 0;
    for (unsigned i = 0; i < serving->open; i++) {
        if (serving->requests[i] != request)
            serving->requests[to++] = serving->requests[i];
    }
    assert_int_equal(to + 1, serving->open);
    serving->open = to;
    serving->aborted++;
}

static inline void
serving_prepare(struct serving *serving)
{
    store_prepare(&serving->store);
    hand_loop_init(&serving->hand, SERVING_UTC_MS * INT64_C(1000));
    serving->store.setting.clock = &serving->hand.clock;
    store_open(&serving->store);
    serving->wire = (struct wire){ serving_start, serving_abort, serving };
    struct account *account = &serving->account;
    account->state = ACCOUNT_ACTIVE;
    account->device_id = 1;
    str_copy(account->url, sizeof account->url, "https://t.example");
    str_copy(account->organizer, sizeof account->organizer, "dummy");
    str_copy(account->token, sizeof account->token, "s3cret-token");
    serving->api = (struct api_client){ &serving->wire, &serving->hand.clock,
                                 &serving->store.log, account };
}

static inline void
serving_finish(struct serving *serving)
{
    json_free(serving->body);
    assert_null(strstr(serving->store.logged, "s3cret"));
    db_close(serving->store.db);
    store_remove(&serving->store);
}

/* The oldest open request's body, good until the next call. */
static inline const struct json *
serving_body(struct serving *serving)
{
    struct err err;
    assert_true(serving->open > 0);
    const struct wire_request *request = serving->requests[0];
    json_free(serving->body);
    serving->body = NULL;
    if (!json_parse(request->body, request->body_length, &serving->body, &err))
        fail_msg("%s", err.text);
    return serving->body;
}

static inline const char *
serving_text(struct serving *serving, const char *path)
{
    const char *text;
    struct err err;
    if (!json_text(serving_body(serving), path, &text, &err))
        fail_msg("%s", err.text);
    return text;
}

/* A header of the oldest open request, or "". */
static inline const char *
serving_header(struct serving *serving, const char *name)
{
    const char *const *headers = serving->requests[0]->headers;
    for (; headers && *headers; headers++) {
        if (str_starts(*headers, name))
            return *headers + strlen(name) + 2;
    }
    return "";
}

struct serving_answer {
    enum wire_outcome outcome;
    int status;
    const char *body;
    int64_t retry_after_ms;
};

/* Answers the request at this place (0: the oldest). */
static inline void
serving_answer_at(struct serving *serving, unsigned at, struct serving_answer answer)
{
    assert_true(at < serving->open);
    struct wire_request *request = serving->requests[at];
    serving->open--;
    for (unsigned i = at; i < serving->open; i++)
        serving->requests[i] = serving->requests[i + 1];
    request->outcome = answer.outcome;
    request->status = answer.status;
    request->retry_after_ms = answer.retry_after_ms;
    if (answer.body)
        str_add_text(&request->answer, answer.body);
    request->done(request);
}

static inline void
serving_answer(struct serving *serving, int status, const char *body)
{
    serving_answer_at(serving, 0, (struct serving_answer){ WIRE_OK, status, body, 0 });
}

/* ---- what is in the copy
 * ------------------------------------------------------------- */

static inline void
serving_put_event(struct serving *serving, const char *slug, const char *source)
{
    struct event event = { .zone = "Asia/Shanghai" };
    str_copy(event.slug, sizeof event.slug, slug);
    str_copy(event.name, sizeof event.name, slug);
    str_copy(event.source, sizeof event.source, source);
    assert_ok(roster_begin(serving->store.db, err));
    assert_ok(roster_put_event(serving->store.db, &event, err));
    assert_ok(roster_commit(serving->store.db, err));
}

static inline void
serving_put_list(struct serving *serving, const char *event, const char *key,
                 const char *session)
{
    struct list list = { .all_kinds = true };
    str_copy(list.event, sizeof list.event, event);
    str_copy(list.key, sizeof list.key, key);
    str_copy(list.name, sizeof list.name, key);
    str_copy(list.session, sizeof list.session, session);
    assert_ok(roster_begin(serving->store.db, err));
    assert_ok(roster_put_list(serving->store.db, &list, NULL, 0, err));
    assert_ok(roster_commit(serving->store.db, err));
}

static inline void
serving_put_ticket(struct serving *serving, const char *event, const char *ref,
                   const char *secret, int64_t position)
{
    struct roster_row row = store_row(event, ref, secret, "Wei Zhang");
    str_copy(row.ticket.ref, sizeof row.ticket.ref, ref);
    row.ticket.origin.position = position;
    store_put(&serving->store, &row);
}

/* ---- rows of the outbox
 * ----------------------------------------------------------------
 */

struct serving_deed {
    enum outbox_kind kind;
    const char *event, *list, *ref;
    const char *secret; /* sealed into the body; NULL = not */
    const char *more; /* members of the body: ,"name":value; NULL = none */
    int64_t at_ms;
    bool exit;
    enum verdict verdict; /* of a refusal */
    const char *reason;
};

static inline void
serving_hex(const uint8_t *bytes, size_t length, char *to)
{
    for (size_t i = 0; i < length; i++)
        snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static inline void
serving_body_of(struct serving *serving, const struct serving_deed *deed, char *body)
{
    if (deed->kind == OUTBOX_PRINTED) {
        snprintf(body, OUTBOX_BODY_MAX + 1,
                 "{\"ref\":\"%s\",\"station\":\"A\",\"issue\":2,\"evidence\":\"ipp\"}",
                 deed->ref);
        return;
    }
    const char *more = deed->more ? deed->more : "";
    if (!deed->secret) {
        snprintf(body, OUTBOX_BODY_MAX + 1, "{\"by\":\"badge\"%s}", more);
        return;
    }
    uint8_t box[256];
    char hex[2 * sizeof box + 1];
    size_t length = strlen(deed->secret);
    seal_box(db_seal(serving->store.db), deed->secret, length, box);
    serving_hex(box, length + SEAL_OVERHEAD_BYTES, hex);
    snprintf(body, OUTBOX_BODY_MAX + 1, "{\"by\":\"code\",\"sealed\":\"%s\"%s}", hex,
             more);
}

/* Writes journal and outbox as desk and printq do; returns the outbox row's id. */
static inline int64_t
serving_add(struct serving *serving, struct serving_deed deed)
{
    struct journal_row journal =
        store_journal_row(&serving->store,
                          deed.kind == OUTBOX_REFUSAL ? JOURNAL_REFUSED
                          : deed.exit                 ? JOURNAL_EXIT
                                                      : JOURNAL_ENTRY,
                          deed.ref);
    struct outbox_row row = { .kind = deed.kind, .at_ms = deed.at_ms };
    journal.at_ms = deed.at_ms;
    if (deed.kind == OUTBOX_REFUSAL)
        journal.verdict = deed.verdict;
    str_copy(journal.event, sizeof journal.event, deed.event);
    str_copy(journal.list, sizeof journal.list, deed.list ? deed.list : "1");
    str_copy(journal.reason, sizeof journal.reason, deed.reason ? deed.reason : "");
    memcpy(row.nonce, journal.nonce, sizeof row.nonce);
    str_copy(row.event, sizeof row.event, deed.event);
    serving_body_of(serving, &deed, row.body);
    assert_ok(db_begin(serving->store.db, err));
    if (deed.kind != OUTBOX_PRINTED) {
        assert_ok(journal_add(serving->store.db, &journal, err));
        row.about = journal.id;
    }
    assert_ok(outbox_add(serving->store.db, &row, err));
    assert_ok(db_commit(serving->store.db, err));
    return row.id;
}

static inline struct outbox_row
serving_row(struct serving *serving, int64_t id)
{
    struct outbox_row row;
    bool found = false;
    assert_ok(outbox_get(serving->store.db, id, &found, &row, err));
    assert_true(found);
    return row;
}

#endif
