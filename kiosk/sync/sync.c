#include "sync/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/conflict.h"
#include "store/db.h"
#include "str.h"
#include "sync/sync_parts.h"

enum { AGE_TICKS = 5, SLOW_MS = 5000 };

bool
sync_may(const struct sync *sync)
{
    return sync->account.state == ACCOUNT_ACTIVE && !sync->reach.hard;
}

void
sync_changed(struct sync *sync)
{
    if (sync->on_change)
        sync->on_change(sync->on_change_self);
}

/* ---- the copy's age
 * ------------------------------------------------------------------ */

static int64_t
age_of(const struct sync *sync, const struct roster_age *age)
{
    int64_t age_ms = clock_utc_ms(sync->set.clock) - age->complete_ms;
    return age->complete_ms == 0 ? -1 : age_ms < 0 ? 0 : age_ms;
}

/* Only a copy that a server should keep fresh grows old. */
static void
look_at_age(struct sync *sync)
{
    struct roster_age age;
    struct err ignored;
    if (!roster_age(sync->set.db, &age, &ignored))
        return;
    int64_t age_ms = age_of(sync, &age);
    bool old = sync->account.state != ACCOUNT_NONE &&
               (age_ms < 0 || age_ms > sync->set.old_ms);
    if (old == sync->old)
        return;
    sync->old = old;
    log_notice(sync->set.log, "sync", "copy=%s", old ? "old" : "fresh");
    if (sync->set.feed)
        feed_publish(sync->set.feed, FEED_ROSTER, &age);
    sync_changed(sync);
}

/* ---- the account
 * ----------------------------------------------------------------------- */

static void
forget_answers(void *self)
{
    struct sync *sync = self;
    struct err err;
    if (!given_forget_gone(sync->set.db, &err))
        log_error(sync->set.log, "sync", "%s", err.text);
}

/* The tickets of an organiser that the station has left are no business of its any
 * more: out of reach at once, and gone in a while. */
static bool
remove_events(struct sync *sync, struct err *err)
{
    pull_stop(sync->pull);
    if (!roster_begin(sync->set.db, err))
        return false;
    if (!roster_leave(sync->set.db, "pretix", err)) {
        roster_rollback(sync->set.db);
        return false;
    }
    if (!roster_commit(sync->set.db, err))
        return false;
    pull_forget(sync->pull, forget_answers, sync);
    return true;
}

static void
note_owner(struct sync *sync)
{
    str_copy(sync->organizer, sizeof sync->organizer, sync->account.organizer);
    str_copy(sync->url, sizeof sync->url, sync->account.url);
}

static void
on_account(void *self)
{
    struct sync *sync = self;
    struct err err;
    bool other =
        sync->organizer[0] && (strcmp(sync->organizer, sync->account.organizer) != 0 ||
                               strcmp(sync->url, sync->account.url) != 0);
    if (other && !remove_events(sync, &err))
        log_error(sync->set.log, "sync", "%s", err.text);
    note_owner(sync);
    if (sync->account.state == ACCOUNT_ACTIVE) {
        online_unlock(sync->online);
        sync->due_ms = 0;
        sync->failures = 0;
        if (sync->started && sync_may(sync))
            push_release(sync->push);
    } else {
        push_stop(sync->push);
        pull_stop(sync->pull);
    }
    sync_changed(sync);
}

static void
on_info(const struct pull_info *info, void *self)
{
    struct sync *sync = self;
    struct account *account = &sync->account, before = *account;
    struct err err;
    str_copy(account->name, sizeof account->name, info->name);
    str_copy(account->profile, sizeof account->profile, info->profile);
    account->gate_id = info->gate_id;
    str_copy(account->gate, sizeof account->gate, info->gate);
    str_copy(account->server, sizeof account->server, info->server);
    bool same = strcmp(before.name, account->name) == 0 &&
                strcmp(before.profile, account->profile) == 0 &&
                strcmp(before.gate, account->gate) == 0 &&
                strcmp(before.server, account->server) == 0 &&
                before.gate_id == account->gate_id;
    memset(before.token, 0, sizeof before.token);
    if (same)
        return;
    if (!account_save(sync->set.db, account, &err))
        log_warning(sync->set.log, "sync", "%s", err.text);
    sync_changed(sync);
}

/* ---- what the parts bring
 * ---------------------------------------------------------------
 */

static void
on_exchange(const struct api_call *call, void *self)
{
    sync_note(self, call, false);
}

static void
on_claim(const struct api_call *call, void *self)
{
    sync_note(self, call, true);
}

/* An attempt to enrol elsewhere says nothing of the present server. */
static void
on_enrol(const struct api_call *call, void *self)
{
    struct sync *sync = self;
    if (call->result == API_REVOKED && !call->anonymous)
        sync_seal(sync);
}

/* ---- the tick
 * ---------------------------------------------------------------------------
 */

static void
on_tick(void *self)
{
    struct sync *sync = self;
    int64_t now_ms = clock_mono_ms(sync->set.clock);
    loop_timer_arm(sync->set.loop, sync->tick, SYNC_TICK_MS);
    if (sync->ticks++ % AGE_TICKS == 0)
        look_at_age(sync);
    if (!sync_may(sync))
        return;
    if (now_ms >= sync->push_due_ms) {
        sync->push_due_ms = now_ms + sync->set.upload_every_ms;
        push_poke(sync->push);
    }
    if (sync_may(sync))
        sync_probe(sync);
    if (sync_may(sync))
        sync_run_tick(sync);
}

void
sync_start(struct sync *sync)
{
    sync->started = true;
    loop_timer_arm(sync->set.loop, sync->tick, 0);
}

void
sync_poke(struct sync *sync)
{
    if (sync->started && sync_may(sync))
        push_poke(sync->push);
}

void
sync_now(struct sync *sync, bool full, void (*done)(bool ok, void *self), void *self)
{
    if (!sync_may(sync) || (done && sync->waiter_count == SYNC_WAITERS_MAX)) {
        if (done)
            done(false, self);
        return;
    }
    if (done)
        sync->waiters[sync->waiter_count++] = (struct sync_waiter){ done, self };
    sync_run(sync, full);
}

void
sync_set_hard_offline(struct sync *sync, bool hard)
{
    if (sync->reach.hard == hard)
        return;
    reach_hard(&sync->reach, hard);
    if (hard) {
        push_stop(sync->push);
        pull_stop(sync->pull);
        sync_probe_stop(sync);
        sync_run_stop(sync);
    } else {
        sync->probe_due_ms = sync->due_ms = 0;
    }
    sync_tell_link(sync);
}

void
sync_set_role(struct sync *sync, const struct role *role)
{
    sync->current = (struct role_list){ .event = "" };
    sync->role_count = 0;
    if (role->list_count > 0)
        sync->current = role->lists[0];
    for (unsigned i = 0; i < role->list_count; i++) {
        struct event event;
        struct err ignored;
        bool found = false;
        /* one from a file needs no server */
        if (roster_event(sync->set.db, role->lists[i].event, &found, &event,
                         &ignored) &&
            found && strcmp(event.source, "pretix") != 0)
            continue;
        if (!found)
            sync->due_ms = clock_mono_ms(sync->set.clock);
        str_copy(sync->role_events[sync->role_count++].text,
                 sizeof sync->role_events[0].text, role->lists[i].event);
    }
}

/* ---- asked
 * ------------------------------------------------------------------------------
 */

struct enrol *
sync_enrol(struct sync *sync)
{
    return sync->enrol;
}

struct push *
sync_push(struct sync *sync)
{
    return sync->push;
}

struct pull *
sync_pull(struct sync *sync)
{
    return sync->pull;
}

const struct claim *
sync_claim(struct sync *sync)
{
    return online_claim(sync->online);
}

void
sync_on_change(struct sync *sync, void (*call)(void *self), void *self)
{
    sync->on_change = call;
    sync->on_change_self = self;
}

void
sync_status(const struct sync *sync, struct sync_status *status)
{
    struct roster_age age = { 0 };
    struct err ignored;
    *status = (struct sync_status){
        .account = sync->account,
        .sealed = sync->account.state == ACCOUNT_REVOKED,
        .offline = reach_is_offline(&sync->reach),
        .hard = sync->reach.hard,
        .offline_since_ms = sync->offline_since_ms,
        .running = sync->step != SYNC_IDLE,
        .clock_apart_ms = sync->clock_apart_ms,
        .heard_ms = sync->heard_ms,
        .old = sync->old,
    };
    memset(status->account.token, 0, sizeof status->account.token);
    str_copy(status->trouble, sizeof status->trouble, sync->trouble);
    status->age_ms = -1;
    if (roster_age(sync->set.db, &age, &ignored))
        status->age_ms = age_of(sync, &age);
    pull_status(sync->pull, &status->pull);
    push_status(sync->push, &status->push);
    if (!conflict_count(sync->set.db, &status->conflicts, &ignored))
        status->conflicts = 0;
}

/* ---- life
 * -------------------------------------------------------------------------------
 */

static void
fill_defaults(struct sync_setting *set)
{
    if (set->claim_deadline_ms == 0)
        set->claim_deadline_ms = SYNC_CLAIM_DEADLINE_MS;
    if (set->upload_every_ms == 0)
        set->upload_every_ms = SYNC_UPLOAD_MS;
    if (set->download_every_ms == 0)
        set->download_every_ms = SYNC_DOWNLOAD_MS;
    if (set->old_ms == 0)
        set->old_ms = SYNC_OLD_MS;
}

static bool
make_online(struct sync *sync, struct err *err)
{
    const struct sync_setting *set = &sync->set;
    struct online_setting online = { .db = set->db,
                                     .loop = set->loop,
                                     .clock = set->clock,
                                     .log = set->log,
                                     .api = &sync->api,
                                     .reach = &sync->reach,
                                     .mode = set->mode,
                                     .readers = set->readers,
                                     .deadline_ms = set->claim_deadline_ms,
                                     .language = set->language };
    /* A server slower than the deadline is no use to a guest. */
    reach_init(&sync->reach, set->mode == ONLINE_OFF ? SLOW_MS : set->claim_deadline_ms,
               false);
    if (!online_create(&online, &sync->online, err))
        return false;
    online_on_result(sync->online, on_claim, sync);
    return true;
}

static bool
make_push(struct sync *sync, struct err *err)
{
    const struct sync_setting *set = &sync->set;
    struct push_setting push = { .db = set->db,
                                 .loop = set->loop,
                                 .clock = set->clock,
                                 .random = set->random,
                                 .log = set->log,
                                 .feed = set->feed,
                                 .api = &sync->api,
                                 .station = set->station };
    if (!push_create(&push, &sync->push, err))
        return false;
    push_on_result(sync->push, on_exchange, sync);
    return true;
}

static bool
make_pull(struct sync *sync, struct err *err)
{
    const struct sync_setting *set = &sync->set;
    snprintf(sync->layouts, sizeof sync->layouts, "%s/layouts", set->data);
    struct pull_setting pull = { .db = set->db,
                                 .loop = set->loop,
                                 .task = set->task,
                                 .clock = set->clock,
                                 .random = set->random,
                                 .log = set->log,
                                 .feed = set->feed,
                                 .api = &sync->api,
                                 .layouts = sync->layouts,
                                 .language = set->language,
                                 .kinds = set->kinds,
                                 .kind_count = set->kind_count,
                                 .badges = set->badges };
    if (!pull_create(&pull, &sync->pull, err))
        return false;
    pull_on_info(sync->pull, on_info, sync);
    return true;
}

static bool
make_enrol(struct sync *sync, struct err *err)
{
    const struct sync_setting *set = &sync->set;
    struct enrol_setting enrol = { .db = set->db,
                                   .loop = set->loop,
                                   .clock = set->clock,
                                   .log = set->log,
                                   .wire = set->wire,
                                   .account = &sync->account,
                                   .station_name = set->station_name };
    if (!enrol_create(&enrol, &sync->enrol, err))
        return false;
    enrol_on_change(sync->enrol, on_account, sync);
    enrol_on_result(sync->enrol, on_enrol, sync);
    return true;
}

static void
copy_events(struct sync *sync)
{
    const struct sync_setting *set = &sync->set;
    for (unsigned i = 0; i < set->event_count && i < ACCOUNT_EVENTS_MAX; i++)
        str_copy(sync->configured[sync->configured_count++].text,
                 sizeof sync->configured[0].text, set->events[i]);
}

bool
sync_create(const struct sync_setting *setting, struct sync **out, struct err *err)
{
    struct sync *sync = calloc(1, sizeof *sync);
    if (!sync)
        return err_no_memory(err);
    sync->set = *setting;
    fill_defaults(&sync->set);
    copy_events(sync);
    sync->api = (struct api_client){ setting->wire, setting->clock, setting->log,
                                     &sync->account };
    sync->tick = loop_timer_create(setting->loop, on_tick, sync);
    sync->next = loop_timer_create(setting->loop, sync_go_on, sync);
    bool ok = (sync->tick && sync->next) || err_no_memory(err);
    ok = ok && account_load(setting->db, &sync->account, err) &&
         make_online(sync, err) && make_push(sync, err) && make_pull(sync, err) &&
         make_enrol(sync, err);
    if (!ok) {
        sync_destroy(sync);
        return false;
    }
    note_owner(sync);
    *out = sync;
    return true;
}

void
sync_destroy(struct sync *sync)
{
    if (!sync)
        return;
    sync->on_change = NULL;
    sync->on_selection = NULL;
    for (unsigned i = 0; i < sync->waiter_count; i++)
        sync->waiters[i].done(false, sync->waiters[i].self);
    sync->waiter_count = 0;
    sync_probe_stop(sync);
    sync_select_stop(sync);
    if (sync->calling)
        api_call_finish(&sync->call);
    enrol_destroy(sync->enrol);
    pull_destroy(sync->pull);
    push_destroy(sync->push);
    online_destroy(sync->online);
    loop_timer_destroy(sync->set.loop, sync->tick);
    loop_timer_destroy(sync->set.loop, sync->next);
    memset(&sync->account, 0, sizeof sync->account);
    free(sync);
}
