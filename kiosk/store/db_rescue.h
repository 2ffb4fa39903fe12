#ifndef YUELAI_DB_RESCUE_H
#define YUELAI_DB_RESCUE_H

/* db_rescue: rows out of a journal.db that is damaged, into a fresh one.
 *
 *     begin (opens both) -> reads? -> copy -> end           the file as it is
 *     begin              -> copy   -> end                   if it has gaps: a graft of it
 *     settle                                                                (db_graft)
 *
 * Table by table, in order of rowid; where a row cannot be read, the next that can is
 * looked for by steps that double and then by halves. The bad file is never written. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "log.h"

struct db_rescue {
    const char *bad, *fresh, *vfs; /* paths; set before begin */
    const struct log *log;
    int64_t now_ms;
    sqlite3 *from, *to;
    int64_t rows; /* taken over so far */
    int64_t gaps; /* of the file as it is: stretches that could not be read */
};

/* Opens both; makes `fresh`, with the newest schema, if it is not there yet. */
bool db_rescue_begin(struct db_rescue *rescue, struct err *err);
/* Whether its schema can be read, and is one we know. */
bool db_rescue_reads(struct db_rescue *rescue, struct err *err);
/* Rows that are in `fresh` by now stay as they are. */
bool db_rescue_copy(struct db_rescue *rescue, struct err *err);
void db_rescue_end(struct db_rescue *rescue); /* may be called twice */
/* Moves the counters on and leaves a line in the audit; `fresh` is whole then. */
bool db_rescue_settle(struct db_rescue *rescue, struct err *err);

/* The tables that are taken over; the others follow from them. */
extern const char *const db_rescue_tables[];
extern const unsigned db_rescue_table_count;

#endif
