#ifndef YUELAI_VERDICT_LANE_H
#define YUELAI_VERDICT_LANE_H

/* verdict_lane: the station's real lanes for slow work above a loop that has no
 * descriptors: what came back is taken when the bench says so. And the loop's turns, by
 * which a code that comes in one of them has to wait. */

#include <stdlib.h>

#include "base/task_real.h"
#include "figures.h"
#include "loop.h"

struct lanes {
    struct loop loop; /* hand_loop's, with one watch */
    struct task_real *real;
    loop_fd_fn *call;
    void *self;
    int fd;
};

static struct loop_watch *
lanes_watch(int fd, int events, loop_fd_fn *call, void *call_self, void *self)
{
    struct lanes *lanes = (struct lanes *)self;
    (void)events;
    lanes->fd = fd;
    lanes->call = call;
    lanes->self = call_self;
    return (struct loop_watch *)lanes;
}

static void
lanes_unwatch(struct loop_watch *watch, void *self)
{
    (void)watch, (void)self;
}

static inline bool
lanes_open(struct lanes *lanes, struct err *err)
{
    lanes->loop = (struct loop){ .watch = lanes_watch,
                                 .unwatch = lanes_unwatch,
                                 .self = lanes };
    return task_real_create(&lanes->loop, &lanes->real, err);
}

/* Calls `done` of what has come back. */
static inline void
lanes_turn(struct lanes *lanes)
{
    lanes->call(lanes->fd, LOOP_READ, lanes->self);
}

/* The turns of the loop in which it does something for the download; in between it is
 * free. */
struct turns {
    double us[8], sum_us;
    unsigned count;
};

static inline void
turns_take(struct turns *turns, void (*do_it)(void *self), void *self,
           struct figures *figures)
{
    double began_us = now_us();
    do_it(self);
    double us = now_us() - began_us;
    turns->us[turns->count++] = us;
    turns->sum_us += us;
    figures->us[figures->count++] = us;
}

/* How long a code that comes at this moment of the turns waits for the end of its one.
 */
static inline double
turns_wait_us(const struct turns *turns, double at_us)
{
    unsigned i = 0;
    for (; i + 1 < turns->count && at_us > turns->us[i]; i++)
        at_us -= turns->us[i];
    return turns->us[i] > at_us ? turns->us[i] - at_us : 0;
}

#endif
