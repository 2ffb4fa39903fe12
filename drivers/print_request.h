#ifndef YUELAI_PRINT_REQUEST_H
#define YUELAI_PRINT_REQUEST_H

/* print_request: how every printer driver carries a request over its lane and back. A
 * driver writes `run` (on the lane's thread) and gives it to print_request_start; the
 * answer's fields begin as "nothing was taken, nothing is known", which is also what
 * comes back if the lane closes before the request had its turn. */

#include <stddef.h>

#include "printer.h"

static inline struct printer_request *
print_request_of(struct task_job *job)
{
    return (struct printer_request *)((char *)job -
                                      offsetof(struct printer_request, job_slot));
}

static inline void
print_request_done(struct task_job *job)
{
    struct printer_request *request = print_request_of(job);
    request->done(request);
}

static inline void
print_request_start(const struct task *task, struct task_lane *lane,
                    void (*run)(struct task_job *job), struct printer_request *request)
{
    request->outcome =
        request->op == PRINTER_SUBMIT ? PRINTER_REFUSED : PRINTER_UNKNOWN;
    request->job = PRINTER_JOB_ABSENT;
    request->started = request->accepting = false;
    request->queue = PRINTER_STOPPED;
    request->reasons = 0;
    request->epoch = 0;
    request->text[0] = '\0';
    request->job_slot = (struct task_job){ .run = run, .done = print_request_done };
    task_submit(task, lane, &request->job_slot);
}

/* The printer's own thread; NULL with an error that names the printer. */
static inline struct task_lane *
print_request_lane(const struct printer_setting *setting, const char *name,
                   struct err *err)
{
    struct task_lane *lane = task_open(setting->task, name);
    if (!lane)
        err_set(err, ERR_MEMORY, "printer \"%s\": no thread to be had", setting->uri);
    return lane;
}

#endif
