#ifndef YUELAI_TESTS_FULL_VFS_H
#define YUELAI_TESTS_FULL_VFS_H

/* full_vfs: a disk that can be full. A thin VFS over SQLite's own: while `full` is set,
 * and for as long as the file `ballast` takes the room, every write that would need
 * more of it fails with SQLITE_FULL; `fail_syncs` lets the next so many syncs fail; and
 * it counts what write-ahead logs are asked for. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

struct full_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *under;
    bool full;
    const char *ballast; /* NULL = nothing would help */
    int fail_syncs;
    int refused; /* writes so far */
    int log_writes, log_syncs; /* that a write-ahead log took */
};

struct full_file {
    sqlite3_file file;
    struct full_vfs *disk;
    bool is_log;
};

static sqlite3_file *
full_under(sqlite3_file *file)
{
    return (sqlite3_file *)((struct full_file *)file + 1);
}

static int
full_close(sqlite3_file *file)
{
    sqlite3_file *under = full_under(file);
    return under->pMethods ? under->pMethods->xClose(under) : SQLITE_OK;
}

static int
full_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    return full_under(file)->pMethods->xRead(full_under(file), to, n, at);
}

static int
full_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct full_vfs *disk = ((struct full_file *)file)->disk;
    disk->log_writes += ((struct full_file *)file)->is_log;
    if (disk->full && (!disk->ballast || access(disk->ballast, F_OK) == 0)) {
        disk->refused++;
        return SQLITE_FULL;
    }
    return full_under(file)->pMethods->xWrite(full_under(file), from, n, at);
}

static int
full_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return full_under(file)->pMethods->xTruncate(full_under(file), size);
}

static int
full_sync(sqlite3_file *file, int flags)
{
    struct full_vfs *disk = ((struct full_file *)file)->disk;
    disk->log_syncs += ((struct full_file *)file)->is_log;
    if (disk->fail_syncs > 0) {
        disk->fail_syncs--;
        return SQLITE_IOERR_FSYNC;
    }
    return full_under(file)->pMethods->xSync(full_under(file), flags);
}

static int
full_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return full_under(file)->pMethods->xFileSize(full_under(file), size);
}

static int
full_lock(sqlite3_file *file, int level)
{
    return full_under(file)->pMethods->xLock(full_under(file), level);
}

static int
full_unlock(sqlite3_file *file, int level)
{
    return full_under(file)->pMethods->xUnlock(full_under(file), level);
}

static int
full_check(sqlite3_file *file, int *held)
{
    return full_under(file)->pMethods->xCheckReservedLock(full_under(file), held);
}

static int
full_control(sqlite3_file *file, int what, void *arg)
{
    return full_under(file)->pMethods->xFileControl(full_under(file), what, arg);
}

static int
full_sector(sqlite3_file *file)
{
    return full_under(file)->pMethods->xSectorSize(full_under(file));
}

static int
full_traits(sqlite3_file *file)
{
    return full_under(file)->pMethods->xDeviceCharacteristics(full_under(file));
}

/* Version 1: no shared memory. Write-ahead logs work all the same in exclusive mode. */
static const sqlite3_io_methods full_methods = {
    .iVersion = 1,
    .xClose = full_close,
    .xRead = full_read,
    .xWrite = full_write,
    .xTruncate = full_truncate,
    .xSync = full_sync,
    .xFileSize = full_size,
    .xLock = full_lock,
    .xUnlock = full_unlock,
    .xCheckReservedLock = full_check,
    .xFileControl = full_control,
    .xSectorSize = full_sector,
    .xDeviceCharacteristics = full_traits,
};

static int
full_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct full_vfs *disk = (struct full_vfs *)vfs;
    int rc = disk->under->xOpen(disk->under, name, full_under(file), flags, out);
    ((struct full_file *)file)->disk = disk;
    ((struct full_file *)file)->is_log = flags & SQLITE_OPEN_WAL;
    file->pMethods = rc == SQLITE_OK ? &full_methods : NULL;
    return rc;
}

/* Registered under `name`; unregister before it goes. */
static inline void
full_vfs_init(struct full_vfs *disk, const char *name)
{
    sqlite3_vfs *under = sqlite3_vfs_find(NULL);
    *disk = (struct full_vfs){ .vfs = *under, .under = under };
    disk->vfs.pNext = NULL;
    disk->vfs.zName = name;
    disk->vfs.szOsFile = (int)sizeof(struct full_file) + under->szOsFile;
    disk->vfs.xOpen = full_open;
    sqlite3_vfs_register(&disk->vfs, 0);
}

static inline void
full_vfs_finish(struct full_vfs *disk)
{
    sqlite3_vfs_unregister(&disk->vfs);
}

#endif
