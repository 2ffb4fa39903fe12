#include "store/badgekey.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "store/settings.h"
#include "str.h"
#include "ticket/signature.h"

/* An event's seeds stand under "badge-key.<event>", newest first. */
static const char prefix[] = "badge-key.";
static const char front[] = "YLKEY1:";

struct seeds {
    unsigned count;
    uint8_t bytes[BADGEKEY_MAX][SIGNATURE_SEED_BYTES];
};

static void
forget(struct seeds *seeds)
{
    for (unsigned i = 0; i < BADGEKEY_MAX; i++)
        signature_forget(seeds->bytes[i]);
}

/* ---- kept -------------------------------------------------------------------------
 */

static void
write_name(const char *event, char name[sizeof prefix + ROSTER_KEY_MAX])
{
    snprintf(name, sizeof prefix + ROSTER_KEY_MAX, "%s%s", prefix, event);
}

static bool
read_seeds(struct db *db, const char *event, struct seeds *seeds, struct err *err)
{
    char name[sizeof prefix + ROSTER_KEY_MAX];
    size_t length;
    bool found;
    write_name(event, name);
    if (!settings_get_sealed(db, name, seeds->bytes, sizeof seeds->bytes, &found,
                             &length, err))
        return false;
    seeds->count = (unsigned)(length / SIGNATURE_SEED_BYTES);
    return true;
}

static bool
keep_seeds(struct db *db, const char *event, const struct seeds *seeds, struct err *err)
{
    char name[sizeof prefix + ROSTER_KEY_MAX];
    write_name(event, name);
    return settings_set_sealed(db, name, seeds->bytes,
                               (size_t)seeds->count * SIGNATURE_SEED_BYTES, err);
}

static unsigned
place_of(const struct seeds *seeds, const uint8_t seed[SIGNATURE_SEED_BYTES])
{
    unsigned at = 0;
    while (at < seeds->count &&
           memcmp(seeds->bytes[at], seed, SIGNATURE_SEED_BYTES) != 0)
        at++;
    return at;
}

/* Puts the seed in front, where it signs. */
static bool
add_seed(struct db *db, const char *event, const uint8_t seed[SIGNATURE_SEED_BYTES],
         bool *known, struct err *err)
{
    struct seeds seeds;
    if (!read_seeds(db, event, &seeds, err))
        return false;
    unsigned at = place_of(&seeds, seed);
    *known = at < seeds.count;
    if (!*known && seeds.count < BADGEKEY_MAX)
        seeds.count++;
    if (at == BADGEKEY_MAX)
        at--;
    memmove(seeds.bytes[1], seeds.bytes[0], (size_t)at * SIGNATURE_SEED_BYTES);
    memcpy(seeds.bytes[0], seed, SIGNATURE_SEED_BYTES);
    bool ok = keep_seeds(db, event, &seeds, err);
    forget(&seeds);
    return ok;
}

/* ---- the line ----------------------------------------------------------------------
 */

static bool
write_print(const uint8_t seed[SIGNATURE_SEED_BYTES], char print[BADGEKEY_PRINT + 1],
            uint8_t key[SIGNATURE_KEY_BYTES], struct err *err)
{
    if (!signature_key(seed, key))
        return err_set(err, ERR_IO, "badge key: the signing library cannot start");
    hex_write(key, BADGEKEY_PRINT / 2, print);
    return true;
}

static bool
write_line(const char *event, const uint8_t seed[SIGNATURE_SEED_BYTES], char *text,
           struct err *err)
{
    char hex[2 * SIGNATURE_SEED_BYTES + 1], print[BADGEKEY_PRINT + 1];
    uint8_t key[SIGNATURE_KEY_BYTES];
    if (!write_print(seed, print, key, err))
        return false;
    snprintf(text, BADGEKEY_TEXT_MAX + 1, "%s%s:%s:%s", front, event,
             hex_write(seed, SIGNATURE_SEED_BYTES, hex), print);
    return true;
}

bool
badgekey_claims(const char *text, size_t length)
{
    return length >= sizeof front - 1 && memcmp(text, front, sizeof front - 1) == 0;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The line without what stands around it, NUL-terminated; false if it does not fit. */
static bool
tidy(const char *text, size_t length, char line[BADGEKEY_TEXT_MAX + 1])
{
    for (; length > 0 && is_blank(text[length - 1]); length--)
        ;
    for (; length > 0 && is_blank(*text); length--)
        text++;
    return memchr(text, '\0', length) == NULL &&
           str_copy_bytes(line, BADGEKEY_TEXT_MAX + 1, text, length);
}

/* Takes a line apart from its end: an event's name may have a ':' in it. */
static bool
read_line(const char *text, size_t length, char *event,
          uint8_t seed[SIGNATURE_SEED_BYTES], struct err *err)
{
    enum { DIGITS = 2 * SIGNATURE_SEED_BYTES, TAIL = 1 + DIGITS + 1 + BADGEKEY_PRINT };
    char line[BADGEKEY_TEXT_MAX + 1], print[BADGEKEY_PRINT + 1];
    uint8_t key[SIGNATURE_KEY_BYTES];
    if (!tidy(text, length, line) || !badgekey_claims(line, strlen(line)))
        return err_set(err, ERR_INPUT,
                       "badge key: want the line that \"key export\" writes, \"%s\" in "
                       "front",
                       front);
    const char *name = line + sizeof front - 1;
    size_t rest = strlen(name);
    if (rest <= TAIL || rest - TAIL > ROSTER_KEY_MAX)
        return err_set(err, ERR_INPUT,
                       "badge key: cut short, want %d digits at its end",
                       DIGITS + BADGEKEY_PRINT);
    const char *tail = name + rest - TAIL;
    if (tail[0] != ':' || tail[1 + DIGITS] != ':' || !hex_read(tail + 1, DIGITS, seed))
        return err_set(err, ERR_INPUT,
                       "badge key: want %d hexadecimal digits, ':' and %d more at its "
                       "end",
                       DIGITS, BADGEKEY_PRINT);
    if (!write_print(seed, print, key, err))
        return false;
    if (strcmp(print, tail + 1 + DIGITS + 1) != 0)
        return err_set(err, ERR_INPUT,
                       "badge key: a digit is wrong, copy or scan it again");
    str_copy_bytes(event, ROSTER_KEY_MAX + 1, name, rest - TAIL);
    return true;
}

/* ---- what others call --------------------------------------------------------------
 */

bool
badgekey_make(struct db *db, const char *event, const struct random *random,
              struct err *err)
{
    uint8_t seed[SIGNATURE_SEED_BYTES];
    bool known;
    random_fill(random, seed, sizeof seed);
    bool ok = add_seed(db, event, seed, &known, err);
    signature_forget(seed);
    return ok;
}

static bool
is_absent(const char *event, struct err *err)
{
    return err_set(err, ERR_ABSENT, "badge key: event %s has none at this station",
                   event);
}

bool
badgekey_export(struct db *db, const char *event, char *text, struct err *err)
{
    struct seeds seeds;
    if (!read_seeds(db, event, &seeds, err))
        return false;
    bool ok = seeds.count > 0 ? write_line(event, seeds.bytes[0], text, err)
                              : is_absent(event, err);
    forget(&seeds);
    return ok;
}

bool
badgekey_import(struct db *db, const char *text, size_t length, char *event,
                bool *known, struct err *err)
{
    uint8_t seed[SIGNATURE_SEED_BYTES];
    bool ok = read_line(text, length, event, seed, err) &&
              add_seed(db, event, seed, known, err);
    signature_forget(seed);
    return ok;
}

/* Also one that was sealed with a key that is lost: it cannot be read, but it can go.
 */
static bool
is_kept(struct db *db, const char *name, bool *kept, struct err *err)
{
    char value[2];
    *kept = true;
    if (!settings_get(db, name, value, sizeof value, err))
        return err->code == ERR_LIMIT;
    *kept = value[0] != '\0';
    return true;
}

bool
badgekey_remove(struct db *db, const char *event, struct err *err)
{
    char name[sizeof prefix + ROSTER_KEY_MAX];
    bool kept;
    write_name(event, name);
    if (!is_kept(db, name, &kept, err))
        return false;
    return kept ? settings_remove(db, name, err) : is_absent(event, err);
}

bool
badgekey_of(struct db *db, const char *event, struct badgekeys *keys, struct err *err)
{
    struct seeds seeds;
    bool ok = read_seeds(db, event, &seeds, err);
    str_copy(keys->event, sizeof keys->event, event);
    keys->count = ok ? seeds.count : 0;
    for (unsigned i = 0; ok && i < seeds.count; i++)
        ok = write_print(seeds.bytes[i], keys->prints[i], keys->keys[i], err);
    forget(&seeds);
    return ok;
}

struct walk {
    struct db *db;
    bool (*each)(const struct badgekeys *keys, void *self);
    void *self;
    struct err *err;
    bool ok;
};

static bool
tell(const char *key, const char *value, void *self)
{
    struct walk *walk = self;
    struct badgekeys keys;
    (void)value;
    walk->ok = badgekey_of(walk->db, key + sizeof prefix - 1, &keys, walk->err);
    return walk->ok && walk->each(&keys, walk->self);
}

bool
badgekey_each(struct db *db, bool (*each)(const struct badgekeys *keys, void *self),
              void *self, struct err *err)
{
    struct walk walk = { db, each, self, err, true };
    return settings_each(db, prefix, tell, &walk, err) && walk.ok;
}

bool
badgekey_note(struct db *db, const char *who, const char *what, const char *event,
              struct err *err)
{
    struct badgekeys keys;
    char detail[ROSTER_KEY_MAX + BADGEKEY_PRINT + 16];
    if (!badgekey_of(db, event, &keys, err))
        return false;
    snprintf(detail, sizeof detail, "event=%s key=%s", event,
             keys.count ? keys.prints[0] : "none");
    return audit_add(db, who, what, detail, err);
}

bool
badgekey_write(struct db *db, const char *event, const struct badgecode *code,
               char *text, struct err *err)
{
    struct seeds seeds;
    if (!read_seeds(db, event, &seeds, err))
        return false;
    bool ok = true;
    if (seeds.count == 0)
        badgecode_format(code, text);
    else if (!badgecode_sign(code, seeds.bytes[0], text))
        ok = err_set(err, ERR_IO, "badge key: the signing library cannot start");
    forget(&seeds);
    return ok;
}
