#ifndef YUELAI_LOOP_REAL_H
#define YUELAI_LOOP_REAL_H

/* loop_real: the loop (loop.h) of a running program, on libevent.
 *
 *     turn:  wait -> descriptors -> timers that are due, in order -> again
 *                                     '-> nothing for 20 ms: the idle hook
 *
 * Timers stand in a heap of our own, ordered by moment and then by when they were
 * armed, behind one timer of libevent: libevent alone keeps no order among equals. A
 * timer armed with 0 ms inside a callback fires in the next turn, so that descriptors
 * are never starved.
 *
 * One thread makes, runs and destroys it. Several may live in one process.
 */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "loop.h"

struct loop_real;

bool loop_real_create(struct loop_real **real, struct err *err);
/* Takes NULL. Every watch and timer has been destroyed by its maker: asserted. */
void loop_real_destroy(struct loop_real *real);

const struct loop *loop_real_door(const struct loop_real *real);

/* Runs until loop_real_stop, which may be called from any callback. Whatever is ready
 * in the same turn still happens. */
void loop_real_run(struct loop_real *real);
void loop_real_stop(struct loop_real *real);

/* Calls when nothing has happened for 20 ms, again after twice the time while all stays
 * quiet, up to every second: housekeeping in small pieces. One hook; NULL: none. */
void loop_real_on_idle(struct loop_real *real, loop_fn *call, void *self);

/* Calls on the loop's thread after a signal came (any number of times: once). The
 * handler is there until the loop is destroyed. At most LOOP_REAL_SIGNALS_MAX. */
enum { LOOP_REAL_SIGNALS_MAX = 8 };
typedef void loop_signal_fn(int signal_number, void *self);
bool loop_real_on_signal(struct loop_real *real, int signal_number, loop_signal_fn *call,
                         void *self, struct err *err);

/* The libevent base (struct event_base *), for screen/web*.c alone, which speaks HTTP by
 * the same library. */
void *loop_real_event_base(struct loop_real *real);

/* How well the loop keeps time. A probe is due every second; how late it comes is how
 * long anything else may have had to wait. */
struct loop_real_figures {
    int64_t turns; /* grows while the loop lives: what a watchdog looks at */
    int64_t probes;
    int64_t late_mean_us, late_max_us; /* of all probes */
    int64_t late_last_us;
    int64_t longest_us; /* the longest single callback of ours */
};

void loop_real_figures(const struct loop_real *real, struct loop_real_figures *figures);

#endif
