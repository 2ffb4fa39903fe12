#include "bad_disk.h"

#include <sqlite3.h>
#include <string.h>

static enum bad_disk_mood mood;
static sqlite3_vfs *sound, vfs;

struct file {
    sqlite3_file base;   /* first: what SQLite knows */
    sqlite3_file *below; /* behind this struct */
};

static int
refused(void)
{
    return mood == BAD_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static sqlite3_file *
below(sqlite3_file *file)
{
    return ((struct file *)file)->below;
}

static int
do_close(sqlite3_file *file)
{
    return below(file)->pMethods ? below(file)->pMethods->xClose(below(file))
                                 : SQLITE_OK;
}

static int
do_read(sqlite3_file *file, void *to, int length, sqlite3_int64 at)
{
    return below(file)->pMethods->xRead(below(file), to, length, at);
}

static int
do_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 at)
{
    if (mood != BAD_DISK_SOUND)
        return refused();
    return below(file)->pMethods->xWrite(below(file), from, length, at);
}

static int
do_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return below(file)->pMethods->xTruncate(below(file), size);
}

static int
do_sync(sqlite3_file *file, int flags)
{
    if (mood == BAD_DISK_BROKEN)
        return SQLITE_IOERR_FSYNC;
    return below(file)->pMethods->xSync(below(file), flags);
}

static int
do_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return below(file)->pMethods->xFileSize(below(file), size);
}

static int
do_lock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xLock(below(file), level);
}

static int
do_unlock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xUnlock(below(file), level);
}

static int
do_check_lock(sqlite3_file *file, int *result)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), result);
}

static int
do_control(sqlite3_file *file, int op, void *argument)
{
    return below(file)->pMethods->xFileControl(below(file), op, argument);
}

static int
do_sector(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int
do_traits(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

/* Version 1: no shared memory, which locking_mode=EXCLUSIVE does not need. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = do_close,
    .xRead = do_read,
    .xWrite = do_write,
    .xTruncate = do_truncate,
    .xSync = do_sync,
    .xFileSize = do_size,
    .xLock = do_lock,
    .xUnlock = do_unlock,
    .xCheckReservedLock = do_check_lock,
    .xFileControl = do_control,
    .xSectorSize = do_sector,
    .xDeviceCharacteristics = do_traits,
};

static int
do_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
        int *out_flags)
{
    (void)self;
    struct file *made = (struct file *)file;
    made->below = (sqlite3_file *)(made + 1);
    int rc = sound->xOpen(sound, name, made->below, flags, out_flags);
    made->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
    return rc;
}

const char *
bad_disk_vfs(void)
{
    if (!sound) {
        sound = sqlite3_vfs_find(NULL);
        vfs = *sound;
        vfs.szOsFile = (int)sizeof(struct file) + sound->szOsFile;
        vfs.zName = "bad-disk";
        vfs.xOpen = do_open;
        sqlite3_vfs_register(&vfs, 0);
    }
    return vfs.zName;
}

void
bad_disk_set(enum bad_disk_mood next)
{
    mood = next;
}
