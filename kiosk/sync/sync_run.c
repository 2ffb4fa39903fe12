#include "sync/sync_parts.h"

#include <string.h>

#include "base/zone.h"
#include "store/db.h"
#include "store/settings.h"
#include "str.h"

/* A run goes from step to step by a timer of 0 ms, so that no part is asked anything
 * from within its own callback. */

enum { NIGHT_FROM = 2, NIGHT_TO = 5, FULL_EVERY_MS = 20 * 3600 * 1000 };

static const char full_key[] = "sync.full_ms";

static void
enter(struct sync *sync, enum sync_step step)
{
    sync->step = step;
    sync->step_began_ms = clock_mono_ms(sync->set.clock);
}

static void
end_run(struct sync *sync, bool ok)
{
    struct sync_waiter waiters[SYNC_WAITERS_MAX];
    unsigned count = sync->waiter_count;
    memcpy(waiters, sync->waiters, sizeof waiters);
    sync->waiter_count = 0;
    sync->step = SYNC_IDLE;
    int64_t every_ms = sync->set.download_every_ms, wait_ms = SYNC_AGAIN_MS;
    sync->failures = ok ? 0 : sync->failures + 1;
    for (unsigned i = 1; i < sync->failures && wait_ms < every_ms; i++)
        wait_ms *= 2;
    if (ok || wait_ms > every_ms)
        wait_ms = every_ms;
    sync->due_ms = clock_mono_ms(sync->set.clock) + wait_ms;
    sync_changed(sync);
    for (unsigned i = 0; i < count; i++)
        waiters[i].done(ok, waiters[i].self);
}

/* ---- the night's whole download
 * -------------------------------------------------------- */

static bool
is_night(struct sync *sync, const char *slug)
{
    struct event event;
    struct zone *zone;
    struct zone_time local;
    struct err ignored;
    bool found;
    if (!roster_event(sync->set.db, slug, &found, &event, &ignored) || !found ||
        !zone_open(event.zone, &zone, &ignored))
        return false;
    zone_local(zone, clock_utc_ms(sync->set.clock), &local);
    zone_close(zone);
    return local.hour >= NIGHT_FROM && local.hour < NIGHT_TO;
}

static bool
is_full_due(struct sync *sync, const char *slug)
{
    int64_t last_ms, now_ms = clock_utc_ms(sync->set.clock);
    struct err ignored;
    return settings_get_int(sync->set.db, full_key, 0, &last_ms, &ignored) &&
           (now_ms - last_ms > FULL_EVERY_MS || last_ms > now_ms) &&
           is_night(sync, slug);
}

static void
remember_full(struct sync *sync)
{
    struct err err;
    if (!settings_set_int(sync->set.db, full_key, clock_utc_ms(sync->set.clock), &err))
        log_warning(sync->set.log, "sync", "%s", err.text);
}

/* ---- answers of guests that the server has by now
 * -------------------------------------- */

static void
take_given(struct sync *sync)
{
    struct err err;
    if (!given_take(sync->set.db, &sync->given, &err)) {
        sync->given.count = 0;
        log_warning(sync->set.log, "sync", "%s", err.text);
    }
}

static void
settle_given(struct sync *sync)
{
    struct err err;
    unsigned gone = 0;
    if (!given_settle(sync->set.db, &sync->given, &gone, &err) ||
        !given_forget_gone(sync->set.db, &err))
        log_warning(sync->set.log, "sync", "%s", err.text);
    if (gone > 0)
        log_info(sync->set.log, "sync", "answers that came back: %u", gone);
}

/* ---- steps
 * ------------------------------------------------------------------------------ */

static void
on_pulled(enum api_result result, void *self)
{
    struct sync *sync = self;
    struct pull_status status;
    pull_status(sync->pull, &status);
    if (result == API_REVOKED)
        sync_seal(sync);
    bool ok = result == API_OK;
    if (ok && (sync->full || status.first_load))
        remember_full(sync);
    if (ok)
        settle_given(sync);
    if (!ok) {
        log_info(sync->set.log, "sync", "download ended early: %s", status.trouble);
        sync->failed = true; /* a probe tells whether it is the line */
    }
    if (sync->step == SYNC_PULL)
        end_run(sync, ok);
}

static void
start_pull(struct sync *sync)
{
    const char *slugs[ACCOUNT_EVENTS_MAX];
    unsigned count = sync_choose_events(sync, slugs);
    if (count == 0) {
        end_run(sync, false);
        return;
    }
    sync->full = sync->full_wanted || is_full_due(sync, slugs[0]);
    sync->full_wanted = false;
    enter(sync, SYNC_PULL);
    take_given(sync);
    if (!pull_start(sync->pull, slugs, count, sync->full, on_pulled, sync))
        end_run(sync, false);
}

static void
start_events(struct sync *sync)
{
    const char *slugs[ACCOUNT_EVENTS_MAX];
    sync->live_count = 0;
    enter(sync, SYNC_EVENTS);
    if (sync_choose_events(sync, slugs) > 0 || !sync_ask_events(sync))
        start_pull(sync);
}

static void
start_select(struct sync *sync)
{
    enter(sync, SYNC_SELECT);
    if (sync->set.follow_selection)
        sync_select(sync);
    if (!sync->selecting)
        start_events(sync);
}

static void
on_updated(bool ok, const char *text, void *self)
{
    struct sync *sync = self;
    if (!ok)
        log_info(sync->set.log, "sync", "update: %s", text);
    if (sync->step == SYNC_UPDATE)
        loop_timer_arm(sync->set.loop, sync->next, 0);
}

static void
start_update(struct sync *sync)
{
    struct err err;
    enter(sync, SYNC_UPDATE);
    if (!enrol_is_stale(sync->enrol) ||
        !enrol_update(sync->enrol, on_updated, sync, &err))
        start_select(sync);
}

void
sync_go_on(void *self)
{
    struct sync *sync = self;
    if (sync->step != SYNC_IDLE && !sync_may(sync)) {
        if (sync->step != SYNC_PULL)
            end_run(sync, false);
        return;
    }
    switch (sync->step) {
    case SYNC_UPLOAD:
        start_update(sync);
        break;
    case SYNC_UPDATE:
        start_select(sync);
        break;
    case SYNC_SELECT:
        start_events(sync);
        break;
    case SYNC_EVENTS:
        start_pull(sync);
        break;
    case SYNC_IDLE:
    case SYNC_PULL:
        break;
    }
}

/* ---- begin, tick, stop
 * -------------------------------------------------------------------
 */

void
sync_run(struct sync *sync, bool full)
{
    sync->full_wanted = sync->full_wanted || full;
    if (sync->step != SYNC_IDLE)
        return;
    enter(sync, SYNC_UPLOAD);
    push_poke(sync->push);
    sync_run_tick(sync);
}

void
sync_run_tick(struct sync *sync)
{
    int64_t now_ms = clock_mono_ms(sync->set.clock);
    if (sync->step == SYNC_IDLE && now_ms >= sync->due_ms)
        sync_run(sync, false);
    else if (sync->step == SYNC_UPLOAD &&
             (!push_busy(sync->push) ||
              now_ms - sync->step_began_ms >= SYNC_UPLOAD_WAIT_MS))
        loop_timer_arm(sync->set.loop, sync->next, 0);
    else if (sync->step == SYNC_IDLE && sync->set.follow_selection &&
             now_ms >= sync->select_due_ms)
        sync_select(sync);
}

void
sync_run_stop(struct sync *sync)
{
    if (sync->calling)
        api_call_finish(&sync->call);
    sync->calling = false;
    sync_select_stop(sync);
    loop_timer_disarm(sync->set.loop, sync->next);
    if (sync->step != SYNC_IDLE && sync->step != SYNC_PULL)
        end_run(sync, false);
}
