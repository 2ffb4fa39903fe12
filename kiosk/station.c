#include "station.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/loop_real.h"
#include "ctl/control.h"
#include "desk/desk.h"
#include "desk/import.h"
#include "desk/pin.h"
#include "desk/reader.h"
#include "print/easel.h"
#include "print/printq.h"
#include "screen/screen.h"
#include "station_parts.h"
#include "store/db.h"
#include "store/seal.h"
#include "store/spool.h"
#include "sync/sync.h"

enum { DRAIN_MS = 10 * 1000, DRAIN_LOOK_MS = 50, OPEN_TRIES = 20 };

/* ---- building ----------------------------------------------------------------------
 */

static void
on_idle(void *self)
{
    struct station *station = self;
    db_idle(station->db);
    station_mend_look(station);
}

/* kioskctl without a daemon holds the data for the length of one command: a station
 * that starts in that moment waits for it. Another kioskd does not go away. */
static bool
open_when_free(const struct db_setting *setting, struct db **db, struct err *err)
{
    const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        if (db_open(setting, db, err))
            return true;
        if (err->code != ERR_BUSY)
            return false;
        nanosleep(&pause, NULL);
    }
    return db_open(setting, db, err);
}

static bool
open_store(struct station *station, struct err *err)
{
    const struct setup *setup = station->setup;
    const struct station_world *world = &station->world;
    struct db_setting setting = { .dir = setup->data,
                                  .ballast_bytes = setup->ballast_bytes,
                                  .clock = world->clock,
                                  .random = world->random,
                                  .log = world->log,
                                  .task = world->task };
    if (!setup_make_parent(setup->key, err) || !setup_make_parent(setup->data, err) ||
        !seal_open(setup->key, true, &station->seal, err))
        return false;
    setting.seal = station->seal;
    if (!open_when_free(&setting, &station->db, err))
        return false;
    loop_real_on_idle(world->loop_real, on_idle, station);
    return true;
}

static bool
build_desk(struct station *station, struct err *err)
{
    const struct setup *setup = station->setup;
    const struct station_world *world = &station->world;
    struct desk_setting desk = { .db = station->db,
                                 .loop = world->loop,
                                 .clock = world->clock,
                                 .random = world->random,
                                 .log = world->log,
                                 .feed = &station->feed,
                                 .claim =
                                     station->sync ? sync_claim(station->sync) : NULL,
                                 .station = setup->station,
                                 .readers = READER_STAFF,
                                 .claim_deadline_ms = setup->claim_deadline_ms,
                                 .refuse_unsigned = setup->refuse_unsigned,
                                 .kinds = setup->kinds,
                                 .kind_count = setup->kind_count,
                                 .built_ms = (int64_t)YUELAI_BUILT_S * 1000,
                                 .role = setup->role,
                                 .table = setup->table };
    struct pin_setting pin = { .db = station->db,
                               .loop = world->loop,
                               .clock = world->clock,
                               .random = world->random,
                               .log = world->log,
                               .task = world->task,
                               .idle_ms = setup->staff_idle_ms };
    return desk_create(&desk, &station->desk, err) &&
           pin_create(&pin, &station->pin, err);
}

/* Last of the workers: from here on codes come in. */
static bool
build_reader(struct station *station, struct err *err)
{
    struct reader_setting setting = { .scanners = station->setup->scanners,
                                      .count = station->setup->scanner_count,
                                      .drivers = station->world.scanner_drivers,
                                      .loop = station->world.loop,
                                      .clock = station->world.clock,
                                      .log = station->world.log,
                                      .feed = &station->feed,
                                      .desk = station->desk };
    return reader_create(&setting, &station->reader, err);
}

static bool
build(struct station *station, struct err *err)
{
    static bool (*const steps[])(struct station *, struct err *) = {
        open_store,   station_build_print, station_build_sync, build_desk,
        build_reader, station_mend_roster, station_build_talk,
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!steps[i](station, err))
            return false;
    }
    return true;
}

bool
station_create(struct setup *setup, const struct station_world *world,
               struct station **out, struct err *err)
{
    struct station *station = calloc(1, sizeof *station);
    if (!station) {
        setup_free(setup);
        return err_no_memory(err);
    }
    station->world = *world;
    station->setup = setup;
    feed_init(&station->feed);
    if (!build(station, err)) {
        station_destroy(station);
        return false;
    }
    station_start_sync(station);
    *out = station;
    return true;
}

void
station_destroy(struct station *station)
{
    if (!station)
        return;
    if (station->drain)
        loop_timer_destroy(station->world.loop, station->drain);
    screen_destroy(station->screen);
    reader_destroy(station->reader);
    pin_destroy(station->pin); /* still answers what the socket waits for */
    control_destroy(station->control);
    import_destroy(station->import);
    desk_destroy(station->desk);
    sync_destroy(station->sync);   /* desk may have asked its claim till now */
    easel_destroy(station->easel); /* gives back what printq has drawn by it */
    printq_destroy(station->printq);
    if (station->db)
        loop_real_on_idle(station->world.loop_real, NULL, NULL);
    db_close(station->db);
    seal_close(station->seal);
    setup_free(station->setup);
    free(station);
}

/* ---- draining -----------------------------------------------------------------------
 */

static void
on_drain(void *self)
{
    struct station *station = self;
    unsigned out = station_badges_out(station);
    bool late = clock_mono_ms(station->world.clock) >= station->drain_until_ms;
    if (out > 0 && !late) {
        loop_timer_arm(station->world.loop, station->drain, DRAIN_LOOK_MS);
        return;
    }
    if (out > 0)
        log_warning(station->world.log, "main",
                    "badges=%u still on their way; the next start asks after them",
                    out);
    station->drained(station->drained_self);
}

void
station_drain(struct station *station, loop_fn *drained, void *self)
{
    reader_stop(station->reader);
    station->drained = drained;
    station->drained_self = self;
    station->drain_until_ms = clock_mono_ms(station->world.clock) + DRAIN_MS;
    station->drain = loop_timer_create(station->world.loop, on_drain, station);
    if (station->drain)
        loop_timer_arm(station->world.loop, station->drain, 0);
    else
        drained(self); /* no memory: what is durable is durable */
}

/* ---- at work ---------------------------------------------------------------- */

unsigned
station_badges_out(const struct station *station)
{
    int64_t counts[SPOOL_STATE_COUNT];
    struct err err;
    if (!spool_counts(station->db, counts, &err))
        return 0; /* nothing to wait for that could still be recorded */
    return (unsigned)(counts[SPOOL_DRAWN] + counts[SPOOL_SENDING] + counts[SPOOL_SENT]);
}

/* The numbers before the printers' troubles: systemd may cut a long line. */
void
station_status(const struct station *station, struct str *text)
{
    int64_t counts[SPOOL_STATE_COUNT] = { 0 };
    struct station_status status;
    struct str lacking;
    struct err err;
    desk_status(station->desk, &status);
    spool_counts(station->db, counts, &err);
    str_init(&lacking, 1000);
    bool lacks = status.trouble == STATION_READY &&
                 role_prints(desk_role(station->desk)) &&
                 printq_none_works(station->printq, &lacking);
    str_addf(text, "Station %s: %s; badges %lld printed, %lld waiting, %lld failed",
             station->setup->station,
             lacks ? "no printer works" : station_trouble_name(status.trouble),
             (long long)counts[SPOOL_PRINTED],
             (long long)(counts[SPOOL_QUEUED] + counts[SPOOL_DRAWN] +
                         counts[SPOOL_SENDING] + counts[SPOOL_SENT]),
             (long long)(counts[SPOOL_FAILED] + counts[SPOOL_UNCERTAIN]));
    if (lacks)
        str_addf(text, "; %s", lacking.data);
    str_finish(&lacking);
}
