#include "sync/push_parts.h"

#include <stdio.h>
#include <string.h>

#include "str.h"
#include "sync/pretix_inside.h"

int64_t
push_backoff(const struct random *random, unsigned tries)
{
    int64_t wait_ms = PUSH_FIRST_MS;
    for (unsigned i = 1; i < tries && wait_ms < PUSH_LONGEST_MS; i++)
        wait_ms *= 2;
    if (wait_ms > PUSH_LONGEST_MS)
        wait_ms = PUSH_LONGEST_MS;
    int64_t quarter = wait_ms / 4;
    wait_ms += (int64_t)(random_u64(random) % (uint64_t)(2 * quarter + 1)) - quarter;
    return wait_ms < PUSH_FIRST_MS     ? PUSH_FIRST_MS
           : wait_ms > PUSH_LONGEST_MS ? PUSH_LONGEST_MS
                                       : wait_ms;
}

/* "rules: Only allowed after 11:50", or the server's words however it put them. */
static void
write_words(const struct api_call *call, char *words, size_t size)
{
    struct str out;
    const char *reason = pretix_text(json_member(call->json, "reason"));
    const char *why = pretix_text(json_member(call->json, "reason_explanation"));
    str_init(&out, 4096);
    str_addf(&out, "%d %s", call->status, reason[0] ? reason : call->text);
    if (reason[0] && why[0])
        str_addf(&out, ": %s", why);
    str_copy(words, size, out.data);
    str_finish(&out);
}

/* A check-in is taken when the answer says so; other calls when it is the answer of a
 * server that made something. */
static bool
is_taken(const struct push_slot *slot)
{
    const struct json *json = slot->call.json;
    if (json_kind(json) != JSON_OBJECT)
        return false;
    return slot->row.kind != OUTBOX_CHECKIN ||
           strcmp(pretix_text(json_member(json, "status")), "ok") == 0;
}

static void
judge_ok(const struct push_slot *slot, struct push_end *end)
{
    const char *status = pretix_text(json_member(slot->call.json, "status"));
    if (slot->call.json && is_taken(slot)) {
        end->to = OUTBOX_SENT;
        return;
    }
    if (slot->call.json && status[0]) {
        end->to = OUTBOX_DEAD; /* "error" under a status that means success */
        return;
    }
    end->link = true;
    snprintf(end->words, sizeof end->words,
             "%d without the answer of a ticketing server", slot->call.status);
}

static bool
is_final(int status)
{
    return status == 400 || status == 404;
}

/* Not this row, but all of the server, or who stands before it. */
static bool
is_whole_server(int status)
{
    return status == 429 || (status >= 502 && status <= 504);
}

static bool
is_silence(enum api_result result)
{
    return result == API_SILENT || result == API_UNTRUSTED || result == API_NOT_HERE;
}

void
push_judge(const struct push_slot *slot, struct push_end *end)
{
    const struct api_call *call = &slot->call;
    *end = (struct push_end){ .to = OUTBOX_PENDING };
    write_words(call, end->words, sizeof end->words);
    end->wait_ms = call->request.retry_after_ms > PUSH_RETRY_AFTER_MAX_MS
                       ? PUSH_RETRY_AFTER_MAX_MS
                       : call->request.retry_after_ms;
    if (is_silence(call->result)) {
        end->link = true;
        str_copy(end->words, sizeof end->words,
                 call->text[0] ? call->text : "no answer");
    } else if (call->result == API_LATER) {
        end->link = is_whole_server(call->status);
        end->trouble = !end->link && call->status >= 500;
    } else if (call->result == API_LOCKED || call->result == API_REVOKED) {
        end->to = OUTBOX_HOLD;
        end->locked = call->status == 401;
    } else if (call->result == API_OK) {
        judge_ok(slot, end);
    } else if (is_final(call->status)) {
        end->to = OUTBOX_DEAD;
    }
}
