#include "store/db_gather.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scan writes some 20 KiB; a longer stretch goes to the disk in parts. */
enum { KEPT_MAX_BYTES = 128 * 1024 };

/* Of a log's frame (sqlite.org/fileformat2.html, 4): its header says how many pages the
 * file has after the commit that ends with it, 0 in all other frames. */
enum { FRAME_HEAD_BYTES = 24, AT_COMMIT = 4, LOG_HEAD_BYTES = 32 };

enum kind { JOURNAL_LOG, ROSTER_LOG, ROSTER, OTHER };

struct gather {
    sqlite3_vfs vfs; /* first: what SQLite knows; pAppData is the lower one's */
    sqlite3_vfs *below;
    char name[40];
    struct our_file *files[OTHER]; /* that are open, by kind */
    bool puts_off, owes, lost;
};

/* Memory of SQLite's, `below` lies behind it. */
struct our_file {
    sqlite3_file base; /* first: what SQLite knows */
    struct gather *gather;
    enum kind kind;
    unsigned char *kept;
    int length;        /* of what is kept back */
    sqlite3_int64 at;  /* its place in the file */
    sqlite3_int64 end; /* ROSTER_LOG: behind all that was written since it was begun */
    bool ends_commit;  /* ROSTER_LOG: the page that comes next is a commit's last */
};

static sqlite3_file *
below(sqlite3_file *file)
{
    return (sqlite3_file *)((struct our_file *)file + 1);
}

/* What could not be written is dropped: whoever waits for its sync hears of it, and
 * writes the same places anew or never looks at them again. */
static int
write_kept(sqlite3_file *file)
{
    struct our_file *ours = (struct our_file *)file;
    int length = ours->length;
    ours->length = 0;
    return length == 0 ? SQLITE_OK
                       : below(file)->pMethods->xWrite(below(file), ours->kept, length,
                                                       ours->at);
}

/* ---- what is owed ---------------------------------------------------------------- */

static int
sync_below(struct our_file *ours)
{
    sqlite3_file *file = below(&ours->base);
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

/* After a sync that failed the kernel takes the pages for written: the next one would
 * succeed, and mean nothing. */
static int
pay(struct gather *gather)
{
    if (gather->owes && !gather->lost && gather->files[ROSTER])
        gather_paid(gather, sync_below(gather->files[ROSTER]) == SQLITE_OK);
    return gather->lost ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

/* Before something is done to a log that would lose what is in it. */
static int
settle(const struct our_file *ours)
{
    return ours->kind == ROSTER_LOG ? pay(ours->gather) : SQLITE_OK;
}

void
gather_put_off(struct gather *gather, bool put_off)
{
    gather->puts_off = put_off;
}

bool
gather_owes(const struct gather *gather)
{
    return gather->owes;
}

bool
gather_sync(struct gather *gather, enum gather_file file)
{
    struct our_file *ours = gather->files[file == GATHER_ROSTER ? ROSTER : ROSTER_LOG];
    return !ours || sync_below(ours) == SQLITE_OK;
}

void
gather_paid(struct gather *gather, bool ok)
{
    gather->lost = gather->lost || !ok;
    gather->owes = gather->owes && !ok;
}

bool
gather_lost(const struct gather *gather)
{
    return gather->lost;
}

/* ---- a file's calls ---------------------------------------------------------------
 */

/* What is owed when the file itself is closed is paid by the log before, or, where
 * there is none any more, here. */
static int
our_close(sqlite3_file *file)
{
    struct our_file *ours = (struct our_file *)file;
    int wrote = write_kept(file);
    int paid = ours->kind == ROSTER_LOG || ours->kind == ROSTER ? pay(ours->gather)
                                                                : SQLITE_OK;
    int closed = below(file)->pMethods->xClose(below(file));
    if (ours->gather->files[ours->kind] == ours)
        ours->gather->files[ours->kind] = NULL;
    sqlite3_free(ours->kept);
    ours->kept = NULL;
    return wrote != SQLITE_OK ? wrote : paid != SQLITE_OK ? paid : closed;
}

static int
our_read(sqlite3_file *file, void *to, int length, sqlite3_int64 at)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK ? below(file)->pMethods->xRead(below(file), to, length, at)
                           : rc;
}

static int
keep(struct our_file *ours, const void *from, int length, sqlite3_int64 at)
{
    bool goes_on = at == ours->at + ours->length;
    if (ours->length > 0 && (!goes_on || length > KEPT_MAX_BYTES - ours->length)) {
        int rc = write_kept(&ours->base);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (length > KEPT_MAX_BYTES)
        return below(&ours->base)
            ->pMethods->xWrite(below(&ours->base), from, length, at);
    if (ours->length == 0)
        ours->at = at;
    memcpy(ours->kept + ours->length, from, (size_t)length);
    ours->length += length;
    return SQLITE_OK;
}

static int
write_through(sqlite3_file *file, const void *from, int length, sqlite3_int64 at)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK
               ? below(file)->pMethods->xWrite(below(file), from, length, at)
               : rc;
}

/* A write to a place that has been written before is one for itself: the log's header,
 * or a checksum mended before a commit. */
static int
write_roster_log(struct our_file *ours, const void *from, int length, sqlite3_int64 at)
{
    const unsigned char *bytes = from;
    int rc = at == 0 ? settle(ours) : SQLITE_OK;
    if (rc != SQLITE_OK)
        return rc;
    if (at == 0)
        ours->end = LOG_HEAD_BYTES;
    if (at < ours->end)
        return write_through(&ours->base, from, length, at);
    ours->end = at + length;
    rc = keep(ours, from, length, at);
    bool is_last = ours->ends_commit;
    ours->ends_commit = length == FRAME_HEAD_BYTES &&
                        (bytes[AT_COMMIT] | bytes[AT_COMMIT + 1] |
                         bytes[AT_COMMIT + 2] | bytes[AT_COMMIT + 3]) != 0;
    return rc == SQLITE_OK && is_last ? write_kept(&ours->base) : rc;
}

static int
our_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 at)
{
    struct our_file *ours = (struct our_file *)file;
    if (ours->kind == ROSTER_LOG)
        return write_roster_log(ours, from, length, at);
    if (ours->kind == JOURNAL_LOG)
        return keep(ours, from, length, at);
    return write_through(file, from, length, at);
}

static int
our_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = write_kept(file);
    if (rc == SQLITE_OK)
        rc = settle((struct our_file *)file);
    return rc == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : rc;
}

static int
our_sync(sqlite3_file *file, int flags)
{
    struct our_file *ours = (struct our_file *)file;
    struct gather *gather = ours->gather;
    if (ours->kind == ROSTER && gather->puts_off) {
        gather->owes = true;
        return gather->lost ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    }
    int rc = write_kept(file);
    if (rc == SQLITE_OK)
        rc = below(file)->pMethods->xSync(below(file), flags);
    if (ours->kind == ROSTER)
        gather_paid(gather, rc == SQLITE_OK);
    return rc == SQLITE_OK && ours->kind == ROSTER && gather->lost ? SQLITE_IOERR_FSYNC
                                                                   : rc;
}

static int
our_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int rc = write_kept(file);
    return rc == SQLITE_OK ? below(file)->pMethods->xFileSize(below(file), size) : rc;
}

static int
our_lock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xLock(below(file), level);
}

static int
our_unlock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xUnlock(below(file), level);
}

static int
our_check_lock(sqlite3_file *file, int *result)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), result);
}

static int
our_control(sqlite3_file *file, int op, void *argument)
{
    return below(file)->pMethods->xFileControl(below(file), op, argument);
}

static int
our_sector(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int
our_traits(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

/* Version 1: a log is neither mapped nor shared, nor is a file of locking_mode
 * EXCLUSIVE. */
static const sqlite3_io_methods our_methods = {
    .iVersion = 1,
    .xClose = our_close,
    .xRead = our_read,
    .xWrite = our_write,
    .xTruncate = our_truncate,
    .xSync = our_sync,
    .xFileSize = our_size,
    .xLock = our_lock,
    .xUnlock = our_unlock,
    .xCheckReservedLock = our_check_lock,
    .xFileControl = our_control,
    .xSectorSize = our_sector,
    .xDeviceCharacteristics = our_traits,
};

static enum kind
kind_of(const char *name, int flags)
{
    static const struct {
        const char *ending;
        int flag;
    } kinds[OTHER] = {
        [JOURNAL_LOG] = { "/journal.db-wal", SQLITE_OPEN_WAL },
        [ROSTER_LOG] = { "/roster.db-wal", SQLITE_OPEN_WAL },
        [ROSTER] = { "/roster.db", SQLITE_OPEN_MAIN_DB },
    };
    size_t length = name ? strlen(name) : 0;
    unsigned kind = JOURNAL_LOG;
    for (; kind < OTHER; kind++) {
        size_t end = strlen(kinds[kind].ending);
        if (flags & kinds[kind].flag && length >= end &&
            strcmp(name + length - end, kinds[kind].ending) == 0)
            break;
    }
    return (enum kind)kind;
}

static void
note_open(struct gather *gather, struct our_file *ours)
{
    ours->base.pMethods = &our_methods;
    gather->files[ours->kind] = ours;
    if (ours->kind == ROSTER)
        gather->owes = gather->lost = false; /* another file, or what is left of it */
}

static int
gather_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
            int *out_flags)
{
    struct gather *gather = (struct gather *)vfs;
    enum kind kind = kind_of(name, flags);
    if (kind == OTHER)
        return gather->below->xOpen(gather->below, name, file, flags, out_flags);
    struct our_file *ours = (struct our_file *)file;
    *ours = (struct our_file){ .gather = gather, .kind = kind };
    if (kind != ROSTER && !(ours->kept = sqlite3_malloc(KEPT_MAX_BYTES)))
        return SQLITE_NOMEM;
    below(file)->pMethods = NULL;
    int rc = gather->below->xOpen(gather->below, name, below(file), flags, out_flags);
    if (rc == SQLITE_OK) {
        note_open(gather, ours);
        return SQLITE_OK;
    }
    if (below(file)->pMethods) /* a VFS may want even that closed */
        below(file)->pMethods->xClose(below(file));
    sqlite3_free(ours->kept);
    ours->kept = NULL;
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
    gather->vfs.szOsFile = (int)sizeof(struct our_file) + under->szOsFile;
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
