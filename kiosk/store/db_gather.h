#ifndef YUELAI_DB_GATHER_H
#define YUELAI_DB_GATHER_H

/* gather: what one commit adds to journal.db's log, in one write.
 *
 * SQLite hands a log two writes a page, a frame's header and the page, some twenty a
 * scan; each is a system call and a look-up in the page cache. A thin VFS keeps them
 * back until the sync that makes the commit durable, and writes the whole stretch at
 * once in front of it. Nothing else changes: the bytes, their places and their order are
 * SQLite's, a commit is answered after the sync, and every other call upon the log
 * writes first what was kept back.
 *
 *     header page header page … sync        pwrite pwrite pwrite pwrite … fdatasync
 *                                     ->    pwrite fdatasync
 *
 * Only for a log whose commits are synced (synchronous=FULL): without a sync a commit
 * would rest in this process. So journal.db's alone; all other files are opened by the
 * VFS below, as if this one was not there. A write that fails is told by the sync: then
 * SQLite takes the commit for failed, as it does when a sync fails. */

#include <stdbool.h>

#include "err.h"

struct gather;

/* Registers a VFS above `below` (NULL: SQLite's default); its name is good for
 * sqlite3_open_v2 and ATTACH until gather_destroy. No file may be open by then. */
bool gather_create(const char *below, struct gather **gather, struct err *err);
void gather_destroy(struct gather *gather); /* takes NULL */
const char *gather_name(const struct gather *gather);

#endif
