#ifndef YUELAI_ENCODE_PACK_H
#define YUELAI_ENCODE_PACK_H

/* encode_pack: the ways of writing bytes shorter, or as text, that more than one
 * language of printers has. */

#include <stddef.h>
#include <stdint.h>

#include "str.h"

/* PackBits (TIFF 6.0, section 9): n 0…127: n + 1 bytes as they stand; 129…255: the next
 * byte 257 - n times. Never more than length + (length + 127) / 128 bytes. */
void encode_packbits(struct str *out, const uint8_t *bytes, size_t length);

/* zlib's stream (RFC 1950); the caller frees. NULL: no memory. */
uint8_t *encode_deflate(const uint8_t *bytes, size_t length, size_t *packed);

/* Base 64 with padding (RFC 4648, section 4). */
void encode_base64(struct str *out, const uint8_t *bytes, size_t length);

/* CRC-16 of CCITT: polynomial 0x1021, begins with 0, most significant bit first. */
uint16_t encode_crc16(const char *bytes, size_t length);

#endif
