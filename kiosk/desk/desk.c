#include "desk/desk.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk_parts.h"
#include "str.h"

enum {
    CLAIM_DEADLINE_MS = 800,
    DIRECTION_MS = 20 * 1000,
    QUESTIONS_MS = 120 * 1000,
    QUESTIONS_BYTES = 65536
};

/* ---- telling --------------------------------------------------------------------- */

/* A code is known by its beginning only. */
static void
log_answer(const struct desk_slot *slot)
{
    const struct desk_outcome *outcome = &slot->outcome;
    char code[32];
    size_t shown = slot->input.length < 4 ? slot->input.length : 4;
    log_info(
        slot->desk->set.log, "desk",
        "scan=%" PRIu64 " reader=%u verdict=%s ref=%s code=\"%s\" length=%zu "
        "recorded=%d job=%" PRId64 " confirmed=%d local_us=%" PRId64,
        outcome->number, outcome->reader, verdict_name(outcome->verdict),
        outcome->has_ticket ? outcome->ticket.ref : "-",
        outcome->has_ticket ? ""
                            : str_quote(code, sizeof code, slot->input.code, shown),
        slot->input.length, outcome->recorded, outcome->made_job ? outcome->job.id : 0,
        outcome->confirmed, outcome->local_us);
}

static void
count(struct desk *desk, const struct desk_outcome *outcome)
{
    desk->counts.scans++;
    desk->counts.verdicts[outcome->verdict]++;
    desk->counts.unrecorded += outcome->unrecorded;
    desk->counts.local_us_sum += outcome->local_us;
    if (outcome->local_us > desk->counts.local_us_max)
        desk->counts.local_us_max = outcome->local_us;
}

static void
publish(struct desk_slot *slot, enum desk_phase phase)
{
    slot->outcome.phase = phase;
    feed_publish(slot->desk->set.feed, FEED_SCAN, &slot->outcome);
}

bool
desk_is_busy(const struct desk *desk)
{
    for (unsigned i = 0; i < desk->slot_count; i++) {
        if (desk->slots[i].state != DESK_SLOT_FREE)
            return true;
    }
    return false;
}

/* ---- a scan's way ------------------------------------------------------------------
 */

static void begin(struct desk_slot *slot, const struct desk_input *input);

void
desk_slot_free(struct desk_slot *slot)
{
    struct desk *desk = slot->desk;
    slot->state = DESK_SLOT_FREE;
    loop_timer_disarm(desk->set.loop, slot->timer);
    if (desk->role_waits && !desk_is_busy(desk))
        desk_role_refresh(desk);
    if (slot->has_next) {
        slot->has_next = false;
        struct desk_input next = slot->next;
        begin(slot, &next);
    }
}

static void
copy_answer(struct desk_slot *slot)
{
    struct desk_outcome *outcome = &slot->outcome;
    const struct admit_answer *answer = &slot->answer;
    outcome->verdict = answer->verdict;
    outcome->ask_came_out = answer->ask_came_out;
    outcome->bound_ms = answer->bound_ms;
    outcome->bound_is_list = answer->bound_is_list;
    outcome->hidden = answer->hidden;
    outcome->may_ignore_unpaid = answer->verdict == VERDICT_UNPAID &&
                                 slot->facts.from_server && slot->facts.include_unpaid;
    outcome->questions = NULL;
    outcome->wants_file = answer->verdict == VERDICT_QUESTIONS && slot->wants_file;
    if (outcome->wants_file)
        str_copy(outcome->reason, sizeof outcome->reason, slot->file);
    if (answer->verdict != VERDICT_RULES)
        outcome->why.count = 0;
    if (answer->verdict == VERDICT_RULES && outcome->reason[0] == '\0')
        str_copy(outcome->reason, sizeof outcome->reason, outcome->rule_text);
    outcome->badge_out = answer->verdict == VERDICT_PRINT_ONLY && !answer->print &&
                         (outcome->by_badge || slot->facts.badge == ADMIT_BADGE_OUT);
}

static void
wait_for_guest(struct desk_slot *slot, enum desk_slot_state state, int64_t ms)
{
    slot->state = state;
    slot->wait_began_us = clock_mono_us(slot->desk->set.clock);
    loop_timer_arm(slot->desk->set.loop, slot->timer, ms);
}

static void
ask_questions(struct desk_slot *slot)
{
    slot->outcome.questions = slot->questions.data;
    wait_for_guest(slot, DESK_SLOT_QUESTIONS, slot->desk->set.questions_ms);
    publish(slot, DESK_ASKING_QUESTIONS);
}

void
desk_finish(struct desk_slot *slot)
{
    struct desk *desk = slot->desk;
    struct desk_outcome *outcome = &slot->outcome;
    struct err err;

    copy_answer(slot);
    if (slot->answer.verdict == VERDICT_QUESTIONS && slot->facts.questions &&
        !outcome->wants_file) {
        ask_questions(slot);
        return;
    }
    if (!desk_record(slot, &err)) {
        outcome->unrecorded = true;
        outcome->ask_came_out = false;
    }
    outcome->local_us =
        clock_mono_us(desk->set.clock) - slot->input.at_us - slot->waited_us;
    count(desk, outcome);
    log_answer(slot);
    if (outcome->made_job)
        feed_publish(desk->set.feed, FEED_JOB, &outcome->job);
    publish(slot, DESK_ANSWERED);
    if (outcome->clock_suspect != desk->status.clock_suspect)
        desk_health_check(desk);
    desk_slot_free(slot);
}

static void
ask_direction(struct desk_slot *slot)
{
    wait_for_guest(slot, DESK_SLOT_ASKING, slot->desk->set.direction_ms);
    publish(slot, DESK_ASKING_DIRECTION);
}

void
desk_proceed(struct desk_slot *slot)
{
    if (slot->answer.ask_direction) {
        ask_direction(slot);
        return;
    }
    desk_intent_resume(slot);
    if (desk_claim_useful(slot) && desk_claim_ask(slot)) {
        publish(slot, DESK_READING);
        return;
    }
    desk_finish(slot);
}

/* The roster or journal could not be read: nothing is known, nobody is welcomed. */
static void
give_up(struct desk_slot *slot, const struct err *err)
{
    struct desk *desk = slot->desk;
    struct desk_outcome *outcome = &slot->outcome;
    desk_health_note(desk, err);
    outcome->verdict = VERDICT_ERROR;
    outcome->has_ticket = false;
    outcome->unrecorded = true;
    str_copy(outcome->reason, sizeof outcome->reason, err->text);
    outcome->local_us = clock_mono_us(desk->set.clock) - slot->input.at_us;
    count(desk, outcome);
    log_answer(slot);
    publish(slot, DESK_ANSWERED);
    desk_slot_free(slot);
}

void
desk_prepare(struct desk_slot *slot, const struct desk_input *input)
{
    struct desk *desk = slot->desk;
    slot->input = *input;
    /* until it is known better: the one verdict that welcomes nobody by mistake */
    slot->outcome =
        (struct desk_outcome){ .reader = slot->number, .verdict = VERDICT_MALFORMED };
    slot->outcome.at_ms = clock_utc_ms(desk->set.clock);
    str_copy(slot->outcome.who, sizeof slot->outcome.who, input->who);
    slot->badge = (struct badgecode){ .issue = 0 };
    slot->top_issue = 0;
    if (input->ignore_unpaid)
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason, input->reason);
    slot->text_length = slot->given_count = 0;
    slot->given_used = 0;
    slot->text = "";
    slot->signed_text[0] = slot->session[0] = slot->alias[0] = '\0';
    slot->questions_unsupported = slot->wants_file = false;
    str_clear(&slot->questions);
    slot->waited_us = 0;
}

static void
begin(struct desk_slot *slot, const struct desk_input *input)
{
    struct desk *desk = slot->desk;
    struct err err;
    desk_prepare(slot, input);
    slot->outcome.number = ++desk->scans;
    random_fill(desk->set.random, slot->nonce, sizeof slot->nonce);
    if (!desk_gather(slot, &err)) {
        give_up(slot, &err);
        return;
    }
    if (desk->sealed && slot->facts.from_server) {
        slot->facts.gap = true; /* whatever the copy says, it is the organiser's */
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason,
                 "the organiser has withdrawn this station");
    }
    admit(&slot->facts, &slot->answer);
    desk_proceed(slot);
}

void
desk_take(struct desk_slot *slot, const struct desk_input *input)
{
    if (slot->state == DESK_SLOT_READING) {
        slot->next = *input;
        slot->has_next = true;
        return;
    }
    if (slot->state != DESK_SLOT_FREE) {
        slot->state = DESK_SLOT_FREE;
        loop_timer_disarm(slot->desk->set.loop, slot->timer);
        publish(slot, DESK_DROPPED);
    }
    begin(slot, input);
}

static void
end_wait(void *self)
{
    struct desk_slot *slot = self;
    if (slot->state == DESK_SLOT_READING) {
        desk_claim_deadline(slot);
    } else if (slot->state != DESK_SLOT_FREE) {
        slot->state = DESK_SLOT_FREE;
        publish(slot, DESK_DROPPED);
        desk_slot_free(slot);
    }
}

void
desk_go_on(struct desk_slot *slot)
{
    struct desk *desk = slot->desk;
    loop_timer_disarm(desk->set.loop, slot->timer);
    slot->waited_us += clock_mono_us(desk->set.clock) - slot->wait_began_us;
    slot->state = DESK_SLOT_FREE;
    admit(&slot->facts, &slot->answer);
    desk_proceed(slot);
}

/* ---- what it is ---------------------------------------------------------------------
 */

void
desk_set_gate(struct desk *desk, int64_t gate)
{
    desk->gate = gate;
}

void
desk_set_refuse_unsigned(struct desk *desk, bool refuse)
{
    desk->set.refuse_unsigned = refuse;
}

void
desk_set_other(struct desk *desk, desk_other_fn *other, void *self)
{
    desk->other = other;
    desk->other_self = self;
}

void
desk_seal(struct desk *desk, bool sealed)
{
    desk->sealed = sealed;
    desk_health_check(desk);
}

void
desk_status(const struct desk *desk, struct station_status *status)
{
    *status = desk->status;
}

void
desk_counts(const struct desk *desk, struct desk_counts *counts)
{
    *counts = desk->counts;
}

/* ---- life ------------------------------------------------------------------- */

static bool
create_slots(struct desk *desk)
{
    desk->slots = calloc(desk->slot_count, sizeof *desk->slots);
    for (unsigned i = 0; desk->slots && i < desk->slot_count; i++) {
        struct desk_slot *slot = &desk->slots[i];
        slot->desk = desk;
        slot->number = i;
        desk_limit_init(&slot->limit);
        str_init(&slot->questions, QUESTIONS_BYTES);
        slot->timer = loop_timer_create(desk->set.loop, end_wait, slot);
        if (!slot->timer)
            return false;
    }
    return desk->slots != NULL;
}

static bool
check_setting(const struct desk_setting *setting, struct err *err)
{
    size_t length = strlen(setting->station);
    bool ok = length >= 1 && length <= BADGECODE_STATION_MAX;
    for (size_t i = 0; ok && i < length; i++)
        ok = setting->station[i] >= 'A' && setting->station[i] <= 'Z';
    if (!ok)
        return err_set(err, ERR_INPUT, "station: want 1 to %d letters A-Z",
                       BADGECODE_STATION_MAX);
    if (setting->readers > DESK_READERS_MAX)
        return err_set(err, ERR_INPUT, "desk: more than %d readers", DESK_READERS_MAX);
    return true;
}

bool
desk_create(const struct desk_setting *setting, struct desk **desk, struct err *err)
{
    if (!check_setting(setting, err))
        return false;
    struct desk *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->set = *setting;
    str_copy(made->station, sizeof made->station, setting->station);
    made->set.station = made->station;
    if (made->set.claim_deadline_ms == 0)
        made->set.claim_deadline_ms = CLAIM_DEADLINE_MS;
    if (made->set.direction_ms == 0)
        made->set.direction_ms = DIRECTION_MS;
    if (made->set.questions_ms == 0)
        made->set.questions_ms = QUESTIONS_MS;
    made->gate = setting->gate;
    made->slot_count = setting->readers + 1;

    if (!create_slots(made) || !desk_role_create(made) || !desk_health_create(made)) {
        desk_destroy(made);
        return err_no_memory(err);
    }
    if (!desk_role_start(made, err) || !desk_intents_load(made, err) ||
        !desk_health_start(made, err)) {
        desk_destroy(made);
        return err_wrap(err, "desk");
    }
    *desk = made;
    return true;
}

void
desk_destroy(struct desk *desk)
{
    if (!desk)
        return;
    for (unsigned i = 0; desk->slots && i < desk->slot_count; i++) {
        if (desk->slots[i].desk)
            desk_claim_forget(&desk->slots[i]);
        loop_timer_destroy(desk->set.loop, desk->slots[i].timer);
        str_finish(&desk->slots[i].questions);
    }
    loop_timer_destroy(desk->set.loop, desk->role_timer);
    loop_timer_destroy(desk->set.loop, desk->health_timer);
    feed_unlisten(desk->set.feed, desk);
    desk_events_forget(desk);
    free(desk->slots);
    free(desk);
}
