#include "desk/import_field.h"

#include <string.h>

#include "base/zone.h"
#include "desk/csv_write.h"
#include "str.h"

static bool
is_blank(unsigned c)
{
    return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x3000 || c == 0x2028 ||
           c == 0x2029 || (c >= 0x2000 && c <= 0x200A);
}

/* Marks that show nothing: zero-width space, byte order mark, overrides of direction.
 * The joiners U+200C and U+200D stay: Persian and Indic names need them. */
static bool
is_invisible(unsigned c)
{
    return c == 0x200B || c == 0x200E || c == 0x200F || c == 0xFEFF || c == 0x00AD ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069);
}

bool
field_clean(char *to, size_t size, const char *text)
{
    size_t length, used = 0, solid = 0;
    text = csv_write_plain(text);
    length = strlen(text);
    to[0] = '\0';
    for (size_t at = 0; at < length;) {
        size_t from = at;
        unsigned c = str_next_character(text, length, &at);
        if (is_invisible(c) || (is_blank(c) && solid == 0))
            continue;
        bool kept = !is_blank(c) || c == 0x3000 || c == 0xA0;
        const char *bytes = kept ? text + from : " ";
        size_t n = kept ? at - from : 1;
        if (used + n >= size) {
            if (is_blank(c))
                continue; /* perhaps only blanks are left */
            to[0] = '\0';
            return false;
        }
        memcpy(to + used, bytes, n);
        used += n;
        if (!is_blank(c))
            solid = used;
    }
    to[solid] = '\0';
    return true;
}

void
field_slug(char *to, size_t size, const char *text)
{
    size_t length = strlen(text), used = 0;
    bool gap = false;
    for (size_t at = 0; at < length;) {
        size_t from = at;
        unsigned c = str_next_character(text, length, &at);
        bool wide_mark = (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF00 && c <= 0xFF0F) ||
                         c == 0xFF1A || c == 0xFF1B || (c >= 0x2000 && c <= 0x206F) ||
                         (c >= 0x80 && c <= 0xBF);
        bool letter = c >= 0x80 ? !wide_mark
                                : (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                      (c >= '0' && c <= '9') || c == '.' || c == '_';
        size_t n = at - from;
        if (!letter) {
            gap = used > 0;
            continue;
        }
        if (used + n + gap >= size)
            break;
        if (gap)
            to[used++] = '-';
        gap = false;
        memcpy(to + used, text + from, n);
        if (c >= 'A' && c <= 'Z')
            to[used] = (char)(c - 'A' + 'a');
        used += n;
    }
    to[used] = '\0';
}

/* ---- moments --------------------------------------------------------------- */

/* Reads a number of up to `digits` digits; false if there is none. */
static bool
take_number(const char **at, unsigned digits, int *number)
{
    const char *from = *at;
    *number = 0;
    while ((size_t)(*at - from) < digits && **at >= '0' && **at <= '9')
        *number = *number * 10 + (*(*at)++ - '0');
    return *at > from;
}

static bool
take_any(const char **at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_starts(*at, words[i])) {
            *at += strlen(words[i]);
            return true;
        }
    }
    return false;
}

static bool
take_date(const char **at, struct zone_time *time)
{
    static const char *const first[] = { "-", "/", ".", "年" };
    static const char *const second[] = { "-", "/", ".", "月" };
    static const char *const day[] = { "日" };
    if (!take_number(at, 4, &time->year) || !take_any(at, first, 4) ||
        !take_number(at, 2, &time->month) || !take_any(at, second, 4) ||
        !take_number(at, 2, &time->day))
        return false;
    take_any(at, day, 1);
    return time->year >= 1970 && time->year <= 2199 && time->month >= 1 &&
           time->month <= 12 && time->day >= 1 && time->day <= 31;
}

static bool
take_time(const char **at, struct zone_time *time)
{
    int fraction;
    if (!take_number(at, 2, &time->hour) || *(*at)++ != ':' ||
        !take_number(at, 2, &time->minute))
        return false;
    if (**at == ':') {
        ++*at;
        if (!take_number(at, 2, &time->second))
            return false;
        if (**at == '.') {
            ++*at;
            take_number(at, 9, &fraction);
        }
    }
    return time->hour < 24 && time->minute < 60 && time->second < 60;
}

/* "Z", "+08:00", "+0800", "+08"; *given false if there is nothing more. */
static bool
take_offset(const char **at, bool *given, int64_t *offset_ms)
{
    int hours = 0, minutes = 0;
    *given = **at != '\0';
    *offset_ms = 0;
    if (!*given)
        return true;
    char sign = *(*at)++;
    if (sign == 'Z' || sign == 'z')
        return **at == '\0';
    if ((sign != '+' && sign != '-') || !take_number(at, 2, &hours))
        return false;
    if (**at == ':')
        ++*at;
    if (**at)
        take_number(at, 2, &minutes);
    *offset_ms = ((int64_t)hours * 60 + minutes) * 60000 * (sign == '-' ? -1 : 1);
    return **at == '\0' && hours <= 14 && minutes < 60;
}

bool
field_moment(const struct zone *zone, const char *text, bool end, int64_t *ms)
{
    struct zone_time time = { 0, 0, 0, 0, 0, 0 };
    int64_t offset_ms;
    bool given;
    if (!take_date(&text, &time) || !zone_is_date(&time))
        return false;
    if (*text == '\0') {
        if (end)
            time.hour = 23, time.minute = time.second = 59;
        *ms = zone_utc_ms(zone, &time);
        return true;
    }
    text += *text == 'T' || *text == 't' ? 1 : strspn(text, " ");
    if (!take_time(&text, &time) || !take_offset(&text, &given, &offset_ms))
        return false;
    if (!given) {
        *ms = zone_utc_ms(zone, &time);
        return true;
    }
    *ms = zone_wall_ms(&time) - offset_ms;
    return true;
}

bool
field_email(char *to, size_t size, const char *text)
{
    if (!field_clean(to, size, text))
        return false;
    for (char *at = to; *at; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    const char *sign = strchr(to, '@');
    bool good = sign && sign > to && sign[1] && !strchr(sign + 1, '@') &&
                !strpbrk(to, " ,;<>\"");
    return good || to[0] == '\0';
}
