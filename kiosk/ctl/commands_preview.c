#include "ctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/picture.h"
#include "ctl/preview.h"
#include "encoder.h"
#include "print/preflight.h"
#include "print/proof.h"

/* One badge through a drawing helper of its own, niced: no guest waits for it. */

enum { WARNING_MAX = 512 };

struct preview_work {
    struct command_request *request;
    struct proof *proof;
    struct preview preview;
    bool handed; /* its sheet is out */
    bool is_pdf;
    int32_t width_dots, height_dots, dpi; /* of what was written */
};

static void
work_free(struct preview_work *work)
{
    proof_destroy(work->proof);
    free(work);
}

static void
cancel_preview(struct command_request *request)
{
    work_free(request->work);
    request->work = NULL;
}

static void
fail(struct preview_work *work, const struct err *err)
{
    struct command_request *request = work->request;
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_fail(request, err);
}

/* ---- the picture -------------------------------------------------------------------
 */

static int32_t
um_of(int32_t dots, int32_t dpi)
{
    return (int32_t)(((int64_t)dots * 25400 + dpi / 2) / dpi);
}

/* As large as on paper. */
static bool
write_pdf(const struct command_parts *parts, const struct page *page, int fd,
          struct err *err)
{
    struct encoder_setting setting = {
        .media_width_um = um_of(page->width_dots, page->dpi),
        .media_height_um =
            um_of(page->height_dots, page->feed_dpi ? page->feed_dpi : page->dpi),
        .darkness = ENCODER_UNSET,
        .speed = ENCODER_UNSET,
    };
    struct str out;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    bool ok = parts->pdf->encode(page, &setting, &out, err);
    if (ok && !fd_write(fd, out.data, out.length))
        ok = err_set(err, ERR_IO, "the picture: %s", strerror(errno));
    str_finish(&out);
    return ok;
}

static bool
drawn(const struct proof_sheet *sheet, void *self, struct err *err)
{
    struct preview_work *work = self;
    const struct command_parts *parts = work->request->parts;
    const struct easel_request *answer = &sheet->answer;
    int fd = command_file(work->request, "out");
    if (answer->outcome != EASEL_DRAWN)
        return err_set(err, ERR_REMOTE, "%s", answer->text);
    work->preview.sheet.answer = *answer;
    work->width_dots = answer->page.width_dots;
    work->height_dots = answer->page.height_dots;
    work->dpi = answer->page.dpi;
    return work->is_pdf ? write_pdf(parts, &answer->page, fd, err)
                        : picture_write(&answer->page, fd, err);
}

static bool
next(struct proof_sheet *sheet, bool *more, void *self, struct err *err)
{
    struct preview_work *work = self;
    (void)err;
    *more = !work->handed;
    if (*more)
        *sheet = work->preview.sheet;
    work->handed = true;
    return true;
}

/* ---- the answer --------------------------------------------------------------------
 */

static void
add_answer(const struct preview_work *work, struct str *out)
{
    const struct preview *preview = &work->preview;
    const struct easel_request *answer = &preview->sheet.answer;
    char warning[WARNING_MAX], size[80];
    preview_warn(preview, warning, sizeof warning);
    snprintf(size, sizeof size, "%d x %d dots, %.1f x %.1f mm", work->width_dots,
             work->height_dots, work->width_dots * 25.4 / work->dpi,
             work->height_dots * 25.4 / work->dpi);
    json_add_text(out, "ref", preview->sheet.ref);
    json_add_text(out, "name", preview->name);
    json_add_text(out, "design", preview->sheet.design);
    json_add_text(out, "printer", preview->printer);
    json_add_int(out, "dpi", work->dpi);
    json_add_text(out, "size", size);
    json_add_text(out, "code", preview->sheet.qr);
    json_add_bool(out, "overflow", answer->overflow);
    json_add_int(out, "missing", answer->missing);
    json_add_text(out, "misfit", answer->misfit);
    json_add_bool(out, "qr_too_dense", answer->qr_is_small);
    json_add_text(out, "warning", warning);
}

static void
ended(const struct err *err, void *self)
{
    struct preview_work *work = self;
    struct command_request *request = work->request;
    struct str out;
    if (err) {
        struct err wrong = *err; /* it is the proof's */
        fail(work, &wrong);
        return;
    }
    command_open_result(&out);
    add_answer(work, &out);
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_done(request, &out);
}

/* ---- the beginning ------------------------------------------------------------------
 */

static bool
read_format(const struct command_request *request, bool *is_pdf, struct err *err)
{
    const char *out = command_text(request, "out");
    const char *format = command_text(request, "format");
    const char *slash = strrchr(out, '/');
    const char *dot = strrchr(slash ? slash : out, '.');
    if (format[0] == '\0')
        format = dot ? dot + 1 : "png";
    *is_pdf = strcasecmp(format, "pdf") == 0;
    if (*is_pdf && !request->parts->pdf)
        return err_set(err, ERR_INPUT, "preview: this station writes no PDF");
    return *is_pdf || strcasecmp(format, "png") == 0 ||
           err_set(err, ERR_INPUT, "preview: want FILE.png or FILE.pdf, or --format");
}

static bool
begin(struct preview_work *work, struct err *err)
{
    const struct command_request *request = work->request;
    const struct command_parts *parts = request->parts;
    const struct preview_wish wish = {
        .code = command_text(request, "code"),
        .ref = command_text(request, "ref"),
        .sample = command_flag(request, "sample"),
        .design = command_text(request, "design"),
        .printer = command_text(request, "printer"),
        .dpi = command_text(request, "dpi"),
    };
    struct proof_setting setting = {
        .easel = parts->drawing->easel,
        .helpers = 1,
        .next = next,
        .drawn = drawn,
        .ended = ended,
        .self = work,
    };
    return read_format(request, &work->is_pdf, err) &&
           preview_fill(parts, &wish, &work->preview, err) &&
           proof_create(&setting, &work->proof, err);
}

static void
run_preview(struct command_request *request)
{
    struct err err;
    struct preview_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    if (!begin(work, &err)) {
        fail(work, &err);
        return;
    }
    request->work = work;
    request->cancel = cancel_preview;
}

const struct command command_preview = {
    .name = "preview",
    .summary = "draw one badge as it would be printed, into a picture",
    .place = COMMAND_EITHER,
    .draws = true,
    .alone_with = "sample",
    .options = {
        { "code", COMMAND_ARGUMENT, false, "CODE",
          "of the ticket or of a badge, or its reference; a sample's name" },
        { "ref", COMMAND_TEXT, false, "TICKET", "reference from kioskctl lookup" },
        { "sample", COMMAND_FLAG, false, NULL,
          "an invented guest; needs neither a station nor guests" },
        { "design", COMMAND_TEXT, false, "DESIGN", "this one, not the guest's own" },
        { "printer", COMMAND_TEXT, false, "PRINTER",
          "as on this one; else the first for the kind of guest" },
        { "dpi", COMMAND_TEXT, false, "N", "as on no printer, in the design's own size" },
        { "format", COMMAND_TEXT, false, "FORMAT", "png or pdf; else by FILE's name" },
        { "out", COMMAND_FILE_TO, true, "FILE",
          "out.png or out.pdf; also -o FILE; - is standard output" },
    },
    .facts = {
        { "ref", "Ticket", CELL_TEXT },
        { "name", "Name", CELL_TEXT },
        { "design", "Design", CELL_TEXT },
        { "printer", "Printer", CELL_TEXT },
        { "dpi", "Dots an inch", CELL_INT },
        { "size", "Size", CELL_TEXT },
        { "code", "Its code says", CELL_TEXT },
    },
    .note = "Samples: chinese (without a name), serbian, arabic, cyrillic, korean, "
            "japanese, thai,\ngreek, hindi, vietnamese, portuguese, long, uyghur, "
            "two-scripts, bare, empty.\nA preview's code is no badge's: it opens no door.",
    .run = run_preview,
};
