#include "store/db_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/search_words.h"
#include "str.h"

/* ---- a roster file alone, as builders see it ------------------------------------ */

static void
remove_with_logs(const char *path)
{
    static const char *const endings[] = { "", "-wal", "-journal", "-shm" };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char *name = NULL;
        if (asprintf(&name, "%s%s", path, endings[i]) >= 0)
            unlink(name);
        free(name);
    }
}

/* Not one byte of it is worth anything before it is whole: no journal, no syncs. Sorts
 * go to temporary files, so that memory stays bounded whatever the number of rows. */
static const char fresh_pragmas[] =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
    "PRAGMA cache_size=-12288; PRAGMA temp_store=FILE; PRAGMA trusted_schema=OFF;"
    "BEGIN";

bool
db_roster_create(const char *path, const char *vfs, struct conn *conn, struct err *err)
{
    remove_with_logs(path);
    sqlite3 *sql = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &sql, flags, vfs);
    if (!conn_init(conn, sql, path, err)) {
        sqlite3_close(sql);
        return false;
    }
    if (rc == SQLITE_OK && sqlite3_extended_result_codes(sql, 1) == SQLITE_OK &&
        conn_exec(conn, fresh_pragmas, err) && db_roster_tables(conn, err))
        return true;
    if (rc != SQLITE_OK)
        conn_fail(conn, rc, err);
    db_roster_abandon(conn);
    return false;
}

static bool
sync_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

bool
db_roster_finish(struct conn *conn, struct err *err)
{
    char *path = strdup(conn->path);
    bool ok = path ? conn_exec(conn, "COMMIT; PRAGMA journal_mode=WAL", err)
                   : err_no_memory(err);
    if (!ok) {
        db_roster_abandon(conn);
    } else {
        sqlite3 *sql = conn->sql;
        conn_finish(conn);
        sqlite3_close(sql);
        ok = sync_file(path, err);
    }
    free(path);
    return ok;
}

void
db_roster_abandon(struct conn *conn)
{
    if (!conn->path)
        return;
    sqlite3 *sql = conn->sql;
    char *path = strdup(conn->path);
    conn_finish(conn);
    sqlite3_close(sql);
    if (path)
        remove_with_logs(path);
    free(path);
}

/* ---- the roster in use ----------------------------------------------------------- */

/* The connection's locking_mode is EXCLUSIVE by now and is inherited by what is
 * attached, before its log is first looked at. Debian's SQLite overwrites what is
 * deleted with zeros; here only where that costs no further page: no code stands in the
 * file. */
static const char attach_pragmas[] =
    "PRAGMA roster.journal_mode=WAL; PRAGMA roster.synchronous=NORMAL;"
    "PRAGMA roster.cache_size=-16384; PRAGMA roster.secure_delete=FAST";

void
db_forget_roster(struct db *db)
{
    db->memory.has_event = db->memory.has_list = db->memory.has_age = false;
}

bool
db_may_remember(const struct db *db)
{
    return sqlite3_txn_state(db->sql, "roster") != SQLITE_TXN_WRITE;
}

bool
db_roster_attach(struct db *db, struct err *err)
{
    db_forget_roster(db);
    struct query q = query(&db->roster, "ATTACH ?1 AS roster");
    query_text(&q, db->roster_path);
    if (!query_run(&q, err))
        return false;
    db->roster_wal = (struct db_wal){ 0 };
    return conn_exec(&db->roster, attach_pragmas, err);
}

/* Not attached is no error. */
static void
detach(struct db *db)
{
    db_checkpoint_settle(db);
    db_forget_roster(db);
    conn_reset(&db->journal);
    conn_reset(&db->roster);
    sqlite3_exec(db->sql, "DETACH roster", NULL, NULL, NULL);
}

/* Small ones are read whole; a large one costs 0.7 s a million rows, so only its ends.
 */
static bool
check(struct db *db, struct err *err)
{
    enum { SMALL_PAGES = 8192 };
    char text[64];
    if (!db_ask_text(&db->roster, "PRAGMA roster.user_version", text, sizeof text, err))
        return false;
    if (strtol(text, NULL, 10) != DB_ROSTER_VERSION)
        return err_set(err, ERR_INPUT, "%s has version %s, want %d", db->roster_path,
                       text, DB_ROSTER_VERSION);
    if (!db_ask_text(&db->roster, "PRAGMA roster.page_count", text, sizeof text, err))
        return false;
    const char *sql = strtol(text, NULL, 10) <= SMALL_PAGES
                          ? "PRAGMA roster.quick_check(1)"
                          : "SELECT CASE count(*) WHEN 3 THEN 'ok' ELSE 'meta' END"
                            " FROM roster.meta";
    if (!db_ask_text(&db->roster, sql, text, sizeof text, err))
        return false;
    if (strcmp(text, "ok") != 0)
        return err_set(err, ERR_IO, "%s is damaged: %s", db->roster_path, text);
    return search_words_check(&db->roster, db->log, err);
}

static bool
make_empty(struct db *db, struct err *err)
{
    struct conn fresh = { 0 };
    if (!db_roster_create(db->fresh_path, db->vfs, &fresh, err))
        return false;
    if (!search_words_mark(&fresh, err) ||
        !db_roster_indexes(&fresh, NULL, NULL, err)) {
        db_roster_abandon(&fresh);
        return false;
    }
    if (!db_roster_finish(&fresh, err))
        return false;
    remove_with_logs(db->roster_path);
    if (rename(db->fresh_path, db->roster_path) != 0)
        return err_set(err, ERR_IO, "%s: %s", db->roster_path, strerror(errno));
    return db_sync_dir(db->dir, err);
}

static int
is_set_aside(const struct dirent *entry)
{
    const char *time = entry->d_name + strlen("roster.bad-");
    return str_starts(entry->d_name, "roster.bad-") && *time &&
           time[strspn(time, "0123456789")] == '\0';
}

/* Of those set aside the newest few are kept: whoever looks for a cause finds them, and
 * a station that does it every night does not fill its disk. */
static void
prune(const struct db *db)
{
    enum { KEPT = 3 };
    struct dirent **found;
    int count = scandir(db->dir, &found, is_set_aside, alphasort); /* 13 digits each */
    for (int i = 0; i < count; i++) {
        char *path = i < count - KEPT ? db_path(db->dir, found[i]->d_name) : NULL;
        if (path)
            remove_with_logs(path);
        free(path);
        free(found[i]);
    }
    if (count >= 0)
        free(found);
}

/* Renames roster.db and its log to roster.bad-<time>. */
static bool
set_aside(struct db *db, const struct err *why, struct err *err)
{
    static const char *const endings[] = { "-wal", "" };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char *from = NULL, *to = NULL;
        if (asprintf(&from, "%s%s", db->roster_path, endings[i]) < 0 ||
            asprintf(&to, "%s/roster.bad-%" PRId64 "%s", db->dir,
                     clock_utc_ms(db->clock), endings[i]) < 0)
            return err_no_memory(err);
        bool ok = rename(from, to) == 0 || errno == ENOENT;
        if (!ok)
            err_set(err, ERR_IO, "%s: cannot set it aside: %s", from, strerror(errno));
        free(from);
        free(to);
        if (!ok)
            return false;
    }
    prune(db);
    db->status.roster_set_aside = true;
    char reason[256];
    log_error(db->log, "db", "roster set aside, it must be filled again: why=\"%s\"",
              str_quote(reason, sizeof reason, why->text, strlen(why->text)));
    return true;
}

static bool
begin_anew(struct db *db, struct err *err)
{
    if (!make_empty(db, err) || !db_roster_attach(db, err) || !check(db, err))
        return false;
    db->roster.damaged = false;
    db->words_loose = false;
    return true;
}

bool
db_roster_open(struct db *db, struct err *err)
{
    if (access(db->roster_path, F_OK) != 0 && !make_empty(db, err))
        return false;
    struct err why;
    if (db_roster_attach(db, &why) && check(db, &why))
        return true;
    if (why.code == ERR_LIMIT || why.code == ERR_MEMORY) {
        *err = why; /* nothing is known against the file */
        return false;
    }
    detach(db);
    return set_aside(db, &why, err) && begin_anew(db, err);
}

bool
db_mend_roster(struct db *db, struct err *err)
{
    if (!db->roster.damaged)
        return true;
    if (db->open)
        return err_set(err, ERR_BUSY, "roster: a transaction is open");
    struct err why, again;
    err_set(&why, ERR_IO, "%s is damaged", db->roster_path);
    detach(db);
    if (access(db->roster_path, F_OK) == 0 && !set_aside(db, &why, err)) {
        db_roster_attach(db, &again); /* as it is: much of it can be read */
        return false;
    }
    if (begin_anew(db, err))
        return true;
    db->roster.damaged = true; /* nothing is attached: what asks hears so */
    return false;
}

/* ---- swap ----------------------------------------------------------------------- */

/* One atomic exchange: whatever happens, roster.db is one of the two, whole. The log of
 * the one that goes was emptied and removed by DETACH; the folder is synced before the
 * exchange, lest a power cut bring that log back beside the other file. */
static bool
exchange(struct db *db, struct err *err)
{
    if (renameat2(AT_FDCWD, db->fresh_path, AT_FDCWD, db->roster_path,
                  RENAME_EXCHANGE) != 0)
        return err_set(err, ERR_IO, "%s: cannot take its place: %s", db->fresh_path,
                       strerror(errno));
    return true;
}

static bool
log_is_gone(struct db *db, struct err *err)
{
    char *wal = NULL;
    if (asprintf(&wal, "%s-wal", db->roster_path) < 0)
        return err_no_memory(err);
    bool gone = access(wal, F_OK) != 0;
    free(wal);
    return gone ? true
                : err_set(err, ERR_IO, "%s: its log could not be merged",
                          db->roster_path);
}

bool
db_swap_roster(struct db *db, struct err *err)
{
    if (db->open)
        return err_set(err, ERR_BUSY, "roster: a transaction is open");
    if (access(db->fresh_path, R_OK) != 0)
        return err_set(err, ERR_ABSENT, "%s is not there", db->fresh_path);

    detach(db);
    struct err again;
    if (!log_is_gone(db, err) || !db_sync_dir(db->dir, err) || !exchange(db, err))
        return db_roster_attach(db, &again) ? false : err_wrap(err, "%s", again.text);
    if (!db_roster_attach(db, err) || !check(db, err)) {
        detach(db);
        return exchange(db, &again) && db_roster_attach(db, &again)
                   ? err_wrap(err, "the new roster is bad, the old one stays")
                   : err_wrap(err, "%s", again.text);
    }
    remove_with_logs(db->fresh_path); /* the old one now */
    db->status.roster_set_aside = false;
    db->roster.damaged = false;
    db->words_loose = false;
    return true;
}
