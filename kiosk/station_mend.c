#include "station_parts.h"

#include <inttypes.h>

#include "desk/import.h"

/* A roster that was lost (a bad roster.db is set aside) or left half way by a power cut
 * is made again from the imports that the data directory keeps, while the doors open.
 */

static void
on_told(const char *json, void *self)
{
    (void)json, (void)self; /* told when it was imported */
}

static void
on_progress(const struct import_progress *progress, void *self)
{
    (void)progress, (void)self;
}

static void
on_done(const struct import_result *result, void *self)
{
    const struct station *station = self;
    if (result->state == IMPORT_FAILED)
        log_error(station->world.log, "main", "roster=lost again: %s; import it anew",
                  result->err.text);
    else
        log_notice(station->world.log, "main", "roster=made again rows=%" PRId64,
                   result->good);
}

bool
station_mend_roster(struct station *station, struct err *err)
{
    const struct station_world *world = &station->world;
    struct import_setting setting = { .db = station->db,
                                      .loop = world->loop,
                                      .task = world->task,
                                      .clock = world->clock,
                                      .random = world->random,
                                      .log = world->log,
                                      .who = "start",
                                      .guests_fd = -1,
                                      .lists_fd = -1 };
    const struct import_listener listener = { on_told, on_progress, on_done, station };
    struct err why;
    bool pending = false;
    (void)err; /* a station without its roster still serves who is known to staff */
    if (!import_pending(station->db, &pending, &why) ||
        (pending && !import_rebuild(&setting, &listener, &station->import, &why)))
        log_error(world->log, "main", "roster cannot be made again: %s", why.text);
    else if (pending)
        log_warning(world->log, "main", "roster=incomplete; making it again");
    return true;
}
