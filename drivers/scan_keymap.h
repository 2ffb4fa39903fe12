#ifndef YUELAI_SCAN_KEYMAP_H
#define YUELAI_SCAN_KEYMAP_H

/* scan_keymap: what a keyboard-wedge scanner meant by its key strokes.
 *
 *     KEY_LEFTSHIFT 1, KEY_A 1, KEY_A 0, KEY_LEFTSHIFT 0   ->  "A"
 *
 * A wedge sends positions on a keyboard, and it chose them for the country it was set
 * up for. What this machine's own keyboard layout is does not matter: only the
 * scanner's country does, and that is a setting of ours. A scanner set to another
 * country than we believe garbles letters (AZERTY: Q and A change places), which is why
 * codes of digits and upper-case letters, and a test code on the set-up page, are worth
 * having.
 *
 * Ways by which scanners send what their country's keyboard lacks, all understood:
 *     Ctrl + ]                   GS, the separator of GS1 codes; so Ctrl + A to Ctrl + _
 *     F8                         GS, on some
 *     Alt + keypad digits        one byte, or from 256 on a character; layout-proof
 *     AltGr, or Ctrl + Alt       the third character of a key
 *     a dead key, then a letter  an accented letter; then a space: the accent alone
 *
 * Enter is CR, Tab is TAB. Repeats made by a held key are ignored. A key that has no
 * character in this country, on its own or with its modifiers, is SUB (0x1A): the code
 * it stood in is then refused as a whole and not read without it.
 *
 * Pure: no descriptor, no clock. Key codes are linux/input-event-codes.h's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYMAP_BYTES_MAX = 8, KEYMAP_SUB = 0x1A, KEYMAP_GS = 0x1D };

struct keymap_country; /* one keyboard's characters, constant */

/* By ISO code, "us" "gb" "fr" "de" "es" "it"; NULL: not known. */
const struct keymap_country *keymap_find(const char *code);

/* The codes that keymap_find knows, "us gb …", for a message. */
const char *keymap_countries(void);

struct keymap { /* private */
    const struct keymap_country *country;
    unsigned held; /* modifiers that are down */
    bool caps;
    bool has_number; /* Alt is down and digits have come */
    uint32_t number;
    uint16_t accent; /* of a dead key that waits for its letter; 0 = none */
};

void keymap_init(struct keymap *keymap, const struct keymap_country *country);

/* Forgets what is held and half-done: the device lost events or went away. */
void keymap_reset(struct keymap *keymap);

/* One EV_KEY event: value 1 down, 0 up, 2 repeat. Writes what it meant as UTF-8 (bytes
 * of Alt numbers below 256 as they are) and returns how many, mostly 0 or 1. */
size_t keymap_key(struct keymap *keymap, unsigned key, int value,
                  uint8_t bytes[KEYMAP_BYTES_MAX]);

#endif
