#ifndef YUELAI_FINGERPRINT_H
#define YUELAI_FINGERPRINT_H

/* fingerprint: 64 bits that tell two of our own texts or files apart (FNV-1a, Fowler,
 * Noll and Vo; public domain). No key and no secret stands behind it: whoever wants to
 * can make two alike, so it guards nothing. What an attacker may choose is hashed by
 * store/seal.h.
 *
 *     uint64_t print = fingerprint_of(body.data, body.length);
 *     print = fingerprint_more(print, name, strlen(name));
 *
 * Some of them are kept in files: the same bytes give the same number for ever. */

#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_START UINT64_C(0xcbf29ce484222325) /* of nothing */

static inline uint64_t
fingerprint_more(uint64_t so_far, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        so_far = (so_far ^ at[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

static inline uint64_t
fingerprint_of(const void *bytes, size_t length)
{
    return fingerprint_more(FINGERPRINT_START, bytes, length);
}

#endif
