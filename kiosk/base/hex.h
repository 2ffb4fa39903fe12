#ifndef YUELAI_HEX_H
#define YUELAI_HEX_H

/* hex: bytes as hexadecimal text, lower case, and back. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* text has room for 2 * length + 1 characters. Returns `text`. */
char *hex_write(const uint8_t *bytes, size_t length, char *text);

/* Reads `digits` characters, lower or upper case, into digits / 2 bytes. False if their
 * number is odd or one is no digit; bytes may then be half written. */
bool hex_read(const char *text, size_t digits, uint8_t *bytes);

#endif
