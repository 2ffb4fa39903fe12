#include "screen/staffview_inside.h"

#include <string.h>

#include "print/printq.h"
#include "screen/guest_view.h"
#include "store/roster.h"
#include "store/spool.h"
#include "store/spool_write.h"
#include "ticket/country.h"

static const char *const screen_names[STAFFVIEW_SCREEN_COUNT] = {
    [STAFFVIEW_FIND] = "find",
    [STAFFVIEW_GUEST] = "guest",
    [STAFFVIEW_ROLE] = "role",
    [STAFFVIEW_PRINTERS] = "printers",
    [STAFFVIEW_PROBLEMS_LIST] = "problems",
    [STAFFVIEW_SERVER] = "server",
    [STAFFVIEW_CONFLICTS] = "conflicts",
    [STAFFVIEW_DEAD] = "dead",
    [STAFFVIEW_ENROL] = "enrol",
};

const char *const staffview_directions[3] = {
    [ROLE_ENTRY] = "entry", [ROLE_EXIT] = "exit", [ROLE_ASK] = "ask"
};
const char *const staffview_works[3] = { [ROLE_ADMIT_PRINT] = "admit-print",
                                         [ROLE_ADMIT_ONLY] = "admit-only",
                                         [ROLE_PRINT_ONLY] = "print-only" };

/* The guest's screen is reached by opening somebody, not by name. */
bool
staffview_screen_from_name(const char *name, enum staffview_screen *screen)
{
    for (unsigned i = 0; i < STAFFVIEW_SCREEN_COUNT; i++) {
        if (i != STAFFVIEW_GUEST && strcmp(screen_names[i], name) == 0) {
            *screen = (enum staffview_screen)i;
            return true;
        }
    }
    return false;
}

/* ---- the station's role, on every screen ------------------------------------ */

static void
write_role(const struct staffview *view, struct str *out)
{
    const struct role *role = desk_role(view->setting->desk);
    struct err err;

    json_open_object(out, "role");
    json_add_text(out, "direction", staffview_directions[role->direction]);
    json_add_text(out, "work", staffview_works[role->work]);
    json_add_text(out, "gate", role->gate);
    json_open_array(out, "lists");
    for (unsigned i = 0; i < role->list_count; i++) {
        const struct role_list *ours = &role->lists[i];
        struct list list;
        bool found = false;
        json_open_object(out, NULL);
        json_add_text(out, "event", ours->event);
        json_add_text(out, "list", ours->list);
        bool ok = roster_list(view->setting->db, ours->event, ours->list, &found, &list,
                              &err);
        json_add_text(out, "name", ok && found ? list.name : ours->list);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}

/* Why guests cannot be served as they should, on every screen: under the code that they
 * are shown. The page has words for it; the text is the machine's own. */
static void
write_trouble(const struct staffview *view, struct str *out)
{
    const struct staffview_setting *setting = view->setting;
    const struct role *role = desk_role(setting->desk);
    struct station_status status;
    struct str lacking;
    desk_status(setting->desk, &status);
    str_init(&lacking, 4096);
    bool lacks = status.trouble == STATION_READY && setting->printq &&
                 role_prints(role) && printq_none_works(setting->printq, &lacking);
    if (lacks || status.trouble != STATION_READY) {
        json_open_object(out, "trouble");
        json_add_text(out, "code",
                      lacks ? GUEST_CODE_NO_PRINTER
                            : guest_trouble_code(status.trouble));
        json_add_bool(out, "closed", !lacks || role->work == ROLE_PRINT_ONLY);
        json_add_text(out, "text", lacks ? lacking.data : status.text);
        json_close_object(out);
    }
    str_finish(&lacking);
}

static bool
write_choice(const struct list *list, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_text(out, "event", list->event);
    json_add_text(out, "list", list->key);
    json_add_text(out, "name", list->name);
    json_add_text(out, "place", list->place);
    json_add_int(out, "starts_ms", list->starts_ms);
    json_close_object(out);
    return true;
}

struct events {
    unsigned count;
    char slugs[ROLE_LISTS_MAX][ROSTER_KEY_MAX + 1];
};

static bool
note_event(const struct event *event, void *self)
{
    struct events *events = self;
    str_copy(events->slugs[events->count++], ROSTER_KEY_MAX + 1, event->slug);
    return events->count < ROLE_LISTS_MAX;
}

static void
write_choices(const struct staffview *view, struct str *out)
{
    struct events events = { 0 };
    struct err err;
    bool ok = roster_each_event(view->setting->db, note_event, &events, &err);
    json_open_array(out, "choices");
    for (unsigned i = 0; ok && i < events.count; i++)
        ok = roster_each_list(view->setting->db, events.slugs[i], write_choice, out,
                              &err);
    json_close_array(out);
    if (!ok)
        log_notice(view->setting->log, "staff", "lists failed=\"%s\"", err.text);
}

/* ---- finding ---------------------------------------------------------------- */

static const char *
presence_name(enum staff_presence presence)
{
    static const char *const names[] = { "never", "inside", "left" };
    return names[presence];
}

static const char *
status_name(const struct ticket *ticket)
{
    if (ticket->blocked)
        return "blocked";
    if (ticket->revoked)
        return "revoked";
    if (ticket->origin.unapproved)
        return "unapproved";
    return ticket->status == TICKET_PAID     ? "paid"
           : ticket->status == TICKET_UNPAID ? "unpaid"
                                             : "cancelled";
}

/* The page knows no countries: it is told the name in each of its languages. */
static void
write_country(const struct staffview *view, const char *code, struct str *out)
{
    const struct staffview_setting *setting = view->setting;
    json_add_text(out, "country", code);
    json_open_object(out, "country_names");
    for (unsigned i = 0; i < setting->language_count; i++) {
        const char *name = country_name(code, setting->languages[i]);
        if (name)
            json_add_text(out, setting->languages[i], name);
    }
    json_close_object(out);
}

static void
write_row(const struct staffview *view, const struct staff_row *row, struct str *out)
{
    const struct ticket *ticket = &row->ticket;
    json_add_text(out, "ref", ticket->ref);
    json_add_text(out, "name", ticket->name);
    json_add_text(out, "name_latin", ticket->name_latin);
    json_add_text(out, "organisation", ticket->organisation);
    write_country(view, ticket->country, out);
    json_add_text(out, "kind", ticket->kind);
    json_add_text(out, "order", ticket->order_code);
    json_add_text(out, "seat", ticket->seat);
    json_add_text(out, "status", status_name(ticket));
    json_add_text(out, "presence", presence_name(row->presence));
    json_add_int(out, "last_at_ms", row->last_at_ms);
    if (row->has_badge)
        json_add_text(out, "badge", spool_state_name(row->badge));
}

static void
write_find(const struct staffview *view, struct str *out)
{
    unsigned shown =
        view->row_count < STAFFVIEW_ROWS ? view->row_count : STAFFVIEW_ROWS;
    json_add_text(out, "query", view->query);
    json_add_bool(out, "more", view->row_count > STAFFVIEW_ROWS);
    json_open_array(out, "rows");
    for (unsigned i = 0; i < shown; i++) {
        json_open_object(out, NULL);
        write_row(view, &view->rows[i], out);
        json_close_object(out);
    }
    json_close_array(out);
}

/* ---- one guest -------------------------------------------------------------- */

static void
write_history(const struct staff_detail *detail, struct str *out)
{
    static const char *const kinds[] = { "entry", "exit", "refused" };
    json_open_array(out, "history");
    for (unsigned i = detail->row_count; i-- > 0;) { /* newest first */
        const struct journal_row *row = &detail->rows[i];
        json_open_object(out, NULL);
        json_add_text(out, "kind", kinds[row->kind]);
        json_add_text(out, "verdict", verdict_name(row->verdict));
        json_add_text(out, "list", row->list);
        json_add_text(out, "station", row->station);
        json_add_text(out, "gate", row->gate);
        json_add_text(out, "who", row->who);
        json_add_text(out, "reason", row->reason);
        json_add_int(out, "at_ms", row->at_ms);
        json_close_object(out);
    }
    json_close_array(out);
}

static void
write_guest(const struct staffview *view, struct str *out)
{
    const struct staff_detail *detail = view->detail;
    json_open_object(out, "guest");
    write_row(view, &detail->summary, out);
    write_history(detail, out);
    json_open_array(out, "jobs");
    for (unsigned i = detail->job_count; i-- > 0;) {
        json_open_object(out, NULL);
        spool_write(&detail->jobs[i], out);
        /* It may well have been printed, and is void all the same. */
        if (detail->jobs[i].issue < detail->summary.issue)
            json_add_int(out, "replaced_by", detail->summary.issue);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
    json_open_array(out, "reasons");
    for (unsigned i = 0; i < staff_reason_count; i++) {
        json_open_object(out, NULL);
        json_add_text(out, "key", staff_reasons[i].key);
        json_add_bool(out, "wants_text", staff_reasons[i].wants_text);
        json_close_object(out);
    }
    json_close_array(out);
}

/* ---- printers and problems -------------------------------------------------- */

static void
write_printers(const struct staffview *view, struct str *out)
{
    static const char *const healths[] = { "ready", "printing", "trouble",
                                           "unreachable", "drained" };
    struct printq *printq = view->setting->printq;
    json_open_array(out, "printers");
    for (unsigned i = 0; printq && i < printq_count(printq); i++) {
        struct printq_status status;
        printq_status(printq, i, &status);
        if (status.name[0] == '\0')
            continue;
        json_open_object(out, NULL);
        json_add_int(out, "number", i);
        json_add_text(out, "name", status.name);
        json_add_text(out, "health", healths[status.health]);
        json_add_text(out, "problem", printq_problem_name(status.problem));
        json_add_text(out, "queue", printq_queue_of(&status));
        json_add_text(out, "text", status.text);
        json_add_int(out, "printed", status.printed);
        json_add_bool(out, "on_trial", status.on_trial);
        if (status.next_try_ms)
            json_add_int(out, "next_try_ms", status.next_try_ms);
        json_close_object(out);
    }
    json_close_array(out);
}

/* The name that is on the badge. */
static void
write_badge_name(const struct spool_job *job, struct str *out)
{
    struct json *fields;
    const char *name;
    struct err err;
    if (!json_parse(job->fields, strlen(job->fields), &fields, &err))
        return;
    if (json_text(fields, "name", &name, &err))
        json_add_text(out, "name", name);
    json_free(fields);
}

static bool
write_problem(const struct spool_job *job, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    write_badge_name(job, out);
    spool_write(job, out);
    json_close_object(out);
    return true;
}

/* Badges that came out with a text smaller than their design wants, or a letter less.
 */
static void
write_misfits(const struct staffview *view, struct str *out)
{
    struct printq_misfit misfits[PRINTQ_MISFITS_MAX];
    const struct printq *printq = view->setting->printq;
    unsigned count = printq ? printq_misfits(printq, misfits) : 0;
    json_open_array(out, "misfits");
    for (unsigned i = 0; i < count; i++) {
        json_open_object(out, NULL);
        json_add_int(out, "job", misfits[i].job);
        json_add_text(out, "ref", misfits[i].ref);
        json_add_int(out, "at_ms", misfits[i].at_ms);
        json_add_text(out, "slots", misfits[i].slots);
        json_close_object(out);
    }
    json_close_array(out);
}

static void
write_problems(const struct staffview *view, struct str *out)
{
    struct err err;
    json_open_array(out, "problems");
    if (!spool_each(view->setting->db, 1u << SPOOL_FAILED | 1u << SPOOL_UNCERTAIN,
                    STAFFVIEW_PROBLEMS, write_problem, out, &err))
        log_notice(view->setting->log, "staff", "problems failed=\"%s\"", err.text);
    json_close_array(out);
    write_misfits(view, out);
}

static int64_t
problem_count(const struct staffview *view)
{
    int64_t counts[SPOOL_STATE_COUNT];
    struct err err;
    if (!spool_counts(view->setting->db, counts, &err))
        return 0;
    return counts[SPOOL_FAILED] + counts[SPOOL_UNCERTAIN];
}

/* ---- the whole -------------------------------------------------------------- */

static void
write_may(const struct staffview *view, struct str *out)
{
    json_open_object(out, "may");
    json_add_bool(out, "admit", staff_may(view->level, STAFF_PRESENT));
    json_add_bool(out, "reprint", staff_may(view->level, STAFF_REPRINT));
    json_add_bool(out, "role", staff_may(view->level, STAFF_ROLE));
    json_add_bool(out, "server", staff_may(view->level, STAFF_SERVER));
    json_add_bool(out, "enrol", staff_may(view->level, STAFF_ENROL));
    json_close_object(out);
}

static void
write_last(const struct staffview *view, struct str *out)
{
    const struct staffview_last *last = view->setting->last;
    if (!last->has)
        return;
    json_open_object(out, "last");
    json_add_text(out, "ref", last->ref);
    json_add_text(out, "name", last->name);
    json_add_text(out, "verdict", verdict_name(last->verdict));
    json_add_int(out, "at_ms", last->at_ms);
    json_add_int(out, "scan", (int64_t)last->scan);
    if (last->attention)
        json_add_bool(out, "attention", true);
    if (last->may_let_in)
        json_add_bool(out, "may_let_in", true);
    if (last->alert[0])
        json_add_text(out, "alert", last->alert);
    if (last->notes[0])
        json_add_text(out, "notes", last->notes);
    if (last->questions[0])
        json_add_raw(out, "questions", last->questions);
    json_close_object(out);
}

static void
write_notice(const struct staffview *view, struct str *out)
{
    if (view->notice[0] == '\0')
        return;
    json_open_object(out, "notice");
    json_add_text(out, "key", view->notice);
    if (strcmp(view->notice, "failed") == 0 || strcmp(view->notice, "key-taken") == 0)
        json_add_text(out, "text", view->notice_text);
    if (strcmp(view->notice, "reprinted") == 0)
        json_add_int(out, "issue", view->notice_issue);
    json_close_object(out);
}

static void
write_screen(const struct staffview *view, struct str *out)
{
    switch (view->screen) {
    case STAFFVIEW_FIND:
        write_find(view, out);
        break;
    case STAFFVIEW_GUEST:
        write_guest(view, out);
        break;
    case STAFFVIEW_ROLE:
        write_choices(view, out);
        break;
    case STAFFVIEW_PRINTERS:
        write_printers(view, out);
        break;
    case STAFFVIEW_PROBLEMS_LIST:
        write_problems(view, out);
        break;
    default:
        break;
    }
    if (view->setting->uplink)
        staffview_write_server(view, out);
}

void
staffview_publish(struct staffview *view, bool new_screen)
{
    const struct staffview_setting *setting = view->setting;
    struct str *out = surface_begin(&view->surface, new_screen);

    json_add_text(out, "surface", "staff");
    json_add_text(out, "screen", screen_names[view->screen]);
    json_add_text(out, "station", setting->station);
    json_add_text(out, "zone", setting->zone);
    json_add_text(out, "who", view->name);
    json_add_text(out, "level", pin_level_name(view->level));
    json_add_int(out, "idle_ms", view->idle_ms);
    json_add_int(out, "now_ms", clock_utc_ms(setting->clock));
    json_open_array(out, "languages");
    for (unsigned i = 0; i < setting->language_count; i++)
        json_add_text(out, NULL, setting->languages[i]);
    json_close_array(out);
    json_add_int(out, "problem_count", problem_count(view));
    write_may(view, out);
    write_role(view, out);
    write_trouble(view, out);
    write_last(view, out);
    write_notice(view, out);
    write_screen(view, out);
    if (!surface_end(&view->surface))
        log_error(setting->log, "staff", "state=too-large screen=%s",
                  screen_names[view->screen]);
}
