#include "ctl/label.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop_real.h"
#include "ctl/program.h"
#include "encoder.h"
#include "print/easel.h"
#include "spooler.h"

enum { WAIT_MS = 30000 };

/* One drawing, and what is made of it while its page is there. */
struct drawing {
    struct easel_request request;
    const struct encoder *encoder; /* NULL: only looked at */
    struct encoder_setting setting;
    struct str document;
    struct loop_real *loop;
    bool ended, good;
    struct err err;
};

static void
on_drawn(struct easel_request *request)
{
    struct drawing *drawing = request->owner;
    drawing->good = request->outcome == EASEL_DRAWN ||
                    err_set(&drawing->err, ERR_REMOTE, "%s", request->text);
    if (drawing->good && drawing->encoder)
        drawing->good = drawing->encoder->encode(&request->page, &drawing->setting,
                                                 &drawing->document, &drawing->err);
    drawing->ended = true;
    loop_real_stop(drawing->loop);
}

/* Prepared designs go to a place of their own: the station's cache is the station's. */
static bool
draw_in(const struct command_parts *parts, const char *cache, struct drawing *drawing,
        struct err *err)
{
    struct easel *easel = NULL;
    struct easel_setting setting = { .helper = parts->helper,
                                     .designs = parts->here->designs,
                                     .cache = cache,
                                     .fonts = parts->here->fonts,
                                     .loop = loop_real_door(drawing->loop),
                                     .clock = parts->clock,
                                     .log = parts->log };
    if (!easel_create(&setting, &easel, err))
        return false;
    drawing->request.done = on_drawn;
    drawing->request.owner = drawing;
    easel_draw(easel, &drawing->request);
    if (!drawing->ended)
        loop_real_run(drawing->loop);
    easel_destroy(easel);
    if (!drawing->good)
        *err = drawing->err;
    return drawing->good;
}

static void
remove_place(const char *dir)
{
    char command[128];
    struct str out;
    int status;
    struct err err;
    str_copy(command, sizeof command, dir);
    const char *const argv[] = { "rm", "-rf", "--", command, NULL };
    str_init(&out, 1024);
    program_run(argv, &out, &status, &err); /* else it is /tmp's */
    str_finish(&out);
}

static bool
draw(const struct command_parts *parts, struct drawing *drawing, struct err *err)
{
    char dir[] = "/tmp/kioskctl-XXXXXX";
    if (!mkdtemp(dir))
        return err_set(err, ERR_IO, "no directory in /tmp");
    bool good =
        loop_real_create(&drawing->loop, err) && draw_in(parts, dir, drawing, err);
    loop_real_destroy(drawing->loop);
    remove_place(dir);
    return good;
}

/* ---- the label -------------------------------------------------------------- */

static const struct encoder *
encoder_of(const struct command_here *here, const char *language)
{
    for (unsigned i = 0; here->encoders[i]; i++) {
        if (strcmp(here->encoders[i]->name, language) == 0)
            return here->encoders[i];
    }
    return NULL;
}

static bool
send(const struct command_parts *parts, const struct printq_printer *printer,
     struct drawing *drawing, struct err *err)
{
    const struct profile *profile = &printer->profile;
    const struct profile_media *media = &profile->media[profile->medium];
    struct spooler_setting setting = { .server = printer->server,
                                       .user = "kiosk",
                                       .clock = parts->clock };
    struct printer_request request = {
        .op = PRINTER_SUBMIT,
        .document = { .bytes = drawing->document.data,
                      .length = drawing->document.length,
                      .format = drawing->encoder->format,
                      .media_width_um = media->width_um,
                      .media_height_um = media->height_um },
        .language = drawing->encoder->name,
        .deadline_ms = WAIT_MS,
    };
    str_copy(request.document.media, sizeof request.document.media, media->keyword);
    snprintf(request.job_name, sizeof request.job_name, "kiosk-%.3s-setup-%" PRId64,
             parts->station, clock_utc_ms(parts->clock));
    if (!str_starts(printer->uri, "cups:"))
        return err_set(err, ERR_INPUT, "%s: only a queue of CUPS prints a label",
                       printer->uri);
    return parts->here->spooler->print(&setting, printer->uri + strlen("cups:"),
                                       &request, WAIT_MS, err);
}

bool
label_print(const struct command_parts *parts, const struct printq_printer *printer,
            struct err *err)
{
    struct drawing drawing = { .encoder =
                                   encoder_of(parts->here, printer->profile.language) };
    struct str fields;
    if (!drawing.encoder)
        return err_set(err, ERR_INPUT, "profile %s: no such language: %s",
                       printer->profile.name, printer->profile.language);
    str_init(&fields, SPOOL_FIELDS_MAX);
    str_init(&drawing.document, ENCODER_DOCUMENT_MAX);
    printq_test_fields(printer, &fields);
    printq_measure(printer, &drawing.setting);
    drawing.request = (struct easel_request){ .design = printq_test_design(printer),
                                              .target = printq_target(printer),
                                              .fields = fields.data,
                                              .qr = "YUELAI TEST LABEL" };
    drawing.request.target.rotate_degrees = 0; /* its corner is what is looked for */
    bool good = draw(parts, &drawing, err) && send(parts, printer, &drawing, err);
    str_finish(&drawing.document);
    str_finish(&fields);
    return good;
}

bool
label_try(const struct command_parts *parts, int *missing, struct err *err)
{
    struct drawing drawing = {
        .request = { .design = "conference-62x100",
                     .target = { .dpi = 203, .width_dots = 496, .height_dots = 799 },
                     .fields = "{\"name\":\"张伟 Đorđe Žižić\",\"name_latin\":\"Иван "
                               "Ελένη\",\"organisation\":\"محمد 김민수 דוד\"}",
                     .qr = "YUELAI" },
    };
    bool good = draw(parts, &drawing, err);
    *missing = drawing.request.missing;
    return good;
}
