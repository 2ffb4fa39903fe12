#ifndef YUELAI_DB_GRAFT_H
#define YUELAI_DB_GRAFT_H

/* db_graft: a copy of a bad journal.db with the schema's pages of a good one.
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
