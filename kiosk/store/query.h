#ifndef YUELAI_QUERY_H
#define YUELAI_QUERY_H

/* query: one SQL statement of this room, bound and read from left to right.
 *
 *     struct query q = query(conn, "SELECT name, zone FROM event WHERE slug = ?1");
 *     query_text(&q, slug);
 *     if (!query_next(&q, &found, err))
 *         return false;
 *     if (found) {
 *         take_text(&q, event->name, sizeof event->name);
 *         take_text(&q, event->zone, sizeof event->zone);
 *     }
 *     query_end(&q);
 *
 * A conn is one file seen through a connection, so that an error names the file. It
 * keeps every statement it has prepared, known by the address of its SQL: therefore SQL
 * is a literal or a static array. Prepared statements survive DETACH and ATTACH.
 *
 * Bound texts and blobs are borrowed until query_end. A statement is in use by one query
 * at a time (asserted): a walk that calls out to strangers asks for one row at a time.
 *
 * Errors: ERR_LIMIT the disk is full (on_full was called), ERR_BUSY, ERR_MEMORY,
 * ERR_INPUT a constraint of the schema, ERR_IO everything else.
 */

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { CONN_STATEMENTS_MAX = 256 }; /* a power of two, twice what is used */

struct conn {
    sqlite3 *sql; /* borrowed: two conns may share one */
    char *path; /* of the file, for errors; owned */
    void (*on_full)(void *self); /* may be NULL */
    void *self;
    bool damaged; /* a statement has met SQLITE_CORRUPT since the open */
    struct {
        const char *sql;
        sqlite3_stmt *stmt;
    } statements[CONN_STATEMENTS_MAX];
};

/* path is copied. */
bool conn_init(struct conn *conn, sqlite3 *sql, const char *path, struct err *err);
void conn_reset(struct conn *conn); /* no statement is mid-step after this */
void conn_finish(struct conn *conn); /* drops the statements; the connection stays */

/* Runs a script without parameters; not kept. */
bool conn_exec(struct conn *conn, const char *script, struct err *err);

/* Tells what the result code rc of SQLite means; returns false. */
bool conn_fail(struct conn *conn, int rc, struct err *err);

struct query {
    struct conn *conn;
    sqlite3_stmt *stmt; /* NULL: prepare failed, rc says why */
    int bound, taken, rc;
};

struct query query(struct conn *conn, const char *sql);
void query_int(struct query *q, int64_t value);
void query_text(struct query *q, const char *text);
void query_blob(struct query *q, const void *bytes, size_t length); /* NULL = NULL */

/* One step: *row says whether there is a row to take from. Where there is none, and on
 * failure, the query has ended. */
bool query_next(struct query *q, bool *row, struct err *err);

/* To its end, for statements without rows. */
bool query_run(struct query *q, struct err *err);
void query_end(struct query *q);

int64_t take_int(struct query *q);
bool take_bool(struct query *q);
/* A number below count; one that is not (from a damaged file) is the last: the enums of
 * this room end with what does no harm (REFUSED, VOID, DEAD, CANCELLED). */
unsigned take_enum(struct query *q, unsigned count);
/* A text that is too long (from a damaged file) is cut. */
void take_text(struct query *q, char *to, size_t size);
/* Valid until query_end; NULL for NULL. */
const void *take_blob(struct query *q, size_t *length);
/* True if the blob has just this length. */
bool take_bytes(struct query *q, void *to, size_t length);

#endif
