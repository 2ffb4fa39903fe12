#include "sync/pull_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/db.h"
#include "store/outbox.h"
#include "str.h"

/* A roster that is built beside the one in use, on the lane, and swapped in at the end.
 */

/* ---- on the lane ---------------------------------------------------------- */

static bool
write_all(struct pull_work *work, struct err *err)
{
    bool done = false;
    while (!done) {
        if (!pull_work_step(work, &done, err))
            return false;
    }
    return pull_work_end(work, err);
}

/* Beside it first, so that a name never stands for half a picture. */
static bool
write_file(const struct pull_build_job *job, struct err *err)
{
    char beside[sizeof job->path + 8];
    snprintf(beside, sizeof beside, "%s.new", job->path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && fd_write(fd, job->body, job->length) && fsync(fd) == 0 &&
              rename(beside, job->path) == 0;
    if (!ok)
        err_set(err, ERR_IO, "%s: %s", job->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

static void
run(struct task_job *task)
{
    struct pull_build_job *job = (struct pull_build_job *)(void *)task;
    switch (job->deed) {
    case PULL_OPEN:
        job->ok =
            roster_build_open(job->dir, job->seal, job->random, &job->build, &job->err);
        break;
    case PULL_WRITE:
        job->ok = write_all(job->work, &job->err);
        pretix_batch_free(job->work->batch);
        job->work->batch = NULL;
        break;
    case PULL_FINISH:
        job->ok =
            roster_build_finish(job->build, job->complete_ms, NULL, NULL, &job->err);
        roster_build_close(job->build);
        job->build = NULL;
        break;
    case PULL_CLOSE:
        roster_build_close(job->build);
        job->build = NULL;
        job->ok = true;
        break;
    case PULL_LET_GO:
        job->ok = close(job->former) == 0;
        break;
    case PULL_FILE:
        job->ok = write_file(job, &job->err);
        free(job->body);
        job->body = NULL;
        break;
    }
}

/* ---- on the loop ---------------------------------------------------------- */

static void
wrote(struct pull *self)
{
    void (*call)(struct pull *) = self->wrote;
    pull_note_bad(self, self->work.bad, self->work.first_bad);
    self->tickets += self->work.tickets;
    self->orders.tickets += self->work.tickets;
    pull_work_finish(&self->work);
    self->writing = false;
    call(self);
}

static void
done(struct task_job *task)
{
    struct pull_build_job *job = (struct pull_build_job *)(void *)task;
    struct pull *self = job->pull;
    job->out = false;
    if (self->ending)
        pull_try_end(self);
    else if (job->deed == PULL_FILE || job->deed == PULL_LET_GO)
        self->built(self); /* a picture that cannot be kept is told there */
    else if (!job->ok)
        pull_end(self, API_SILENT, job->err.text);
    else if (job->deed == PULL_WRITE)
        wrote(self);
    else
        self->built(self);
}

void
pull_build_do(struct pull *self, enum pull_deed deed, void (*built)(struct pull *))
{
    struct pull_build_job *job = &self->build;
    job->job = (struct task_job){ .run = run, .done = done };
    job->pull = self;
    job->deed = deed;
    job->dir = db_dir(self->set.db);
    job->seal = db_seal(self->set.db);
    job->random = self->set.random;
    job->work = &self->work;
    job->ok = false;
    job->out = true;
    self->built = built;
    task_submit(self->set.task, self->lane, &job->job);
}

/* ---- may it? -------------------------------------------------------------- */

struct looking {
    struct pull *pull;
    bool other; /* an event that a swap would lose */
    bool begun; /* one of ours has been begun */
};

static bool
is_asked_for(const struct pull *self, const char *event)
{
    for (unsigned i = 0; i < self->count; i++) {
        if (strcmp(self->events[i], event) == 0)
            return true;
    }
    return false;
}

static bool
look(const struct event *event, void *self_)
{
    struct looking *looking = self_;
    struct pull *self = looking->pull;
    char value[CATALOG_MARK_MAX + 1];
    struct err ignored;
    if (strcmp(event->source, "pretix") != 0)
        looking->other = true;
    else if (!is_asked_for(self, event->slug))
        looking->other = looking->other || pull_event_waits(self, event->slug);
    else if (catalog_mark(self->set.db, event->slug, "orders.state", value, &ignored) &&
             value[0])
        looking->begun = true;
    return true;
}

bool
pull_may_build(struct pull *self, bool *first_load, struct err *err)
{
    struct looking looking = { .pull = self };
    if (!roster_each_event(self->set.db, look, &looking, err))
        return false;
    *first_load = !looking.begun;
    return !looking.other && (!looking.begun || self->anew);
}

/* ---- the swap ------------------------------------------------------------- */

static bool
is_suspicious(const struct pull *self)
{
    return !self->believed && self->tickets_before >= PULL_FEW &&
           self->tickets * 2 < self->tickets_before;
}

static void
let_gone(struct pull *self)
{
    pull_pictures_clean(self);
    pull_end(self, self->result, self->status.trouble);
}

/* The former roster's file is held open over the swap, so that unlinking it is a matter
 * of its name; its blocks, up to half a gigabyte of them, are given back on the lane.
 */
static int
open_former(const struct pull *self)
{
    char path[4096];
    int used = snprintf(path, sizeof path, "%s/roster.db", db_dir(self->set.db));
    return used > 0 && (size_t)used < sizeof path ? open(path, O_RDONLY | O_CLOEXEC)
                                                  : -1;
}

static void
swap(struct pull *self)
{
    struct err err;
    int former = open_former(self);
    if (!db_swap_roster(self->set.db, &err)) {
        if (former >= 0)
            close(former);
        pull_end(self, API_SILENT, err.text);
        return;
    }
    self->changed = true;
    self->swapped = true;
    self->building = false;
    pull_say_changed(self);
    log_info(self->set.log, "pull", "swapped in tickets=%lld",
             (long long)self->tickets);
    self->build.former = former;
    pull_build_do(self, PULL_LET_GO, let_gone);
}

/* result is kept in the run until the swap is done. */
void
pull_build_swap(struct pull *self, bool whole, enum api_result result, const char *text)
{
    char words[160];
    if (whole && is_suspicious(self)) {
        snprintf(words, sizeof words,
                 "the server names %lld tickets where there were %lld: confirm it, or "
                 "ask the organiser",
                 (long long)self->tickets, (long long)self->tickets_before);
        pull_suspect(self, words);
        return;
    }
    self->result = result;
    str_copy(self->status.trouble, sizeof self->status.trouble, text);
    self->status.phase = PULL_BUILDING;
    self->build.complete_ms = whole ? self->began_ms : 0;
    pull_build_do(self, PULL_FINISH, swap);
}
