#include "print/easel_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "str.h"

enum {
    ENTRIES_MAX = 4096, /* looked at in one go: the rest next time */
    NAME_BYTES = 128,   /* of a name of ours */
    KEY_LETTERS = 16
};

const struct easel_cache_bounds easel_cache_bounds = {
    .files = 96,
    .bytes = 64 * 1024 * 1024,
    .unused_ms = 90LL * 24 * 3600 * 1000,
    .left_over_ms = 3600 * 1000 /* a preparation takes 10 s at most */
};

struct entry {
    char name[NAME_BYTES];
    int64_t used_ms, bytes;
    bool is_left_over;
};

struct listing {
    const struct easel_cache *cache;
    struct entry *entries;
    int count, removed;
    int dir;
};

/* What follows the key: ".design", ".new-…"; NULL if the name is none of ours. */
static const char *
suffix(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot || dot - name < KEY_LETTERS + 2 || dot[-KEY_LETTERS - 1] != '-' ||
        strspn(dot - KEY_LETTERS, "0123456789abcdef") != KEY_LETTERS)
        return NULL;
    return dot;
}

static bool
look_at(const struct listing *listing, const char *name, struct entry *entry)
{
    const char *kind = suffix(name);
    struct stat status;

    if (!kind || !str_copy(entry->name, sizeof entry->name, name) ||
        fstatat(listing->dir, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode))
        return false;
    entry->is_left_over = str_starts(kind, ".new-");
    entry->used_ms =
        (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    entry->bytes = status.st_size;
    return entry->is_left_over || strcmp(kind, ".design") == 0;
}

static void
list(struct listing *listing, DIR *stream)
{
    struct dirent *found;
    while (listing->count < ENTRIES_MAX && (found = readdir(stream)) != NULL) {
        if (look_at(listing, found->d_name, &listing->entries[listing->count]))
            listing->count++;
    }
}

static int
compare(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;
    return (one->used_ms > other->used_ms) - (one->used_ms < other->used_ms);
}

/* A clock may have been set: what lies far in the future is as old as the past. */
static bool
is_too_old(const struct listing *listing, const struct entry *entry, int64_t now_ms)
{
    const struct easel_cache_bounds *bounds = &listing->cache->bounds;
    int64_t age_ms = now_ms - entry->used_ms;
    if (entry->is_left_over)
        return age_ms > bounds->left_over_ms || age_ms < -bounds->left_over_ms;
    return age_ms > bounds->unused_ms;
}

static void
remove_surplus(struct listing *listing, int64_t now_ms)
{
    const struct easel_cache *cache = listing->cache;
    int files = listing->count;
    int64_t bytes = 0;

    qsort(listing->entries, (size_t)listing->count, sizeof listing->entries[0],
          compare);
    for (int i = 0; i < listing->count; i++)
        bytes += listing->entries[i].bytes;
    for (int i = 0; i < listing->count; i++) {
        const struct entry *entry = &listing->entries[i];
        bool too_many = files > cache->bounds.files || bytes > cache->bounds.bytes;
        bool surplus =
            is_too_old(listing, entry, now_ms) || (too_many && !entry->is_left_over);
        if (!surplus ||
            (!entry->is_left_over && cache->is_used(entry->name, cache->self)))
            continue;
        if (unlinkat(listing->dir, entry->name, 0) != 0)
            continue;
        files--;
        bytes -= entry->bytes;
        listing->removed++;
    }
}

int
easel_cache_prune(const struct easel_cache *cache, int64_t now_ms)
{
    struct listing listing = { .cache = cache };
    DIR *stream = opendir(cache->dir);
    if (!stream)
        return 0;
    listing.dir = dirfd(stream);
    listing.entries = calloc(ENTRIES_MAX, sizeof *listing.entries);
    if (listing.entries) {
        list(&listing, stream);
        remove_surplus(&listing, now_ms);
    }
    free(listing.entries);
    closedir(stream);
    return listing.removed;
}

void
easel_cache_touch(int fd, int64_t now_ms)
{
    struct timespec now = { .tv_sec = (time_t)(now_ms / 1000),
                            .tv_nsec = (long)(now_ms % 1000) * 1000000 };
    struct timespec times[2] = { now, now };
    (void)futimens(fd, times); /* not our file, a disk full: it goes a little earlier */
}
