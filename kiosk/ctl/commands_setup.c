#include "ctl/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/calibrate.h"
#include "ctl/label.h"
#include "ctl/printer_setup.h"
#include "ctl/talk.h"

static struct spooler_setting
spooler_of(const struct command_request *request)
{
    return (struct spooler_setting){ .server = command_text(request, "server"),
                                     .user = "",
                                     .clock = request->parts->clock };
}

#define SERVER_OPTION                                                 \
    {                                                                 \
        "server", COMMAND_TEXT, false, "SERVER",                      \
            "CUPS at this socket or host:port, not the machine's own" \
    }
#define CUPS_OPTION                                          \
    {                                                        \
        "cups", COMMAND_TEXT, false, "DIR",                  \
            "where CUPS' configuration is, if not /etc/cups" \
    }

/* ---- list --------------------------------------------------------------------- */

static void
add_fits(const struct found_printer *printer, struct str *out)
{
    struct str fits;
    str_init(&fits, 1024);
    for (unsigned i = 0; i < printer->fit_count; i++)
        str_addf(&fits, i ? " %s" : "%s", printer->fits[i]);
    json_add_text(out, "profiles", fits.length ? fits.data : "");
    str_finish(&fits);
}

static void
run_list(struct command_request *request)
{
    struct spooler_setting spooler = spooler_of(request);
    struct found *found = calloc(1, sizeof *found);
    struct err err;
    struct str out;
    if (!found || !printer_find(request->parts, &spooler, found, &err)) {
        if (!found)
            err_no_memory(&err);
        command_fail(request, &err);
        free(found);
        return;
    }
    command_open_result(&out);
    json_open_array(&out, "rows");
    for (unsigned i = 0; i < found->count; i++) {
        const struct found_printer *printer = &found->printers[i];
        json_open_object(&out, NULL);
        json_add_text(&out, "printer", printer->about);
        json_add_text(&out, "model", printer->model);
        json_add_text(&out, "id", printer->id);
        json_add_text(&out, "uri", printer->uri);
        json_add_text(&out, "queue", printer->queue);
        add_fits(printer, &out);
        json_add_text(&out, "refused", printer->refused);
        json_close_object(&out);
    }
    json_close_array(&out);
    free(found);
    command_done(request, &out);
}

const struct command command_printer_list = {
    .name = "printer list",
    .summary = "printers that are plugged in or in the network, and their profiles",
    .place = COMMAND_HERE,
    .options = { SERVER_OPTION },
    .columns = {
        { "printer", "PRINTER", CELL_TEXT },
        { "profiles", "PROFILES", CELL_TEXT },
        { "queue", "QUEUE", CELL_TEXT },
        { "uri", "URI", CELL_TEXT },
        { "refused", "CANNOT BE USED", CELL_TEXT },
    },
    .run = run_list,
};

/* ---- setup -------------------------------------------------------------------- */

/* Somebody has to look at a label; where nobody is asked, it is printed if it is
 * wanted.
 */
static bool
look_at_label(struct setting_up *up, struct err *err)
{
    bool wanted = command_flag(up->request, "label");
    if (!up->made)
        return true;
    if (!wanted && up->talk->terminal && !up->talk->yes &&
        !talk_agree(up->talk, "\nPrint a label, to see where it prints and how dark?",
                    &wanted, err))
        return false;
    if (!wanted)
        return true;
    up->label = true;
    return up->talk->terminal && !up->talk->yes
               ? calibrate_talk(up->parts, &up->printer, err)
               : label_print(up->parts, &up->printer, err);
}

static void
answer_setup(struct command_request *request, const struct setting_up *up)
{
    const struct profile *profile = &up->printer.profile;
    struct str out;
    command_open_result(&out);
    json_add_text(&out, "queue", up->queue);
    json_add_text(&out, "device", up->device);
    json_add_text(&out, "profile", profile->name);
    json_add_text(&out, "media", profile->media[profile->medium].name);
    json_add_text(&out, "design", up->printer.design);
    json_add_bool(&out, "made", up->made);
    json_add_bool(&out, "settings", up->settings);
    json_add_bool(&out, "label", up->label);
    json_add_bool(&out, "section", up->section);
    json_add_text(&out, "next",
                  up->section ? "sudo systemctl reload kioskd, and kioskctl doctor"
                              : "kioskctl doctor");
    command_done(request, &out);
}

static void
run_setup(struct command_request *request)
{
    struct setting_up *up = calloc(1, sizeof *up);
    struct err err;
    if (!up) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    up->request = request;
    up->parts = request->parts;
    up->talk = request->parts->here->talk;
    up->spooler = spooler_of(request);
    cups_files_read(command_text(request, "cups"), &up->files);
    if (printer_choose(up, &err) && printer_make_queue(up, &err) &&
        printer_settings(up, &err) && look_at_label(up, &err) &&
        printer_section(up, &err))
        answer_setup(request, up);
    else
        command_fail(request, &err);
    free(up);
}

const struct command command_printer_setup = {
    .name = "printer setup",
    .summary = "set a label printer up: queue, CUPS' settings, calibration, yuelai.conf",
    .place = COMMAND_HERE,
    .options = {
        { "uri", COMMAND_TEXT, false, "URI", "its device; else the one that is found" },
        { "profile", COMMAND_TEXT, false, "PROFILE", "what kind it is" },
        { "medium", COMMAND_TEXT, false, "MEDIUM", "the labels in it: 62x100" },
        { "queue", COMMAND_TEXT, false, "NAME", "what it is called, in CUPS and here" },
        { "design", COMMAND_TEXT, false, "DESIGN", "the badges on it" },
        { "driver", COMMAND_TEXT, false, "DRIVER", "raw, everywhere, or one of CUPS'" },
        { "label", COMMAND_FLAG, false, NULL, "print a calibration label" },
        { "yes", COMMAND_FLAG, false, NULL, "agree to everything" },
        { "dry-run", COMMAND_FLAG, false, NULL, "show everything, do nothing" },
        SERVER_OPTION,
        CUPS_OPTION,
    },
    .facts = {
        { "queue", "Queue", CELL_TEXT },
        { "device", "Device", CELL_TEXT },
        { "profile", "Profile", CELL_TEXT },
        { "media", "Labels", CELL_TEXT },
        { "design", "Badge", CELL_TEXT },
        { "made", "Queue made", CELL_YES },
        { "settings", "CUPS' settings written", CELL_YES },
        { "label", "Label printed", CELL_YES },
        { "section", "In yuelai.conf", CELL_YES },
        { "next", "Next", CELL_TEXT },
    },
    .note = "Each step is shown, and done if you agree. Without a terminal nothing is asked:\n"
            "what options do not say and is not plain is an error that names the option.",
    .run = run_setup,
};

/* ---- calibrate ---------------------------------------------------------------- */

static bool
find_printer(const struct command_request *request, struct printq_printer *printer,
             struct err *err)
{
    const struct command_here *here = request->parts->here;
    const char *name = command_text(request, "printer");
    char quoted[80];
    for (unsigned i = 0; i < here->printer_count; i++) {
        const struct printq_printer *one = &here->printers[i];
        bool is = strcmp(one->name, name) == 0 ||
                  (str_starts(one->uri, "cups:") && strcmp(one->uri + 5, name) == 0);
        if (is)
            *printer = *one;
        if (is)
            return true;
    }
    return err_set(err, ERR_ABSENT, "printer \"%s\": %s has none of that name",
                   str_quote(quoted, sizeof quoted, name, strlen(name)), here->file);
}

static bool
calibrate(const struct command_request *request, struct printq_printer *printer,
          bool *kept, bool *printed, struct err *err)
{
    const struct command_parts *parts = request->parts;
    struct profile before = printer->profile;
    bool any, wants = command_flag(request, "print");
    if (!calibrate_take(request, &printer->profile, &any, err))
        return false;
    if (!any && !wants && !parts->here->talk->terminal)
        return err_set(err, ERR_INPUT,
                       "printer calibrate: want --offset-x, --offset-y, --darkness, "
                       "--speed, --rotate or --print, or a terminal to ask at");
    *printed = wants || (!any && !parts->here->talk->dry);
    if (!any && !wants && !parts->here->talk->dry) {
        if (!calibrate_talk(parts, printer, err))
            return false;
    } else if (wants && !parts->here->talk->dry && !label_print(parts, printer, err)) {
        return false;
    }
    return printer_keep_calibration(parts, printer, &before, kept, err);
}

static void
run_calibrate(struct command_request *request)
{
    struct printq_printer *printer = calloc(1, sizeof *printer);
    bool kept = false, printed = false;
    struct err err;
    struct str out;
    bool good = (printer || err_no_memory(&err)) &&
                find_printer(request, printer, &err) &&
                calibrate(request, printer, &kept, &printed, &err);
    if (!good) {
        command_fail(request, &err);
        free(printer);
        return;
    }
    const struct profile *profile = &printer->profile;
    command_open_result(&out);
    json_add_text(&out, "printer", printer->name);
    json_add_number(&out, "offset_x_mm", profile->offset_x_um / 1000.0);
    json_add_number(&out, "offset_y_mm", profile->offset_y_um / 1000.0);
    if (profile->darkness != ENCODER_UNSET)
        json_add_int(&out, "darkness", profile->darkness);
    if (profile->speed != ENCODER_UNSET)
        json_add_int(&out, "speed", profile->speed);
    json_add_int(&out, "rotate", profile->rotate_degrees);
    json_add_bool(&out, "printed", printed);
    json_add_bool(&out, "kept", kept);
    free(printer);
    command_done(request, &out);
}

const struct command command_printer_calibrate = {
    .name = "printer calibrate",
    .summary = "where a printer prints, how dark and how fast: a label, questions, options",
    .place = COMMAND_HERE,
    .options = {
        { "printer", COMMAND_ARGUMENT, true, "PRINTER", "its name in yuelai.conf" },
        { "offset-x", COMMAND_TEXT, false, "MM", "everything so far to the right" },
        { "offset-y", COMMAND_TEXT, false, "MM", "and down" },
        { "darkness", COMMAND_TEXT, false, "N", "heat, on the scale of its language" },
        { "speed", COMMAND_TEXT, false, "N", "millimetres a second" },
        { "rotate", COMMAND_TEXT, false, "DEGREES", "0, 90, 180 or 270" },
        { "print", COMMAND_FLAG, false, NULL, "print a label with these" },
        { "yes", COMMAND_FLAG, false, NULL, "write them into yuelai.conf unasked" },
        { "dry-run", COMMAND_FLAG, false, NULL, "show, do nothing" },
    },
    .facts = {
        { "printer", "Printer", CELL_TEXT },
        { "darkness", "Heat", CELL_INT },
        { "speed", "Speed", CELL_INT },
        { "rotate", "Turned by", CELL_INT },
        { "printed", "Label printed", CELL_YES },
        { "kept", "Written", CELL_YES },
    },
    .note = "Without options it prints a label and asks which of its numbers touch the\n"
            "edges, until you are content.",
    .run = run_calibrate,
};
