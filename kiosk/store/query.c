#include "store/query.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

bool
conn_init(struct conn *conn, sqlite3 *sql, const char *path, struct err *err)
{
    *conn = (struct conn){ .sql = sql, .path = strdup(path) };
    return conn->path ? true : err_no_memory(err);
}

void
conn_reset(struct conn *conn)
{
    for (size_t i = 0; i < CONN_STATEMENTS_MAX; i++)
        sqlite3_reset(conn->statements[i].stmt); /* takes NULL */
}

void
conn_finish(struct conn *conn)
{
    for (size_t i = 0; i < CONN_STATEMENTS_MAX; i++)
        sqlite3_finalize(conn->statements[i].stmt);
    free(conn->path);
    *conn = (struct conn){ 0 };
}

/* A write that found no room says so in several ways: fdatasync of a file system that
 * allocates late is an I/O error with ENOSPC behind it. */
static bool
is_full(struct conn *conn, int rc)
{
    if ((rc & 0xFF) == SQLITE_FULL)
        return true;
    if ((rc & 0xFF) != SQLITE_IOERR || !conn->sql)
        return false;
    int reason = sqlite3_system_errno(conn->sql);
    return reason == ENOSPC || reason == EDQUOT;
}

bool
conn_fail(struct conn *conn, int rc, struct err *err)
{
    const char *says = conn->sql ? sqlite3_errmsg(conn->sql) : sqlite3_errstr(rc);
    if (is_full(conn, rc)) {
        if (conn->on_full)
            conn->on_full(conn->self);
        return err_set(err, ERR_LIMIT, "%s: the disk is full", conn->path);
    }
    switch (rc & 0xFF) {
    case SQLITE_NOMEM:
        return err_no_memory(err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_BUSY, "%s: %s", conn->path, says);
    case SQLITE_CONSTRAINT:
        return err_set(err, ERR_INPUT, "%s: %s", conn->path, says);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        conn->damaged = true;
        return err_set(err, ERR_IO, "%s is damaged: %s", conn->path, says);
    default:
        return err_set(err, ERR_IO, "%s: %s (%d)", conn->path, says, rc);
    }
}

bool
conn_exec(struct conn *conn, const char *script, struct err *err)
{
    int rc = sqlite3_exec(conn->sql, script, NULL, NULL, NULL);
    return rc == SQLITE_OK ? true : conn_fail(conn, rc, err);
}

/* The place of this SQL in the open table: where it is, or where it goes. */
static size_t
place_of(const struct conn *conn, const char *sql)
{
    size_t at = (size_t)((uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15) >> 56);
    static_assert(CONN_STATEMENTS_MAX == 1 << 8, "the shift above leaves 8 bits");
    for (size_t tried = 0; tried < CONN_STATEMENTS_MAX; tried++) {
        size_t place = (at + tried) % CONN_STATEMENTS_MAX;
        if (!conn->statements[place].sql || conn->statements[place].sql == sql)
            return place;
    }
    abort(); /* more statements than CONN_STATEMENTS_MAX */
}

struct query
query(struct conn *conn, const char *sql)
{
    struct query q = { .conn = conn };
    size_t place = place_of(conn, sql);
    sqlite3_stmt **stmt = &conn->statements[place].stmt;
    if (!*stmt)
        q.rc = sqlite3_prepare_v3(conn->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt,
                                  NULL);
    if (*stmt)
        conn->statements[place].sql = sql;
    assert(!*stmt || !sqlite3_stmt_busy(*stmt));
    q.stmt = *stmt;
    return q;
}

/* The first thing that went wrong is what the step will report. */
static void
note(struct query *q, int rc)
{
    if (q->rc == SQLITE_OK)
        q->rc = rc;
}

void
query_int(struct query *q, int64_t value)
{
    note(q, q->stmt ? sqlite3_bind_int64(q->stmt, ++q->bound, value) : q->rc);
}

void
query_text(struct query *q, const char *text)
{
    note(q, q->stmt ? sqlite3_bind_text(q->stmt, ++q->bound, text, -1, SQLITE_STATIC)
                    : q->rc);
}

void
query_blob(struct query *q, const void *bytes, size_t length)
{
    if (!q->stmt)
        return;
    note(q, bytes
                ? sqlite3_bind_blob64(q->stmt, ++q->bound, bytes, length, SQLITE_STATIC)
                : sqlite3_bind_null(q->stmt, ++q->bound));
}

bool
query_next(struct query *q, bool *row, struct err *err)
{
    *row = false;
    int rc = q->rc != SQLITE_OK ? q->rc : sqlite3_step(q->stmt);
    q->taken = 0;
    if (rc == SQLITE_ROW) {
        *row = true;
        return true;
    }
    if (rc != SQLITE_DONE)
        conn_fail(q->conn, rc, err); /* before the reset, which may change errmsg */
    query_end(q);
    return rc == SQLITE_DONE;
}

bool
query_run(struct query *q, struct err *err)
{
    bool row;
    do {
        if (!query_next(q, &row, err))
            return false;
    } while (row);
    return true;
}

void
query_end(struct query *q)
{
    if (q->stmt) {
        sqlite3_reset(q->stmt);
        sqlite3_clear_bindings(q->stmt);
    }
    q->bound = q->taken = 0;
}

int64_t
take_int(struct query *q)
{
    return sqlite3_column_int64(q->stmt, q->taken++);
}

bool
take_bool(struct query *q)
{
    return take_int(q) != 0;
}

unsigned
take_enum(struct query *q, unsigned count)
{
    int64_t value = take_int(q);
    return value >= 0 && value < count ? (unsigned)value : count - 1;
}

void
take_text(struct query *q, char *to, size_t size)
{
    int column = q->taken++;
    const unsigned char *text = sqlite3_column_text(q->stmt, column);
    size_t length = (size_t)sqlite3_column_bytes(q->stmt, column);
    str_copy_bytes(to, size, text ? (const char *)text : "", text ? length : 0);
}

const void *
take_blob(struct query *q, size_t *length)
{
    int column = q->taken++;
    const void *bytes = sqlite3_column_blob(q->stmt, column);
    *length = (size_t)sqlite3_column_bytes(q->stmt, column);
    return bytes;
}

bool
take_bytes(struct query *q, void *to, size_t length)
{
    size_t has;
    const void *bytes = take_blob(q, &has);
    if (!bytes || has != length) {
        memset(to, 0, length);
        return false;
    }
    memcpy(to, bytes, length);
    return true;
}
