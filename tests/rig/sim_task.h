#ifndef YUELAI_SIM_TASK_H
#define YUELAI_SIM_TASK_H

/* sim_task: lanes (task.h) without threads. A job runs and comes back at a later moment
 * of the simulated time that the dice choose; within a lane in order. */

#include "loop.h"
#include "random.h"
#include "task.h"

struct sim_task {
    struct task task;
    const struct loop *loop;
    const struct random *dice;
};

void sim_task_init(struct sim_task *sim, const struct loop *loop,
                   const struct random *dice);

#endif
