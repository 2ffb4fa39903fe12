#include "station_parts.h"

#include <inttypes.h>

#include "desk/import.h"
#include "store/db.h"
#include "store/roster.h"

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

/* Who shows the copy (screen) and who needs one (desk) hear of it. */
static void
tell_of_roster(struct station *station)
{
    struct roster_age age;
    struct err err;
    if (roster_age(station->db, &age, &err))
        feed_publish(&station->feed, FEED_ROSTER, &age);
}

static void
on_done(const struct import_result *result, void *self)
{
    struct station *station = self;
    if (result->state == IMPORT_FAILED)
        log_error(station->world.log, "main", "roster=lost again: %s; import it anew",
                  result->err.text);
    else
        log_notice(station->world.log, "main", "roster=made again rows=%" PRId64,
                   result->good);
    tell_of_roster(station);
}

static bool
rebuild(struct station *station, const char *who, struct err *err)
{
    const struct station_world *world = &station->world;
    struct import_setting setting = { .db = station->db,
                                      .loop = world->loop,
                                      .task = world->task,
                                      .clock = world->clock,
                                      .random = world->random,
                                      .log = world->log,
                                      .who = who,
                                      .guests_fd = -1,
                                      .lists_fd = -1 };
    const struct import_listener listener = { on_told, on_progress, on_done, station };
    return import_rebuild(&setting, &listener, &station->import, err);
}

bool
station_mend_roster(struct station *station, struct err *err)
{
    const struct log *log = station->world.log;
    struct err why;
    bool pending = false;
    (void)err; /* a station without its roster still serves who is known to staff */
    if (!import_pending(station->db, &pending, &why) ||
        (pending && !rebuild(station, "start", &why)))
        log_error(log, "main", "roster cannot be made again: %s", why.text);
    else if (pending)
        log_warning(log, "main", "roster=incomplete; making it again");
    return true;
}

/* ---- while the doors are open ------------------------------------------------------
 */

enum { MEND_PAUSE_MS = 5000, MENDS_MAX = 3 };

/* The rebuilding begins with the loop's next turn: by then the file is an empty one. It
 * holds the lock of imports, so nobody is half way through filling it meanwhile. */
static void
mend(struct station *station)
{
    const struct log *log = station->world.log;
    struct err why, none;
    import_destroy(station->import); /* that met the damage itself */
    station->import = NULL;
    bool is_kept = rebuild(station, "mend", &none);
    if (!is_kept && none.code == ERR_BUSY)
        return; /* an import is under way and will fail on its own */
    station->mends++;
    if (!db_mend_roster(station->db, &why)) {
        log_error(log, "main", "roster=damaged, cannot be set aside: %s", why.text);
        import_destroy(station->import);
        station->import = NULL;
        return;
    }
    if (is_kept)
        log_warning(log, "main", "roster=damaged; set aside, making it again");
    else
        log_error(log, "main", "roster=damaged; set aside: %s: import it anew",
                  none.text);
    tell_of_roster(station);
}

/* A disk that damages it again and again is not filled with what is set aside. */
void
station_mend_look(struct station *station)
{
    struct db_status status;
    int64_t now_ms = clock_mono_ms(station->world.clock);
    db_status(station->db, &status);
    if (!status.roster_damaged || station->mends >= MENDS_MAX ||
        now_ms < station->mend_after_ms)
        return;
    station->mend_after_ms = now_ms + MEND_PAUSE_MS;
    mend(station);
}
