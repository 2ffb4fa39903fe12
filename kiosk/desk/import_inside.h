#ifndef YUELAI_IMPORT_INSIDE_H
#define YUELAI_IMPORT_INSIDE_H

/* What import.c (what comes after what) and import_start.c (how it begins and ends)
 * both know of an import. */

#include "desk/import_parts.h"

#define IMPORT_APPLIED "import.applied" /* setting: the last kept file in the roster \
                                         */

enum { IMPORT_TELL_MS = 100 }; /* how often progress is told */

/*  READ(lane) -> [COMPARE -> COUNT -> asks?] -> ACCEPT(lane)
 *     -> BUILD(lane) + swap     or  WRITE -> [CANCEL]
 *     -> the next kept file (rebuild), or done
 */
enum step {
    STEP_LANE, /* a job is out */
    STEP_READ,
    STEP_COMPARE,
    STEP_COUNT,
    STEP_ACCEPT,
    STEP_APPLY, /* build, or open for writing */
    STEP_SWAP,
    STEP_WRITE,
    STEP_CANCEL,
    STEP_SETTLE,
    STEP_FAILED, /* the lane's job failed: its err says why */
    STEP_OVER
};

struct import {
    struct db *db;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct log *log;
    struct import_listener listener;
    char who[64], *dir;
    int lock_fd;
    bool yes, rebuilding;
    struct zone *zone;

    enum step step, after; /* after: what comes when the job is back */
    struct task_lane *lane;
    struct loop_timer *timer, *teller;
    struct import_job job;
    struct import_apply apply;
    struct import_result result, job_result;
    struct import_report report;
    int64_t last; /* the kept file that is the last to be applied */
};

/* Begins with `step`; without a loop: does all of it. */
void import_launch(struct import *import);

/* Callbacks of the timers. */
void import_slice(void *self);
void import_tell_again(void *self);

#endif
