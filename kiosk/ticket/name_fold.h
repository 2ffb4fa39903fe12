#ifndef YUELAI_NAME_FOLD_H
#define YUELAI_NAME_FOLD_H

/* name_fold: words of a text, and a word without case and accents.
 *
 *     "O’Connor, Đorđe (张伟)"   ->   O + Connor | Đorđe | 张 | 伟
 *                                     ('+': the apostrophe may be left out)
 *
 * Works on code points in compatibility composition (NFKC): full-width letters,
 * ligatures and decomposed input are one spelling from here on. For ticket/name only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FOLD_TEXT_MAX = 1024,   /* bytes of a text that are looked at */
    FOLD_POINTS_MAX = 2048, /* code points of it, decomposed */
    FOLD_WORD_MAX = 95      /* bytes of a folded word; cut there */
};

struct fold_text {
    int32_t points[FOLD_POINTS_MAX];
    size_t count;
};

enum fold_script {
    FOLD_LATIN, /* and all that has no ways of its own here */
    FOLD_HAN,   /* always one character */
    FOLD_CYRILLIC,
    FOLD_GREEK,
    FOLD_ARABIC,
    FOLD_HANGUL
};

enum fold_gap {
    FOLD_FAR,     /* anything else, or no word follows */
    FOLD_ADJOINS, /* nothing: a Han character before or behind */
    FOLD_SPACE,   /* spaces only */
    FOLD_JOINED   /* an apostrophe or a hyphen */
};

struct fold_word {
    const int32_t *at; /* into the text */
    size_t count;
    enum fold_script script;
    enum fold_gap gap; /* to the next word */
};

enum fold_way {
    FOLD_PLAIN,   /* ü u, đ d, å a; Cyrillic and Greek in their own letters */
    FOLD_SPELLED, /* ü ue, đ dj, å aa; Cyrillic and Greek in Latin, as in a passport */
    FOLD_SCHOLARLY /* Cyrillic and Greek in Latin without accents: ж z, ч c, ш s */
};

/* Text that is no UTF-8 loses its ill-formed bytes; one over FOLD_TEXT_MAX its end. */
void fold_prepare(struct fold_text *text, const char *bytes);

/* The next word from *at on; false at the end. */
bool fold_next(const struct fold_text *text, size_t *at, struct fold_word *word);

/* Appends the folded word to `to`, which has room for FOLD_WORD_MAX + 1 and holds
 * *length bytes; cut at a character's end. */
void fold_add(const struct fold_word *word, enum fold_way way, char *to,
              size_t *length);

#endif
