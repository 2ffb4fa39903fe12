#include "str.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char empty_text[1] = ""; /* room is 0 while data is this: never written */

void
str_init(struct str *str, size_t cap_bytes)
{
    assert(cap_bytes < SIZE_MAX / 2);
    *str = (struct str){ .data = (char *)(uintptr_t)empty_text, .cap = cap_bytes };
}

void
str_finish(struct str *str)
{
    if (str->room)
        free(str->data);
    str_init(str, str->cap);
}

void
str_clear(struct str *str)
{
    str->length = 0;
    str->failed = false;
    if (str->room)
        str->data[0] = '\0';
}

static bool
fail(struct str *str)
{
    str->failed = true;
    return false;
}

char *
str_reserve(struct str *str, size_t length)
{
    if (str->failed || length > str->cap - str->length) {
        fail(str);
        return NULL;
    }
    size_t want = str->length + length + 1;
    if (want > str->room) {
        size_t room = str->room ? str->room : 64;
        while (room < want)
            room *= 2;
        if (room > str->cap + 1)
            room = str->cap + 1;
        char *data = realloc(str->room ? str->data : NULL, room);
        if (!data) {
            fail(str);
            return NULL;
        }
        str->data = data;
        str->room = room;
    }
    return str->data + str->length;
}

void
str_grew(struct str *str, size_t length)
{
    assert(str->length + length < str->room);
    str->length += length;
    str->data[str->length] = '\0';
}

bool
str_add(struct str *str, const void *bytes, size_t length)
{
    char *to = str_reserve(str, length);
    if (!to)
        return false;
    if (length > 0)
        memcpy(to, bytes, length);
    str_grew(str, length);
    return true;
}

bool
str_add_text(struct str *str, const char *text)
{
    return str_add(str, text, strlen(text));
}

bool
str_add_char(struct str *str, char c)
{
    return str_add(str, &c, 1);
}

bool
str_addv(struct str *str, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *to = length < 0 ? NULL : str_reserve(str, (size_t)length);
    if (!to)
        return fail(str);
    vsnprintf(to, (size_t)length + 1, format, args);
    str_grew(str, (size_t)length);
    return true;
}

bool
str_addf(struct str *str, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool added = str_addv(str, format, args);
    va_end(args);
    return added;
}

bool
str_ok(const struct str *str)
{
    return !str->failed;
}

char *
str_take(struct str *str, size_t *length)
{
    char *data = NULL;
    if (!str->failed && str_reserve(str, 0)) {
        data = str->data;
        data[str->length] = '\0';
        if (length)
            *length = str->length;
        str->room = 0; /* not ours any more */
    }
    str_finish(str);
    return data;
}

bool
str_copy_bytes(char *to, size_t size, const char *bytes, size_t length)
{
    assert(size > 0);
    size_t fits = str_cut(bytes, length, size - 1);
    memmove(to, bytes, fits);
    to[fits] = '\0';
    return fits == length;
}

bool
str_copy(char *to, size_t size, const char *text)
{
    return str_copy_bytes(to, size, text, strlen(text));
}

/* Bytes of the character that begins with `first`, by its own claim; 0: none can. */
static size_t
claimed_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

size_t
str_cut(const char *bytes, size_t length, size_t max)
{
    size_t end = length < max ? length : max;
    size_t start = end;
    while (start > 0 && end - start < 4 &&
           ((unsigned char)bytes[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return end;
    size_t claimed = claimed_length((unsigned char)bytes[start - 1]);
    return claimed > end - start + 1 ? start - 1 : end;
}

bool
str_add_cut(struct str *str, const char *bytes, size_t length)
{
    size_t fits = str_cut(bytes, length, str->cap - str->length);
    str_add(str, bytes, fits);
    return fits == length;
}

/* Length of the well-formed character at the front, 0 if there is none (RFC 3629). */
static size_t
character_length(const unsigned char *at, size_t length)
{
    size_t claimed = claimed_length(at[0]);
    if (claimed == 0 || claimed > length)
        return 0;
    for (size_t i = 1; i < claimed; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return claimed;
}

bool
str_is_utf8(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t n = character_length((const unsigned char *)bytes + at, length - at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

unsigned
str_next_character(const char *bytes, size_t length, size_t *at)
{
    assert(*at < length);
    const unsigned char *p = (const unsigned char *)bytes + *at;
    size_t n = character_length(p, length - *at);
    *at += n ? n : 1;
    switch (n) {
    case 0:
        return 0xFFFD;
    case 1:
        return p[0];
    case 2:
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    case 3:
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    default:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 |
               (p[3] & 0x3Fu);
    }
}

bool
str_add_character(struct str *str, unsigned c)
{
    assert(c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF));
    if (c < 0x80)
        return str_add_char(str, (char)c);
    char bytes[4];
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(lead[n] | c);
    return str_add(str, bytes, n);
}

/* One character as str_quote writes it; returns its length in `piece`. */
static size_t
quote_one(const char *bytes, size_t length, size_t *at, bool quotes, char piece[8])
{
    size_t start = *at;
    unsigned c = str_next_character(bytes, length, at);
    size_t n = *at - start;
    bool ill_formed = c == 0xFFFD && n == 1;
    if (quotes && (c == '"' || c == '\\'))
        return (size_t)snprintf(piece, 8, "\\%c", (char)c);
    /* Controls; U+2028, U+2029 and bidi overrides, which break the order of a line. */
    if (ill_formed || c < 0x20 || c == 0x7F)
        return (size_t)snprintf(piece, 8, "\\x%02X", (unsigned char)bytes[start]);
    if ((c >= 0x80 && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
        (c >= 0x2066 && c <= 0x2069))
        return (size_t)snprintf(piece, 8, "\\u%04X", c);
    memcpy(piece, bytes + start, n);
    return n;
}

static const char *
make_safe(char *to, size_t size, const char *bytes, size_t length, bool quotes)
{
    static const char more[] = "…";
    assert(size >= sizeof more);
    size_t used = 0, cut = 0; /* cut: the last place where "…" still fits */
    for (size_t at = 0; at < length;) {
        char piece[8];
        size_t n = quote_one(bytes, length, &at, quotes, piece);
        if (used + sizeof more <= size)
            cut = used;
        if (used + n + 1 > size) {
            memcpy(to + cut, more, sizeof more);
            return to;
        }
        memcpy(to + used, piece, n);
        used += n;
    }
    to[used] = '\0';
    return to;
}

const char *
str_quote(char *to, size_t size, const char *bytes, size_t length)
{
    return make_safe(to, size, bytes, length, true);
}

const char *
str_plain(char *to, size_t size, const char *bytes, size_t length)
{
    return make_safe(to, size, bytes, length, false);
}

bool
str_read_int(const char *text, long long min, long long max, long long *value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (digits[0] < '0' || digits[0] > '9')
        return false;
    char *end;
    errno = 0;
    long long read = strtoll(text, &end, 10);
    if (errno || *end != '\0' || read < min || read > max)
        return false;
    *value = read;
    return true;
}

bool
str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}
