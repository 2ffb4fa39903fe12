#include "desk/export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "desk/csv_write.h"
#include "desk/export_parts.h"
#include "store/journal.h"
#include "store/spool.h"

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

enum { ROWS_AT_ONCE = 16 };

struct checkins {
    struct export_source source; /* first */
    struct export_table table;
    const char *event;
    struct journal_row rows[ROWS_AT_ONCE];
    unsigned row_count, next;  /* rows[next .. row_count-1] are to be written */
    int64_t after_id, last_id; /* read so far; the journal's end at the beginning */
};

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
    struct str *out = &checkins->table.out;
    if (!export_zone(&checkins->table, row->event, &zone, err))
        return false;
    if (row->ref[0] &&
        (!roster_by_ref(checkins->table.db, row->ref, &has_ticket, &ticket, err) ||
         !spool_latest(checkins->table.db, row->ref, &has_job, &job, err)))
        return false;
    if (!has_ticket)
        ticket = (struct ticket){ .id = 0 };
    export_put_times(out, zone, row->at_ms);
    csv_write_field(out, row->event);
    csv_write_field(out, row->list);
    csv_write_field(out, verdict_name(row->verdict));
    csv_write_field(out, kinds[row->kind]);
    csv_write_field(out, row->station);
    csv_write_field(out, row->gate);
    csv_write_field(out, row->ref);
    export_put_guest(out, &ticket);
    csv_write_field(out, row->who);
    csv_write_field(out, row->reason);
    put_badge(out, &job, has_job);
    csv_write_end(out);
    checkins->table.written++;
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
    if (!journal_each(checkins->table.db, NULL, checkins->after_id, ROWS_AT_ONCE,
                      take_row, checkins, err))
        return false;
    checkins->source.is_read = checkins->row_count == 0;
    return true;
}

/* A row, or the next few read. */
static bool
put_next(struct export_source *source, struct err *err)
{
    struct checkins *checkins = (struct checkins *)source;
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
    if (!export_table_slice(&checkins->table, &checkins->source, until_us, at, err))
        return false;
    at->done = at->state == EXPORT_DONE ? checkins->last_id : checkins->after_id;
    at->of = checkins->last_id;
    return true;
}

static void
checkins_close(struct export *export)
{
    struct checkins *checkins = (struct checkins *)export;
    export_table_finish(&checkins->table);
    free(checkins);
}

static const char *const columns[] = {
    "time", "utc",    "event",  "list",  "verdict",     "record",       "station",
    "gate", "ticket", "order",  "name",  "name_latin",  "organisation", "country",
    "kind", "who",    "reason", "badge", "badge_issue",
};

bool
export_checkins_open(const struct export_doors *setting, struct export **export,
                     struct err *err)
{
    int64_t last_id;
    if (!journal_last(setting->db, &last_id, err))
        return false;
    struct checkins *checkins = calloc(1, sizeof *checkins);
    if (!checkins)
        return err_no_memory(err);
    checkins->source = (struct export_source){
        .base = { checkins_slice, checkins_close, setting->clock },
        .put_next = put_next,
    };
    checkins->event = setting->event;
    checkins->last_id = last_id;
    export_table_init(&checkins->table, setting->db, setting->fd, setting->zone);
    export_put_header(&checkins->table, columns, sizeof columns / sizeof *columns);
    *export = &checkins->source.base;
    return true;
}
