#include "store/db_graft.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db_internal.h"
#include "store/db_regrow.h"
#include "store/db_rescue.h"

enum { PAGE_BYTES = DB_JOURNAL_PAGE_BYTES, SCHEMA_PAGES_MAX = 64 };

/* Offsets in the header of a database file (sqlite.org/fileformat2.html). */
enum {
    AT_WRITE_VERSION = 18,
    AT_READ_VERSION = 19,
    AT_PAGE_COUNT = 28,
    AT_FREE_TRUNK = 32,
    AT_FREE_COUNT = 36
};

static void
put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* The pages of the schema's own tree, in a file that is sound. */
static bool
find_schema_pages(const char *good, unsigned pages[SCHEMA_PAGES_MAX], unsigned *count,
                  struct err *err)
{
    sqlite3 *sql = NULL;
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_open_v2(good, &sql, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(
                  sql, "SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'", -1,
                  &stmt, NULL) == SQLITE_OK;
    int rc = SQLITE_DONE;
    for (*count = 0;
         ok && *count < SCHEMA_PAGES_MAX && (rc = sqlite3_step(stmt)) == SQLITE_ROW;)
        pages[(*count)++] = (unsigned)sqlite3_column_int(stmt, 0);
    ok = ok && rc == SQLITE_DONE && *count > 0;
    if (!ok)
        err_set(err, ERR_IO, "%s: %s", good, sqlite3_errmsg(sql));
    sqlite3_finalize(stmt);
    sqlite3_close(sql);
    return ok;
}

static bool
copy_bytes(int from, int to)
{
    char *block = malloc(1 << 16);
    ssize_t n = block ? 1 : -1;
    while (n > 0 && (n = read(from, block, 1 << 16)) > 0) {
        if (write(to, block, (size_t)n) != n)
            n = -1;
    }
    free(block);
    return n == 0;
}

static char *
log_of(const char *path)
{
    char *log = NULL;
    return asprintf(&log, "%s-wal", path) < 0 ? NULL : log;
}

/* What is committed in the bad file's log counts, too; not every file has one. */
static bool
copy_log(const char *bad, const char *graft)
{
    char *from = log_of(bad), *to = log_of(graft);
    int in = from ? open(from, O_RDONLY | O_CLOEXEC) : -1;
    bool absent = in < 0 && errno == ENOENT, ok = false;
    int out =
        in >= 0 && to ? open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (out >= 0) {
        ok = copy_bytes(in, out);
        close(out);
    }
    if (in >= 0)
        close(in);
    free(from);
    free(to);
    return ok || absent;
}

void
db_graft_remove(const char *graft)
{
    char *log = log_of(graft);
    if (log)
        unlink(log);
    free(log);
    unlink(graft);
}

/* Page 1 also says how large the file is and where its free pages are. */
static bool
graft_page(int good, int graft, unsigned page)
{
    unsigned char bytes[PAGE_BYTES];
    off_t at = (off_t)(page - 1) * PAGE_BYTES;
    struct stat st;
    if (pread(good, bytes, sizeof bytes, at) != PAGE_BYTES || fstat(graft, &st) != 0)
        return false;
    if (page == 1) {
        bytes[AT_WRITE_VERSION] = bytes[AT_READ_VERSION] = 2; /* it may have a log */
        put_u32(bytes + AT_PAGE_COUNT, (uint32_t)(st.st_size / PAGE_BYTES));
        put_u32(bytes + AT_FREE_TRUNK, 0);
        put_u32(bytes + AT_FREE_COUNT, 0);
    }
    return pwrite(graft, bytes, sizeof bytes, at) == PAGE_BYTES;
}

/* Page by page: what the pages say does not matter here. */
static bool
merge_log(const char *graft, struct err *err)
{
    sqlite3 *sql = NULL;
    bool ok = sqlite3_open_v2(graft, &sql, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
              sqlite3_exec(
                  sql, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA wal_checkpoint(TRUNCATE)",
                  NULL, NULL, NULL) == SQLITE_OK;
    if (!ok)
        err_set(err, ERR_IO, "%s: %s", graft, sqlite3_errmsg(sql));
    sqlite3_close(sql);
    return ok;
}

static bool
fail(const char *path, struct err *err)
{
    return err_set(err, errno == ENOSPC ? ERR_LIMIT : ERR_IO, "%s: %s", path,
                   strerror(errno));
}

bool
db_graft(const char *bad, const char *good, const char *graft, struct err *err)
{
    unsigned pages[SCHEMA_PAGES_MAX], count;
    if (db_journal_version() > 1)
        return err_set(err, ERR_IO, "%s: its tables cannot be found", bad);
    if (!find_schema_pages(good, pages, &count, err))
        return false;
    int from = open(bad, O_RDONLY | O_CLOEXEC);
    int better = open(good, O_RDONLY | O_CLOEXEC);
    int to = open(graft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = from >= 0 && better >= 0 && to >= 0 && copy_bytes(from, to) &&
              copy_log(bad, graft);
    for (unsigned i = 0; ok && i < count; i++)
        ok = graft_page(better, to, pages[i]);
    if (!ok)
        fail(graft, err);
    int files[] = { from, better, to };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i] >= 0)
            close(files[i]);
    }
    return ok && merge_log(graft, err) &&
           db_regrow(graft, db_rescue_tables, db_rescue_table_count, err);
}
