#ifndef YUELAI_TESTS_POWER_VFS_H
#define YUELAI_TESTS_POWER_VFS_H

/* power_vfs: a disk whose power can go. A thin VFS over SQLite's own that remembers of each
 * file what was there at its last sync, and every write since; power_image then makes the
 * directory that a machine may find after the cut: what was synced, and of the rest any
 * sectors at all, in no order. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_FILES_MAX = 8, POWER_SECTOR_BYTES = 512 };

struct power_write {
    sqlite3_int64 at;
    int length; /* -1: the file was cut to `at` */
    unsigned char *bytes;
};

struct power_content {
    char path[512];
    bool exists;
    unsigned char *synced;
    sqlite3_int64 length;
    struct power_write *writes; /* since then */
    unsigned count, room;
};

struct power_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *under;
    struct power_content files[POWER_FILES_MAX];
    uint64_t seed;
};

struct power_file {
    sqlite3_file file;
    struct power_content *content; /* NULL: of no interest */
};

static sqlite3_file *
power_under(sqlite3_file *file)
{
    return (sqlite3_file *)((struct power_file *)file + 1);
}

static struct power_content *
power_content(struct power_vfs *disk, const char *path, bool make)
{
    for (unsigned i = 0; i < POWER_FILES_MAX; i++) {
        struct power_content *content = &disk->files[i];
        if (content->path[0] == '\0' && make)
            snprintf(content->path, sizeof content->path, "%s", path);
        if (strcmp(content->path, path) == 0)
            return content;
    }
    return NULL;
}

static void
power_note(struct power_content *content, const void *bytes, int length, sqlite3_int64 at)
{
    if (!content)
        return;
    if (content->count == content->room) {
        content->room = content->room ? 2 * content->room : 64;
        content->writes =
            realloc(content->writes, content->room * sizeof *content->writes);
    }
    struct power_write *write = &content->writes[content->count++];
    *write = (struct power_write){ .at = at, .length = length };
    if (length > 0) {
        write->bytes = malloc((size_t)length);
        memcpy(write->bytes, bytes, (size_t)length);
    }
}

static void
power_forget(struct power_content *content)
{
    for (unsigned i = 0; i < content->count; i++)
        free(content->writes[i].bytes);
    content->count = 0;
}

static void
power_grow(unsigned char **bytes, sqlite3_int64 *length, sqlite3_int64 to)
{
    if (to <= *length)
        return;
    *bytes = realloc(*bytes, (size_t)to);
    memset(*bytes + *length, 0, (size_t)(to - *length));
    *length = to;
}

/* All of it is on the disk now. */
static void
power_settle(struct power_content *content)
{
    for (unsigned i = 0; i < content->count; i++) {
        const struct power_write *write = &content->writes[i];
        if (write->length < 0) {
            content->length = write->at < content->length ? write->at : content->length;
            continue;
        }
        power_grow(&content->synced, &content->length, write->at + write->length);
        memcpy(content->synced + write->at, write->bytes, (size_t)write->length);
    }
    power_forget(content);
}

/* ---- a file's calls ------------------------------------------------------------- */

static int
power_close(sqlite3_file *file)
{
    sqlite3_file *under = power_under(file);
    return under->pMethods ? under->pMethods->xClose(under) : SQLITE_OK;
}

static int
power_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    return power_under(file)->pMethods->xRead(power_under(file), to, n, at);
}

static int
power_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    power_note(((struct power_file *)file)->content, from, n, at);
    return power_under(file)->pMethods->xWrite(power_under(file), from, n, at);
}

static int
power_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    power_note(((struct power_file *)file)->content, NULL, -1, size);
    return power_under(file)->pMethods->xTruncate(power_under(file), size);
}

static int
power_sync(sqlite3_file *file, int flags)
{
    struct power_content *content = ((struct power_file *)file)->content;
    (void)flags; /* nothing of ours need wait for a real disk */
    if (content)
        power_settle(content);
    return SQLITE_OK;
}

static int
power_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return power_under(file)->pMethods->xFileSize(power_under(file), size);
}

static int
power_lock(sqlite3_file *file, int level)
{
    return power_under(file)->pMethods->xLock(power_under(file), level);
}

static int
power_unlock(sqlite3_file *file, int level)
{
    return power_under(file)->pMethods->xUnlock(power_under(file), level);
}

static int
power_check(sqlite3_file *file, int *held)
{
    return power_under(file)->pMethods->xCheckReservedLock(power_under(file), held);
}

static int
power_control(sqlite3_file *file, int what, void *arg)
{
    return power_under(file)->pMethods->xFileControl(power_under(file), what, arg);
}

static int
power_sector(sqlite3_file *file)
{
    return power_under(file)->pMethods->xSectorSize(power_under(file));
}

static int
power_traits(sqlite3_file *file)
{
    return power_under(file)->pMethods->xDeviceCharacteristics(power_under(file));
}

static const sqlite3_io_methods power_methods = {
    .iVersion = 1,
    .xClose = power_close,
    .xRead = power_read,
    .xWrite = power_write,
    .xTruncate = power_truncate,
    .xSync = power_sync,
    .xFileSize = power_size,
    .xLock = power_lock,
    .xUnlock = power_unlock,
    .xCheckReservedLock = power_check,
    .xFileControl = power_control,
    .xSectorSize = power_sector,
    .xDeviceCharacteristics = power_traits,
};

/* What stands in a file when it is opened was synced by whoever wrote it. */
static void
power_load(struct power_content *content)
{
    FILE *file = fopen(content->path, "rb");
    content->exists = true;
    power_forget(content);
    content->length = 0;
    if (!file)
        return;
    fseek(file, 0, SEEK_END);
    power_grow(&content->synced, &content->length, ftell(file));
    rewind(file);
    if (fread(content->synced, 1, (size_t)content->length, file) !=
        (size_t)content->length)
        abort();
    fclose(file);
}

static int
power_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct power_vfs *disk = vfs->pAppData;
    int rc = disk->under->xOpen(disk->under, name, power_under(file), flags, out);
    bool ours = rc == SQLITE_OK && name &&
                flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL);
    ((struct power_file *)file)->content =
        ours ? power_content(disk, name, true) : NULL;
    if (ours)
        power_load(((struct power_file *)file)->content);
    file->pMethods = rc == SQLITE_OK ? &power_methods : NULL;
    return rc;
}

static int
power_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
    struct power_vfs *disk = vfs->pAppData;
    struct power_content *content = power_content(disk, name, false);
    if (content)
        content->exists = false; /* at once: the worst for who still needs it */
    return disk->under->xDelete(disk->under, name, sync_dir);
}

/* ---- the cut --------------------------------------------------------------------- */

static bool
power_chance(struct power_vfs *disk, unsigned percent)
{
    disk->seed = disk->seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (disk->seed >> 33) % 100 < percent;
}

/* Each sector of each write since the last sync is there or not. */
static inline void
power_image(struct power_vfs *disk, const char *path, const char *to, unsigned percent)
{
    struct power_content *content = power_content(disk, path, false);
    if (!content || !content->exists)
        return;
    sqlite3_int64 length = content->length;
    unsigned char *bytes = malloc((size_t)length + 1);
    memcpy(bytes, content->synced ? content->synced : bytes, (size_t)length);
    for (unsigned i = 0; i < content->count; i++) {
        const struct power_write *write = &content->writes[i];
        for (int at = 0; at < write->length;) {
            sqlite3_int64 place = write->at + at;
            int rest = POWER_SECTOR_BYTES - (int)(place % POWER_SECTOR_BYTES);
            int piece = write->length - at < rest ? write->length - at : rest;
            if (power_chance(disk, percent)) {
                power_grow(&bytes, &length, place + piece);
                memcpy(bytes + place, write->bytes + at, (size_t)piece);
            }
            at += piece;
        }
    }
    FILE *file = fopen(to, "wb");
    if (!file || fwrite(bytes, 1, (size_t)length, file) != (size_t)length)
        abort();
    fclose(file);
    free(bytes);
}

/* Registered under `name`; finish before it goes. */
static inline void
power_vfs_init(struct power_vfs *disk, const char *name, uint64_t seed)
{
    sqlite3_vfs *under = sqlite3_vfs_find(NULL);
    *disk = (struct power_vfs){ .vfs = *under, .under = under, .seed = seed };
    disk->vfs.pNext = NULL;
    disk->vfs.zName = name;
    disk->vfs.pAppData = disk; /* who stands above copies the calls, and this */
    disk->vfs.szOsFile = (int)sizeof(struct power_file) + under->szOsFile;
    disk->vfs.xOpen = power_open;
    disk->vfs.xDelete = power_delete;
    sqlite3_vfs_register(&disk->vfs, 0);
}

static inline void
power_vfs_finish(struct power_vfs *disk)
{
    sqlite3_vfs_unregister(&disk->vfs);
    for (unsigned i = 0; i < POWER_FILES_MAX; i++) {
        power_forget(&disk->files[i]);
        free(disk->files[i].writes);
        free(disk->files[i].synced);
    }
}

#endif
