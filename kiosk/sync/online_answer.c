#include "sync/online_answer.h"

#include <stdio.h>
#include <string.h>

#include "str.h"
#include "sync/pretix_inside.h"

/* ---- the ticket as the server sees it -------------------------------------------- */

static void
read_texts(const struct json *json, struct online_answer *answer)
{
    struct str text;
    str_init(&text, sizeof answer->texts - 1);
    const struct json *item = json_first(json_member(json, "checkin_texts"));
    for (; item; item = json_next(item)) {
        if (text.length > 0)
            str_add_char(&text, '\n');
        str_add_text(&text, pretix_text(item));
    }
    str_copy(answer->texts, sizeof answer->texts, text.data);
    str_finish(&text);
}

static void
read_position(const struct json *json, struct online_answer *answer)
{
    const struct json *position = json_member(json, "position");
    answer->attention = pretix_bool(json_member(json, "require_attention"));
    read_texts(json, answer);
    answer->position = pretix_int(json_member(position, "id"));
    answer->item = pretix_int(json_member(position, "item"));
    answer->variation = pretix_int(json_member(position, "variation"));
    answer->number = pretix_int(json_member(position, "positionid"));
    pretix_copy(answer->order, sizeof answer->order, json_member(position, "order"));
    pretix_copy(answer->name, sizeof answer->name,
                json_member(position, "attendee_name"));
    pretix_copy(answer->locale, sizeof answer->locale,
                json_member(position, "order__locale"));
    pretix_copy(answer->event, sizeof answer->event, json_at(json, "list.event"));
    answer->claim.attention = answer->attention;
    str_copy(answer->claim.notes, sizeof answer->claim.notes, answer->texts);
}

/* ---- verdicts ----------------------------------------------------------------------
 */

static void
say(struct online_answer *answer, enum verdict verdict, const char *reason)
{
    answer->claim.outcome = CLAIM_ANSWERED;
    answer->claim.verdict = verdict;
    str_copy(answer->claim.reason, sizeof answer->claim.reason, reason);
}

/* The server says "not at this time": before, or after? */
static enum verdict
which_time(const struct json *json, int64_t at_ms)
{
    int64_t from_ms = pretix_ms(json_at(json, "position.valid_from"));
    return from_ms > at_ms ? VERDICT_NOT_YET_VALID : VERDICT_NO_LONGER_VALID;
}

/* "invalid" is also what the server says of a ticket of another session than the
 * list's, which it does not look for at all. Where our copy knows better, the guest is
 * told so. */
static bool
is_other_session(struct db *db, const struct claim_question *question)
{
    struct ticket ticket;
    struct list list;
    enum list_answer takes;
    struct err ignored;
    bool found;
    return question->ref[0] &&
           roster_by_ref(db, question->ref, &found, &ticket, &ignored) && found &&
           roster_list(db, question->event, question->list, &found, &list, &ignored) &&
           found && roster_list_takes(db, &list, &ticket, &takes, &ignored) &&
           takes == LIST_OTHER_SESSION;
}

static void
read_refusal(struct db *db, const struct claim_question *question,
             const struct json *json, struct online_answer *answer)
{
    const char *reason = pretix_text(json_member(json, "reason"));
    const char *why = pretix_text(json_member(json, "reason_explanation"));
    enum verdict verdict;
    if (!pretix_verdict(reason, &verdict) || verdict_passes(verdict))
        verdict = VERDICT_ERROR;
    if (verdict == VERDICT_NOT_YET_VALID)
        verdict = which_time(json, question->at_ms);
    if (verdict == VERDICT_NOT_IN_COPY && is_other_session(db, question))
        verdict = VERDICT_WRONG_LIST;
    answer->may_insist =
        verdict == VERDICT_UNPAID &&
        pretix_bool(json_at(json, "list.include_pending")) &&
        strcmp(pretix_text(json_at(json, "position.order__status")), "n") == 0;
    say(answer, verdict, why[0] || verdict != VERDICT_ERROR ? why : reason);
}

/* What is missing, by the questions' own words. */
static void
name_questions(const struct api_call *call, const struct json *json,
               struct online_answer *answer)
{
    struct str text;
    str_init(&text, sizeof answer->claim.reason - 1);
    const struct json *item = json_first(json_member(json, "questions"));
    for (; item; item = json_next(item)) {
        int64_t id = pretix_int(json_member(item, "id"));
        for (unsigned i = 0; i < answer->question_count; i++) {
            if (answer->questions[i] == id)
                str_addf(&text, "%s%s", text.length > 0 ? ", " : "",
                         pretix_i18n(json_member(item, "question"), call->language));
        }
    }
    say(answer, VERDICT_QUESTIONS, text.data);
    str_finish(&text);
}

static void
read_incomplete(struct db *db, const struct claim_question *question,
                const struct api_call *call, struct online_answer *answer)
{
    if (!online_questions(db, question->event, call->json, answer))
        say(answer, VERDICT_QUESTIONS, "");
    else if (answer->question_count > 0)
        name_questions(call, call->json, answer);
    else
        answer->without_questions = true;
}

void
online_insist(const struct api_call *call, struct online_answer *answer)
{
    const struct json *item = json_first(json_member(call->json, "questions"));
    answer->question_count = 0;
    for (; item && answer->question_count < ONLINE_QUESTIONS_MAX;
         item = json_next(item))
        answer->questions[answer->question_count++] =
            pretix_int(json_member(item, "id"));
    answer->without_questions = false;
    name_questions(call, call->json, answer);
}

static bool
judges(const struct api_call *call)
{
    return call->result == API_OK || (call->result == API_REFUSED &&
                                      (call->status == 400 || call->status == 404));
}

void
online_read(struct db *db, const struct claim_question *question,
            const struct api_call *call, struct online_answer *answer)
{
    const struct json *json = call->json;
    const char *status = pretix_text(json_member(json, "status"));
    *answer = (struct online_answer){ .claim = { .outcome = CLAIM_SILENT } };
    if (!judges(call) || !status[0])
        return;
    read_position(json, answer);
    if (strcmp(status, "ok") == 0 && call->result == API_OK)
        say(answer, question->exit ? VERDICT_EXIT : VERDICT_ADMIT, "");
    else if (strcmp(status, "incomplete") == 0)
        read_incomplete(db, question, call, answer);
    else if (strcmp(status, "exchange") == 0)
        say(answer, VERDICT_EXCHANGE,
            "the organiser wants a wristband or card handed out for this ticket");
    else if (strcmp(status, "error") == 0)
        read_refusal(db, question, json, answer);
}
