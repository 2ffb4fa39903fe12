#include "ctl/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/doctor.h"
#include "ctl/talk.h"

/* Of the first printer that names one, where nobody says. */
static const char *
server_of(const struct command_request *request)
{
    const struct command_here *here = request->parts->here;
    const char *server = command_text(request, "server");
    for (unsigned i = 0; !server[0] && i < here->printer_count; i++)
        server = here->printers[i].server;
    return server;
}

/* What is several lines stands below its heading. */
static void
show(const struct doctor *doctor, const struct finding *finding, unsigned number)
{
    const char *what = finding->what;
    bool lines = strchr(what, '\n') != NULL;
    talk_say(doctor->talk, "\n%u. %s:", number, finding->where);
    while (*what) {
        size_t length = strcspn(what, "\n");
        talk_say(doctor->talk, lines ? "\n      %.*s" : " %.*s", (int)length, what);
        what += length + (what[length] == '\n');
    }
    talk_say(doctor->talk, "\n   %s\n   Mend: %s\n", finding->why, finding->mend);
}

/* Each by itself: what is shown, agreed to, done; one that fails does not end it. */
static bool
mend(struct doctor *doctor, struct finding *finding, struct err *err)
{
    bool agreed;
    struct err why = { 0 };
    if (!finding->fix)
        return true;
    if (!talk_agree(doctor->talk, "   Do it?", &agreed, err))
        return false;
    if (!agreed)
        return true;
    finding->fixed = finding->fix(doctor, finding, &why);
    if (finding->fixed)
        talk_say(doctor->talk, "   Done.\n");
    else
        talk_say(doctor->talk, "   It cannot be done: %s\n", why.text);
    return true;
}

static unsigned
count_left(const struct doctor *doctor)
{
    unsigned left = 0;
    for (unsigned i = 0; i < doctor->count; i++)
        left += !doctor->findings[i].fixed;
    return left;
}

static void
answer(struct command_request *request, const struct doctor *doctor)
{
    struct str out;
    command_open_result(&out);
    json_add_bool(&out, "kioskd", doctor->daemon);
    json_add_bool(&out, "cups", doctor->cups);
    json_add_int(&out, "found", doctor->count);
    json_add_int(&out, "left", count_left(doctor));
    json_open_array(&out, "rows");
    for (unsigned i = 0; i < doctor->count; i++) {
        const struct finding *finding = &doctor->findings[i];
        json_open_object(&out, NULL);
        json_add_text(&out, "id", finding->id);
        json_add_text(&out, "where", finding->where);
        json_add_text(&out, "what", finding->what);
        json_add_text(&out, "why", finding->why);
        json_add_text(&out, "mend", finding->mend);
        json_add_bool(&out, "can_fix", finding->fix != NULL);
        json_add_bool(&out, "fixed", finding->fixed);
        json_close_object(&out);
    }
    json_close_array(&out);
    command_done(request, &out);
}

static bool
go_round(struct doctor *doctor, bool fix, struct err *err)
{
    doctor_look(doctor);
    for (unsigned i = 0; i < doctor->count; i++) {
        show(doctor, &doctor->findings[i], i + 1);
        if (fix && !mend(doctor, &doctor->findings[i], err))
            return false;
    }
    if (doctor->count > 0)
        talk_say(doctor->talk, "\n");
    return true;
}

static void
run_doctor(struct command_request *request)
{
    struct doctor *doctor = calloc(1, sizeof *doctor);
    char path[DOCTOR_PATH_MAX + 1];
    struct err err;
    if (!doctor) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    doctor->parts = request->parts;
    doctor->talk = request->parts->here->talk;
    doctor->root = command_text(request, "root");
    doctor->spooler = (struct spooler_setting){ .server = server_of(request),
                                                .user = "",
                                                .clock = request->parts->clock };
    const char *cups = command_text(request, "cups");
    cups_files_read(cups[0] ? cups : doctor_path(doctor, "/etc/cups", path),
                    &doctor->files);
    if (go_round(doctor, command_flag(request, "fix"), &err))
        answer(request, doctor);
    else
        command_fail(request, &err);
    free(doctor);
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "every known trap: printers, CUPS, scanners, clock; why, and the mend",
    .place = COMMAND_HERE,
    .options = {
        { "fix", COMMAND_FLAG, false, NULL, "mend what can be, each if you agree" },
        { "yes", COMMAND_FLAG, false, NULL, "agree to everything" },
        { "server", COMMAND_TEXT, false, "SERVER",
          "CUPS at this socket or host:port, not the machine's own" },
        { "cups", COMMAND_TEXT, false, "DIR",
          "where CUPS' configuration is, if not /etc/cups" },
        { "root", COMMAND_TEXT, false, "DIR", "look at the system that is mounted there" },
    },
    .facts = {
        { "kioskd", "kioskd runs", CELL_YES },
        { "cups", "CUPS answers", CELL_YES },
        { "found", "Found", CELL_INT },
        { "left", "Left", CELL_INT },
    },
    .note = "Exit status: 0 nothing is left to mend, 1 something is. With sudo it sees and\n"
            "mends more.",
    .run = run_doctor,
};
