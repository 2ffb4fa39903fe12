#include "print/printq.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/printq_parts.h"
#include "store/db.h"
#include "store/settings.h"

enum { TOPICS = 1 << FEED_SCAN | 1 << FEED_JOB };

/* A reprint makes the badge that is being printed void: its job is taken back. */
static void
note_job(struct printq *printq, const struct spool_job *job)
{
    for (unsigned i = 0; i < printq->count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        if (lane->phase != LANE_IDLE && !lane->testing &&
            job->issue > lane->job.issue && strcmp(lane->job.ref, job->ref) == 0)
            lane->voided = true; /* its next look sees that */
    }
    if (job->state == SPOOL_QUEUED)
        printq_turn_soon(printq);
}

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    if (topic == FEED_JOB)
        note_job(self, what);
    else
        printq_turn_soon(self);
}

/* ---- life ------------------------------------------------------------------- */

static bool
check(const struct printq_setting *setting, struct err *err)
{
    if (setting->count > PRINTQ_PRINTERS_MAX)
        return err_set(err, ERR_INPUT, "printers: want at most %d, got %u",
                       PRINTQ_PRINTERS_MAX, setting->count);
    for (unsigned i = 0; i < setting->count; i++) {
        for (unsigned k = 0; k < i; k++) {
            if (strcmp(setting->printers[i].name, setting->printers[k].name) == 0)
                return err_set(err, ERR_INPUT, "printers: two are called \"%s\"",
                               setting->printers[i].name);
        }
    }
    return true;
}

static bool
open_lanes(struct printq *printq, struct err *err)
{
    for (unsigned i = 0; i < printq->set.count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        lane->printq = printq;
        lane->number = i;
        printq->count = i + 1;
        if (!printq_lane_open(lane, &printq->set.printers[i], err))
            return false;
    }
    return true;
}

bool
printq_create(const struct printq_setting *setting, struct printq **made,
              struct err *err)
{
    if (!check(setting, err))
        return false;
    struct printq *printq = calloc(1, sizeof *printq);
    if (!printq)
        return err_no_memory(err);
    printq->set = *setting;
    printq->traces = printq_traces_create();
    if (printq->set.deadline_ms <= 0)
        printq->set.deadline_ms = DEADLINE_MS;
    printq->turn = loop_timer_create(setting->loop, printq_turn, printq);
    printq->change = loop_timer_create(setting->loop, printq_change, printq);
    feed_listen(setting->feed, TOPICS, hear, printq);
    bool has_parts = printq->turn && printq->change && printq->traces;
    if (!has_parts || !open_lanes(printq, err)) {
        if (!has_parts)
            err_no_memory(err);
        printq_destroy(printq);
        return false;
    }
    for (unsigned i = 0; i < printq->count; i++)
        printq_lane_later(&printq->lanes[i], 0);
    printq_turn_soon(printq);
    *made = printq;
    return true;
}

void
printq_destroy(struct printq *printq)
{
    if (!printq)
        return;
    printq->closing = true;
    feed_unlisten(printq->set.feed, printq);
    for (unsigned i = 0; i < printq->count; i++)
        printq_lane_close(&printq->lanes[i]);
    loop_timer_destroy(printq->set.loop, printq->turn);
    loop_timer_destroy(printq->set.loop, printq->change);
    printq_traces_destroy(printq->traces);
    free(printq);
}

void
printq_poke(struct printq *printq)
{
    printq_turn_soon(printq);
}

/* ---- what people ask of it -------------------------------------------------- */

static bool
write_retry(struct printq *printq, struct spool_job *job, const char *who,
            struct err *err)
{
    struct db *db = printq->set.db;
    char detail[128];
    if (!db_begin(db, err))
        return false;
    snprintf(detail, sizeof detail, "job=%" PRId64 " issue=%" PRIu32, job->id,
             job->issue);
    if (spool_again(db, job, "retry", who, err) &&
        audit_add(db, who, "retry", detail, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool
printq_retry(struct printq *printq, int64_t id, const char *who, struct err *err)
{
    struct spool_job job;
    bool found;
    if (!spool_get(printq->set.db, id, &found, &job, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "print job %" PRId64 ": there is none", id);
    if (job.state != SPOOL_FAILED && job.state != SPOOL_UNCERTAIN)
        return err_set(err, ERR_BUSY,
                       "print job %" PRId64
                       " is %s: only a failed or uncertain one can "
                       "be tried again",
                       id, spool_state_name(job.state));
    if (!write_retry(printq, &job, who, err))
        return false;
    printq_note(printq, id, "%s wants it again, issue %" PRIu32, who, job.issue);
    log_info(printq->set.log, "printq", "job=%" PRId64 " issue=%" PRIu32 " retry_by=%s",
             id, job.issue, who);
    feed_publish(printq->set.feed, FEED_JOB, &job);
    printq_turn_soon(printq);
    return true;
}

static struct printq_lane *
lane_at(struct printq *printq, unsigned number, struct err *err)
{
    if (number < printq->count && !printq->lanes[number].gone)
        return &printq->lanes[number];
    err_set(err, ERR_ABSENT, "printer %u: there are %u", number, printq->count);
    return NULL;
}

bool
printq_test(struct printq *printq, unsigned number, struct err *err)
{
    struct printq_lane *lane = lane_at(printq, number, err);
    return lane && printq_draw_test(lane, err);
}

bool
printq_drain(struct printq *printq, unsigned number, bool drained, struct err *err)
{
    struct printq_lane *lane = lane_at(printq, number, err);
    if (!lane)
        return false;
    if (!printq_lane_keep_drained(lane, drained, err))
        return false;
    log_info(printq->set.log, "printq", "printer=%s drained=%d", lane->spec.name,
             drained);
    lane->drained = drained;
    printq_lane_mended(lane); /* somebody has looked at it */
    printq_turn_soon(printq);
    printq_lane_tell(lane);
    return true;
}

unsigned
printq_count(const struct printq *printq)
{
    return printq->count;
}

void
printq_status(const struct printq *printq, unsigned number,
              struct printq_status *status)
{
    assert(number < printq->count);
    printq_lane_status(&printq->lanes[number], status);
}
