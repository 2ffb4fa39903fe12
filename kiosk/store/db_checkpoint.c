#include "store/db_internal.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_gather.h"

/* Checkpoints: what the logs hold goes into the files, a little at a time.
 *
 * journal.db's is SQLite's own, on the loop. roster.db's log grows by a hundred pages a
 * slice while a download is applied, and its two syncs would keep a scan waiting for
 * many milliseconds; so a lane pays them:
 *
 *     rest -> lane: sync the log -> loop: copy the pages -> lane: sync the file -> rest
 *
 * The copy is a page cache's work, under 2 ms for what DB_CHECKPOINT_PAGES lets come
 * together. Whatever happens in between is safe: before the copy SQLite syncs the log
 * itself (that costs a moment when it has been done), and after it the log is not
 * overwritten before the file is synced (store/db_gather.h). It is only slow, so
 * whoever writes much to the roster waits (db_roster_waits). Without a task all of it
 * is done on the loop. */

struct roster_sync {
    struct task_job job; /* first */
    struct db *db;       /* for `done`, on the loop */
    struct gather *gather;
    enum gather_file file;
    bool ran, ok; /* the lane's answer */
    bool is_out;
};

int
db_note_log(void *self, sqlite3 *sql, const char *name, int pages)
{
    (void)sql;
    struct db *db = self;
    bool main = strcmp(name, "main") == 0;
    struct db_wal *wal = main ? &db->journal_wal : &db->roster_wal;
    if (!main)
        db_forget_roster(db);
    wal->commits++;
    wal->pages = pages;
    return SQLITE_OK;
}

static void
checkpoint(struct db *db, bool journal)
{
    struct db_wal *wal = journal ? &db->journal_wal : &db->roster_wal;
    const char *name = journal ? "main" : "roster";
    int rc =
        sqlite3_wal_checkpoint_v2(db->sql, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    struct err err;
    if (rc != SQLITE_OK) {
        conn_fail(journal ? &db->journal : &db->roster, rc, &err);
        log_warning(db->log, "db", "checkpoint: %s", err.text);
    }
    *wal = (struct db_wal){ 0 }; /* after a failure too: not again at once */
}

void
db_checkpoint_forced(struct db *db)
{
    if (db->journal_wal.commits >= DB_CHECKPOINT_FORCED)
        checkpoint(db, true);
    if (db->roster_wal.pages >= DB_CHECKPOINT_PAGES_FORCED)
        checkpoint(db, false);
}

/* ---- the roster's, in three steps --------------------------------------------------
 */

static void
run_sync(struct task_job *job)
{
    struct roster_sync *sync = (struct roster_sync *)job;
    sync->ok = gather_sync(sync->gather, sync->file);
    sync->ran = true;
}

static void send_out(struct db *db, enum gather_file file);

/* A log that could not be synced: the checkpoint is done here, where its error counts.
 */
static void
copy(struct db *db, bool log_is_synced)
{
    if (db->open)
        return; /* once more when idle */
    gather_put_off(db->gather, log_is_synced);
    checkpoint(db, false);
    gather_put_off(db->gather, false);
    if (gather_owes(db->gather))
        send_out(db, GATHER_ROSTER);
}

static void
on_synced(struct task_job *job)
{
    struct roster_sync *sync = (struct roster_sync *)job;
    struct db *db = sync->db;
    sync->is_out = false;
    if (sync->ran && sync->file == GATHER_ROSTER)
        gather_paid(db->gather, sync->ok);
    else if (sync->ran && db->lane)
        copy(db, sync->ok);
}

static void
send_out(struct db *db, enum gather_file file)
{
    struct roster_sync *sync = db->sync;
    sync->job = (struct task_job){ .run = run_sync, .done = on_synced };
    sync->db = db;
    sync->gather = db->gather;
    sync->file = file;
    sync->ran = sync->ok = false;
    sync->is_out = true;
    task_submit(db->task, db->lane, &sync->job);
}

static bool
has_lane(struct db *db)
{
    if (db->task && !db->lane)
        db->lane = task_open(db->task, "roster-sync");
    if (db->lane && !db->sync)
        db->sync = calloc(1, sizeof *db->sync);
    return db->lane && db->sync;
}

void
db_checkpoint_settle(struct db *db)
{
    struct task_lane *lane = db->lane;
    db->lane = NULL; /* nothing new goes out */
    if (lane)
        task_close(db->task, lane);
}

void
db_checkpoint_finish(struct db *db)
{
    db_checkpoint_settle(db);
    free(db->sync);
    db->sync = NULL;
}

bool
db_roster_waits(const struct db *db)
{
    return db->sync && db->sync->is_out;
}

/* ---- when -------------------------------------------------------------------------
 */

static bool
wants_checkpoint(const struct db_wal *wal, bool quiet)
{
    return wal->commits >= DB_CHECKPOINT_COMMITS || wal->pages >= DB_CHECKPOINT_PAGES ||
           (quiet && wal->commits > 0);
}

/* After a sync that failed nobody knows which pages of the file are on the disk. */
static void
look_for_loss(struct db *db)
{
    if (!gather_lost(db->gather) || db->roster.damaged)
        return;
    db->roster.damaged = true;
    log_error(db->log, "db", "%s: a sync failed, it must be filled again",
              db->roster.path);
}

bool
db_checkpoint_tend(struct db *db, bool quiet)
{
    look_for_loss(db);
    if (wants_checkpoint(&db->journal_wal, quiet))
        checkpoint(db, true);
    else if (db_roster_waits(db) || !wants_checkpoint(&db->roster_wal, quiet))
        return false;
    else if (has_lane(db))
        send_out(db, GATHER_ROSTER_LOG);
    else
        checkpoint(db, false);
    return true;
}
