#include "desk/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/zone.h"
#include "desk/import_parts.h"
#include "store/db.h"
#include "store/settings.h"
#include "str.h"

/*  READ(lane) -> [COMPARE -> COUNT -> asks?] -> ACCEPT(lane)
 *     -> BUILD(lane) + swap     or  WRITE -> [CANCEL]
 *     -> the next kept file (rebuild), or done
 */
enum step {
    STEP_LANE, /* a job is out */
    STEP_READ,
    STEP_COMPARE,
    STEP_COUNT,
    STEP_ACCEPT,
    STEP_APPLY, /* build, or open for writing */
    STEP_SWAP,
    STEP_WRITE,
    STEP_CANCEL,
    STEP_SETTLE,
    STEP_FAILED, /* the lane's job failed: its err says why */
    STEP_OVER
};

enum {
    TELL_MS = 100, /* how often progress is told */
    ASK_SHARE = 5, /* a fifth of the guests gone: is it the right file? */
    SLICE_PAUSE_MS = 1
};

static const char applied_key[] = "import.applied";

struct import {
    struct db *db;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct log *log;
    struct import_listener listener;
    char who[64], *dir;
    int lock_fd;
    bool yes, rebuilding;
    struct zone *zone;

    enum step step, after; /* after: what comes when the job is back */
    struct task_lane *lane;
    struct loop_timer *timer, *teller;
    struct import_job job;
    struct import_apply apply;
    struct import_result result, job_result;
    struct import_report report;
    int64_t last; /* the kept file that is the last to be applied */
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

/* ---- telling -----------------------------------------------------------------------
 */

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

static void
tell_again(void *self)
{
    struct import *import = self;
    loop_timer_arm(import->loop, import->teller, TELL_MS);
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

/* ---- the lane ----------------------------------------------------------------------
 */

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

/* ---- steps --------------------------------------------------------------------------
 */

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
    return settings_set_int(import->db, applied_key, import->job.number, err) &&
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

static void
slice(void *self)
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

/* ---- starting
 * ------------------------------------------------------------------------ */

struct find_event {
    struct event found;
    unsigned count;
};

static bool
note_event(const struct event *event, void *self)
{
    struct find_event *find = self;
    if (strcmp(event->source, "csv") == 0) {
        find->found = *event;
        find->count++;
    }
    return true;
}

/* What the roster has of the event, and what is said of it. */
static bool
choose_event(struct import *import, const struct import_setting *setting,
             struct event *event, struct err *err)
{
    struct find_event find = { .count = 0 };
    const char *slug = setting->event;
    bool found;
    if (!slug) {
        if (!roster_each_event(import->db, note_event, &find, err))
            return false;
        if (find.count > 1)
            return err_set(err, ERR_INPUT, "event: there are %u of them: say which",
                           find.count);
        slug = find.count ? find.found.slug : "event";
    }
    size_t length = strlen(slug);
    if (length == 0 || length > ROSTER_KEY_MAX || strpbrk(slug, "/, \t"))
        return err_set(err, ERR_INPUT,
                       "event: want a short word, without / and blanks");
    *event = (struct event){ .id = 0 };
    if (!roster_event(import->db, slug, &found, event, err))
        return false;
    if (found && strcmp(event->source, "csv") != 0)
        return err_set(err, ERR_INPUT,
                       "event %s comes from %s: it is not changed by tables", slug,
                       event->source);
    str_copy(event->slug, sizeof event->slug, slug);
    str_copy(event->source, sizeof event->source, "csv");
    if (setting->event_name || !found)
        str_copy(event->name, sizeof event->name,
                 setting->event_name ? setting->event_name : slug);
    if (setting->zone && !str_copy(event->zone, sizeof event->zone, setting->zone))
        return err_set(err, ERR_INPUT, "zone: want a name like Asia/Shanghai");
    return true;
}

static bool
choose_table(struct import_job *job, const struct import_setting *setting,
             struct err *err)
{
    const char *separator = setting->separator;
    job->key_said = setting->key != NULL;
    if (setting->key && !import_key_named(setting->key, &job->key))
        return err_set(err, ERR_INPUT,
                       "key \"%.40s\": want code, email, number or person",
                       setting->key);
    if (separator && (strlen(separator) != 1 || !strchr(",;\t|", separator[0])))
        return err_set(err, ERR_INPUT, "separator: want , or ; or a tab or |");
    job->separator = separator ? separator[0] : '\0';
    job->encoding = setting->encoding ? strdup(setting->encoding) : NULL;
    job->map = setting->map ? strdup(setting->map) : NULL;
    if ((setting->encoding && !job->encoding) || (setting->map && !job->map))
        return err_no_memory(err);
    job->guests_fd = setting->guests_fd;
    job->lists_fd = setting->lists_fd;
    if (job->guests_fd < 0 && job->lists_fd < 0)
        return err_set(err, ERR_INPUT,
                       "import: want a table of guests, of lists, or both");
    return true;
}

/* One import at a time: a lock on a file, for this process and others. */
static bool
take_lock(struct import *import, struct err *err)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/imports", import->dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    snprintf(path, sizeof path, "%s/imports/lock", import->dir);
    import->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (import->lock_fd < 0)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (flock(import->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return err_set(err, ERR_BUSY, "an import is under way: wait until it is done");
    return true;
}

static bool
make_loop_parts(struct import *import, struct err *err)
{
    if (!import->loop)
        return true;
    import->lane = task_open(import->task, "import");
    import->timer = loop_timer_create(import->loop, slice, import);
    import->teller = loop_timer_create(import->loop, tell_again, import);
    if (!import->lane || !import->timer || !import->teller)
        return err_no_memory(err);
    loop_timer_arm(import->loop, import->teller, TELL_MS);
    return true;
}

static struct import *
make(const struct import_setting *setting, const struct import_listener *listener,
     struct err *err)
{
    struct import *import = calloc(1, sizeof *import);
    if (!import) {
        err_no_memory(err);
        return NULL;
    }
    import->db = setting->db;
    import->loop = setting->loop;
    import->task = setting->task;
    import->clock = setting->clock;
    import->log = setting->log;
    import->listener = *listener;
    import->lock_fd = -1;
    import->yes = setting->yes;
    import->dir = strdup(db_dir(setting->db));
    str_copy(import->who, sizeof import->who, setting->who ? setting->who : "");
    report_init(&import->report);
    report_init(&import->job.report);
    struct import_job *job = &import->job;
    job->dir = import->dir;
    job->seal = db_seal(setting->db);
    job->random = setting->random;
    job->guests_fd = job->lists_fd = -1;
    job->result = &import->job_result;
    import->apply = (struct import_apply){ .db = import->db,
                                           .clock = import->clock,
                                           .seal = job->seal,
                                           .result = &import->result,
                                           .report = &import->report };
    bool good = import->dir ? job->seal != NULL ||
                                  err_set(err, ERR_INPUT, "import needs the key file")
                            : err_no_memory(err);
    if (good && take_lock(import, err))
        return import;
    import_destroy(import);
    return NULL;
}

static bool
launch(struct import *made, struct import **import, struct err *err)
{
    if (!make_loop_parts(made, err)) {
        import_destroy(made);
        return false;
    }
    *import = made;
    if (made->step == STEP_READ)
        submit(made, WORK_READ, STEP_READ);
    else if (made->loop)
        go_on(made);
    while (!made->loop && advance(made))
        tell_progress(made);
    return true;
}

bool
import_start(const struct import_setting *setting,
             const struct import_listener *listener, struct import **import,
             struct err *err)
{
    struct import *made = make(setting, listener, err);
    if (!made)
        return false;
    struct import_job *job = &made->job;
    bool good = choose_table(job, setting, err) &&
                choose_event(made, setting, &job->event.event, err) &&
                zone_open(job->event.event.zone, &made->zone, err);
    if (!good) {
        import_destroy(made);
        return false;
    }
    job->zone = made->zone;
    job->event.replace = setting->replace && setting->guests_fd >= 0;
    job->event.at_ms = clock_utc_ms(made->clock);
    str_copy(made->result.event, sizeof made->result.event, job->event.event.slug);
    made->step = STEP_READ;
    return launch(made, import, err);
}

bool
import_rebuild(const struct import_setting *setting,
               const struct import_listener *listener, struct import **import,
               struct err *err)
{
    struct import *made = make(setting, listener, err);
    if (!made)
        return false;
    if (!keep_last(made->dir, &made->last, err) ||
        (made->last == 0 &&
         !err_set(err, ERR_ABSENT, "no import is kept in %s/imports", made->dir))) {
        import_destroy(made);
        return false;
    }
    made->rebuilding = true;
    made->job.number = 1;
    made->step = STEP_APPLY;
    return launch(made, import, err);
}

bool
import_pending(struct db *db, bool *pending, struct err *err)
{
    int64_t last, applied;
    struct roster_age age;
    if (!keep_last(db_dir(db), &last, err) ||
        !settings_get_int(db, applied_key, 0, &applied, err) ||
        !roster_age(db, &age, err))
        return false;
    *pending = last > 0 && (applied < last || age.complete_ms == 0);
    return true;
}

void
import_destroy(struct import *import)
{
    if (!import)
        return;
    atomic_store(&import->job.stop, true);
    if (import->loop) {
        loop_timer_destroy(import->loop, import->timer);
        loop_timer_destroy(import->loop, import->teller);
        task_close(import->task, import->lane);
    }
    if (import->lock_fd >= 0)
        close(import->lock_fd);
    import_apply_finish(&import->apply);
    report_finish(&import->report);
    report_finish(&import->job.report);
    zone_close(import->zone);
    free(import->job.encoding);
    free(import->job.map);
    free(import->dir);
    free(import);
}
