#ifndef YUELAI_TASK_H
#define YUELAI_TASK_H

/* task: run something that blocks elsewhere, and come back once.
 *
 *     loop thread            lane's thread
 *     task_submit(job)  -->  job->run(job)
 *     job->done(job)    <--  (through one eventfd)
 *
 * A lane is a thread with a queue: its jobs run one after the other, in the order of
 * submission. One lane for each print queue (a stuck spooler holds only its own) and
 * one for slow odds and ends. A job goes out by value: it owns copies and holds no
 * pointer into the loop's world, so nothing is locked. It cannot fail except in a
 * field of its own, and `done` is called exactly once, on the loop's thread.
 *
 * The job is embedded in the caller's own struct and belongs to the lane from
 * task_submit until done; submitting therefore needs no memory and cannot fail.
 */

#include <stdbool.h>

struct task_job {
    void (*run)(struct task_job *job); /* on the lane's thread */
    void (*done)(struct task_job *job); /* on the loop's thread */
    struct task_job *next; /* the lane's, while the job is out */
};

struct task_lane; /* opaque */

struct task {
    struct task_lane *(*open)(const char *name, void *self);
    void (*submit)(struct task_lane *lane, struct task_job *job, void *self);
    void (*close)(struct task_lane *lane, void *self);
    void *self;
};

/* A new lane; name is for debuggers, at most 15 bytes. NULL: no thread to be had. */
static inline struct task_lane *
task_open(const struct task *task, const char *name)
{
    return task->open(name, task->self);
}

static inline void
task_submit(const struct task *task, struct task_lane *lane, struct task_job *job)
{
    task->submit(lane, job, task->self);
}

/* Waits for the job that is running; calls `done` of it and of every job still
 * queued (those have not run: their outcome fields are as submitted). Loop thread
 * only, not from inside a `done`. Takes NULL. */
static inline void
task_close(const struct task *task, struct task_lane *lane)
{
    if (lane)
        task->close(lane, task->self);
}

#endif
