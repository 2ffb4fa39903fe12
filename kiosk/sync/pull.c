#include "sync/pull.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/db.h"
#include "str.h"
#include "sync/pull_inside.h"

/* ---- life ----------------------------------------------------------------- */

static bool
make_parts(struct pull *self, struct err *err)
{
    self->lane = task_open(self->set.task, "pull-write");
    self->readers = task_open(self->set.task, "pull-read");
    self->again = loop_timer_create(self->set.loop, pull_on_again, self);
    self->slice = loop_timer_create(self->set.loop, pull_on_slice, self);
    self->forget = loop_timer_create(self->set.loop, pull_on_forget, self);
    return self->lane && self->readers && self->again && self->slice && self->forget
               ? true
               : err_no_memory(err);
}

bool
pull_create(const struct pull_setting *setting, struct pull **pull, struct err *err)
{
    struct pull *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    self->set = *setting;
    api_call_init(&self->call);
    self->layouts = strdup(setting->layouts ? setting->layouts : "");
    if (!self->layouts || !make_parts(self, err)) {
        pull_destroy(self);
        return err_no_memory(err);
    }
    if (self->layouts[0] && mkdir(self->layouts, 0700) != 0 && errno != EEXIST) {
        err_set(err, ERR_IO, "%s: %s", self->layouts, strerror(errno));
        pull_destroy(self);
        return false;
    }
    *pull = self;
    return true;
}

static void
finish_parts(struct pull *self)
{
    for (unsigned i = 0; i < PULL_RES_COUNT; i++)
        pull_forget_held(&self->held[i]);
    pull_orders_finish(&self->orders);
    pull_work_finish(&self->work);
    json_free(self->read.root);
    self->read.root = NULL;
    pretix_batch_free(self->read.batch);
    self->read.batch = NULL;
    pretix_batch_free(self->read.dead);
    self->read.dead = NULL;
    pretix_batch_free(self->dead);
    self->dead = NULL;
    free(self->read.body);
    self->read.body = NULL;
    free(self->build.body);
    self->build.body = NULL;
    free(self->pictures);
    self->pictures = NULL;
    self->picture_count = 0;
    self->gone = (struct pull_gone){ 0 };
}

void
pull_destroy(struct pull *self)
{
    if (!self)
        return;
    self->ending = true;
    self->running = false; /* nobody is told */
    api_call_finish(&self->call);
    pull_pictures_stop(self);
    task_close(self->set.task, self->readers);
    task_close(self->set.task, self->lane);
    roster_build_close(self->build.build);
    self->build.build = NULL;
    finish_parts(self);
    loop_timer_destroy(self->set.loop, self->again);
    loop_timer_destroy(self->set.loop, self->slice);
    loop_timer_destroy(self->set.loop, self->forget);
    free(self->layouts);
    free(self);
}

/* ---- a run ---------------------------------------------------------------- */

static void
begin_run(struct pull *self, bool full)
{
    self->running = true;
    self->ending = self->swapped = self->changed = self->no_orders = false;
    self->building = self->first_load = self->writing = false;
    self->anew = full || self->distrust;
    self->result = API_OK;
    self->tickets = 0;
    memset(self->vanished, 0, sizeof self->vanished);
    memset(self->series, 0, sizeof self->series);
    self->began_ms = clock_utc_ms(self->set.clock);
    self->pictures_whole = true;
    self->status.last_try_ms = self->began_ms;
    self->status.done = 0;
    self->status.total = -1;
    self->status.bad = 0;
    self->status.first_bad[0] = '\0';
    self->status.trouble[0] = '\0';
    self->status.suspicious = false;
}

bool
pull_start(struct pull *self, const char *const *events, unsigned count, bool full,
           void (*done)(enum api_result result, void *self), void *done_self)
{
    if (self->running || count == 0 || count > ACCOUNT_EVENTS_MAX)
        return false;
    begin_run(self, full);
    self->count = count;
    for (unsigned i = 0; i < count; i++)
        str_copy(self->events[i], sizeof self->events[i], events[i]);
    struct err ignored;
    if (!catalog_has_media(self->set.db, &self->with_cancelled, &ignored))
        self->with_cancelled = false;
    self->done = done;
    self->done_self = done_self;
    pull_begin(self);
    return true;
}

void
pull_stop(struct pull *self)
{
    pull_end(self, API_SILENT, "stopped");
}

void
pull_end(struct pull *self, enum api_result result, const char *text)
{
    if (self->ending || !self->running)
        return;
    self->ending = true;
    self->result = result;
    if (text != self->status.trouble)
        str_copy(self->status.trouble, sizeof self->status.trouble, text);
    api_call_finish(&self->call);
    api_call_init(&self->call);
    pull_pictures_stop(self);
    loop_timer_disarm(self->set.loop, self->again);
    loop_timer_disarm(self->set.loop, self->slice);
    pull_try_end(self);
}

void
pull_try_end(struct pull *self)
{
    if (!self->running || self->read.out || self->build.out)
        return;
    if (self->build.build) {
        pull_build_do(self, PULL_CLOSE, NULL); /* comes back here */
        return;
    }
    finish_parts(self);
    self->running = false;
    self->ending = false;
    self->building = false;
    self->status.phase = PULL_IDLE;
    self->status.event[0] = '\0';
    if (self->result == API_OK && self->status.trouble[0] == '\0') {
        self->status.last_ok_ms = self->began_ms;
        self->believed = false;
        self->distrust = false;
    }
    log_info(self->set.log, "pull", "ended result=%d orders=%lld bad=%lld%s%s",
             (int)self->result, (long long)self->status.done,
             (long long)self->status.bad, self->status.trouble[0] ? ": " : "",
             self->status.trouble);
    if (self->done)
        self->done(self->result, self->done_self);
}

void
pull_suspect(struct pull *self, const char *text)
{
    self->status.suspicious = true;
    log_warning(self->set.log, "pull", "suspicious: %s", text);
    pull_end(self, API_REFUSED, text);
}

/* ---- told ----------------------------------------------------------------- */

void
pull_note_bad(struct pull *self, int64_t bad, const char *first)
{
    if (bad > 0 && self->status.bad == 0)
        str_copy(self->status.first_bad, sizeof self->status.first_bad, first);
    self->status.bad += bad;
}

void
pull_say_changed(struct pull *self)
{
    struct roster_age age;
    struct err ignored;
    if (self->set.feed && self->changed && !self->building &&
        roster_age(self->set.db, &age, &ignored))
        feed_publish(self->set.feed, FEED_ROSTER, &age);
}

void
pull_on_info(struct pull *self, void (*call)(const struct pull_info *, void *self),
             void *call_self)
{
    self->info_call = call;
    self->info_self = call_self;
}

void
pull_believe(struct pull *self)
{
    self->believed = true;
}

void
pull_status(const struct pull *self, struct pull_status *status)
{
    *status = self->status;
}
