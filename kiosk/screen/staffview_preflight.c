#include "screen/staffview_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/preflight_run.h"
#include "screen/web.h"
#include "store/settings.h"

/* The run is the station's (print/preflight_run.h); a session has only the kind of
 * finding it looks at, and the page. */

static bool
has_run(const struct staffview *view, struct err *err)
{
    return view->setting->preflight != NULL ||
           err_set(err, ERR_ABSENT, "preflight: there is nothing to draw with");
}

/* ---- acts ------------------------------------------------------------------------ */

static bool
knows_event(const struct staffview *view, const char *slug, struct err *err)
{
    struct event event;
    bool found;
    if (slug[0] == '\0')
        return true;
    if (!roster_event(view->setting->db, slug, &found, &event, err))
        return false;
    return found || err_set(err, ERR_ABSENT, "event: there is no such one");
}

bool
staffview_preflight_start(struct staffview *view, const struct json *body,
                          struct err *err)
{
    char event[ROSTER_KEY_MAX + 1], detail[ROSTER_KEY_MAX + 16];
    const struct preflight_order order = { .event = event, .who = view->who };
    if (!has_run(view, err) || !json_copy(body, "event", event, sizeof event, err) ||
        !knows_event(view, event, err))
        return false;
    snprintf(detail, sizeof detail, "event=%s", event[0] ? event : "all");
    view->finding_page = 0;
    return audit_add(view->setting->db, view->who, "preflight", detail, err) &&
           preflight_run_begin(view->setting->preflight, &order, err);
}

bool
staffview_preflight_stop(struct staffview *view, const struct json *body,
                         struct err *err)
{
    (void)body;
    if (!has_run(view, err) ||
        !audit_add(view->setting->db, view->who, "preflight stop", "", err))
        return false;
    preflight_run_stop(view->setting->preflight);
    return true;
}

bool
staffview_preflight_look(struct staffview *view, const struct json *body,
                         struct err *err)
{
    const char *name;
    int64_t page;
    if (!json_text(body, "finding", &name, err) || !json_int(body, "page", &page, err))
        return false;
    if (page < 0 || page > INT32_MAX)
        return err_set(err, ERR_INPUT, "page: want a number from 0 on");
    for (unsigned i = 0; i < PREFLIGHT_WHAT_COUNT; i++) {
        if (strcmp(preflight_what_name((enum preflight_what)i), name) != 0)
            continue;
        view->finding = (enum preflight_what)i;
        view->finding_page = (unsigned)page;
        return true;
    }
    return err_set(err, ERR_ABSENT, "finding: there is no such kind");
}

/* ---- files ----------------------------------------------------------------------- */

static bool
find_picture(const struct staffview *view, const char *path, struct web_file *file,
             struct err *err)
{
    char number[24];
    long long run, row;
    const char *slash = strchr(path, '/');
    const char *png;
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length == 0 || length >= sizeof number)
        return err_set(err, ERR_ABSENT, "preflight: there is no such picture");
    memcpy(number, path, length);
    number[length] = '\0';
    if (!str_read_int(number, 1, INT64_MAX, &run) ||
        !str_read_int(slash + 1, 0, INT32_MAX, &row))
        return err_set(err, ERR_ABSENT, "preflight: there is no such picture");
    if (!preflight_run_picture(view->setting->preflight, run, (unsigned)row, &png,
                               &length, err))
        return false;
    file->type = "image/png";
    file->bytes = png;
    file->length = length;
    return true;
}

bool
staffview_file(struct staffview *view, const char *path, struct web_file *file,
               struct err *err)
{
    static const char folder[] = "preflight/";
    if (!str_starts(path, folder))
        return err_set(err, ERR_ABSENT, "staff: there is no file of that name");
    if (!staffview_may_show(view, STAFFVIEW_PREFLIGHT, err) || !has_run(view, err))
        return false;
    path += sizeof folder - 1;
    if (strcmp(path, "findings.csv") != 0)
        return find_picture(view, path, file, err);
    const struct str *table = preflight_run_table(view->setting->preflight);
    file->type = "text/csv; charset=utf-8";
    file->bytes = table->data;
    file->length = table->length;
    file->name = "findings.csv";
    return true;
}

/* ---- the state ------------------------------------------------------------------- */

static bool
write_event(const struct event *event, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_text(out, "slug", event->slug);
    json_add_text(out, "name", event->name);
    json_close_object(out);
    return true;
}

static void
write_events(const struct staffview *view, struct str *out)
{
    struct err err;
    json_open_array(out, "events");
    if (!roster_each_event(view->setting->db, write_event, out, &err))
        log_notice(view->setting->log, "staff", "events failed=\"%s\"", err.text);
    json_close_array(out);
}

static void
write_kinds(const struct preflight_run *run, struct str *out)
{
    const struct preflight_status *status = preflight_run_status(run);
    json_open_array(out, "findings");
    for (unsigned i = 0; i < PREFLIGHT_WHAT_COUNT; i++) {
        enum preflight_what what = (enum preflight_what)i;
        if (preflight_run_kept(run, what) == 0)
            continue;
        json_open_object(out, NULL);
        json_add_text(out, "finding", preflight_what_name(what));
        json_add_int(out, "count", status->counts.findings[i]);
        json_add_int(out, "kept", preflight_run_kept(run, what));
        json_close_object(out);
    }
    json_close_array(out);
}

struct page_rows {
    struct str *out;
    unsigned left;
};

static bool
write_row(const struct preflight_row *row, void *self)
{
    struct page_rows *page = self;
    struct str *out = page->out;
    json_open_object(out, NULL);
    json_add_int(out, "number", row->number);
    json_add_text(out, "ref", row->finding.ref);
    json_add_text(out, "name", row->finding.name);
    json_add_text(out, "design", row->finding.design);
    json_add_text(out, "detail", row->finding.detail);
    json_add_bool(out, "picture", row->has_picture);
    json_close_object(out);
    return --page->left > 0;
}

/* The kind that is looked at: another one while there is none of the chosen. */
static enum preflight_what
kind_of(const struct staffview *view)
{
    const struct preflight_run *run = view->setting->preflight;
    unsigned at = view->finding;
    for (unsigned i = 0; i < PREFLIGHT_WHAT_COUNT; i++) {
        enum preflight_what what =
            (enum preflight_what)((at + i) % PREFLIGHT_WHAT_COUNT);
        if (preflight_run_kept(run, what) > 0)
            return what;
    }
    return view->finding;
}

static void
write_rows(const struct staffview *view, struct str *out)
{
    const struct preflight_run *run = view->setting->preflight;
    enum preflight_what what = kind_of(view);
    struct page_rows rows = { out, STAFFVIEW_FINDINGS };
    unsigned kept = preflight_run_kept(run, what);
    unsigned pages = (kept + STAFFVIEW_FINDINGS - 1) / STAFFVIEW_FINDINGS;
    unsigned page = what == view->finding ? view->finding_page : 0;
    if (pages > 0 && page >= pages)
        page = pages - 1;
    json_add_text(out, "finding", kept ? preflight_what_name(what) : "");
    json_add_int(out, "page", page);
    json_add_int(out, "pages", pages);
    json_open_array(out, "rows");
    preflight_run_each(run, what, page * STAFFVIEW_FINDINGS, write_row, &rows);
    json_close_array(out);
}

void
staffview_write_preflight(const struct staffview *view, struct str *out)
{
    const struct preflight_run *run = view->setting->preflight;
    write_events(view, out);
    if (!run)
        return;
    const struct preflight_status *status = preflight_run_status(run);
    json_open_object(out, "preflight");
    json_add_text(out, "state", preflight_state_name(status->state));
    json_add_int(out, "run", status->number);
    json_add_text(out, "event", status->event);
    json_add_text(out, "by", status->who);
    json_add_int(out, "began_ms", status->began_ms);
    json_add_int(out, "ended_ms", status->ended_ms);
    json_add_int(out, "of", status->counts.of);
    json_add_int(out, "badges", status->counts.badges);
    json_add_int(out, "flagged", status->counts.flagged);
    json_add_int(out, "unlisted", status->unlisted);
    json_add_text(out, "text", status->text);
    write_kinds(run, out);
    write_rows(view, out);
    json_close_object(out);
}
