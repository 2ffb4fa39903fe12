#include "station_parts.h"

#include <string.h>

#include "desk/desk.h"
#include "store/db.h"
#include "store/roster.h"
#include "store/settings.h"
#include "sync/sync.h"

/* The ticketing server's part of a station: there as soon as there is a wire, enrolled
 * or not. Who hears of whom:
 *
 *     desk --a scan, a badge--> sync            rows were written
 *     desk --its role---------> sync            which events to keep
 *     sync --selection--------> desk            where the organiser has it follow
 *     sync --sealed-----------> desk            the organiser has withdrawn this device
 *     sync --the gate's id----> desk            for lists whose rules ask for it
 *     desk --a code-----------> sync            it may be an enrolment code
 */

static void
on_feed(enum feed_topic topic, const void *what, void *self)
{
    struct station *station = self;
    if (topic == FEED_ROLE)
        sync_set_role(station->sync, what);
    else
        sync_poke(station->sync);
}

static void
on_change(void *self)
{
    struct station *station = self;
    struct sync_status status;
    sync_status(station->sync, &status);
    desk_seal(station->desk, status.sealed);
    desk_set_gate(station->desk, status.account.gate_id);
}

static bool
take_first(const struct list *list, void *self)
{
    struct role *role = self;
    str_copy(role->lists[0].list, sizeof role->lists[0].list, list->key);
    return false;
}

static void
on_selection(const struct sync_selection *selection, void *self)
{
    struct station *station = self;
    struct role role = *desk_role(station->desk);
    struct err err;
    if (!selection->known)
        return; /* its list comes with the download that is on its way */
    bool here =
        role.list_count > 0 && strcmp(role.lists[0].event, selection->event) == 0;
    if (selection->list[0] == '\0' && here)
        return; /* it names no list: ours of that event stays */
    role.list_count = 1;
    str_copy(role.lists[0].event, sizeof role.lists[0].event, selection->event);
    str_copy(role.lists[0].list, sizeof role.lists[0].list, selection->list);
    if (selection->list[0] == '\0' &&
        !roster_each_list(station->db, selection->event, take_first, &role, &err))
        return;
    if (role_equal(&role, desk_role(station->desk)))
        return;
    if (!desk_set_role(station->desk, &role, "server", &err))
        log_warning(station->world.log, "main", "selection: %s", err.text);
}

static void
on_enrolled(bool ok, const char *text, void *self)
{
    struct station *station = self;
    if (ok)
        sync_now(station->sync, false, NULL, NULL);
    else
        log_warning(station->world.log, "main", "enrolment: %s", text);
}

/* The organiser's code before the scanner: only a station that is nobody's device yet
 * (or not any more) takes it, so that no guest can make it another's. */
static bool
on_other_code(const char *code, size_t length, void *self)
{
    struct station *station = self;
    char url[ACCOUNT_URL_MAX + 1], token[ACCOUNT_TOKEN_MAX + 1];
    struct sync_status status;
    struct err err;
    bool newer;
    sync_status(station->sync, &status);
    if (status.account.state == ACCOUNT_ACTIVE || !account_is_code(code, length))
        return false;
    if (account_read_code(code, length, url, token, &newer, &err) &&
        audit_add(station->db, "scanner", "enrol", url, &err) &&
        enrol_start(sync_enrol(station->sync), url, token, false, on_enrolled, station,
                    &err))
        log_notice(station->world.log, "main", "enrolment at %s", url);
    else
        log_warning(station->world.log, "main", "enrolment: %s", err.text);
    return true;
}

static struct sync_setting
setting_of(struct station *station)
{
    const struct setup *setup = station->setup;
    const struct setup_server *server = &setup->server;
    const struct station_world *world = &station->world;
    return (struct sync_setting){
        .db = station->db,
        .loop = world->loop,
        .task = world->task,
        .clock = world->clock,
        .random = world->random,
        .log = world->log,
        .feed = &station->feed,
        .wire = world->wire,
        .station = setup->station,
        .station_name = setup->station_name,
        .data = setup->data,
        .language = server->language,
        .events = server->events,
        .event_count = server->event_count,
        .kinds = server->kinds,
        .kind_count = server->kind_count,
        .readers = READER_STAFF + 1,
        .mode = server->mode,
        .claim_deadline_ms = setup->claim_deadline_ms,
        .download_every_ms = server->download_ms,
        .old_ms = server->old_ms,
        .badges = setup->printer_count > 0,
        .follow_selection = server->follow,
    };
}

bool
station_build_sync(struct station *station, struct err *err)
{
    if (!station->world.wire)
        return true;
    struct sync_setting setting = setting_of(station);
    return sync_create(&setting, &station->sync, err);
}

void
station_start_sync(struct station *station)
{
    if (!station->sync)
        return;
    feed_listen(&station->feed, 1u << FEED_SCAN | 1u << FEED_JOB | 1u << FEED_ROLE,
                on_feed, station);
    sync_set_role(station->sync, desk_role(station->desk));
    sync_on_selection(station->sync, on_selection, station);
    sync_on_change(station->sync, on_change, station);
    desk_set_other(station->desk, on_other_code, station);
    on_change(station);
    sync_start(station->sync);
}
