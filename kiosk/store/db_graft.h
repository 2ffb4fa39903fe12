#ifndef YUELAI_DB_GRAFT_H
#define YUELAI_DB_GRAFT_H

/* db_graft: a copy of a bad journal.db that can be read as far as its leaves are left: its
 * log merged in, the schema's pages those of a good one, its tables' trees grown anew.
 *
 * The pages where the tables begin are the same in all files of one version, because
 * the schema is made at once in an empty file: only its own pages need to be replaced to
 * find the tables again. */

#include <stdbool.h>

#include "err.h"

/* good: a file of the newest version that nobody has open. */
bool db_graft(const char *bad, const char *good, const char *graft, struct err *err);
void db_graft_remove(const char *graft);

#endif
