#ifndef YUELAI_NAME_H
#define YUELAI_NAME_H

/* name: how a person's name is looked for. Pure.
 *
 *     "张伟 Đorđe Žižić"  ->  tokens: 张 伟 zhang wei zw zhangwei dorde djordje zizic …
 *
 * Words are folded: case and accents go (utf8proc), and so do the letters that
 * decomposition leaves (đ ł ø ħ ŧ ß æ þ ı …). Han characters stand one by one, beside
 * their reading in pinyin (from Debian's unicode-data, made into a table at build time;
 * surnames with both readings: 单 dan shan), the readings joined, and the initials.
 * Search asks for prefixes of such tokens, in any order.
 */

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum {
    NAME_INDEX_MAX = 4095, /* bytes that one name_index appends at most */
    NAME_QUERY_MAX = 511
};

/* Appends the tokens of text for the index, separated by spaces, each once: words with
 * ü as u and as ue, đ as d and as dj; parts of "O’Connor" and the whole; Cyrillic and
 * Greek in their letters and in Latin; Han as above. Of a text, 1,024 bytes are looked
 * at; ill-formed UTF-8 is passed over. A space goes in front if out is not empty. */
void name_index(struct str *out, const char *text);

/* Appends the tokens of what somebody typed: folded words and single Han characters,
 * separated by spaces, without readings; the first 16. Nothing if there is nothing to
 * look for. */
void name_query(struct str *out, const char *typed);

/* One key to compare people by: folded, spaces and punctuation dropped, words sorted.
 * Two rows with the same key and organisation are likely duplicates. */
void name_key(struct str *out, const char *text);

#endif
