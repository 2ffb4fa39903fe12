#ifndef YUELAI_SEEN_H
#define YUELAI_SEEN_H

/* seen: has this key been there before? "No" is certain, "perhaps" wants a look at the
 * file. A Bloom filter of one cache line a key and a fixed size: at a million tickets
 * (three keys each) it says "perhaps" in vain about once. Pure but for its allocation. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct seen;

bool seen_create(struct seen **seen, struct err *err);
void seen_destroy(struct seen *seen); /* takes NULL */

/* Notes the key, which must be as random as a hash; true if it was perhaps there. */
bool seen_note(struct seen *seen, const uint8_t key[16]);

#endif
