#include "ctl/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/contact_sheet.h"
#include "ctl/design_draw.h"
#include "ctl/design_target.h"
#include "print/preflight.h"

/* One file after the other, each drawn for one guest: whatever is wrong with a design
 * is found when it is prepared. */

enum { PATH_BYTES = 4096 };

struct check_work {
    struct command_request *request;
    struct design_draw *draw;
    struct easel_target target;
    struct str out;     /* the result */
    const char *at;     /* the next file: a line of the request's text */
    int64_t wrong, all; /* files so far */
    char path[PATH_BYTES];
};

static void
work_free(struct check_work *work)
{
    design_draw_destroy(work->draw);
    str_finish(&work->out);
    free(work);
}

static void
cancel_check(struct command_request *request)
{
    work_free(request->work);
    request->work = NULL;
}

static void
finish(struct check_work *work)
{
    struct command_request *request = work->request;
    struct str out = work->out;
    json_close_array(&out);
    json_add_int(&out, "wrong", work->wrong);
    json_add_int(&out, "designs", work->all);
    str_init(&work->out, 0);
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_done(request, &out);
}

/* The next file into work->path; false: that was the last. */
static bool
take_next(struct check_work *work)
{
    size_t length = strcspn(work->at, "\n");
    if (length == 0)
        return false;
    str_copy_bytes(work->path, sizeof work->path, work->at, length);
    work->at += length + (work->at[length] == '\n');
    return true;
}

static bool
drawn(unsigned sample, const struct easel_request *answer, void *self, struct err *err)
{
    (void)sample;
    (void)answer;
    (void)self;
    (void)err;
    return true;
}

static void
ended(const char *problem, void *self)
{
    struct check_work *work = self;
    char told[512];
    contact_sheet_problem(problem, work->path, told, sizeof told);
    work->all++;
    if (problem[0]) {
        work->wrong++;
        json_open_object(&work->out, NULL);
        json_add_text(&work->out, "file", work->path);
        json_add_text(&work->out, "problem", told);
        json_close_object(&work->out);
    }
    if (take_next(work))
        design_draw_start(work->draw, work->path, &work->target);
    else
        finish(work);
}

static bool
begin(struct check_work *work, struct err *err)
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
        .sample_count = 1,
        .drawn = drawn,
        .ended = ended,
        .self = work,
    };
    work->at = command_text(request, "files");
    return design_target_read(request, &work->target, err) &&
           design_draw_create(&setting, &work->draw, err);
}

static void
run_check(struct command_request *request)
{
    struct err err;
    struct check_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    command_open_result(&work->out);
    json_open_array(&work->out, "rows");
    if (!begin(work, &err)) {
        work_free(work);
        command_fail(request, &err);
        return;
    }
    request->work = work;
    request->cancel = cancel_check;
    take_next(work);
    design_draw_start(work->draw, work->path, &work->target);
}

const struct command command_design_check = {
    .name = "design check",
    .summary = "what is wrong with designs, by file, line and element",
    .place = COMMAND_ALONE,
    .options = {
        { "target", COMMAND_TEXT, false, "DPI",
          "203 (without it), 300 …: in each design's own size" },
        { "printer", COMMAND_TEXT, false, "PROFILE",
          "as on this kind of printer (kioskctl printers profiles)" },
        { "media", COMMAND_TEXT, false, "MEDIA", "of PROFILE; else its first" },
        { "files", COMMAND_PATHS, true, "FILE", "designs, SVG files; several will do" },
    },
    .facts = {
        { "designs", "Designs", CELL_INT },
        { "wrong", "Wrong", CELL_INT },
    },
    .columns = { { "problem", "PROBLEM", CELL_TEXT } },
    .note = "Status 1 if one of them is wrong.",
    .run = run_check,
};
