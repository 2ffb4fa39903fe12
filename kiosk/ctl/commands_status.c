#include "ctl/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/commands_server.h"
#include "ctl/reload.h"
#include "desk/desk.h"
#include "desk/reader.h"
#include "print/printq.h"
#include "store/journal.h"
#include "store/outbox.h"
#include "store/roster.h"
#include "store/settings.h"
#include "store/spool.h"
#include "sync/sync.h"

static const char *const scanner_names[] = {
    [SCANNER_ABSENT] = "not plugged in",
    [SCANNER_READY] = "ready",
    [SCANNER_FAILED] = "failed",
};

static void
add_part(struct str *out, const char *part, const char *state, const char *text)
{
    json_open_object(out, NULL);
    json_add_text(out, "part", part);
    json_add_text(out, "state", state);
    json_add_text(out, "text", text);
    json_close_object(out);
}

/* What is wrong with the configuration as it stands, or waits for a restart. */
static void
add_reload(const struct reload *last, struct str *out)
{
    const struct str *lines = last->refused ? &last->wrong : &last->waits;
    char line[512];
    for (const char *at = lines->length ? lines->data : ""; *at;) {
        size_t length = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        add_part(out, "configuration", last->refused ? "refused" : "waits", line);
        at += length + (at[length] == '\n');
    }
}

static void
add_server(const struct command_parts *parts, struct str *out)
{
    struct sync_status status;
    char text[320];
    sync_status(parts->sync, &status);
    if (status.account.state == ACCOUNT_NONE)
        return; /* a roster from files needs none */
    snprintf(text, sizeof text, "%s%s%s", status.old ? "the copy is old" : "",
             status.old && status.trouble[0] ? "; " : "", status.trouble);
    add_part(out, "server", server_link_word(&status), text);
}

/* Scanners, printers, the server, a row each. */
static void
add_parts(const struct command_parts *parts, struct str *out)
{
    char name[96], advice[256], text[sizeof advice + PRINTER_TEXT_MAX + 4];
    json_open_array(out, "rows");
    for (unsigned i = 0; parts->reader && i < reader_count(parts->reader); i++) {
        struct reader_status status;
        reader_status(parts->reader, i, &status);
        if (status.name[0] == '\0')
            continue;
        snprintf(name, sizeof name, "scanner %s", status.name);
        add_part(out, name, scanner_names[status.state], status.detail);
    }
    for (unsigned i = 0; parts->printq && i < printq_count(parts->printq); i++) {
        struct printq_status status;
        printq_status(parts->printq, i, &status);
        if (status.name[0] == '\0')
            continue;
        snprintf(name, sizeof name, "printer %s", status.name);
        const char *separator = status.problem && status.text[0] ? "; " : "";
        snprintf(text, sizeof text, "%s%s%s", status.text, separator,
                 printq_advice(&status, advice, sizeof advice));
        add_part(out, name, printq_health_name(status.health), text);
    }
    if (parts->sync)
        add_server(parts, out);
    if (parts->reload)
        add_reload(parts->reload->last, out);
    json_close_array(out);
}

/* Guests come in, their badges wait: what is the matter is said to `text`. */
static bool
lacks_a_printer(const struct command_parts *parts, struct str *text)
{
    return parts->printq && role_prints(desk_role(parts->desk)) &&
           printq_none_works(parts->printq, text);
}

static void
add_station(const struct command_parts *parts, struct str *out)
{
    json_add_text(out, "station", parts->station);
    json_add_text(out, "name", parts->station_name);
    json_add_text(out, "version", YUELAI_VERSION);
    json_add_bool(out, "daemon", parts->desk != NULL);
    if (!parts->desk) {
        json_add_text(out, "state", "kioskd is not running");
        return;
    }
    struct station_status status;
    char role[ROLE_TEXT_MAX + 1];
    desk_status(parts->desk, &status);
    role_format(desk_role(parts->desk), role);
    struct str lacking;
    str_init(&lacking, 4096);
    bool lacks = status.trouble == STATION_READY && lacks_a_printer(parts, &lacking);
    json_add_text(out, "state",
                  lacks ? "no printer works" : station_trouble_name(status.trouble));
    json_add_text(out, "advice", lacks ? lacking.data : status.text);
    str_finish(&lacking);
    json_add_text(out, "role", role);
    commands_add_clock(parts->desk, out);
    json_add_int(out, "up_ms", clock_utc_ms(parts->clock) - parts->started_ms);
}

static bool
add_counts(struct db *db, struct str *out, struct err *err)
{
    struct roster_age age;
    struct journal_counts journal;
    struct outbox_counts outbox;
    int64_t jobs[SPOOL_STATE_COUNT];
    if (!roster_age(db, &age, err) || !journal_counts(db, &journal, err) ||
        !outbox_counts(db, &outbox, err) || !spool_counts(db, jobs, err))
        return false;

    json_add_int(out, "tickets", age.tickets);
    json_add_int(out, "copy_ms", age.complete_ms);
    json_add_int(out, "guests_in", journal.guests_in);
    json_add_int(out, "entries", journal.entries);
    json_add_int(out, "exits", journal.exits);
    json_add_int(out, "refused", journal.refused);
    json_add_int(out, "unsent", outbox.rows[OUTBOX_PENDING] + outbox.rows[OUTBOX_HOLD]);
    json_add_int(out, "dead", outbox.rows[OUTBOX_DEAD]);
    int64_t waiting = 0;
    for (int state = 0; state < SPOOL_STATE_COUNT; state++) {
        if (spool_on_its_way((enum spool_state)state))
            waiting += jobs[state];
    }
    json_add_int(out, "badges_waiting", waiting);
    json_add_int(out, "badges_printed", jobs[SPOOL_PRINTED]);
    json_add_int(out, "badges_uncertain", jobs[SPOOL_UNCERTAIN]);
    json_add_int(out, "badges_failed", jobs[SPOOL_FAILED]);
    return true;
}

static void
run_status(struct command_request *request)
{
    struct str out;
    struct err err;
    command_open_result(&out);
    add_station(request->parts, &out);
    if (!add_counts(request->parts->db, &out, &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    add_parts(request->parts, &out);
    command_done(request, &out);
}

const struct command command_status = {
    .name = "status",
    .summary = "the station at a glance: role, copy, scanners, printers, queues",
    .place = COMMAND_EITHER,
    .facts = {
        { "station", "Station", CELL_TEXT },
        { "state", "State", CELL_TEXT },
        { "advice", "Advice", CELL_TEXT },
        { "role", "Role", CELL_TEXT },
        { "clock", "Clock", CELL_TEXT },
        { "tickets", "Tickets", CELL_INT },
        { "copy_ms", "Copy of", CELL_TIME },
        { "guests_in", "Guests in", CELL_INT },
        { "refused", "Refused", CELL_INT },
        { "badges_printed", "Badges printed", CELL_INT },
        { "badges_waiting", "Badges waiting", CELL_INT },
        { "badges_uncertain", "Badges uncertain", CELL_INT },
        { "unsent", "Not yet sent", CELL_INT },
    },
    .columns = {
        { "part", "PART", CELL_TEXT },
        { "state", "STATE", CELL_TEXT },
        { "text", "", CELL_TEXT },
    },
    .run = run_status,
};

static bool
add_audit_row(const struct audit_row *row, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_int(out, "id", row->id);
    json_add_int(out, "at_ms", row->at_ms);
    json_add_text(out, "who", row->who);
    json_add_text(out, "what", row->what);
    json_add_text(out, "detail", row->detail);
    json_close_object(out);
    return str_ok(out);
}

static void
run_audit(struct command_request *request)
{
    struct str out;
    struct err err;
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!audit_each(request->parts->db, 0, add_audit_row, &out, &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_audit = {
    .name = "audit",
    .summary = "who changed what at this station",
    .place = COMMAND_EITHER,
    .columns = {
        { "at_ms", "WHEN", CELL_TIME },
        { "who", "WHO", CELL_TEXT },
        { "what", "WHAT", CELL_TEXT },
        { "detail", "DETAIL", CELL_TEXT },
    },
    .run = run_audit,
};
