#ifndef YUELAI_DB_REGROW_H
#define YUELAI_DB_REGROW_H

/* db_regrow: table trees grown anew over the leaves that are left.
 *
 *     root (lost or not)            root, written anew
 *      |        \                    |        \
 *     inner    inner (lost)         new inner  new inner
 *      |   \     |   \       ->      |   \     |
 *     leaf leaf leaf (lost)         leaf leaf leaf
 *
 * All rows of a table stand on its leaves; a page above them that cannot be read hides
 * those that can. A leaf says whose it is by the number of its rows' columns, which no
 * two tables of the journal have in common. Indexes stay as they are: nobody reads them
 * any more. For a copy that is thrown away after. */

#include <stdbool.h>

#include "err.h"

/* path: a file without a log, with a schema that can be read, open nowhere. */
bool db_regrow(const char *path, const char *const *tables, unsigned count,
               struct err *err);

#endif
