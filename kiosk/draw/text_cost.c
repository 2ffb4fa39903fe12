#include "draw/text_cost.h"

#include <glib.h>
#include <string.h>

/* Those that are also written without a full stop. */
static const char *const titles[] = {
    "Dr",   "Prof", "Mr",  "Mrs", "Ms",   "Mx",  "Mme",  "Mlle", "Sir",  "Dame", "Herr",
    "Sra",  "Srta", "Dra", "Don", "Doña", "Ing", "Dipl", "Frau", "Hon",  "Rev",  "Pan",
    "Pani", "Др",   "Д-р", "Δρ",  "د",    "أ",   "м",    "г",    "г-жа",
};

/* The word that ends at `end`, without its full stop; its first byte. */
static int
word_before(const char *words, int end)
{
    int from = end;
    while (from > 0 && words[from - 1] != ' ')
        from--;
    return from;
}

static bool
is_title_before(const char *words, int end)
{
    int from = word_before(words, end);
    if (words[end - 1] == '.' && g_utf8_strlen(words + from, end - from) <= 6)
        return true;
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        size_t length = strlen(titles[i]);
        if (length == (size_t)(end - from) &&
            memcmp(words + from, titles[i], length) == 0)
            return true;
    }
    return false;
}

static bool
is_short_word_before(const char *words, int end)
{
    int from = word_before(words, end);
    return g_utf8_strlen(words + from, end - from) <= 3;
}

/* ---- scripts ------------------------------------------------------------ */

/* Kana and Han are one way of writing, as Hangul and Han are; what belongs to all
 * scripts (digits, brackets, accents) is 0. */
static int
script_of(gunichar c)
{
    GUnicodeScript script = g_unichar_get_script(c);
    switch (script) {
    case G_UNICODE_SCRIPT_COMMON:
    case G_UNICODE_SCRIPT_INHERITED:
    case G_UNICODE_SCRIPT_UNKNOWN:
        return 0;
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_HANGUL:
    case G_UNICODE_SCRIPT_BOPOMOFO:
        return G_UNICODE_SCRIPT_HAN;
    default:
        return (int)script;
    }
}

static int
script_before(const char *words, int end)
{
    int script = 0;
    const char *at = words + end;
    while (script == 0 && at > words) {
        at = g_utf8_prev_char(at);
        script = script_of(g_utf8_get_char(at));
    }
    return script;
}

static int
script_after(const char *words, int next)
{
    int script = 0;
    for (const char *at = words + next; script == 0 && *at; at = g_utf8_next_char(at))
        script = script_of(g_utf8_get_char(at));
    return script;
}

bool
text_break_turns(const char *words, int end, int next)
{
    if (end == next || end == 0)
        return false;
    int before = script_before(words, end), after = script_after(words, next);
    return before != 0 && after != 0 && before != after;
}

/* Within a word lines end in texts that have no spaces, or where there is no better
 * place: Thai and its like, where a name would be torn; after a hyphen; and between Han
 * characters, which is nearly as good. */
static float
cost_within(const char *words, int next)
{
    if (!strchr(words, ' '))
        return 1;
    switch (g_unichar_get_script(g_utf8_get_char(words + next))) {
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
        return 2;
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
        return 1.2F;
    default:
        return 1.4F;
    }
}

float
text_break_cost(const char *words, int end, int next)
{
    if (end + 1 < next)
        return 0.9F; /* at a separator */
    if (end == next)
        return cost_within(words, next);
    if (is_title_before(words, end))
        return 3;
    if (strstr(words, " \xC2\xB7 ")) /* what stands on one side belongs together */
        return 1.35F;
    if (text_break_turns(words, end, next))
        return 0.5F;
    return is_short_word_before(words, end) ? 1.15F : 1;
}
