#include "ticket/signed.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "str.h"
#include "ticket/signature.h"

enum { HEADER_BYTES = 5, VERSION = 1, PEM_MAX_BYTES = 1024, DER_BYTES = 44 };

/* ---- keys --------------------------------------------------------------------- */

static bool
decode(const char *text, size_t length, unsigned char *to, size_t room, size_t *got)
{
    const char *end;
    return sodium_base642bin(to, room, text, length, " \t\r\n", got, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == text + length;
}

/* What stands between the lines of a PEM. */
static bool
find_body(const char *pem, size_t length, const char **body, size_t *body_length)
{
    static const char begin[] = "-----BEGIN PUBLIC KEY-----";
    static const char end[] = "-----END PUBLIC KEY-----";
    const char *from = memmem(pem, length, begin, sizeof begin - 1);
    if (!from)
        return false;
    from += sizeof begin - 1;
    const char *to = memmem(from, (size_t)(pem + length - from), end, sizeof end - 1);
    *body = from;
    *body_length = to ? (size_t)(to - from) : 0;
    return to != NULL;
}

/* SubjectPublicKeyInfo of an Ed25519 key (RFC 8410): always these bytes before the key.
 */
static bool
read_der(const unsigned char *der, size_t length, struct signed_key *key)
{
    static const unsigned char head[DER_BYTES - SIGNED_KEY_BYTES] = {
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00
    };
    if (length != DER_BYTES || memcmp(der, head, sizeof head) != 0)
        return false;
    memcpy(key->bytes, der + sizeof head, SIGNED_KEY_BYTES);
    return true;
}

bool
signed_key_read(const char *text, size_t length, struct signed_key *key,
                struct err *err)
{
    unsigned char pem[PEM_MAX_BYTES], der[PEM_MAX_BYTES];
    size_t pem_length = 0, der_length = 0, body_length;
    const char *body;
    if (length > PEM_MAX_BYTES)
        return err_set(err, ERR_INPUT, "ticket key: over %d bytes", PEM_MAX_BYTES);
    if (!memmem(text, length, "-----BEGIN", 10)) {
        if (!decode(text, length, pem, sizeof pem, &pem_length))
            return err_set(err, ERR_INPUT, "ticket key: want base64 of a PEM");
        text = (const char *)pem;
        length = pem_length;
    }
    if (!find_body(text, length, &body, &body_length))
        return err_set(err, ERR_INPUT, "ticket key: want a PEM \"PUBLIC KEY\"");
    if (!decode(body, body_length, der, sizeof der, &der_length) ||
        !read_der(der, der_length, key))
        return err_set(err, ERR_INPUT, "ticket key: want an Ed25519 key");
    return true;
}

/* ---- protobuf ----------------------------------------------------------------- */

struct cursor {
    const unsigned char *at, *end;
};

static bool
take_varint(struct cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 70 && cursor->at < cursor->end; shift += 7) {
        unsigned char byte = *cursor->at++;
        if (shift < 64)
            *value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool
take_bytes(struct cursor *cursor, uint64_t count, const unsigned char **bytes)
{
    if (count > (uint64_t)(cursor->end - cursor->at))
        return false;
    *bytes = cursor->at;
    cursor->at += count;
    return true;
}

static void
set_number(struct signed_ticket *ticket, uint64_t field, int64_t value)
{
    if (field == 2)
        ticket->item = value;
    else if (field == 3)
        ticket->variation = value;
    else if (field == 4)
        ticket->subevent = value;
    else if (field == 5)
        ticket->valid_from_s = value;
    else if (field == 6)
        ticket->valid_until_s = value;
}

/* Unknown fields, and known ones of another type, are passed over; of a field given
 * twice the last counts. */
static bool
take_field(struct cursor *cursor, struct signed_ticket *ticket)
{
    enum { VARINT, FIXED64, BYTES, FIXED32 = 5 };
    uint64_t tag, number;
    const unsigned char *bytes;
    if (!take_varint(cursor, &tag) || tag >> 3 == 0 || tag > UINT32_MAX)
        return false;
    switch (tag & 7) {
    case VARINT:
        if (!take_varint(cursor, &number))
            return false;
        set_number(ticket, tag >> 3, (int64_t)number);
        return true;
    case FIXED64:
        return take_bytes(cursor, 8, &bytes);
    case FIXED32:
        return take_bytes(cursor, 4, &bytes);
    case BYTES:
        if (!take_varint(cursor, &number) || !take_bytes(cursor, number, &bytes))
            return false;
        if (tag >> 3 == 1) {
            ticket->seed = bytes;
            ticket->seed_length = (size_t)number;
        }
        return true;
    default:
        return false; /* groups: never in this message */
    }
}

static bool
read_payload(struct signed_ticket *ticket)
{
    struct cursor cursor = { ticket->payload,
                             ticket->payload + ticket->payload_length };
    ticket->seed = ticket->payload;
    while (cursor.at < cursor.end) {
        if (!take_field(&cursor, ticket))
            return false;
    }
    return str_is_utf8((const char *)ticket->seed, ticket->seed_length);
}

/* ---- tickets ------------------------------------------------------------------ */

/* Back into a text: it must be the one that came. */
static bool
is_canonical(const unsigned char *raw, size_t raw_length, const char *straight,
             size_t length)
{
    char again[SIGNED_TEXT_MAX + 8];
    if (sodium_base64_encoded_len(raw_length, sodium_base64_VARIANT_ORIGINAL) >
        sizeof again)
        return false;
    sodium_bin2base64(again, sizeof again, raw, raw_length,
                      sodium_base64_VARIANT_ORIGINAL);
    return strlen(again) == length && memcmp(again, straight, length) == 0;
}

bool
signed_read(const char *text, size_t length, struct signed_ticket *ticket)
{
    char straight[SIGNED_TEXT_MAX];
    size_t raw_length = 0;
    unsigned char *raw = ticket->raw;
    memset(ticket, 0, sizeof *ticket);
    if (length == 0 || length > SIGNED_TEXT_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        straight[i] = text[length - 1 - i];
    if (!decode(straight, length, raw, sizeof ticket->raw, &raw_length) ||
        raw_length < HEADER_BYTES || raw[0] != VERSION)
        return false;
    size_t payload = (size_t)raw[1] << 8 | raw[2];
    size_t signature = (size_t)raw[3] << 8 | raw[4];
    if (signature != SIGNED_SIGNATURE_BYTES ||
        raw_length != HEADER_BYTES + payload + signature ||
        !is_canonical(raw, raw_length, straight, length))
        return false;
    ticket->payload = raw + HEADER_BYTES;
    ticket->payload_length = payload;
    ticket->signature = ticket->payload + payload;
    return read_payload(ticket);
}

bool
signed_verify(const struct signed_ticket *ticket, const struct signed_key *keys,
              size_t count, size_t *which)
{
    for (size_t i = 0; i < count; i++) {
        if (!signature_holds(keys[i].bytes, ticket->payload, ticket->payload_length,
                             ticket->signature))
            continue;
        if (which)
            *which = i;
        return true;
    }
    return false;
}
