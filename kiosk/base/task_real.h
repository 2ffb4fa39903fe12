#ifndef YUELAI_TASK_REAL_H
#define YUELAI_TASK_REAL_H

/* task_real: lanes (task.h) that are threads.
 *
 *     submit -> lane's queue -> thread: run -> lane's done list -> eventfd -> loop: done
 *
 * One eventfd for all lanes, watched on the loop. Lanes' threads take no signals.
 */

#include "err.h"
#include "loop.h"
#include "task.h"

struct task_real;

bool task_real_create(const struct loop *loop, struct task_real **real, struct err *err);
/* Takes NULL. Every lane has been closed by its opener: asserted. */
void task_real_destroy(struct task_real *real);

const struct task *task_real_door(const struct task_real *real);

#endif
