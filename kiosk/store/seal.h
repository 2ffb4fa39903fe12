#ifndef YUELAI_SEAL_H
#define YUELAI_SEAL_H

/* seal: what keeps a stolen database from being a stack of valid tickets.
 *
 * A ticket's secret is never stored: a keyed BLAKE2b of it is, for look-up, and a
 * secretbox of it, for handing it back to the server and for invitations. The key is a
 * file of 32 random bytes, mode 0600, outside the data directory (a systemd credential
 * where there is one). Who loses it needs a fresh sync or import; the program says so.
 *
 * libsodium stands in this file (and ticket/sign*) alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "random.h"

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_LOOKUP_BYTES = 16,
    SEAL_OVERHEAD_BYTES = 24 + 16, /* nonce and tag */
    SEAL_PIN_TEXT_MAX = 128
};

struct seal; /* the key, in memory that is neither swapped nor dumped */

/* Reads the key file, or makes it if `make`. A file others can read, or of another
 * size, is refused by name. */
bool seal_open(const char *path, bool make, struct seal **seal, struct err *err);
bool seal_from_bytes(const uint8_t key[SEAL_KEY_BYTES], struct seal **seal,
                     struct err *err);
void seal_close(struct seal *seal);

/* The look-up value of a secret. */
void seal_lookup(const struct seal *seal, const char *secret, size_t length,
                 uint8_t lookup[SEAL_LOOKUP_BYTES]);

/* box has room for length + SEAL_OVERHEAD_BYTES. */
void seal_box(const struct seal *seal, const void *plain, size_t length, uint8_t *box);
/* False if the box was made with another key or is damaged. plain has room for
 * length - SEAL_OVERHEAD_BYTES. */
bool seal_unbox(const struct seal *seal, const uint8_t *box, size_t length, void *plain);

/* A box as hexadecimal text, for a setting or JSON. plain has SEAL_TEXT_MAX bytes at most,
 * text has room for SEAL_TEXT_SIZE(length). Returns `text`. */
enum { SEAL_TEXT_MAX = 4096 };
#define SEAL_TEXT_SIZE(length) (2 * ((length) + SEAL_OVERHEAD_BYTES) + 1)
char *seal_text(const struct seal *seal, const void *plain, size_t length, char *text);
/* False as seal_unbox, also if it is no such text or more than `room` bytes. */
bool seal_untext(const struct seal *seal, const char *text, void *plain, size_t room,
                 size_t *length);

/* A value to recognise the key by, in journal.db: another key is told, not guessed. */
void seal_fingerprint(const struct seal *seal, char text[17]);

/* argon2id, 19 MiB, t=2: some 25 ms, so on the odds thread. */
bool seal_pin_hash(const char *pin, char text[SEAL_PIN_TEXT_MAX]);
bool seal_pin_matches(const char *text, const char *pin);

#endif
