#include "print/printq_parts.h"

#include <string.h>

#include "print/pool.h"

static bool
is_lane_of(const struct printq_lane *lane, int64_t job)
{
    return lane->phase != LANE_IDLE && !lane->testing && lane->job.id == job;
}

static bool
in_flight(const struct printq *printq, int64_t job)
{
    for (unsigned i = 0; i < printq->count; i++) {
        if (is_lane_of(&printq->lanes[i], job))
            return true;
    }
    return false;
}

/* ---- who could print it --------------------------------------------------------- */

bool
printq_serves(const struct printq_printer *printer, const char *kind)
{
    return pool_names_kind(printer->kinds, kind);
}

static bool
is_well(const struct printq_lane *lane)
{
    return lane->known && !lane->drained && lane->accepting &&
           lane->queue != PRINTER_STOPPED && !(lane->reasons & BLOCKING) &&
           !lane->hung && !printq_lane_rests(lane);
}

bool
printq_lane_free(const struct printq_lane *lane)
{
    return lane->phase == LANE_IDLE && !lane->art_out && lane->known &&
           !lane->leaving && !lane->drained && lane->accepting &&
           lane->queue != PRINTER_STOPPED && !(lane->reasons & HOPELESS) &&
           !printq_lane_rests(lane);
}

bool
printq_lane_clean(const struct printq_lane *lane)
{
    return printq_lane_free(lane) && is_well(lane);
}

bool
printq_other_is_well(const struct printq_lane *lane)
{
    struct printq *printq = lane->printq;
    for (unsigned i = 0; i < printq->count; i++) {
        if (&printq->lanes[i] != lane && is_well(&printq->lanes[i]))
            return true;
    }
    return false;
}

/* What an idle queue says of its printer may be old: a driverless queue learns of new
 * labels only while it prints. So, when nobody better is there, it is tried; but not
 * behind what made it hang, and not where the printer itself has just said so. */
static bool
worth_a_try(const struct printq_lane *lane)
{
    return printq_lane_free(lane) && !(lane->hung && lane->queue == PRINTER_BUSY) &&
           !(lane->fresh && lane->reasons & BLOCKING) &&
           printq_mono_ms(lane->printq) - lane->used_ms >= STALE_MS;
}

static void
list_members(const struct printq *printq, struct pool_member to[PRINTQ_PRINTERS_MAX])
{
    for (unsigned i = 0; i < printq->count; i++) {
        const struct printq_lane *lane = &printq->lanes[i];
        const struct profile *profile = &lane->spec.profile;
        bool clean = printq_lane_clean(lane);
        to[i] = (struct pool_member){
            .here = !lane->gone && !lane->leaving,
            .kinds = lane->spec.kinds,
            .pool = lane->spec.pool,
            .width_um = profile->media[profile->medium].width_um,
            .height_um = profile->media[profile->medium].height_um,
            .heard = lane->heard,
            .well = is_well(lane),
            .free = printq_lane_free(lane),
            .doubtful = !clean && worth_a_try(lane),
            .trial = lane->trial,
            .outstanding = lane->phase != LANE_IDLE,
            .used_ms = lane->used_ms,
        };
    }
}

static struct printq_lane *
choose(struct printq *printq, const struct spool_job *job)
{
    struct pool_member members[PRINTQ_PRINTERS_MAX];
    list_members(printq, members);
    int number = pool_choose(members, printq->count, job->kind);
    return number == POOL_NOBODY ? NULL : &printq->lanes[number];
}

bool
printq_has_other(const struct printq_lane *lane)
{
    struct pool_member members[PRINTQ_PRINTERS_MAX];
    list_members(lane->printq, members);
    for (unsigned i = 0; i < lane->printq->count; i++) {
        if (i != lane->number && members[i].well &&
            pool_part(members, lane->printq->count, i, lane->job.kind) != POOL_NOT)
            return true;
    }
    return false;
}

const struct printq_printer *
printq_prints_for(const struct printq_lane *lane, const char *kind)
{
    struct pool_member members[PRINTQ_PRINTERS_MAX];
    const struct printq *printq = lane->printq;
    list_members(printq, members);
    const struct pool_member *own = &members[lane->number];
    if (pool_part(members, printq->count, lane->number, kind) != POOL_STAND_IN)
        return &lane->spec;
    int other = pool_stands_in_for(members, printq->count, lane->number, kind);
    bool same = other != POOL_NOBODY && members[other].width_um == own->width_um &&
                members[other].height_um == own->height_um;
    return same ? &printq->lanes[other].spec : &lane->spec;
}

/* ---- what there is to do ------------------------------------------------- */

static bool
take_up(const struct spool_job *job, void *self)
{
    struct printq *printq = self;
    if (in_flight(printq, job->id))
        return true;
    for (unsigned i = 0; i < printq->count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        if (lane->gone || strcmp(lane->spec.name, job->printer) != 0)
            continue;
        if (lane->phase == LANE_IDLE && !lane->art_out)
            printq_recover(lane, job);
        return true;
    }
    struct spool_job orphan = *job;
    printq_write(printq, &orphan, SPOOL_UNCERTAIN,
                 "its printer is not in the configuration any more", false);
    return true;
}

static bool
anybody_free(const struct printq *printq)
{
    for (unsigned i = 0; i < printq->count; i++) {
        if (printq_lane_free(&printq->lanes[i]))
            return true;
    }
    return false;
}

static bool
hand_out(const struct spool_job *job, struct printq *printq)
{
    if (!anybody_free(printq))
        return false;
    if (in_flight(printq, job->id))
        return true;
    struct printq_lane *lane = choose(printq, job);
    if (lane)
        printq_draw(lane, job);
    return true;
}

static bool
hand_out_first_try(const struct spool_job *job, void *self)
{
    return printq_was_tried(job) || hand_out(job, self);
}

static bool
hand_out_retry(const struct spool_job *job, void *self)
{
    return !printq_was_tried(job) || hand_out(job, self);
}

/* Who has had a try waits for those who have had none: otherwise a printer that hangs
 * is kept busy by the same few badges, and newer guests never get to it. */
static bool
hand_out_all(struct printq *printq, struct err *err)
{
    unsigned fresh = 1u << SPOOL_QUEUED | 1u << SPOOL_DRAWN;
    struct db *db = printq->set.db;
    if (!anybody_free(printq))
        return true;
    if (!spool_each(db, fresh, TURN_JOBS_MAX, hand_out_first_try, printq, err))
        return false;
    return !anybody_free(printq) ||
           spool_each(db, fresh, TURN_JOBS_MAX, hand_out_retry, printq, err);
}

void
printq_turn(void *self)
{
    struct printq *printq = self;
    struct err err = { 0 };
    unsigned open = 1u << SPOOL_SENDING | 1u << SPOOL_UNKNOWN | 1u << SPOOL_SENT;
    loop_timer_arm(printq->set.loop, printq->turn, TURN_MS);
    if (!spool_each(printq->set.db, open, 0, take_up, printq, &err) ||
        !hand_out_all(printq, &err))
        log_error(printq->set.log, "printq", "the spool cannot be read: %s", err.text);
}

void
printq_turn_soon(struct printq *printq)
{
    if (!printq->closing)
        loop_timer_arm(printq->set.loop, printq->turn, 0);
}
