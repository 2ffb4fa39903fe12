#ifndef YUELAI_BADGECODE_H
#define YUELAI_BADGECODE_H

/* badgecode: the text inside a badge's QR code.
 *
 *     YL1-MHTQYULGFM-B2-EA84
 *     |   |          ||  '- check: CRC-16/CCITT-FALSE of all before the last '-'
 *     |   |          |'---- issue: 1 for the first badge of a ticket, then 2, 3, …
 *     |   |          '----- station that issued it
 *     |   '---------------- reference of the ticket, never its secret
 *     '-------------------- version: 1 has a check, 2 is kept for a signature in its place
 *
 * A badge is its guest's pass: any station that has the ticket resolves the reference and
 * gives the verdict of its own list. Only the highest issue of a ticket is valid; it stands
 * in clear, so that two badges are told apart by eye and offline. Stations that were cut
 * off from each other may both issue number 2: their letters keep the badges apart.
 *
 * The check finds a misreading, not a forger: every single wrong character, every two
 * neighbours swapped. A forged badge still needs a reference that exists, gets that
 * ticket's verdict and prints nothing.
 *
 * All characters are of QR's alphanumeric set: up to 38 of them make 25 modules at level
 * M, 12.4 mm wide at 203 dpi with 3 dots a module and the quiet zone; a signed one, up to
 * BADGECODE_SIGNED_MAX, makes 16.9 mm.
 *
 * Pure: no clock, no allocation, no I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
    BADGECODE_REF_MAX = 16, /* characters, A-Z and 0-9 */
    BADGECODE_STATION_MAX = 3, /* characters, A-Z */
    BADGECODE_ISSUE_MAX = 999999999,
    BADGECODE_TEXT_MAX = 38, /* characters of a whole code, without the NUL */
    BADGECODE_SIGNED_MAX = 120 /* of any version: what a design leaves room for */
};

struct badgecode {
    char ref[BADGECODE_REF_MAX + 1]; /* NUL-terminated */
    char station[BADGECODE_STATION_MAX + 1];
    uint32_t issue; /* from 1 */
};

/* Writes code as text; `text` has room for BADGECODE_TEXT_MAX + 1 bytes. code must be
 * valid: this is asserted, as it is our own. */
void badgecode_format(const struct badgecode *code, char *text);

/* The version a text says it is of, 1 to 9; 0 if it does not look like a badge code. */
int badgecode_version(const char *text, size_t length);

/* True if text looks like a badge code of any version: the cheap test before a scan is
 * looked up as a ticket's secret. An organiser's own codes may look so too. */
bool badgecode_claims(const char *text, size_t length);

/* Reads a scanned text of `length` bytes, not necessarily NUL-terminated. Fails with
 * ERR_INPUT, naming the part that is wrong; code is then untouched. */
bool badgecode_parse(const char *text, size_t length, struct badgecode *code,
                     struct err *err);

/* What a person typed from a badge, as a code is written: upper case, no blanks. Writes at
 * most BADGECODE_TEXT_MAX characters to `text` (room for one more); false if there are
 * more, or any that no badge code has. */
bool badgecode_tidy(const char *typed, size_t length, char *text);

#endif
