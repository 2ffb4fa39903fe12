#ifndef YUELAI_SCAN_KEYMAP_COUNTRY_H
#define YUELAI_SCAN_KEYMAP_COUNTRY_H

/* scan_keymap_country: the characters on the keys, country by country. Part of
 * scan_keymap. Each country is the US keyboard with other keys laid over it. */

#include <stddef.h>
#include <stdint.h>

enum keymap_level {
    KEYMAP_PLAIN,
    KEYMAP_SHIFT,
    KEYMAP_ALTGR,
    KEYMAP_SHIFT_ALTGR,
    KEYMAP_LEVELS
};

/* Marks a character that waits for the next key: an accent on a dead key. */
enum { KEYMAP_DEAD = 0x8000, KEYMAP_CHARACTER = 0x7FFF };

struct keymap_row {
    uint16_t key;
    uint16_t characters[KEYMAP_LEVELS]; /* Unicode, 0 = none */
};

struct keymap_country {
    const char *code;
    const struct keymap_row *rows; /* what differs from the US */
    size_t count;
};

/* The row of a key in this country, then on the US keyboard; NULL: no character key. */
const struct keymap_row *keymap_row(const struct keymap_country *country, unsigned key);
const struct keymap_row *keymap_row_us(unsigned key);

/* The accented letter, or 0 if there is none such in Latin-1. */
uint16_t keymap_compose(uint16_t accent, uint16_t letter);

#endif
