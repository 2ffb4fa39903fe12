#ifndef YUELAI_CLOCK_H
#define YUELAI_CLOCK_H

/* clock: the only way by which time comes into the program.
 *
 * Moments are UTC milliseconds since 1970 (leap seconds do not exist); they go into
 * rows and onto screens. Durations, time-outs and the gaps between a scanner's bytes
 * come from a monotonic clock that goes on while the machine sleeps; its zero means
 * nothing. A wall clock may jump, so nobody subtracts two moments to get a duration.
 *
 * A test turns its own clock by hand.
 */

#include <stdint.h>

struct clock {
    int64_t (*utc_ms)(void *self);
    int64_t (*mono_us)(void *self); /* microseconds, never goes back */
    void *self;
};

/* The machine's own clocks (kiosk/base/clock.c). */
extern const struct clock clock_system;

static inline int64_t
clock_utc_ms(const struct clock *clock)
{
    return clock->utc_ms(clock->self);
}

static inline int64_t
clock_mono_us(const struct clock *clock)
{
    return clock->mono_us(clock->self);
}

static inline int64_t
clock_mono_ms(const struct clock *clock)
{
    return clock->mono_us(clock->self) / 1000;
}

#endif
