#include "hand_spooler.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

enum { TICK_MS = 10, REPLY_MS = 2 };

struct printer {
    struct hand_queue *queue;
};

static struct hand_spooler *present;

void
hand_spooler_use(struct hand_spooler *spooler)
{
    present = spooler;
}

struct hand_queue *
hand_spooler_queue(struct hand_spooler *spooler, const char *name)
{
    for (int i = 0; i < HAND_QUEUES_MAX; i++) {
        struct hand_queue *queue = &spooler->queues[i];
        if (strcmp(queue->name, name) == 0)
            return queue;
        if (queue->name[0])
            continue;
        *queue = (struct hand_queue){ .spooler = spooler,
                                      .state = PRINTER_IDLE,
                                      .accepting = true,
                                      .print_ms = 800 };
        str_copy(queue->name, sizeof queue->name, name);
        return queue;
    }
    abort(); /* too many queues */
}

unsigned
hand_spooler_copies(const struct hand_spooler *spooler, const char *job_name)
{
    unsigned copies = 0;
    for (unsigned i = 0; i < spooler->paper_count; i++)
        copies += strcmp(spooler->paper[i], job_name) == 0;
    return copies;
}

/* ---- printing --------------------------------------------------------------- */

static bool
is_open(const struct hand_job *job)
{
    return job->state >= PRINTER_JOB_WAITING && job->state <= PRINTER_JOB_STOPPED;
}

static struct hand_job *
first_open(struct hand_spooler *spooler, const struct hand_queue *queue)
{
    for (unsigned i = 0; i < spooler->job_count; i++) {
        if (spooler->jobs[i].queue == queue && is_open(&spooler->jobs[i]))
            return &spooler->jobs[i];
    }
    return NULL;
}

/* The backend of a job that was cancelled has ended, and said its word. */
static void
end_cancelled(struct hand_queue *queue)
{
    struct hand_job *job = queue->ending;
    queue->ending = NULL;
    if (queue->guarded)
        job->once =
            queue->away || !job->started ? PRINTER_ONCE_NOTHING : PRINTER_ONCE_CUT;
}

static void
work(struct hand_spooler *spooler, struct hand_queue *queue)
{
    if (queue->ending) {
        queue->ending_ms -= TICK_MS;
        if (queue->ending_ms <= 0)
            end_cancelled(queue);
        return;
    }
    struct hand_job *job = first_open(spooler, queue);
    if (!job || queue->state == PRINTER_STOPPED) {
        if (queue->state == PRINTER_BUSY)
            queue->state = PRINTER_IDLE;
        return;
    }
    if (queue->drops) {
        job->state = PRINTER_JOB_ABORTED;
        return;
    }
    queue->state = PRINTER_BUSY;
    if (job->state != PRINTER_JOB_PRINTING) {
        job->state = PRINTER_JOB_PRINTING;
        job->started = true;
        job->left_ms = queue->print_ms;
    }
    if (queue->hangs || queue->reasons || queue->away)
        return;
    job->left_ms -= TICK_MS;
    if (job->left_ms > 0)
        return;
    job->state = queue->aborts ? PRINTER_JOB_ABORTED : PRINTER_JOB_COMPLETED;
    if (queue->guarded)
        job->once = queue->aborts ? PRINTER_ONCE_CUT : PRINTER_ONCE_SENT;
    unsigned sheets = queue->aborts || spooler->lies ? 0 : spooler->doubles ? 2 : 1;
    for (; sheets > 0 && spooler->paper_count < HAND_PAPER_MAX; sheets--)
        str_copy(spooler->paper[spooler->paper_count++], sizeof spooler->paper[0],
                 job->name);
}

static void
tick(void *self)
{
    struct hand_spooler *spooler = self;
    loop_timer_arm(&spooler->loop->loop, spooler->tick, TICK_MS);
    for (int i = 0; i < HAND_QUEUES_MAX && !spooler->silent && !spooler->refuses; i++) {
        if (spooler->queues[i].name[0])
            work(spooler, &spooler->queues[i]);
    }
}

void
hand_spooler_restart(struct hand_spooler *spooler, bool jobs_lost)
{
    spooler->epoch++;
    if (jobs_lost)
        spooler->job_count = 0;
    for (unsigned i = 0; i < spooler->job_count; i++) {
        struct hand_job *job = &spooler->jobs[i];
        if (!is_open(job))
            continue;
        bool begun = job->state == PRINTER_JOB_PRINTING;
        job->state = PRINTER_JOB_WAITING;
        if (!job->queue->guarded || !begun)
            continue;
        job->state = PRINTER_JOB_COMPLETED;
        job->once = PRINTER_ONCE_SENT;
        str_copy(spooler->paper[spooler->paper_count++], sizeof spooler->paper[0],
                 job->name);
    }
}

/* ---- answers ---------------------------------------------------------------- */

static struct hand_job *
find(struct hand_spooler *spooler, const char *name)
{
    for (unsigned i = spooler->job_count; i > 0; i--) {
        if (strcmp(spooler->jobs[i - 1].name, name) == 0)
            return &spooler->jobs[i - 1];
    }
    return NULL;
}

static void
tell_job(struct hand_spooler *spooler, struct printer_request *request)
{
    const struct hand_job *job = find(spooler, request->job_name);
    request->job = job ? job->state : PRINTER_JOB_ABSENT;
    request->started = job && job->started;
    request->once = job ? job->once : PRINTER_ONCE_UNSAID;
    request->outcome = PRINTER_ANSWERED;
}

static void
take_job(struct hand_queue *queue, struct printer_request *request)
{
    struct hand_spooler *spooler = queue->spooler;
    bool taken = queue->accepting && !queue->denies && !spooler->swallows;
    bool said = !spooler->swallows && !spooler->keeps_reply;
    spooler->swallows = spooler->keeps_reply = false;
    if (taken) {
        assert(spooler->job_count < HAND_JOBS_MAX);
        struct hand_job *job = &spooler->jobs[spooler->job_count++];
        *job = (struct hand_job){ .queue = queue, .state = PRINTER_JOB_WAITING };
        str_copy(job->name, sizeof job->name, request->job_name);
    }
    request->outcome = !said   ? PRINTER_UNKNOWN
                       : taken ? PRINTER_ACCEPTED
                               : PRINTER_REFUSED;
    if (request->outcome != PRINTER_ACCEPTED)
        str_copy(request->text, sizeof request->text,
                 said ? "not accepting" : "no reply");
}

static void
answer(struct hand_queue *queue, struct printer_request *request)
{
    struct hand_spooler *spooler = queue->spooler;
    struct hand_job *job = find(spooler, request->job_name);
    switch (request->op) {
    case PRINTER_SUBMIT:
        take_job(queue, request);
        break;
    case PRINTER_CANCEL:
        if (job && is_open(job)) {
            job->state = PRINTER_JOB_CANCELED;
            queue->ending = job;
            queue->ending_ms = queue->ends_ms;
            if (queue->ends_ms == 0)
                end_cancelled(queue);
        }
        tell_job(spooler, request);
        break;
    case PRINTER_STATUS:
        request->queue = queue->state;
        request->accepting = queue->accepting;
        request->guarded = queue->guarded;
        request->reasons = queue->reasons;
        tell_job(spooler, request);
        break;
    case PRINTER_FIND:
        tell_job(spooler, request);
        break;
    }
    request->epoch = request->outcome == PRINTER_UNKNOWN ? 0 : spooler->epoch;
}

static void
reply(void *self)
{
    struct hand_queue *queue = self;
    struct hand_spooler *spooler = queue->spooler;
    struct printer_request *request = queue->request;
    request->epoch = 0;
    request->reasons = 0;
    request->started = request->accepting = request->guarded = false;
    request->once = PRINTER_ONCE_UNSAID;
    request->queue = PRINTER_STOPPED;
    request->job = PRINTER_JOB_ABSENT;
    request->text[0] = '\0';
    if (spooler->silent || spooler->refuses) {
        request->outcome = spooler->refuses && request->op == PRINTER_SUBMIT
                               ? PRINTER_REFUSED
                               : PRINTER_UNKNOWN;
        request->reasons = spooler->refuses ? PRINTER_NO_SPOOLER : 0;
        str_copy(request->text, sizeof request->text, "nobody answers");
    } else {
        answer(queue, request);
    }
    queue->request = NULL;
    request->done(request);
}

/* ---- the door --------------------------------------------------------------- */

static struct printer *
open_it(const struct printer_setting *setting, struct err *err)
{
    struct printer *printer = calloc(1, sizeof *printer);
    (void)err;
    assert(printer);
    printer->queue = hand_spooler_queue(present, strchr(setting->uri, ':') + 1);
    printer->queue->reply =
        loop_timer_create(&present->loop->loop, reply, printer->queue);
    return printer;
}

static void
start(struct printer *printer, struct printer_request *request)
{
    struct hand_queue *queue = printer->queue;
    assert(!queue->request); /* one at a time: the door's contract */
    queue->request = request;
    loop_timer_arm(&queue->spooler->loop->loop, queue->reply,
                   queue->spooler->silent ? request->deadline_ms : REPLY_MS);
}

static void
close_it(struct printer *printer)
{
    if (!printer)
        return;
    if (printer->queue->request)
        reply(printer->queue);
    loop_timer_destroy(&printer->queue->spooler->loop->loop, printer->queue->reply);
    printer->queue->reply = NULL;
    free(printer);
}

const struct printer_driver hand_driver = {
    .scheme = "hand",
    .open = open_it,
    .start = start,
    .close = close_it,
};

void
hand_spooler_init(struct hand_spooler *spooler, struct hand_loop *loop)
{
    *spooler = (struct hand_spooler){ .loop = loop, .epoch = 1000 };
    spooler->tick = loop_timer_create(&loop->loop, tick, spooler);
    loop_timer_arm(&loop->loop, spooler->tick, TICK_MS);
    present = spooler;
}

void
hand_spooler_finish(struct hand_spooler *spooler)
{
    loop_timer_destroy(&spooler->loop->loop, spooler->tick);
}
