#ifndef YUELAI_LOOP_H
#define YUELAI_LOOP_H

/* loop: what happens, one thing after the other, on the one thread that owns the
 * station's world.
 *
 * Three things can be waited for: a file descriptor, a moment, and "right after
 * this callback" (a timer of 0 ms: a post). All callbacks run on the loop's thread,
 * never from inside a call into the loop, so a part may destroy itself or its
 * watches from its own callback. A callback gets its `self` last.
 *
 * Watches and timers are made when a part is built, where failing is still easy;
 * arming one cannot fail.
 *
 *     self->idle = loop_timer_create(loop, flush, self);   NULL: no memory
 *     loop_timer_arm(loop, self->idle, 150);               again: moves the moment
 *     loop_timer_destroy(loop, self->idle);                takes NULL
 *
 * The real loop is libevent (kiosk/base/loop.c). A simulation puts another one
 * here, on a clock turned by hand; it knows no descriptors (watch returns NULL).
 */

#include <stdint.h>

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_watch; /* opaque; owned by whoever made it */
struct loop_timer;

typedef void loop_fd_fn(int fd, int events, void *self); /* LOOP_READ | LOOP_WRITE */
typedef void loop_fn(void *self);

struct loop {
    struct loop_watch *(*watch)(int fd, int events, loop_fd_fn *call,
                                void *call_self, void *self);
    void (*unwatch)(struct loop_watch *watch, void *self);
    struct loop_timer *(*timer_create)(loop_fn *call, void *call_self, void *self);
    void (*timer_arm)(struct loop_timer *timer, int64_t delay_ms, void *self);
    void (*timer_disarm)(struct loop_timer *timer, void *self);
    void (*timer_destroy)(struct loop_timer *timer, void *self);
    void *self;
};

/* Calls `call` each time fd is ready (level-triggered) until loop_unwatch. The
 * descriptor stays the caller's; unwatch before closing it. NULL: no memory. */
static inline struct loop_watch *
loop_watch(const struct loop *loop, int fd, int events, loop_fd_fn *call, void *self)
{
    return loop->watch(fd, events, call, self, loop->self);
}

static inline void
loop_unwatch(const struct loop *loop, struct loop_watch *watch)
{
    if (watch)
        loop->unwatch(watch, loop->self);
}

static inline struct loop_timer *
loop_timer_create(const struct loop *loop, loop_fn *call, void *self)
{
    return loop->timer_create(call, self, loop->self);
}

/* Calls once, `delay_ms` from now (0: after the present callback). An armed timer
 * is moved. Two timers due at the same moment fire in the order they were armed. */
static inline void
loop_timer_arm(const struct loop *loop, struct loop_timer *timer, int64_t delay_ms)
{
    loop->timer_arm(timer, delay_ms, loop->self);
}

static inline void
loop_timer_disarm(const struct loop *loop, struct loop_timer *timer)
{
    loop->timer_disarm(timer, loop->self);
}

static inline void
loop_timer_destroy(const struct loop *loop, struct loop_timer *timer)
{
    if (timer)
        loop->timer_destroy(timer, loop->self);
}

#endif
