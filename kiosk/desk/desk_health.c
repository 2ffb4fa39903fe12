#include "desk/desk_parts.h"

#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/settings.h"
#include "str.h"

/* The station heals by itself: while the disk refuses, a small write is tried every two
 * seconds, whether guests still dare to scan or not. */

enum { PROBE_MS = 2000 };

const char *
station_trouble_name(enum station_trouble trouble)
{
    static const char *const names[] = {
        [STATION_READY] = "ready",
        [STATION_NO_ROLE] = "no role",
        [STATION_NO_ROSTER] = "no roster",
        [STATION_SEALED] = "withdrawn by the organiser",
        [STATION_DISK_FULL] = "disk full",
        [STATION_DISK_BAD] = "disk bad",
    };
    return (size_t)trouble < sizeof names / sizeof *names ? names[trouble] : "?";
}

static bool
find_missing_list(const struct desk *desk, struct role_list *missing)
{
    struct err err;
    for (unsigned i = 0; i < desk->role.list_count; i++) {
        const struct role_list *ours = &desk->role.lists[i];
        struct list list;
        bool found;
        if (!roster_list(desk->set.db, ours->event, ours->list, &found, &list, &err) ||
            !found) {
            *missing = *ours;
            return true;
        }
    }
    return false;
}

static bool
serves_a_server(const struct desk *desk)
{
    struct err err;
    for (unsigned i = 0; i < desk->role.list_count; i++) {
        struct event event;
        bool found;
        if (roster_event(desk->set.db, desk->role.lists[i].event, &found, &event,
                         &err) &&
            found && strcmp(event.source, "pretix") == 0)
            return true;
    }
    return false;
}

static const char *
why_no_tickets(const struct db *db)
{
    struct db_status status;
    db_status(db, &status);
    return status.roster_set_aside || status.roster_damaged
               ? "the copy of the tickets was damaged and is set aside: it is made "
                 "again if it can be; if it is not, import the guest list anew"
               : "no tickets yet: import a guest list, or enrol this station";
}

static void
judge(const struct desk *desk, struct station_status *status)
{
    struct roster_age age;
    struct role_list missing;
    struct err err;

    *status = (struct station_status){ .trouble = STATION_READY };
    status->clock_suspect = desk_clock_suspect(desk, clock_utc_ms(desk->set.clock));
    if (desk->disk != STATION_READY) {
        status->trouble = desk->disk;
        str_copy(status->text, sizeof status->text, desk->disk_text);
    } else if (!roster_age(desk->set.db, &age, &err)) {
        status->trouble = STATION_DISK_BAD;
        str_copy(status->text, sizeof status->text, err.text);
    } else if (age.complete_ms == 0 && age.tickets == 0) {
        status->trouble = STATION_NO_ROSTER;
        str_copy(status->text, sizeof status->text, why_no_tickets(desk->set.db));
    } else if (desk->sealed && serves_a_server(desk)) {
        status->trouble = STATION_SEALED;
        str_copy(
            status->text, sizeof status->text,
            "the organiser has withdrawn this station: enrol it anew; what was not "
            "sent is kept (kioskctl outbox)");
    } else if (desk->role.list_count == 0) {
        status->trouble = STATION_NO_ROLE;
        str_copy(status->text, sizeof status->text,
                 "no role yet: choose the list this station checks against");
    } else if (find_missing_list(desk, &missing)) {
        status->trouble = STATION_NO_ROLE;
        snprintf(status->text, sizeof status->text,
                 "the role's list %s/%s is not in the roster", missing.event,
                 missing.list);
    }
}

static bool
is_same(const struct station_status *a, const struct station_status *b)
{
    return a->trouble == b->trouble && a->clock_suspect == b->clock_suspect &&
           strcmp(a->text, b->text) == 0;
}

void
desk_health_check(struct desk *desk)
{
    struct station_status status;
    judge(desk, &status);
    if (is_same(&status, &desk->status))
        return;
    desk->status = status;
    char text[sizeof status.text];
    log_notice(desk->set.log, "desk", "station trouble=%d clock_suspect=%d \"%s\"",
               (int)status.trouble, status.clock_suspect,
               str_quote(text, sizeof text, status.text, strlen(status.text)));
    feed_publish(desk->set.feed, FEED_STATION, &desk->status);
}

void
desk_health_note(struct desk *desk, const struct err *err)
{
    enum station_trouble disk = !err                     ? STATION_READY
                                : err->code == ERR_LIMIT ? STATION_DISK_FULL
                                                         : STATION_DISK_BAD;
    if (err) {
        log_error(desk->set.log, "desk", "cannot record: %s", err->text);
        snprintf(desk->disk_text, sizeof desk->disk_text, "cannot record: %.200s",
                 err->text);
        loop_timer_arm(desk->set.loop, desk->health_timer, PROBE_MS);
    }
    if (desk->disk == disk && !err)
        return;
    desk->disk = disk;
    desk_health_check(desk);
}

/* Also called at once when the roster has changed. */
static void
look(void *self)
{
    struct desk *desk = self;
    if (desk->disk != STATION_READY) {
        struct err err;
        bool ok = settings_set_int(desk->set.db, "desk.probe",
                                   clock_utc_ms(desk->set.clock), &err);
        desk_health_note(desk, ok ? NULL : &err);
    }
    desk_health_check(desk);
}

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    (void)topic, (void)what;
    struct desk *desk = self;
    desk_events_forget(desk);
    loop_timer_arm(desk->set.loop, desk->health_timer, 0);
}

bool
desk_health_create(struct desk *desk)
{
    desk->health_timer = loop_timer_create(desk->set.loop, look, desk);
    return desk->health_timer != NULL;
}

bool
desk_health_start(struct desk *desk, struct err *err)
{
    if (!desk_clock_start(desk, err))
        return false;
    judge(desk, &desk->status);
    feed_listen(desk->set.feed, 1u << FEED_ROSTER, hear, desk);
    feed_publish(desk->set.feed, FEED_STATION, &desk->status);
    return true;
}
