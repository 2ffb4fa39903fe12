#include "desk/desk_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "store/outbox.h"
#include "store/settings.h"
#include "str.h"

/* A question that is put to a server may have been answered there although the answer
 * never came: the entry then stands on the server, and the same guest asked again under
 * another nonce would be "already in" without a badge. So the nonce is durable before
 * the question leaves, under "claim.<nonce>", and the next scan of that ticket at that
 * list takes it again; the server gives the same nonce the same answer. */

static const char intent_prefix[] = "claim.";
enum {
    INTENT_KEEP_MS = 24 * 3600 * 1000,
    HEX_DIGITS = 2 * JOURNAL_NONCE_BYTES,
    KEY_SIZE = sizeof intent_prefix + HEX_DIGITS
};

/* ---- intents ----------------------------------------------------------------- */

static bool
is_used(const struct desk_intent *intent)
{
    static const uint8_t none[JOURNAL_NONCE_BYTES];
    return memcmp(intent->nonce, none, sizeof none) != 0;
}

static void
write_key(const uint8_t nonce[JOURNAL_NONCE_BYTES], char key[KEY_SIZE])
{
    memcpy(key, intent_prefix, sizeof intent_prefix);
    hex_write(nonce, JOURNAL_NONCE_BYTES, key + sizeof intent_prefix - 1);
}

static bool
read_nonce(const char *hex, uint8_t nonce[JOURNAL_NONCE_BYTES])
{
    return strlen(hex) == HEX_DIGITS && hex_read(hex, HEX_DIGITS, nonce);
}

/* A free place, or that of the oldest. */
static struct desk_intent *
place_for_intent(struct desk *desk)
{
    struct desk_intent *oldest = &desk->intents[0];
    for (size_t i = 0; i < DESK_INTENTS_MAX; i++) {
        if (!is_used(&desk->intents[i]))
            return &desk->intents[i];
        if (desk->intents[i].at_ms < oldest->at_ms)
            oldest = &desk->intents[i];
    }
    return oldest;
}

static bool
is_about(const struct desk_intent *intent, const struct desk_slot *slot)
{
    return is_used(intent) && strcmp(intent->ref, slot->outcome.ticket.ref) == 0 &&
           strcmp(intent->list.event, slot->outcome.list.event) == 0 &&
           strcmp(intent->list.list, slot->outcome.list.key) == 0 &&
           intent->exit == (slot->facts.direction == ROLE_EXIT);
}

static struct desk_intent *
intent_of(struct desk_slot *slot)
{
    struct desk *desk = slot->desk;
    if (!slot->outcome.has_ticket || !slot->outcome.has_list)
        return NULL;
    for (size_t i = 0; i < DESK_INTENTS_MAX; i++) {
        if (is_about(&desk->intents[i], slot))
            return &desk->intents[i];
    }
    return NULL;
}

void
desk_intent_resume(struct desk_slot *slot)
{
    const struct desk_intent *intent = intent_of(slot);
    if (intent)
        memcpy(slot->nonce, intent->nonce, sizeof slot->nonce);
}

/* Only about a ticket of our copy: without one there is no badge to miss. */
static bool
intent_begin(struct desk_slot *slot, struct err *err)
{
    struct desk *desk = slot->desk;
    const struct desk_outcome *outcome = &slot->outcome;
    if (!outcome->has_ticket || !outcome->has_list || intent_of(slot))
        return true;

    char key[KEY_SIZE], value[256];
    bool is_exit = slot->facts.direction == ROLE_EXIT;
    write_key(slot->nonce, key);
    snprintf(value, sizeof value, "%" PRId64 " %d %s %s/%s", outcome->at_ms, is_exit,
             outcome->ticket.ref, outcome->list.event, outcome->list.key);
    if (!settings_set(desk->set.db, key, value, err))
        return false;

    struct desk_intent *intent = place_for_intent(desk);
    *intent = (struct desk_intent){ .at_ms = outcome->at_ms, .exit = is_exit };
    memcpy(intent->nonce, slot->nonce, sizeof intent->nonce);
    str_copy(intent->ref, sizeof intent->ref, outcome->ticket.ref);
    str_copy(intent->list.event, sizeof intent->list.event, outcome->list.event);
    str_copy(intent->list.list, sizeof intent->list.list, outcome->list.key);
    return true;
}

bool
desk_intent_end(struct desk_slot *slot, struct err *err)
{
    struct desk_intent *intent = intent_of(slot);
    if (!intent)
        return true;
    char key[KEY_SIZE];
    write_key(intent->nonce, key);
    *intent = (struct desk_intent){ 0 };
    return settings_remove(slot->desk->set.db, key, err);
}

static bool
load_intent(const char *key, const char *value, void *self)
{
    struct desk *desk = self;
    struct desk_intent intent = { 0 };
    char list[2 * ROSTER_KEY_MAX + 2];
    int is_exit, used = 0;

    if (!read_nonce(key + sizeof intent_prefix - 1, intent.nonce) ||
        sscanf(value, "%" SCNd64 " %d %16s %n", &intent.at_ms, &is_exit, intent.ref,
               &used) != 3 ||
        used == 0)
        return true; /* not ours: left alone */
    str_copy(list, sizeof list, value + used);
    char *slash = strchr(list, '/');
    if (!slash)
        return true;
    *slash = '\0';
    intent.exit = is_exit != 0;
    str_copy(intent.list.event, sizeof intent.list.event, list);
    str_copy(intent.list.list, sizeof intent.list.list, slash + 1);
    *place_for_intent(desk) = intent;
    return true;
}

bool
desk_intents_load(struct desk *desk, struct err *err)
{
    if (!settings_each(desk->set.db, intent_prefix, load_intent, desk, err))
        return false;
    int64_t now_ms = clock_utc_ms(desk->set.clock);
    for (size_t i = 0; i < DESK_INTENTS_MAX; i++) {
        struct desk_intent *intent = &desk->intents[i];
        char key[KEY_SIZE];
        if (!is_used(intent) || now_ms - intent->at_ms < INTENT_KEEP_MS)
            continue;
        write_key(intent->nonce, key);
        *intent = (struct desk_intent){ 0 };
        if (!settings_remove(desk->set.db, key, err))
            return false;
    }
    return true;
}

/* ---- asking ------------------------------------------------------------------ */

bool
desk_claim_useful(const struct desk_slot *slot)
{
    const struct claim *claim = slot->desk->set.claim;
    return slot->answer.ask_claim && claim && slot->desk->role.list_count > 0 &&
           claim->asks(claim->self);
}

/* The list to ask about: the ticket's, else (it is not in our copy) the first. */
static struct role_list
list_to_ask(const struct desk_slot *slot)
{
    struct role_list list = slot->desk->role.lists[0];
    if (slot->outcome.has_list) {
        str_copy(list.event, sizeof list.event, slot->outcome.list.event);
        str_copy(list.list, sizeof list.list, slot->outcome.list.key);
    }
    return list;
}

static void
end_waiting(struct desk_slot *slot)
{
    loop_timer_disarm(slot->desk->set.loop, slot->timer);
    slot->waited_us += clock_mono_us(slot->desk->set.clock) - slot->wait_began_us;
}

/* What they say for staff may be newer than our copy, or all there is. */
static void
hear_notes(const struct claim_answer *answer, struct desk_outcome *outcome)
{
    outcome->attention |= answer->attention;
    if (answer->notes[0])
        str_copy(outcome->notes, sizeof outcome->notes, answer->notes);
}

static void
hear_answer(const struct claim_answer *answer, void *self)
{
    struct desk_slot *slot = self;
    struct desk *desk = slot->desk;
    if (slot->state != DESK_SLOT_READING)
        return; /* forgotten: the outbox reconciles it */

    end_waiting(slot);
    if (answer->outcome == CLAIM_ANSWERED) {
        desk->counts.claims_answered++;
        slot->outcome.confirmed = true;
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason, answer->reason);
        hear_notes(answer, &slot->outcome);
        admit_confirmed(&slot->facts, answer->verdict, &slot->answer);
    }
    desk_finish(slot);
}

bool
desk_claim_ask(struct desk_slot *slot)
{
    struct desk *desk = slot->desk;
    const struct claim *claim = desk->set.claim;
    struct err err;
    if (!intent_begin(slot, &err)) {
        desk_health_note(desk, &err);
        return false;
    }

    struct role_list list = list_to_ask(slot);
    struct str answers;
    str_init(&answers, OUTBOX_BODY_MAX);
    desk_ask_answers(slot, &answers);
    struct claim_question question = {
        .event = list.event,
        .list = list.list,
        .ref = slot->outcome.has_ticket ? slot->outcome.ticket.ref : "",
        .code = slot->input.code,
        .exit = slot->facts.direction == ROLE_EXIT,
        .at_ms = slot->outcome.at_ms,
        .medium = slot->input.medium,
        .answers = answers.length > 0 ? answers.data : NULL,
        .questions_unsupported = slot->questions_unsupported,
        .ignore_unpaid = slot->facts.ignore_unpaid,
    };
    memcpy(question.nonce, slot->nonce, sizeof question.nonce);
    slot->state = DESK_SLOT_READING;
    slot->wait_began_us = clock_mono_us(desk->set.clock);
    desk->counts.claims++;
    loop_timer_arm(desk->set.loop, slot->timer, desk->set.claim_deadline_ms);
    claim->ask(slot->number, &question, hear_answer, slot, claim->self);
    str_finish(&answers);
    return true;
}

void
desk_claim_deadline(struct desk_slot *slot)
{
    struct desk *desk = slot->desk;
    end_waiting(slot);
    desk->set.claim->forget(slot->number, desk->set.claim->self);
    desk->counts.claims_late++;
    desk_finish(slot);
}

void
desk_claim_forget(struct desk_slot *slot)
{
    if (slot->state == DESK_SLOT_READING)
        slot->desk->set.claim->forget(slot->number, slot->desk->set.claim->self);
}
