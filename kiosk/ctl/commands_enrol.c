#include "ctl/commands_server.h"

#include <string.h>

#include "base/json.h"
#include "sync/sync.h"

/* Becoming a device of an organiser's ticketing server, and leaving it. */

/* Enrolment goes on though the asker has gone; `stays` keeps the request for its end.
 */
static void
on_enrolled(bool ok, const char *text, void *self)
{
    struct command_request *request = self;
    if (!ok) {
        server_refuse(request, ERR_REMOTE, text);
        return;
    }
    struct sync_status status;
    struct str out;
    sync_status(request->parts->sync, &status);
    sync_now(request->parts->sync, false, NULL, NULL);
    command_open_result(&out);
    json_add_text(&out, "did", "enrolled");
    json_add_text(&out, "url", status.account.url);
    json_add_text(&out, "organizer", status.account.organizer);
    json_add_text(&out, "device", status.account.name);
    json_add_text(&out, "gate", status.account.gate);
    command_done(request, &out);
}

static void
run_enrol(struct command_request *request)
{
    char url[ACCOUNT_URL_MAX + 1], token[ACCOUNT_TOKEN_MAX + 1];
    const char *code = command_text(request, "code");
    struct sync *sync = server_need(request);
    struct err err;
    bool newer;
    if (!sync)
        return;
    if (!account_read_code(code, strlen(code), url, token, &newer, &err)) {
        command_fail(request, &err);
        return;
    }
    if (!server_note(request, "enrol", url))
        return;
    request->stays = true;
    if (!enrol_start(sync_enrol(sync), url, token, command_flag(request, "again"),
                     on_enrolled, request, &err)) {
        request->stays = false;
        command_fail(request, &err);
    }
}

const struct command command_enrol = {
    .name = "enrol",
    .summary = "make this station a device of an organiser's ticketing server",
    .place = COMMAND_DAEMON,
    .only_root = true,
    .options = {
        { "code", COMMAND_SECRET, true, "CODE",
          "the text of the organiser's enrolment code, asked for; or a line of standard "
          "input" },
        { "again", COMMAND_FLAG, false, NULL, "though it is enrolled already" },
    },
    .facts = {
        { "did", "Station", CELL_TEXT },
        { "url", "Server", CELL_TEXT },
        { "organizer", "Organiser", CELL_TEXT },
        { "device", "Device", CELL_TEXT },
        { "gate", "Gate", CELL_TEXT },
    },
    .note = "The code can also be shown to the station's scanner.",
    .run = run_enrol,
};

static void
on_changed(bool ok, const char *text, void *self)
{
    struct command_request *request = self;
    if (ok)
        server_did(request, "done", "");
    else
        server_refuse(request, ERR_REMOTE, text);
}

static void
run_change(struct command_request *request, const char *what,
           bool (*change)(struct enrol *, enrol_fn *, void *, struct err *))
{
    struct sync *sync = server_need(request);
    struct err err;
    if (!sync || !server_note(request, what, ""))
        return;
    request->stays = true;
    if (!change(sync_enrol(sync), on_changed, request, &err)) {
        request->stays = false;
        command_fail(request, &err);
    }
}

static void
run_roll(struct command_request *request)
{
    run_change(request, "server roll", enrol_roll);
}

const struct command command_server_roll = {
    .name = "server roll",
    .summary = "have the server give this station a new token",
    .place = COMMAND_DAEMON,
    .only_root = true,
    .facts = { { "did", "New token", CELL_TEXT } },
    .run = run_roll,
};

static void
run_leave(struct command_request *request)
{
    run_change(request, "server leave", enrol_revoke);
}

const struct command command_server_leave = {
    .name = "server leave",
    .summary = "give this station's place at the server up; what is unsent stays here",
    .place = COMMAND_DAEMON,
    .only_root = true,
    .facts = { { "did", "Left", CELL_TEXT } },
    .run = run_leave,
};
