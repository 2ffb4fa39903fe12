#ifndef YUELAI_SIGNED_H
#define YUELAI_SIGNED_H

/* signed: tickets that prove themselves, so that a station without any data can admit them:
 * the format sig1 of the ticketing server pretix.
 *
 *     text      = reverse(base64(raw))          padding "=" comes to stand in front
 *     raw       = 01 | payload length, 2 bytes | signature length, 2 bytes | payload | signature
 *     payload   = protobuf: 1 seed, 2 item, 3 variation, 4 sub-event, 5 valid from, 6 valid until
 *     signature = Ed25519 over the payload alone
 *
 * Only the one canonical spelling of a ticket is taken: the server's base64 reader forgives
 * padding bits, foreign characters and extra groups, so a re-spelt text would verify but be
 * another text to every list of revoked, blocked and used ones. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
    SIGNED_TEXT_MAX = 4096, /* bytes of a text; a longer one is no ticket */
    SIGNED_RAW_MAX = SIGNED_TEXT_MAX / 4 * 3,
    SIGNED_KEY_BYTES = 32,
    SIGNED_SIGNATURE_BYTES = 64,
    SIGNED_KEYS_MAX = 16 /* of one event */
};

struct signed_key {
    unsigned char bytes[SIGNED_KEY_BYTES];
};

/* Reads one of an event's `valid_keys.pretix_sig1`: base64 of a PEM "PUBLIC KEY", or that PEM
 * itself. Fails with ERR_INPUT for what is no Ed25519 key. */
bool signed_key_read(const char *text, size_t length, struct signed_key *key,
                     struct err *err);

struct signed_ticket {
    int64_t item;
    int64_t variation, subevent; /* 0: none */
    int64_t valid_from_s, valid_until_s; /* Unix seconds, 0: none */
    const unsigned char *seed, *payload, *signature; /* within raw */
    size_t seed_length, payload_length;
    unsigned char raw[SIGNED_RAW_MAX];
};

/* Takes the text apart without looking at the signature: what cheap refusals need. False if
 * it is no such ticket, or not in its canonical spelling. */
bool signed_read(const char *text, size_t length, struct signed_ticket *ticket);

/* True if one of the keys signed it; `which` (may be NULL) gets its place. */
bool signed_verify(const struct signed_ticket *ticket, const struct signed_key *keys,
                   size_t count, size_t *which);

#endif
