#include "cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client_world.h"
#include "store/catalog.h"
#include "sync/online.h"
#include "sync/online_answer.h"
#include "sync/pretix.h"

/* client/online: what the server answers while the guest waits, and what comes of it.
 * The claim is asked as desk asks it; without a copy to fall back on, silence is an
 * error. */

struct heard {
    struct online_answer answer;
    struct claim_answer claim;
    bool answered;
    enum api_result result;
    int status;
    int64_t retry_after_ms;
};

static void
on_claim(const struct claim_answer *answer, void *self)
{
    struct heard *heard = self;
    heard->answered = true;
    heard->claim = *answer;
}

static void
on_answer(const struct online_answer *answer, void *self)
{
    ((struct heard *)self)->answer = *answer;
}

static void
on_result(const struct api_call *call, void *self)
{
    struct heard *heard = self;
    if (!call)
        return;
    heard->result = call->result;
    heard->status = call->status;
    heard->retry_after_ms = call->request.retry_after_ms;
}

/* ---- in the words of the cases
 * ---------------------------------------------------------- */

static const char *
result_of(const struct heard *heard)
{
    static const char *const words[][2] = {
        { "ok", "VALID" },
        { "invalid", "INVALID" },
        { "already_redeemed", "USED" },
        { "error", "ERROR" },
        { "unpaid", "UNPAID" },
        { "blocked", "BLOCKED" },
        { "invalid_time", "INVALID_TIME" },
        { "canceled", "CANCELED" },
        { "product", "PRODUCT" },
        { "rules", "RULES" },
        { "incomplete", "ANSWERS_REQUIRED" },
        { "ambiguous", "AMBIGUOUS" },
        { "revoked", "REVOKED" },
        { "unapproved", "UNAPPROVED" },
    };
    if (heard->claim.outcome == CLAIM_SILENT)
        return "ERROR";
    const char *reason = pretix_reason(heard->claim.verdict);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i][0], reason) == 0)
            return words[i][1];
    }
    return "ERROR";
}

static const char *
error_of(const struct heard *heard)
{
    if (heard->claim.outcome != CLAIM_SILENT)
        return "";
    switch (heard->result) {
    case API_REVOKED:
        return "device_revoked";
    case API_LATER:
        return heard->status == 429   ? "rate_limited"
               : heard->status == 409 ? "conflict"
                                      : "server_error";
    case API_LOCKED:
        return heard->status == 403 ? "permission_denied" : "auth";
    case API_SILENT:
    case API_UNTRUSTED:
        return "network";
    case API_NOT_HERE:
        return "bad_response";
    case API_OK:
    case API_UNCHANGED:
    case API_REFUSED:
        return heard->status == 409 ? "conflict" : "bad_request";
    }
    return "?";
}

static bool
is_retryable(const struct heard *heard)
{
    return heard->result == API_LATER || heard->result == API_SILENT ||
           heard->result == API_NOT_HERE ||
           (heard->result == API_REFUSED && heard->status == 409);
}

/* The names that all have in common; an error of another name must be an error. */
static void
check_error(const struct json *expect, const struct heard *heard,
            struct cases_result *result)
{
    static const char *const common[] = { "device_revoked", "rate_limited", "network",
                                          "conflict" };
    const char *wanted = client_text(expect, "error", ""), *got = error_of(heard);
    if (!wanted[0])
        return;
    bool is_common = false, got_common = false;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        is_common = is_common || strcmp(common[i], wanted) == 0;
        got_common = got_common || strcmp(common[i], got) == 0;
    }
    if (is_common || got_common || !got[0])
        client_expect_text(expect, "error", got, result);
}

/* ---- what was read from it
 * -------------------------------------------------------------- */

static void
check_list(const struct json *expect, const char *name, const char *got,
           struct cases_result *result)
{
    struct str wanted;
    const struct json *list = json_member(expect, name);
    if (!list)
        return;
    str_init(&wanted, 4096);
    for (const struct json *item = json_first(list); item; item = json_next(item))
        str_addf(&wanted, "%s%s", wanted.length > 0 ? "\n" : "", offline_text(item));
    if (strcmp(wanted.data, got) != 0)
        cases_differ(result, wanted.data, got);
    str_finish(&wanted);
}

static void
check_questions(const struct json *expect, const struct online_answer *answer,
                struct cases_result *result)
{
    struct str got;
    str_init(&got, 4096);
    for (unsigned i = 0; i < answer->question_count; i++)
        str_addf(&got, "%s%" PRId64, i > 0 ? "\n" : "", answer->questions[i]);
    check_list(expect, "required_questions", got.data, result);
    str_finish(&got);
}

static void
check_names(struct client_world *world, const struct json *expect, const char *event,
            const struct online_answer *answer, struct cases_result *result)
{
    struct product product = { .name = "" };
    struct variation variation = { .name = "" };
    struct err ignored;
    bool found;
    if (!catalog_product(world->scene.db, event, answer->item, &found, &product,
                         &ignored))
        product.name[0] = '\0';
    if (!catalog_variation(world->scene.db, event, answer->variation, &found,
                           &variation, &ignored))
        variation.name[0] = '\0';
    client_expect_text(expect, "ticket", product.name, result);
    client_expect_text(expect, "variation", variation.name, result);
}

static void
check(struct client_world *world, const struct json *expect, const char *event,
      const struct heard *heard, struct cases_result *result)
{
    const struct online_answer *answer = &heard->answer;
    bool passes =
        heard->claim.outcome == CLAIM_ANSWERED && verdict_passes(heard->claim.verdict);
    client_expect_text(expect, "result", result_of(heard), result);
    if (heard->claim.outcome == CLAIM_ANSWERED)
        client_expect_text(expect, "code", pretix_reason(heard->claim.verdict), result);
    check_error(expect, heard, result);
    client_expect_bool(expect, "retryable", is_retryable(heard), result);
    client_expect_int(expect, "retry_after", heard->retry_after_ms / 1000, result);
    client_expect_text(expect, "reason_explanation", heard->claim.reason, result);
    client_expect_text(expect, "attendee_name", answer->name, result);
    client_expect_text(expect, "order", answer->order, result);
    client_expect_int(expect, "positionid", answer->number, result);
    client_expect_bool(expect, "require_attention", answer->attention, result);
    client_expect_text(expect, "event", answer->event, result);
    client_expect_text(expect, "locale", answer->locale, result);
    client_expect_bool(expect, "checkin_allowed", passes || answer->may_insist, result);
    check_list(expect, "checkin_texts", answer->texts, result);
    check_questions(expect, answer, result);
    check_names(world, expect, event, answer, result);
}

/* ---- the scan
 * ------------------------------------------------------------------------- */

static void
ask(struct client_world *world, const struct json *one, struct online *online,
    struct heard *heard, struct cases_result *result)
{
    const struct json *list = json_first(json_member(one, "lists"));
    const struct claim *claim = online_claim(online);
    struct claim_question question = { .ref = "",
                                       .event = json_key(list),
                                       .list = offline_text(list),
                                       .code = client_text(one, "secret", ""),
                                       .at_ms =
                                           clock_utc_ms(&world->scene.hand.clock) };
    struct ticket ticket;
    enum roster_found found;
    struct err err;
    memset(question.nonce, 7, sizeof question.nonce);
    question.exit = strcmp(client_text(one, "type", "entry"), "exit") == 0;
    if (roster_by_secret(world->scene.db, question.code, strlen(question.code), &found,
                         &ticket, &err) &&
        found == ROSTER_ONE)
        question.ref = ticket.ref;
    claim->ask(0, &question, on_claim, heard, claim->self);
    if (world->open == 0) {
        cases_refuse(result, "the server was not asked");
        return;
    }
    /* It may ask once more, without questions: the server says the same. */
    while (world->open > 0 && !heard->answered &&
           client_answer(world, 0, json_member(one, "http"), result))
        ;
    if (heard->answered)
        check(world, json_member(one, "expect"), question.event, heard, result);
    else
        cases_refuse(result, "nothing came of it");
}

void
case_client_online(const struct cases_file *file, const struct json *one,
                   struct cases_result *result)
{
    struct client_world world;
    struct heard heard = { .answered = false };
    struct reach reach;
    struct online *online = NULL;
    struct err err;
    const char *dataset =
        client_text(one, "dataset", client_text(file->root, "dataset", NULL));
    reach_init(&reach, 0, false);
    if (client_open(&world, file, result) && client_load(&world, dataset, result)) {
        struct online_setting setting = { .db = world.scene.db,
                                          .loop = &world.scene.hand.loop,
                                          .clock = &world.scene.hand.clock,
                                          .log = &world.scene.log,
                                          .api = &world.api,
                                          .reach = &reach,
                                          .readers = 1,
                                          .language = "en" };
        if (online_create(&setting, &online, &err)) {
            online_on_answer(online, on_answer, &heard);
            online_on_result(online, on_result, &heard);
            ask(&world, one, online, &heard, result);
        } else {
            cases_refuse(result, "%s", err.text);
        }
    }
    online_destroy(online);
    client_close(&world);
}
