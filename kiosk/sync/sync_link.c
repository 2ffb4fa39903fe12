#include "sync/sync_parts.h"

#include <inttypes.h>
#include <string.h>

#include "str.h"

enum {
    PROBE_DEADLINE_MS = 5000,
    PROBE_GOOD_MS = 2000,
    PROBE_BAD_MS = 5000,
    PROBE_LONGEST_MS = 30 * 1000,
    PROBE_REST_MS = 5 * 60 * 1000, /* at most, whatever the server asks for */
    QUIET_MS = 30 * 1000,          /* so long nothing was heard: is it still there? */
    ALIKE_MS = 2000                /* the server tells its clock in whole seconds */
};

/* ---- the link ----------------------------------------------------------------------
 */

/* Told once it is known at all. */
void
sync_tell_link(struct sync *sync)
{
    bool up = !reach_is_offline(&sync->reach);
    if (!sync->heard && !sync->failed && !sync->reach.hard)
        return;
    if (sync->published && sync->published_up == up)
        return;
    int64_t now_ms = clock_utc_ms(sync->set.clock);
    sync->published = true;
    sync->published_up = up;
    sync->offline_since_ms = up ? 0 : now_ms;
    struct link_status link = { .up = up, .since_ms = now_ms };
    log_notice(sync->set.log, "sync", "link=%s", up ? "up" : "down");
    if (sync->set.feed)
        feed_publish(sync->set.feed, FEED_LINK, &link);
    sync_changed(sync);
}

static bool
came_through(const struct api_call *call)
{
    return call && call->result != API_NOT_HERE && call->result != API_LATER &&
           call->result != API_SILENT && call->result != API_UNTRUSTED;
}

static void
note_clock(struct sync *sync, const struct api_call *call)
{
    int64_t date_ms = call->request.date_ms;
    if (date_ms == 0)
        return;
    int64_t ours_ms = clock_utc_ms(sync->set.clock) - call->took_ms / 2;
    int64_t apart_ms = date_ms + 500 - ours_ms;
    sync->clock_apart_ms = apart_ms > ALIKE_MS || apart_ms < -ALIKE_MS ? apart_ms : 0;
}

void
sync_seal(struct sync *sync)
{
    struct err err;
    if (sync->account.state != ACCOUNT_ACTIVE)
        return;
    sync->account.state = ACCOUNT_REVOKED;
    sync->account.revoked_ms = clock_utc_ms(sync->set.clock);
    log_error(sync->set.log, "sync",
              "the organiser has withdrawn this device: no guest is admitted by its "
              "events, what was not uploaded is kept");
    if (!account_save(sync->set.db, &sync->account, &err))
        log_error(sync->set.log, "sync", "%s", err.text);
    push_stop(sync->push);
    pull_stop(sync->pull);
    loop_timer_arm(sync->set.loop, sync->next, 0); /* a run that is on ends there */
    sync_changed(sync);
}

void
sync_note(struct sync *sync, const struct api_call *call, bool reached)
{
    bool good = came_through(call);
    sync->failed = !good;
    sync->noted_ms = clock_mono_ms(sync->set.clock);
    if (good) {
        sync->heard = true;
        sync->heard_ms = clock_utc_ms(sync->set.clock);
        sync->trouble[0] = '\0';
        note_clock(sync, call);
        if (sync->probe_failures > 0) { /* it is back: probes need not wait for long */
            sync->probe_failures = 0;
            sync->probe_due_ms = sync->noted_ms;
        }
    } else if (call) {
        str_copy(sync->trouble, sizeof sync->trouble, call->text);
    }
    if (!reached && good)
        reach_note(&sync->reach, call->took_ms);
    else if (!reached)
        reach_fail(&sync->reach);
    if (call && call->result == API_REVOKED)
        sync_seal(sync);
    sync_tell_link(sync);
}

/* ---- probes: while it is offline, or nothing else has asked yet
 * ----------------------- */

static void
on_probe(struct api_call *call)
{
    struct sync *sync = call->owner;
    int64_t wait_ms = PROBE_GOOD_MS;
    sync_note(sync, call, false);
    sync->probe_failures = came_through(call) ? 0 : sync->probe_failures + 1;
    if (sync->probe_failures > 0)
        wait_ms = PROBE_BAD_MS;
    for (unsigned i = 1; i < sync->probe_failures && wait_ms < PROBE_LONGEST_MS; i++)
        wait_ms *= 2;
    if (wait_ms > PROBE_LONGEST_MS)
        wait_ms = PROBE_LONGEST_MS;
    int64_t asked_ms = call->request.retry_after_ms;
    if (wait_ms < asked_ms)
        wait_ms = asked_ms < PROBE_REST_MS ? asked_ms : PROBE_REST_MS;
    sync->probe_due_ms = clock_mono_ms(sync->set.clock) + wait_ms;
    api_call_finish(call);
    sync->probing = false;
}

void
sync_probe(struct sync *sync)
{
    int64_t now_ms = clock_mono_ms(sync->set.clock);
    bool needed = reach_is_offline(&sync->reach) || !sync->heard || sync->failed ||
                  now_ms - sync->noted_ms >= QUIET_MS;
    if (sync->probing || !needed || now_ms < sync->probe_due_ms)
        return;
    api_call_init(&sync->probe);
    sync->probe.done = on_probe;
    sync->probe.owner = sync;
    sync->probe.deadline_ms = PROBE_DEADLINE_MS;
    if (!api_url(&sync->api, &sync->probe, "/api/v1/version")) {
        api_call_finish(&sync->probe);
        return;
    }
    sync->probing = true;
    api_start(&sync->api, &sync->probe);
}

void
sync_probe_stop(struct sync *sync)
{
    if (sync->probing)
        api_call_finish(&sync->probe);
    sync->probing = false;
}
