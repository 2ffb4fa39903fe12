#include "task.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/task_real.h"
#include "str.h"

enum { NAME_BYTES = 16 }; /* the kernel's bound, with the NUL */

struct jobs { /* first in, first out */
    struct task_job *first, *last;
};

struct task_lane {
    struct task_real *real;
    struct task_lane *next; /* in real->lanes */
    pthread_t thread;
    char name[NAME_BYTES];

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t wake;
    struct jobs queued, done;
    bool closing;
};

struct task_real {
    struct task door;
    const struct loop *loop;
    struct loop_watch *watch;
    int wake_fd;
    struct task_lane *lanes; /* the loop thread's alone */
};

static void
push(struct jobs *jobs, struct task_job *job)
{
    job->next = NULL;
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
}

static struct task_job *
pop(struct jobs *jobs)
{
    struct task_job *job = jobs->first;
    if (job) {
        jobs->first = job->next;
        if (!jobs->first)
            jobs->last = NULL;
        job->next = NULL;
    }
    return job;
}

static void
tell_loop(struct task_real *real)
{
    uint64_t one = 1;
    while (write(real->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void *
work(void *self)
{
    struct task_lane *lane = self;
    pthread_setname_np(pthread_self(), lane->name);
    pthread_mutex_lock(&lane->lock);
    for (;;) {
        while (!lane->queued.first && !lane->closing)
            pthread_cond_wait(&lane->wake, &lane->lock);
        if (lane->closing)
            break;
        struct task_job *job = pop(&lane->queued);
        pthread_mutex_unlock(&lane->lock);
        job->run(job);
        pthread_mutex_lock(&lane->lock);
        push(&lane->done, job);
        tell_loop(lane->real);
    }
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

static struct task_job *
take_done(struct task_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    struct task_job *job = pop(&lane->done);
    pthread_mutex_unlock(&lane->lock);
    return job;
}

static struct task_job *
take_any_done(struct task_real *real)
{
    for (struct task_lane *lane = real->lanes; lane; lane = lane->next) {
        struct task_job *job = take_done(lane);
        if (job)
            return job;
    }
    return NULL;
}

static void
on_wake(int fd, int events, void *self)
{
    (void)events;
    struct task_real *real = self;
    uint64_t count;
    if (read(fd, &count, sizeof count) < 0)
        return; /* somebody before us in this turn took it */
    /* One at a time from the top: a `done` may open and close lanes. */
    for (struct task_job *job; (job = take_any_done(real));)
        job->done(job);
}

/* A lane's thread leaves all signals to the loop's. */
static bool
start_thread(struct task_lane *lane)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&lane->thread, NULL, work, lane);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !failed;
}

static void
free_lane(struct task_lane *lane)
{
    pthread_cond_destroy(&lane->wake);
    pthread_mutex_destroy(&lane->lock);
    free(lane);
}

static struct task_lane *
open_lane(const char *name, void *self)
{
    struct task_real *real = self;
    struct task_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return NULL;
    lane->real = real;
    str_copy(lane->name, sizeof lane->name, name);
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->wake, NULL);
    if (!start_thread(lane)) {
        free_lane(lane);
        return NULL;
    }
    lane->next = real->lanes;
    real->lanes = lane;
    return lane;
}

static void
submit(struct task_lane *lane, struct task_job *job, void *self)
{
    (void)self;
    pthread_mutex_lock(&lane->lock);
    assert(!lane->closing);
    push(&lane->queued, job);
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
}

static void
close_lane(struct task_lane *lane, void *self)
{
    struct task_real *real = self;
    pthread_mutex_lock(&lane->lock);
    lane->closing = true;
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
    pthread_join(lane->thread, NULL);

    struct task_lane **link = &real->lanes;
    while (*link != lane)
        link = &(*link)->next;
    *link = lane->next;

    /* The thread is gone: its lists are ours. */
    for (struct task_job *job; (job = pop(&lane->done)) || (job = pop(&lane->queued));)
        job->done(job);
    free_lane(lane);
}

bool
task_real_create(const struct loop *loop, struct task_real **out, struct err *err)
{
    struct task_real *real = calloc(1, sizeof *real);
    if (!real)
        return err_no_memory(err);
    real->door = (struct task){
        .open = open_lane, .submit = submit, .close = close_lane, .self = real
    };
    real->loop = loop;
    real->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (real->wake_fd >= 0)
        real->watch = loop_watch(loop, real->wake_fd, LOOP_READ, on_wake, real);
    if (!real->watch) {
        task_real_destroy(real);
        return err_set(err, ERR_IO, "no event descriptor for tasks");
    }
    *out = real;
    return true;
}

void
task_real_destroy(struct task_real *real)
{
    if (!real)
        return;
    assert(!real->lanes);
    loop_unwatch(real->loop, real->watch);
    if (real->wake_fd >= 0)
        close(real->wake_fd);
    free(real);
}

const struct task *
task_real_door(const struct task_real *real)
{
    return &real->door;
}
