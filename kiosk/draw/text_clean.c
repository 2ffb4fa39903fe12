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
    char *raised = g_utf8_strup(plain.data, (gssize)plain.length);
    size_t length = strlen(raised);
    str_add(out, raised, str_cut(raised, length, out->cap - out->length));
    g_free(raised);
    str_finish(&plain);
}

/* ---- names -------------------------------------------------------------- */

enum { HAN_NAME_MAX = 6, HANGUL_NAME_MAX = 4 /* letters */ };

/* How many letters it has, all of them Han and hiragana, or all hangul; else 0. */
static int
count_letters(const char *name, bool *hangul)
{
    int han = 0, syllables = 0;
    for (const char *at = name; *at; at = g_utf8_next_char(at)) {
        if (*at == ' ')
            continue;
        switch (g_unichar_get_script(g_utf8_get_char(at))) {
        case G_UNICODE_SCRIPT_HAN:
        case G_UNICODE_SCRIPT_HIRAGANA:
            han++;
            break;
        case G_UNICODE_SCRIPT_HANGUL:
            syllables++;
            break;
        default:
            return 0;
        }
    }
    *hangul = syllables > 0;
    return han > 0 && syllables > 0 ? 0 : han + syllables;
}

void
text_join_name(struct str *name)
{
    bool hangul;
    int letters = count_letters(name->data, &hangul);
    if (letters == 0 || letters > (hangul ? HANGUL_NAME_MAX : HAN_NAME_MAX))
        return;
    size_t to = 0;
    for (size_t at = 0; at < name->length; at++) {
        if (name->data[at] != ' ')
            name->data[to++] = name->data[at];
    }
    name->data[to] = '\0';
    name->length = to;
}
