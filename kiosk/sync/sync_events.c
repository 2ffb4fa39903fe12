#include "sync/sync_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "str.h"
#include "sync/pretix_inside.h"

enum {
    PAGES_MAX = 8,
    ENDED_MS = 3 * 24 * 3600 * 1000, /* events that ended longer ago are not kept */
    SELECT_DEADLINE_MS = 10 * 1000
};

/* ---- which are kept
 * ------------------------------------------------------------------ */

static unsigned
add_slug(const char *slug, const char **slugs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(slugs[i], slug) == 0)
            return count;
    }
    if (slug[0] && count < ACCOUNT_EVENTS_MAX)
        slugs[count++] = slug;
    return count;
}

/* Those of the configuration, else of the role, else all live ones; and in each case
 * what the server has selected. */
unsigned
sync_choose_events(struct sync *sync, const char **slugs)
{
    unsigned count = 0;
    for (unsigned i = 0; i < sync->configured_count; i++)
        count = add_slug(sync->configured[i].text, slugs, count);
    for (unsigned i = 0; sync->configured_count == 0 && i < sync->role_count; i++)
        count = add_slug(sync->role_events[i].text, slugs, count);
    bool any = count == 0;
    for (unsigned i = 0; any && i < sync->live_count; i++)
        count = add_slug(sync->live[i].text, slugs, count);
    return count == 0 ? 0 : add_slug(sync->selection.event, slugs, count);
}

static bool
is_over(const struct sync *sync, const struct json *event)
{
    int64_t ends_ms = pretix_ms(json_member(event, "date_to"));
    if (ends_ms == 0)
        ends_ms = pretix_ms(json_member(event, "date_from"));
    return ends_ms != 0 && !pretix_bool(json_member(event, "has_subevents")) &&
           ends_ms + ENDED_MS < clock_utc_ms(sync->set.clock);
}

static void
take_events(struct sync *sync, const struct json *json)
{
    const struct json *item = json_first(json_member(json, "results"));
    for (; item && sync->live_count < ACCOUNT_EVENTS_MAX; item = json_next(item)) {
        const char *slug = pretix_text(json_member(item, "slug"));
        if (slug[0] && strlen(slug) <= ROSTER_KEY_MAX &&
            pretix_bool(json_member(item, "live")) && !is_over(sync, item))
            str_copy(sync->live[sync->live_count++].text, sizeof sync->live[0].text,
                     slug);
    }
}

static bool ask_page(struct sync *sync, const char *next);

static void
on_events(struct api_call *call)
{
    struct sync *sync = call->owner;
    char next[API_URL_MAX + 1] = "";
    sync_note(sync, call, false);
    if (call->result == API_OK) {
        take_events(sync, call->json);
        pretix_copy(next, sizeof next, json_member(call->json, "next"));
    }
    api_call_finish(call);
    sync->calling = false;
    if (next[0] && sync->pages < PAGES_MAX && sync_may(sync) && ask_page(sync, next))
        return;
    loop_timer_arm(sync->set.loop, sync->next, 0);
}

static bool
ask_page(struct sync *sync, const char *next)
{
    char organizer[256];
    struct api_call *call = &sync->call;
    api_call_init(call);
    call->done = on_events;
    call->owner = sync;
    bool ok =
        next
            ? api_is_home(&sync->api, next) &&
                  str_copy(call->url, sizeof call->url, next)
            : api_url(&sync->api, call, "/api/v1/organizers/%s/events/",
                      api_escape(sync->account.organizer, organizer, sizeof organizer));
    if (!ok) {
        api_call_finish(call);
        return false;
    }
    sync->pages++;
    sync->calling = true;
    api_start(&sync->api, call);
    return true;
}

bool
sync_ask_events(struct sync *sync)
{
    sync->live_count = 0;
    sync->pages = 0;
    return ask_page(sync, NULL);
}

/* ---- what the server selects
 * ----------------------------------------------------------- */

static void
read_key(const struct json *json, const char *path, char *key, size_t size)
{
    int64_t id = pretix_int(json_at(json, path));
    key[0] = '\0';
    if (id != 0)
        snprintf(key, size, "%" PRId64, id);
}

static void
take_selection(struct sync *sync, const struct json *json)
{
    struct sync_selection chosen = { .event = "" };
    struct list list;
    struct err ignored;
    pretix_copy(chosen.event, sizeof chosen.event, json_at(json, "event.slug"));
    read_key(json, "subevent", chosen.session, sizeof chosen.session);
    read_key(json, "checkinlist", chosen.list, sizeof chosen.list);
    if (!chosen.event[0])
        return;
    if (!chosen.list[0] || !roster_list(sync->set.db, chosen.event, chosen.list,
                                        &chosen.known, &list, &ignored))
        chosen.known = false;
    sync->selection = chosen;
    log_notice(sync->set.log, "sync", "selected event=%s session=%s list=%s",
               chosen.event, chosen.session, chosen.list);
    if (!chosen.known && sync->step == SYNC_IDLE)
        sync->due_ms = clock_mono_ms(sync->set.clock);
    if (sync->on_selection)
        sync->on_selection(&chosen, sync->on_selection_self);
}

static void
on_select(struct api_call *call)
{
    struct sync *sync = call->owner;
    sync_note(sync, call, false);
    sync->selecting = false;
    if (call->result == API_OK && call->json)
        take_selection(sync, call->json);
    api_call_finish(call);
    if (sync->step == SYNC_SELECT)
        loop_timer_arm(sync->set.loop, sync->next, 0);
}

/* What it serves now: the session is the list's. */
static void
add_current(struct sync *sync)
{
    struct list list;
    struct err ignored;
    bool found = false;
    if (!sync->current.event[0])
        return;
    api_add_query(&sync->select, "current_event", sync->current.event);
    if (!roster_list(sync->set.db, sync->current.event, sync->current.list, &found,
                     &list, &ignored) ||
        !found)
        return;
    if (list.session[0])
        api_add_query(&sync->select, "current_subevent", list.session);
    api_add_query(&sync->select, "current_checkinlist", list.key);
}

void
sync_select(struct sync *sync)
{
    sync->select_due_ms = clock_mono_ms(sync->set.clock) + SYNC_SELECT_MS;
    if (sync->selecting)
        return;
    api_call_init(&sync->select);
    sync->select.done = on_select;
    sync->select.owner = sync;
    sync->select.deadline_ms = SELECT_DEADLINE_MS;
    if (!api_url(&sync->api, &sync->select, "/api/v1/device/eventselection")) {
        api_call_finish(&sync->select);
        return;
    }
    add_current(sync);
    sync->selecting = true;
    api_start(&sync->api, &sync->select);
}

void
sync_select_stop(struct sync *sync)
{
    if (sync->selecting)
        api_call_finish(&sync->select);
    sync->selecting = false;
}

void
sync_on_selection(struct sync *sync,
                  void (*call)(const struct sync_selection *, void *self), void *self)
{
    sync->on_selection = call;
    sync->on_selection_self = self;
}
