#ifndef YUELAI_NAME_PINYIN_H
#define YUELAI_NAME_PINYIN_H

/* name_pinyin: how Han characters are read, without tones.
 *
 *     单 晓 明   usual  dan  xiao ming     (Unihan, one reading a character)
 *                       shan xiao ming     (with the overrides of templates/lang)
 *
 * The table is made at build time by pinyin.cmake. u with diaeresis is written v here.
 * For ticket/name only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PINYIN_RUN_MAX = 64 }; /* characters that are read at once */

/* True for the characters that names are written with in Chinese; with a reading or
 * without. */
bool pinyin_is_han(int32_t c);

/* Fills readings (a syllable a character, "" if it has none) as Unihan has them, and
 * others where the overrides say otherwise; returns true if any of them differs. `run`
 * is at most PINYIN_RUN_MAX Han characters and begins a name. Texts are static. */
bool pinyin_read(const int32_t *run, size_t length, const char **readings,
                 const char **others);

#endif
