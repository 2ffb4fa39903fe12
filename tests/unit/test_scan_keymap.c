#include "../../drivers/scan_keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/input-event-codes.h>

/* Strokes of a sample: a key alone goes down and up; 0 ends the row. */
enum { DOWN = 0x1000, UP = 0x2000, HELD = 0x4000, KEY = 0x0FFF };
enum { STROKES_MAX = 24 };

/* Types the strokes and gives back the bytes as a text. */
static const char *
type(struct keymap *keymap, const int *strokes, char *text)
{
    size_t used = 0;
    for (; *strokes; strokes++) {
        uint8_t bytes[KEYMAP_BYTES_MAX];
        bool alone = (*strokes & ~KEY) == 0;
        int values[] = { 1, 0 };
        size_t count = alone ? 2 : 1;
        if (!alone)
            values[0] = *strokes & DOWN ? 1 : *strokes & HELD ? 2 : 0;
        for (size_t i = 0; i < count; i++) {
            size_t n = keymap_key(keymap, (unsigned)(*strokes & KEY), values[i], bytes);
            assert_true(n <= KEYMAP_BYTES_MAX);
            memcpy(text + used, bytes, n);
            used += n;
        }
    }
    text[used] = '\0';
    return text;
}

#define SHIFTED(key) DOWN | KEY_LEFTSHIFT, (key), UP | KEY_LEFTSHIFT
#define ALTGR(key) DOWN | KEY_RIGHTALT, (key), UP | KEY_RIGHTALT

static void
a_scanner_of_each_country_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *country;
        int strokes[STROKES_MAX];
        const char *text;
    } samples[] = {
        { "us", { SHIFTED(KEY_C), KEY_7, KEY_MINUS, KEY_SLASH, KEY_ENTER }, "C7-/\r" },
        { "us", { SHIFTED(KEY_MINUS), SHIFTED(KEY_EQUAL), KEY_TAB }, "_+\t" },
        { "us", { DOWN | KEY_RIGHTSHIFT, KEY_A, KEY_B, UP | KEY_RIGHTSHIFT }, "AB" },
        { "us", { KEY_KP4, KEY_KP2, KEY_KPMINUS, KEY_KPENTER }, "42-\r" },
        { "gb", { SHIFTED(KEY_APOSTROPHE), SHIFTED(KEY_2), KEY_BACKSLASH }, "@\"#" },
        { "fr", { KEY_Q, KEY_A, KEY_W, KEY_Z, KEY_SEMICOLON, KEY_M }, "aqzwm," },
        { "fr", { SHIFTED(KEY_1), SHIFTED(KEY_0), KEY_6, KEY_8 }, "10-_" },
        { "fr", { SHIFTED(KEY_DOT), KEY_DOT, ALTGR(KEY_0), KEY_2 }, "/:@\xC3\xA9" },
        { "fr", { KEY_LEFTBRACE, KEY_SPACE, KEY_LEFTBRACE, KEY_E }, "^\xC3\xAA" },
        { "fr",
          { ALTGR(KEY_5), ALTGR(KEY_MINUS), ALTGR(KEY_4), ALTGR(KEY_EQUAL) },
          "[]{}" },
        { "de", { KEY_Y, KEY_Z, SHIFTED(KEY_Y), KEY_SLASH }, "zyZ-" },
        { "de",
          { SHIFTED(KEY_7), SHIFTED(KEY_0), ALTGR(KEY_Q), ALTGR(KEY_E) },
          "/=@\xE2\x82\xAC" },
        { "de",
          { KEY_LEFTBRACE, SHIFTED(KEY_APOSTROPHE), KEY_MINUS },
          "\xC3\xBC\xC3\x84\xC3\x9F" },
        { "es",
          { KEY_SEMICOLON, ALTGR(KEY_2), KEY_APOSTROPHE, KEY_A },
          "\xC3\xB1@\xC3\xA1" },
        { "it", { ALTGR(KEY_SEMICOLON), SHIFTED(KEY_7), SHIFTED(KEY_EQUAL) }, "@/^" },
        { "it",
          { DOWN | KEY_RIGHTALT, SHIFTED(KEY_LEFTBRACE), UP | KEY_RIGHTALT },
          "{" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct keymap keymap;
        char text[64];
        keymap_init(&keymap, keymap_find(samples[i].country));
        assert_string_equal(type(&keymap, samples[i].strokes, text), samples[i].text);
    }
}

static void
what_a_keyboard_lacks_comes_by_other_ways(void **state)
{
    (void)state;
    static const struct {
        const char *country;
        int strokes[STROKES_MAX];
        const char *text;
    } samples[] = {
        { "us",
          { KEY_0, DOWN | KEY_LEFTCTRL, KEY_RIGHTBRACE, UP | KEY_LEFTCTRL, KEY_2 },
          "0\x1D"
          "2" },
        { "fr", { DOWN | KEY_RIGHTCTRL, KEY_RIGHTBRACE, UP | KEY_RIGHTCTRL }, "\x1D" },
        { "de", { DOWN | KEY_LEFTCTRL, KEY_RIGHTBRACE, UP | KEY_LEFTCTRL }, "\x1D" },
        { "us",
          { DOWN | KEY_LEFTCTRL, KEY_M, KEY_J, KEY_I, UP | KEY_LEFTCTRL },
          "\r\n\t" },
        { "fr", { DOWN | KEY_LEFTCTRL, KEY_SEMICOLON, UP | KEY_LEFTCTRL }, "\r" },
        { "us", { DOWN | KEY_LEFTCTRL, SHIFTED(KEY_6), UP | KEY_LEFTCTRL }, "\x1E" },
        { "us", { KEY_F8 }, "\x1D" },
        { "de",
          { DOWN | KEY_LEFTCTRL, DOWN | KEY_LEFTALT, KEY_Q, UP | KEY_LEFTALT,
            UP | KEY_LEFTCTRL },
          "@" },
        /* Alt numbers: decimal, with a zero in front, a byte, a Unicode character */
        { "us", { DOWN | KEY_LEFTALT, KEY_KP6, KEY_KP5, UP | KEY_LEFTALT }, "A" },
        { "fr",
          { DOWN | KEY_LEFTALT, KEY_KP0, KEY_KP6, KEY_KP5, UP | KEY_LEFTALT,
            KEY_ENTER },
          "A\r" },
        { "us",
          { DOWN | KEY_LEFTALT, KEY_KP0, KEY_KP1, KEY_KP3, UP | KEY_LEFTALT },
          "\r" },
        { "us",
          { DOWN | KEY_LEFTALT, KEY_KP0, KEY_KP2, KEY_KP3, KEY_KP0, UP | KEY_LEFTALT },
          "\xE6" },
        { "us",
          { DOWN | KEY_LEFTALT, KEY_KP2, KEY_KP4, KEY_KP7, KEY_KP1, KEY_KP8,
            UP | KEY_LEFTALT },
          "\xE6\x82\x8E" },
        { "us", { DOWN | KEY_LEFTALT, UP | KEY_LEFTALT, KEY_A }, "a" },
        { "us",
          { DOWN | KEY_LEFTALT, KEY_KP9, KEY_KP9, KEY_KP9, KEY_KP9, KEY_KP9, KEY_KP9,
            KEY_KP9, KEY_KP9, UP | KEY_LEFTALT },
          "\x1A" },
        { "us",
          { KEY_CAPSLOCK, KEY_A, SHIFTED(KEY_B), KEY_1, KEY_CAPSLOCK, KEY_C },
          "Ab1c" },
        { "de", { KEY_CAPSLOCK, KEY_LEFTBRACE }, "\xC3\x9C" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct keymap keymap;
        char text[64];
        keymap_init(&keymap, keymap_find(samples[i].country));
        assert_string_equal(type(&keymap, samples[i].strokes, text), samples[i].text);
    }
}

static void
keys_that_write_nothing_are_passed_over_and_those_without_a_character_are_not(
    void **state)
{
    (void)state;
    static const struct {
        int strokes[STROKES_MAX];
        const char *text;
    } samples[] = {
        { { KEY_NUMLOCK, KEY_LEFTMETA, KEY_VOLUMEUP, KEY_POWER, KEY_A }, "a" },
        { { DOWN | KEY_A, HELD | KEY_A, HELD | KEY_A, UP | KEY_A }, "a" },
        { { KEY_A, ALTGR(KEY_B), KEY_C },
          "a\x1A"
          "c" },
        { { DOWN | KEY_LEFTSHIFT, HELD | KEY_LEFTSHIFT, KEY_A, UP | KEY_LEFTSHIFT },
          "A" },
        { { KEY_ESC, KEY_BACKSPACE }, "\x1B\x08" },
        { { 0x2FF, 0x300, 0xFFF, KEY_A }, "a" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct keymap keymap;
        char text[64];
        keymap_init(&keymap, keymap_find("us"));
        assert_string_equal(type(&keymap, samples[i].strokes, text), samples[i].text);
    }
}

static void
after_a_reset_nothing_is_held(void **state)
{
    (void)state;
    static const int before[] = { DOWN | KEY_LEFTSHIFT, KEY_CAPSLOCK,
                                  DOWN | KEY_LEFTALT, KEY_KP6, 0 };
    static const int after[] = { KEY_A, UP | KEY_LEFTALT, UP | KEY_LEFTSHIFT, KEY_B,
                                 0 };
    struct keymap keymap;
    char text[64];

    keymap_init(&keymap, keymap_find("us"));
    type(&keymap, before, text);
    keymap_reset(&keymap);
    assert_string_equal(type(&keymap, after, text), "ab");
}

/* What codes are made of can be typed in every country, by one key and its levels. */
static void
every_country_can_write_all_of_ascii(void **state)
{
    (void)state;
    static const char *const countries[] = { "us", "gb", "fr", "de", "es", "it" };
    static const int holds[][2] = { { 0, 0 },
                                    { KEY_LEFTSHIFT, 0 },
                                    { KEY_RIGHTALT, 0 },
                                    { KEY_LEFTSHIFT, KEY_RIGHTALT } };
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
        bool written[128] = { false };
        assert_non_null(strstr(keymap_countries(), countries[i]));
        for (size_t h = 0; h < sizeof holds / sizeof *holds; h++) {
            for (int key = KEY_1; key <= KEY_102ND; key++) {
                const int strokes[] = {
                    DOWN | (holds[h][0] ? holds[h][0] : KEY_UNKNOWN),
                    DOWN | (holds[h][1] ? holds[h][1] : KEY_UNKNOWN), key, KEY_SPACE, 0
                };
                struct keymap keymap;
                char text[64];
                keymap_init(&keymap, keymap_find(countries[i]));
                type(&keymap, strokes, text);
                if ((unsigned char)text[0] < 128)
                    written[(unsigned char)text[0]] = true;
            }
        }
        for (char c = ' '; c < 0x7F; c++) {
            bool absent = strchr("`~", c) && strcmp(countries[i], "it") == 0;
            assert_true(written[(unsigned char)c] || absent);
        }
    }
}

static void
a_country_that_is_not_known_is_not_guessed(void **state)
{
    (void)state;
    static const char *const unknown[] = { "", "US", "cn", "u", "usa" };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_null(keymap_find(unknown[i]));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scanner_of_each_country_is_understood),
        cmocka_unit_test(what_a_keyboard_lacks_comes_by_other_ways),
        cmocka_unit_test(
            keys_that_write_nothing_are_passed_over_and_those_without_a_character_are_not),
        cmocka_unit_test(after_a_reset_nothing_is_held),
        cmocka_unit_test(every_country_can_write_all_of_ascii),
        cmocka_unit_test(a_country_that_is_not_known_is_not_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
