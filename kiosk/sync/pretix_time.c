#include "sync/pretix.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Times and texts in several languages, as the server writes them. */

/* Days from 1970-01-01; Howard Hinnant's days_from_civil. */
static int64_t
days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

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
    static const int days_in[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year, month, day, hour, minute, second;
    int64_t fraction, offset;
    const char *at = text;
    if (!take_number(&at, 4, &year) || !take_char(&at, "-") ||
        !take_number(&at, 2, &month) || !take_char(&at, "-") ||
        !take_number(&at, 2, &day) || !take_char(&at, "T ") ||
        !take_number(&at, 2, &hour) || !take_char(&at, ":") ||
        !take_number(&at, 2, &minute) || !take_char(&at, ":") ||
        !take_number(&at, 2, &second) || !take_fraction(&at, &fraction) ||
        !take_offset(&at, &offset) || *at != '\0')
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in[month - 1] || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    int64_t seconds =
        days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    *utc_us = seconds * 1000000 + fraction;
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
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    /* Howard Hinnant's civil_from_days. */
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year =
        of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t part = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * part + 2) / 5 + 1;
    int64_t month = part < 10 ? part + 3 : part - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);
    snprintf(text, PRETIX_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", (int)year,
             (int)month, (int)day, (int)(rest / 3600), (int)(rest / 60 % 60),
             (int)(rest % 60), (int)fraction);
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
