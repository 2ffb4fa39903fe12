#include "desk/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/zone.h"
#include "desk/csv_write.h"
#include "store/journal.h"
#include "store/roster.h"
#include "store/spool.h"
#include "str.h"

/* Check-ins. The journal is read a few rows at a time, and each row is completed from
 * roster and spool between two readings. */

enum { ROWS_AT_ONCE = 32, TEXT_MAX = 256 * 1024, ZONES_MAX = 8 };

struct zone_of {
    char event[ROSTER_KEY_MAX + 1];
    struct zone *zone;
};

struct checkins {
    struct db *db;
    int fd;
    const char *event;
    const char *zone_name; /* NULL: each event's own */
    struct zone_of zones[ZONES_MAX];
    unsigned zone_count;
    struct journal_row rows[ROWS_AT_ONCE];
    unsigned row_count;
    struct str out;
    int64_t written;
};

static bool
flush(int fd, struct str *out, struct err *err)
{
    const char *at = out->data;
    size_t left = out->length;
    if (!str_ok(out))
        return err_no_memory(err);
    while (left > 0) {
        ssize_t wrote = write(fd, at, left);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return err_set(err, errno == ENOSPC ? ERR_LIMIT : ERR_IO, "export: %s",
                           strerror(errno));
        at += wrote;
        left -= (size_t)wrote;
    }
    str_clear(out);
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
    checkins->rows[checkins->row_count++] = *row;
    return checkins->row_count < ROWS_AT_ONCE;
}

static bool
put_all(struct checkins *checkins, struct err *err)
{
    int64_t after_id = 0;
    do {
        checkins->row_count = 0;
        if (!journal_each(checkins->db, NULL, after_id, ROWS_AT_ONCE, take_row,
                          checkins, err))
            return false;
        for (unsigned i = 0; i < checkins->row_count; i++) {
            const struct journal_row *row = &checkins->rows[i];
            after_id = row->id;
            if ((!checkins->event || strcmp(checkins->event, row->event) == 0) &&
                !put_checkin(checkins, row, err))
                return false;
        }
        if (!flush(checkins->fd, &checkins->out, err))
            return false;
    } while (checkins->row_count == ROWS_AT_ONCE);
    return true;
}

static void
put_header(struct str *out, const char *const *columns)
{
    csv_write_mark(out);
    for (; *columns; columns++)
        csv_write_field(out, *columns);
    csv_write_end(out);
}

bool
export_checkins(struct db *db, int fd, const char *event, const char *zone,
                struct export_counts *counts, struct err *err)
{
    static const char *const columns[] = {
        "time",   "utc",        "event",        "list",        "verdict",
        "record", "station",    "gate",         "ticket",      "order",
        "name",   "name_latin", "organisation", "country",     "kind",
        "who",    "reason",     "badge",        "badge_issue", NULL
    };
    struct checkins *checkins = calloc(1, sizeof *checkins);
    if (!checkins)
        return err_no_memory(err);
    checkins->db = db;
    checkins->fd = fd;
    checkins->event = event;
    checkins->zone_name = zone;
    str_init(&checkins->out, TEXT_MAX);
    put_header(&checkins->out, columns);
    bool done = flush(fd, &checkins->out, err) && put_all(checkins, err);
    counts->rows = checkins->written;
    for (unsigned i = 0; i < checkins->zone_count; i++)
        zone_close(checkins->zones[i].zone);
    str_finish(&checkins->out);
    free(checkins);
    return done;
}
