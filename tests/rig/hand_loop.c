#include "hand_loop.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

struct loop_timer {
    struct hand_loop *hand;
    loop_fn *call;
    void *self;
    bool armed;
    int64_t due_us;
    uint64_t order;
};

static int64_t
utc_ms(void *self)
{
    struct hand_loop *hand = self;
    return hand->utc_ms + hand->now_us / 1000;
}

static int64_t
mono_us(void *self)
{
    return ((struct hand_loop *)self)->now_us;
}

static struct loop_watch *
watch(int fd, int events, loop_fd_fn *call, void *call_self, void *self)
{
    (void)fd, (void)events, (void)call, (void)call_self, (void)self;
    return NULL;
}

static void
unwatch(struct loop_watch *watched, void *self)
{
    (void)watched, (void)self;
}

static struct loop_timer *
timer_create_(loop_fn *call, void *call_self, void *self)
{
    struct hand_loop *hand = self;
    struct loop_timer *timer = calloc(1, sizeof *timer);
    for (unsigned i = 0; timer && i < HAND_LOOP_TIMERS_MAX; i++) {
        if (hand->timers[i])
            continue;
        *timer = (struct loop_timer){ .hand = hand, .call = call, .self = call_self };
        hand->timers[i] = timer;
        return timer;
    }
    assert(false && "hand_loop: too many timers");
    return NULL;
}

static void
arm(struct loop_timer *timer, int64_t delay_ms, void *self)
{
    struct hand_loop *hand = self;
    timer->armed = true;
    timer->due_us = hand->now_us + delay_ms * 1000;
    timer->order = ++hand->armed;
}

static void
disarm(struct loop_timer *timer, void *self)
{
    (void)self;
    timer->armed = false;
}

static void
destroy(struct loop_timer *timer, void *self)
{
    struct hand_loop *hand = self;
    for (unsigned i = 0; i < HAND_LOOP_TIMERS_MAX; i++) {
        if (hand->timers[i] == timer)
            hand->timers[i] = NULL;
    }
    free(timer);
}

void
hand_loop_init(struct hand_loop *hand, int64_t start_utc_ms)
{
    *hand = (struct hand_loop){ .utc_ms = start_utc_ms };
    hand->loop =
        (struct loop){ watch, unwatch, timer_create_, arm, disarm, destroy, hand };
    hand->clock = (struct clock){ utc_ms, mono_us, hand };
}

static struct loop_timer *
next_due(const struct hand_loop *hand, int64_t until_us)
{
    struct loop_timer *next = NULL;
    for (unsigned i = 0; i < HAND_LOOP_TIMERS_MAX; i++) {
        struct loop_timer *timer = hand->timers[i];
        if (!timer || !timer->armed || timer->due_us > until_us)
            continue;
        if (!next || timer->due_us < next->due_us ||
            (timer->due_us == next->due_us && timer->order < next->order))
            next = timer;
    }
    return next;
}

void
hand_loop_turn(struct hand_loop *hand, int64_t ms)
{
    int64_t until_us = hand->now_us + ms * 1000;
    struct loop_timer *timer;
    while ((timer = next_due(hand, until_us))) {
        hand->now_us = timer->due_us;
        timer->armed = false;
        timer->call(timer->self);
    }
    hand->now_us = until_us;
}
