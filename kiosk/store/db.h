#ifndef YUELAI_DB_H
#define YUELAI_DB_H

/* db: the station's two SQLite files behind one connection.
 *
 *     DIR/journal.db   main      journal spool outbox conflicts audit settings;
 *                                WAL, synchronous=FULL: what is committed is on disk
 *     DIR/roster.db    roster    the copy of events, lists, tickets; WAL, NORMAL;
 *                                may be thrown away and built anew
 *     DIR/lock                   held by whoever has the files open
 *     DIR/ballast                deleted when the disk is full, made again later
 *
 * Exactly one connection to a file (Debian's 3.40.1 carries the WAL-reset bug when two
 * of them checkpoint and commit at once): locking_mode=EXCLUSIVE, wal_autocheckpoint=0,
 * checkpoints by this connection when the loop is idle (db_idle; db_checkpoint.c).
 *
 * The other modules of this room (journal, spool, outbox, settings, audit, roster_*)
 * are functions over a `struct db *`. A scan writes journal.db only, so its transaction
 * is one file's. A COMMIT that failed may have committed: whoever gets an error reads
 * again before it says anything.
 *
 * Errors: ERR_BUSY another process holds DIR; ERR_LIMIT the disk is full; ERR_IO the
 * disk or a file is bad; text names the file.
 */

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "random.h"
#include "task.h"

struct seal;

struct db_setting {
    const char *dir; /* made if absent, mode 0700 */
    const char *vfs; /* NULL = SQLite's default; tests put a disk of their own here */
    int64_t ballast_bytes; /* 0 = none */
    const struct seal *seal; /* may be NULL for tools that look up no code */
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    const struct task *task; /* syncs roster.db off the loop; NULL: on it. Outlives the db */
};

struct db;

/* Takes the lock, opens or makes both files, brings their schema up to date, checks
 * journal.db (quick_check) and the pragmas; a bad roster.db is set aside as
 * roster.bad-<time>, of which three are kept, and made anew (empty); a bad journal.db as
 * journal.bad-<time> and what can be read of it is taken over, row by row. With a seal
 * whose key is not the one of this directory: ERR_INPUT. */
bool db_open(const struct db_setting *setting, struct db **db, struct err *err);
void db_close(struct db *db); /* takes NULL */

/* One transaction on journal.db. Not nested: asserted. After a db_commit that failed
 * none is open. SQLite itself rolls back when the disk is full: the writers of this room
 * then fail until db_rollback. */
bool db_begin(struct db *db, struct err *err);
bool db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db); /* of none: nothing */

/* Housekeeping in small pieces, called when the loop has nothing else to do: a passive
 * checkpoint or the beginning of one, a little of the full-text merge, the ballast. At
 * most a few ms. */
void db_idle(struct db *db);

/* True while a checkpoint of the roster is under way elsewhere: whoever has much to write
 * to it comes back in a millisecond. Writing is allowed all the same, and may have to
 * wait for the disk. */
bool db_roster_waits(const struct db *db);

/* Another size of the ballast, 0 = none; it is made when idle, if there is room. */
void db_set_ballast(struct db *db, int64_t bytes);

/* Takes roster.new (made by roster_build) as the roster, between two scans: DETACH,
 * rename, ATTACH. On failure the old roster stays. */
bool db_swap_roster(struct db *db, struct err *err);

/* A roster that was found damaged while in use (db_status.roster_damaged): sets it
 * aside as roster.bad-<time> and goes on with an empty one, in some ten milliseconds.
 * Between two transactions, and while nobody is half way through filling it. Of a sound
 * one: nothing. On failure it stays damaged: once more, later. */
bool db_mend_roster(struct db *db, struct err *err);

struct db_status {
    bool ballast_spent; /* the disk was full: the ballast is gone, room is short */
    bool roster_set_aside; /* roster.db was bad, the copy began empty; until a swap */
    bool roster_damaged; /* it cannot be read everywhere: db_mend_roster */
    bool journal_salvaged; /* at the start: journal.db was bad */
    int64_t salvaged_rows; /* taken over from it */
    int64_t lost_gaps; /* stretches of it that could not be read */
};
void db_status(const struct db *db, struct db_status *status);

const char *db_dir(const struct db *db);
const struct seal *db_seal(const struct db *db);

#endif
