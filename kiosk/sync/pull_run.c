#include "sync/pull_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* A run, question after question. What stands in an event's catalog is asked for first
 * and written together, so that a list never names a product that is not there. */

/* In the order of writing: each needs those before it. */
static const enum pull_res catalog[] = {
    PULL_RES_EVENT,   PULL_RES_SESSIONS,  PULL_RES_PRODUCTS, PULL_RES_BADGES,
    PULL_RES_LAYOUTS, PULL_RES_QUESTIONS, PULL_RES_LISTS,
};
enum { CATALOG_COUNT = sizeof catalog / sizeof *catalog };

static const enum pull_phase phases[PULL_RES_COUNT] = {
    [PULL_RES_INFO] = PULL_INFO,           [PULL_RES_SESSIONS] = PULL_SESSIONS,
    [PULL_RES_EVENT] = PULL_EVENT,         [PULL_RES_PRODUCTS] = PULL_PRODUCTS,
    [PULL_RES_QUESTIONS] = PULL_QUESTIONS, [PULL_RES_LAYOUTS] = PULL_LAYOUTS,
    [PULL_RES_BADGES] = PULL_LAYOUTS,      [PULL_RES_LISTS] = PULL_LISTS,
    [PULL_RES_REVOKED] = PULL_WITHDRAWN,   [PULL_RES_BLOCKED] = PULL_WITHDRAWN,
    [PULL_RES_ORDERS] = PULL_ORDERS,       [PULL_RES_MEDIA] = PULL_MEDIA,
    [PULL_RES_SETTINGS] = PULL_SETTINGS,
};

const char *
pull_event(const struct pull *self)
{
    return self->events[self->at < self->count ? self->at : 0];
}

const char *
pull_mark(struct pull *self, const char *event, const char *what,
          char value[CATALOG_MARK_MAX + 1])
{
    struct err ignored;
    value[0] = '\0';
    if (!self->anew && !self->building &&
        !catalog_mark(self->set.db, event, what, value, &ignored))
        value[0] = '\0';
    return value;
}

void
pull_forget_held(struct pull_held *held)
{
    while (held->first) {
        struct pull_page *page = held->first;
        held->first = page->next;
        json_free(page->root);
        free(page);
    }
    *held = (struct pull_held){ 0 };
}

/* ---- the device ----------------------------------------------------------- */

static void
read_info(const struct json *root, struct pull_info *info)
{
    const struct json *device = json_member(root, "device");
    const struct json *gate = json_member(device, "gate");
    pretix_copy(info->name, sizeof info->name, json_member(device, "name"));
    pretix_copy(info->profile, sizeof info->profile,
                json_member(device, "security_profile"));
    info->gate_id = pretix_int_of(gate, "id");
    pretix_copy(info->gate, sizeof info->gate, json_member(gate, "name"));
    pretix_copy(info->server, sizeof info->server,
                json_at(root, "server.version.pretix"));
}

static void
start_events(struct pull *self)
{
    struct err err = { 0 };
    struct roster_age age;
    bool may = roster_age(self->set.db, &age, &err) &&
               pull_may_build(self, &self->first_load, &err);
    if (err.code != ERR_NONE) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    self->tickets_before = age.tickets;
    self->status.first_load = self->first_load;
    self->building = may && !self->no_build;
    if (self->building)
        pull_build_do(self, PULL_OPEN, pull_next);
    else
        pull_next(self);
}

static void
on_info(struct pull *self)
{
    struct pull_info info = { .gate_id = 0 };
    if (self->unchanged || !json_member(self->read.root, "device")) {
        json_free(self->read.root);
        self->read.root = NULL;
        pull_ask_again(self, API_NOT_HERE, "the answer says nothing of this device");
        return;
    }
    read_info(self->read.root, &info);
    json_free(self->read.root);
    self->read.root = NULL;
    self->no_orders = str_starts(info.profile, "pretixscan_online");
    if (self->info_call)
        self->info_call(&info, self->info_self);
    start_events(self);
}

static void
ask_info(struct pull *self)
{
    self->if_modified_since[0] = '\0';
    int used = snprintf(self->url, sizeof self->url, "%s/api/v1/device/info",
                        self->set.api->account->url);
    if (used < 0 || (size_t)used >= sizeof self->url)
        pull_failed(self, API_REFUSED, "the address is too long");
    else
        pull_ask(self, PULL_READ_TREE, on_info);
}

/* ---- which is next -------------------------------------------------------- */

static void
begin_event(struct pull *self)
{
    self->pictured = false;
    self->catalog_at = 0;
    self->several.count = 0;
    self->kinds.count = 0;
    for (unsigned i = PULL_RES_EVENT; i <= PULL_RES_BLOCKED; i++)
        pull_forget_held(&self->held[i]);
}

static bool
is_of_event(enum pull_res res)
{
    return (res >= PULL_RES_EVENT && res <= PULL_RES_ORDERS) ||
           res == PULL_RES_SETTINGS;
}

static bool
is_skipped(const struct pull *self)
{
    if (is_of_event(self->res) && self->vanished[self->at])
        return true;
    return self->no_orders &&
           (self->res == PULL_RES_ORDERS || self->res == PULL_RES_MEDIA);
}

/* Moves to the next question; false: there is none. */
static bool
move_on(struct pull *self)
{
    bool more = self->at + 1 < self->count;
    if (self->res == PULL_RES_ORDERS && more) {
        self->at++;
        self->res = PULL_RES_EVENT;
    } else if (self->res == PULL_RES_SETTINGS) {
        if (!more)
            return false;
        self->at++;
    } else {
        self->res++;
        if (self->res == PULL_RES_EVENT || self->res == PULL_RES_SETTINGS)
            self->at = 0;
    }
    if (self->res == PULL_RES_EVENT)
        begin_event(self);
    return true;
}

/* What has come and is to be written before the next question; false: nothing. */
static bool
write_due(struct pull *self)
{
    if (self->vanished[self->at] && is_of_event(self->res))
        return false;
    while (self->res == PULL_RES_LISTS && self->catalog_at < CATALOG_COUNT) {
        enum pull_res res = catalog[self->catalog_at++];
        if (self->held[res].fresh) {
            pull_list_write(self, res);
            return true;
        }
    }
    bool own = self->res == PULL_RES_REVOKED || self->res == PULL_RES_BLOCKED ||
               self->res == PULL_RES_MEDIA || self->res == PULL_RES_SETTINGS;
    if (own && self->held[self->res].fresh) {
        pull_list_write(self, self->res);
        return true;
    }
    return false;
}

static void
note_event(struct pull *self)
{
    const struct pull_page *page = self->held[PULL_RES_EVENT].first;
    if (self->res == PULL_RES_EVENT && page)
        self->series[self->at] = pretix_bool(json_member(page->root, "has_subevents"));
}

/* ---- the end -------------------------------------------------------------- */

static void
all_gone(struct pull *self)
{
    struct err err;
    if (!roster_begin(self->set.db, &err)) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    if (!roster_set_complete(self->set.db, self->began_ms, &err)) {
        roster_rollback(self->set.db);
        pull_end(self, API_SILENT, err.text);
        return;
    }
    if (!roster_commit(self->set.db, &err)) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    pull_say_changed(self);
    pull_pictures_clean(self);
    pull_end(self, API_OK, "");
}

static void
finish_run(struct pull *self)
{
    if (self->building)
        pull_build_swap(self, true, API_OK, "");
    else
        pull_gone_events(self, all_gone);
}

void
pull_next(struct pull *self)
{
    if (self->ending)
        return;
    note_event(self);
    if (self->res == PULL_RES_LAYOUTS && !self->pictured) {
        self->pictured = true;
        pull_pictures_begin(self);
        return;
    }
    if (write_due(self))
        return;
    do {
        if (!move_on(self)) {
            finish_run(self);
            return;
        }
    } while (is_skipped(self));
    self->status.phase = phases[self->res];
    str_copy(self->status.event, sizeof self->status.event,
             is_of_event(self->res) ? pull_event(self) : "");
    if (self->res == PULL_RES_ORDERS)
        pull_orders_begin(self);
    else
        pull_list_begin(self);
}

void
pull_begin(struct pull *self)
{
    self->res = PULL_RES_INFO;
    self->at = 0;
    self->status.phase = PULL_INFO;
    if (!pull_forgets(self))
        ask_info(self);
}

/* ---- it failed ------------------------------------------------------------ */

static bool
may_go_on_later(enum api_result result)
{
    return result == API_SILENT || result == API_LATER || result == API_NOT_HERE;
}

void
pull_failed(struct pull *self, enum api_result result, const char *text)
{
    int status = self->call.status;
    bool denied = (result == API_LOCKED && status == 403) || status == 404;
    if (self->res == PULL_RES_EVENT && denied) {
        pull_gone_ask(self, result, text);
        return;
    }
    /* An event without the server's plugin for badges has no address for layouts. */
    if (self->res != PULL_RES_INFO && self->res != PULL_RES_ORDERS && denied &&
        pull_list_is_optional(self->res)) {
        pull_forget_held(&self->held[self->res]);
        self->pictures_whole = self->pictures_whole && self->res != PULL_RES_LAYOUTS;
        pull_next(self);
        return;
    }
    if (may_go_on_later(result) && pull_orders_keep(self, result, text))
        return;
    if (may_go_on_later(result) && self->building && self->first_load &&
        (self->at > 0 || self->res > PULL_RES_ORDERS))
        pull_build_swap(self, false, result, text);
    else
        pull_end(self, result, text);
}
