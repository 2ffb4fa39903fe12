#include "draw/text_clean.h"

#include <glib.h>
#include <string.h>

struct range {
    unsigned first, last;
};

/* Pictures, and what only makes sense next to them. */
static const struct range pictures[] = {
    { 0x20E3, 0x20E3 }, { 0x231A, 0x231B },   { 0x23E9, 0x23FA },
    { 0x2600, 0x27BF }, { 0x2B1B, 0x2B1C },   { 0x2B50, 0x2B55 },
    { 0xFE00, 0xFE0F }, { 0x1F000, 0x1FAFF }, { 0xE0000, 0xE0FFF },
};

/* Embeddings, overrides and isolates reach beyond the text they stand in. */
static const struct range steering[] = {
    { 0x202A, 0x202E },
    { 0x2060, 0x206F },
    { 0xFEFF, 0xFEFF },
    { 0xFFF9, 0xFFFB },
};

static const struct range spaces[] = {
    { 0, 0x20 },        { 0x7F, 0xA0 },     { 0x1680, 0x1680 }, { 0x2000, 0x200A },
    { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 },
};

#define IS_IN(c, table) is_in(c, table, sizeof(table) / sizeof(table)[0])

static bool
is_in(unsigned c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

/* ZWJ and ZWNJ shape Indic, Arabic and Sinhala words; after anything else they are
 * left-overs of emoji. */
static bool
is_stray_joiner(unsigned c, unsigned before)
{
    return (c == 0x200C || c == 0x200D) && (before < 0x0600 || before >= 0x1000);
}

static void
add_all(const char *words, struct str *out)
{
    size_t length = strlen(words), at = 0;
    unsigned before = 0; /* last character kept */
    bool space = false;

    while (at < length) {
        unsigned c = str_next_character(words, length, &at);
        if (IS_IN(c, spaces)) {
            space = true;
            continue;
        }
        if (c == 0x200B || IS_IN(c, pictures) || IS_IN(c, steering) ||
            is_stray_joiner(c, before))
            continue;
        if (space && out->length > 0)
            str_add_char(out, ' ');
        space = false;
        str_add_character(out, c);
        before = c;
    }
}

/* PhD is written so among capitals too. */
static bool
has_capital_within(const char *word, size_t length)
{
    const char *end = word + length;
    bool small = false;
    for (const char *at = word; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (small && g_unichar_isupper(c))
            return true;
        small |= g_unichar_islower(c);
    }
    return false;
}

static void
raise_word(const char *word, size_t length, struct str *out)
{
    if (has_capital_within(word, length)) {
        str_add_cut(out, word, length);
        return;
    }
    char *raised = g_utf8_strup(word, (gssize)length);
    size_t raised_length = strlen(raised);
    str_add_cut(out, raised, raised_length);
    g_free(raised);
}

void
text_clean(const char *words, bool upper, struct str *out)
{
    if (!upper) {
        add_all(words, out);
        return;
    }
    struct str plain;
    str_init(&plain, out->cap);
    add_all(words, &plain);
    for (size_t at = 0; at < plain.length;) {
        size_t length = strcspn(plain.data + at, " ") + 1;
        if (length > plain.length - at)
            length = plain.length - at;
        raise_word(plain.data + at, length, out);
        at += length;
    }
    str_finish(&plain);
}

/* ---- names -------------------------------------------------------------- */

enum { HAN_NAME_MAX = 6, HANGUL_NAME_MAX = 4 /* letters */ };

enum writing { NEITHER, HAN, HANGUL };

static enum writing
writing_of(const char *at)
{
    switch (g_unichar_get_script(g_utf8_get_char(at))) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
        return HAN;
    case G_UNICODE_SCRIPT_HANGUL:
        return HANGUL;
    default:
        return NEITHER;
    }
}

/* How far from `from` on one such writing goes, spaces between its letters included. */
static size_t
stretch(const char *name, size_t from, int *letters)
{
    enum writing writing = writing_of(name + from);
    size_t end = from, at = from;
    *letters = 0;
    while (name[at] && (name[at] == ' ' || writing_of(name + at) == writing)) {
        if (name[at++] == ' ')
            continue;
        at = (size_t)(g_utf8_next_char(name + at - 1) - name);
        end = at;
        (*letters)++;
    }
    return end;
}

void
text_join_name(struct str *name)
{
    size_t to = 0;
    for (size_t at = 0; at < name->length;) {
        enum writing writing = writing_of(name->data + at);
        int letters = 0;
        size_t end = writing == NEITHER ? at + 1 : stretch(name->data, at, &letters);
        bool joins = letters > 0 &&
                     letters <= (writing == HANGUL ? HANGUL_NAME_MAX : HAN_NAME_MAX);
        for (; at < end; at++) {
            if (!joins || name->data[at] != ' ')
                name->data[to++] = name->data[at];
        }
    }
    name->data[to] = '\0';
    name->length = to;
}
