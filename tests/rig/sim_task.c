#include "sim_task.h"

#include <assert.h>
#include <stdlib.h>

struct task_lane {
    struct sim_task *sim;
    struct loop_timer *timer;
    struct task_job *first, *last;
};

static void
arm(struct task_lane *lane)
{
    loop_timer_arm(lane->sim->loop, lane->timer,
                   1 + (int64_t)(random_u64(lane->sim->dice) % 30));
}

static struct task_job *
pop(struct task_lane *lane)
{
    struct task_job *job = lane->first;
    lane->first = job->next;
    if (!lane->first)
        lane->last = NULL;
    job->next = NULL;
    return job;
}

static void
turn(void *self)
{
    struct task_lane *lane = self;
    struct task_job *job = pop(lane);
    if (lane->first)
        arm(lane);
    job->run(job);
    job->done(job); /* last: it may close the lane */
}

static struct task_lane *
open_lane(const char *name, void *self)
{
    struct task_lane *lane = calloc(1, sizeof *lane);
    (void)name;
    assert(lane);
    lane->sim = self;
    lane->timer = loop_timer_create(lane->sim->loop, turn, lane);
    return lane;
}

static void
submit(struct task_lane *lane, struct task_job *job, void *self)
{
    (void)self;
    job->next = NULL;
    if (lane->last)
        lane->last->next = job;
    else
        lane->first = job;
    lane->last = job;
    if (lane->first == job)
        arm(lane);
}

static void
close_lane(struct task_lane *lane, void *self)
{
    (void)self;
    while (lane->first) {
        struct task_job *job = pop(lane);
        job->done(job);
    }
    loop_timer_destroy(lane->sim->loop, lane->timer);
    free(lane);
}

void
sim_task_init(struct sim_task *sim, const struct loop *loop, const struct random *dice)
{
    *sim = (struct sim_task){ .task = { open_lane, submit, close_lane, sim },
                              .loop = loop,
                              .dice = dice };
}
