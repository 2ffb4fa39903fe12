#include "print/printq_parts.h"

#include <string.h>

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

/* kinds: words parted by blanks or commas; "" = all. */
static bool
names_kind(const char *kinds, const char *kind)
{
    size_t length = strlen(kind);
    for (const char *at = kinds; *at;) {
        at += strspn(at, " ,");
        size_t word = strcspn(at, " ,");
        if (word == length && memcmp(at, kind, word) == 0)
            return true;
        at += word;
    }
    return false;
}

bool
printq_serves(const struct printq_printer *printer, const char *kind)
{
    return printer->kinds[0] == '\0' || names_kind(printer->kinds, kind);
}

static bool
serves(const struct printq_lane *lane, const struct spool_job *job)
{
    if (lane->gone || lane->leaving)
        return false;
    return printq_serves(&lane->spec, job->kind);
}

/* A kind that no printer serves is served by all: a plain badge is better than none. */
static bool
suits(const struct printq_lane *lane, const struct spool_job *job)
{
    const struct printq *printq = lane->printq;
    for (unsigned i = 0; i < printq->count; i++) {
        if (serves(&printq->lanes[i], job))
            return serves(lane, job);
    }
    return true;
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
printq_has_other(const struct printq_lane *lane)
{
    struct printq *printq = lane->printq;
    for (unsigned i = 0; i < printq->count; i++) {
        const struct printq_lane *other = &printq->lanes[i];
        if (other != lane && suits(other, &lane->job) && is_well(other))
            return true;
    }
    return false;
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
 * behind what made it hang. */
static bool
worth_a_try(const struct printq_lane *lane)
{
    return printq_lane_free(lane) && !(lane->hung && lane->queue == PRINTER_BUSY) &&
           printq_mono_ms(lane->printq) - lane->used_ms >= STALE_MS;
}

/* Who has rested longest, but the surely well before those on trial. */
static bool
is_better(const struct printq_lane *lane, const struct printq_lane *best)
{
    if (!best || lane->trial != best->trial)
        return !best || best->trial;
    return lane->used_ms < best->used_ms;
}

static struct printq_lane *
choose(struct printq *printq, const struct spool_job *job)
{
    struct printq_lane *best = NULL, *doubtful = NULL;
    bool somebody_well = false;
    for (unsigned i = 0; i < printq->count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        if (!suits(lane, job))
            continue;
        somebody_well = somebody_well || is_well(lane);
        if (printq_lane_clean(lane)) {
            if (is_better(lane, best))
                best = lane;
        } else if (worth_a_try(lane) &&
                   (!doubtful || lane->used_ms < doubtful->used_ms)) {
            doubtful = lane;
        }
    }
    return best || somebody_well ? best : doubtful;
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
