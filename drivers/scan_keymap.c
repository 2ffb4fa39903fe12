#include "scan_keymap.h"

#include <linux/input-event-codes.h>

#include "scan_keymap_country.h"

enum {
    LEFT_SHIFT = 1,
    RIGHT_SHIFT = 2,
    LEFT_CTRL = 4,
    RIGHT_CTRL = 8,
    LEFT_ALT = 16,
    RIGHT_ALT = 32, /* AltGr where the country has one */
    SHIFT = LEFT_SHIFT | RIGHT_SHIFT,
    CTRL = LEFT_CTRL | RIGHT_CTRL
};

/* What a key stroke has made so far. */
struct output {
    uint8_t *bytes;
    size_t length;
};

void
keymap_init(struct keymap *keymap, const struct keymap_country *country)
{
    *keymap = (struct keymap){ .country = country };
}

void
keymap_reset(struct keymap *keymap)
{
    keymap_init(keymap, keymap->country);
}

static void
put_byte(struct output *output, uint32_t byte)
{
    output->bytes[output->length++] = (uint8_t)byte;
}

/* Appends a character as UTF-8; one that does not exist is SUB. */
static void
put(struct output *output, uint32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = KEYMAP_SUB;
    if (c < 0x80) {
        put_byte(output, c);
        return;
    }
    if (c < 0x800) {
        put_byte(output, 0xC0 | c >> 6);
    } else if (c < 0x10000) {
        put_byte(output, 0xE0 | c >> 12);
        put_byte(output, 0x80 | (c >> 6 & 0x3F));
    } else {
        put_byte(output, 0xF0 | c >> 18);
        put_byte(output, 0x80 | (c >> 12 & 0x3F));
        put_byte(output, 0x80 | (c >> 6 & 0x3F));
    }
    put_byte(output, 0x80 | (c & 0x3F));
}

static unsigned
modifier(unsigned key)
{
    switch (key) {
    case KEY_LEFTSHIFT:
        return LEFT_SHIFT;
    case KEY_RIGHTSHIFT:
        return RIGHT_SHIFT;
    case KEY_LEFTCTRL:
        return LEFT_CTRL;
    case KEY_RIGHTCTRL:
        return RIGHT_CTRL;
    case KEY_LEFTALT:
        return LEFT_ALT;
    case KEY_RIGHTALT:
        return RIGHT_ALT;
    default:
        return 0;
    }
}

/* Alt came up: what was typed on the keypad meanwhile is one byte or character. */
static void
finish_number(struct keymap *keymap, struct output *output)
{
    if (!keymap->has_number)
        return;
    keymap->has_number = false;
    if (keymap->number < 0x100)
        put_byte(output, keymap->number);
    else
        put(output, keymap->number);
}

static void
hold(struct keymap *keymap, unsigned bit, bool down, struct output *output)
{
    keymap->held = down ? keymap->held | bit : keymap->held & ~bit;
    if (bit != LEFT_ALT)
        return;
    if (down)
        keymap->has_number = false;
    else
        finish_number(keymap, output);
}

static bool
keypad_digit(unsigned key, uint32_t *digit)
{
    static const uint16_t keys[] = { KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4,
                                     KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9 };
    for (uint32_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i] == key) {
            *digit = i;
            return true;
        }
    }
    return false;
}

/* Past the last character there is, more digits change nothing. */
static void
add_digit(struct keymap *keymap, uint32_t digit)
{
    keymap->number = keymap->has_number ? keymap->number : 0;
    keymap->has_number = true;
    if (keymap->number <= 0x10FFFF)
        keymap->number = keymap->number * 10 + digit;
}

static bool
in(uint32_t c, uint32_t first, uint32_t last)
{
    return c >= first && c <= last;
}

static uint16_t
swap_case(uint16_t c)
{
    bool small = in(c, 'a', 'z') || (in(c, 0xE0, 0xFE) && c != 0xF7);
    bool capital = in(c, 'A', 'Z') || (in(c, 0xC0, 0xDE) && c != 0xD7);
    return (uint16_t)(small ? c - 32 : capital ? c + 32 : c);
}

static uint32_t
control_of(uint16_t c)
{
    return in(c, '@', '_') || in(c, 'a', 'z') ? c & 0x1Fu : 0;
}

/* Ctrl with a key: by the scanner's own keyboard if that has a fit character on it,
 * else by the US one, which scanners fall back on for Ctrl + ]. */
static uint32_t
control_character(const struct keymap *keymap, const struct keymap_row *row)
{
    const struct keymap_row *rows[] = { row, keymap_row_us(row->key) };
    for (size_t i = 0; i < 2; i++) {
        for (int level = KEYMAP_PLAIN; rows[i] && level <= KEYMAP_SHIFT; level++) {
            bool asked = level == KEYMAP_PLAIN || keymap->held & SHIFT;
            uint32_t control = control_of(rows[i]->characters[level]);
            if (asked && control)
                return control;
        }
    }
    return KEYMAP_SUB;
}

static uint16_t
character(const struct keymap *keymap, const struct keymap_row *row, bool altgr)
{
    int level = (keymap->held & SHIFT ? KEYMAP_SHIFT : KEYMAP_PLAIN) +
                (altgr ? (int)KEYMAP_ALTGR : 0);
    uint16_t c = row->characters[level];
    if (c == 0)
        return KEYMAP_SUB;
    return keymap->caps && !(c & KEYMAP_DEAD) ? swap_case(c) : c;
}

/* Writes c behind an accent that waits, as one character where there is one. */
static void
put_accented(struct keymap *keymap, uint16_t c, struct output *output)
{
    uint16_t accent = keymap->accent;
    keymap->accent = 0;
    uint16_t both = accent ? keymap_compose(accent, c) : 0;
    if (both) {
        put(output, both);
        return;
    }
    if (accent)
        put(output, accent);
    if (!accent || (c != ' ' && c != accent))
        put(output, c);
}

static void
press_character(struct keymap *keymap, const struct keymap_row *row,
                struct output *output)
{
    bool ctrl = keymap->held & CTRL;
    bool altgr = keymap->held & RIGHT_ALT || (ctrl && keymap->held & LEFT_ALT);
    uint16_t c = character(keymap, row, altgr);

    if (ctrl && !altgr)
        put_accented(keymap, (uint16_t)control_character(keymap, row), output);
    else if (c & KEYMAP_DEAD && !keymap->accent)
        keymap->accent = c & KEYMAP_CHARACTER;
    else
        put_accented(keymap, c & KEYMAP_CHARACTER, output);
}

/* Keys that mean one control character wherever they are. */
static uint16_t
function_key(unsigned key)
{
    switch (key) {
    case KEY_ENTER:
    case KEY_KPENTER:
        return '\r';
    case KEY_TAB:
        return '\t';
    case KEY_ESC:
        return 0x1B;
    case KEY_BACKSPACE:
        return 0x08;
    case KEY_DELETE:
        return 0x7F;
    case KEY_F8:
        return KEYMAP_GS;
    default:
        return 0;
    }
}

static void
press(struct keymap *keymap, unsigned key, struct output *output)
{
    const struct keymap_row *row = keymap_row(keymap->country, key);
    uint16_t function = function_key(key);
    uint32_t digit;

    if (key == KEY_CAPSLOCK)
        keymap->caps = !keymap->caps;
    else if (keymap->held & LEFT_ALT && keypad_digit(key, &digit))
        add_digit(keymap, digit);
    else if (function)
        put_accented(keymap, function, output);
    else if (row)
        press_character(keymap, row, output);
    /* the rest (locks, media and power keys) writes nothing on any keyboard */
}

size_t
keymap_key(struct keymap *keymap, unsigned key, int value,
           uint8_t bytes[KEYMAP_BYTES_MAX])
{
    struct output output = { bytes, 0 };
    unsigned bit = modifier(key);

    if (bit && value != 2)
        hold(keymap, bit, value == 1, &output);
    else if (value == 1)
        press(keymap, key, &output);
    return output.length;
}
