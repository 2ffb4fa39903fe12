#ifndef YUELAI_POOL_H
#define YUELAI_POOL_H

/* pool: which printer a waiting badge goes to. Pure: facts in, a number out.
 *
 *     badge of a kind --> its own printers: those that serve the kind
 *                            | one is free and well ----------> that one
 *                            | one is well but busy, or has
 *                            |   not been heard of yet -------> it waits
 *                            v none is well
 *                         others of their pools
 *                            | one is free and well ----------> that one stands in
 *                            | one is well but busy ----------> it waits
 *                            v none is well
 *                         one that says something is wrong, but may be tried all the
 *                         same: an own one first
 *
 * Printers of one pool have the same labels in them, so any can print what another was
 * to print. Those with a pool's name are of that pool; those without are of one pool if
 * their labels are of one size. A kind that no printer serves is every printer's own: a
 * plain badge is better than none.
 *
 * Among equals the one with the least to do, then the surely well before those on trial
 * (printq_health.c), then the one that has rested longest. */

#include <stdbool.h>
#include <stdint.h>

enum { POOL_NOBODY = -1, POOL_NAME_MAX = 63 };

struct pool_member {
    bool here; /* takes new badges at all; else only its place is left */
    const char *kinds; /* of guests, parted by blanks or commas; "" = all */
    const char *pool; /* name, "" = by its labels */
    int32_t width_um, height_um; /* of its labels, as fed */
    bool heard; /* it has said how it is, or failed to */
    bool well; /* nothing is wrong with it, but it may be busy */
    bool free; /* it could begin a badge now … */
    bool doubtful; /* … although something is wrong with it: worth a try */
    bool trial; /* it hung, and has printed nothing since */
    unsigned outstanding; /* badges it has begun */
    int64_t used_ms; /* when it last took one or gave one back; any clock */
};

/* "vip, speaker" names "vip"; "" names all. */
bool pool_names_kind(const char *kinds, const char *kind);
bool pool_is_shared(const struct pool_member *a, const struct pool_member *b);

/* Does member `number` print badges of this kind: as its own, or standing in? */
enum pool_part { POOL_NOT, POOL_OWN, POOL_STAND_IN };
enum pool_part pool_part(const struct pool_member *members, unsigned count,
                         unsigned number, const char *kind);

/* The number of the printer that takes it now, POOL_NOBODY: it waits. */
int pool_choose(const struct pool_member *members, unsigned count, const char *kind);

/* The own printer that a stand-in prints for: the first of its pool. */
int pool_stands_in_for(const struct pool_member *members, unsigned count,
                       unsigned number, const char *kind);

#endif
