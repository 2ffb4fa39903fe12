#ifndef YUELAI_MADECODE_H
#define YUELAI_MADECODE_H

/* madecode: the code of a ticket whose organiser gave it none.
 *
 *     7QX4MHTQY0C2A9ZK W      80 bits in Crockford's base 32, then a check digit
 *
 * Upper-case letters and digits only, so that a QR code of it is small and every
 * scanner keyboard has them; no I, L, O, U, so that it can be read out. The check digit
 * finds any one wrong digit and any two that changed places. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MADECODE_BYTES = 10, MADECODE_LENGTH = 17 };

/* text has room for MADECODE_LENGTH + 1. */
void madecode_format(const uint8_t bytes[MADECODE_BYTES], char *text);

/* True if the text is a made code whose check digit is right, as people type it: in
 * either case, O for 0, I or L for 1, with spaces or dashes in it. `code` (room for
 * MADECODE_LENGTH + 1) gets its one spelling. */
bool madecode_read(const char *text, size_t length, char *code);

#endif
