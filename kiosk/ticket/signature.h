#ifndef YUELAI_SIGNATURE_H
#define YUELAI_SIGNATURE_H

/* signature: Ed25519 (RFC 8032) over libsodium: who has the seed signs, who has the key
 * can tell. Tickets (ticket/signed) and badge codes (ticket/badgecode) stand on it.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIGNATURE_SEED_BYTES = 32, /* the private half, any random bytes */
    SIGNATURE_KEY_BYTES = 32,  /* the public half */
    SIGNATURE_BYTES = 64
};

/* The public half of a seed. False only if libsodium cannot start. */
bool signature_key(const uint8_t seed[SIGNATURE_SEED_BYTES],
                   uint8_t key[SIGNATURE_KEY_BYTES]);

/* Signs; the same seed and text give the same bytes. False only if libsodium cannot
 * start. */
bool signature_make(const uint8_t seed[SIGNATURE_SEED_BYTES], const void *text,
                    size_t length, uint8_t signature[SIGNATURE_BYTES]);

bool signature_holds(const uint8_t key[SIGNATURE_KEY_BYTES], const void *text,
                     size_t length, const uint8_t signature[SIGNATURE_BYTES]);

/* Wipes a seed that is needed no more. */
void signature_forget(uint8_t seed[SIGNATURE_SEED_BYTES]);

#endif
