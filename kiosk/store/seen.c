#include "store/seen.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 1 << 18, WORDS = 8, BITS_SET = 9 }; /* 16 MiB of 64-byte blocks */

struct seen {
    uint64_t (*blocks)[WORDS];
};

bool
seen_create(struct seen **seen, struct err *err)
{
    struct seen *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->blocks = calloc(BLOCKS, sizeof *made->blocks);
    if (!made->blocks) {
        free(made);
        return err_no_memory(err);
    }
    *seen = made;
    return true;
}

void
seen_destroy(struct seen *seen)
{
    if (!seen)
        return;
    free(seen->blocks);
    free(seen);
}

bool
seen_note(struct seen *seen, const uint8_t key[16])
{
    uint64_t where, bits;
    memcpy(&where, key, sizeof where);
    memcpy(&bits, key + sizeof where, sizeof bits);
    uint64_t *block = seen->blocks[where % BLOCKS];
    bool there = true;
    for (int i = 0; i < BITS_SET; i++) {
        /* 7 times 9 bits of `bits`, then what `where` has left */
        unsigned bit =
            (unsigned)((i < 7 ? bits >> 9 * i : where >> (18 + 9 * (i - 7))) % 512);
        uint64_t mask = UINT64_C(1) << bit % 64;
        there = there && block[bit / 64] & mask;
        block[bit / 64] |= mask;
    }
    return there;
}
