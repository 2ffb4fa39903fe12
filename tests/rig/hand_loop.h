#ifndef YUELAI_HAND_LOOP_H
#define YUELAI_HAND_LOOP_H

/* hand_loop: a loop and a clock that a test turns by hand. Timers fire in order of their
 * moment; nothing happens between two calls of hand_loop_turn. No descriptors. */

#include <stdint.h>

#include "clock.h"
#include "loop.h"

enum { HAND_LOOP_TIMERS_MAX = 160 };

struct hand_loop {
    struct loop loop;
    struct clock clock;
    int64_t now_us, utc_ms; /* utc_ms: at now_us 0 */
    struct loop_timer *timers[HAND_LOOP_TIMERS_MAX];
    uint64_t armed; /* counts, so that equals fire in order */
};

void hand_loop_init(struct hand_loop *hand, int64_t utc_ms);
void hand_loop_turn(struct hand_loop *hand, int64_t ms); /* time goes on, timers fire */

#endif
