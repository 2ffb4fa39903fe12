#include "sync/push_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "str.h"

/* Ends are gathered and written together: one that is lost with the power is sent again
 * under its nonce, so no single one is worth a wait for the disk. */

enum { WRITE_MS = 50, WRITE_AGAIN_MS = 1000 };

/* ---- ends are written ---------------------------------------------------------------
 */

static bool
write_conflicts(struct push *push, struct push_settled *settled, struct err *err)
{
    for (unsigned i = 0; i < settled->conflict_count; i++) {
        bool made;
        if (!conflict_add(push->set.db, &settled->conflicts[i], &made, err))
            return false;
        if (made)
            log_notice(push->set.log, "push", "conflict ref=%s list=%s theirs=%s",
                       settled->conflicts[i].ref, settled->conflicts[i].list,
                       settled->conflicts[i].theirs);
    }
    return true;
}

static bool
write_end(struct push *push, struct push_settled *settled, struct err *err)
{
    struct outbox_row row = { .id = settled->id,
                              .tries = settled->tries,
                              .next_ms = settled->next_ms };
    str_copy(row.answer, sizeof row.answer, settled->end.words);
    if (!outbox_move(push->set.db, &row, settled->end.to, err))
        return err->code == ERR_BUSY || err->code == ERR_ABSENT; /* moved meanwhile */
    if (settled->end.to == OUTBOX_HOLD && !settled->end.locked &&
        !outbox_hold(push->set.db, settled->event, settled->kind, settled->end.words,
                     err))
        return false;
    return write_conflicts(push, settled, err);
}

static bool
write_ends(struct push *push, struct err *err)
{
    if (!db_begin(push->set.db, err))
        return false;
    for (unsigned i = 0; i < push->settled_count; i++) {
        if (!write_end(push, &push->settled[i], err)) {
            db_rollback(push->set.db);
            return false;
        }
    }
    if (db_commit(push->set.db, err))
        return true;
    db_rollback(push->set.db);
    return false;
}

void
push_drop_ends(struct push *push)
{
    for (unsigned i = 0; i < push->settled_count; i++)
        free(push->settled[i].conflicts);
    push->settled_count = 0;
}

void
push_flush(struct push *push)
{
    struct err err;
    if (push->settled_count == 0)
        return;
    if (write_ends(push, &err)) {
        push_drop_ends(push);
        return;
    }
    log_warning(push->set.log, "push", "ends are not written: %s", err.text);
    loop_timer_arm(push->set.loop, push->write_timer, WRITE_AGAIN_MS);
}

void
push_settle(struct push *push, struct push_slot *slot, const struct push_end *end)
{
    struct push_settled *settled = &push->settled[push->settled_count++];
    assert(push->settled_count <= sizeof push->settled / sizeof *push->settled);
    *settled = (struct push_settled){ .id = slot->row.id,
                                      .tries = slot->row.tries + 1,
                                      .kind = slot->row.kind,
                                      .end = *end };
    str_copy(settled->event, sizeof settled->event, slot->row.event);
    int64_t wait_ms = push_backoff(push->set.random, settled->tries);
    if (end->wait_ms > wait_ms)
        wait_ms = end->wait_ms;
    if (end->to == OUTBOX_PENDING)
        settled->next_ms = clock_utc_ms(push->set.clock) + wait_ms;
    if (push->settled_count == 1)
        loop_timer_arm(push->set.loop, push->write_timer, WRITE_MS);
}

void
push_settle_conflicts(struct push *push, const struct push_slot *slot)
{
    struct push_settled *settled = &push->settled[push->settled_count - 1];
    struct conflict *found = calloc(PUSH_CONFLICTS_MAX, sizeof *found);
    if (!found)
        return;
    settled->conflict_count =
        push_find_conflicts(push, slot, found, PUSH_CONFLICTS_MAX);
    settled->conflicts = found;
}

/* ---- the line
 * ------------------------------------------------------------------------- */

void
push_line_failed(struct push *push, const struct push_slot *slot,
                 const struct push_end *end)
{
    if (push->good != slot->good && end->wait_ms == 0)
        return; /* others came through meanwhile: it is this row's own trouble */
    int64_t now_ms = clock_mono_ms(push->set.clock), wait_ms = 0;
    if (push->failures == 0 ||
        push->pause_until_ms <= now_ms) /* else with the others */
        wait_ms = push_backoff(push->set.random, ++push->failures);
    if (end->wait_ms > wait_ms)
        wait_ms = end->wait_ms;
    if (push->pause_until_ms < now_ms + wait_ms)
        push->pause_until_ms = now_ms + wait_ms;
    str_copy(push->trouble, sizeof push->trouble, end->words);
}

void
push_breathe(struct push *push)
{
    int64_t until_ms = clock_mono_ms(push->set.clock) + PUSH_FIRST_MS;
    if (push->pause_until_ms < until_ms)
        push->pause_until_ms = until_ms;
}

void
push_line_is_good(struct push *push)
{
    push->good++;
    push->failures = push->troubles = 0;
    push->pause_until_ms = 0;
    push->trouble[0] = '\0';
    push->last_ok_ms = clock_utc_ms(push->set.clock);
}

void
push_hold(struct push *push, const struct push_end *end)
{
    int64_t wait_ms = PUSH_HOLD_MS;
    for (unsigned i = 0; i < push->holds && wait_ms < PUSH_LONGEST_MS; i++)
        wait_ms *= 2;
    if (wait_ms > PUSH_LONGEST_MS)
        wait_ms = PUSH_LONGEST_MS;
    push->holds++;
    push->hold_until_ms = clock_mono_ms(push->set.clock) + wait_ms;
    push->locked = push->locked || end->locked;
    str_copy(push->trouble, sizeof push->trouble, end->words);
    log_warning(push->set.log, "push", "the server refuses this device: %s",
                end->words);
}
