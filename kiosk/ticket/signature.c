#include "ticket/signature.h"

#include <assert.h>
#include <sodium.h>

static_assert((int)SIGNATURE_SEED_BYTES == (int)crypto_sign_SEEDBYTES, "Ed25519");
static_assert((int)SIGNATURE_KEY_BYTES == (int)crypto_sign_PUBLICKEYBYTES, "Ed25519");
static_assert((int)SIGNATURE_BYTES == (int)crypto_sign_BYTES, "Ed25519");

static bool
expand(const uint8_t seed[SIGNATURE_SEED_BYTES], uint8_t key[SIGNATURE_KEY_BYTES],
       uint8_t whole[crypto_sign_SECRETKEYBYTES])
{
    return sodium_init() >= 0 && crypto_sign_seed_keypair(key, whole, seed) == 0;
}

bool
signature_key(const uint8_t seed[SIGNATURE_SEED_BYTES],
              uint8_t key[SIGNATURE_KEY_BYTES])
{
    uint8_t whole[crypto_sign_SECRETKEYBYTES];
    bool ok = expand(seed, key, whole);
    sodium_memzero(whole, sizeof whole);
    return ok;
}

bool
signature_make(const uint8_t seed[SIGNATURE_SEED_BYTES], const void *text,
               size_t length, uint8_t signature[SIGNATURE_BYTES])
{
    uint8_t key[SIGNATURE_KEY_BYTES], whole[crypto_sign_SECRETKEYBYTES];
    bool ok = expand(seed, key, whole) &&
              crypto_sign_detached(signature, NULL, text, length, whole) == 0;
    sodium_memzero(whole, sizeof whole);
    return ok;
}

bool
signature_holds(const uint8_t key[SIGNATURE_KEY_BYTES], const void *text, size_t length,
                const uint8_t signature[SIGNATURE_BYTES])
{
    return sodium_init() >= 0 &&
           crypto_sign_verify_detached(signature, text, length, key) == 0;
}

void
signature_forget(uint8_t seed[SIGNATURE_SEED_BYTES])
{
    sodium_memzero(seed, SIGNATURE_SEED_BYTES);
}
