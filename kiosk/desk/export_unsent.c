#include "desk/export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "desk/csv_write.h"
#include "desk/export_parts.h"
#include "store/journal.h"
#include "store/outbox.h"
#include "store/spool.h"

/* What no server has taken, for whoever enters it by hand: the outbox's rows, each
 * completed from the journal (a badge's: the spool) and the roster. */

enum { UNSENT = 1u << OUTBOX_PENDING | 1u << OUTBOX_HOLD | 1u << OUTBOX_DEAD };

struct unsent {
    struct export_source source; /* first */
    struct export_table table;
    const char *event;
    struct outbox_place place;
    int64_t seen, of;
};

/* What a row of the outbox is about; "" and 0 where it cannot be found any more. */
struct deed {
    char ref[ROSTER_REF_MAX + 1], list[ROSTER_KEY_MAX + 1];
    char station[4], gate[ROSTER_KEY_MAX + 1], who[64];
    const char *record;
};

static bool
take_journal(const struct journal_row *row, void *self)
{
    static const char *const records[] = { [JOURNAL_ENTRY] = "entry",
                                           [JOURNAL_EXIT] = "exit",
                                           [JOURNAL_REFUSED] = "refused" };
    struct deed *deed = self;
    str_copy(deed->ref, sizeof deed->ref, row->ref);
    str_copy(deed->list, sizeof deed->list, row->list);
    str_copy(deed->station, sizeof deed->station, row->station);
    str_copy(deed->gate, sizeof deed->gate, row->gate);
    str_copy(deed->who, sizeof deed->who, row->who);
    deed->record = records[row->kind];
    return false;
}

static bool
find_deed(struct db *db, const struct outbox_row *row, struct deed *deed,
          struct err *err)
{
    struct spool_job job;
    bool found;
    *deed = (struct deed){ .record = "" };
    if (row->kind != OUTBOX_PRINTED)
        return journal_each(db, NULL, row->about - 1, 1, take_journal, deed, err);
    if (!spool_get(db, row->about, &found, &job, err))
        return false;
    if (found) {
        str_copy(deed->ref, sizeof deed->ref, job.ref);
        str_copy(deed->station, sizeof deed->station, job.station);
        str_copy(deed->who, sizeof deed->who, job.who);
        deed->record = "badge";
    }
    return true;
}

static bool
put_row(struct unsent *unsent, const struct outbox_row *row, struct err *err)
{
    struct str *out = &unsent->table.out;
    struct zone *zone;
    struct ticket ticket;
    struct deed deed;
    bool has_ticket = false;
    char tries[16];
    if (!export_zone(&unsent->table, row->event, &zone, err) ||
        !find_deed(unsent->table.db, row, &deed, err) ||
        (deed.ref[0] &&
         !roster_by_ref(unsent->table.db, deed.ref, &has_ticket, &ticket, err)))
        return false;
    if (!has_ticket)
        ticket = (struct ticket){ .id = 0 };
    snprintf(tries, sizeof tries, "%u", row->tries);
    export_put_times(out, zone, row->at_ms);
    csv_write_field(out, outbox_state_name(row->state));
    csv_write_field(out, row->answer);
    csv_write_field(out, tries);
    csv_write_field(out, outbox_kind_name(row->kind));
    csv_write_field(out, deed.record);
    csv_write_field(out, row->event);
    csv_write_field(out, deed.list);
    csv_write_field(out, deed.station);
    csv_write_field(out, deed.gate);
    csv_write_field(out, deed.who);
    csv_write_field(out, deed.ref);
    export_put_guest(out, &ticket);
    csv_write_end(out);
    unsent->table.written++;
    return true;
}

static const char *const columns[] = {
    "time",  "utc",        "state",        "answer",  "tries", "what",   "record",
    "event", "list",       "station",      "gate",    "who",   "ticket", "order",
    "name",  "name_latin", "organisation", "country", "kind",
};

static bool
put_next(struct export_source *source, struct err *err)
{
    struct unsent *unsent = (struct unsent *)source;
    struct outbox_row row;
    bool found;
    if (!outbox_next(unsent->table.db, UNSENT, &unsent->place, &found, &row, err))
        return false;
    source->is_read = !found;
    if (!found)
        return true;
    unsent->seen++;
    return (unsent->event && strcmp(unsent->event, row.event) != 0) ||
           put_row(unsent, &row, err);
}

static bool
unsent_slice(struct export *export, int64_t until_us, struct export_progress *at,
             struct err *err)
{
    struct unsent *unsent = (struct unsent *)export;
    if (!export_table_slice(&unsent->table, &unsent->source, until_us, at, err))
        return false;
    at->done = unsent->seen;
    at->of = unsent->of > unsent->seen ? unsent->of : unsent->seen;
    return true;
}

static void
unsent_close(struct export *export)
{
    struct unsent *unsent = (struct unsent *)export;
    export_table_finish(&unsent->table);
    free(unsent);
}

bool
export_unsent_open(const struct export_doors *setting, struct export **export,
                   struct err *err)
{
    struct outbox_counts counts;
    if (!outbox_counts(setting->db, &counts, err))
        return false;
    struct unsent *unsent = calloc(1, sizeof *unsent);
    if (!unsent)
        return err_no_memory(err);
    unsent->source = (struct export_source){
        .base = { unsent_slice, unsent_close, setting->clock },
        .put_next = put_next,
    };
    unsent->event = setting->event;
    unsent->place = OUTBOX_BEGIN;
    for (unsigned state = 0; state < OUTBOX_STATE_COUNT; state++)
        unsent->of += UNSENT & 1u << state ? counts.rows[state] : 0;
    export_table_init(&unsent->table, setting->db, setting->fd, setting->zone);
    export_put_header(&unsent->table, columns, sizeof columns / sizeof *columns);
    *export = &unsent->source.base;
    return true;
}
