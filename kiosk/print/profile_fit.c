#include "print/profile_fit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

static bool
is_word(char c)
{
    return isalnum((unsigned char)c);
}

/* Does it stand there, not as a part of a longer word? */
static bool
stands(const char *words, const char *model)
{
    size_t length = strlen(model);
    for (const char *at = words; (at = strcasestr(at, model)); at++) {
        bool begins = at == words || !is_word(at[-1]) || !is_word(model[0]);
        if (begins && !is_word(at[length]))
            return true;
    }
    return false;
}

/* "ZD421-203dpi" -> "ZD421"; false if it has none. */
static bool
cut_resolution(char *model)
{
    char *dash = strrchr(model, '-');
    char *end;
    if (!dash || !isdigit((unsigned char)dash[1]))
        return false;
    strtol(dash + 1, &end, 10);
    if (strcmp(end, "dpi") != 0)
        return false;
    *dash = '\0';
    return true;
}

static unsigned
fit_one(char *model, const char *words)
{
    unsigned length = (unsigned)strlen(model);
    if (length == 0)
        return 0;
    if (stands(words, model))
        return 2 * length;
    return cut_resolution(model) && stands(words, model) ? (unsigned)strlen(model) : 0;
}

unsigned
profile_fit(const struct profile *profile, const char *words)
{
    unsigned best = 0;
    for (const char *at = profile->models; *at;) {
        char model[PROFILE_MODELS_MAX + 1];
        size_t length = strcspn(at, ",");
        str_copy_bytes(model, sizeof model, at, length);
        unsigned fit = fit_one(model, words);
        if (fit > best)
            best = fit;
        at += length;
        at += strspn(at, ", ");
    }
    return best;
}

const char *
profile_fit_language(const char *id)
{
    static const struct {
        const char *command, *language;
    } table[] = { { "ZPL", "zpl" },        { "ZPLII", "zpl" },
                  { "EPL2", "epl2" },      { "EPL", "epl2" },
                  { "TSPL", "tspl" },      { "TSPL2", "tspl" },
                  { "ESC/POS", "escpos" }, { "ESCPOS", "escpos" },
                  { "PWGRaster", "pwg" },  { "PWG", "pwg" } };
    char commands[128];
    const char *at = strcasestr(id, "CMD:");
    at = at ? at + strlen("CMD:") : strcasestr(id, "COMMAND SET:");
    if (!at)
        return "";
    at += str_starts(at, "COMMAND SET:") ? strlen("COMMAND SET:") : 0;
    str_copy_bytes(commands, sizeof commands, at, strcspn(at, ";"));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (stands(commands, table[i].command))
            return table[i].language;
    }
    return "";
}

void
profile_fit_words(const char *uri, char *words, unsigned long size)
{
    size_t length = 0;
    for (const char *at = uri; *at && length + 1 < size; at++) {
        char hex[3] = { at[0] == '%' ? at[1] : '\0', at[0] == '%' ? at[2] : '\0',
                        '\0' };
        char *end = hex;
        long value = hex[0] ? strtol(hex, &end, 16) : 0;
        bool coded = end == hex + 2 && value >= 0x20 && value < 0x7f;
        words[length++] = coded ? (char)value : *at;
        at += coded ? 2 : 0;
    }
    words[length] = '\0';
}
