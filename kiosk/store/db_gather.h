#ifndef YUELAI_DB_GATHER_H
#define YUELAI_DB_GATHER_H

/* gather: a thin VFS under the store's files: fewer writes to their logs, and a sync of the
 * roster's that need not happen on the loop.
 *
 * SQLite hands a log two writes a page, a frame's header and the page, some twenty a
 * scan; each is a system call and a look-up in the page cache. They are kept back and
 * written as one stretch: of journal.db's log at the sync that makes a commit durable, of
 * roster.db's, whose commits are not synced, at the last frame of a commit. Nothing else
 * changes: the bytes, their places and their order are SQLite's, a commit is answered
 * when its bytes are with the kernel, and every other call upon a log writes first what
 * was kept back.
 *
 *     header page header page … sync        pwrite pwrite pwrite pwrite … fdatasync
 *                                     ->    pwrite fdatasync
 *
 * A write that fails is told by the sync or the last write: SQLite takes the commit for
 * failed, as it does when those fail.
 *
 * A checkpoint copies pages from the log into the file, syncs the file, and from then on
 * lets the log be overwritten. With gather_put_off the sync of roster.db is owed for a
 * while, and whoever has a thread pays it there:
 *
 *     put_off(true), checkpoint, put_off(false)  ->  owes  -> sync_roster, any thread
 *                                                      <- paid
 *
 * While it is owed the log still has every page. It is not begun anew, cut or closed
 * before the file is synced: who does that in the meantime pays. */

#include <stdbool.h>

#include "err.h"

struct gather;

/* Registers a VFS above `below` (NULL: SQLite's default); its name is good for
 * sqlite3_open_v2 and ATTACH until gather_destroy. No file may be open by then. */
bool gather_create(const char *below, struct gather **gather, struct err *err);
void gather_destroy(struct gather *gather); /* takes NULL */
const char *gather_name(const struct gather *gather);

/* While it is put off, a sync of roster.db is noted as owed. */
void gather_put_off(struct gather *gather, bool put_off);
bool gather_owes(const struct gather *gather);

enum gather_file { GATHER_ROSTER, GATHER_ROSTER_LOG };

/* Syncs what has been written of that file; true if it is not open. From any thread, while
 * nobody closes the file. Changes nothing of what is owed. */
bool gather_sync(struct gather *gather, enum gather_file file);

/* What gather_sync(GATHER_ROSTER) said, on the loop's thread: what was owed when it began
 * is paid, or the file is lost: no one knows which pages of it are on the disk. */
void gather_paid(struct gather *gather, bool ok);
bool gather_lost(const struct gather *gather); /* until roster.db is opened anew */

#endif
