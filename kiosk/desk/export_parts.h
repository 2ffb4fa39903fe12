#ifndef YUELAI_EXPORT_PARTS_H
#define YUELAI_EXPORT_PARTS_H

/* What each kind of export is to export_slice and export_close: the first member of its
 * own struct. Included by desk/export*.c only. */

#include <stddef.h>

#include "clock.h"
#include "desk/export.h"
#include "store/roster.h"
#include "str.h"

struct export {
    /* Works until until_us (mono, of the clock) and fills in `at`. */
    bool (*slice)(struct export *export, int64_t until_us, struct export_progress *at,
                  struct err *err);
    void (*close)(struct export *export);
    const struct clock *clock;
};

/* ---- export_table.c: a table of what happened at doors ------------------------------ */

struct zone;

enum { EXPORT_ZONES_MAX = 8, EXPORT_FLUSH_BYTES = 16 * 1024 };

struct export_zone {
    char event[ROSTER_KEY_MAX + 1];
    struct zone *zone;
};

struct export_table {
    struct db *db;
    int fd;
    const char *zone_name; /* NULL: each event's own */
    struct export_zone zones[EXPORT_ZONES_MAX];
    unsigned zone_count;
    struct str out;
    size_t flushed; /* of out */
    int64_t written; /* rows */
};

/* Where its rows come from: the first member of whoever knows. */
struct export_source {
    struct export base; /* first */
    bool is_read; /* there are no more */
    /* Puts a row, or reads a little, or sets is_read. */
    bool (*put_next)(struct export_source *source, struct err *err);
};

void export_table_init(struct export_table *table, struct db *db, int fd,
                       const char *zone);
void export_table_finish(struct export_table *table);
void export_put_header(struct export_table *table, const char *const *columns,
                       size_t count);
/* Fills in at's state and rows. */
bool export_table_slice(struct export_table *table, struct export_source *source,
                        int64_t until_us, struct export_progress *at, struct err *err);
bool export_flush(struct export_table *table, bool *waits, struct err *err);
bool export_zone(struct export_table *table, const char *slug, struct zone **zone,
                 struct err *err);
void export_put_times(struct str *out, const struct zone *zone, int64_t at_ms);
void export_put_guest(struct str *out, const struct ticket *ticket);

#endif
