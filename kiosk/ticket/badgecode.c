#include "badgecode.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX_LENGTH = 4, CHECK_LENGTH = 4, CHECKED = 1, SIGNED = 2 }; /* versions */
enum { SYMBOLS = 41, TRIPLE = 3, SIGNATURE_LENGTH = SIGNATURE_BYTES / 2 * TRIPLE };
static const char symbols[SYMBOLS + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+./";

/* Reads a text from its front; what was not read yet lies between at and end. */
struct cursor {
    const char *at, *end;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool
is_ref_character(char c)
{
    return is_letter(c) || is_digit(c);
}

/* Moves over characters of one class; false unless there are 1 to max of them. out,
 * with room for max + 1, gets them. */
static bool
read_run(struct cursor *cursor, bool (*belongs)(char), size_t max, char *out)
{
    size_t length = 0;
    while (cursor->at + length < cursor->end && belongs(cursor->at[length]))
        length++;
    if (length == 0 || length > max)
        return false;
    memcpy(out, cursor->at, length);
    out[length] = '\0';
    cursor->at += length;
    return true;
}

static bool
read_dash(struct cursor *cursor)
{
    if (cursor->at == cursor->end || *cursor->at != '-')
        return false;
    cursor->at++;
    return true;
}

/* One spelling a number, no leading zero: equal issues are equal texts. */
static bool
read_issue(struct cursor *cursor, uint32_t *issue)
{
    char digits[9 + 1];
    if (!read_run(cursor, is_digit, sizeof digits - 1, digits) || digits[0] == '0')
        return false;
    *issue = 0;
    for (const char *digit = digits; *digit; digit++)
        *issue = *issue * 10 + (uint32_t)(*digit - '0');
    return true;
}

/* CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected; four bits a step.
 */
static uint16_t
checksum(const char *text, size_t length)
{
    static const uint16_t step[16] = {
        0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
        0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
    };
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < length; i++) {
        unsigned byte = (unsigned char)text[i];
        crc = (crc << 4 & 0xFFFF) ^ step[crc >> 12 ^ byte >> 4];
        crc = (crc << 4 & 0xFFFF) ^ step[crc >> 12 ^ (byte & 15)];
    }
    return (uint16_t)crc;
}

static void
write_check(const char *text, size_t length, char check[CHECK_LENGTH + 1])
{
    snprintf(check, CHECK_LENGTH + 1, "%04" PRIX16, checksum(text, length));
}

static bool
is_valid(const struct badgecode *code)
{
    char out[BADGECODE_REF_MAX + 1];
    struct cursor ref = { code->ref, code->ref + strlen(code->ref) };
    struct cursor station = { code->station, code->station + strlen(code->station) };
    return read_run(&ref, is_ref_character, BADGECODE_REF_MAX, out) &&
           ref.at == ref.end &&
           read_run(&station, is_letter, BADGECODE_STATION_MAX, out) &&
           station.at == station.end && code->issue >= 1 &&
           code->issue <= BADGECODE_ISSUE_MAX;
}

/* "YL1-MHTQYULGFM-B2"; returns its length. text has room for `room`. */
static size_t
write_front(const struct badgecode *code, int version, char *text, size_t room)
{
    assert(is_valid(code));
    int used = snprintf(text, room, "YL%d-%s-%s%" PRIu32, version, code->ref,
                        code->station, code->issue);
    return (size_t)used;
}

void
badgecode_format(const struct badgecode *code, char *text)
{
    enum { ROOM = BADGECODE_TEXT_MAX + 1 };
    size_t used = write_front(code, CHECKED, text, ROOM);
    char check[CHECK_LENGTH + 1];
    write_check(text, used, check);
    snprintf(text + used, ROOM - used, "-%s", check);
}

/* ---- signatures --------------------------------------------------------------- */

static void
write_signature(const uint8_t signature[SIGNATURE_BYTES], char *text)
{
    for (size_t i = 0; i < SIGNATURE_BYTES; i += 2) {
        unsigned pair = (unsigned)signature[i] << 8 | signature[i + 1];
        *text++ = symbols[pair / (SYMBOLS * SYMBOLS)];
        *text++ = symbols[pair / SYMBOLS % SYMBOLS];
        *text++ = symbols[pair % SYMBOLS];
    }
    *text = '\0';
}

/* False for a character or a number that no signature has. */
static bool
read_signature(const char *text, uint8_t signature[SIGNATURE_BYTES])
{
    for (size_t i = 0; i < SIGNATURE_BYTES; i += 2) {
        unsigned pair = 0;
        for (const char *end = text + TRIPLE; text < end; text++) {
            const char *symbol = memchr(symbols, *text, SYMBOLS);
            if (!symbol)
                return false;
            pair = pair * SYMBOLS + (unsigned)(symbol - symbols);
        }
        if (pair > UINT16_MAX)
            return false;
        signature[i] = (uint8_t)(pair >> 8);
        signature[i + 1] = (uint8_t)pair;
    }
    return true;
}

bool
badgecode_sign(const struct badgecode *code, const uint8_t seed[SIGNATURE_SEED_BYTES],
               char *text)
{
    uint8_t signature[SIGNATURE_BYTES];
    size_t used = write_front(code, SIGNED, text, BADGECODE_SIGNED_MAX + 1);
    if (!signature_make(seed, text, used, signature))
        return false;
    text[used] = '-';
    write_signature(signature, text + used + 1);
    return true;
}

bool
badgecode_is_genuine(const char *text, size_t length,
                     const uint8_t key[SIGNATURE_KEY_BYTES])
{
    struct badgecode code;
    struct err ignored;
    uint8_t signature[SIGNATURE_BYTES];
    return badgecode_version(text, length) == SIGNED &&
           badgecode_parse(text, length, &code, &ignored) &&
           read_signature(text + length - SIGNATURE_LENGTH, signature) &&
           signature_holds(key, text, length - SIGNATURE_LENGTH - 1, signature);
}

/* ---- reading ------------------------------------------------------------------ */

int
badgecode_version(const char *text, size_t length)
{
    bool looks = length >= PREFIX_LENGTH && text[0] == 'Y' && text[1] == 'L' &&
                 text[2] >= '1' && text[2] <= '9' && text[3] == '-';
    return looks ? text[2] - '0' : 0;
}

bool
badgecode_claims(const char *text, size_t length)
{
    return badgecode_version(text, length) != 0;
}

/* What stands behind the last '-'. */
static bool
read_seal(const char *text, int version, struct cursor rest, struct err *err)
{
    if (version == CHECKED) {
        char check[CHECK_LENGTH + 1];
        write_check(text, (size_t)(rest.at - text), check);
        if (read_dash(&rest) && rest.end - rest.at == CHECK_LENGTH &&
            memcmp(rest.at, check, CHECK_LENGTH) == 0)
            return true;
        return err_set(err, ERR_INPUT,
                       "badge code: check does not match, read it again");
    }
    uint8_t signature[SIGNATURE_BYTES];
    if (read_dash(&rest) && rest.end - rest.at == SIGNATURE_LENGTH &&
        read_signature(rest.at, signature))
        return true;
    return err_set(err, ERR_INPUT,
                   "badge code: its signature wants %d characters, read it again",
                   SIGNATURE_LENGTH);
}

bool
badgecode_parse(const char *text, size_t length, struct badgecode *code,
                struct err *err)
{
    int version = badgecode_version(text, length);
    if (version == 0)
        return err_set(err, ERR_INPUT, "badge code: want \"YL%d-\" in front", CHECKED);
    if (version != CHECKED && version != SIGNED)
        return err_set(
            err, ERR_INPUT,
            "badge code: of version %d, want \"YL%d-\" or \"YL%d-\" in front", version,
            CHECKED, SIGNED);

    struct cursor rest = { text + PREFIX_LENGTH, text + length };
    struct badgecode read;
    if (!read_run(&rest, is_ref_character, BADGECODE_REF_MAX, read.ref) ||
        !read_dash(&rest))
        return err_set(err, ERR_INPUT,
                       "badge code: reference wants 1 to %d of A-Z, 0-9",
                       BADGECODE_REF_MAX);
    if (!read_run(&rest, is_letter, BADGECODE_STATION_MAX, read.station))
        return err_set(err, ERR_INPUT, "badge code: station wants 1 to %d of A-Z",
                       BADGECODE_STATION_MAX);
    if (!read_issue(&rest, &read.issue))
        return err_set(err, ERR_INPUT, "badge code: issue wants 1 to %d",
                       BADGECODE_ISSUE_MAX);

    if (!read_seal(text, version, rest, err))
        return false;
    *code = read;
    return true;
}

bool
badgecode_tidy(const char *typed, size_t length, char *text)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = typed[i];
        if (c == ' ' || c == '\t')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (!is_ref_character(c) && c != '-')
            return false;
        if (used == BADGECODE_TEXT_MAX)
            return false;
        text[used++] = c;
    }
    text[used] = '\0';
    return true;
}
