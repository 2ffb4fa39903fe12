#include "ticket/name_fold.h"

#include <string.h>
#include <utf8proc.h>

#include "str.h"
#include "ticket/name_pinyin.h"

/* Letters that decomposition leaves whole, and those that people spell with two. In
 * lower case, by code point. */
struct letter {
    int32_t c;
    const char *plain, *spelled;
};

static const struct letter latin[] = {
    { 0x00E4, "a", "ae" },  /* ä */
    { 0x00E5, "a", "aa" },  /* å */
    { 0x00E6, "ae", "ae" }, /* æ */
    { 0x00F0, "d", "dh" },  /* ð */
    { 0x00F6, "o", "oe" },  /* ö */
    { 0x00F8, "o", "oe" },  /* ø */
    { 0x00FC, "u", "ue" },  /* ü */
    { 0x00FE, "th", "th" }, /* þ */
    { 0x0111, "d", "dj" },  /* đ */
    { 0x0127, "h", "h" },   /* ħ */
    { 0x0131, "i", "i" },   /* ı */
    { 0x0138, "k", "k" },   /* ĸ */
    { 0x0142, "l", "l" },   /* ł */
    { 0x014B, "n", "ng" },  /* ŋ */
    { 0x0153, "oe", "oe" }, /* œ */
    { 0x0167, "t", "t" },   /* ŧ */
    { 0x0180, "b", "b" },   /* ƀ */
    { 0x0192, "f", "f" },   /* ƒ */
    { 0x0199, "k", "k" },   /* ƙ */
    { 0x01B4, "y", "y" },   /* ƴ */
    { 0x01DD, "e", "e" },   /* ǝ */
    { 0x0253, "b", "b" },   /* ɓ */
    { 0x0254, "o", "o" },   /* ɔ */
    { 0x0257, "d", "d" },   /* ɗ */
    { 0x0259, "e", "a" },   /* ə */
    { 0x025B, "e", "e" },   /* ɛ */
    { 0x0268, "i", "i" },   /* ɨ */
    { 0x02BB, "", "" },     /* ʻ */
    { 0x02BC, "", "" },     /* ʼ */
};

/* Letters of Arabic script that people write one for the other. */
static const struct letter arabic[] = {
    { 0x0629, "\xD9\x87", "\xD9\x87" }, /* teh marbuta: heh */
    { 0x0640, "", "" },                 /* tatweel */
    { 0x0649, "\xD9\x8A", "\xD9\x8A" }, /* alef maksura: yeh */
    { 0x0671, "\xD8\xA7", "\xD8\xA7" }, /* alef wasla: alef */
    { 0x06A9, "\xD9\x83", "\xD9\x83" }, /* keheh: kaf */
    { 0x06CC, "\xD9\x8A", "\xD9\x8A" }, /* Farsi yeh: yeh */
};

/* Into Latin: scholarly without its accents (as Serbian Latin is typed), and as
 * passports and English spell it. */
static const struct letter cyrillic[] = {
    { 0x0430, "a", "a" },   { 0x0431, "b", "b" },     { 0x0432, "v", "v" },
    { 0x0433, "g", "g" },   { 0x0434, "d", "d" },     { 0x0435, "e", "e" },
    { 0x0436, "z", "zh" },  { 0x0437, "z", "z" },     { 0x0438, "i", "i" },
    { 0x0439, "j", "y" },   { 0x043A, "k", "k" },     { 0x043B, "l", "l" },
    { 0x043C, "m", "m" },   { 0x043D, "n", "n" },     { 0x043E, "o", "o" },
    { 0x043F, "p", "p" },   { 0x0440, "r", "r" },     { 0x0441, "s", "s" },
    { 0x0442, "t", "t" },   { 0x0443, "u", "u" },     { 0x0444, "f", "f" },
    { 0x0445, "h", "kh" },  { 0x0446, "c", "ts" },    { 0x0447, "c", "ch" },
    { 0x0448, "s", "sh" },  { 0x0449, "sc", "shch" }, { 0x044A, "", "" },
    { 0x044B, "y", "y" },   { 0x044C, "", "" },       { 0x044D, "e", "e" },
    { 0x044E, "ju", "yu" }, { 0x044F, "ja", "ya" },   { 0x0450, "e", "e" },
    { 0x0451, "e", "yo" },  { 0x0452, "dj", "dj" },   { 0x0453, "g", "gj" },
    { 0x0454, "je", "ye" }, { 0x0455, "z", "dz" },    { 0x0456, "i", "i" },
    { 0x0457, "i", "yi" },  { 0x0458, "j", "y" },     { 0x0459, "lj", "ly" },
    { 0x045A, "nj", "ny" }, { 0x045B, "c", "ch" },    { 0x045C, "k", "kj" },
    { 0x045D, "i", "i" },   { 0x045E, "u", "w" },     { 0x045F, "dz", "dzh" },
    { 0x0491, "g", "g" },
};

static const struct letter greek[] = {
    { 0x03B1, "a", "a" },  { 0x03B2, "v", "b" },   { 0x03B3, "g", "g" },
    { 0x03B4, "d", "d" },  { 0x03B5, "e", "e" },   { 0x03B6, "z", "z" },
    { 0x03B7, "i", "e" },  { 0x03B8, "th", "th" }, { 0x03B9, "i", "i" },
    { 0x03BA, "k", "c" },  { 0x03BB, "l", "l" },   { 0x03BC, "m", "m" },
    { 0x03BD, "n", "n" },  { 0x03BE, "x", "x" },   { 0x03BF, "o", "o" },
    { 0x03C0, "p", "p" },  { 0x03C1, "r", "r" },   { 0x03C2, "s", "s" },
    { 0x03C3, "s", "s" },  { 0x03C4, "t", "t" },   { 0x03C5, "y", "u" },
    { 0x03C6, "f", "ph" }, { 0x03C7, "h", "ch" },  { 0x03C8, "ps", "ps" },
    { 0x03C9, "o", "o" },
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct letter *
find_letter(const struct letter *table, size_t count, int32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table[middle].c < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && table[low].c == c ? &table[low] : NULL;
}

/* Characters that compatibility composition leaves as they are whatever stands beside
 * them, as long as that is one of these: no marks among them that could compose. */
static bool
is_settled(unsigned c)
{
    if (c >= 0xC0 && c <= 0x17F) /* IJ ij, L and l with a dot, 'n, long s */
        return c != 0x132 && c != 0x133 && c != 0x13F && c != 0x140 && c != 0x149 &&
               c != 0x17F;
    return c < 0x80 || (c >= 0x0410 && c <= 0x044F) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xAC00 && c <= 0xD7A3);
}

/* Most texts need no composing, which costs more than all else here. */
static bool
take_settled(struct fold_text *text, const char *bytes, size_t length)
{
    text->count = 0;
    for (size_t at = 0; at < length;) {
        unsigned c = (unsigned char)bytes[at];
        if (c < 0x80)
            at++;
        else
            c = str_next_character(bytes, length, &at);
        if (!is_settled(c))
            return false;
        text->points[text->count++] = (int32_t)c;
    }
    return true;
}

void
fold_prepare(struct fold_text *text, const char *bytes)
{
    static const utf8proc_option_t way =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE;
    size_t length = str_cut(bytes, strnlen(bytes, FOLD_TEXT_MAX + 4), FOLD_TEXT_MAX);
    if (take_settled(text, bytes, length))
        return;
    struct str clean;
    str_init(&clean, FOLD_TEXT_MAX);
    for (size_t at = 0; at < length;) {
        size_t from = at;
        unsigned c = str_next_character(bytes, length, &at);
        if (c != 0xFFFD)
            str_add(&clean, bytes + from, at - from);
    }

    utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)clean.data,
                                                (utf8proc_ssize_t)clean.length,
                                                text->points, FOLD_POINTS_MAX, way);
    if (count > FOLD_POINTS_MAX) /* what did not fit was not written */
        count = FOLD_POINTS_MAX;
    if (count > 0)
        count = utf8proc_normalize_utf32(text->points, count, way);
    text->count = count > 0 ? (size_t)count : 0;
    str_finish(&clean);
}

static bool
is_ascii_letter(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
is_apostrophe(int32_t c)
{
    return c == '\'' || c == 0x2019 || c == 0x2018 || c == '`' || c == 0x00B4;
}

static bool
is_joiner(int32_t c)
{
    return is_apostrophe(c) || c == '-' || c == 0x2010 || c == 0x2011;
}

static bool
is_space(int32_t c)
{
    return c == ' ' || c == '\t' || c == 0x3000 || c == 0x00A0;
}

static bool
is_letter(int32_t c)
{
    if (c < 0x80)
        return is_ascii_letter(c);
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default: /* joiners of Indic and Persian words are left out by fold_add */
        return c == 0x200C || c == 0x200D;
    }
}

static enum fold_script
script_of(int32_t c)
{
    if (pinyin_is_han(c))
        return FOLD_HAN;
    if (c >= 0x0370 && c <= 0x03FF)
        return FOLD_GREEK;
    if (c >= 0x0400 && c <= 0x052F)
        return FOLD_CYRILLIC;
    if (c >= 0x0600 && c <= 0x077F)
        return FOLD_ARABIC;
    if (c >= 0xAC00 && c <= 0xD7A3)
        return FOLD_HANGUL;
    return FOLD_LATIN;
}

/* What stands between this word, which ends before `at`, and the next. */
static enum fold_gap
gap_at(const struct fold_text *text, size_t at)
{
    size_t from = at;
    if (at + 1 < text->count && is_joiner(text->points[at]) &&
        is_letter(text->points[at + 1]))
        return FOLD_JOINED;
    while (at < text->count && is_space(text->points[at]))
        at++;
    if (at == text->count || !is_letter(text->points[at]))
        return FOLD_FAR;
    return at == from ? FOLD_ADJOINS : FOLD_SPACE;
}

bool
fold_next(const struct fold_text *text, size_t *at, struct fold_word *word)
{
    while (*at < text->count && !is_letter(text->points[*at]))
        (*at)++;
    if (*at == text->count)
        return false;

    size_t end = *at + 1;
    *word = (struct fold_word){ .at = text->points + *at,
                                .script = script_of(text->points[*at]) };
    while (word->script != FOLD_HAN && end < text->count &&
           is_letter(text->points[end]) && !pinyin_is_han(text->points[end]))
        end++;
    word->count = end - *at;
    word->gap = gap_at(text, end);
    *at = end;
    return true;
}

static bool
put(char *to, size_t *length, const char *bytes, size_t count)
{
    if (*length + count > FOLD_WORD_MAX)
        return false;
    memcpy(to + *length, bytes, count);
    *length += count;
    to[*length] = '\0';
    return true;
}

static const char *
special(int32_t c, enum fold_way way)
{
    const struct letter *letter = find_letter(latin, COUNT(latin), c);
    if (!letter)
        letter = find_letter(arabic, COUNT(arabic), c);
    if (!letter && way != FOLD_PLAIN) {
        letter = find_letter(cyrillic, COUNT(cyrillic), c);
        if (!letter)
            letter = find_letter(greek, COUNT(greek), c);
    }
    if (!letter)
        return NULL;
    return way == FOLD_SPELLED ? letter->spelled : letter->plain;
}

/* A letter as decomposition and case folding leave it; the parts are looked up again,
 * for an accent may have hidden a special letter (ǿ, ή). */
static bool
put_folded(int32_t c, enum fold_way way, char *to, size_t *length)
{
    utf8proc_int32_t parts[16];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        c, parts, 16,
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
            UTF8PROC_STRIPMARK | UTF8PROC_IGNORE,
        &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < 16; i++) {
        const char *text = special(parts[i], way);
        utf8proc_uint8_t bytes[4];
        size_t n = text ? strlen(text) : (size_t)utf8proc_encode_char(parts[i], bytes);
        if (!put(to, length, text ? text : (const char *)bytes, n))
            return false;
    }
    return true;
}

/* What people type as it is: a syllable of Hangul, a Han character that is no other's
 * double. */
static bool
is_whole(int32_t c)
{
    return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x4E00 && c <= 0x9FFF);
}

void
fold_add(const struct fold_word *word, enum fold_way way, char *to, size_t *length)
{
    to[*length] = '\0';
    for (size_t i = 0; i < word->count; i++) {
        int32_t c = word->at[i];
        if (is_ascii_letter(c)) {
            char lower = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
            if (!put(to, length, &lower, 1))
                return;
            continue;
        }
        c = utf8proc_tolower(c);
        bool whole = is_whole(c);
        const char *text = whole ? NULL : special(c, way);
        utf8proc_uint8_t bytes[4] = { 0 };
        bool fits;
        if (text)
            fits = put(to, length, text, strlen(text));
        else if (whole)
            fits =
                put(to, length, (char *)bytes, (size_t)utf8proc_encode_char(c, bytes));
        else
            fits = put_folded(c, way, to, length);
        if (!fits)
            return;
    }
}
