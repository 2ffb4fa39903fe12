#include "sync/pull_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/outbox.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* What is no longer there: tickets that a full answer did not name, events that the
 * device is not given any more or that nobody asks for. Nothing goes because of
 * silence, or of a single 403: only a whole answer of the server counts. */

/* ---- an event that does not answer ---------------------------------------- */

static void
find_event(struct pull *self)
{
    const struct json *row = json_first(json_member(self->read.root, "results"));
    for (; row; row = json_next(row)) {
        if (strcmp(pretix_text(json_member(row, "slug")), pull_event(self)) == 0)
            self->listed = true;
    }
}

static void
on_events(struct pull *self)
{
    char next[API_URL_MAX + 1], text[160];
    const struct json *results = json_member(self->read.root, "results");
    bool whole = results && json_kind(results) == JSON_ARRAY;
    if (whole)
        find_event(self);
    str_copy(next, sizeof next, pretix_text(json_member(self->read.root, "next")));
    json_free(self->read.root);
    self->read.root = NULL;
    if (!whole) {
        pull_ask_again(self, API_NOT_HERE, "the answer is no list of events");
        return;
    }
    if (next[0] && pull_follow(self, next)) {
        pull_ask(self, PULL_READ_TREE, on_events);
        return;
    }
    self->res = PULL_RES_EVENT;
    if (self->listed) {
        pull_end(self, API_LOCKED, "the server gives this device no part of the event");
        return;
    }
    self->vanished[self->at] = true;
    log_warning(self->set.log, "pull", "gone at the server event=%s", pull_event(self));
    if (self->building && pull_event_waits(self, pull_event(self))) {
        self->no_build = true;
        snprintf(text, sizeof text,
                 "event %.63s is gone at the server, and rows of it wait here",
                 pull_event(self));
        pull_end(self, API_REFUSED, text);
        return;
    }
    pull_next(self);
}

void
pull_gone_ask(struct pull *self, enum api_result result, const char *text)
{
    self->listed = false;
    self->res = PULL_RES_INFO; /* what fails here ends the run */
    if (pull_address(self, "events/"))
        pull_ask(self, PULL_READ_TREE, on_events);
    else
        pull_end(self, result, text);
}

/* ---- tickets -------------------------------------------------------------- */

struct sweeping {
    struct pull *pull;
    int64_t ids[64];
    unsigned count, seen;
};

static bool
stays(const struct pull_gone *gone, int64_t position)
{
    size_t low = 0, high = gone->kept_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gone->kept[middle] == position)
            return true;
        if (gone->kept[middle] < position)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool
look_at(const struct ticket *ticket, void *self_)
{
    struct sweeping *sweeping = self_;
    struct pull_gone *gone = &sweeping->pull->gone;
    bool keep = !gone->whole_event && stays(gone, ticket->origin.position);
    gone->after = ticket->id;
    sweeping->seen++;
    if (gone->counting)
        *(keep ? &gone->stay : &gone->go) += ticket->status != TICKET_CANCELLED;
    else if (!keep)
        sweeping->ids[sweeping->count++] = ticket->id;
    return true;
}

static bool
sweep_some(struct pull *self, unsigned *seen, struct err *err)
{
    enum { AT_ONCE = 16 };
    struct sweeping sweeping = { .pull = self };
    bool ok = roster_each_ticket(self->set.db, self->gone.event, self->gone.after,
                                 AT_ONCE, look_at, &sweeping, err);
    for (unsigned i = 0; ok && i < sweeping.count; i++)
        ok = roster_remove_ticket(self->set.db, sweeping.ids[i], err);
    *seen = sweeping.seen;
    return ok;
}

/* Everything has been looked at. */
static void
looked(struct pull *self)
{
    struct pull_gone *gone = &self->gone;
    char words[200];
    int64_t before = gone->stay + gone->go;
    if (gone->counting && !gone->whole_event && !self->believed && before >= PULL_FEW &&
        gone->stay * 2 < before) {
        snprintf(words, sizeof words,
                 "the server names %lld tickets where there were %lld: confirm it, or "
                 "ask the organiser",
                 (long long)gone->stay, (long long)before);
        self->gone.done = NULL;
        pull_suspect(self, words);
        return;
    }
    if (gone->counting) {
        gone->counting = false;
        gone->after = 0;
        loop_timer_arm(self->set.loop, self->slice, 1);
        return;
    }
    void (*done)(struct pull *) = gone->done;
    gone->done = NULL;
    self->changed = true;
    done(self);
}

static bool
end_event(struct pull *self, struct err *err)
{
    return self->gone.counting || !self->gone.whole_event ||
           roster_remove_event(self->set.db, self->gone.event, err);
}

void
pull_gone_slice(struct pull *self)
{
    struct err err;
    unsigned seen = 1;
    int64_t until = clock_mono_us(self->set.clock) + pull_slice_us(self);
    bool ok = roster_begin(self->set.db, &err);
    bool open = ok;
    do
        ok = ok && sweep_some(self, &seen, &err);
    while (ok && seen > 0 && clock_mono_us(self->set.clock) < until);
    if (ok && seen == 0)
        ok = end_event(self, &err);
    if (ok)
        ok = roster_commit(self->set.db, &err);
    else if (open)
        roster_rollback(self->set.db);
    if (!ok) {
        self->gone.done = NULL;
        pull_end(self, API_SILENT, err.text);
    } else if (seen == 0) {
        looked(self);
    } else {
        loop_timer_arm(self->set.loop, self->slice, 1);
    }
}

void
pull_sweep(struct pull *self, const char *event, const int64_t *kept, size_t count,
           void (*done)(struct pull *))
{
    self->gone = (struct pull_gone){
        .counting = true, .kept = kept, .kept_count = count, .done = done
    };
    str_copy(self->gone.event, sizeof self->gone.event, event);
    loop_timer_arm(self->set.loop, self->slice, 0);
}

/* ---- events --------------------------------------------------------------- */

struct waiting {
    const char *event;
    bool any;
};

static bool
is_of(const struct outbox_row *row, void *self_)
{
    struct waiting *waiting = self_;
    waiting->any = strcmp(row->event, waiting->event) == 0;
    return !waiting->any;
}

bool
pull_event_waits(struct pull *self, const char *event)
{
    struct waiting waiting = { .event = event };
    struct err ignored;
    unsigned unsent = 1u << OUTBOX_PENDING | 1u << OUTBOX_HOLD;
    return !outbox_each(self->set.db, unsent, 0, 1000000, is_of, &waiting, &ignored) ||
           waiting.any;
}

struct choosing {
    struct pull *pull;
    char event[ROSTER_KEY_MAX + 1];
};

static bool
has_gone(const struct pull *self, const char *event)
{
    for (unsigned i = 0; i < self->count; i++) {
        if (strcmp(self->events[i], event) == 0)
            return self->vanished[i];
    }
    return true;
}

static bool
choose(const struct event *event, void *self_)
{
    struct choosing *choosing = self_;
    struct pull *self = choosing->pull;
    if (strcmp(event->source, "pretix") != 0 || !has_gone(self, event->slug) ||
        pull_event_waits(self, event->slug))
        return true;
    str_copy(choosing->event, sizeof choosing->event, event->slug);
    return false;
}

static bool
all_vanished(const struct pull *self)
{
    for (unsigned i = 0; i < self->count; i++) {
        if (!self->vanished[i])
            return false;
    }
    return true;
}

static void
one_gone(struct pull *self)
{
    pull_gone_events(self, self->all_gone);
}

void
pull_gone_events(struct pull *self, void (*done)(struct pull *))
{
    struct choosing choosing = { .pull = self };
    struct err err;
    self->all_gone = done;
    if (all_vanished(self) && !self->believed && self->tickets_before >= PULL_FEW) {
        pull_suspect(self, "the server gives this device no event any more: confirm "
                           "it, or ask the organiser");
        return;
    }
    if (!roster_each_event(self->set.db, choose, &choosing, &err)) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    if (choosing.event[0] == '\0') {
        done(self);
        return;
    }
    log_notice(self->set.log, "pull", "removing event=%s", choosing.event);
    self->gone = (struct pull_gone){ .whole_event = true, .done = one_gone };
    str_copy(self->gone.event, sizeof self->gone.event, choosing.event);
    loop_timer_arm(self->set.loop, self->slice, 0);
}

/* ---- events that the station has left ------------------------------------- */

static void
end_forgetting(struct pull *self, const char *trouble)
{
    void (*forgot)(void *self) = self->forgot;
    self->forgetting = false;
    self->forgot = NULL;
    if (trouble)
        log_error(self->set.log, "pull", "%s", trouble);
    else if (forgot)
        forgot(self->forgot_self);
    if (!self->running || self->ending)
        return;
    if (trouble)
        pull_end(self, API_SILENT, trouble);
    else
        pull_begin(self);
}

void
pull_on_forget(void *self_)
{
    enum { AT_ONCE = 8 };
    struct pull *self = self_;
    struct err err;
    bool more = true;
    if (db_roster_waits(self->set.db)) {
        loop_timer_arm(self->set.loop, self->forget, 1);
        return;
    }
    int64_t until = clock_mono_us(self->set.clock) + pull_slice_us(self);
    bool ok = roster_begin(self->set.db, &err);
    bool open = ok;
    do
        ok = ok && roster_remove_left(self->set.db, AT_ONCE, &more, &err);
    while (ok && more && clock_mono_us(self->set.clock) < until);
    if (ok)
        ok = roster_commit(self->set.db, &err);
    else if (open)
        roster_rollback(self->set.db);
    if (ok && more)
        loop_timer_arm(self->set.loop, self->forget, 1);
    else
        end_forgetting(self, ok ? NULL : err.text);
}

bool
pull_forgets(struct pull *self)
{
    struct err ignored;
    bool left = false;
    if (!self->forgetting && roster_has_left(self->set.db, &left, &ignored) && left) {
        self->forgetting = true;
        loop_timer_arm(self->set.loop, self->forget, 0);
    }
    return self->forgetting;
}

void
pull_forget(struct pull *self, void (*done)(void *self), void *done_self)
{
    self->forgot = done;
    self->forgot_self = done_self;
    if (!self->forgetting) {
        self->forgetting = true;
        loop_timer_arm(self->set.loop, self->forget, 0);
    }
}
