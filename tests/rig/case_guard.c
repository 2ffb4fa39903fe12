#include "case_guard.h"

#include <stdlib.h>
#include <string.h>

enum { NUL_GUARD = 0xF0000 }; /* and 0xF0000 + a surrogate's number for it */

static bool
read_escape(const char *text, size_t length, unsigned *code)
{
    char digits[5] = "";
    if (length < 6 || text[0] != '\\' || text[1] != 'u')
        return false;
    memcpy(digits, text + 2, 4);
    char *end;
    *code = (unsigned)strtoul(digits, &end, 16);
    return end == digits + 4;
}

bool
case_guard(struct str *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        unsigned code, second;
        if (text[i] == '\\' && i + 1 < length && text[i + 1] != 'u') {
            str_add(out, text + i, 2); /* "\\u0000" is a backslash and letters */
            i += 2;
        } else if (!read_escape(text + i, length - i, &code)) {
            str_add_char(out, text[i++]);
        } else if (code >= 0xD800 && code < 0xDC00 &&
                   read_escape(text + i + 6, length - i - 6, &second) &&
                   second >= 0xDC00 && second <= 0xDFFF) {
            str_add(out, text + i, 12);
            i += 12;
        } else {
            if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
                str_add_character(out, NUL_GUARD + code);
            else
                str_add(out, text + i, 6);
            i += 6;
        }
    }
    return str_ok(out);
}

bool
case_unguard(struct str *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t at = i;
        unsigned c = str_next_character(text, length, &at);
        unsigned code = c - NUL_GUARD;
        if (c == NUL_GUARD || (c >= NUL_GUARD && code >= 0xD800 && code <= 0xDFFF))
            str_addf(out, "\\u%04x", code);
        else
            str_add(out, text + i, at - i);
        i = at;
    }
    return str_ok(out);
}
