#include "ctl/commands_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/settings.h"
#include "sync/sync.h"

/* The ticketing server: how far away it is, and what is told it by hand. */

void
server_refuse(struct command_request *request, enum err_code code, const char *text)
{
    struct err err;
    err_set(&err, code, "%s", text);
    command_fail(request, &err);
}

struct sync *
server_need(struct command_request *request)
{
    if (!request->parts->sync)
        server_refuse(request, ERR_ABSENT, "this needs a running kioskd");
    return request->parts->sync;
}

void
server_did(struct command_request *request, const char *what, const char *text)
{
    struct str out;
    command_open_result(&out);
    json_add_text(&out, "did", what);
    if (text[0])
        json_add_text(&out, "text", text);
    command_done(request, &out);
}

bool
server_note(struct command_request *request, const char *what, const char *detail)
{
    struct err err;
    if (audit_add(request->parts->db, request->who, what, detail, &err))
        return true;
    command_fail(request, &err);
    return false;
}

/* ---- how it stands
 * -------------------------------------------------------------------- */

const char *
server_link_word(const struct sync_status *status)
{
    return status->account.state == ACCOUNT_NONE      ? "not enrolled"
           : status->account.state == ACCOUNT_REVOKED ? "revoked by the organiser"
           : status->offline                          ? "offline"
                                                      : "online";
}

static const char *const phases[] = { "idle",      "device",    "sessions", "event",
                                      "products",  "questions", "layouts",  "lists",
                                      "withdrawn", "orders",    "building", "media",
                                      "settings" };

static void
add_status(const struct sync_status *status, struct str *out)
{
    json_add_text(out, "link", server_link_word(status));
    if (status->offline)
        json_add_int(out, "offline_since_ms", status->offline_since_ms);
    json_add_text(out, "url", status->account.url);
    json_add_text(out, "organizer", status->account.organizer);
    json_add_text(out, "device", status->account.name);
    json_add_text(out, "gate", status->account.gate);
    json_add_text(out, "server", status->account.server);
    json_add_text(out, "download", phases[status->pull.phase]);
    json_add_text(out, "event", status->pull.event);
    json_add_int(out, "orders_done", status->pull.done);
    json_add_int(out, "orders_total", status->pull.total);
    json_add_int(out, "downloaded_ms", status->pull.last_ok_ms);
    json_add_bool(out, "old", status->old);
    json_add_bool(out, "suspicious", status->pull.suspicious);
    json_add_text(out, "download_trouble", status->pull.trouble);
    json_add_int(out, "bad_rows", status->pull.bad);
    json_add_text(out, "first_bad", status->pull.first_bad);
    json_add_int(out, "pending", status->push.pending);
    json_add_int(out, "hold", status->push.hold);
    json_add_int(out, "dead", status->push.dead);
    json_add_int(out, "oldest_ms", status->push.oldest_ms);
    json_add_text(out, "upload_trouble", status->push.trouble);
    json_add_int(out, "conflicts", status->conflicts);
    json_add_int(out, "clock_apart_ms", status->clock_apart_ms);
}

static void
run_server(struct command_request *request)
{
    struct sync *sync = server_need(request);
    struct sync_status status;
    struct str out;
    if (!sync)
        return;
    sync_status(sync, &status);
    command_open_result(&out);
    add_status(&status, &out);
    command_done(request, &out);
}

const struct command command_server = {
    .name = "server",
    .summary = "the ticketing server: link, download, upload, conflicts",
    .place = COMMAND_DAEMON,
    .facts = {
        { "link", "Link", CELL_TEXT },
        { "url", "Server", CELL_TEXT },
        { "device", "Device", CELL_TEXT },
        { "download", "Download", CELL_TEXT },
        { "orders_done", "Orders of this run", CELL_INT },
        { "downloaded_ms", "Copy whole as of", CELL_TIME },
        { "download_trouble", "Download trouble", CELL_TEXT },
        { "pending", "To be sent", CELL_INT },
        { "hold", "Held", CELL_INT },
        { "dead", "Could not be taken", CELL_INT },
        { "upload_trouble", "Upload trouble", CELL_TEXT },
        { "conflicts", "Conflicts", CELL_INT },
    },
    .run = run_server,
};

/* ---- by hand
 * ---------------------------------------------------------------------------- */

/* A sync that somebody waits for: told of twice a second. */
struct watch {
    struct command_request *request; /* NULL: its asker has gone */
    const struct loop *loop;
    struct loop_timer *timer;
};

enum { TELL_EVERY_MS = 500 };

static void
tell_progress(void *self)
{
    struct watch *watch = self;
    struct command_request *request = watch->request;
    struct sync_status status;
    struct str out;
    sync_status(request->parts->sync, &status);
    command_open_progress(&out);
    json_add_text(&out, "doing", phases[status.pull.phase]);
    if (status.pull.event[0])
        json_add_text(&out, "event", status.pull.event);
    json_add_int(&out, "rows", status.pull.done);
    if (status.pull.total >= 0)
        json_add_int(&out, "of", status.pull.total);
    command_progress(request, &out);
    loop_timer_arm(request->parts->loop, watch->timer, TELL_EVERY_MS);
}

/* The run goes on; nobody is told of it any more. */
static void
forget_watch(struct command_request *request)
{
    struct watch *watch = request->work;
    loop_timer_destroy(watch->loop, watch->timer);
    watch->timer = NULL;
    watch->request = NULL;
}

static void
on_synced(bool ok, void *self)
{
    struct watch *watch = self;
    struct command_request *request = watch->request;
    struct sync_status status;
    loop_timer_destroy(watch->loop, watch->timer);
    free(watch);
    if (!request)
        return;
    request->work = NULL;
    request->cancel = NULL;
    sync_status(request->parts->sync, &status);
    if (!ok) {
        server_refuse(request, ERR_REMOTE,
                      status.pull.trouble[0]   ? status.pull.trouble
                      : status.push.trouble[0] ? status.push.trouble
                                               : "the server could not be reached");
        return;
    }
    struct str out;
    command_open_result(&out);
    add_status(&status, &out);
    command_done(request, &out);
}

static void
run_sync(struct command_request *request)
{
    struct sync *sync = server_need(request);
    if (!sync)
        return;
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch)
        watch->timer = loop_timer_create(request->parts->loop, tell_progress, watch);
    if (!watch || !watch->timer) {
        free(watch);
        server_refuse(request, ERR_MEMORY, "no memory");
        return;
    }
    watch->request = request;
    watch->loop = request->parts->loop;
    request->work = watch;
    request->cancel = forget_watch;
    loop_timer_arm(watch->loop, watch->timer, TELL_EVERY_MS);
    sync_now(sync, command_flag(request, "full"), on_synced, watch);
}

const struct command command_sync = {
    .name = "sync",
    .summary = "send what waits and fetch what changed, now",
    .place = COMMAND_DAEMON,
    .options = { { "full", COMMAND_FLAG, false, NULL, "fetch everything anew" } },
    .facts = {
        { "link", "Link", CELL_TEXT },
        { "orders_done", "Orders", CELL_INT },
        { "downloaded_ms", "Copy whole as of", CELL_TIME },
        { "pending", "To be sent", CELL_INT },
        { "dead", "Could not be taken", CELL_INT },
    },
    .run = run_sync,
};

static void
run_offline(struct command_request *request)
{
    struct sync *sync = server_need(request);
    if (!sync || !server_note(request, "server offline", ""))
        return;
    sync_set_hard_offline(sync, true);
    server_did(request, "offline until told otherwise", "");
}

const struct command command_server_offline = {
    .name = "server offline",
    .summary = "do not ask the server, as if there were no network",
    .place = COMMAND_DAEMON,
    .facts = { { "did", "Station", CELL_TEXT } },
    .run = run_offline,
};

static void
run_online(struct command_request *request)
{
    struct sync *sync = server_need(request);
    if (!sync || !server_note(request, "server online", ""))
        return;
    sync_set_hard_offline(sync, false);
    server_did(request, "asks the server again", "");
}

const struct command command_server_online = {
    .name = "server online",
    .summary = "ask the server again",
    .place = COMMAND_DAEMON,
    .facts = { { "did", "Station", CELL_TEXT } },
    .run = run_online,
};

static void
run_believe(struct command_request *request)
{
    struct sync *sync = server_need(request);
    if (!sync || !server_note(request, "server believe", ""))
        return;
    pull_believe(sync_pull(sync));
    server_did(request, "the next download may take tickets away", "");
}

const struct command command_server_believe = {
    .name = "server believe",
    .summary = "the server is right: there are so few tickets",
    .place = COMMAND_DAEMON,
    .facts = { { "did", "Station", CELL_TEXT } },
    .run = run_believe,
};

static void
run_outbox_retry(struct command_request *request)
{
    struct sync *sync = server_need(request);
    struct err err;
    int64_t id = 0;
    if (!sync || (command_text(request, "row")[0] && !command_id(request, "row", &id)))
        return;
    if (!push_retry(sync_push(sync), id, request->who, &err)) {
        command_fail(request, &err);
        return;
    }
    server_did(request, "to be sent again", "");
}

const struct command command_outbox_retry = {
    .name = "outbox retry",
    .summary = "send again what the server did not take or what is held",
    .place = COMMAND_DAEMON,
    .options = { { "row", COMMAND_ARGUMENT, false, "ROW",
                   "one row; else all of them" } },
    .facts = { { "did", "Rows", CELL_TEXT } },
    .run = run_outbox_retry,
};
