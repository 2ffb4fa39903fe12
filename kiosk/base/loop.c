#include "loop.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include <event2/event.h>

#include "base/loop_real.h"

enum { IDLE_AFTER_US = 20 * 1000, IDLE_SLOWEST_US = 1000 * 1000, PROBE_MS = 1000 };

struct loop_watch {
    struct loop_real *real;
    struct event *event;
    loop_fd_fn *call;
    void *self;
};

struct loop_timer {
    loop_fn *call;
    void *self;
    int64_t due_us;
    uint64_t sequence; /* when it was armed, among all armings */
    size_t place;      /* in the heap; NOWHERE = not armed */
};

static const size_t NOWHERE = SIZE_MAX;

struct signal_watch {
    struct loop_real *real;
    struct event *event;
    loop_signal_fn *call;
    void *self;
};

struct loop_real {
    struct loop door;
    struct event_base *base;
    bool stopping;

    struct event *tick;       /* set to the moment of heap[0] */
    int64_t tick_us;          /* that moment; -1 = not set */
    bool firing;              /* the tick is set once, behind the last timer */
    struct loop_timer **heap; /* room for every timer there is, so arming cannot fail */
    size_t armed, timers, room, watches;
    uint64_t sequence;

    struct event *idle; /* libevent's own: it must not count as activity */
    loop_fn *idle_call;
    void *idle_self;
    int64_t idle_gap_us, active_us;
    bool worked, kept_house; /* this turn: a callback of a part; idle hook or probe */

    struct event *probe;
    int64_t probe_due_us, late_sum_us;
    struct loop_real_figures figures;

    struct signal_watch signals[LOOP_REAL_SIGNALS_MAX];
    unsigned signal_count;
};

/* libevent's clock, so that its waits and our moments agree. */
static int64_t
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
set_event(struct event *event, int64_t delay_us)
{
    if (delay_us < 0)
        delay_us = 0;
    struct timeval delay = { .tv_sec = (time_t)(delay_us / 1000000),
                             .tv_usec = (suseconds_t)(delay_us % 1000000) };
    event_add(event, &delay); /* its memory is there since event_new */
}

static void
note_length(struct loop_real *real, int64_t began_us)
{
    int64_t length_us = now_us() - began_us;
    if (length_us > real->figures.longest_us)
        real->figures.longest_us = length_us;
}

/* ---- the heap ---------------------------------------------------------------- */

static bool
comes_before(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->sequence < b->sequence;
}

static void
put(struct loop_real *real, size_t place, struct loop_timer *timer)
{
    real->heap[place] = timer;
    timer->place = place;
}

/* Moves the timer at `place` up or down to where it belongs. */
static void
settle(struct loop_real *real, size_t place)
{
    struct loop_timer *timer = real->heap[place];
    while (place > 0 && comes_before(timer, real->heap[(place - 1) / 2])) {
        put(real, place, real->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (size_t child; (child = 2 * place + 1) < real->armed; place = child) {
        if (child + 1 < real->armed &&
            comes_before(real->heap[child + 1], real->heap[child]))
            child++;
        if (comes_before(timer, real->heap[child]))
            break;
        put(real, place, real->heap[child]);
    }
    put(real, place, timer);
}

static void
take_out(struct loop_real *real, struct loop_timer *timer)
{
    size_t place = timer->place;
    if (place == NOWHERE)
        return;
    timer->place = NOWHERE;
    struct loop_timer *last = real->heap[--real->armed];
    if (last != timer) {
        put(real, place, last);
        settle(real, place);
    }
}

static void
set_tick(struct loop_real *real)
{
    int64_t due_us = real->armed ? real->heap[0]->due_us : -1;
    if (real->firing || due_us == real->tick_us)
        return;
    real->tick_us = due_us;
    if (due_us < 0)
        event_del(real->tick);
    else
        set_event(real->tick, due_us - now_us());
}

/* Fires what is due by now; what the callbacks arm waits for the next turn. */
static void
on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct loop_real *real = self;
    uint64_t limit = real->sequence;
    int64_t now = now_us();
    real->worked = real->firing = true;
    while (real->armed && real->heap[0]->due_us <= now &&
           real->heap[0]->sequence < limit) {
        struct loop_timer *timer = real->heap[0];
        take_out(real, timer);
        int64_t began = now_us();
        timer->call(timer->self); /* may destroy the timer */
        note_length(real, began);
    }
    real->firing = false;
    real->tick_us = -1;
    set_tick(real);
}

/* ---- the door ---------------------------------------------------------------- */

static void
on_ready(evutil_socket_t fd, short what, void *self)
{
    struct loop_watch *watch = self;
    struct loop_real *real = watch->real; /* the call may destroy the watch */
    int events = (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0);
    int64_t began = now_us();
    real->worked = true;
    watch->call(fd, events, watch->self);
    note_length(real, began);
}

static struct loop_watch *
watch_fd(int fd, int events, loop_fd_fn *call, void *call_self, void *self)
{
    struct loop_real *real = self;
    struct loop_watch *watch = malloc(sizeof *watch);
    if (!watch)
        return NULL;
    short what = (short)(EV_PERSIST | (events & LOOP_READ ? EV_READ : 0) |
                         (events & LOOP_WRITE ? EV_WRITE : 0));
    *watch = (struct loop_watch){ .real = real, .call = call, .self = call_self };
    watch->event = event_new(real->base, fd, what, on_ready, watch);
    if (!watch->event || event_add(watch->event, NULL) != 0) {
        if (watch->event)
            event_free(watch->event);
        free(watch);
        return NULL;
    }
    real->watches++;
    return watch;
}

static void
unwatch(struct loop_watch *watch, void *self)
{
    struct loop_real *real = self;
    event_free(watch->event);
    free(watch);
    real->watches--;
}

static bool
grow_heap(struct loop_real *real)
{
    if (real->timers < real->room)
        return true;
    size_t room = real->room ? 2 * real->room : 32;
    struct loop_timer **heap = realloc(real->heap, room * sizeof *heap);
    if (!heap)
        return false;
    real->heap = heap;
    real->room = room;
    return true;
}

static struct loop_timer *
make_timer(loop_fn *call, void *call_self, void *self)
{
    struct loop_real *real = self;
    struct loop_timer *timer = grow_heap(real) ? malloc(sizeof *timer) : NULL;
    if (!timer)
        return NULL;
    *timer = (struct loop_timer){ .call = call, .self = call_self, .place = NOWHERE };
    real->timers++;
    return timer;
}

static void
arm(struct loop_timer *timer, int64_t delay_ms, void *self)
{
    enum { FOREVER_MS = 1000 * 1000 * 1000 }; /* 11 days: keeps the sums in range */
    struct loop_real *real = self;
    take_out(real, timer);
    if (delay_ms < 0)
        delay_ms = 0;
    timer->due_us = now_us() + 1000 * (delay_ms < FOREVER_MS ? delay_ms : FOREVER_MS);
    timer->sequence = real->sequence++;
    put(real, real->armed++, timer);
    settle(real, timer->place);
    set_tick(real);
}

static void
disarm(struct loop_timer *timer, void *self)
{
    struct loop_real *real = self;
    take_out(real, timer);
    set_tick(real);
}

static void
destroy_timer(struct loop_timer *timer, void *self)
{
    struct loop_real *real = self;
    disarm(timer, real);
    free(timer);
    real->timers--;
}

/* ---- idle, probe, signals ---------------------------------------------------- */

static void
on_idle_moment(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct loop_real *real = self;
    int64_t quiet_us = now_us() - real->active_us;
    real->kept_house = true;
    if (quiet_us < real->idle_gap_us) {
        set_event(real->idle, real->idle_gap_us - quiet_us);
        return;
    }
    if (real->idle_call)
        real->idle_call(real->idle_self);
    real->active_us = now_us();
    real->idle_gap_us *= 2;
    if (real->idle_gap_us > IDLE_SLOWEST_US)
        real->idle_gap_us = IDLE_SLOWEST_US;
    set_event(real->idle, real->idle_gap_us);
}

/* Something happened: the next quiet moment is 20 ms away. The event that is set is
 * only moved when that is sooner, so a busy turn costs a comparison. */
static void
note_activity(struct loop_real *real)
{
    real->active_us = now_us();
    if (real->idle_call && real->idle_gap_us > IDLE_AFTER_US)
        set_event(real->idle, IDLE_AFTER_US);
    real->idle_gap_us = IDLE_AFTER_US;
}

static void
on_probe(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct loop_real *real = self;
    struct loop_real_figures *figures = &real->figures;
    int64_t now = now_us();
    real->kept_house = true;
    int64_t late_us = now > real->probe_due_us ? now - real->probe_due_us : 0;
    figures->late_last_us = late_us;
    if (late_us > figures->late_max_us)
        figures->late_max_us = late_us;
    real->late_sum_us += late_us;
    figures->late_mean_us = real->late_sum_us / ++figures->probes;
    real->probe_due_us = now + PROBE_MS * 1000;
    set_event(real->probe, PROBE_MS * 1000);
}

static void
on_signal(evutil_socket_t number, short what, void *self)
{
    (void)what;
    struct signal_watch *watch = self;
    watch->real->worked = true;
    watch->call((int)number, watch->self);
}

bool
loop_real_on_signal(struct loop_real *real, int signal_number, loop_signal_fn *call,
                    void *self, struct err *err)
{
    assert(real->signal_count < LOOP_REAL_SIGNALS_MAX);
    struct signal_watch *watch = &real->signals[real->signal_count];
    *watch = (struct signal_watch){ .real = real, .call = call, .self = self };
    watch->event = evsignal_new(real->base, signal_number, on_signal, watch);
    if (!watch->event || event_add(watch->event, NULL) != 0) {
        if (watch->event)
            event_free(watch->event);
        return err_set(err, ERR_IO, "signal %d cannot be watched", signal_number);
    }
    real->signal_count++;
    return true;
}

void
loop_real_on_idle(struct loop_real *real, loop_fn *call, void *self)
{
    real->idle_call = call;
    real->idle_self = self;
    real->idle_gap_us = IDLE_AFTER_US;
    real->active_us = now_us();
    if (call)
        set_event(real->idle, IDLE_AFTER_US);
    else
        event_del(real->idle);
}

/* ---- life -------------------------------------------------------------------- */

static struct event_base *
new_base(void)
{
    struct event_config *config = event_config_new();
    if (!config)
        return NULL;
    /* without it libevent rounds to the kernel's coarse clock, 4 ms */
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

bool
loop_real_create(struct loop_real **out, struct err *err)
{
    struct loop_real *real = calloc(1, sizeof *real);
    if (!real)
        return err_no_memory(err);
    real->door = (struct loop){ .watch = watch_fd,
                                .unwatch = unwatch,
                                .timer_create = make_timer,
                                .timer_arm = arm,
                                .timer_disarm = disarm,
                                .timer_destroy = destroy_timer,
                                .self = real };
    real->tick_us = -1;
    real->base = new_base();
    if (real->base) {
        real->tick = evtimer_new(real->base, on_tick, real);
        real->idle = evtimer_new(real->base, on_idle_moment, real);
        real->probe = evtimer_new(real->base, on_probe, real);
    }
    if (!real->base || !real->tick || !real->idle || !real->probe) {
        loop_real_destroy(real);
        return err_set(err, ERR_IO, "no event loop: out of memory or descriptors");
    }
    *out = real;
    return true;
}

static void
free_event(struct event *event)
{
    if (event)
        event_free(event);
}

void
loop_real_destroy(struct loop_real *real)
{
    if (!real)
        return;
    assert(real->timers == 0 && real->watches == 0);
    for (unsigned i = 0; i < real->signal_count; i++)
        free_event(real->signals[i].event);
    free_event(real->tick);
    free_event(real->idle);
    free_event(real->probe);
    if (real->base)
        event_base_free(real->base);
    free(real->heap);
    free(real);
}

const struct loop *
loop_real_door(const struct loop_real *real)
{
    return &real->door;
}

void
loop_real_run(struct loop_real *real)
{
    real->stopping = false;
    real->probe_due_us = now_us() + PROBE_MS * 1000;
    set_event(real->probe, PROBE_MS * 1000);
    while (!real->stopping) {
        real->worked = real->kept_house = false;
        if (event_base_loop(real->base, EVLOOP_ONCE) < 0)
            break; /* the kernel's poll failed for good: nothing could be waited for */
        real->figures.turns++;
        if (real->worked ||
            !real->kept_house) /* neither: somebody else's event (web) */
            note_activity(real);
    }
}

void
loop_real_stop(struct loop_real *real)
{
    real->stopping = true;
}

void *
loop_real_event_base(struct loop_real *real)
{
    return real->base;
}

void
loop_real_figures(const struct loop_real *real, struct loop_real_figures *figures)
{
    *figures = real->figures;
}
