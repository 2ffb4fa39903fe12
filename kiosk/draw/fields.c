#include "draw/fields.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The object is unescaped in place of a copy: a text never grows by that. */
struct reader {
    const char *at, *end, *begin;
    char *to;
};

static void
skip_space(struct reader *reader)
{
    while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) && *reader->at)
        reader->at++;
}

static bool
take(struct reader *reader, char c)
{
    skip_space(reader);
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static bool
read_hex(struct reader *reader, unsigned *value)
{
    *value = 0;
    if (reader->end - reader->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = *reader->at ? strchr(digits, *reader->at) : NULL;
        if (!found)
            return false;
        *value = *value << 4 | (unsigned)(found - digits) % 16;
        reader->at++;
    }
    return true;
}

static void
put_character(struct reader *reader, unsigned c)
{
    char *to = reader->to;
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    reader->to = to;
}

/* A lone half of a surrogate pair, and NUL, become U+FFFD. */
static bool
read_unicode(struct reader *reader)
{
    unsigned c, low;
    if (!read_hex(reader, &c))
        return false;
    if (c >= 0xD800 && c < 0xDC00 && reader->end - reader->at >= 6 &&
        reader->at[0] == '\\' && reader->at[1] == 'u') {
        struct reader ahead = *reader;
        ahead.at += 2;
        if (read_hex(&ahead, &low) && low >= 0xDC00 && low < 0xE000) {
            reader->at = ahead.at;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    put_character(reader, c == 0 || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : c);
    return true;
}

static bool
read_escape(struct reader *reader)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";

    if (reader->at == reader->end)
        return false;
    char c = *reader->at++;
    if (c == 'u')
        return read_unicode(reader);
    const char *found = c ? strchr(names, c) : NULL;
    if (found)
        *reader->to++ = meanings[found - names];
    return found != NULL;
}

static bool
read_text(struct reader *reader, char **text)
{
    if (!take(reader, '"'))
        return false;
    *text = reader->to;
    while (reader->at < reader->end && *reader->at != '"') {
        char c = *reader->at++;
        if (c != '\\')
            *reader->to++ = c ? c : ' ';
        else if (!read_escape(reader))
            return false;
    }
    if (reader->at == reader->end)
        return false;
    reader->at++;
    *reader->to++ = '\0';
    return true;
}

/* Numbers, true, false and null: their letters as they stand, but null is "". */
static bool
read_bare(struct reader *reader, char **text)
{
    *text = reader->to;
    skip_space(reader);
    while (reader->at < reader->end && *reader->at &&
           strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *reader->at))
        *reader->to++ = *reader->at++;
    if (reader->to == *text)
        return false;
    *reader->to++ = '\0';
    if (strcmp(*text, "null") == 0)
        **text = '\0';
    return true;
}

static bool
read_value(struct reader *reader, char **text)
{
    skip_space(reader);
    if (reader->at < reader->end && *reader->at == '"')
        return read_text(reader, text);
    return read_bare(reader, text);
}

static void
add(struct fields *fields, char *key, char *value)
{
    if (fields->count == FIELDS_MAX) {
        fields->cut = true;
        return;
    }
    size_t length = strlen(value);
    if (length > FIELDS_VALUE_MAX) {
        value[str_cut(value, length, FIELDS_VALUE_MAX)] = '\0';
        fields->cut = true;
    }
    fields->items[fields->count].key = key;
    fields->items[fields->count].value = value;
    fields->count++;
}

static bool
read_object(struct reader *reader, struct fields *fields)
{
    if (!take(reader, '{'))
        return false;
    if (take(reader, '}'))
        return true;
    do {
        char *key, *value;
        if (!read_text(reader, &key) || !take(reader, ':') ||
            !read_value(reader, &value))
            return false;
        add(fields, key, value);
    } while (take(reader, ','));
    return take(reader, '}');
}

bool
fields_read(const char *json, size_t length, struct fields *fields, struct err *err)
{
    memset(fields, 0, sizeof *fields);
    if (length > FIELDS_JSON_MAX)
        return err_set(err, ERR_LIMIT, "fields: %zu bytes, at most %d", length,
                       FIELDS_JSON_MAX);
    fields->bytes = malloc(2 * length + 16);
    if (!fields->bytes)
        return err_no_memory(err);

    struct reader reader = { json, json + length, json, fields->bytes };
    if (read_object(&reader, fields)) {
        skip_space(&reader);
        if (reader.at == reader.end)
            return true;
    }
    err_set(err, ERR_INPUT, "fields: byte %td: want a JSON object of texts",
            reader.at - reader.begin);
    fields_finish(fields);
    return false;
}

void
fields_finish(struct fields *fields)
{
    free(fields->bytes);
    memset(fields, 0, sizeof *fields);
}

const char *
fields_get(const struct fields *fields, const char *key, size_t key_length)
{
    for (int i = 0; i < fields->count; i++) {
        if (strncmp(fields->items[i].key, key, key_length) == 0 &&
            fields->items[i].key[key_length] == '\0')
            return fields->items[i].value;
    }
    return "";
}

void
fields_fill(const struct fields *fields, const char *pattern, struct str *out)
{
    size_t start = out->length;
    bool any = false, last = false; /* fields seen; the last one had a text */

    for (;;) {
        size_t literal = strcspn(pattern, "{");
        const char *open = pattern + literal, *close = strchr(open, '}');
        if (!close) { /* the rest is words */
            if (!any || last)
                str_add_text(out, pattern);
            return;
        }
        const char *value = fields_get(fields, open + 1, (size_t)(close - open - 1));
        last = *value != '\0';
        if (last && (!any || out->length > start))
            str_add(out, pattern, literal);
        str_add_text(out, value);
        any = true;
        pattern = close + 1;
    }
}

static bool
is_one_of(const char *value, const char *list, size_t length)
{
    size_t want = strlen(value);
    const char *end = list + length;
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        size_t item = (size_t)((comma ? comma : end) - list);
        if (item == want && memcmp(list, value, want) == 0)
            return true;
        list += item + 1;
    }
    return false;
}

static bool
holds_one(const struct fields *fields, const char *condition, size_t length)
{
    const char *equals = memchr(condition, '=', length);
    if (!equals)
        return *fields_get(fields, condition, length) != '\0';
    const char *value = fields_get(fields, condition, (size_t)(equals - condition));
    return is_one_of(value, equals + 1, length - (size_t)(equals + 1 - condition));
}

bool
fields_hold(const struct fields *fields, const char *condition)
{
    while (*condition) {
        condition += strspn(condition, "; ");
        size_t length = strcspn(condition, "; ");
        if (length > 0 && !holds_one(fields, condition, length))
            return false;
        condition += length;
    }
    return true;
}
