#include "desk/import_seen.h"

#include <stdlib.h>

void
import_seen_init(struct import_seen *seen)
{
    *seen = (struct import_seen){ .room = 0 };
}

void
import_seen_finish(struct import_seen *seen)
{
    free(seen->hashes);
    free(seen->lines);
    import_seen_init(seen);
}

/* FNV-1a, then splitmix64's mixing: neighbouring texts fall far apart. */
static uint64_t
hash_of(const char *text)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    hash = (hash ^ hash >> 30) * 0xBF58476D1CE4E5B9u;
    hash = (hash ^ hash >> 27) * 0x94D049BB133111EBu;
    hash ^= hash >> 31;
    return hash ? hash : 1;
}

static size_t
find_slot(const struct import_seen *seen, uint64_t hash)
{
    size_t at = (size_t)hash & (seen->room - 1);
    while (seen->hashes[at] && seen->hashes[at] != hash)
        at = (at + 1) & (seen->room - 1);
    return at;
}

static bool
grow(struct import_seen *seen)
{
    struct import_seen larger = { .room = seen->room ? seen->room * 2 : 4096,
                                  .count = seen->count };
    larger.hashes = calloc(larger.room, sizeof *larger.hashes);
    larger.lines = calloc(larger.room, sizeof *larger.lines);
    if (!larger.hashes || !larger.lines) {
        import_seen_finish(&larger);
        return false;
    }
    for (size_t i = 0; i < seen->room; i++) {
        if (!seen->hashes[i])
            continue;
        size_t slot = find_slot(&larger, seen->hashes[i]);
        larger.hashes[slot] = seen->hashes[i];
        larger.lines[slot] = seen->lines[i];
    }
    free(seen->hashes);
    free(seen->lines);
    *seen = larger;
    return true;
}

int64_t
import_seen_note(struct import_seen *seen, const char *text, int64_t line)
{
    if (seen->count * 4 >= seen->room * 3 && !grow(seen))
        return 0;
    uint64_t hash = hash_of(text);
    size_t slot = find_slot(seen, hash);
    if (seen->hashes[slot])
        return seen->lines[slot];
    seen->hashes[slot] = hash;
    seen->lines[slot] = (uint32_t)line;
    seen->count++;
    return 0;
}
