#include "ctl/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/moment.h"
#include "base/zone.h"
#include "ctl/contact_sheet.h"
#include "ctl/design_draw.h"
#include "ctl/design_target.h"
#include "ctl/file_watch.h"
#include "print/preflight.h"

enum { SAMPLES_MAX = 24, PATH_BYTES = 4096, TITLE_BYTES = 160 };

struct design_work {
    struct command_request *request;
    struct design_draw *draw;
    struct file_watch *watch;
    struct easel_target target;
    struct zone *zone; /* the machine's; NULL = UTC */
    int dir_fd;
    bool is_drawing, saved_meanwhile;
    int64_t began_ms; /* of the monotonic clock */
    struct contact_sheet sheet;
    struct contact_badge badges[SAMPLES_MAX], fresh[SAMPLES_MAX]; /* last good, now */
    char titles[SAMPLES_MAX][TITLE_BYTES], kinds[SAMPLES_MAX][TITLE_BYTES];
    char path[PATH_BYTES], dir[PATH_BYTES];
    char problem[512], when[16], good[16];
};

static void
work_free(struct design_work *work)
{
    file_watch_destroy(work->watch);
    design_draw_destroy(work->draw);
    zone_close(work->zone);
    if (work->dir_fd >= 0)
        close(work->dir_fd);
    free(work);
}

/* The page stays open: it says that nobody draws any more. */
static void
cancel_watch(struct command_request *request)
{
    struct design_work *work = request->work;
    struct err ignored;
    work->sheet.is_over = true;
    work->sheet.stamp++;
    contact_sheet_write(work->dir_fd, &work->sheet, &ignored);
    work_free(work);
    request->work = NULL;
}

static void
fail(struct design_work *work, const struct err *err)
{
    struct command_request *request = work->request;
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_fail(request, err);
}

/* ---- what a drawing found -----------------------------------------------------------
 */

static bool
drawn(unsigned sample, const struct easel_request *answer, void *self, struct err *err)
{
    struct design_work *work = self;
    struct contact_badge *badge = &work->fresh[sample];
    badge->width_dots = answer->page.width_dots;
    badge->height_dots = answer->page.height_dots;
    badge->qr_too_dense = answer->qr_is_small;
    str_copy(badge->misfit, sizeof badge->misfit, answer->misfit);
    return contact_sheet_picture(work->dir_fd, badge->key, &answer->page, err);
}

static bool
is_misfit(const struct contact_badge *badge)
{
    return badge->misfit[0] || badge->qr_too_dense;
}

static void
note_time(struct design_work *work)
{
    const struct clock *clock = work->request->parts->clock;
    struct zone_time time;
    moment_local(work->zone, clock_utc_ms(clock), &time);
    snprintf(work->when, sizeof work->when, "%02d:%02d:%02d", time.hour, time.minute,
             time.second);
    if (work->problem[0] == '\0')
        memcpy(work->good, work->when, sizeof work->good);
    work->sheet.took_ms = clock_mono_ms(clock) - work->began_ms;
    work->sheet.stamp = clock_utc_ms(clock);
}

static int64_t
count_misfits(const struct design_work *work)
{
    int64_t count = 0;
    for (unsigned i = 0; i < work->sheet.badge_count; i++)
        count += is_misfit(&work->badges[i]);
    return count;
}

static void
tell(struct design_work *work)
{
    struct str out;
    command_open_progress(&out);
    json_add_text(&out, "page", work->dir);
    json_add_text(&out, "drawn", work->when);
    json_add_int(&out, "ms", work->sheet.took_ms);
    if (work->problem[0])
        json_add_text(&out, "problem", work->problem);
    else
        json_add_int(&out, "misfits", count_misfits(work));
    command_progress(work->request, &out);
}

static void
finish_once(struct design_work *work)
{
    struct command_request *request = work->request;
    struct str out;
    command_open_result(&out);
    json_add_text(&out, "page", work->dir);
    json_add_int(&out, "wrong", work->problem[0] != '\0');
    json_add_text(&out, "warning", work->problem);
    json_open_array(&out, "rows");
    for (unsigned i = 0; i < work->sheet.badge_count && !work->problem[0]; i++) {
        const struct contact_badge *badge = &work->badges[i];
        if (!is_misfit(badge))
            continue;
        json_open_object(&out, NULL);
        json_add_text(&out, "sample", badge->key);
        json_add_text(&out, "name", badge->title);
        json_add_text(&out, "misfit", badge->misfit);
        json_add_bool(&out, "qr_too_dense", badge->qr_too_dense);
        json_close_object(&out);
    }
    json_close_array(&out);
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_done(request, &out);
}

/* ---- once, and again
 * ------------------------------------------------------------------
 */

static void
start(struct design_work *work)
{
    work->is_drawing = true;
    work->saved_meanwhile = false;
    work->began_ms = clock_mono_ms(work->request->parts->clock);
    design_draw_start(work->draw, work->path, &work->target);
}

static void
ended(const char *problem, void *self)
{
    struct design_work *work = self;
    struct err err;
    work->is_drawing = false;
    work->problem[0] = '\0';
    if (problem[0])
        contact_sheet_problem(problem, work->sheet.file, work->problem,
                              sizeof work->problem);
    else
        memcpy(work->badges, work->fresh, sizeof work->badges);
    note_time(work);
    if (!contact_sheet_write(work->dir_fd, &work->sheet, &err)) {
        fail(work, &err);
        return;
    }
    if (command_flag(work->request, "once")) {
        finish_once(work);
        return;
    }
    tell(work);
    if (work->saved_meanwhile)
        start(work);
}

static void
saved(void *self)
{
    struct design_work *work = self;
    if (work->is_drawing)
        work->saved_meanwhile = true;
    else
        start(work);
}

/* ---- the beginning
 * -------------------------------------------------------------------- */

static void
name_badges(struct design_work *work)
{
    for (unsigned i = 0; i < sample_count() && i < SAMPLES_MAX; i++) {
        const struct sample *sample = &samples[i];
        str_copy(work->titles[i], TITLE_BYTES,
                 sample->name[0] ? sample->name : "(no name)");
        snprintf(work->kinds[i], TITLE_BYTES, "%s%s%s", sample->kind,
                 sample->kind[0] ? ": " : "", sample->what);
        work->badges[i] = (struct contact_badge){ .key = sample->key,
                                                  .title = work->titles[i],
                                                  .kind = work->kinds[i] };
    }
    memcpy(work->fresh, work->badges, sizeof work->fresh);
    const char *slash = strrchr(work->path, '/');
    work->sheet = (struct contact_sheet){
        .file = slash ? slash + 1 : work->path,
        .when = work->when,
        .good = work->good,
        .dpi = work->target.dpi,
        .problem = work->problem,
        .badges = work->badges,
        .badge_count = sample_count() < SAMPLES_MAX ? sample_count() : SAMPLES_MAX,
    };
}

/* The one that was named and opened, else FILE-sheet beside the design. */
static bool
open_directory(struct design_work *work, struct err *err)
{
    int given = command_file(work->request, "out");
    const char *named = command_text(work->request, "out");
    size_t length = strlen(work->path);
    if (length > 4 && strcmp(work->path + length - 4, ".svg") == 0)
        length -= 4;
    int used = given >= 0 ? snprintf(work->dir, sizeof work->dir, "%s", named)
                          : snprintf(work->dir, sizeof work->dir, "%.*s-sheet",
                                     (int)length, work->path);
    if (used >= (int)sizeof work->dir - 16)
        return err_set(err, ERR_LIMIT, "%s: the path is too long", work->path);
    if (given < 0 && mkdir(work->dir, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", work->dir, strerror(errno));
    work->dir_fd =
        given >= 0 ? dup(given) : open(work->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (work->dir_fd < 0)
        return err_set(err, ERR_IO, "%s: %s", work->dir, strerror(errno));
    str_copy(work->dir + used, sizeof work->dir - (size_t)used, "/index.html");
    return contact_sheet_open(work->dir_fd, err);
}

static bool
begin(struct design_work *work, struct err *err)
{
    const struct command_request *request = work->request;
    const struct command_parts *parts = request->parts;
    struct design_draw_setting setting = {
        .easel = parts->drawing->easel,
        .badges = { .log = parts->log,
                    .station = parts->station,
                    .kinds = parts->kinds,
                    .kind_count = *parts->kind_count },
        .samples = samples,
        .sample_count = sample_count(),
        .drawn = drawn,
        .ended = ended,
        .self = work,
    };
    struct err ignored;
    if (!str_copy(work->path, sizeof work->path, command_text(request, "file")))
        return err_set(err, ERR_INPUT, "file: the path is too long");
    if (access(work->path, R_OK) != 0)
        return err_set(err, ERR_ABSENT, "%s: %s", work->path, strerror(errno));
    if (!zone_open("", &work->zone, &ignored))
        work->zone = NULL;
    if (!design_target_read(request, &work->target, err) || !open_directory(work, err))
        return false;
    name_badges(work);
    return design_draw_create(&setting, &work->draw, err) &&
           (command_flag(request, "once") ||
            file_watch_create(parts->loop, work->path, saved, work, &work->watch, err));
}

static void
run_watch(struct command_request *request)
{
    struct err err;
    struct design_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    work->dir_fd = -1;
    if (!begin(work, &err)) {
        fail(work, &err);
        return;
    }
    request->work = work;
    request->cancel = cancel_watch;
    start(work);
}

const struct command command_design_watch = {
    .name = "design watch",
    .summary = "draw a design for hard names, again whenever it is saved, as a page",
    .place = COMMAND_ALONE,
    .lasts = true,
    .options = {
        { "file", COMMAND_ARGUMENT, true, "FILE", "the design, an SVG file" },
        { "target", COMMAND_TEXT, false, "DPI",
          "203 (without it), 300 …: in the design's own size" },
        { "printer", COMMAND_TEXT, false, "PROFILE",
          "as on this kind of printer (kioskctl printers profiles)" },
        { "media", COMMAND_TEXT, false, "MEDIA", "of PROFILE; else its first" },
        { "out", COMMAND_DIRECTORY, false, "DIR",
          "index.html and pictures there; else FILE-sheet beside the design" },
        { "once", COMMAND_FLAG, false, NULL,
          "and end: status 1 if the design is wrong" },
    },
    .facts = { { "page", "Page", CELL_TEXT } },
    .columns = {
        { "sample", "SAMPLE", CELL_TEXT },
        { "name", "NAME", CELL_TEXT },
        { "misfit", "DOES NOT FIT", CELL_TEXT },
    },
    .note = "Open the page in a browser: it follows by itself. Ctrl-C ends it.",
    .run = run_watch,
};
