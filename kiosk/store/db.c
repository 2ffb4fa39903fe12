#include "store/db.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_gather.h"
#include "store/db_internal.h"
#include "store/db_salvage.h"
#include "store/seal.h"
#include "store/search_words.h"
#include "store/settings.h"
#include "str.h"

bool
db_ask_text(struct conn *conn, const char *sql, char *text, size_t size,
            struct err *err)
{
    struct query q = query(conn, sql);
    bool row;
    text[0] = '\0';
    if (!query_next(&q, &row, err))
        return false;
    if (row)
        take_text(&q, text, size);
    query_end(&q);
    return true;
}

bool
db_need_seal(const struct db *db, struct err *err)
{
    return db->seal ? true
                    : err_set(err, ERR_INPUT,
                              "%s: nothing can be looked up without the station's key",
                              db->roster.path);
}

/* ---- opening -------------------------------------------------------------------- */

static void
spend_ballast(void *self)
{
    struct db *db = self;
    if (db->ballast.there)
        log_error(db->log, "db", "disk full, ballast spent: dir=%s", db->dir);
    db_ballast_drop(&db->ballast, clock_mono_us(db->clock));
}

static bool
fill(struct db *db, const struct db_setting *setting, struct err *err)
{
    db->seal = setting->seal;
    db->clock = setting->clock;
    db->random = setting->random;
    db->log = setting->log;
    db->task = setting->task;
    db->pen.rows = (struct rows){ &db->roster, setting->seal, setting->random };
    db->pen.live = db;
    db->dir = strdup(setting->dir);
    db->vfs = setting->vfs ? strdup(setting->vfs) : NULL;
    db->roster_path = db_path(setting->dir, "roster.db");
    db->fresh_path = db_path(setting->dir, "roster.new");
    if (!db->dir || (setting->vfs && !db->vfs) || !db->roster_path || !db->fresh_path)
        return err_no_memory(err);
    if (!gather_create(setting->vfs, &db->gather, err))
        return false;
    return db_ballast_init(&db->ballast, setting->dir, setting->ballast_bytes, err);
}

/* locking_mode comes before the first look at the file: then the log's index lives in
 * memory, and nobody else can open the file beside us. */
static const char pragmas[] = DB_JOURNAL_PAGE_PRAGMA
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA main.cache_size=-4096";

/* What must be so, whatever was asked for: a VFS without shared memory or a file system
 * of its own mind would otherwise lose a check-in at the next power cut. */
static bool
check_pragmas(struct db *db, struct err *err)
{
    static const struct {
        const char *sql, *want;
    } facts[] = {
        { "PRAGMA main.locking_mode", "exclusive" },
        { "PRAGMA roster.locking_mode", "exclusive" },
        { "PRAGMA main.journal_mode", "wal" },
        { "PRAGMA roster.journal_mode", "wal" },
        { "PRAGMA main.synchronous", "2" },
        { "PRAGMA roster.synchronous", "1" },
        { "PRAGMA wal_autocheckpoint", "0" },
        { "PRAGMA foreign_keys", "1" },
        { "PRAGMA trusted_schema", "0" },
        { "PRAGMA cell_size_check", "1" },
        { "PRAGMA temp_store", "2" },
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        char has[32];
        if (!db_ask_text(&db->journal, facts[i].sql, has, sizeof has, err))
            return false;
        if (strcmp(has, facts[i].want) != 0)
            return err_set(err, ERR_IO, "%s: %s is %s, want %s", db->dir, facts[i].sql,
                           has, facts[i].want);
    }
    return true;
}

static void
close_journal(struct db *db)
{
    conn_finish(&db->journal);
    conn_finish(&db->roster);
    bool closed = sqlite3_close(db->sql) == SQLITE_OK; /* takes NULL */
    assert(closed); /* no statement outlives its db */
    db->sql = NULL;
}

static bool
check_journal(struct db *db, struct err *err)
{
    char says[160];
    if (!conn_exec(&db->journal, pragmas, err) ||
        !db_ask_text(&db->journal, "PRAGMA main.quick_check(1)", says, sizeof says,
                     err))
        return false;
    if (strcmp(says, "ok") == 0)
        return db_migrate_journal(&db->journal, db_journal_version(), err);
    db->journal.damaged = true;
    return err_set(err, ERR_IO, "%s is damaged: %s", db->journal.path, says);
}

/* *damaged: the file is there, and is no sound database. */
static bool
open_journal(struct db *db, bool *damaged, struct err *err)
{
    char *path = db_path(db->dir, "journal.db");
    if (!path)
        return err_no_memory(err);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &db->sql, flags, gather_name(db->gather));
    bool ok = conn_init(&db->journal, db->sql, path, err) &&
              conn_init(&db->roster, db->sql, db->roster_path, err);
    free(path);
    if (!ok)
        return false;
    db->journal.on_full = db->roster.on_full = spend_ballast;
    db->journal.self = db->roster.self = db;
    if (rc != SQLITE_OK)
        return conn_fail(&db->journal, rc, err);
    sqlite3_extended_result_codes(db->sql, 1);
    sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    ok = check_journal(db, err);
    *damaged = db->journal.damaged;
    sqlite3_wal_hook(db->sql, db_note_log,
                     db); /* in place of the automatic checkpoint */
    return ok;
}

/* A file that is found damaged is salvaged, and the new one opened. */
static bool
open_or_salvage(struct db *db, struct err *err)
{
    bool damaged = false;
    if (!db_salvage_resume(db, err))
        return false;
    if (open_journal(db, &damaged, err))
        return true;
    if (!damaged)
        return false;
    log_error(db->log, "db", "%s", err->text);
    close_journal(db);
    return db_salvage(db, err) && open_journal(db, &damaged, err);
}

/* The key that made the look-up values must be the one that asks for them. */
static bool
check_key(struct db *db, struct err *err)
{
    char mine[17], kept[32];
    if (!db->seal)
        return true;
    seal_fingerprint(db->seal, mine);
    if (!settings_get(db, "seal.fingerprint", kept, sizeof kept, err))
        return false;
    if (strcmp(kept, mine) == 0)
        return true;
    if (kept[0] == '\0')
        return settings_set(db, "seal.fingerprint", mine, err);
    return err_set(err, ERR_INPUT,
                   "%s was filled with key %s, this key is %s: restore the former key "
                   "file, or move this directory away and sync or import afresh",
                   db->dir, kept, mine);
}

static bool
open_all(struct db *db, struct err *err)
{
    return open_or_salvage(db, err) && db_roster_open(db, err) &&
           check_pragmas(db, err) && check_key(db, err) && tally_open(db, err) &&
           db_sync_dir(db->dir, err);
}

bool
db_open(const struct db_setting *setting, struct db **out, struct err *err)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        return err_no_memory(err);
    db->lock_fd = -1;
    /* Counting each piece of memory costs a tenth of a scan's statements, and nobody
     * asks. Refused once SQLite is at work in this process: then it counts. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    bool ok = fill(db, setting, err) && db_make_dir(db->dir, err) &&
              db_lock(db->dir, &db->lock_fd, err);
    if (ok && !open_all(db, err)) {
        /* On a full disk the ballast has just made room: once more. */
        ok = err->code == ERR_LIMIT;
        close_journal(db);
        ok = ok && open_all(db, err);
    }
    if (!ok) {
        db_close(db);
        return false;
    }
    *out = db;
    return true;
}

void
db_close(struct db *db)
{
    if (!db)
        return;
    if (db->sql)
        db_rollback(db);
    db_checkpoint_finish(db);
    close_journal(db);
    gather_destroy(db->gather);
    db_ballast_finish(&db->ballast);
    db_unlock(db->lock_fd);
    free(db->dir);
    free(db->vfs);
    free(db->roster_path);
    free(db->fresh_path);
    free(db);
}

/* ---- transactions --------------------------------------------------------------- */

bool
db_begin(struct db *db, struct err *err)
{
    assert(!db->open);
    db_checkpoint_forced(db);
    struct query q = query(&db->journal, "BEGIN");
    db->open = query_run(&q, err);
    return db->open;
}

bool
db_writing(struct db *db, struct err *err)
{
    assert(db->open);
    return sqlite3_get_autocommit(db->sql)
               ? err_set(err, ERR_BUSY, "%s: the transaction was rolled back", db->dir)
               : true;
}

bool
db_commit(struct db *db, struct err *err)
{
    struct query q = query(&db->journal, "COMMIT");
    bool ok = db_writing(db, err) && query_run(&q, err);
    if (ok) {
        db->open = false;
        tally_commit(db);
    } else {
        db_rollback(db);
        tally_rollback(db, true);
    }
    db->last_commit_us = clock_mono_us(db->clock);
    return ok;
}

void
db_rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(db->sql)) {
        struct query q = query(&db->journal, "ROLLBACK");
        struct err err;
        if (!query_run(&q, &err))
            log_error(db->log, "db", "rollback: %s", err.text);
    }
    db->open = false;
    db->memory.has_top = false;
    tally_rollback(db, false);
}

/* ---- housekeeping ---------------------------------------------------------------- */

static void
merge_words(struct db *db)
{
    struct err err;
    if (search_words_merge(&db->roster, &db->words_loose, &err))
        return;
    db->words_loose = false;
    log_warning(db->log, "db", "full text: %s", err.text);
}

void
db_idle(struct db *db)
{
    if (db->open)
        return;
    int64_t now_us = clock_mono_us(db->clock);
    bool quiet = now_us - db->last_commit_us >= DB_QUIET_MS * INT64_C(1000);
    if (db_checkpoint_tend(db, quiet))
        return;
    if (db->words_loose && !db_roster_waits(db))
        merge_words(db);
    else
        db_ballast_tend(&db->ballast, now_us);
}

void
db_set_ballast(struct db *db, int64_t bytes)
{
    db_ballast_resize(&db->ballast, bytes, clock_mono_us(db->clock));
}

void
db_status(const struct db *db, struct db_status *status)
{
    *status = db->status;
    status->ballast_spent = db->ballast.bytes > 0 && !db->ballast.there;
    status->roster_damaged = db->roster.damaged;
}

const char *
db_dir(const struct db *db)
{
    return db->dir;
}

const struct seal *
db_seal(const struct db *db)
{
    return db->seal;
}
