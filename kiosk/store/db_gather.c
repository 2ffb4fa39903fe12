#include "store/db_gather.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scan writes some 40 KiB; a longer stretch goes to the disk in parts. */
enum { KEPT_MAX_BYTES = 128 * 1024 };

struct gather {
    sqlite3_vfs vfs; /* first: what SQLite knows; pAppData is the lower one's */
    sqlite3_vfs *below;
    char name[40];
};

/* Memory of SQLite's, `below` lies behind it. */
struct log_file {
    sqlite3_file base; /* first: what SQLite knows */
    unsigned char *kept;
    int length;       /* of what is kept back */
    sqlite3_int64 at; /* its place in the file */
};

static sqlite3_file *
below(sqlite3_file *file)
{
    return (sqlite3_file *)((struct log_file *)file + 1);
}

/* What could not be written is dropped: whoever waits for its sync hears of it, and
 * writes the same places anew or never looks at them again. */
static int
write_kept(sqlite3_file *file)
{
    struct log_file *log = (struct log_file *)file;
    int length = log->length;
    log->length = 0;
    return length == 0
               ? SQLITE_OK
               : below(file)->pMethods->xWrite(below(file), log->kept, length, log->at);
}

static int
log_close(sqlite3_file *file)
{
    struct log_file *log = (struct log_file *)file;
    int wrote = write_kept(file);
    int closed = below(file)->pMethods->xClose(below(file));
    sqlite3_free(log->kept);
    log->kept = NULL;
    return wrote == SQLITE_OK ? closed : wrote;
}

static int
log_read(sqlite3_file *file, void *to, int length, sqlite3_int64 at)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK ? below(file)->pMethods->xRead(below(file), to, length, at)
                           : rc;
}

static int
log_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 at)
{
    struct log_file *log = (struct log_file *)file;
    bool goes_on = at == log->at + log->length;
    if (log->length > 0 && (!goes_on || length > KEPT_MAX_BYTES - log->length)) {
        int rc = write_kept(file);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (length > KEPT_MAX_BYTES)
        return below(file)->pMethods->xWrite(below(file), from, length, at);
    if (log->length == 0)
        log->at = at;
    memcpy(log->kept + log->length, from, (size_t)length);
    log->length += length;
    return SQLITE_OK;
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : rc;
}

static int
log_sync(sqlite3_file *file, int flags)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK ? below(file)->pMethods->xSync(below(file), flags) : rc;
}

static int
log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK ? below(file)->pMethods->xFileSize(below(file), size) : rc;
}

static int
log_lock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xLock(below(file), level);
}

static int
log_unlock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xUnlock(below(file), level);
}

static int
log_check_lock(sqlite3_file *file, int *result)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), result);
}

static int
log_control(sqlite3_file *file, int op, void *argument)
{
    return below(file)->pMethods->xFileControl(below(file), op, argument);
}

static int
log_sector(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int
log_traits(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

/* Version 1: a log is neither mapped nor shared. */
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

static bool
is_our_log(const char *name, int flags)
{
    static const char ending[] = "/journal.db-wal";
    size_t length = name ? strlen(name) : 0, end = sizeof ending - 1;
    return flags & SQLITE_OPEN_WAL && length >= end &&
           strcmp(name + length - end, ending) == 0;
}

static int
gather_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
            int *out_flags)
{
    struct gather *gather = (struct gather *)vfs;
    if (!is_our_log(name, flags))
        return gather->below->xOpen(gather->below, name, file, flags, out_flags);
    struct log_file *log = (struct log_file *)file;
    *log = (struct log_file){ .kept = sqlite3_malloc(KEPT_MAX_BYTES) };
    if (!log->kept)
        return SQLITE_NOMEM;
    below(file)->pMethods = NULL;
    int rc = gather->below->xOpen(gather->below, name, below(file), flags, out_flags);
    if (rc == SQLITE_OK) {
        log->base.pMethods = &log_methods;
        return SQLITE_OK;
    }
    if (below(file)->pMethods) /* a VFS may want even that closed */
        below(file)->pMethods->xClose(below(file));
    sqlite3_free(log->kept);
    log->kept = NULL;
    return rc;
}

bool
gather_create(const char *name, struct gather **out, struct err *err)
{
    sqlite3_vfs *under = sqlite3_vfs_find(name);
    if (!under)
        return err_set(err, ERR_ABSENT, "SQLite has no VFS %s", name ? name : "at all");
    struct gather *gather = calloc(1, sizeof *gather);
    if (!gather)
        return err_no_memory(err);
    gather->below = under;
    gather->vfs = *under; /* all but xOpen is the same */
    snprintf(gather->name, sizeof gather->name, "gather-%p", (void *)gather);
    gather->vfs.pNext = NULL;
    gather->vfs.zName = gather->name;
    gather->vfs.szOsFile = (int)sizeof(struct log_file) + under->szOsFile;
    gather->vfs.xOpen = gather_open;
    if (sqlite3_vfs_register(&gather->vfs, 0) != SQLITE_OK) {
        free(gather);
        return err_no_memory(err);
    }
    *out = gather;
    return true;
}

void
gather_destroy(struct gather *gather)
{
    if (!gather)
        return;
    sqlite3_vfs_unregister(&gather->vfs);
    free(gather);
}

const char *
gather_name(const struct gather *gather)
{
    return gather->name;
}
