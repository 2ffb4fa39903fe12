#include "store/db_rescue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/db_internal.h"
#include "str.h"

const char *const db_rescue_tables[] = { "setting", "audit",  "journal", "spool",
                                         "heard",   "outbox", "conflict" };
const unsigned db_rescue_table_count =
    sizeof db_rescue_tables / sizeof *db_rescue_tables;

/* ---- both files --------------------------------------------------------------------
 */

static bool
fail(sqlite3 *sql, const char *path, struct err *err)
{
    int rc = sqlite3_errcode(sql);
    return err_set(err, rc == SQLITE_FULL ? ERR_LIMIT : ERR_IO, "%s: %s", path,
                   sqlite3_errmsg(sql));
}

static bool
run(sqlite3 *sql, const char *path, const char *script, struct err *err)
{
    return sqlite3_exec(sql, script, NULL, NULL, NULL) == SQLITE_OK
               ? true
               : fail(sql, path, err);
}

/* Not to be merged with its log when closed: it stays as it was found. Cells that are
 * too large for their page cost themselves only, so they are let through. */
static bool
open_bad(struct db_rescue *rescue, struct err *err)
{
    int rc = sqlite3_open_v2(rescue->bad, &rescue->from,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, rescue->vfs);
    if (rc != SQLITE_OK)
        return fail(rescue->from, rescue->bad, err);
    sqlite3_db_config(rescue->from, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return run(rescue->from, rescue->bad,
               "PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF;"
               "PRAGMA cell_size_check=OFF",
               err);
}

static bool
open_fresh(struct db_rescue *rescue, struct err *err)
{
    struct conn conn = { 0 };
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(rescue->fresh, &rescue->to, flags, rescue->vfs) != SQLITE_OK)
        return fail(rescue->to, rescue->fresh, err);
    bool ok = run(rescue->to, rescue->fresh,
                  DB_JOURNAL_PAGE_PRAGMA
                  "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE;"
                  "PRAGMA synchronous=FULL",
                  err) &&
              conn_init(&conn, rescue->to, rescue->fresh, err) &&
              db_migrate_journal(&conn, db_journal_version(), err);
    conn_finish(&conn);
    return ok;
}

bool
db_rescue_begin(struct db_rescue *rescue, struct err *err)
{
    if (open_fresh(rescue, err) && open_bad(rescue, err))
        return true;
    db_rescue_end(rescue);
    return false;
}

void
db_rescue_end(struct db_rescue *rescue)
{
    sqlite3_close(rescue->from);
    sqlite3_close(rescue->to);
    rescue->from = rescue->to = NULL;
}

bool
db_rescue_reads(struct db_rescue *rescue, struct err *err)
{
    for (unsigned i = 0; i < db_rescue_table_count; i++) {
        sqlite3_stmt *stmt = NULL;
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT id FROM %s LIMIT 0", db_rescue_tables[i]);
        int rc = sqlite3_prepare_v2(rescue->from, sql, -1, &stmt, NULL);
        sqlite3_finalize(stmt);
        if (rc != SQLITE_OK)
            return fail(rescue->from, rescue->bad, err);
    }
    return true;
}

/* ---- one table ---------------------------------------------------------------------
 */

struct table {
    const char *name;
    sqlite3_stmt *all;   /* all columns of rows from ?1 on */
    sqlite3_stmt *probe; /* the id alone of the next row from ?1 on */
    sqlite3_stmt *insert;
    int columns;
    int64_t rows, gaps, last;
};

static void
table_finish(struct table *table)
{
    sqlite3_finalize(table->all);
    sqlite3_finalize(table->probe);
    sqlite3_finalize(table->insert);
}

static bool
prepare(sqlite3 *sql, sqlite3_stmt **stmt, struct str *text)
{
    bool ok = str_ok(text) &&
              sqlite3_prepare_v2(sql, text->data, -1, stmt, NULL) == SQLITE_OK;
    str_clear(text);
    return ok;
}

/* A bad file of an older version has fewer columns: those it has are named. */
static bool
table_init(struct table *table, const char *name, const struct db_rescue *rescue)
{
    struct str text;
    *table = (struct table){ .name = name };
    str_init(&text, 4096);
    str_addf(&text, "SELECT * FROM %s WHERE id >= ?1 ORDER BY id", name);
    bool ok = prepare(rescue->from, &table->all, &text);
    str_addf(&text, "SELECT id FROM %s WHERE id >= ?1 ORDER BY id LIMIT 1", name);
    ok = ok && prepare(rescue->from, &table->probe, &text);
    table->columns = ok ? sqlite3_column_count(table->all) : 0;
    str_addf(&text, "INSERT OR IGNORE INTO %s(", name);
    for (int i = 0; i < table->columns; i++)
        str_addf(&text, "%s%s", i ? "," : "", sqlite3_column_name(table->all, i));
    str_add_text(&text, ") VALUES(");
    for (int i = 0; i < table->columns; i++)
        str_addf(&text, "%s?%d", i ? "," : "", i + 1);
    str_add_text(&text, ")");
    ok = ok && prepare(rescue->to, &table->insert, &text);
    str_finish(&text);
    if (!ok)
        table_finish(table);
    return ok;
}

/* Writes the row that `all` stands on; one that the schema refuses is left out. */
static bool
take_over(struct table *table, const struct db_rescue *rescue, struct err *err)
{
    for (int i = 0; i < table->columns; i++)
        sqlite3_bind_value(table->insert, i + 1, sqlite3_column_value(table->all, i));
    int rc = sqlite3_step(table->insert);
    sqlite3_reset(table->insert);
    if (rc != SQLITE_DONE && (rc & 0xFF) != SQLITE_CONSTRAINT)
        return fail(rescue->to, rescue->fresh, err);
    if (sqlite3_changes(rescue->to) > 0 && rc == SQLITE_DONE)
        table->rows++;
    return true;
}

/* Copies from `at` on for as long as rows come, in order. *ended: to the table's end.
 */
static bool
copy_stretch(struct table *table, const struct db_rescue *rescue, int64_t at,
             bool *ended, struct err *err)
{
    int rc;
    bool ok = true;
    table->last = at - 1;
    sqlite3_bind_int64(table->all, 1, at);
    while (ok && (rc = sqlite3_step(table->all)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(table->all, 0);
        if (id <= table->last)
            break; /* a tree that leads back into itself */
        ok = take_over(table, rescue, err);
        table->last = id;
    }
    *ended = ok && rc == SQLITE_DONE;
    sqlite3_reset(table->all);
    return ok;
}

/* Whether the tree can be gone down to the first row from `at` on (or to its end). */
static bool
can_read(struct table *table, int64_t at)
{
    sqlite3_bind_int64(table->probe, 1, at);
    int rc = sqlite3_step(table->probe);
    sqlite3_reset(table->probe);
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* The row at `at` cannot be read: the lowest place after it that can, 0 if none. */
static int64_t
beyond(struct table *table, int64_t at)
{
    enum { DOUBLINGS = 40 };
    int64_t step = 1;
    for (int i = 0; !can_read(table, at + step); i++, step *= 2) {
        if (i == DOUBLINGS)
            return 0;
    }
    int64_t bad = at + step / 2, good = at + step;
    while (good - bad > 1) {
        int64_t middle = bad + (good - bad) / 2;
        if (can_read(table, middle))
            good = middle;
        else
            bad = middle;
    }
    return good;
}

static bool
copy_table(struct table *table, struct db_rescue *rescue, struct err *err)
{
    bool ended = false;
    for (int64_t at = 1; at != 0 && !ended;) {
        if (!copy_stretch(table, rescue, at, &ended, err))
            return false;
        if (!ended) {
            table->gaps++;
            at = beyond(table, table->last + 1);
        }
    }
    rescue->rows += table->rows;
    rescue->gaps += table->gaps;
    log_warning(rescue->log, "salvage",
                "table=%s rows=%" PRId64 " gaps=%" PRId64 " last=%" PRId64, table->name,
                table->rows, table->gaps, table->last);
    return true;
}

/* ---- all of them --------------------------------------------------------------------
 */

/* Numbers that may be known outside (print jobs, uploads) never come again: on from the
 * old counter, or from the last row that was seen, with a good distance; or from the
 * time, if nothing is known. */
static bool
move_counters_on(struct db_rescue *rescue, struct err *err)
{
    static const char *const counted[] = { "audit", "journal", "spool", "outbox" };
    enum { DISTANCE = 1000 };
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        char script[512];
        snprintf(
            script, sizeof script,
            "INSERT INTO sqlite_sequence(name, seq) SELECT '%s', 0 WHERE NOT EXISTS"
            " (SELECT 1 FROM sqlite_sequence WHERE name = '%s');"
            "UPDATE sqlite_sequence SET seq = CASE seq WHEN 0 THEN %" PRId64
            " ELSE seq + %d END WHERE name = '%s'",
            counted[i], counted[i], rescue->now_ms / 1000, DISTANCE, counted[i]);
        if (!run(rescue->to, rescue->fresh, script, err))
            return false;
    }
    return true;
}

static bool
note_in_audit(struct db_rescue *rescue, struct err *err)
{
    char script[512];
    snprintf(script, sizeof script,
             "INSERT INTO audit(at_ms, who, what, detail) VALUES(%" PRId64
             ", 'kioskd', 'salvage', 'rows=%" PRId64 " gaps=%" PRId64 "')",
             rescue->now_ms, rescue->rows, rescue->gaps);
    return run(rescue->to, rescue->fresh, script, err);
}

bool
db_rescue_copy(struct db_rescue *rescue, struct err *err)
{
    if (!run(rescue->to, rescue->fresh, "BEGIN", err))
        return false;
    for (unsigned i = 0; i < db_rescue_table_count; i++) {
        struct table table;
        if (!table_init(&table, db_rescue_tables[i], rescue)) {
            rescue->gaps++;
            log_error(rescue->log, "salvage", "table=%s lost", db_rescue_tables[i]);
            continue;
        }
        bool ok = copy_table(&table, rescue, err);
        table_finish(&table);
        if (!ok)
            return false;
    }
    return run(rescue->to, rescue->fresh, "COMMIT", err);
}

bool
db_rescue_settle(struct db_rescue *rescue, struct err *err)
{
    bool ok = open_fresh(rescue, err) && run(rescue->to, rescue->fresh, "BEGIN", err) &&
              move_counters_on(rescue, err) && note_in_audit(rescue, err) &&
              run(rescue->to, rescue->fresh, "COMMIT", err);
    db_rescue_end(rescue);
    return ok;
}
