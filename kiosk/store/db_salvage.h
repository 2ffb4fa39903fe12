#ifndef YUELAI_DB_SALVAGE_H
#define YUELAI_DB_SALVAGE_H

/* db_salvage: a journal.db that is damaged becomes one that is not, with all rows that
 * can still be read. The bad one stays beside it as journal.bad-<time>.
 *
 *     DIR/salvage written (names the time) -> journal.db, -wal renamed to journal.bad-…
 *        -> journal.new filled -> renamed to journal.db -> DIR/salvage removed
 *
 * A power cut anywhere in between is continued by db_salvage_resume at the next start. */

#include <stdbool.h>

#include "err.h"

struct db;

/* journal.db must be closed. */
bool db_salvage(struct db *db, struct err *err);
bool db_salvage_resume(struct db *db, struct err *err);

#endif
