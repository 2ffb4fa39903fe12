#include "sync/pull_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/db.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* All that is not tickets: one object, or a list in pages. What cannot have changed
 * since the last run is not written again: by the server's word (304), or by the
 * fingerprint of its answer. */

enum delta {
    DELTA_NONE,      /* the whole list each time; unchanged by its fingerprint */
    DELTA_MODIFIED,  /* the whole list, or 304 */
    DELTA_GENERATED, /* what changed since the moment of the last answer */
    DELTA_NEWEST     /* what was added since the newest row */
};

static const struct list_kind {
    const char *path; /* after the organizer, or (of_event) after the event */
    bool of_event, alone, optional;
    enum delta delta;
    const char *mark;
    const char *since;  /* parameter */
    const char *order;  /* ordering */
    const char *member; /* of the newest row */
} kinds[PULL_RES_COUNT] = {
    [PULL_RES_SESSIONS] = { "subevents/", .delta = DELTA_GENERATED,
                            .mark = "sessions.generated", .since = "modified_since",
                            .order = "-last_modified" },
    [PULL_RES_EVENT] = { "", true, true, .mark = "event.print" },
    [PULL_RES_PRODUCTS] = { "items/", true, .delta = DELTA_MODIFIED,
                            .mark = "items.modified" },
    [PULL_RES_QUESTIONS] = { "questions/", true, .delta = DELTA_MODIFIED,
                             .mark = "questions.modified" },
    [PULL_RES_LAYOUTS] = { "badgelayouts/", true, .optional = true,
                           .mark = "layouts.print" },
    [PULL_RES_BADGES] = { "badgeitems/", true, .optional = true,
                          .mark = "badges.print" },
    [PULL_RES_LISTS] = { "checkinlists/", true, .mark = "lists.print" },
    [PULL_RES_REVOKED] = { "revokedsecrets/", true, .delta = DELTA_NEWEST,
                           .mark = "revoked.newest", .since = "created_since",
                           .order = "-created", .member = "created" },
    [PULL_RES_BLOCKED] = { "blockedsecrets/", true, .delta = DELTA_NEWEST,
                           .mark = "blocked.newest", .since = "updated_since",
                           .order = "-updated", .member = "updated" },
    [PULL_RES_MEDIA] = { "reusablemedia/", .optional = true, .delta = DELTA_GENERATED,
                         .mark = "media.generated", .since = "updated_since",
                         .order = "-updated" },
    [PULL_RES_SETTINGS] = { "settings/", true, true, .optional = true,
                            .mark = "settings.print" },
};

/* Sub-events are the organizer's, but what is kept of them is each event's: only what
 * all events of this run have been told of may be left out. */
static const char *
mark_of(struct pull *self, enum pull_res res, char value[CATALOG_MARK_MAX + 1])
{
    const struct list_kind *kind = &kinds[res];
    char other[CATALOG_MARK_MAX + 1];
    if (res != PULL_RES_SESSIONS)
        return pull_mark(self, kind->of_event ? pull_event(self) : "", kind->mark,
                         value);
    pull_mark(self, self->events[0], kind->mark, value);
    for (unsigned i = 1; i < self->count; i++) {
        if (strcmp(pull_mark(self, self->events[i], kind->mark, other), value) != 0)
            value[0] = '\0';
    }
    return value;
}

/* ---- the question --------------------------------------------------------- */

static bool
add_parameters(struct pull *self, const struct list_kind *kind, const char *since)
{
    bool delta = kind->delta == DELTA_NEWEST || kind->delta == DELTA_GENERATED;
    bool ordered = kind->order && (kind->delta == DELTA_NEWEST ||
                                   self->res == PULL_RES_MEDIA || since[0]);
    if (ordered && !pull_query(self, "ordering", kind->order, false))
        return false;
    if (delta && since[0] && !pull_query(self, kind->since, since, false))
        return false;
    return self->res != PULL_RES_LISTS ||
           (pull_query(self, "exclude", "checkin_count", true) &&
            pull_query(self, "exclude", "position_count", true));
}

static void on_page(struct pull *self);

void
pull_list_begin(struct pull *self)
{
    const struct list_kind *kind = &kinds[self->res];
    char since[CATALOG_MARK_MAX + 1], event[3 * ROSTER_KEY_MAX + 1];
    assert(kind->path);
    pull_forget_held(&self->held[self->res]);
    mark_of(self, self->res, since);
    self->held[self->res].delta = since[0] != '\0';
    api_escape(pull_event(self), event, sizeof event);
    bool ok = kind->of_event ? pull_address(self, "events/%s/%s", event, kind->path)
                             : pull_address(self, "%s", kind->path);
    if (!ok || !add_parameters(self, kind, since)) {
        pull_failed(self, API_REFUSED, "the address is too long");
        return;
    }
    if (kind->delta == DELTA_MODIFIED)
        str_copy(self->if_modified_since, sizeof self->if_modified_since, since);
    self->pages = 0;
    pull_ask(self, PULL_READ_TREE, on_page);
}

/* ---- the answer ----------------------------------------------------------- */

static void
note_several(struct pull *self, const struct pull_held *held)
{
    struct pull_several *several = &self->several;
    several->count = 0;
    for (const struct pull_page *page = held->first; page; page = page->next) {
        const struct json *list = json_first(json_member(page->root, "results"));
        for (; list; list = json_next(list)) {
            if (pretix_bool(json_member(list, "allow_multiple_entries")) &&
                several->count < sizeof several->lists / sizeof *several->lists)
                several->lists[several->count++] = pretix_int_of(list, "id");
        }
    }
}

static void
print_of(const struct pull_held *held, char text[40])
{
    snprintf(text, 40, "%016llx-%zu", (unsigned long long)held->print, held->bytes);
}

static bool
had_lists(struct pull *self)
{
    struct err ignored;
    char value[CATALOG_MARK_MAX + 1];
    return catalog_mark(self->set.db, pull_event(self), "lists.print", value,
                        &ignored) &&
           value[0] != '\0';
}

static bool
is_empty(const struct pull_held *held)
{
    for (const struct pull_page *page = held->first; page; page = page->next) {
        if (json_count(json_member(page->root, "results")) > 0)
            return false;
    }
    return true;
}

/* All pages have come. */
static void
came(struct pull *self)
{
    struct pull_held *held = &self->held[self->res];
    const struct list_kind *kind = &kinds[self->res];
    char before[CATALOG_MARK_MAX + 1], now[40];
    held->fresh = true;
    if (kind->delta == DELTA_NONE) {
        print_of(held, now);
        held->fresh = strcmp(mark_of(self, self->res, before), now) != 0;
    }
    if (self->res == PULL_RES_LISTS) {
        note_several(self, held);
        if (is_empty(held) && !self->believed && had_lists(self)) {
            pull_suspect(self, "the server names no check-in lists any more: confirm "
                               "it, or ask the organiser");
            return;
        }
    }
    pull_next(self);
}

static bool
hold(struct pull *self)
{
    struct pull_held *held = &self->held[self->res];
    struct pull_page *page = calloc(1, sizeof *page);
    if (!page || held->bytes + self->read.length > PULL_HELD_MAX) {
        free(page);
        return false;
    }
    page->root = self->read.root;
    self->read.root = NULL;
    *(held->last ? &held->last->next : &held->first) = page;
    held->last = page;
    held->bytes += self->read.length;
    held->print = (held->print ^ self->read.print) * 1099511628211u;
    if (self->pages == 0) {
        str_copy(held->modified, sizeof held->modified,
                 self->call.request.last_modified);
        str_copy(held->generated, sizeof held->generated,
                 self->call.request.page_generated);
        held->date_ms = self->call.request.date_ms;
    }
    return true;
}

/* Not any object will do: an error page of a proxy is one, too. */
static const char *
doubt(const struct pull *self)
{
    const struct json *root = self->read.root, *results = json_member(root, "results");
    if (kinds[self->res].alone)
        return self->res == PULL_RES_SETTINGS || json_member(root, "slug")
                   ? NULL
                   : "the answer is no event";
    return results && json_kind(results) == JSON_ARRAY ? NULL : "the answer is no list";
}

static void
on_page(struct pull *self)
{
    if (self->unchanged) {
        pull_next(self);
        return;
    }
    const char *why = doubt(self);
    if (why) {
        json_free(self->read.root);
        self->read.root = NULL;
        pull_ask_again(self, API_NOT_HERE, why);
        return;
    }
    const char *next = pretix_text(json_member(self->read.root, "next"));
    char address[API_URL_MAX + 1];
    str_copy(address, sizeof address, next);
    if (!hold(self)) {
        json_free(self->read.root);
        self->read.root = NULL;
        pull_failed(self, API_REFUSED, "the answer is too large");
        return;
    }
    self->if_modified_since[0] = '\0';
    if (address[0] == '\0') {
        came(self);
        return;
    }
    if (!pull_follow(self, address) || ++self->pages > PULL_PAGES_MAX)
        pull_failed(self, API_REFUSED, "the address of the next page is none");
    else
        pull_ask(self, PULL_READ_TREE, on_page);
}

bool
pull_list_is_optional(enum pull_res res)
{
    return kinds[res].optional;
}

/* ---- writing -------------------------------------------------------------- */

/* The newest row stands first. */
static const char *
newest(const struct pull_held *held, const char *member)
{
    const struct json *row =
        held->first ? json_first(json_member(held->first->root, "results")) : NULL;
    return pretix_text(json_member(row, member));
}

/* Last-Modified counts in seconds: what changes in the same second once more would
 * never be heard of. So it only counts when that second is over. */
static bool
is_settled(const struct pull_held *held)
{
    enum { SETTLED_MS = 2000 };
    struct tm at = { 0 };
    return held->date_ms == 0 ||
           !strptime(held->modified, "%a, %d %b %Y %H:%M:%S GMT", &at) ||
           held->date_ms - (int64_t)timegm(&at) * 1000 >= SETTLED_MS;
}

static void
add_mark(const struct pull_held *held, const struct list_kind *kind,
         struct pull_work *work)
{
    char print[40];
    const char *event =
        kind->of_event || work->res == PULL_RES_SESSIONS ? work->event : "";
    print_of(held, print);
    const char *value = kind->delta == DELTA_MODIFIED    ? held->modified
                        : kind->delta == DELTA_GENERATED ? held->generated
                        : kind->delta == DELTA_NEWEST    ? newest(held, kind->member)
                                                         : print;
    if (value[0] && (kind->delta != DELTA_MODIFIED || is_settled(held)))
        pull_work_mark(work, event, kind->mark, value);
}

/* What is not in a whole list goes; what is only added to is never whole. */
static bool
is_whole(const struct pull *self, enum pull_res res)
{
    const struct list_kind *kind = &kinds[res];
    if (self->building || kind->alone || res == PULL_RES_BADGES)
        return false;
    return res == PULL_RES_SESSIONS
               ? !self->held[res].delta
               : kind->delta == DELTA_NONE || kind->delta == DELTA_MODIFIED;
}

void
pull_list_write(struct pull *self, enum pull_res res)
{
    struct pull_held *held = &self->held[res], *badges = &self->held[PULL_RES_BADGES];
    struct pull_work *work = &self->work;
    *work = (struct pull_work){ .res = res, .page = held->first };
    str_copy(work->event, sizeof work->event, pull_event(self));
    work->whole = is_whole(self, res);
    if (res == PULL_RES_PRODUCTS) {
        work->badges = badges->first;
        if (badges->fresh)
            add_mark(badges, &kinds[PULL_RES_BADGES], work);
        badges->fresh = false;
    }
    if (res == PULL_RES_LAYOUTS) {
        work->background = pull_picture_name;
        work->background_self = self->layouts;
    }
    add_mark(held, &kinds[res], work);
    held->fresh = res == PULL_RES_SESSIONS; /* the next event wants its own of them */
    pull_write(self, pull_next);
}

/* What the door has to know of them. */
void
pull_settings_marks(const struct json *object, struct pull_work *work)
{
    static const char *const wanted[] = { "name_scheme",
                                          "reusable_media_usage_enforced",
                                          "reusable_media_type_barcode" };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct json *value = json_member(object, wanted[i]);
        char what[64];
        snprintf(what, sizeof what, "settings.%s", wanted[i]);
        pull_work_mark(work, work->event, what,
                       value && json_kind(value) == JSON_BOOL
                           ? (pretix_bool(value) ? "true" : "false")
                           : pretix_text(value));
    }
}
