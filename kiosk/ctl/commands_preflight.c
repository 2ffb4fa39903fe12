#include "ctl/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/moment.h"
#include "ctl/known_event.h"
#include "ctl/preflight.h"
#include "ctl/preflight_report.h"
#include "desk/csv_write.h"
#include "str.h"

/* Rows come while badges are drawn, and go into the answer, the table and the page at
 * once; the counts follow when all are through. */

enum { ROWS_MAX = 200, TELL_MS = 250, LINE_MAX_BYTES = 4096, NAMES_MAX = 2048 };

struct preflight_work {
    struct command_request *request;
    struct preflight *preflight;
    struct preflight_report *report; /* NULL: none is wanted */
    struct loop_timer *timer;        /* tells how far it is */
    struct str out;                  /* the result */
    int64_t rows;
    char event[ROSTER_KEY_MAX + 1], design[ROSTER_KEY_MAX + 1];
};

static void
work_free(struct preflight_work *work)
{
    loop_timer_destroy(work->request->parts->loop, work->timer);
    preflight_destroy(work->preflight);
    preflight_report_close(work->report);
    str_finish(&work->out);
    free(work);
}

static void
cancel_preflight(struct command_request *request)
{
    work_free(request->work);
    request->work = NULL;
}

static void
fail(struct preflight_work *work, const struct err *err)
{
    struct command_request *request = work->request;
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_fail(request, err);
}

/* ---- a finding --------------------------------------------------------------------
 */

static bool
write_row(int fd, const char *const fields[5], bool is_first, struct err *err)
{
    struct str line;
    str_init(&line, LINE_MAX_BYTES);
    if (is_first)
        csv_write_mark(&line);
    for (int i = 0; i < 5; i++)
        csv_write_field(&line, fields[i]);
    csv_write_end(&line);
    bool ok = fd_write(fd, line.data, line.length) ||
              err_set(err, ERR_IO, "the table: %s", strerror(errno));
    str_finish(&line);
    return ok;
}

static bool
found(const struct preflight_finding *finding, const struct page *page, void *self,
      struct err *err)
{
    struct preflight_work *work = self;
    const char *what = preflight_what_text(finding->what);
    const char *const fields[5] = { finding->ref, finding->name, finding->design, what,
                                    finding->detail };
    int fd = command_file(work->request, "out");
    if (work->rows++ < ROWS_MAX) {
        json_open_object(&work->out, NULL);
        json_add_text(&work->out, "ref", finding->ref);
        json_add_text(&work->out, "name", finding->name);
        json_add_text(&work->out, "design", finding->design);
        json_add_text(&work->out, "finding", what);
        json_add_text(&work->out, "detail", finding->detail);
        json_close_object(&work->out);
    }
    return (fd < 0 || write_row(fd, fields, false, err)) &&
           (!work->report || preflight_report_add(work->report, finding, page, err));
}

/* ---- how far, and the end ----------------------------------------------------------
 */

static void
tell(void *self)
{
    struct preflight_work *work = self;
    const struct preflight_counts *counts = preflight_counts(work->preflight);
    struct str out;
    loop_timer_arm(work->request->parts->loop, work->timer, TELL_MS);
    command_open_progress(&out);
    json_add_int(&out, "done", counts->badges);
    if (counts->of > 0)
        json_add_int(&out, "of", counts->of);
    json_add_int(&out, "problems", counts->flagged);
    command_progress(work->request, &out); /* last: the request may be gone then */
}

static void
add_counts(struct str *out, const struct preflight_counts *counts)
{
    static const char *const keys[PREFLIGHT_WHAT_COUNT] = {
        [PREFLIGHT_REFUSED] = "design_refused", [PREFLIGHT_FAILED] = "drawing_failed",
        [PREFLIGHT_NO_NAME] = "no_name",        [PREFLIGHT_OVERFLOW] = "overflow",
        [PREFLIGHT_LETTERS] = "no_typeface",    [PREFLIGHT_QR] = "qr_too_dense",
        [PREFLIGHT_NAME] = "suspicious_name",
    };
    char summary[96];
    snprintf(summary, sizeof summary, "%" PRId64 " of %" PRId64 " badges want a look",
             counts->flagged, counts->badges);
    json_add_text(out, "summary", summary);
    json_add_int(out, "badges", counts->badges);
    json_add_int(out, "flagged", counts->flagged);
    json_add_int(out, "server_layouts", counts->layouts);
    for (int i = 0; i < PREFLIGHT_WHAT_COUNT; i++)
        json_add_int(out, keys[i], counts->findings[i]);
}

/* The events that were looked at. */
struct named {
    const char *wanted; /* "" = all */
    struct str names;
    char zone[ROSTER_KEY_MAX + 1]; /* the first one's */
};

static bool
add_event(const struct event *event, void *self)
{
    struct named *named = self;
    if (named->wanted[0] && strcmp(named->wanted, event->slug) != 0)
        return true;
    if (named->zone[0] == '\0')
        str_copy(named->zone, sizeof named->zone, event->zone);
    str_addf(&named->names, "%s%s", named->names.length ? ", " : "", event->name);
    return true;
}

/* "2026-11-24 16:50 Asia/Shanghai" */
static void
write_now(const struct command_parts *parts, const char *name, char *to, size_t size)
{
    struct zone *zone;
    struct zone_time time;
    struct err err;
    bool known = name && name[0] && zone_open(name, &zone, &err);
    if (!known)
        zone = NULL;
    moment_local(zone, clock_utc_ms(parts->clock), &time);
    snprintf(to, size, "%04d-%02d-%02d %02d:%02d %s", time.year, time.month, time.day,
             time.hour, time.minute, known ? name : "UTC");
    zone_close(zone);
}

static bool
write_report(const struct preflight_work *work, const struct preflight_counts *counts,
             struct err *err)
{
    const struct command_parts *parts = work->request->parts;
    struct named named = { .wanted = work->event };
    char when[ROSTER_KEY_MAX + 40];
    str_init(&named.names, NAMES_MAX);
    bool ok = roster_each_event(parts->db, add_event, &named, err);
    write_now(parts, named.zone[0] ? named.zone : parts->zone, when, sizeof when);
    struct preflight_about about = { named.names.data, when, counts };
    ok = ok && preflight_report_write(work->report, &about, err);
    str_finish(&named.names);
    return ok;
}

static void
ended(const struct err *err, void *self)
{
    struct preflight_work *work = self;
    struct command_request *request = work->request;
    const struct preflight_counts *counts = preflight_counts(work->preflight);
    struct err wrong;
    struct str out;
    if (!err && work->report && !write_report(work, counts, &wrong))
        err = &wrong;
    if (err) {
        wrong = *err; /* it may be the preflight's */
        fail(work, &wrong);
        return;
    }
    json_close_array(&work->out);
    add_counts(&work->out, counts);
    out = work->out;
    str_init(&work->out, 0);
    request->work = NULL;
    request->cancel = NULL;
    work_free(work);
    command_done(request, &out);
}

/* ---- the beginning ------------------------------------------------------------------
 */

static bool
begin(struct preflight_work *work, struct err *err)
{
    static const char *const headings[5] = { "ref", "name", "design", "finding",
                                             "detail" };
    const struct command_request *request = work->request;
    struct preflight_setting setting = { .parts = request->parts,
                                         .event = work->event,
                                         .design = work->design,
                                         .found = found,
                                         .ended = ended,
                                         .self = work };
    int table = command_file(request, "out"), dir = command_file(request, "report");
    if (!str_copy(work->event, sizeof work->event, command_text(request, "event")) ||
        !str_copy(work->design, sizeof work->design, command_text(request, "design")))
        return err_set(err, ERR_INPUT, "preflight: a name is over %d bytes",
                       ROSTER_KEY_MAX);
    if (work->event[0] && !known_event(request->parts->db, work->event, false, err))
        return false;
    work->timer = loop_timer_create(request->parts->loop, tell, work);
    if (!work->timer)
        return err_no_memory(err);
    return (table < 0 || write_row(table, headings, true, err)) &&
           (dir < 0 || preflight_report_open(dir, &work->report, err)) &&
           preflight_create(&setting, &work->preflight, err);
}

static void
run_preflight(struct command_request *request)
{
    struct err err;
    struct preflight_work *work = calloc(1, sizeof *work);
    if (!work) {
        err_no_memory(&err);
        command_fail(request, &err);
        return;
    }
    work->request = request;
    command_open_result(&work->out);
    json_open_array(&work->out, "rows");
    if (!begin(work, &err)) {
        fail(work, &err);
        return;
    }
    request->work = work;
    request->cancel = cancel_preflight;
    loop_timer_arm(request->parts->loop, work->timer, TELL_MS);
}

const struct command command_preflight = {
    .name = "preflight",
    .summary = "draw every guest's badge without printing, and list those to look at",
    .place = COMMAND_EITHER,
    .only_root = true,
    .draws = true,
    .options = {
        { "out", COMMAND_FILE_OUT, false, "FILE",
          "all findings as CSV, safe to open in a spreadsheet; - is standard output" },
        { "report", COMMAND_DIRECTORY, false, "DIR",
          "index.html there, with a picture of each badge to look at" },
        { "design", COMMAND_TEXT, false, "DESIGN", "this one for all, not each one's own" },
        { "event", COMMAND_TEXT, false, "SLUG", "guests of this event only" },
    },
    .facts = {
        { "summary", "Result", CELL_TEXT },
        { "design_refused", "Design refused", CELL_INT },
        { "drawing_failed", "Drawing failed", CELL_INT },
        { "no_name", "No name", CELL_INT },
        { "overflow", "Text does not fit", CELL_INT },
        { "no_typeface", "Letters that no typeface has", CELL_INT },
        { "qr_too_dense", "QR code too dense", CELL_INT },
        { "suspicious_name", "Suspicious name", CELL_INT },
        { "server_layouts", "In a server's layout, not drawn", CELL_INT },
    },
    .columns = {
        { "ref", "TICKET", CELL_TEXT },
        { "name", "NAME", CELL_TEXT },
        { "design", "DESIGN", CELL_TEXT },
        { "finding", "FINDING", CELL_TEXT },
        { "detail", "DETAIL", CELL_TEXT },
    },
    .note = "At most 200 rows are shown; FILE and DIR have all of them.",
    .run = run_preflight,
};
