#include "ticket/name_pinyin.h"

#include <assert.h>
#include <string.h>

#include "str.h"

#include "pinyin_table.h"

static const size_t override_count =
    sizeof pinyin_overrides / sizeof pinyin_overrides[0];

bool
pinyin_is_han(int32_t c)
{
    return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF) ||
           c == 0x3007;
}

static const char *
usual(int32_t c)
{
    if (c == 0x3007) /* the zero of years and, rarely, of names */
        return "ling";
    if (c < PINYIN_FIRST || c > PINYIN_LAST)
        return "";
    return pinyin_syllables + pinyin_at[c - PINYIN_FIRST];
}

/* Where the syllables of an override begin, each to be copied out up to its space.
 * They are kept as one text in the table; a syllable alone is found in the table of
 * all syllables, so that others[] can point at it. */
static const char *
syllable(const char *reading, size_t length)
{
    const char *at = pinyin_syllables + 1;
    const char *end = pinyin_syllables + sizeof pinyin_syllables - 1;
    while (at < end) {
        size_t n = strlen(at);
        if (n == length && memcmp(at, reading, n) == 0)
            return at;
        at += n + 1;
    }
    return "";
}

/* Characters of the override that begins here, 0 if it does not. */
static size_t
matches(const char *han, const int32_t *run, size_t length)
{
    size_t bytes = strlen(han), at = 0, count = 0;
    while (at < bytes) {
        if (count == length ||
            (int32_t)str_next_character(han, bytes, &at) != run[count])
            return 0;
        count++;
    }
    return count;
}

static void
take_reading(const char *reading, size_t count, const char **others)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(reading, " ");
        const char *found = syllable(reading, length);
        if (found[0])
            others[i] = found;
        reading += length;
        reading += *reading == ' ';
    }
}

/* Applies the first override that fits at `run`; returns its length, else 1. */
static size_t
override_at(const int32_t *run, size_t length, bool begins, const char **others)
{
    for (size_t i = 0; i < override_count; i++) {
        if (pinyin_overrides[i].surname && !begins)
            continue;
        size_t count = matches(pinyin_overrides[i].han, run, length);
        if (count > 0) {
            take_reading(pinyin_overrides[i].reading, count, others);
            return count;
        }
    }
    return 1;
}

bool
pinyin_read(const int32_t *run, size_t length, const char **readings,
            const char **others)
{
    assert(length <= PINYIN_RUN_MAX);
    for (size_t i = 0; i < length; i++)
        readings[i] = others[i] = usual(run[i]);
    for (size_t at = 0; at < length;)
        at += override_at(run + at, length - at, at == 0, others + at);
    for (size_t i = 0; i < length; i++) {
        if (readings[i] != others[i])
            return true;
    }
    return false;
}
