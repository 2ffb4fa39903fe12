#include "encode_pack.h"

#include <stdlib.h>
#include <zlib.h>

enum { PIECE_MAX = 128, LEVEL = 6 };

static size_t
run_at(const uint8_t *bytes, size_t length)
{
    size_t n = 1;
    while (n < length && n < PIECE_MAX && bytes[n] == bytes[0])
        n++;
    return n;
}

/* How many bytes stand before the next run of three: shorter ones save nothing. */
static size_t
plain_at(const uint8_t *bytes, size_t length)
{
    size_t n = 0;
    while (n < length && n < PIECE_MAX && run_at(bytes + n, length - n) < 3)
        n++;
    return n;
}

void
encode_packbits(struct str *out, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        size_t plain = plain_at(bytes, length);
        size_t count = plain ? plain : run_at(bytes, length);
        str_add_char(out, (char)(plain ? plain - 1 : 257 - count));
        str_add(out, bytes, plain ? plain : 1);
        bytes += count;
        length -= count;
    }
}

uint8_t *
encode_deflate(const uint8_t *bytes, size_t length, size_t *packed)
{
    uLongf room = compressBound((uLong)length);
    uint8_t *to = malloc(room);
    if (to && compress2(to, &room, bytes, (uLong)length, LEVEL) != Z_OK) {
        free(to);
        return NULL;
    }
    *packed = room;
    return to;
}

void
encode_base64(struct str *out, const uint8_t *bytes, size_t length)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned three = (unsigned)bytes[i] << 16;
        three |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        three |= left > 2 ? bytes[i + 2] : 0u;
        char four[4] = { digits[three >> 18], digits[three >> 12 & 63],
                         left > 1 ? digits[three >> 6 & 63] : '=',
                         left > 2 ? digits[three & 63] : '=' };
        str_add(out, four, sizeof four);
    }
}

uint16_t
encode_crc16(const char *bytes, size_t length)
{
    unsigned crc = 0;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned)(uint8_t)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
        crc &= 0xFFFF;
    }
    return (uint16_t)crc;
}
