#include "ctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "desk/import.h"
#include "store/roster.h"

/* ---- import ---------------------------------------------------------------------- */

struct import_work {
    struct command_request *request;
    struct import *import;
    struct loop_timer *timer;
    struct str rows; /* what was told, the members of an array */
    struct import_result result;
};

static void
import_work_free(struct import_work *work)
{
    import_destroy(work->import);
    loop_timer_destroy(work->request->parts->loop, work->timer);
    str_finish(&work->rows);
    free(work);
}

static void
import_told(const char *json, void *self)
{
    struct import_work *work = self;
    if (work->rows.length > 0)
        str_add_char(&work->rows, ',');
    str_add_text(&work->rows, json);
}

static void
import_moves(const struct import_progress *progress, void *self)
{
    struct import_work *work = self;
    struct str out;
    command_open_progress(&out);
    json_add_text(&out, "phase", import_phase_name(progress->phase));
    json_add_int(&out, "done", progress->done);
    json_add_int(&out, "of", progress->of);
    json_add_int(&out, "rows", progress->rows);
    command_progress(work->request, &out);
}

/* Who shows the copy (screen) and who needs one (desk) hear of it. */
static void
tell_of_roster(const struct command_parts *parts)
{
    struct roster_age age;
    struct err err;
    if (parts->feed && roster_age(parts->db, &age, &err))
        feed_publish(parts->feed, FEED_ROSTER, &age);
}

static void
add_import(const struct import_result *result, struct str *out)
{
    json_add_text(out, "event", result->event);
    json_add_text(out, "encoding", result->encoding);
    json_add_text(out, "columns", result->columns);
    json_add_text(out, "key", result->key);
    json_add_int(out, "read", result->rows);
    json_add_int(out, "good", result->good);
    json_add_int(out, "bad", result->bad);
    json_add_int(out, "added", result->added);
    json_add_int(out, "updated", result->updated);
    json_add_int(out, "missing", result->missing);
    json_add_int(out, "cancelled", result->cancelled);
    json_add_int(out, "codes_made", result->codes_made);
    json_add_int(out, "lists", result->lists);
    json_add_int(out, "duplicates", result->duplicates);
    json_add_int(out, "left_out", result->problems_left_out);
}

static void
answer_import(void *self)
{
    struct import_work *work = self;
    struct command_request *request = work->request;
    struct str out;
    struct err err = work->result.err;
    if (work->result.state == IMPORT_ASKS)
        err_set(
            &err, ERR_BUSY,
            "import: %lld of %lld tickets are not in the file and would be cancelled; "
            "nothing is changed; if that is right, again with --yes",
            (long long)work->result.missing, (long long)work->result.known);
    if (work->result.state != IMPORT_DONE) {
        import_work_free(work);
        command_fail(request, &err);
        return;
    }
    tell_of_roster(request->parts);
    command_open_result(&out);
    add_import(&work->result, &out);
    json_open_array(&out, "rows");
    str_add(&out, work->rows.data, work->rows.length);
    json_close_array(&out);
    import_work_free(work);
    command_done(request, &out);
}

static void
import_ended(const struct import_result *result, void *self)
{
    struct import_work *work = self;
    work->result = *result;
    loop_timer_arm(work->request->parts->loop, work->timer, 0);
}

static const char *
text_or_null(const struct command_request *request, const char *name)
{
    const char *text = command_text(request, name);
    return text[0] ? text : NULL;
}

static void
run_import(struct command_request *request)
{
    const struct command_parts *parts = request->parts;
    struct err err;
    struct import_setting setting = {
        .db = parts->db,
        .loop = parts->loop,
        .task = parts->task,
        .clock = parts->clock,
        .random = parts->random,
        .log = parts->log,
        .who = request->who,
        .guests_fd = command_file(request, "guests"),
        .lists_fd = command_file(request, "lists"),
        .event = text_or_null(request, "event"),
        .event_name = text_or_null(request, "event-name"),
        .zone = text_or_null(request, "zone"),
        .encoding = text_or_null(request, "encoding"),
        .separator = text_or_null(request, "separator"),
        .map = text_or_null(request, "map"),
        .key = text_or_null(request, "key"),
        .replace = command_flag(request, "replace"),
        .yes = command_flag(request, "yes"),
    };
    struct import_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    str_init(&work->rows, 4 * 1024 * 1024);
    work->timer = loop_timer_create(parts->loop, answer_import, work);
    struct import_listener listener = { import_told, import_moves, import_ended, work };
    request->stays =
        true; /* an import that has begun is not stopped by a closed window */
    if (!work->timer || !import_start(&setting, &listener, &work->import, &err)) {
        if (!work->timer)
            err_no_memory(&err);
        import_work_free(work);
        command_fail(request, &err);
    }
}

const struct command command_import = {
    .name = "import",
    .summary = "read a roster from CSV: new guests come in, known ones are updated",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = {
        { "guests", COMMAND_FILE_IN, false, "GUESTS.CSV", "a row a guest" },
        { "lists", COMMAND_FILE_NAMED, false, "LISTS.CSV", "a row a check-in list" },
        { "event", COMMAND_TEXT, false, "SLUG", "of the event; default: the one there is" },
        { "event-name", COMMAND_TEXT, false, "NAME", "the event's name, for people" },
        { "zone", COMMAND_TEXT, false, "ZONE", "time zone of the tables: Asia/Shanghai" },
        { "key", COMMAND_TEXT, false, "COLUMN",
          "what tells rows apart: code, email, number or person" },
        { "map", COMMAND_TEXT, false, "MAP", "columns by name: code=Ticket,name=Full name" },
        { "encoding", COMMAND_TEXT, false, "NAME", "UTF-8, GB18030, …; default: found out" },
        { "separator", COMMAND_TEXT, false, "C", "comma, semicolon or tab; likewise" },
        { "replace", COMMAND_FLAG, false, NULL, "cancel tickets that the file lacks" },
        { "yes", COMMAND_FLAG, false, NULL, "even if that is more than a fifth" },
    },
    .facts = {
        { "event", "Event", CELL_TEXT },
        { "columns", "Columns", CELL_TEXT },
        { "encoding", "Encoding", CELL_TEXT },
        { "key", "Key", CELL_TEXT },
        { "added", "Added", CELL_INT },
        { "updated", "Updated", CELL_INT },
        { "cancelled", "Cancelled", CELL_INT },
        { "bad", "Bad rows", CELL_INT },
        { "codes_made", "Codes made", CELL_INT },
        { "lists", "Lists", CELL_INT },
        { "duplicates", "Likely duplicates", CELL_INT },
    },
    .columns = {
        { "file", "FILE", CELL_TEXT },
        { "line", "LINE", CELL_INT },
        { "level", "LEVEL", CELL_TEXT },
        { "field", "FIELD", CELL_TEXT },
        { "text", "WHAT", CELL_TEXT },
    },
    .note = "Good rows are in, bad rows are listed. UTF-8, UTF-16 and GB18030 are told\n"
            "apart by themselves, so are comma, semicolon and tab.",
    .run = run_import,
};
