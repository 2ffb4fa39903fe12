#include "ctl/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "store/journal.h"
#include "store/outbox.h"
#include "store/roster.h"
#include "store/roster_search.h"
#include "store/spool.h"

static const char *const status_names[] = {
    [TICKET_PAID] = "paid",
    [TICKET_UNPAID] = "unpaid",
    [TICKET_CANCELLED] = "cancelled",
};

static void
add_ticket(const struct ticket *ticket, struct str *out)
{
    json_add_text(out, "ref", ticket->ref);
    json_add_text(out, "event", ticket->event);
    json_add_text(out, "name", ticket->name);
    json_add_text(out, "name_latin", ticket->name_latin);
    json_add_text(out, "organisation", ticket->organisation);
    json_add_text(out, "country", ticket->country);
    json_add_text(out, "kind", ticket->kind);
    json_add_text(out, "order", ticket->order_code);
    json_add_text(out, "status",
                  ticket->blocked   ? "blocked"
                  : ticket->revoked ? "revoked"
                                    : status_names[ticket->status]);
}

static bool
add_badge_state(struct db *db, const struct ticket *ticket, struct str *out,
                struct err *err)
{
    struct spool_job job;
    bool found;
    if (!spool_latest(db, ticket->ref, &found, &job, err))
        return false;
    json_add_text(out, "badge", found ? spool_state_name(job.state) : "");
    return true;
}

static void
run_lookup(struct command_request *request)
{
    struct ticket hits[SEARCH_RESULTS_MAX];
    unsigned count;
    struct str out;
    struct err err;
    const char *event = command_text(request, "event");
    command_open_result(&out);
    json_open_array(&out, "rows");
    bool ok = roster_search(request->parts->db, event, command_text(request, "text"),
                            hits, SEARCH_RESULTS_MAX, &count, &err);
    for (unsigned i = 0; ok && i < count; i++) {
        json_open_object(&out, NULL);
        add_ticket(&hits[i], &out);
        ok = add_badge_state(request->parts->db, &hits[i], &out, &err);
        json_close_object(&out);
    }
    if (!ok) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_lookup = {
    .name = "lookup",
    .summary = "find guests by name (any script, pinyin, no accents), order or reference",
    .place = COMMAND_EITHER,
    .options = {
        { "text", COMMAND_REST, true, "TEXT", "what to look for" },
        { "event", COMMAND_TEXT, false, "SLUG", "in this event only" },
    },
    .columns = {
        { "ref", "TICKET", CELL_TEXT },
        { "name", "NAME", CELL_TEXT },
        { "name_latin", "LATIN", CELL_TEXT },
        { "organisation", "ORGANISATION", CELL_TEXT },
        { "country", "FROM", CELL_TEXT },
        { "kind", "KIND", CELL_TEXT },
        { "status", "STATUS", CELL_TEXT },
        { "badge", "BADGE", CELL_TEXT },
    },
    .run = run_lookup,
};

static bool
add_event_row(const struct journal_row *row, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_int(out, "at_ms", row->at_ms);
    json_add_text(out, "what", verdict_name(row->verdict));
    json_add_text(out, "list", row->list);
    json_add_text(out, "station", row->station);
    json_add_text(out, "who", row->who);
    json_add_text(out, "detail", row->reason);
    json_close_object(out);
    return str_ok(out);
}

static bool
add_badge_row(const struct spool_job *job, void *self)
{
    struct str *out = self;
    char detail[512];
    snprintf(detail, sizeof detail, "issue %u, %s%s%s", job->issue, job->cause,
             job->why[0] ? ": " : "", job->why);
    json_open_object(out, NULL);
    json_add_int(out, "at_ms", job->changed_ms);
    json_add_text(out, "what", spool_state_name(job->state));
    json_add_text(out, "list", "badge");
    json_add_text(out, "station", job->station);
    json_add_text(out, "who", job->who);
    json_add_text(out, "detail", detail);
    json_close_object(out);
    return str_ok(out);
}

static void
run_show(struct command_request *request)
{
    struct db *db = request->parts->db;
    const char *ref = command_text(request, "ref");
    struct ticket ticket;
    struct str out;
    struct err err;
    bool found;
    command_open_result(&out);
    bool ok = roster_by_ref(db, ref, &found, &ticket, &err);
    if (ok && !found) {
        char quoted[64];
        ok = err_set(&err, ERR_ABSENT, "ticket \"%s\": not in this station's copy",
                     str_quote(quoted, sizeof quoted, ref, strlen(ref)));
    }
    if (ok) {
        add_ticket(&ticket, &out);
        json_open_array(&out, "rows");
        ok = journal_each(db, ref, 0, 0, add_event_row, &out, &err) &&
             spool_each_of(db, ref, add_badge_row, &out, &err);
        json_close_array(&out);
    }
    if (ok) {
        command_done(request, &out);
    } else {
        str_finish(&out);
        command_fail(request, &err);
    }
}

const struct command command_show = {
    .name = "show",
    .summary = "one ticket: its guest, entries, exits and badges",
    .place = COMMAND_EITHER,
    .options = { { "ref", COMMAND_ARGUMENT, true, "TICKET",
                   "reference from kioskctl lookup" } },
    .facts = {
        { "ref", "Ticket", CELL_TEXT },
        { "name", "Name", CELL_TEXT },
        { "name_latin", "Latin", CELL_TEXT },
        { "organisation", "Organisation", CELL_TEXT },
        { "country", "Country", CELL_TEXT },
        { "kind", "Kind", CELL_TEXT },
        { "order", "Order", CELL_TEXT },
        { "status", "Status", CELL_TEXT },
    },
    .columns = {
        { "at_ms", "WHEN", CELL_TIME },
        { "what", "WHAT", CELL_TEXT },
        { "list", "LIST", CELL_TEXT },
        { "station", "STATION", CELL_TEXT },
        { "who", "WHO", CELL_TEXT },
        { "detail", "DETAIL", CELL_TEXT },
    },
    .run = run_show,
};

static bool
add_list(const struct list *list, void *self)
{
    struct str *out = self;
    char key[2 * ROSTER_KEY_MAX + 2];
    snprintf(key, sizeof key, "%s/%s", list->event, list->key);
    json_open_object(out, NULL);
    json_add_text(out, "list", key);
    json_add_text(out, "name", list->name);
    json_add_text(out, "place", list->place);
    json_add_int(out, "starts_ms", list->starts_ms);
    json_add_int(out, "ends_ms", list->ends_ms);
    json_add_bool(out, "several_entries", list->several_entries);
    json_close_object(out);
    return str_ok(out);
}

struct lists_walk {
    struct db *db;
    struct str *out;
    struct err *err;
    bool ok;
};

static bool
add_lists_of(const struct event *event, void *self)
{
    struct lists_walk *walk = self;
    walk->ok = roster_each_list(walk->db, event->slug, add_list, walk->out, walk->err);
    return walk->ok;
}

static void
run_lists(struct command_request *request)
{
    struct str out;
    struct err err;
    struct lists_walk walk = { request->parts->db, &out, &err, true };
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!roster_each_event(walk.db, add_lists_of, &walk, &err) || !walk.ok) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_lists = {
    .name = "lists",
    .summary = "the check-in lists that a role can name",
    .place = COMMAND_EITHER,
    .columns = {
        { "list", "LIST", CELL_TEXT },
        { "name", "NAME", CELL_TEXT },
        { "place", "PLACE", CELL_TEXT },
        { "starts_ms", "STARTS", CELL_TIME },
        { "ends_ms", "ENDS", CELL_TIME },
    },
    .run = run_lists,
};

static bool
add_outbox_row(const struct outbox_row *row, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_int(out, "id", row->id);
    json_add_text(out, "kind", outbox_kind_name(row->kind));
    json_add_text(out, "state", outbox_state_name(row->state));
    json_add_text(out, "event", row->event);
    json_add_int(out, "at_ms", row->at_ms);
    json_add_int(out, "tries", row->tries);
    json_add_text(out, "answer", row->answer);
    json_close_object(out);
    return str_ok(out);
}

static void
run_outbox(struct command_request *request)
{
    unsigned states = command_flag(request, "all") ? ~0u : ~(1u << OUTBOX_SENT);
    struct str out;
    struct err err;
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!outbox_each(request->parts->db, states, 0, 20000, add_outbox_row, &out,
                     &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_outbox = {
    .name = "outbox",
    .summary = "what must still reach the server, and what it could not take",
    .place = COMMAND_EITHER,
    .options = { { "all", COMMAND_FLAG, false, NULL, "rows that have been sent too" } },
    .columns = {
        { "id", "ROW", CELL_INT },
        { "kind", "WHAT", CELL_TEXT },
        { "state", "STATE", CELL_TEXT },
        { "at_ms", "WHEN", CELL_TIME },
        { "tries", "TRIES", CELL_INT },
        { "answer", "ANSWER", CELL_TEXT },
    },
    .run = run_outbox,
};
