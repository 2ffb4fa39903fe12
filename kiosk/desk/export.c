#include "desk/export.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/zone.h"
#include "clock.h"
#include "desk/csv_write.h"
#include "desk/export_parts.h"
#include "store/journal.h"
#include "store/roster.h"
#include "store/spool.h"
#include "str.h"

bool
export_slice(struct export *export, struct export_progress *at, struct err *err)
{
    return export->slice(export, clock_mono_us(export->clock) + EXPORT_SLICE_US, at,
                         err);
}

void
export_close(struct export *export)
{
    if (export)
        export->close(export);
}

/* ---- check-ins ---------------------------------------------------------------------
 *
 * The journal is read a few rows at a time, and each row is completed from roster and
 * spool. */

enum {
    ROWS_AT_ONCE = 16,
    TEXT_MAX = 256 * 1024,
    FLUSH_BYTES = 16 * 1024, /* so much at once to a file */
    PIPE_BYTES = 4096,       /* and to a pipe: that much fits where poll says "ready" */
    ZONES_MAX = 8
};

struct zone_of {
    char event[ROSTER_KEY_MAX + 1];
    struct zone *zone;
};

struct checkins {
    struct export base; /* first */
    struct db *db;
    int fd;
    const char *event;
    const char *zone_name; /* NULL: each event's own */
    struct zone_of zones[ZONES_MAX];
    unsigned zone_count;
    struct journal_row rows[ROWS_AT_ONCE];
    unsigned row_count, next;  /* rows[next .. row_count-1] are to be written */
    int64_t after_id, last_id; /* read so far; the journal's end at the beginning */
    struct str out;
    size_t flushed; /* of out */
    bool is_read;
    int64_t written;
};

/* Writes what there is room for; *waits: the other end does not take more now. */
static bool
flush(struct checkins *checkins, bool *waits, struct err *err)
{
    struct str *out = &checkins->out;
    if (!str_ok(out))
        return err_no_memory(err);
    *waits = false;
    while (checkins->flushed < out->length) {
        struct pollfd room = { .fd = checkins->fd, .events = POLLOUT };
        size_t length = out->length - checkins->flushed;
        if (poll(&room, 1, 0) == 0) {
            *waits = true;
            return true;
        }
        ssize_t wrote = write(checkins->fd, out->data + checkins->flushed,
                              length < PIPE_BYTES ? length : PIPE_BYTES);
        if (wrote < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (wrote < 0)
            return err_set(err, errno == ENOSPC ? ERR_LIMIT : ERR_IO, "export: %s",
                           strerror(errno));
        checkins->flushed += (size_t)wrote;
    }
    str_clear(out);
    checkins->flushed = 0;
    return true;
}

/* The zone that an event's times are told in; an unknown one is told in the system's.
 */
static bool
find_zone(struct checkins *checkins, const char *slug, struct zone **zone,
          struct err *err)
{
    for (unsigned i = 0; i < checkins->zone_count; i++) {
        if (strcmp(checkins->zones[i].event, slug) == 0) {
            *zone = checkins->zones[i].zone;
            return true;
        }
    }
    if (checkins->zone_count == ZONES_MAX) /* the last one's place is taken anew */
        zone_close(checkins->zones[--checkins->zone_count].zone);
    struct event event = { .id = 0 };
    bool found;
    const char *name = checkins->zone_name;
    if (!name) {
        if (!roster_event(checkins->db, slug, &found, &event, err))
            return false;
        name = found ? event.zone : "";
    }
    struct zone_of *slot = &checkins->zones[checkins->zone_count];
    if (!zone_open(name, &slot->zone, err))
        return err_wrap(err, "event %s", slug);
    str_copy(slot->event, sizeof slot->event, slug);
    checkins->zone_count++;
    *zone = slot->zone;
    return true;
}

static void
put_times(struct str *out, const struct zone *zone, int64_t at_ms)
{
    struct zone_time local;
    char text[96];
    int64_t minutes = zone_offset_ms(zone, at_ms) / 60000;
    int64_t size = minutes < 0 ? -minutes : minutes;
    zone_local(zone, at_ms, &local);
    snprintf(text, sizeof text,
             "%04d-%02d-%02d %02d:%02d:%02d %c%02" PRId64 ":%02" PRId64, local.year,
             local.month, local.day, local.hour, local.minute, local.second,
             minutes < 0 ? '-' : '+', size / 60, size % 60);
    csv_write_field(out, text);

    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    csv_write_field(out, text);
}

static void
put_guest(struct str *out, const struct ticket *ticket)
{
    csv_write_field(out, ticket->order_code);
    csv_write_field(out, ticket->name);
    csv_write_field(out, ticket->name_latin);
    csv_write_field(out, ticket->organisation);
    csv_write_field(out, ticket->country);
    csv_write_field(out, ticket->kind);
}

static void
put_badge(struct str *out, const struct spool_job *job, bool found)
{
    char issue[16] = "";
    if (found)
        snprintf(issue, sizeof issue, "%" PRIu32, job->issue);
    csv_write_field(out, found ? spool_state_name(job->state) : "");
    csv_write_field(out, issue);
}

static bool
put_checkin(struct checkins *checkins, const struct journal_row *row, struct err *err)
{
    static const char *const kinds[] = { [JOURNAL_ENTRY] = "entry",
                                         [JOURNAL_EXIT] = "exit",
                                         [JOURNAL_REFUSED] = "refused" };
    struct ticket ticket = { .id = 0 };
    struct spool_job job;
    struct zone *zone = NULL;
    bool has_ticket = false, has_job = false;
    struct str *out = &checkins->out;
    if (!find_zone(checkins, row->event, &zone, err))
        return false;
    if (row->ref[0] &&
        (!roster_by_ref(checkins->db, row->ref, &has_ticket, &ticket, err) ||
         !spool_latest(checkins->db, row->ref, &has_job, &job, err)))
        return false;
    if (!has_ticket)
        ticket = (struct ticket){ .id = 0 };
    put_times(out, zone, row->at_ms);
    csv_write_field(out, row->event);
    csv_write_field(out, row->list);
    csv_write_field(out, verdict_name(row->verdict));
    csv_write_field(out, kinds[row->kind]);
    csv_write_field(out, row->station);
    csv_write_field(out, row->gate);
    csv_write_field(out, row->ref);
    put_guest(out, &ticket);
    csv_write_field(out, row->who);
    csv_write_field(out, row->reason);
    put_badge(out, &job, has_job);
    csv_write_end(out);
    checkins->written++;
    return true;
}

static bool
take_row(const struct journal_row *row, void *self)
{
    struct checkins *checkins = self;
    if (row->id > checkins->last_id)
        return false;
    checkins->rows[checkins->row_count++] = *row;
    return checkins->row_count < ROWS_AT_ONCE;
}

static bool
read_rows(struct checkins *checkins, struct err *err)
{
    checkins->row_count = checkins->next = 0;
    if (!journal_each(checkins->db, NULL, checkins->after_id, ROWS_AT_ONCE, take_row,
                      checkins, err))
        return false;
    checkins->is_read = checkins->row_count == 0;
    return true;
}

/* A row, or the next few read. */
static bool
put_next(struct checkins *checkins, struct err *err)
{
    if (checkins->next == checkins->row_count)
        return read_rows(checkins, err);
    const struct journal_row *row = &checkins->rows[checkins->next++];
    checkins->after_id = row->id;
    return (checkins->event && strcmp(checkins->event, row->event) != 0) ||
           put_checkin(checkins, row, err);
}

static bool
checkins_slice(struct export *export, int64_t until_us, struct export_progress *at,
               struct err *err)
{
    struct checkins *checkins = (struct checkins *)export;
    bool waits = false;
    do {
        if (!checkins->is_read && checkins->out.length < FLUSH_BYTES) {
            if (!put_next(checkins, err))
                return false;
        } else if (!flush(checkins, &waits, err)) {
            return false;
        } else if (checkins->is_read) {
            break;
        }
    } while (!waits && clock_mono_us(export->clock) < until_us);
    bool is_done = checkins->is_read && checkins->out.length == 0;
    *at = (struct export_progress){
        .state = is_done ? EXPORT_DONE
                 : waits ? EXPORT_WAITS
                         : EXPORT_MORE,
        .done = is_done ? checkins->last_id : checkins->after_id,
        .of = checkins->last_id,
        .rows = checkins->written,
    };
    return true;
}

static void
checkins_close(struct export *export)
{
    struct checkins *checkins = (struct checkins *)export;
    for (unsigned i = 0; i < checkins->zone_count; i++)
        zone_close(checkins->zones[i].zone);
    str_finish(&checkins->out);
    free(checkins);
}

static void
put_header(struct str *out)
{
    static const char *const columns[] = {
        "time", "utc",    "event",  "list",  "verdict",     "record",       "station",
        "gate", "ticket", "order",  "name",  "name_latin",  "organisation", "country",
        "kind", "who",    "reason", "badge", "badge_issue",
    };
    csv_write_mark(out);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        csv_write_field(out, columns[i]);
    csv_write_end(out);
}

bool
export_checkins_open(const struct export_checkins *setting, struct export **export,
                     struct err *err)
{
    int64_t last_id;
    if (!journal_last(setting->db, &last_id, err))
        return false;
    struct checkins *checkins = calloc(1, sizeof *checkins);
    if (!checkins)
        return err_no_memory(err);
    checkins->base = (struct export){ checkins_slice, checkins_close, setting->clock };
    checkins->db = setting->db;
    checkins->fd = setting->fd;
    checkins->event = setting->event;
    checkins->zone_name = setting->zone;
    checkins->last_id = last_id;
    str_init(&checkins->out, TEXT_MAX);
    put_header(&checkins->out);
    *export = &checkins->base;
    return true;
}
