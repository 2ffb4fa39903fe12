#ifndef YUELAI_BADGECODE_H
#define YUELAI_BADGECODE_H

/* badgecode: the text inside a badge's QR code.
 *
 *     YL1-MHTQYULGFM-B2-EA84
 *     |   |          ||  '- check: CRC-16/CCITT-FALSE of all before the last '-'
 *     |   |          |'---- issue: 1 for the first badge of a ticket, then 2, 3, …
 *     |   |          '----- station that issued it
 *     |   '---------------- reference of the ticket, never its secret
 *     '-------------------- version: 1 has a check, 2 a signature in its place
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
 *     YL2-MHTQYULGFM-B2-0F$Q…       96 characters behind the last '-'
 *
 * Where the organiser wants a forged badge told, also by a station that has no such ticket,
 * the event has a key (store/badgekey) and version 2 bears an Ed25519 signature of all
 * before the last '-', two bytes in three characters of 0-9 A-Z $ * + . / (their number
 * to base 41, highest first; RFC 9285's way without the blank, "%", "-" and ":", which
 * scanners, keyboards and URLs change).
 *
 * All characters are of QR's alphanumeric set: up to 38 of them make 25 modules at level
 * M, 12.4 mm wide at 203 dpi with 3 dots a module and the quiet zone; signed ones of up to
 * 122 make 37 modules, 16.9 mm, and the few that are longer 41.
 *
 * Pure: no clock, no allocation, no I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "ticket/signature.h"

enum {
    BADGECODE_REF_MAX = 16, /* characters, A-Z and 0-9 */
    BADGECODE_STATION_MAX = 3, /* characters, A-Z */
    BADGECODE_ISSUE_MAX = 999999999,
    BADGECODE_TEXT_MAX = 38, /* characters of a whole code, without the NUL */
    BADGECODE_SIGNED_MAX = 130 /* of any version */
};

struct badgecode {
    char ref[BADGECODE_REF_MAX + 1]; /* NUL-terminated */
    char station[BADGECODE_STATION_MAX + 1];
    uint32_t issue; /* from 1 */
};

/* Writes code as text; `text` has room for BADGECODE_TEXT_MAX + 1 bytes. code must be
 * valid: this is asserted, as it is our own. */
void badgecode_format(const struct badgecode *code, char *text);

/* The same, signed: version 2; `text` has room for BADGECODE_SIGNED_MAX + 1 bytes. False
 * only if the signing library cannot start. */
bool badgecode_sign(const struct badgecode *code,
                    const uint8_t seed[SIGNATURE_SEED_BYTES], char *text);

/* True if the text is a badge code of version 2 and this key's signature holds. */
bool badgecode_is_genuine(const char *text, size_t length,
                          const uint8_t key[SIGNATURE_KEY_BYTES]);

/* The version a text says it is of, 1 to 9; 0 if it does not look like a badge code. */
int badgecode_version(const char *text, size_t length);

/* True if text looks like a badge code of any version: the cheap test before a scan is
 * looked up as a ticket's secret. An organiser's own codes may look so too. */
bool badgecode_claims(const char *text, size_t length);

/* Reads a scanned text of `length` bytes, not necessarily NUL-terminated. Of version 2 it
 * says what stands there, not whether it is genuine. Fails with ERR_INPUT, naming the part
 * that is wrong; code is then untouched. */
bool badgecode_parse(const char *text, size_t length, struct badgecode *code,
                     struct err *err);

/* What a person typed from a badge, as a code is written: upper case, no blanks. Writes at
 * most BADGECODE_TEXT_MAX characters to `text` (room for one more); false if there are
 * more, or any that no badge code of version 1 has. */
bool badgecode_tidy(const char *typed, size_t length, char *text);

#endif
