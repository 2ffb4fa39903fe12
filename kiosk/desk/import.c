#include "desk/import.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "desk/import_inside.h"
#include "store/db.h"
#include "store/settings.h"
#include "str.h"

enum {
    ASK_SHARE = 5, /* a fifth of the guests gone: is it the right file? */
    SLICE_PAUSE_MS = 1
};

const char *
import_phase_name(enum import_phase phase)
{
    static const char *const names[] = { [IMPORT_READING] = "reading",
                                         [IMPORT_BUILDING] = "building",
                                         [IMPORT_COMPARING] = "comparing",
                                         [IMPORT_WRITING] = "writing",
                                         [IMPORT_CANCELLING] = "cancelling" };
    return names[phase];
}

/* ---- telling --------------------------------------------------------------- */

static enum import_phase
phase_of(const struct import *import)
{
    switch (import->step) {
    case STEP_COMPARE:
    case STEP_COUNT:
        return IMPORT_COMPARING;
    case STEP_WRITE:
        return IMPORT_WRITING;
    case STEP_CANCEL:
        return IMPORT_CANCELLING;
    default:
        return import->job.work == WORK_BUILD ? IMPORT_BUILDING : IMPORT_READING;
    }
}

static void
tell_progress(struct import *import)
{
    struct import_progress progress = { .phase = phase_of(import) };
    if (!import->listener.progress)
        return;
    if (import->step == STEP_LANE) {
        progress.done = atomic_load(&import->job.done);
        progress.of = atomic_load(&import->job.of);
        progress.rows = atomic_load(&import->job.rows);
    } else {
        progress.done = progress.rows = import->apply.rows;
        progress.of = import->result.good;
    }
    import->listener.progress(&progress, import->listener.self);
}

void
import_tell_again(void *self)
{
    struct import *import = self;
    loop_timer_arm(import->loop, import->teller, IMPORT_TELL_MS);
    tell_progress(import);
}

/* The last thing that happens: the listener may destroy the import. */
static void
end(struct import *import, enum import_state state, const struct err *err)
{
    struct import_result *result = &import->result;
    result->state = state;
    if (err)
        result->err = *err;
    import->step = STEP_OVER;
    result->problems_left_out = import->report.left_out;
    if (import->loop)
        loop_timer_disarm(import->loop, import->teller);
    if (import->lock_fd >= 0)
        close(import->lock_fd);
    import->lock_fd = -1;
    log_info(import->log, "import",
             "event=%s state=%d rows=%lld good=%lld bad=%lld added=%lld updated=%lld",
             result->event, (int)state, (long long)result->rows,
             (long long)result->good, (long long)result->bad, (long long)result->added,
             (long long)result->updated);
    report_tell(&import->report, import->listener.told, import->listener.self);
    if (import->listener.done)
        import->listener.done(result, import->listener.self);
}

/* ---- the lane -------------------------------------------------------------- */

static void
run_job(struct task_job *task)
{
    struct import_job *job = (struct import_job *)task;
    if (job->work == WORK_READ)
        import_read(job);
    else if (job->work == WORK_BUILD)
        import_build(job);
    else
        job->ok = keep_accept(job->dir, job->number, &job->err);
}

static void go_on(struct import *import);

/* The report of the lane goes behind what was told before. */
static void
take_report(struct import *import)
{
    struct import_report *from = &import->job.report, *to = &import->report;
    if (!str_add(&to->lines, from->lines.data, from->lines.length)) {
        to->left_out++;
        str_clear(&to->lines);
    }
    to->left_out += from->left_out;
    from->left_out = 0;
    str_clear(&from->lines);
}

static void
job_done(struct task_job *task)
{
    struct import_job *job = (struct import_job *)task;
    struct import *import =
        (struct import *)((char *)job - offsetof(struct import, job));
    import->result = import->job_result;
    take_report(import);
    if (atomic_load(&job->stop))
        return; /* being destroyed */
    import->step = import->after;
    if (!job->ok) { /* told from the timer: a lane cannot be closed from in here */
        if (job->work == WORK_ACCEPT)
            keep_remove_part(import->dir, job->number);
        import->step = STEP_FAILED;
    }
    if (import->loop)
        go_on(import);
}

static void
submit(struct import *import, enum import_work work, enum step after)
{
    struct import_job *job = &import->job;
    job->work = work;
    job->task = (struct task_job){ .run = run_job, .done = job_done };
    job->now_ms = clock_utc_ms(import->clock);
    import->job_result = import->result;
    import->step = STEP_LANE;
    import->after = after;
    if (import->loop) {
        task_submit(import->task, import->lane, &job->task);
    } else {
        run_job(&job->task);
        job_done(&job->task);
    }
}

/* ---- steps ----------------------------------------------------------------- */

struct look {
    bool others, tickets;
};

static bool
look_at_event(const struct event *event, void *self)
{
    struct look *look = self;
    look->others |= strcmp(event->source, "csv") != 0;
    return true;
}

static bool
look_at_ticket(const struct ticket *ticket, void *self)
{
    struct look *look = self;
    (void)ticket;
    look->tickets = true;
    return false;
}

/* A roster that may be thrown away for a new one: no tickets, nothing of a server's. */
static bool
is_empty(struct import *import, bool *empty, struct err *err)
{
    struct look look = { false, false };
    if (!roster_each_event(import->db, look_at_event, &look, err) ||
        !roster_each_ticket(import->db, import->result.event, 0, 1, look_at_ticket,
                            &look, err))
        return false;
    struct roster_age age;
    if (!roster_age(import->db, &age, err))
        return false;
    *empty = !look.others && !look.tickets && age.tickets == 0;
    return true;
}

static bool
begin_apply(struct import *import, struct err *err)
{
    bool empty;
    if (!is_empty(import, &empty, err))
        return false;
    if (empty) {
        submit(import, WORK_BUILD, STEP_SWAP);
        return true;
    }
    import->apply.after_id = 0;
    if (!import_apply_open(&import->apply, import->job.number, err))
        return false;
    import->step = STEP_WRITE;
    return true;
}

static bool
ask(struct import *import)
{
    const struct import_result *result = &import->result;
    if (import->yes || result->missing * ASK_SHARE <= result->known)
        return false;
    keep_remove_part(import->dir, import->job.number);
    end(import, IMPORT_ASKS, NULL);
    return true;
}

static bool
set_complete(struct import *import, struct err *err)
{
    if (!roster_begin(import->db, err))
        return false;
    if (roster_set_complete(import->db, clock_utc_ms(import->clock), err))
        return roster_commit(import->db, err);
    roster_rollback(import->db);
    return false;
}

/* This kept file is in the roster, whole. */
static bool
settle(struct import *import, struct err *err)
{
    const struct import_result *result = &import->result;
    char detail[256];
    snprintf(detail, sizeof detail,
             "event=%s file=%lld added=%lld updated=%lld cancelled=%lld lists=%lld%s",
             result->event, (long long)import->job.number, (long long)result->added,
             (long long)result->updated, (long long)result->cancelled,
             (long long)result->lists, import->rebuilding ? " rebuilt" : "");
    return settings_set_int(import->db, IMPORT_APPLIED, import->job.number, err) &&
           audit_add(import->db, import->who, "import", detail, err);
}

static void
after_write(struct import *import)
{
    import_apply_close(&import->apply);
    bool cancels = import->apply.event.replace;
    import->apply.after_id = 0;
    import->apply.rows = 0;
    import->step = cancels ? STEP_CANCEL : STEP_SETTLE;
}

static bool
after_read(struct import *import, struct err *err)
{
    bool compares = import->job.event.replace && import->job.guests_fd >= 0;
    import->step = compares ? STEP_COMPARE : STEP_ACCEPT;
    return !compares || import_apply_open(&import->apply, import->job.number, err);
}

static void
after_settle(struct import *import)
{
    if (import->job.number < import->last) {
        import->job.number++;
        import_apply_finish(&import->apply);
        import->step = STEP_APPLY;
        return;
    }
    end(import, IMPORT_DONE, NULL);
}

/* One slice of the present step. False: it failed. */
static bool
take_step(struct import *import, struct err *err)
{
    struct import_apply *apply = &import->apply;
    bool over = false, good = true;
    switch (import->step) {
    case STEP_READ:
        return after_read(import, err);
    case STEP_COMPARE:
        good = import_apply_compare(apply, &over, err);
        if (good && over) {
            import_apply_close(apply);
            import->step = STEP_COUNT;
        }
        return good;
    case STEP_COUNT:
        good = import_apply_count_missing(apply, &over, err);
        if (good && over && !ask(import))
            import->step = STEP_ACCEPT;
        return good;
    case STEP_ACCEPT:
        submit(import, WORK_ACCEPT, STEP_APPLY);
        return true;
    case STEP_APPLY:
        return begin_apply(import, err);
    case STEP_SWAP:
        import->step = STEP_SETTLE;
        return db_swap_roster(import->db, err);
    case STEP_WRITE:
        good = import_apply_write(apply, &over, err);
        if (good && over)
            after_write(import);
        return good;
    case STEP_CANCEL:
        good = import_apply_cancel(apply, &over, err);
        if (good && over)
            import->step = STEP_SETTLE;
        return good;
    case STEP_SETTLE:
        if (!set_complete(import, err) || !settle(import, err))
            return false;
        after_settle(import);
        return true;
    case STEP_FAILED:
        *err = import->job.err;
        return false;
    default:
        return true;
    }
}

/* True as long as there is something to do now; the import may be gone if not. */
static bool
advance(struct import *import)
{
    struct err err = { ERR_NONE, "" };
    if (import->step == STEP_OVER || import->step == STEP_LANE)
        return false;
    enum step before = import->step;
    if (!take_step(import, &err)) {
        if (before == STEP_READ || before == STEP_COMPARE || before == STEP_COUNT)
            keep_remove_part(import->dir, import->job.number);
        end(import, IMPORT_FAILED, &err);
        return false;
    }
    return true;
}

void
import_slice(void *self)
{
    struct import *import = self;
    enum step before = import->step;
    if (before == STEP_SETTLE || before == STEP_COUNT) { /* may end it all */
        loop_timer_arm(import->loop, import->timer, SLICE_PAUSE_MS);
        advance(import);
        return;
    }
    if (advance(import) && import->step != STEP_LANE && import->step != STEP_OVER)
        loop_timer_arm(import->loop, import->timer, SLICE_PAUSE_MS);
}

static void
go_on(struct import *import)
{
    loop_timer_arm(import->loop, import->timer, 0);
}

void
import_launch(struct import *import)
{
    if (import->step == STEP_READ)
        submit(import, WORK_READ, STEP_READ);
    else if (import->loop)
        go_on(import);
    while (!import->loop && advance(import))
        tell_progress(import);
}
