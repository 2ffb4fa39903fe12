#include "ticket/name.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ticket/name_fold.h"
#include "ticket/name_pinyin.h"

enum {
    PINYIN_TEXT_MAX = FOLD_WORD_MAX + 1,
    NAME_HAN_SPLIT = 3, /* "王 小明": parts up to this are one name */
    PAIR_MAX = 20,
    QUERY_WORDS_MAX = 16,
    KEY_WORDS_MAX = 64
};

/* The tokens of one call; each is written once. */
struct tokens {
    struct str *out;
    size_t from; /* where this call's tokens begin in out */
    size_t max;  /* bytes of them */
};

static bool
has_token(const struct tokens *tokens, const char *token, size_t length)
{
    const char *at = tokens->out->data + tokens->from;
    const char *end = tokens->out->data + tokens->out->length;
    while (at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        size_t n = space ? (size_t)(space - at) : (size_t)(end - at);
        if (n == length && memcmp(at, token, n) == 0)
            return true;
        at += n + 1;
    }
    return false;
}

static void
add_token(struct tokens *tokens, const char *token)
{
    size_t length = strlen(token);
    if (length == 0 || tokens->out->length - tokens->from + length + 1 > tokens->max ||
        has_token(tokens, token, length))
        return;
    if (tokens->out->length > 0)
        str_add_char(tokens->out, ' ');
    if (tokens->from > 0 && tokens->out->length == tokens->from + 1)
        tokens->from++;
    str_add(tokens->out, token, length);
}

/* ---- words ----------------------------------------------------------------- */

static void
add_folded(struct tokens *tokens, const struct fold_word *word, enum fold_way way)
{
    char text[FOLD_WORD_MAX + 1];
    size_t length = 0;
    fold_add(word, way, text, &length);
    add_token(tokens, text);
}

/* A word without its first characters: the given name of 김민준, العلي without ال. */
static void
add_rest(struct tokens *tokens, const struct fold_word *word, size_t skip)
{
    struct fold_word rest = *word;
    rest.at += skip;
    rest.count -= skip;
    add_folded(tokens, &rest, FOLD_PLAIN);
}

static bool
has_article(const struct fold_word *word)
{
    return word->count > 4 && word->at[0] == 0x0627 && word->at[1] == 0x0644;
}

static void
add_word(struct tokens *tokens, const struct fold_word *word)
{
    add_folded(tokens, word, FOLD_PLAIN);
    add_folded(tokens, word, FOLD_SPELLED);
    if (word->script == FOLD_CYRILLIC || word->script == FOLD_GREEK)
        add_folded(tokens, word, FOLD_SCHOLARLY);
    if (word->script == FOLD_HANGUL && (word->count == 3 || word->count == 4))
        add_rest(tokens, word, word->count - 2);
    if (word->script == FOLD_ARABIC && has_article(word))
        add_rest(tokens, word, 2);
}

/* "Mayer-Schönberger", "O’Connor": the parts also as one word. */
struct compound {
    char plain[FOLD_WORD_MAX + 1], spelled[FOLD_WORD_MAX + 1];
    size_t plain_length, spelled_length;
    unsigned parts;
};

static void
add_to_compound(struct tokens *tokens, struct compound *compound,
                const struct fold_word *word)
{
    if (compound->parts > 0 || word->gap == FOLD_JOINED) {
        fold_add(word, FOLD_PLAIN, compound->plain, &compound->plain_length);
        fold_add(word, FOLD_SPELLED, compound->spelled, &compound->spelled_length);
        compound->parts++;
    }
    if (word->gap != FOLD_JOINED && compound->parts > 0) {
        add_token(tokens, compound->plain);
        add_token(tokens, compound->spelled);
        *compound = (struct compound){ .parts = 0 };
    }
}

/* ---- Han ------------------------------------------------------------------- */

/* A syllable with its v, or as u, or as yu: 吕 is lv on keyboards, LU or LYU in
 * passports. */
static void
put_syllable(char *to, size_t *length, const char *syllable, const char *for_v)
{
    for (const char *at = syllable; *at; at++) {
        const char *put = *at == 'v' ? for_v : (char[]){ *at, '\0' };
        size_t n = strlen(put);
        if (*length + n >= PINYIN_TEXT_MAX)
            return;
        memcpy(to + *length, put, n);
        *length += n;
    }
    to[*length] = '\0';
}

static void
add_joined(struct tokens *tokens, const char *const *readings, size_t count,
           const char *for_v)
{
    char text[PINYIN_TEXT_MAX] = "";
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        put_syllable(text, &length, readings[i], for_v);
    add_token(tokens, text);
}

static void
add_initials(struct tokens *tokens, const char *const *readings, size_t count)
{
    char text[PINYIN_RUN_MAX + 1];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (readings[i][0])
            text[length++] = readings[i][0];
    }
    text[length] = '\0';
    if (length > 1)
        add_token(tokens, text);
}

static bool
has_v(const char *const *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strchr(readings[i], 'v'))
            return true;
    }
    return false;
}

/* All that one way of reading a run gives: zhang wei ming, zhangweiming, weiming, zwm.
 */
static void
add_readings(struct tokens *tokens, const char *const *readings, size_t count)
{
    static const char *const spellings[] = { "v", "u", "yu" };
    size_t ways = has_v(readings, count) ? 3 : 1;
    for (size_t way = 0; way < ways; way++) {
        for (size_t i = 0; i < count; i++)
            add_joined(tokens, readings + i, 1, spellings[way]);
        add_joined(tokens, readings, count, spellings[way]);
        if (count == 3 || count == 4)
            add_joined(tokens, readings + 1, count - 1, spellings[way]);
        if (count == 4)
            add_joined(tokens, readings + 2, 2, spellings[way]);
    }
    add_initials(tokens, readings, count);
}

/* Han characters that are read together. */
struct run {
    int32_t han[PINYIN_RUN_MAX];
    size_t count, part; /* part: since the last space */
};

static void
finish_run(struct tokens *tokens, struct run *run)
{
    const char *readings[PINYIN_RUN_MAX], *others[PINYIN_RUN_MAX];
    if (run->count > 0) {
        bool differ = pinyin_read(run->han, run->count, readings, others);
        add_readings(tokens, readings, run->count);
        if (differ)
            add_readings(tokens, others, run->count);
    }
    run->count = run->part = 0;
}

static void
add_han(struct tokens *tokens, struct run *run, const struct fold_word *word)
{
    add_folded(tokens, word, FOLD_PLAIN);
    run->han[run->count++] = word->at[0];
    run->part++;
    if (word->gap == FOLD_SPACE && run->part <= NAME_HAN_SPLIT)
        run->part = 0; /* "王 小明": read on behind the space */
    else if (word->gap != FOLD_ADJOINS || run->count == PINYIN_RUN_MAX)
        finish_run(tokens, run);
    if (run->count == PINYIN_RUN_MAX)
        finish_run(tokens, run);
}

/* ---- two words ------------------------------------------------------------- */

/* "Zhang Wei", typed without the space. */
struct pair {
    char text[FOLD_WORD_MAX + 1];
    size_t length;
    unsigned words;
};

static void
add_to_pair(struct pair *pair, const struct fold_word *word)
{
    if (word->script == FOLD_LATIN && pair->words++ < 2)
        fold_add(word, FOLD_PLAIN, pair->text, &pair->length);
}

static void
finish_pair(struct tokens *tokens, const struct pair *pair)
{
    if (pair->words == 2 && pair->length <= PAIR_MAX)
        add_token(tokens, pair->text);
}

/* ---- the three of the header ----------------------------------------------- */

void
name_index(struct str *out, const char *text)
{
    struct fold_text folded;
    struct tokens tokens = { out, out->length, NAME_INDEX_MAX };
    struct compound compound = { .parts = 0 };
    struct run run = { .count = 0 };
    struct pair pair = { .words = 0 };
    struct fold_word word;

    fold_prepare(&folded, text);
    for (size_t at = 0; fold_next(&folded, &at, &word);) {
        if (word.script == FOLD_HAN) {
            add_han(&tokens, &run, &word);
            continue;
        }
        finish_run(&tokens, &run);
        add_word(&tokens, &word);
        add_to_compound(&tokens, &compound, &word);
        add_to_pair(&pair, &word);
    }
    finish_run(&tokens, &run);
    finish_pair(&tokens, &pair);
}

void
name_query(struct str *out, const char *typed)
{
    struct fold_text folded;
    struct tokens tokens = { out, out->length, NAME_QUERY_MAX };
    struct fold_word word;

    fold_prepare(&folded, typed);
    unsigned words = 0;
    for (size_t at = 0; words < QUERY_WORDS_MAX && fold_next(&folded, &at, &word);
         words++)
        add_folded(&tokens, &word, FOLD_PLAIN);
}

static int
by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

void
name_key(struct str *out, const char *text)
{
    char words[KEY_WORDS_MAX][FOLD_WORD_MAX + 1];
    struct fold_text folded;
    struct fold_word word;
    size_t count = 0;

    fold_prepare(&folded, text);
    for (size_t at = 0; count < KEY_WORDS_MAX && fold_next(&folded, &at, &word);) {
        size_t length = 0;
        fold_add(&word, FOLD_PLAIN, words[count], &length);
        count += length > 0;
    }
    qsort(words, count, sizeof words[0], by_bytes);
    for (size_t i = 0; i < count; i++)
        str_add_text(out, words[i]);
}
