#include "sync/pull_inside.h"

#include <string.h>

#include "store/db.h"
#include "str.h"

/* Writing to the roster in use, on the loop:
 *
 *     begin -> objects while there is time -> commit -> the loop is free -> again
 *
 * A slice stops well before its time is up, because its commit comes on top. A scan
 * between two slices sees a ticket as it was or as it will be, never half. */

enum {
    SLICE_MS = 2,
    PAUSE_MS = 1,  /* whoever else waits has had the loop by then */
    IDLE_EVERY = 2 /* turns: merging and tidying go on between slices, too */
};

int64_t
pull_slice_us(const struct pull *self)
{
    int64_t ms = self->set.slice_ms > 0 ? self->set.slice_ms : SLICE_MS;
    return ms * 1000 * 6 / 10;
}

/* The copy may have been set aside under the run. Rows that came before are gone then,
 * and a mark must not say that they are there. */
static bool
is_still_ours(struct pull *self, struct err *err)
{
    char value[CATALOG_MARK_MAX + 1];
    if (self->work.res != PULL_RES_ORDERS)
        return true;
    if (!catalog_mark(self->set.db, self->work.event, "orders.state", value, err))
        return false;
    return strcmp(value, self->orders.was_state) == 0
               ? true
               : err_set(err, ERR_BUSY, "the copy was replaced meanwhile");
}

static bool
write_some(struct pull *self, bool *done, struct err *err)
{
    int64_t until = clock_mono_us(self->set.clock) + pull_slice_us(self);
    bool none_left = false, ok = is_still_ours(self, err);
    while (ok && !none_left && clock_mono_us(self->set.clock) < until)
        ok = pull_work_step(&self->work, &none_left, err);
    *done = none_left;
    return ok && (!none_left || pull_work_end(&self->work, err));
}

static void
finish(struct pull *self)
{
    void (*wrote)(struct pull *) = self->wrote;
    pull_note_bad(self, self->work.bad, self->work.first_bad);
    self->changed = true;
    if (self->work.res == PULL_RES_ORDERS) {
        self->tickets += self->work.tickets;
        self->orders.tickets += self->work.tickets;
    }
    if (!self->dead) {
        self->dead = self->work.batch;
        self->work.batch = NULL;
    }
    pull_work_finish(&self->work);
    self->writing = false;
    wrote(self);
}

void
pull_on_slice(void *self_)
{
    struct pull *self = self_;
    struct err err = { 0 };
    bool done = false;
    if (self->gone.done) {
        pull_gone_slice(self);
        return;
    }
    bool waits = db_roster_waits(self->set.db);
    if (waits || ++self->slices % IDLE_EVERY == 0) {
        if (!waits)
            db_idle(self->set.db);
        loop_timer_arm(self->set.loop, self->slice, PAUSE_MS);
        return;
    }
    if (!roster_begin(self->set.db, &err)) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    bool ok = write_some(self, &done, &err);
    if (!ok)
        roster_rollback(self->set.db);
    else
        ok = roster_commit(self->set.db, &err);
    if (!ok) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    if (done)
        finish(self);
    else
        loop_timer_arm(self->set.loop, self->slice, PAUSE_MS);
}

void
pull_slice_start(struct pull *self)
{
    loop_timer_arm(self->set.loop, self->slice, 0);
}
