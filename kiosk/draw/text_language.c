#include "draw/text_language.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

struct choice {
    const char *of, *tag;
};

/* The longer ones first: what a tag begins with. */
static const struct choice by_language[] = {
    { "ja", "ja" },         { "ko", "ko" },       { "zh-Hant-HK", "zh-hk" },
    { "zh-Hant", "zh-tw" }, { "zh-HK", "zh-hk" }, { "zh-MO", "zh-hk" },
    { "zh-TW", "zh-tw" },   { "yue", "zh-hk" },   { "zh", "zh-cn" },
    { "sr", "sr" },         { "mk", "mk" },       { "bg", "bg" },
};

static const struct choice by_country[] = {
    { "JP", "ja" },    { "KR", "ko" },    { "KP", "ko" }, { "TW", "zh-tw" },
    { "HK", "zh-hk" }, { "MO", "zh-hk" }, { "RS", "sr" }, { "ME", "sr" },
    { "MK", "mk" },    { "BG", "bg" },
};

static const char *
find_language(const char *language)
{
    for (size_t i = 0; i < sizeof by_language / sizeof *by_language; i++) {
        size_t length = strlen(by_language[i].of);
        if (strncasecmp(language, by_language[i].of, length) == 0 &&
            strchr("-_@.", language[length])) /* or its end */
            return by_language[i].tag;
    }
    return NULL;
}

static const char *
find_country(const char *country)
{
    for (size_t i = 0; i < sizeof by_country / sizeof *by_country; i++) {
        if (strcmp(country, by_country[i].of) == 0)
            return by_country[i].tag;
    }
    return NULL;
}

static const char *
find_letters(const char *words)
{
    for (const char *at = words; *at; at = g_utf8_next_char(at)) {
        switch (g_unichar_get_script(g_utf8_get_char(at))) {
        case G_UNICODE_SCRIPT_HIRAGANA:
        case G_UNICODE_SCRIPT_KATAKANA:
            return "ja";
        case G_UNICODE_SCRIPT_HANGUL:
            return "ko";
        default:
            break;
        }
    }
    return NULL;
}

const char *
text_language(const char *words, const char *language, const char *country)
{
    const char *tag = find_letters(words);
    if (!tag)
        tag = find_language(language);
    if (!tag)
        tag = find_country(country);
    return tag ? tag : "zh-cn";
}
