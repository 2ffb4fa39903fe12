#include "ticket/name_suspect.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <utf8proc.h>

#include "str.h"
#include "ticket/name.h"

static const char *const texts_of[NAME_SUSPICION_COUNT] = {
    [NAME_FINE] = "",
    [NAME_EMPTY] = "no name",
    [NAME_IS_A_TEST] = "looks like a test",
    [NAME_IS_AN_ADDRESS] = "looks like an address",
    [NAME_HAS_DIGITS] = "has digits",
    [NAME_IN_CAPITALS] = "in capitals only",
    [NAME_IN_SMALL_LETTERS] = "in small letters only",
    [NAME_IS_AN_ORGANISATION] = "looks like an organisation",
    [NAME_IS_SWAPPED] = "two fields look swapped",
    [NAME_STANDS_TWICE] = "stands there twice",
};

const char *
name_suspicion_text(enum name_suspicion suspicion)
{
    return texts_of[suspicion];
}

/* ---- letters ------------------------------------------------------------------ */

struct letters {
    unsigned upper, lower, other, digits, latin, words;
};

static bool
is_latin(unsigned c)
{
    return (c < 0x250 && c != 0xD7 && c != 0xF7) || (c >= 0x1E00 && c < 0x1F00);
}

static void
count_letter(struct letters *letters, unsigned c)
{
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
        letters->upper++;
        break;
    case UTF8PROC_CATEGORY_LL:
        letters->lower++;
        break;
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_LM:
        letters->other++;
        break;
    case UTF8PROC_CATEGORY_ND:
        letters->digits++;
        return;
    default:
        return;
    }
    letters->latin += is_latin(c);
}

static struct letters
count_letters(const char *text)
{
    struct letters letters = { 0 };
    size_t length = strlen(text), at = 0;
    bool in_word = false;
    while (at < length) {
        unsigned c = str_next_character(text, length, &at);
        count_letter(&letters, c);
        letters.words += c != ' ' && !in_word;
        in_word = c != ' ';
    }
    return letters;
}

static unsigned
letters_of(const struct letters *letters)
{
    return letters->upper + letters->lower + letters->other;
}

/* ---- words -------------------------------------------------------------------- */

/* Folded words; what stands among them is one whole word or all of it. */
static const char *const tests[] = {
    "test",    "tester",  "testing", "asdf",   "asdfgh", "qwer",   "qwerty", "abc",
    "dummy",   "example", "foo",     "foobar", "none",   "null",   "n a",    "na",
    "unknown", "noname",  "tbd",     "tba",    "prueba", "teste",  "probe",  "тест",
    "нет",     "测 试",   "無",      "无",     "テスト", "테스트",
};
static const char *const organisations[] = {
    "gmbh",        "ag",          "ltd",         "limited",     "inc",
    "llc",         "corp",        "co",          "plc",         "sa",
    "bv",          "spa",         "srl",         "doo",         "ooo",
    "univ",        "university",  "universität", "universitat", "universidade",
    "universidad", "universitet", "univerzitet", "institute",   "institut",
    "company",     "ministry",    "embassy",     "foundation",  "association",
    "college",     "школа",       "университет", "ооо",
};
static const char *const han_organisations[] = { "公司",   "大学",   "集团",
                                                 "学院",   "研究所", "研究院",
                                                 "委员会", "協会",   "株式会社" };

static bool
stands_in(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word)) {
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* A given name may be any of these words: two-letter ones count at the end alone. */
static bool
is_organisation(const char *text, const char *words)
{
    size_t length = strlen(words);
    for (size_t i = 0; i < sizeof organisations / sizeof *organisations; i++) {
        size_t word = strlen(organisations[i]);
        bool at_end = length > word + 1 && words[length - word - 1] == ' ' &&
                      strcmp(words + length - word, organisations[i]) == 0;
        if (at_end || (word > 3 && stands_in(words, organisations[i])))
            return true;
    }
    for (size_t i = 0; i < sizeof han_organisations / sizeof *han_organisations; i++) {
        if (strstr(text, han_organisations[i]))
            return true;
    }
    return false;
}

/* Somebody held a key down: "aaa", "xxxx". */
static bool
is_one_key(const char *words)
{
    size_t length = strlen(words);
    return length > 2 && strspn(words, (char[]){ words[0], '\0' }) == length;
}

static bool
is_test(const char *words)
{
    if (is_one_key(words))
        return true;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        if (strcmp(words, tests[i]) == 0)
            return true;
    }
    return stands_in(words, "test") || stands_in(words, "asdf") ||
           stands_in(words, "测 试");
}

/* "Anna Li Anna Li": the same half twice. */
static bool
is_twice(const char *text)
{
    size_t length = strlen(text);
    size_t half = length / 2;
    return length % 2 == 1 && half > 1 && text[half] == ' ' &&
           memcmp(text, text + half + 1, half) == 0;
}

static bool
is_address(const char *text)
{
    return strchr(text, '@') || strstr(text, "://") || strstr(text, "www.");
}

/* ---- all of it ---------------------------------------------------------------- */

static void
fold(struct str *to, const char *text)
{
    str_init(to, NAME_QUERY_MAX * 4);
    name_query(to, text);
}

static enum name_suspicion
judge_fields(const struct name_texts *texts, const char *words)
{
    struct letters name = count_letters(texts->name);
    struct letters latin = count_letters(texts->latin);
    struct str other;
    fold(&other, texts->organisation);
    bool same = other.length > 0 && strcmp(words, other.data) == 0;
    bool theirs = is_organisation(texts->organisation, other.data);
    bool ours = is_organisation(texts->name, words);
    bool two_words = count_letters(texts->organisation).words == 2;
    str_finish(&other);
    if (letters_of(&latin) > 0 && latin.latin == 0 && name.latin == letters_of(&name))
        return NAME_IS_SWAPPED;
    if (ours && !theirs && two_words)
        return NAME_IS_SWAPPED;
    return same || ours ? NAME_IS_AN_ORGANISATION : NAME_FINE;
}

static enum name_suspicion
judge_case(const struct letters *letters)
{
    if (letters->words < 2 || letters->other > 0)
        return NAME_FINE;
    if (letters->lower == 0 && letters->upper > letters->words * 2)
        return NAME_IN_CAPITALS;
    return letters->upper == 0 && letters->lower > 2 ? NAME_IN_SMALL_LETTERS
                                                     : NAME_FINE;
}

enum name_suspicion
name_suspect(const struct name_texts *texts)
{
    struct letters letters = count_letters(texts->name);
    enum name_suspicion suspicion = NAME_FINE;
    struct str words;
    fold(&words, texts->name);
    if (is_address(texts->name))
        suspicion = NAME_IS_AN_ADDRESS;
    else if (is_test(words.data))
        suspicion = NAME_IS_A_TEST;
    else if (letters_of(&letters) == 0 && letters.digits == 0)
        suspicion = NAME_EMPTY;
    else if (letters.digits > 0)
        suspicion = NAME_HAS_DIGITS;
    else if (is_twice(texts->name))
        suspicion = NAME_STANDS_TWICE;
    if (suspicion == NAME_FINE)
        suspicion = judge_fields(texts, words.data);
    str_finish(&words);
    return suspicion == NAME_FINE ? judge_case(&letters) : suspicion;
}
