#include "clock.h"

#include <time.h>

static int64_t
system_utc_ms(void *self)
{
    (void)self;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* BOOTTIME, not MONOTONIC: it goes on while the machine sleeps. */
static int64_t
system_mono_us(void *self)
{
    (void)self;
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const struct clock clock_system = { .utc_ms = system_utc_ms,
                                    .mono_us = system_mono_us };
