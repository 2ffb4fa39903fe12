#include "ticket/name_join.h"

#include <string.h>

#include "str.h"

enum script { OTHER, HAN, KANA, HANGUL };

/* Of the first character: names in two scripts are no family's. */
static enum script
script_of(const char *text)
{
    size_t at = 0, length = strlen(text);
    unsigned c = length ? str_next_character(text, length, &at) : 0;
    if (c >= 0x3040 && c <= 0x30FF)
        return KANA;
    if (c >= 0xAC00 && c <= 0xD7A3)
        return HANGUL;
    bool is_han = (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
                  (c >= 0x20000 && c <= 0x323AF) || c == 0x3005;
    return is_han ? HAN : OTHER;
}

bool
name_family_is_first(const char *family, const char *country)
{
    return script_of(family) != OTHER || strcmp(country, "HU") == 0 ||
           strcmp(country, "VN") == 0;
}

/* Adds a part; `gap` stands between it and what is there already. */
static void
add(struct str *out, const char *gap, const char *part)
{
    if (part[0] && out->length > 0)
        str_add_text(out, gap);
    str_add_text(out, part);
}

bool
name_join(const struct name_parts *parts, char *to, size_t size)
{
    struct str out;
    enum script script = script_of(parts->family);
    bool is_joined =
        (script == HAN && strcmp(parts->country, "JP") != 0) || script == HANGUL;
    str_init(&out, size - 1);
    if (parts->family[0] && name_family_is_first(parts->family, parts->country)) {
        const char *gap = is_joined ? "" : " ";
        add(&out, " ", parts->title);
        add(&out, " ", parts->family);
        add(&out, gap, parts->middle);
        add(&out, gap, parts->given);
    } else {
        add(&out, " ", parts->title);
        add(&out, " ", parts->given);
        add(&out, " ", parts->middle);
        add(&out, " ", parts->family);
    }
    bool good = str_ok(&out);
    str_copy(to, size, good ? out.data : "");
    str_finish(&out);
    return good;
}
