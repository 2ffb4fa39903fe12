#ifndef YUELAI_EASEL_CACHE_H
#define YUELAI_EASEL_CACHE_H

/* easel_cache: keeps the directory of prepared designs within bounds. Every edit of a
 * design, every printer's size and every version leaves a file there; nobody else ever
 * removes one.
 *
 *     NAME-0123456789abcdef.design         prepared; its time of change is when it was
 *                                          last used (easel_cache_touch)
 *     NAME-0123456789abcdef.new-PID-…      being written, or left over from a crash
 *
 * Anything else in the directory (fontconfig's own cache) is not looked at. */

#include <stdbool.h>
#include <stdint.h>

struct easel_cache_bounds {
    int files;
    int64_t bytes;
    int64_t unused_ms, left_over_ms; /* older than that: removed in any case */
};

extern const struct easel_cache_bounds easel_cache_bounds;

/* True for a file that must stay; `name` is without its directory. */
typedef bool easel_cache_used_fn(const char *name, void *self);

struct easel_cache {
    const char *dir;
    struct easel_cache_bounds bounds;
    easel_cache_used_fn *is_used;
    void *self;
};

/* Removes what was not used for longest until the bounds are met; those in use count, and
 * stay. Returns how many files it has removed: a directory that cannot be read has none. */
int easel_cache_prune(const struct easel_cache *cache, int64_t now_ms);

/* The prepared file behind fd is used now. */
void easel_cache_touch(int fd, int64_t now_ms);

#endif
