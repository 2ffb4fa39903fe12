#include "sync/pretix.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/zone.h"

/* Times and texts in several languages, as the server writes them. */

/* Exactly count digits; false if there is anything else. */
static bool
take_number(const char **at, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool
take_char(const char **at, const char *one_of)
{
    if (**at == '\0' || !strchr(one_of, **at))
        return false;
    ++*at;
    return true;
}

/* ".123456": to microseconds; digits beyond are dropped. */
static bool
take_fraction(const char **at, int64_t *us)
{
    *us = 0;
    if (**at != '.')
        return true;
    ++*at;
    int digits = 0;
    for (; **at >= '0' && **at <= '9'; ++*at, digits++) {
        if (digits < 6)
            *us = *us * 10 + (**at - '0');
    }
    for (int i = digits; i < 6; i++)
        *us *= 10;
    return digits > 0;
}

/* "Z", "+02:00", "+0200", "" (UTC), in seconds. */
static bool
take_offset(const char **at, int64_t *seconds)
{
    *seconds = 0;
    if (**at == '\0')
        return true;
    if (take_char(at, "Zz"))
        return true;
    int sign = **at == '-' ? -1 : 1, hours, minutes;
    if (!take_char(at, "+-") || !take_number(at, 2, &hours))
        return false;
    take_char(at, ":");
    if (!take_number(at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool
pretix_read_time(const char *text, int64_t *utc_us)
{
    struct zone_time time;
    int64_t fraction, offset;
    const char *at = text;
    if (!take_number(&at, 4, &time.year) || !take_char(&at, "-") ||
        !take_number(&at, 2, &time.month) || !take_char(&at, "-") ||
        !take_number(&at, 2, &time.day) || !take_char(&at, "T ") ||
        !take_number(&at, 2, &time.hour) || !take_char(&at, ":") ||
        !take_number(&at, 2, &time.minute) || !take_char(&at, ":") ||
        !take_number(&at, 2, &time.second) || !take_fraction(&at, &fraction) ||
        !take_offset(&at, &offset) || *at != '\0')
        return false;
    if (!zone_is_date(&time) || time.hour > 23 || time.minute > 59 || time.second > 60)
        return false;
    *utc_us = (zone_wall_ms(&time) - offset * 1000) * 1000 + fraction;
    return true;
}

void
pretix_write_time(int64_t utc_us, char text[PRETIX_TIME_SIZE])
{
    int64_t seconds = utc_us / 1000000, fraction = utc_us % 1000000;
    if (fraction < 0) {
        fraction += 1000000;
        seconds--;
    }
    struct zone_time time;
    zone_wall_time(seconds * 1000, &time);
    snprintf(text, PRETIX_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", time.year,
             time.month, time.day, time.hour, time.minute, time.second, (int)fraction);
}

static const char *
text_of(const struct json *value)
{
    const char *text;
    struct err ignored;
    return value && json_kind(value) == JSON_TEXT &&
                   json_text(value, "", &text, &ignored) && text[0]
               ? text
               : NULL;
}

/* "zh-Hans" finds "zh-hans", then "zh". */
static const char *
in_language(const struct json *value, const char *language)
{
    size_t length = strlen(language), base = strcspn(language, "-_");
    const char *found = NULL;
    for (const struct json *item = json_first(value); item; item = json_next(item)) {
        const char *key = json_key(item), *text = text_of(item);
        if (!text)
            continue;
        if (strlen(key) == length && strncasecmp(key, language, length) == 0)
            return text;
        if (!found && strncasecmp(key, language, base) == 0 &&
            (key[base] == '\0' || key[base] == '-' || key[base] == '_'))
            found = text;
    }
    return found;
}

const char *
pretix_i18n(const struct json *value, const char *language)
{
    if (!value)
        return "";
    if (json_kind(value) != JSON_OBJECT) {
        const char *text = text_of(value);
        return text ? text : "";
    }
    const char *found = language ? in_language(value, language) : NULL;
    if (!found)
        found = in_language(value, "en");
    for (const struct json *item = json_first(value); !found && item;
         item = json_next(item))
        found = text_of(item);
    return found ? found : "";
}
