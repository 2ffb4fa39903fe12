#include "screen/staffview_inside.h"

#include <stdlib.h>
#include <string.h>

#include "store/conflict.h"
#include "store/outbox.h"

/* What the callbacks of a walk need: where to look things up, and where to write. */
struct writing {
    const struct staffview *view;
    struct str *out;
};

/* ---- people and lists by their own names ------------------------------------ */

/* "" if the copy has lost the ticket; the reference is shown all the same. */
static void
add_guest(const struct writing *w, const char *ref)
{
    struct ticket *ticket = calloc(1, sizeof *ticket);
    struct err ignored;
    bool found = false;
    bool ok = ticket && *ref &&
              roster_by_ref(w->view->setting->db, ref, &found, ticket, &ignored);
    json_add_text(w->out, "ref", ref);
    json_add_text(w->out, "name", ok && found ? ticket->name : "");
    free(ticket);
}

static void
add_list(const struct writing *w, const char *event, const char *key)
{
    struct list list;
    struct err ignored;
    bool found = false;
    bool ok =
        *key && roster_list(w->view->setting->db, event, key, &found, &list, &ignored);
    json_add_text(w->out, "list", ok && found ? list.name : key);
}

/* ---- conflicts -------------------------------------------------------------- */

static bool
write_conflict(const struct conflict *conflict, void *self)
{
    const struct writing *w = self;
    json_open_object(w->out, NULL);
    json_add_int(w->out, "id", conflict->id);
    add_guest(w, conflict->ref);
    add_list(w, conflict->event, conflict->list);
    json_add_text(w->out, "ours", conflict->ours);
    json_add_int(w->out, "ours_ms", conflict->ours_ms);
    json_add_text(w->out, "theirs", conflict->theirs);
    json_add_text(w->out, "gate", conflict->gate);
    json_add_int(w->out, "theirs_ms", conflict->theirs_ms);
    json_add_int(w->out, "found_ms", conflict->found_ms);
    json_close_object(w->out);
    return true;
}

static void
write_conflicts(struct writing *w)
{
    struct err err;
    json_open_array(w->out, "rows");
    if (!conflict_each(w->view->setting->db, true, 0, STAFFVIEW_WORK, write_conflict, w,
                       &err))
        log_notice(w->view->setting->log, "staff", "conflicts failed=\"%s\"", err.text);
    json_close_array(w->out);
}

/* ---- what the server will not take ------------------------------------------ */

static bool
write_deed(const struct journal_row *row, void *self)
{
    static const char *const kinds[] = { "entry", "exit", "refused" };
    const struct writing *w = self;
    json_add_text(w->out, "what", kinds[row->kind]);
    add_guest(w, row->ref);
    add_list(w, row->event, row->list);
    json_add_text(w->out, "verdict", verdict_name(row->verdict));
    return false;
}

static void
write_badge(const struct writing *w, int64_t id)
{
    struct spool_job *job = calloc(1, sizeof *job);
    struct err ignored;
    bool found = false;
    json_add_text(w->out, "what", "printed");
    if (job && spool_get(w->view->setting->db, id, &found, job, &ignored) && found)
        add_guest(w, job->ref);
    free(job);
}

static bool
write_dead(const struct outbox_row *row, void *self)
{
    struct writing *w = self;
    struct err ignored;
    json_open_object(w->out, NULL);
    json_add_int(w->out, "id", row->id);
    json_add_int(w->out, "at_ms", row->at_ms);
    json_add_int(w->out, "tries", row->tries);
    json_add_text(w->out, "answer", row->answer);
    if (row->kind == OUTBOX_PRINTED)
        write_badge(w, row->about);
    else
        journal_each(w->view->setting->db, NULL, row->about - 1, 1, write_deed, w,
                     &ignored);
    json_close_object(w->out);
    return true;
}

static void
write_dead_letters(struct writing *w)
{
    struct err err;
    json_open_array(w->out, "rows");
    if (!outbox_each(w->view->setting->db, 1u << OUTBOX_DEAD, 0, STAFFVIEW_WORK,
                     write_dead, w, &err))
        log_notice(w->view->setting->log, "staff", "outbox failed=\"%s\"", err.text);
    json_close_array(w->out);
}

/* ---- enrolment -------------------------------------------------------------- */

/* "tickets.example:8443" of "https://tickets.example:8443/path". */
static void
add_host(struct str *out, const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    json_add_bytes(out, "host", host, strcspn(host, "/"));
}

/* The token goes nowhere. */
static void
write_enrol(const struct writing *w)
{
    const struct staffview *view = w->view;
    json_open_object(w->out, "enrol");
    json_add_text(w->out, "problem", view->code_problem);
    if (view->code.url[0] != '\0') {
        json_add_text(w->out, "url", view->code.url);
        add_host(w->out, view->code.url);
        json_add_bool(w->out, "secure", str_starts(view->code.url, "https://"));
    }
    json_close_object(w->out);
}

/* ---- the whole -------------------------------------------------------------- */

void
staffview_write_server(const struct staffview *view, struct str *out)
{
    struct writing w = { view, out };
    if (view->screen != STAFFVIEW_SERVER && view->screen != STAFFVIEW_ENROL)
        uplink_write_brief(view->setting->uplink, out);
    else
        uplink_write(view->setting->uplink, out);
    if (view->screen == STAFFVIEW_CONFLICTS)
        write_conflicts(&w);
    if (view->screen == STAFFVIEW_DEAD)
        write_dead_letters(&w);
    if (view->screen == STAFFVIEW_ENROL)
        write_enrol(&w);
}
