#include "print/pool.h"

#include <string.h>

/* ---- who is of which pool ------------------------------------------------------- */

bool
pool_names_kind(const char *kinds, const char *kind)
{
    size_t length = strlen(kind);
    if (kinds[0] == '\0')
        return true;
    for (const char *at = kinds; *at;) {
        at += strspn(at, " ,");
        size_t word = strcspn(at, " ,");
        if (word == length && memcmp(at, kind, word) == 0)
            return true;
        at += word;
    }
    return false;
}

bool
pool_is_shared(const struct pool_member *a, const struct pool_member *b)
{
    if (a->pool[0] || b->pool[0])
        return strcmp(a->pool, b->pool) == 0;
    return a->width_um == b->width_um && a->height_um == b->height_um;
}

static bool
serves(const struct pool_member *member, const char *kind)
{
    return member->here && pool_names_kind(member->kinds, kind);
}

static bool
is_served(const struct pool_member *members, unsigned count, const char *kind)
{
    for (unsigned i = 0; i < count; i++) {
        if (serves(&members[i], kind))
            return true;
    }
    return false;
}

int
pool_stands_in_for(const struct pool_member *members, unsigned count, unsigned number,
                   const char *kind)
{
    for (unsigned i = 0; i < count; i++) {
        if (i != number && serves(&members[i], kind) &&
            pool_is_shared(&members[i], &members[number]))
            return (int)i;
    }
    return POOL_NOBODY;
}

enum pool_part
pool_part(const struct pool_member *members, unsigned count, unsigned number,
          const char *kind)
{
    const struct pool_member *member = &members[number];
    if (!member->here)
        return POOL_NOT;
    if (serves(member, kind) || !is_served(members, count, kind))
        return POOL_OWN;
    return pool_stands_in_for(members, count, number, kind) == POOL_NOBODY
               ? POOL_NOT
               : POOL_STAND_IN;
}

/* ---- who takes it --------------------------------------------------------------- */

static bool
is_better(const struct pool_member *a, const struct pool_member *b)
{
    if (a->outstanding != b->outstanding)
        return a->outstanding < b->outstanding;
    if (a->trial != b->trial)
        return !a->trial;
    return a->used_ms < b->used_ms;
}

/* Of those with this part in it; *waits: one that could not begin now soon will. */
static int
best_of(const struct pool_member *members, unsigned count, const char *kind,
        enum pool_part part, bool *waits)
{
    int best = POOL_NOBODY;
    *waits = false;
    for (unsigned i = 0; i < count; i++) {
        const struct pool_member *member = &members[i];
        if (pool_part(members, count, i, kind) != part)
            continue;
        *waits = *waits || member->well || (part == POOL_OWN && !member->heard);
        if (member->free && member->well &&
            (best == POOL_NOBODY || is_better(member, &members[best])))
            best = (int)i;
    }
    return best;
}

static int
best_doubtful(const struct pool_member *members, unsigned count, const char *kind,
              enum pool_part part)
{
    int best = POOL_NOBODY;
    for (unsigned i = 0; i < count; i++) {
        if (members[i].doubtful && pool_part(members, count, i, kind) == part &&
            (best == POOL_NOBODY || is_better(&members[i], &members[best])))
            best = (int)i;
    }
    return best;
}

int
pool_choose(const struct pool_member *members, unsigned count, const char *kind)
{
    for (int part = POOL_OWN; part <= POOL_STAND_IN; part++) {
        bool waits;
        int best = best_of(members, count, kind, (enum pool_part)part, &waits);
        if (best != POOL_NOBODY || waits)
            return best;
    }
    int own = best_doubtful(members, count, kind, POOL_OWN);
    return own != POOL_NOBODY ? own
                              : best_doubtful(members, count, kind, POOL_STAND_IN);
}
