#include "ctl/commands_server.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "store/conflict.h"
#include "store/db.h"
#include "store/settings.h"

/* What two stations did while they were apart. */

static bool
add_conflict(const struct conflict *conflict, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_int(out, "id", conflict->id);
    json_add_text(out, "ref", conflict->ref);
    json_add_text(out, "event", conflict->event);
    json_add_text(out, "list", conflict->list);
    json_add_text(out, "ours", conflict->ours);
    json_add_int(out, "ours_ms", conflict->ours_ms);
    json_add_text(out, "theirs", conflict->theirs);
    json_add_int(out, "theirs_ms", conflict->theirs_ms);
    json_add_text(out, "gate", conflict->gate);
    json_add_int(out, "found_ms", conflict->found_ms);
    json_add_int(out, "done_ms", conflict->done_ms);
    json_add_text(out, "who", conflict->who);
    json_close_object(out);
    return str_ok(out);
}

static void
run_conflicts(struct command_request *request)
{
    struct str out;
    struct err err;
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!conflict_each(request->parts->db, !command_flag(request, "all"), 0, 10000,
                       add_conflict, &out, &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_conflicts = {
    .name = "conflicts",
    .summary = "tickets that two stations let in while they were apart",
    .place = COMMAND_EITHER,
    .options = { { "all", COMMAND_FLAG, false, NULL, "those dealt with too" } },
    .columns = {
        { "id", "ROW", CELL_INT },
        { "ref", "TICKET", CELL_TEXT },
        { "list", "LIST", CELL_TEXT },
        { "ours", "HERE", CELL_TEXT },
        { "ours_ms", "AT", CELL_TIME },
        { "theirs", "THERE", CELL_TEXT },
        { "theirs_ms", "AT", CELL_TIME },
        { "who", "DEALT WITH", CELL_TEXT },
    },
    .run = run_conflicts,
};

static void
run_conflict_done(struct command_request *request)
{
    struct db *db = request->parts->db;
    struct err err;
    char detail[64];
    int64_t id;
    if (!command_id(request, "row", &id))
        return;
    snprintf(detail, sizeof detail, "row=%" PRId64, id);
    bool ok = db_begin(db, &err);
    if (ok) {
        ok = conflict_done(db, id, clock_utc_ms(request->parts->clock), request->who,
                           &err) &&
             audit_add(db, request->who, "conflict done", detail, &err);
        if (ok)
            ok = db_commit(db, &err);
        else
            db_rollback(db);
    }
    if (ok)
        server_did(request, "dealt with", "");
    else
        command_fail(request, &err);
}

const struct command command_conflict_done = {
    .name = "conflict done",
    .summary = "a conflict has been dealt with",
    .place = COMMAND_EITHER,
    .options = { { "row", COMMAND_ARGUMENT, true, "ROW", "its row" } },
    .facts = { { "did", "Conflict", CELL_TEXT } },
    .run = run_conflict_done,
};
