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
#include "desk/import.h"
#include "store/roster.h"

/* ---- import ---------------------------------------------------------------------- */

struct import_work {
    struct command_request *request;
    struct import *import;
    struct loop_timer *timer;
    struct str rows; /* what was told, the members of an array */
    struct import_result result;
};

static void
import_work_free(struct import_work *work)
{
    import_destroy(work->import);
    loop_timer_destroy(work->request->parts->loop, work->timer);
    str_finish(&work->rows);
    free(work);
}

static void
import_told(const char *json, void *self)
{
    struct import_work *work = self;
    if (work->rows.length > 0)
        str_add_char(&work->rows, ',');
    str_add_text(&work->rows, json);
}

static void
import_moves(const struct import_progress *progress, void *self)
{
    struct import_work *work = self;
    struct str out;
    command_open_progress(&out);
    json_add_text(&out, "phase", import_phase_name(progress->phase));
    json_add_int(&out, "done", progress->done);
    json_add_int(&out, "of", progress->of);
    json_add_int(&out, "rows", progress->rows);
    command_progress(work->request, &out);
}

/* Who shows the copy (screen) and who needs one (desk) hear of it. */
static void
tell_of_roster(const struct command_parts *parts)
{
    struct roster_age age;
    struct err err;
    if (parts->feed && roster_age(parts->db, &age, &err))
        feed_publish(parts->feed, FEED_ROSTER, &age);
}

static void
add_import(const struct import_result *result, struct str *out)
{
    json_add_text(out, "event", result->event);
    json_add_text(out, "encoding", result->encoding);
    json_add_text(out, "columns", result->columns);
    json_add_text(out, "key", result->key);
    json_add_int(out, "read", result->rows);
    json_add_int(out, "good", result->good);
    json_add_int(out, "bad", result->bad);
    json_add_int(out, "added", result->added);
    json_add_int(out, "updated", result->updated);
    json_add_int(out, "missing", result->missing);
    json_add_int(out, "cancelled", result->cancelled);
    json_add_int(out, "codes_made", result->codes_made);
    json_add_int(out, "lists", result->lists);
    json_add_int(out, "duplicates", result->duplicates);
    json_add_int(out, "left_out", result->problems_left_out);
}

static void
answer_import(void *self)
{
    struct import_work *work = self;
    struct command_request *request = work->request;
    struct str out;
    struct err err = work->result.err;
    if (work->result.state == IMPORT_ASKS)
        err_set(
            &err, ERR_BUSY,
            "import: %lld of %lld tickets are not in the file and would be cancelled; "
            "nothing is changed; if that is right, again with --yes",
            (long long)work->result.missing, (long long)work->result.known);
    if (work->result.state != IMPORT_DONE) {
        import_work_free(work);
        command_fail(request, &err);
        return;
    }
    tell_of_roster(request->parts);
    command_open_result(&out);
    add_import(&work->result, &out);
    json_open_array(&out, "rows");
    str_add(&out, work->rows.data, work->rows.length);
    json_close_array(&out);
    import_work_free(work);
    command_done(request, &out);
}

static void
import_ended(const struct import_result *result, void *self)
{
    struct import_work *work = self;
    work->result = *result;
    loop_timer_arm(work->request->parts->loop, work->timer, 0);
}

static const char *
text_or_null(const struct command_request *request, const char *name)
{
    const char *text = command_text(request, name);
    return text[0] ? text : NULL;
}

static void
run_import(struct command_request *request)
{
    const struct command_parts *parts = request->parts;
    struct err err;
    struct import_setting setting = {
        .db = parts->db,
        .loop = parts->loop,
        .task = parts->task,
        .clock = parts->clock,
        .random = parts->random,
        .log = parts->log,
        .who = request->who,
        .guests_fd = command_file(request, "guests"),
        .lists_fd = command_file(request, "lists"),
        .event = text_or_null(request, "event"),
        .event_name = text_or_null(request, "event-name"),
        .zone = text_or_null(request, "zone"),
        .encoding = text_or_null(request, "encoding"),
        .separator = text_or_null(request, "separator"),
        .map = text_or_null(request, "map"),
        .key = text_or_null(request, "key"),
        .replace = command_flag(request, "replace"),
        .yes = command_flag(request, "yes"),
    };
    struct import_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    str_init(&work->rows, 4 * 1024 * 1024);
    work->timer = loop_timer_create(parts->loop, answer_import, work);
    struct import_listener listener = { import_told, import_moves, import_ended, work };
    request->stays =
        true; /* an import that has begun is not stopped by a closed window */
    if (!work->timer || !import_start(&setting, &listener, &work->import, &err)) {
        if (!work->timer)
            err_no_memory(&err);
        import_work_free(work);
        command_fail(request, &err);
    }
}

const struct command command_import = {
    .name = "import",
    .summary = "read a roster from CSV: new guests come in, known ones are updated",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = {
        { "guests", COMMAND_FILE_IN, false, "GUESTS.CSV", "a row a guest" },
        { "lists", COMMAND_FILE_NAMED, false, "LISTS.CSV", "a row a check-in list" },
        { "event", COMMAND_TEXT, false, "SLUG", "of the event; default: the one there is" },
        { "event-name", COMMAND_TEXT, false, "NAME", "the event's name, for people" },
        { "zone", COMMAND_TEXT, false, "ZONE", "time zone of the tables: Asia/Shanghai" },
        { "key", COMMAND_TEXT, false, "COLUMN",
          "what tells rows apart: code, email, number or person" },
        { "map", COMMAND_TEXT, false, "MAP", "columns by name: code=Ticket,name=Full name" },
        { "encoding", COMMAND_TEXT, false, "NAME", "UTF-8, GB18030, …; default: found out" },
        { "separator", COMMAND_TEXT, false, "C", "comma, semicolon or tab; likewise" },
        { "replace", COMMAND_FLAG, false, NULL, "cancel tickets that the file lacks" },
        { "yes", COMMAND_FLAG, false, NULL, "even if that is more than a fifth" },
    },
    .facts = {
        { "event", "Event", CELL_TEXT },
        { "columns", "Columns", CELL_TEXT },
        { "encoding", "Encoding", CELL_TEXT },
        { "key", "Key", CELL_TEXT },
        { "added", "Added", CELL_INT },
        { "updated", "Updated", CELL_INT },
        { "cancelled", "Cancelled", CELL_INT },
        { "bad", "Bad rows", CELL_INT },
        { "codes_made", "Codes made", CELL_INT },
        { "lists", "Lists", CELL_INT },
        { "duplicates", "Likely duplicates", CELL_INT },
    },
    .columns = {
        { "file", "FILE", CELL_TEXT },
        { "line", "LINE", CELL_INT },
        { "level", "LEVEL", CELL_TEXT },
        { "field", "FIELD", CELL_TEXT },
        { "text", "WHAT", CELL_TEXT },
    },
    .note = "Good rows are in, bad rows are listed. UTF-8, UTF-16 and GB18030 are told\n"
            "apart by themselves, so are comma, semicolon and tab.",
    .run = run_import,
};

/* ---- invitations ------------------------------------------------------------------
 */

/* The table is written at once; the pictures are drawn by the helper, on a lane, from a
 * list of codes that never stands in a file. */
struct invitations_work {
    struct task_job job;
    struct task_lane *lane;
    struct loop_timer *timer;
    struct command_request *request;
    char helper[1024];
    int codes_fd, dir_fd;
    int64_t rows;
    bool drawn;
    char text[256];
};

static bool
note_code(const char *code, const char *path, void *self, struct err *err)
{
    struct invitations_work *work = self;
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
    struct invitations_work *work = (struct invitations_work *)job;
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
invitations_end(struct invitations_work *work, const struct err *err)
{
    struct command_request *request = work->request;
    int64_t rows = work->rows;
    loop_timer_destroy(request->parts->loop, work->timer);
    if (work->codes_fd >= 0)
        close(work->codes_fd);
    free(work);
    if (err) {
        command_fail(request, err);
        return;
    }
    struct str out;
    command_open_result(&out);
    json_add_int(&out, "rows_written", rows);
    command_done(request, &out);
}

static void
close_lane(void *self)
{
    struct invitations_work *work = self;
    struct err err;
    task_close(work->request->parts->task, work->lane);
    if (!work->drawn)
        err_set(&err, ERR_REMOTE, "invitations: %s", work->text);
    invitations_end(work, work->drawn ? NULL : &err);
}

static void
pictures_drawn(struct task_job *job)
{
    struct invitations_work *work = (struct invitations_work *)job;
    loop_timer_arm(work->request->parts->loop, work->timer, 0);
}

static void
run_invitations(struct command_request *request)
{
    struct err err;
    struct invitations_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    work->dir_fd = command_file(request, "invitations");
    work->job = (struct task_job){ .run = draw_pictures, .done = pictures_drawn };
    work->codes_fd = memfd_create("codes", MFD_CLOEXEC);
    str_copy(work->helper, sizeof work->helper, request->parts->helper);
    struct export_invitations setting = {
        .dir_fd = work->dir_fd,
        .dir = ".",
        .event = text_or_null(request, "event"),
        .draw = note_code,
        .self = work,
    };
    struct export_counts counts = { 0 };
    bool ok = work->codes_fd >= 0
                  ? export_invitations(request->parts->db, &setting, &counts, &err)
                  : err_set(&err, ERR_IO, "memfd: %s", strerror(errno));
    work->rows = counts.rows;
    if (ok) {
        work->timer = loop_timer_create(request->parts->loop, close_lane, work);
        work->lane = task_open(request->parts->task, "invitations");
        ok = (work->timer && work->lane) || err_no_memory(&err);
    }
    if (!ok) {
        task_close(request->parts->task, work->lane);
        invitations_end(work, &err);
        return;
    }
    request->stays = true;
    task_submit(request->parts->task, work->lane, &work->job);
}

/* ---- export ---------------------------------------------------------------------- */

static void
run_export(struct command_request *request)
{
    struct export_counts counts;
    struct str out;
    struct err err;
    if (command_file(request, "invitations") >= 0) {
        run_invitations(request);
        return;
    }
    if (command_file(request, "out") < 0) {
        err_set(&err, ERR_INPUT, "export: wants FILE or --invitations DIR");
        command_fail(request, &err);
        return;
    }
    if (!export_checkins(request->parts->db, command_file(request, "out"),
                         text_or_null(request, "event"), text_or_null(request, "zone"),
                         &counts, &err)) {
        command_fail(request, &err);
        return;
    }
    command_open_result(&out);
    json_add_int(&out, "rows_written", counts.rows);
    command_done(request, &out);
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
