#include "store/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"

static_assert(SEAL_OVERHEAD_BYTES ==
                  crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
              "a box is nonce, tag, text");
static_assert(SEAL_PIN_TEXT_MAX >= crypto_pwhash_STRBYTES, "a PIN's text must fit");

/* One key on disk, one for each purpose in memory, so that no value of one purpose can
 * be taken for one of another. In guarded pages: locked, not dumped. */
struct seal {
    uint8_t lookup[crypto_generichash_KEYBYTES];
    uint8_t box[crypto_secretbox_KEYBYTES];
    uint8_t fingerprint[8];
};

static void
derive(struct seal *seal, const uint8_t key[SEAL_KEY_BYTES])
{
    static_assert(SEAL_KEY_BYTES == crypto_kdf_KEYBYTES, "one key, several purposes");
    crypto_kdf_derive_from_key(seal->lookup, sizeof seal->lookup, 1, "yuelai-1", key);
    crypto_kdf_derive_from_key(seal->box, sizeof seal->box, 2, "yuelai-1", key);
    uint8_t mark[16];
    crypto_kdf_derive_from_key(mark, sizeof mark, 3, "yuelai-1", key);
    memcpy(seal->fingerprint, mark, sizeof seal->fingerprint);
}

bool
seal_from_bytes(const uint8_t key[SEAL_KEY_BYTES], struct seal **seal, struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_IO, "libsodium cannot start: no source of randomness");
    struct seal *made = sodium_malloc(sizeof *made);
    if (!made)
        return err_no_memory(err);
    derive(made, key);
    sodium_mprotect_readonly(made);
    *seal = made;
    return true;
}

void
seal_close(struct seal *seal)
{
    sodium_free(seal); /* takes NULL; wipes it */
}

/* ---- the key file ------------------------------------------------------------ */

static bool
read_whole(int fd, uint8_t *bytes, size_t size, size_t *length)
{
    *length = 0;
    while (*length < size) {
        ssize_t n = read(fd, bytes + *length, size - *length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            return true;
        *length += (size_t)n;
    }
    return true;
}

static bool
check_private(int fd, const char *path, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_IO, "key %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INPUT, "key %s: want a plain file", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(err, ERR_INPUT,
                       "key %s: others may read it (mode %04o), want 0600", path,
                       (unsigned)(st.st_mode & 07777));
    return true;
}

static bool
read_key(int fd, const char *path, struct seal **seal, struct err *err)
{
    uint8_t bytes[SEAL_KEY_BYTES + 1];
    size_t length = 0;
    bool ok = check_private(fd, path, err);
    if (ok && !read_whole(fd, bytes, sizeof bytes, &length))
        ok = err_set(err, ERR_IO, "key %s: %s", path, strerror(errno));
    if (ok && length != SEAL_KEY_BYTES)
        ok = err_set(err, ERR_INPUT,
                     "key %s: %s than %d bytes; it cannot be mended: "
                     "restore it, or remove it and sync or import afresh",
                     path, length < SEAL_KEY_BYTES ? "shorter" : "longer",
                     SEAL_KEY_BYTES);
    if (ok)
        ok = seal_from_bytes(bytes, seal, err);
    sodium_memzero(bytes, sizeof bytes);
    return ok;
}

static bool
sync_folder(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return false;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(copy);
    return ok;
}

static bool
write_key(int fd, const char *path, struct err *err)
{
    uint8_t bytes[SEAL_KEY_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    bool ok = write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes && fsync(fd) == 0;
    sodium_memzero(bytes, sizeof bytes);
    return ok ? true
              : err_set(err, ERR_IO, "key %s: cannot write it: %s", path,
                        strerror(errno));
}

/* Written under another name and linked, so that the file is whole or not there. */
static bool
make_key(const char *path, struct err *err)
{
    char *fresh = NULL;
    if (sodium_init() < 0 || asprintf(&fresh, "%s.%ld", path, (long)getpid()) < 0)
        return err_set(err, ERR_IO, "key %s: cannot make it", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 ? write_key(fd, path, err)
                      : err_set(err, ERR_IO, "key %s: cannot make it: %s", path,
                                strerror(errno));
    if (ok && link(fresh, path) != 0 && errno != EEXIST)
        ok = err_set(err, ERR_IO, "key %s: cannot make it: %s", path, strerror(errno));
    if (fd >= 0) {
        unlink(fresh);
        close(fd);
    }
    if (ok && !sync_folder(path))
        ok = err_set(err, ERR_IO, "key %s: cannot sync its folder", path);
    free(fresh);
    return ok;
}

bool
seal_open(const char *path, bool make, struct seal **seal, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make) {
        if (!make_key(path, err))
            return false;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_ABSENT : ERR_IO, "key %s: %s", path,
                       strerror(errno));
    bool ok = read_key(fd, path, seal, err);
    close(fd);
    return ok;
}

/* ---- values ------------------------------------------------------------------- */

void
seal_lookup(const struct seal *seal, const char *secret, size_t length,
            uint8_t lookup[SEAL_LOOKUP_BYTES])
{
    crypto_generichash(lookup, SEAL_LOOKUP_BYTES, (const unsigned char *)secret, length,
                       seal->lookup, sizeof seal->lookup);
}

void
seal_box(const struct seal *seal, const void *plain, size_t length, uint8_t *box)
{
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, plain, length, box,
                          seal->box);
}

bool
seal_unbox(const struct seal *seal, const uint8_t *box, size_t length, void *plain)
{
    if (length < SEAL_OVERHEAD_BYTES)
        return false;
    return crypto_secretbox_open_easy(plain, box + crypto_secretbox_NONCEBYTES,
                                      length - crypto_secretbox_NONCEBYTES, box,
                                      seal->box) == 0;
}

char *
seal_text(const struct seal *seal, const void *plain, size_t length, char *text)
{
    uint8_t box[SEAL_TEXT_MAX + SEAL_OVERHEAD_BYTES];
    assert(length <= SEAL_TEXT_MAX);
    seal_box(seal, plain, length, box);
    return hex_write(box, length + SEAL_OVERHEAD_BYTES, text);
}

bool
seal_untext(const struct seal *seal, const char *text, void *plain, size_t room,
            size_t *length)
{
    uint8_t box[SEAL_TEXT_MAX + SEAL_OVERHEAD_BYTES];
    size_t digits = strlen(text), size = digits / 2;
    if (size < SEAL_OVERHEAD_BYTES || size > sizeof box ||
        size - SEAL_OVERHEAD_BYTES > room || !hex_read(text, digits, box) ||
        !seal_unbox(seal, box, size, plain))
        return false;
    *length = size - SEAL_OVERHEAD_BYTES;
    return true;
}

void
seal_fingerprint(const struct seal *seal, char text[17])
{
    sodium_bin2hex(text, 17, seal->fingerprint, sizeof seal->fingerprint);
}

bool
seal_pin_hash(const char *pin, char text[SEAL_PIN_TEXT_MAX])
{
    return sodium_init() >= 0 &&
           crypto_pwhash_str_alg(text, pin, strlen(pin), 2, 19u << 20,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool
seal_pin_matches(const char *text, const char *pin)
{
    return sodium_init() >= 0 && crypto_pwhash_str_verify(text, pin, strlen(pin)) == 0;
}
