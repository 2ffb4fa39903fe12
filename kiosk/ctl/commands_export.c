#include "ctl/commands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "ctl/known_event.h"
#include "ctl/qr_pictures.h"
#include "desk/export.h"
#include "store/journal.h"
#include "store/roster.h"
#include "str.h"

/* The table is written in slices, between which the station goes on; the pictures of
 * invitations are drawn by the helper then, on a lane, from a list of codes that never
 * stands in a file. */

enum { PAUSE_MS = 1, WAIT_MS = 20, TELL_MS = 250 };

struct export_work {
    struct loop_timer *timer;
    struct command_request *request;
    struct export *export;
    struct export_progress at;
    int64_t told_ms; /* mono */
    bool invites;
    int codes_fd, dir_fd;
};

static void
work_free(struct export_work *work)
{
    const struct loop *loop = work->request->parts->loop;
    export_close(work->export);
    loop_timer_destroy(loop, work->timer);
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
    return qr_pictures_add(((struct export_work *)self)->codes_fd, code, path, err);
}

static void
pictures_drawn(const struct err *err, void *self)
{
    work_end(self, err);
}

/* From now on nobody can call it back. */
static void
start_drawing(struct export_work *work)
{
    struct command_request *request = work->request;
    const struct command_parts *parts = request->parts;
    struct qr_pictures pictures = {
        .helper = parts->helper,
        .loop = parts->loop,
        .task = parts->task,
        .codes_fd = work->codes_fd,
        .dir_fd = work->dir_fd,
        .done = pictures_drawn,
        .self = work,
    };
    struct err err;
    if (!qr_pictures_draw(&pictures, &err)) {
        work_end(work, &err);
        return;
    }
    request->work = NULL;
    request->cancel = NULL;
    request->stays = true;
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
    work->codes_fd = qr_pictures_list(err);
    if (work->codes_fd < 0)
        return false;
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
open_doors(struct export_work *work, struct err *err)
{
    const struct command_request *request = work->request;
    struct export_doors setting = {
        .db = request->parts->db,
        .clock = request->parts->clock,
        .fd = command_file(request, "out"),
        .event = text_or_null(request, "event"),
        .zone = text_or_null(request, "zone"),
    };
    if (setting.fd < 0)
        return err_set(err, ERR_INPUT, "export: wants FILE or --invitations DIR");
    return command_flag(request, "unsent")
               ? export_unsent_open(&setting, &work->export, err)
               : export_checkins_open(&setting, &work->export, err);
}

/* An event that has gone from the roster may have check-ins all the same. */
static bool
check_event(const struct command_request *request, struct err *err)
{
    const char *slug = command_text(request, "event");
    return slug[0] == '\0' || known_event(request->parts->db, slug, true, err);
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
    bool ok = work->timer ? check_event(request, &err) : err_no_memory(&err);
    ok = ok && (command_file(request, "invitations") >= 0 ? open_invitations(work, &err)
                                                          : open_doors(work, &err));
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
    .summary = "write check-ins, or what no server took, as CSV; or invitations",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = {
        { "out", COMMAND_FILE_OUT, false, "FILE",
          "the check-ins, safe to open in a spreadsheet; - is standard output" },
        { "unsent", COMMAND_FLAG, false, NULL,
          "instead: what no server has taken, with its words, to be entered by hand" },
        { "invitations", COMMAND_DIRECTORY, false, "DIR",
          "instead: a table and a QR picture a guest, for mailing" },
        { "event", COMMAND_TEXT, false, "SLUG", "of this event only" },
        { "zone", COMMAND_TEXT, false, "ZONE", "times in this zone, not each event's own" },
    },
    .facts = { { "rows_written", "Rows", CELL_INT } },
    .run = run_export,
};
