#include "sync/push.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/settings.h"
#include "str.h"
#include "sync/push_parts.h"

/* A turn looks up what is due, starts as many as there are slots, and ends; every
 * answer makes the next turn. */

enum { AT_ONCE = 4, DEADLINE_MS = 20 * 1000, TROUBLES_MAX = 3 };

static const char round_key[] = "push.round";

static void turn(struct push *push);

/* ---- an answer
 * -------------------------------------------------------------------------
 */

/* The server has forgotten the position we named: the same without it, at once. */
static bool
try_without_position(struct push *push, struct push_slot *slot)
{
    struct push_end end;
    if (slot->position == 0 || slot->call.status != 400 ||
        !json_member(slot->call.json, "position"))
        return false;
    api_call_finish(&slot->call);
    struct api_call fresh;
    api_call_init(&fresh);
    fresh.done = slot->call.done;
    fresh.owner = slot;
    slot->call = fresh;
    slot->no_position = true;
    if (!push_write(push, slot, &end))
        return false;
    api_start(push->set.api, &slot->call);
    return true;
}

static void
note_end(struct push *push, const struct push_slot *slot, const struct push_end *end)
{
    bool answered = end->to == OUTBOX_SENT || end->to == OUTBOX_DEAD;
    if (answered)
        push_line_is_good(push);
    else if (end->to == OUTBOX_HOLD)
        push_hold(push, end);
    else if (end->link || (end->trouble && ++push->troubles >= TROUBLES_MAX))
        push_line_failed(push, slot, end);
    else if (end->to == OUTBOX_PENDING)
        push_breathe(push);
    if (end->to == OUTBOX_SENT && !push->locked)
        push->holds = 0;
    if (end->to == OUTBOX_DEAD)
        log_warning(push->set.log, "push", "row=%" PRId64 " dead: %s", slot->row.id,
                    end->words);
}

static void
on_done(struct api_call *call)
{
    struct push_slot *slot = call->owner;
    struct push *push = slot->push;
    struct push_end end;
    if (push->on_result)
        push->on_result(call, push->on_result_self);
    if (!slot->busy) { /* it told us to stop */
        api_call_finish(call);
        return;
    }
    if (try_without_position(push, slot))
        return;
    push_judge(slot, &end);
    note_end(push, slot, &end);
    push_settle(push, slot, &end);
    if (end.to == OUTBOX_SENT)
        push_settle_conflicts(push, slot);
    api_call_finish(call);
    slot->busy = false;
    if (push->passed_over)
        push->ready_at = push->ready_count; /* look again, in order */
    if (push->settled_count >= PUSH_TOGETHER || end.to == OUTBOX_HOLD)
        push_flush(push); /* HOLD takes others of its kind with it, before they go */
    turn(push);
}

/* ---- what goes
 * ------------------------------------------------------------------------
 */

static bool
is_under_way(const struct push *push, int64_t id)
{
    for (unsigned i = 0; i < push->settled_count; i++) {
        if (push->settled[i].id == id)
            return true;
    }
    for (unsigned i = 0; i < push->slot_count; i++) {
        if (push->slots[i].busy && push->slots[i].row.id == id)
            return true;
    }
    return false;
}

static bool
ticket_is_under_way(const struct push *push, const struct push_slot *own)
{
    for (unsigned i = 0; own->ref[0] && i < push->slot_count; i++) {
        const struct push_slot *slot = &push->slots[i];
        if (slot != own && slot->busy && strcmp(slot->ref, own->ref) == 0)
            return true;
    }
    return false;
}

static bool
next_ready(struct push *push, int64_t *id)
{
    struct err err;
    if (push->ready_at == push->ready_count && !push->looked) {
        push->looked = true;
        push->passed_over = false;
        push->ready_at = push->ready_count = 0;
        if (!outbox_due(push->set.db, clock_utc_ms(push->set.clock), push->ready,
                        PUSH_READY_MAX, &push->ready_count, &err))
            log_warning(push->set.log, "push", "%s", err.text);
    }
    if (push->ready_at == push->ready_count)
        return false;
    *id = push->ready[push->ready_at++];
    return true;
}

static void
prepare_call(struct push_slot *slot)
{
    api_call_init(&slot->call);
    slot->call.done = on_done;
    slot->call.owner = slot;
    slot->call.deadline_ms = DEADLINE_MS;
    slot->no_position = false;
    slot->good = slot->push->good;
}

static void
on_write_timer(void *self)
{
    struct push *push = self;
    push_flush(push);
    turn(push);
}

/* True if the slot has something to do now. */
static bool
start_row(struct push *push, struct push_slot *slot, int64_t id)
{
    struct push_end end;
    struct err err;
    bool found;
    if (is_under_way(push, id) ||
        !outbox_get(push->set.db, id, &found, &slot->row, &err) || !found ||
        slot->row.state != OUTBOX_PENDING)
        return false;
    prepare_call(slot);
    if (!push_write(push, slot, &end)) {
        push_settle(push, slot, &end);
        if (end.to == OUTBOX_DEAD)
            log_warning(push->set.log, "push", "row=%" PRId64 " dead: %s", id,
                        end.words);
        api_call_finish(&slot->call);
        return false;
    }
    if (ticket_is_under_way(push, slot)) {
        push->passed_over = true;
        api_call_finish(&slot->call);
        return false;
    }
    slot->busy = true;
    api_start(push->set.api, &slot->call);
    return true;
}

static bool
fill_slot(struct push *push, struct push_slot *slot)
{
    int64_t id;
    while (push->settled_count < PUSH_TOGETHER && next_ready(push, &id)) {
        if (start_row(push, slot, id))
            return true;
    }
    return false;
}

static bool
may_send(const struct push *push)
{
    int64_t now_ms = clock_mono_ms(push->set.clock);
    return push->set.api->account->state == ACCOUNT_ACTIVE && !push->locked &&
           now_ms >= push->pause_until_ms;
}

static void
turn(struct push *push)
{
    if (push->turning)
        return;
    push->turning = true;
    push->looked = false;
    for (unsigned i = 0; i < push->slot_count && may_send(push); i++) {
        if (!push->slots[i].busy && !fill_slot(push, &push->slots[i]))
            break;
    }
    push->turning = false;
}

/* ---- from outside
 * ----------------------------------------------------------------------
 */

/* A new round has new idempotency keys: the server keeps its refusals too. */
static bool
release(struct push *push, enum outbox_state from, int64_t id, int64_t *count,
        struct err *err)
{
    struct db *db = push->set.db;
    if (!db_begin(db, err))
        return false;
    if (outbox_release(db, from, id, count, err) &&
        (*count == 0 || from == OUTBOX_PENDING ||
         settings_set_int(db, round_key, push->round + 1, err)) &&
        db_commit(db, err)) {
        push->round += *count > 0 && from != OUTBOX_PENDING;
        return true;
    }
    db_rollback(db);
    return false;
}

static void
release_held(struct push *push)
{
    int64_t count;
    struct err err;
    push->hold_until_ms = 0;
    push->locked = false;
    push_flush(push);
    if (!release(push, OUTBOX_HOLD, 0, &count, &err))
        log_warning(push->set.log, "push", "%s", err.text);
}

void
push_poke(struct push *push)
{
    if (push->hold_until_ms != 0 &&
        clock_mono_ms(push->set.clock) >= push->hold_until_ms &&
        push->set.api->account->state == ACCOUNT_ACTIVE)
        release_held(push);
    turn(push);
}

void
push_release(struct push *push)
{
    push->holds = push->failures = 0;
    push->pause_until_ms = 0;
    push->trouble[0] = '\0';
    release_held(push);
    push->ready_at = push->ready_count;
    turn(push);
}

static bool
is_there(struct push *push, int64_t id, struct outbox_row *row, struct err *err)
{
    bool found;
    if (!outbox_get(push->set.db, id, &found, row, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "outbox row %" PRId64 " is not there", id);
    if (row->state == OUTBOX_SENT)
        return err_set(err, ERR_INPUT, "outbox row %" PRId64 " has been sent", id);
    return true;
}

bool
push_retry(struct push *push, int64_t id, const char *who, struct err *err)
{
    struct outbox_row row;
    int64_t held = 0, dead = 0, waiting = 0;
    push_flush(push);
    if (id != 0 && !is_there(push, id, &row, err))
        return false;
    if (!release(push, OUTBOX_HOLD, id, &held, err) ||
        !release(push, OUTBOX_DEAD, id, &dead, err) ||
        (id != 0 && !release(push, OUTBOX_PENDING, id, &waiting, err)))
        return false;
    log_notice(push->set.log, "push", "retry row=%" PRId64 " rows=%" PRId64 " who=%s",
               id, held + dead + waiting, who);
    push->locked = false;
    push->hold_until_ms = push->pause_until_ms = 0;
    push->ready_at = push->ready_count;
    turn(push);
    return true;
}

void
push_stop(struct push *push)
{
    for (unsigned i = 0; i < push->slot_count; i++) {
        struct push_slot *slot = &push->slots[i];
        if (!slot->busy)
            continue;
        slot->busy = false;
        if (slot->call.open)
            api_call_finish(&slot->call);
    }
    push->ready_at = push->ready_count = 0;
    push_flush(push);
}

bool
push_busy(const struct push *push)
{
    int64_t id;
    unsigned count = 0;
    struct err ignored;
    for (unsigned i = 0; i < push->slot_count; i++) {
        if (push->slots[i].busy)
            return true;
    }
    if (push->settled_count > 0)
        return true;
    return may_send(push) &&
           outbox_due(push->set.db, clock_utc_ms(push->set.clock), &id, 1, &count,
                      &ignored) &&
           count > 0;
}

void
push_status(const struct push *push, struct push_status *status)
{
    struct outbox_counts counts;
    struct err ignored;
    *status =
        (struct push_status){ .last_ok_ms = push->last_ok_ms, .locked = push->locked };
    str_copy(status->trouble, sizeof status->trouble, push->trouble);
    if (outbox_counts(push->set.db, &counts, &ignored)) {
        status->sent = counts.rows[OUTBOX_SENT];
        status->hold = counts.rows[OUTBOX_HOLD];
        status->dead = counts.rows[OUTBOX_DEAD];
    }
    outbox_waiting(push->set.db, &status->pending, &status->oldest_ms, &ignored);
}

void
push_on_result(struct push *push, void (*call)(const struct api_call *, void *self),
               void *self)
{
    push->on_result = call;
    push->on_result_self = self;
}

bool
push_create(const struct push_setting *setting, struct push **out, struct err *err)
{
    struct push *push = calloc(1, sizeof *push);
    struct outbox_counts counts;
    if (!push)
        return err_no_memory(err);
    push->set = *setting;
    push->slot_count = setting->at_once == 0               ? AT_ONCE
                       : setting->at_once > PUSH_SLOTS_MAX ? PUSH_SLOTS_MAX
                                                           : setting->at_once;
    for (unsigned i = 0; i < push->slot_count; i++)
        push->slots[i].push = push;
    push->write_timer = loop_timer_create(setting->loop, on_write_timer, push);
    bool ok = push->write_timer != NULL || err_no_memory(err);
    ok = ok && settings_get_int(setting->db, round_key, 0, &push->round, err) &&
         outbox_counts(setting->db, &counts, err);
    if (!ok) {
        push_destroy(push);
        return false;
    }
    if (counts.rows[OUTBOX_HOLD] > 0)
        push->hold_until_ms = clock_mono_ms(setting->clock) + 1;
    *out = push;
    return true;
}

void
push_destroy(struct push *push)
{
    if (!push)
        return;
    for (unsigned i = 0; i < push->slot_count; i++) {
        if (push->slots[i].busy)
            api_call_finish(&push->slots[i].call);
    }
    push->slot_count = 0;
    push_flush(push);
    push_drop_ends(push);
    loop_timer_destroy(push->set.loop, push->write_timer);
    free(push);
}
