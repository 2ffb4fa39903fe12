#include "sync/online.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "loop.h"
#include "store/db.h"
#include "store/roster.h"
#include "str.h"
#include "sync/online_answer.h"
#include "sync/pretix.h"
#include "ticket/badgecode.h"
#include "ticket/role.h"

enum {
    DEADLINE_MS = 800,
    LOCKED_MS = 60 * 1000,
    REST_MAX_MS = 5 * 60 * 1000, /* whatever a server says */
    GRACE_MS = 200,
    LOCKED_MAX = 2 * ROLE_LISTS_MAX /* a role's, and those of the one before */
};

/* A reader's question. */
struct slot {
    struct online *online;
    struct api_call call;
    bool calling;
    struct claim_question question; /* its texts point here: */
    char event[ROSTER_KEY_MAX + 1], list[ROSTER_KEY_MAX + 1], ref[ROSTER_REF_MAX + 1];
    char medium[16];
    char *answers; /* owned; NULL = none */
    char secret[ROSTER_SECRET_MAX + 1];
    claim_answer_fn *answer;
    void *answer_self;
    bool without_questions;     /* the second call */
    struct loop_timer *silence; /* answers "silent", not from inside ask */
};

/* A list that the server does not let us ask about (403). */
struct locked_list {
    char event[ROSTER_KEY_MAX + 1], list[ROSTER_KEY_MAX + 1];
    int64_t until_ms; /* mono; 0 = a free place */
};

struct online {
    struct online_setting set;
    struct claim claim;
    struct slot *slots;
    int64_t rest_until_ms; /* mono: the server knows us not (401), or wants a rest */
    struct locked_list locked[LOCKED_MAX];
    bool kept_waiting; /* the last guest who was asked about waited for nothing */
    void (*on_result)(const struct api_call *, void *self);
    void *on_result_self;
    void (*on_answer)(const struct online_answer *, void *self);
    void *on_answer_self;
};

/* ---- the way back ------------------------------------------------------------------
 */

static void
end_call(struct slot *slot)
{
    if (slot->calling)
        api_call_finish(&slot->call);
    slot->calling = false;
}

static void
give(struct slot *slot, const struct claim_answer *answer)
{
    claim_answer_fn *call = slot->answer;
    void *self = slot->answer_self;
    memset(slot->secret, 0, sizeof slot->secret);
    slot->answer = NULL;
    if (call)
        call(answer, self);
}

static void
on_silence(void *self)
{
    static const struct claim_answer silent = { .outcome = CLAIM_SILENT };
    give(self, &silent);
}

static struct locked_list *
lock_of(struct online *online, const char *event, const char *list)
{
    for (unsigned i = 0; i < LOCKED_MAX; i++) {
        struct locked_list *locked = &online->locked[i];
        if (locked->until_ms != 0 && strcmp(locked->event, event) == 0 &&
            strcmp(locked->list, list) == 0)
            return locked;
    }
    return NULL;
}

/* In its own place, else a free one, else that of the lock that ends first. */
static void
lock_list(struct online *online, const struct slot *slot)
{
    struct locked_list *place = lock_of(online, slot->event, slot->list);
    if (!place) {
        place = &online->locked[0];
        for (unsigned i = 1; i < LOCKED_MAX; i++) {
            if (online->locked[i].until_ms < place->until_ms)
                place = &online->locked[i];
        }
    }
    str_copy(place->event, sizeof place->event, slot->event);
    str_copy(place->list, sizeof place->list, slot->list);
    place->until_ms = clock_mono_ms(online->set.clock) + LOCKED_MS;
}

/* Of the whole server, unlike the 409 of a ticket that somebody else holds. */
static void
rest(struct online *online, const struct api_call *call)
{
    int64_t wait_ms = call->request.retry_after_ms;
    if (call->status != 429 && call->status != 503)
        return;
    if (wait_ms > REST_MAX_MS)
        wait_ms = REST_MAX_MS;
    online->rest_until_ms = clock_mono_ms(online->set.clock) + wait_ms;
}

/* An exchange counts if it came through, whatever was said; a refusal to know us is no
 * sign of a bad line, but no reason to ask for the next guest either: 401 speaks of
 * this device, 403 of this list alone. */
static void
note(struct online *online, const struct slot *slot, const struct api_call *call)
{
    online->kept_waiting = false;
    switch (call->result) {
    case API_OK:
    case API_UNCHANGED:
    case API_REFUSED:
        reach_note(online->set.reach, call->took_ms);
        break;
    case API_LOCKED:
    case API_REVOKED:
        if (call->status == 403)
            lock_list(online, slot);
        else
            online->rest_until_ms = clock_mono_ms(online->set.clock) + LOCKED_MS;
        break;
    case API_SILENT:
    case API_UNTRUSTED:
        online->kept_waiting = true;
        reach_fail(online->set.reach);
        break;
    case API_LATER:
        rest(online, call);
        reach_fail(online->set.reach);
        break;
    case API_NOT_HERE:
        reach_fail(online->set.reach);
        break;
    }
    if (online->on_result)
        online->on_result(call, online->on_result_self);
}

static bool start_call(struct slot *slot);

static void
on_done(struct api_call *call)
{
    struct slot *slot = call->owner;
    struct online *online = slot->online;
    struct online_answer *answer = malloc(sizeof *answer);
    if (!answer) {
        end_call(slot);
        on_silence(slot);
        return;
    }
    online_read(online->set.db, &slot->question, call, answer);
    if (answer->without_questions &&
        (slot->without_questions || slot->question.questions_unsupported))
        online_insist(call, answer);
    note(online, slot, call);
    end_call(slot);
    bool again = answer->without_questions && slot->answer;
    slot->without_questions = answer->without_questions;
    if (!again || !start_call(slot)) {
        if (online->on_answer && slot->answer)
            online->on_answer(answer, online->on_answer_self);
        give(slot, &answer->claim);
    }
    free(answer);
}

/* ---- asking ------------------------------------------------------------------------
 */

/* As it was scanned. A badge's code is ours, no secret: then the ticket's own. */
static bool
find_secret(struct slot *slot, const char *code)
{
    struct db *db = slot->online->set.db;
    struct ticket *ticket;
    struct err ignored;
    bool found = false;
    if (code[0] && !badgecode_claims(code, strlen(code)))
        return str_copy(slot->secret, sizeof slot->secret, code);
    if (!slot->ref[0] || !(ticket = malloc(sizeof *ticket)))
        return false;
    bool ok = roster_by_ref(db, slot->ref, &found, ticket, &ignored) && found &&
              roster_secret(db, ticket->id, &found, slot->secret, &ignored) && found;
    free(ticket);
    return ok;
}

static void
write_body(struct slot *slot, long long list)
{
    struct str *out = &slot->call.body;
    const struct claim_question *question = &slot->question;
    char nonce[2 * CLAIM_NONCE_BYTES + 1], datetime[PRETIX_TIME_SIZE];
    pretix_write_time(question->at_ms * 1000, datetime);
    json_open_object(out, NULL);
    json_open_array(out, "lists");
    json_add_int(out, NULL, list);
    json_close_array(out);
    json_add_text(out, "secret", slot->secret);
    json_add_text(out, "source_type", slot->medium[0] ? slot->medium : "barcode");
    json_add_text(out, "type", question->exit ? "exit" : "entry");
    json_add_bool(out, "force", false);
    json_add_bool(out, "ignore_unpaid", question->ignore_unpaid);
    json_add_bool(out, "questions_supported",
                  !slot->without_questions && !question->questions_unsupported);
    if (slot->answers)
        json_add_raw(out, "answers", slot->answers);
    json_add_text(out, "nonce", hex_write(question->nonce, CLAIM_NONCE_BYTES, nonce));
    json_add_text(out, "datetime", datetime);
    json_close_object(out);
}

/* False: it cannot be asked. */
static bool
start_call(struct slot *slot)
{
    struct online *online = slot->online;
    char organizer[256];
    long long list;
    if (!str_read_int(slot->list, 1, INT64_MAX, &list))
        return false;
    api_call_init(&slot->call);
    slot->calling = true;
    slot->call.method = "POST";
    slot->call.language = online->set.language;
    slot->call.deadline_ms =
        (online->set.deadline_ms > 0 ? online->set.deadline_ms : DEADLINE_MS) +
        GRACE_MS;
    slot->call.done = on_done;
    slot->call.owner = slot;
    write_body(slot, list);
    api_escape(online->set.api->account->organizer, organizer, sizeof organizer);
    if (!str_ok(&slot->call.body) ||
        !api_url(online->set.api, &slot->call,
                 "/api/v1/organizers/%s/checkinrpc/redeem/", organizer)) {
        end_call(slot);
        return false;
    }
    api_start(online->set.api, &slot->call);
    return true;
}

/* An event that is not in the copy (yet) may well be the server's. */
static bool
is_of_a_server(struct db *db, const char *slug)
{
    struct event event;
    struct err ignored;
    bool found;
    return roster_event(db, slug, &found, &event, &ignored) &&
           (!found || strcmp(event.source, "pretix") == 0);
}

static bool
asks(void *self)
{
    const struct online *online = self;
    return online->set.mode != ONLINE_OFF &&
           online->set.api->account->state == ACCOUNT_ACTIVE &&
           !reach_is_offline(online->set.reach) &&
           !(online->kept_waiting && reach_failed_last(online->set.reach)) &&
           clock_mono_ms(online->set.clock) >= online->rest_until_ms;
}

static bool
is_locked(struct online *online, const struct claim_question *question)
{
    const struct locked_list *locked = lock_of(online, question->event, question->list);
    return locked && clock_mono_ms(online->set.clock) < locked->until_ms;
}

static bool
is_worth_asking(struct online *online, const struct claim_question *question)
{
    return !(online->set.mode == ONLINE_LOCAL_FIRST && question->ref[0]) &&
           !is_locked(online, question) &&
           is_of_a_server(online->set.db, question->event);
}

static void
ask(unsigned reader, const struct claim_question *question, claim_answer_fn *answer,
    void *answer_self, void *self)
{
    struct online *online = self;
    assert(reader < online->set.readers);
    struct slot *slot = &online->slots[reader];
    assert(!slot->answer);
    end_call(slot);
    slot->answer = answer;
    slot->answer_self = answer_self;
    slot->without_questions = false;
    slot->question = *question;
    str_copy(slot->event, sizeof slot->event, question->event);
    str_copy(slot->list, sizeof slot->list, question->list);
    str_copy(slot->ref, sizeof slot->ref, question->ref);
    slot->question.event = slot->event;
    slot->question.list = slot->list;
    slot->question.ref = slot->ref;
    slot->question.code = "";
    str_copy(slot->medium, sizeof slot->medium,
             question->medium ? question->medium : "");
    free(slot->answers);
    slot->answers = question->answers ? strdup(question->answers) : NULL;
    slot->question.medium = slot->medium;
    slot->question.answers = slot->answers;
    if (!asks(self) || !is_worth_asking(online, question) ||
        !find_secret(slot, question->code) || !start_call(slot))
        loop_timer_arm(online->set.loop, slot->silence, 0);
}

/* The desk's deadline is over: for the next guest that is an error like another. */
static void
forget(unsigned reader, void *self)
{
    struct online *online = self;
    assert(reader < online->set.readers);
    struct slot *slot = &online->slots[reader];
    if (slot->calling) {
        online->kept_waiting = true;
        reach_fail(online->set.reach);
        if (online->on_result)
            online->on_result(NULL, online->on_result_self);
    }
    end_call(slot);
    loop_timer_disarm(online->set.loop, slot->silence);
    memset(slot->secret, 0, sizeof slot->secret);
    slot->answer = NULL;
}

/* ---- life --------------------------------------------------------------------------
 */

const struct claim *
online_claim(struct online *online)
{
    return &online->claim;
}

void
online_on_result(struct online *online,
                 void (*call)(const struct api_call *, void *self), void *self)
{
    online->on_result = call;
    online->on_result_self = self;
}

void
online_on_answer(struct online *online,
                 void (*call)(const struct online_answer *, void *self), void *self)
{
    online->on_answer = call;
    online->on_answer_self = self;
}

void
online_unlock(struct online *online)
{
    online->rest_until_ms = 0;
    memset(online->locked, 0, sizeof online->locked);
}

bool
online_create(const struct online_setting *setting, struct online **out,
              struct err *err)
{
    struct online *online = calloc(1, sizeof *online);
    if (!online)
        return err_no_memory(err);
    online->set = *setting;
    online->claim = (struct claim){ asks, ask, forget, online };
    online->slots = calloc(setting->readers, sizeof *online->slots);
    bool ok = online->slots != NULL;
    for (unsigned i = 0; ok && i < setting->readers; i++) {
        struct slot *slot = &online->slots[i];
        slot->online = online;
        slot->silence = loop_timer_create(setting->loop, on_silence, slot);
        ok = slot->silence != NULL;
    }
    if (!ok) {
        online_destroy(online);
        return err_no_memory(err);
    }
    *out = online;
    return true;
}

void
online_destroy(struct online *online)
{
    if (!online)
        return;
    for (unsigned i = 0; online->slots && i < online->set.readers; i++) {
        end_call(&online->slots[i]);
        free(online->slots[i].answers);
        loop_timer_destroy(online->set.loop, online->slots[i].silence);
    }
    free(online->slots);
    free(online);
}
