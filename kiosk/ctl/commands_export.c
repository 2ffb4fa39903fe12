#include "ctl/commands.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "desk/export.h"

/* The table is written in slices, between which the station goes on; the pictures of
 * invitations are drawn by the helper then, on a lane, from a list of codes that never
 * stands in a file. */

enum { PAUSE_MS = 1, WAIT_MS = 20, TELL_MS = 250 };

struct export_work {
    struct task_job job; /* first */
    struct task_lane *lane;
    struct loop_timer *timer, *lane_timer;
    struct command_request *request;
    struct export *export;
    struct export_progress at;
    int64_t told_ms; /* mono */
    bool invites;
    char helper[1024];
    int codes_fd, dir_fd;
    bool drawn;
    char text[256];
};

static void
work_free(struct export_work *work)
{
    const struct loop *loop = work->request->parts->loop;
    export_close(work->export);
    loop_timer_destroy(loop, work->timer);
    loop_timer_destroy(loop, work->lane_timer);
    if (work->codes_fd >= 0)
        close(work->codes_fd);
    free(work);
}

/* err NULL: it went well. */
static void
work_end(struct export_work *work, const struct err *err)
{
    struct command_request *request = work->request;
    int64_t rows = work->at.rows;
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    if (err) {
        command_fail(request, err);
        return;
    }
    struct str out;
    command_open_result(&out);
    json_add_int(&out, "rows_written", rows);
    command_done(request, &out);
}

/* ---- pictures -------------------------------------------------------------------- */

static bool
note_code(const char *code, const char *path, void *self, struct err *err)
{
    struct export_work *work = self;
    char line[2048];
    int length = snprintf(line, sizeof line, "%s\t%s\n", code, path);
    if (length < 0 || (size_t)length >= sizeof line)
        return err_set(err, ERR_LIMIT, "%s: the code is too long for a picture", path);
    if (write(work->codes_fd, line, (size_t)length) != length)
        return err_set(err, ERR_IO, "list of codes: %s", strerror(errno));
    return true;
}

static void
draw_pictures(struct task_job *job)
{
    struct export_work *work = (struct export_work *)job;
    posix_spawn_file_actions_t actions;
    char *const words[] = { work->helper, (char *)(uintptr_t) "qr", NULL };
    pid_t pid;
    int status = -1;
    lseek(work->codes_fd, 0, SEEK_SET);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, work->codes_fd, STDIN_FILENO);
    posix_spawn_file_actions_addfchdir_np(&actions, work->dir_fd);
    int failed = posix_spawn(&pid, work->helper, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) {
        snprintf(work->text, sizeof work->text, "%.200s: %s", work->helper,
                 strerror(failed));
        return;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    work->drawn = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!work->drawn)
        snprintf(work->text, sizeof work->text, "%.200s qr: ended with status %d",
                 work->helper, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void
close_lane(void *self)
{
    struct export_work *work = self;
    struct err err;
    task_close(work->request->parts->task, work->lane);
    if (!work->drawn)
        err_set(&err, ERR_REMOTE, "invitations: %s", work->text);
    work_end(work, work->drawn ? NULL : &err);
}

static void
pictures_drawn(struct task_job *job)
{
    struct export_work *work = (struct export_work *)job;
    loop_timer_arm(work->request->parts->loop, work->lane_timer, 0);
}

/* From now on nobody can call it back. */
static void
start_drawing(struct export_work *work)
{
    struct command_request *request = work->request;
    struct err err;
    work->lane = task_open(request->parts->task, "invitations");
    if (!work->lane) {
        err_no_memory(&err);
        work_end(work, &err);
        return;
    }
    request->work = NULL;
    request->cancel = NULL;
    request->stays = true;
    task_submit(request->parts->task, work->lane, &work->job);
}

/* ---- the table ------------------------------------------------------------------- */

static void
tell(struct export_work *work)
{
    int64_t now_ms = clock_mono_us(work->request->parts->clock) / 1000;
    if (now_ms - work->told_ms < TELL_MS)
        return;
    work->told_ms = now_ms;
    struct str out;
    command_open_progress(&out);
    json_add_text(&out, "phase", "writing");
    json_add_int(&out, "done", work->at.done);
    json_add_int(&out, "of", work->at.of);
    json_add_int(&out, "rows", work->at.rows);
    command_progress(work->request, &out);
}

static void
write_slice(void *self)
{
    struct export_work *work = self;
    struct err err;
    if (!export_slice(work->export, &work->at, &err)) {
        work_end(work, &err);
    } else if (work->at.state != EXPORT_DONE) {
        loop_timer_arm(work->request->parts->loop, work->timer,
                       work->at.state == EXPORT_WAITS ? WAIT_MS : PAUSE_MS);
        tell(work); /* last: who hears it may take the request away */
    } else if (work->invites) {
        start_drawing(work);
    } else {
        work_end(work, NULL);
    }
}

static void
cancel_export(struct command_request *request)
{
    work_free(request->work);
    request->work = NULL;
}

static const char *
text_or_null(const struct command_request *request, const char *name)
{
    const char *text = command_text(request, name);
    return text[0] ? text : NULL;
}

static bool
open_invitations(struct export_work *work, struct err *err)
{
    const struct command_parts *parts = work->request->parts;
    work->invites = true;
    work->dir_fd = command_file(work->request, "invitations");
    work->job = (struct task_job){ .run = draw_pictures, .done = pictures_drawn };
    work->codes_fd = memfd_create("codes", MFD_CLOEXEC);
    if (work->codes_fd < 0)
        return err_set(err, ERR_IO, "memfd: %s", strerror(errno));
    str_copy(work->helper, sizeof work->helper, parts->helper);
    struct export_invitations setting = {
        .db = parts->db,
        .clock = parts->clock,
        .dir_fd = work->dir_fd,
        .dir = ".",
        .event = text_or_null(work->request, "event"),
        .draw = note_code,
        .self = work,
    };
    return export_invitations_open(&setting, &work->export, err);
}

static bool
open_checkins(struct export_work *work, struct err *err)
{
    const struct command_request *request = work->request;
    struct export_checkins setting = {
        .db = request->parts->db,
        .clock = request->parts->clock,
        .fd = command_file(request, "out"),
        .event = text_or_null(request, "event"),
        .zone = text_or_null(request, "zone"),
    };
    if (setting.fd < 0)
        return err_set(err, ERR_INPUT, "export: wants FILE or --invitations DIR");
    return export_checkins_open(&setting, &work->export, err);
}

static void
run_export(struct command_request *request)
{
    struct err err;
    struct export_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    work->codes_fd = -1;
    work->told_ms = clock_mono_us(request->parts->clock) / 1000;
    work->timer = loop_timer_create(request->parts->loop, write_slice, work);
    work->lane_timer = loop_timer_create(request->parts->loop, close_lane, work);
    bool ok = (work->timer && work->lane_timer) || err_no_memory(&err);
    ok = ok && (command_file(request, "invitations") >= 0 ? open_invitations(work, &err)
                                                          : open_checkins(work, &err));
    if (!ok) {
        work_end(work, &err);
        return;
    }
    request->work = work;
    request->cancel = cancel_export;
    loop_timer_arm(request->parts->loop, work->timer, 0);
}

const struct command command_export = {
    .name = "export",
    .summary = "write the check-ins as CSV, or invitations with QR pictures",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = {
        { "out", COMMAND_FILE_OUT, false, "FILE",
          "the check-ins, safe to open in a spreadsheet; - is standard output" },
        { "invitations", COMMAND_DIRECTORY, false, "DIR",
          "instead: a table and a QR picture a guest, for mailing" },
        { "event", COMMAND_TEXT, false, "SLUG", "of this event only" },
        { "zone", COMMAND_TEXT, false, "ZONE", "times in this zone, not each event's own" },
    },
    .facts = { { "rows_written", "Rows", CELL_INT } },
    .run = run_export,
};
