#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True if the buffer ends in a value, so that the next one needs a comma. */
static bool
ends_value(const struct str *out)
{
    if (out->length == 0)
        return false;
    char last = out->data[out->length - 1];
    return last == '"' || last == '}' || last == ']' || (last >= '0' && last <= '9') ||
           (last >= 'a' && last <= 'z');
}

static bool
add_escaped(struct str *out, unsigned c)
{
    switch (c) {
    case '"':
        return str_add_text(out, "\\\"");
    case '\\':
        return str_add_text(out, "\\\\");
    case '\n':
        return str_add_text(out, "\\n");
    case '\r':
        return str_add_text(out, "\\r");
    case '\t':
        return str_add_text(out, "\\t");
    default:
        return str_addf(out, "\\u%04x", c);
    }
}

/* Whole stretches that need nothing are copied at once. */
static bool
add_string(struct str *out, const char *bytes, size_t length)
{
    size_t plain = 0; /* where the stretch began */
    str_add_char(out, '"');
    for (size_t at = 0; at < length;) {
        size_t start = at;
        unsigned c = str_next_character(bytes, length, &at);
        bool ill_formed = c == 0xFFFD && at == start + 1;
        bool escaped = c < 0x20 || c == '"' || c == '\\' || c == 0x2028 || c == 0x2029;
        if (!ill_formed && !escaped)
            continue;
        str_add(out, bytes + plain, start - plain);
        plain = at;
        if (ill_formed)
            str_add_character(out, 0xFFFD);
        else
            add_escaped(out, c);
    }
    str_add(out, bytes + plain, length - plain);
    return str_add_char(out, '"');
}

/* Comma and member name. */
static void
lead(struct str *out, const char *key)
{
    if (ends_value(out))
        str_add_char(out, ',');
    if (key) {
        add_string(out, key, strlen(key));
        str_add_char(out, ':');
    }
}

static bool
add_word(struct str *out, const char *key, const char *word)
{
    lead(out, key);
    return str_add_text(out, word);
}

bool
json_open_object(struct str *out, const char *key)
{
    return add_word(out, key, "{");
}

bool
json_close_object(struct str *out)
{
    return str_add_char(out, '}');
}

bool
json_open_array(struct str *out, const char *key)
{
    return add_word(out, key, "[");
}

bool
json_close_array(struct str *out)
{
    return str_add_char(out, ']');
}

bool
json_add_bytes(struct str *out, const char *key, const char *bytes, size_t length)
{
    lead(out, key);
    return add_string(out, bytes, length);
}

bool
json_add_text(struct str *out, const char *key, const char *text)
{
    return text ? json_add_bytes(out, key, text, strlen(text))
                : json_add_null(out, key);
}

bool
json_add_int(struct str *out, const char *key, int64_t value)
{
    lead(out, key);
    return str_addf(out, "%" PRId64, value);
}

bool
json_add_number(struct str *out, const char *key, double value)
{
    if (!isfinite(value))
        return json_add_null(out, key);
    char text[32];
    for (int digits = 15; digits <= 17; digits++) { /* the shortest that reads back */
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *comma = strchr(text, ','); /* a locale's decimal sign */
    if (comma)
        *comma = '.';
    return add_word(out, key, text);
}

bool
json_add_bool(struct str *out, const char *key, bool value)
{
    return add_word(out, key, value ? "true" : "false");
}

bool
json_add_null(struct str *out, const char *key)
{
    return add_word(out, key, "null");
}

bool
json_add_raw(struct str *out, const char *key, const char *json)
{
    return add_word(out, key, json);
}
