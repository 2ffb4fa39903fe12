#ifndef YUELAI_DB_INTERNAL_H
#define YUELAI_DB_INTERNAL_H

/* What the modules of this room know of a db and others do not: its connection, seen as
 * two files. Included by store/ *.c only. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/db_tally.h"
#include "store/query.h"
#include "store/roster.h"
#include "store/roster_rows.h"

enum {
    DB_CHECKPOINT_COMMITS = 64, /* checkpoint when idle after this many */
    DB_CHECKPOINT_FORCED = 1000, /* or before a transaction, idle or not */
    DB_CHECKPOINT_PAGES = 256,
    DB_CHECKPOINT_PAGES_FORCED = 8192, /* 32 MiB */
    DB_QUIET_MS = 2000 /* or after a silence, however few */
};

/* A scan changes ten pages of journal.db, a row or two in each: small ones halve what
 * its commit writes. A file keeps the size that it was made with. */
enum { DB_JOURNAL_PAGE_BYTES = 2048 };
#define DB_JOURNAL_PAGE_PRAGMA "PRAGMA page_size=2048;"

/* A file's log: what a checkpoint would have to do. */
struct db_wal {
    unsigned commits; /* since the last checkpoint */
    int pages;
};

struct ballast {
    char *path;
    int64_t bytes; /* 0 = none wanted */
    int64_t filled; /* of it, on disk */
    int64_t next_us; /* mono: no look before */
    bool there;
};

/* What every scan asks and what changes once an hour, as it was answered last. Of what is
 * committed alone; forgotten with each write. */
struct db_memory {
    bool has_event, has_list, has_age, has_top;
    struct event event;
    struct list list;
    struct roster_age age;
    char ref[ROSTER_REF_MAX + 1]; /* whose top issue this is */
    uint32_t issue;
    char station[4];
};

struct db {
    sqlite3 *sql;
    struct conn journal, roster; /* one connection, two files */
    struct pen pen; /* writes the roster in use */
    struct tally_book tallies;
    struct db_memory memory;
    char *dir, *roster_path, *fresh_path;
    char *vfs; /* NULL = SQLite's default */
    struct gather *gather; /* the VFS above it that the files are open with */
    const struct task *task; /* may be NULL */
    struct task_lane *lane; /* NULL until a checkpoint of the roster needs it */
    struct roster_sync *sync;
    int lock_fd;
    const struct seal *seal;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    bool open; /* a transaction, of either file */
    struct db_wal journal_wal, roster_wal;
    int64_t last_commit_us; /* mono */
    bool words_loose; /* the full text may have segments to merge */
    struct ballast ballast;
    struct db_status status;
};

/* ---- db_schema.c --------------------------------------------------------------- */

/* The newest version of journal.db's schema that this program knows. */
int db_journal_version(void);
/* Brings journal.db (main) up to a version; ERR_INPUT if a newer program made it. */
bool db_migrate_journal(struct conn *journal, int to, struct err *err);

/* A roster file of its own connection: empty tables, then indexes, then done. */
bool db_roster_tables(struct conn *roster, struct err *err);
/* progress (percent) may be NULL. */
bool db_roster_indexes(struct conn *roster, void (*progress)(int percent, void *self),
                       void *self, struct err *err);
enum { DB_ROSTER_VERSION = 2 };

/* ---- db_lock.c ------------------------------------------------------------------- */

char *db_path(const char *dir, const char *name); /* malloced; NULL = no memory */
bool db_make_dir(const char *dir, struct err *err);
bool db_sync_dir(const char *dir, struct err *err);
/* *fd holds the lock until it is closed. ERR_BUSY names the holder. */
bool db_lock(const char *dir, int *fd, struct err *err);
void db_unlock(int fd); /* takes -1 */

/* ---- what is remembered ------------------------------------------------------------ */

/* The roster has changed, or is another one. */
void db_forget_roster(struct db *db);
/* False within a transaction that has written to the roster. */
bool db_may_remember(const struct db *db);

/* ---- db_roster.c ----------------------------------------------------------------- */

/* A new file at path, alone on its connection, tables made, in one transaction. */
bool db_roster_create(const char *path, const char *vfs, struct conn *conn,
                      struct err *err);
/* Commits, turns the file to WAL, closes the connection and syncs the file. */
bool db_roster_finish(struct conn *conn, struct err *err);
void db_roster_abandon(struct conn *conn); /* closes and removes it; takes a blank one */

bool db_roster_attach(struct db *db, struct err *err);
/* Attaches roster.db; sets aside one that is bad or of another version. */
bool db_roster_open(struct db *db, struct err *err);

/* ---- db_checkpoint.c -------------------------------------------------------------- */

/* sqlite3_wal_hook's, self a db: how long a log is by now. */
int db_note_log(void *self, sqlite3 *sql, const char *name, int pages);
/* Before a transaction: of a log that has become too long. */
void db_checkpoint_forced(struct db *db);
/* When idle; true if it did something. quiet: nothing has been written for a while. */
bool db_checkpoint_tend(struct db *db, bool quiet);
/* Waits for what is out. Before roster.db is closed. */
void db_checkpoint_settle(struct db *db);
void db_checkpoint_finish(struct db *db);

/* ---- db_ballast.c ---------------------------------------------------------------- */

bool db_ballast_init(struct ballast *ballast, const char *dir, int64_t bytes,
                     struct err *err);
void db_ballast_drop(struct ballast *ballast, int64_t now_us);
/* A small piece of work at most; true if it did something. */
bool db_ballast_tend(struct ballast *ballast, int64_t now_us);
/* Another size: made anew when there is room. */
void db_ballast_resize(struct ballast *ballast, int64_t bytes, int64_t now_us);
void db_ballast_finish(struct ballast *ballast);

/* ---- for the modules over a db ------------------------------------------------------ */

/* Asserts that a transaction is open; fails if SQLite has rolled it back meanwhile. */
bool db_writing(struct db *db, struct err *err);

/* Codes and addresses are looked up by a key; tools that have none say so. */
bool db_need_seal(const struct db *db, struct err *err);

/* Reads the first column of the first row as a text; "" if there is none. */
bool db_ask_text(struct conn *conn, const char *sql, char *text, size_t size,
                 struct err *err);

#endif
