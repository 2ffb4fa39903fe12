#include "scan_keymap_country.h"

#include <string.h>

#include <linux/input-event-codes.h>

#include "scan_keymap.h"

#define DEAD(accent) (KEYMAP_DEAD | (accent))

/* Accents as their spacing characters; Windows has no others on these keyboards. */
enum {
    GRAVE = '`',
    ACUTE = 0xB4,
    CIRCUMFLEX = '^',
    TILDE = '~',
    DIAERESIS = 0xA8,
    EURO = 0x20AC
};

/* clang-format off */
#define LETTER(key, small) { (key), { (small), (small) - 32 } }

static const struct keymap_row us[] = {
    { KEY_1, { '1', '!' } }, { KEY_2, { '2', '@' } }, { KEY_3, { '3', '#' } },
    { KEY_4, { '4', '$' } }, { KEY_5, { '5', '%' } }, { KEY_6, { '6', '^' } },
    { KEY_7, { '7', '&' } }, { KEY_8, { '8', '*' } }, { KEY_9, { '9', '(' } },
    { KEY_0, { '0', ')' } }, { KEY_MINUS, { '-', '_' } }, { KEY_EQUAL, { '=', '+' } },
    LETTER(KEY_Q, 'q'), LETTER(KEY_W, 'w'), LETTER(KEY_E, 'e'), LETTER(KEY_R, 'r'),
    LETTER(KEY_T, 't'), LETTER(KEY_Y, 'y'), LETTER(KEY_U, 'u'), LETTER(KEY_I, 'i'),
    LETTER(KEY_O, 'o'), LETTER(KEY_P, 'p'), LETTER(KEY_A, 'a'), LETTER(KEY_S, 's'),
    LETTER(KEY_D, 'd'), LETTER(KEY_F, 'f'), LETTER(KEY_G, 'g'), LETTER(KEY_H, 'h'),
    LETTER(KEY_J, 'j'), LETTER(KEY_K, 'k'), LETTER(KEY_L, 'l'), LETTER(KEY_Z, 'z'),
    LETTER(KEY_X, 'x'), LETTER(KEY_C, 'c'), LETTER(KEY_V, 'v'), LETTER(KEY_B, 'b'),
    LETTER(KEY_N, 'n'), LETTER(KEY_M, 'm'),
    { KEY_LEFTBRACE, { '[', '{' } }, { KEY_RIGHTBRACE, { ']', '}' } },
    { KEY_SEMICOLON, { ';', ':' } }, { KEY_APOSTROPHE, { '\'', '"' } },
    { KEY_GRAVE, { '`', '~' } }, { KEY_BACKSLASH, { '\\', '|' } },
    { KEY_102ND, { '\\', '|' } }, { KEY_COMMA, { ',', '<' } },
    { KEY_DOT, { '.', '>' } }, { KEY_SLASH, { '/', '?' } },
    { KEY_SPACE, { ' ', ' ', ' ', ' ' } },
    { KEY_KP0, { '0', '0' } }, { KEY_KP1, { '1', '1' } }, { KEY_KP2, { '2', '2' } },
    { KEY_KP3, { '3', '3' } }, { KEY_KP4, { '4', '4' } }, { KEY_KP5, { '5', '5' } },
    { KEY_KP6, { '6', '6' } }, { KEY_KP7, { '7', '7' } }, { KEY_KP8, { '8', '8' } },
    { KEY_KP9, { '9', '9' } }, { KEY_KPDOT, { '.', '.' } },
    { KEY_KPCOMMA, { ',', ',' } }, { KEY_KPMINUS, { '-', '-' } },
    { KEY_KPPLUS, { '+', '+' } }, { KEY_KPASTERISK, { '*', '*' } },
    { KEY_KPSLASH, { '/', '/' } }, { KEY_KPEQUAL, { '=', '=' } },
};

static const struct keymap_row gb[] = {
    { KEY_2, { '2', '"' } }, { KEY_3, { '3', 0xA3 } }, { KEY_4, { '4', '$', EURO } },
    { KEY_GRAVE, { '`', 0xAC, 0xA6 } }, { KEY_APOSTROPHE, { '\'', '@' } },
    { KEY_BACKSLASH, { '#', '~' } },
};

static const struct keymap_row fr[] = {
    { KEY_GRAVE, { 0xB2 } }, { KEY_1, { '&', '1' } },
    { KEY_2, { 0xE9, '2', DEAD(TILDE) } }, { KEY_3, { '"', '3', '#' } },
    { KEY_4, { '\'', '4', '{' } }, { KEY_5, { '(', '5', '[' } },
    { KEY_6, { '-', '6', '|' } }, { KEY_7, { 0xE8, '7', DEAD(GRAVE) } },
    { KEY_8, { '_', '8', '\\' } }, { KEY_9, { 0xE7, '9', '^' } },
    { KEY_0, { 0xE0, '0', '@' } }, { KEY_MINUS, { ')', 0xB0, ']' } },
    { KEY_EQUAL, { '=', '+', '}' } },
    LETTER(KEY_Q, 'a'), LETTER(KEY_W, 'z'), LETTER(KEY_A, 'q'), LETTER(KEY_Z, 'w'),
    LETTER(KEY_SEMICOLON, 'm'), { KEY_E, { 'e', 'E', EURO } },
    { KEY_LEFTBRACE, { DEAD(CIRCUMFLEX), DEAD(DIAERESIS) } },
    { KEY_RIGHTBRACE, { '$', 0xA3, 0xA4 } }, { KEY_APOSTROPHE, { 0xF9, '%' } },
    { KEY_BACKSLASH, { '*', 0xB5 } }, { KEY_102ND, { '<', '>' } },
    { KEY_M, { ',', '?' } }, { KEY_COMMA, { ';', '.' } }, { KEY_DOT, { ':', '/' } },
    { KEY_SLASH, { '!', 0xA7 } },
};

static const struct keymap_row de[] = {
    { KEY_GRAVE, { DEAD(CIRCUMFLEX), 0xB0 } }, { KEY_2, { '2', '"', 0xB2 } },
    { KEY_3, { '3', 0xA7, 0xB3 } }, { KEY_6, { '6', '&' } },
    { KEY_7, { '7', '/', '{' } }, { KEY_8, { '8', '(', '[' } },
    { KEY_9, { '9', ')', ']' } }, { KEY_0, { '0', '=', '}' } },
    { KEY_MINUS, { 0xDF, '?', '\\' } }, { KEY_EQUAL, { DEAD(ACUTE), DEAD(GRAVE) } },
    { KEY_Q, { 'q', 'Q', '@' } }, { KEY_E, { 'e', 'E', EURO } },
    { KEY_M, { 'm', 'M', 0xB5 } }, LETTER(KEY_Y, 'z'), LETTER(KEY_Z, 'y'),
    LETTER(KEY_LEFTBRACE, 0xFC), { KEY_RIGHTBRACE, { '+', '*', '~' } },
    LETTER(KEY_SEMICOLON, 0xF6), LETTER(KEY_APOSTROPHE, 0xE4),
    { KEY_BACKSLASH, { '#', '\'' } }, { KEY_102ND, { '<', '>', '|' } },
    { KEY_COMMA, { ',', ';' } }, { KEY_DOT, { '.', ':' } }, { KEY_SLASH, { '-', '_' } },
};

static const struct keymap_row es[] = {
    { KEY_GRAVE, { 0xBA, 0xAA, '\\' } }, { KEY_1, { '1', '!', '|' } },
    { KEY_2, { '2', '"', '@' } }, { KEY_3, { '3', 0xB7, '#' } },
    { KEY_4, { '4', '$', DEAD(TILDE) } }, { KEY_5, { '5', '%', EURO } },
    { KEY_6, { '6', '&', 0xAC } }, { KEY_7, { '7', '/' } }, { KEY_8, { '8', '(' } },
    { KEY_9, { '9', ')' } }, { KEY_0, { '0', '=' } }, { KEY_MINUS, { '\'', '?' } },
    { KEY_EQUAL, { 0xA1, 0xBF } }, { KEY_E, { 'e', 'E', EURO } },
    { KEY_LEFTBRACE, { DEAD(GRAVE), DEAD(CIRCUMFLEX), '[' } },
    { KEY_RIGHTBRACE, { '+', '*', ']' } }, LETTER(KEY_SEMICOLON, 0xF1),
    { KEY_APOSTROPHE, { DEAD(ACUTE), DEAD(DIAERESIS), '{' } },
    { KEY_BACKSLASH, { 0xE7, 0xC7, '}' } }, { KEY_102ND, { '<', '>' } },
    { KEY_COMMA, { ',', ';' } }, { KEY_DOT, { '.', ':' } }, { KEY_SLASH, { '-', '_' } },
};

static const struct keymap_row it[] = {
    { KEY_GRAVE, { '\\', '|' } }, { KEY_2, { '2', '"' } }, { KEY_3, { '3', 0xA3 } },
    { KEY_5, { '5', '%', EURO } }, { KEY_6, { '6', '&' } }, { KEY_7, { '7', '/' } },
    { KEY_8, { '8', '(' } }, { KEY_9, { '9', ')' } }, { KEY_0, { '0', '=' } },
    { KEY_MINUS, { '\'', '?' } }, { KEY_EQUAL, { 0xEC, '^', '~' } },
    { KEY_E, { 'e', 'E', EURO } }, { KEY_LEFTBRACE, { 0xE8, 0xE9, '[', '{' } },
    { KEY_RIGHTBRACE, { '+', '*', ']', '}' } },
    { KEY_SEMICOLON, { 0xF2, 0xE7, '@' } }, { KEY_APOSTROPHE, { 0xE0, 0xB0, '#' } },
    { KEY_BACKSLASH, { 0xF9, 0xA7 } }, { KEY_102ND, { '<', '>' } },
    { KEY_COMMA, { ',', ';' } }, { KEY_DOT, { '.', ':' } }, { KEY_SLASH, { '-', '_' } },
};

#define COUNTRY(name) { #name, (name), sizeof(name) / sizeof *(name) }

static const struct keymap_country countries[] = {
    { "us", NULL, 0 }, COUNTRY(gb), COUNTRY(fr), COUNTRY(de), COUNTRY(es), COUNTRY(it),
};
/* clang-format on */

const struct keymap_country *
keymap_find(const char *code)
{
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
        if (strcmp(countries[i].code, code) == 0)
            return &countries[i];
    }
    return NULL;
}

const char *
keymap_countries(void)
{
    return "us gb fr de es it";
}

static const struct keymap_row *
find(const struct keymap_row *rows, size_t count, unsigned key)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].key == key)
            return &rows[i];
    }
    return NULL;
}

const struct keymap_row *
keymap_row_us(unsigned key)
{
    return find(us, sizeof us / sizeof *us, key);
}

const struct keymap_row *
keymap_row(const struct keymap_country *country, unsigned key)
{
    const struct keymap_row *row = find(country->rows, country->count, key);
    return row ? row : keymap_row_us(key);
}

uint16_t
keymap_compose(uint16_t accent, uint16_t letter)
{
    static const struct {
        uint16_t accent;
        const char *letters;
        uint16_t made[12];
    } rows[] = {
        { GRAVE,
          "aeiouAEIOU",
          { 0xE0, 0xE8, 0xEC, 0xF2, 0xF9, 0xC0, 0xC8, 0xCC, 0xD2, 0xD9 } },
        { ACUTE,
          "aeiouyAEIOUY",
          { 0xE1, 0xE9, 0xED, 0xF3, 0xFA, 0xFD, 0xC1, 0xC9, 0xCD, 0xD3, 0xDA, 0xDD } },
        { CIRCUMFLEX,
          "aeiouAEIOU",
          { 0xE2, 0xEA, 0xEE, 0xF4, 0xFB, 0xC2, 0xCA, 0xCE, 0xD4, 0xDB } },
        { TILDE, "anoANO", { 0xE3, 0xF1, 0xF5, 0xC3, 0xD1, 0xD5 } },
        { DIAERESIS,
          "aeiouyAEIOU",
          { 0xE4, 0xEB, 0xEF, 0xF6, 0xFC, 0xFF, 0xC4, 0xCB, 0xCF, 0xD6, 0xDC } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].accent != accent || letter == 0 || letter >= 0x80)
            continue;
        const char *at = strchr(rows[i].letters, (char)letter);
        return at ? rows[i].made[at - rows[i].letters] : 0;
    }
    return 0;
}
