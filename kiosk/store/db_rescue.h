#ifndef YUELAI_DB_RESCUE_H
#define YUELAI_DB_RESCUE_H

/* db_rescue: rows out of a journal.db that is damaged, into a fresh one.
 *
 *     begin (opens both) -> reads? -> copy -> end
 *                            '- no: end; begin on a graft (db_graft) -> copy -> end
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
    int64_t rows, gaps; /* filled in by copy */
};

/* Opens both; makes `fresh`, with the newest schema, if it is not there yet. */
bool db_rescue_begin(struct db_rescue *rescue, struct err *err);
/* Whether its schema can be read, and is one we know. */
bool db_rescue_reads(struct db_rescue *rescue, struct err *err);
bool db_rescue_copy(struct db_rescue *rescue, struct err *err);
void db_rescue_end(struct db_rescue *rescue);

#endif
