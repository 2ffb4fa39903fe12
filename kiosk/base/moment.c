#include "base/moment.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, DAY_MS = 1440 * MINUTE_MS };

static int64_t
floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- reading ------------------------------------------------------------------ */

struct cursor {
    const char *at, *end;
};

/* Takes exactly `count` digits. */
static bool
take_digits(struct cursor *cursor, int count, int *value)
{
    if (cursor->end - cursor->at < count)
        return false;
    *value = 0;
    for (int i = 0; i < count; i++, cursor->at++) {
        if (!isdigit((unsigned char)*cursor->at))
            return false;
        *value = *value * 10 + (*cursor->at - '0');
    }
    return true;
}

static bool
take(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

static bool
take_date(struct cursor *cursor, struct zone_time *time)
{
    if (!take_digits(cursor, 4, &time->year) || !take(cursor, '-') ||
        !take_digits(cursor, 2, &time->month) || !take(cursor, '-') ||
        !take_digits(cursor, 2, &time->day))
        return false;
    return time->year >= 1 && zone_is_date(time);
}

/* Takes ":SS" and a fraction, if they are there. */
static bool
take_seconds(struct cursor *cursor, struct zone_time *time, int *ms)
{
    *ms = 0;
    time->second = 0;
    if (!take(cursor, ':'))
        return true;
    if (!take_digits(cursor, 2, &time->second) || time->second > 59)
        return false;
    if (!take(cursor, '.') && !take(cursor, ','))
        return true;
    if (cursor->at == cursor->end || !isdigit((unsigned char)*cursor->at))
        return false;
    for (int scale = 100;
         cursor->at < cursor->end && isdigit((unsigned char)*cursor->at);
         cursor->at++, scale /= 10)
        *ms += (*cursor->at - '0') * scale;
    return true;
}

static bool
take_offset(struct cursor *cursor, struct moment *moment)
{
    int hours, minutes = 0, sign = 1;
    if (cursor->at == cursor->end)
        return true;
    moment->has_offset = true;
    if (take(cursor, 'Z') || take(cursor, 'z'))
        return true;
    if (take(cursor, '-'))
        sign = -1;
    else if (!take(cursor, '+'))
        return false;
    if (!take_digits(cursor, 2, &hours))
        return false;
    if (cursor->at < cursor->end) {
        take(cursor, ':');
        if (!take_digits(cursor, 2, &minutes))
            return false;
    }
    moment->offset_minutes = sign * (hours * 60 + minutes);
    return hours <= 23 && minutes <= 59;
}

bool
moment_read(const char *text, size_t length, struct moment *out)
{
    struct cursor cursor = { text, text + length };
    struct moment moment = { 0 };
    struct zone_time time = { 0 };
    int ms = 0;
    if (!take_date(&cursor, &time))
        return false;
    if (take(&cursor, 'T') || take(&cursor, ' ')) {
        moment.has_time = true;
        if (!take_digits(&cursor, 2, &time.hour) || !take(&cursor, ':') ||
            !take_digits(&cursor, 2, &time.minute) || time.hour > 23 ||
            time.minute > 59 || !take_seconds(&cursor, &time, &ms) ||
            !take_offset(&cursor, &moment))
            return false;
    }
    if (cursor.at != cursor.end)
        return false;
    moment.at_ms =
        zone_wall_ms(&time) + ms - (int64_t)moment.offset_minutes * MINUTE_MS;
    *out = moment;
    return true;
}

bool
moment_read_date(const char *text, size_t length, struct zone_time *out)
{
    struct cursor cursor = { text, text + length };
    struct zone_time time = *out;
    if (!take_date(&cursor, &time) || cursor.at != cursor.end)
        return false;
    *out = time;
    return true;
}

/* One or two digits. */
static bool
take_part(struct cursor *cursor, int *value)
{
    const char *start = cursor->at;
    *value = 0;
    while (cursor->at < cursor->end && cursor->at - start < 2 &&
           isdigit((unsigned char)*cursor->at))
        *value = *value * 10 + (*cursor->at++ - '0');
    return cursor->at > start;
}

/* "am" or "pm" behind a time of the twelve-hour clock, in either case. */
static bool
take_half(struct cursor *cursor, struct zone_time *time, bool *there)
{
    struct cursor before = *cursor;
    while (take(cursor, ' '))
        ;
    bool is_pm = take(cursor, 'p') || take(cursor, 'P');
    *there = is_pm || take(cursor, 'a') || take(cursor, 'A');
    if (!*there) {
        *cursor = before;
        return true;
    }
    if ((!take(cursor, 'm') && !take(cursor, 'M')) || time->hour < 1 || time->hour > 12)
        return false;
    time->hour = time->hour % 12 + (is_pm ? 12 : 0);
    return true;
}

bool
moment_read_clock(const char *text, size_t length, struct zone_time *out)
{
    struct cursor cursor = { text, text + length };
    struct zone_time time = *out;
    bool half, minutes;
    int ms;
    time.minute = time.second = 0;
    if (!take_part(&cursor, &time.hour))
        return false;
    minutes = take(&cursor, ':');
    if (minutes &&
        (!take_part(&cursor, &time.minute) || !take_seconds(&cursor, &time, &ms)))
        return false;
    if (!take_half(&cursor, &time, &half) || (!minutes && !half) ||
        cursor.at != cursor.end || time.hour > 23 || time.minute > 59)
        return false;
    *out = time;
    return true;
}

const char *
moment_write(int64_t at_ms, char to[MOMENT_TEXT_MAX])
{
    struct zone_time t;
    int ms = (int)(at_ms - floor_divide(at_ms, SECOND_MS) * SECOND_MS);
    zone_wall_time(at_ms, &t);
    snprintf(to, MOMENT_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.year % 10000,
             t.month % 100, t.day % 100, t.hour % 100, t.minute % 100, t.second % 100,
             ms % 1000);
    return to;
}

/* ---- a place's clocks --------------------------------------------------------- */

void
moment_local(const struct zone *zone, int64_t at_ms, struct zone_time *time)
{
    if (zone)
        zone_local(zone, at_ms, time);
    else
        zone_wall_time(at_ms, time);
}

int64_t
moment_utc_ms(const struct zone *zone, const struct zone_time *time)
{
    return zone ? zone_utc_ms(zone, time) : zone_wall_ms(time);
}

static int64_t
offset_ms(const struct zone *zone, int64_t at_ms)
{
    return zone ? zone_offset_ms(zone, at_ms) : 0;
}

int
moment_weekday(const struct zone *zone, int64_t at_ms)
{
    int64_t days = floor_divide(at_ms + offset_ms(zone, at_ms), DAY_MS);
    return (int)(days + 3 - floor_divide(days + 3, 7) * 7) + 1; /* day 0, a Thursday */
}

bool
moment_is_second(const struct zone *zone, int64_t at_ms)
{
    struct zone_time time;
    int64_t second_ms = floor_divide(at_ms, SECOND_MS) * SECOND_MS;
    moment_local(zone, at_ms, &time);
    return moment_utc_ms(zone, &time) < second_ms;
}

int64_t
moment_utc_second_ms(const struct zone *zone, const struct zone_time *time)
{
    int64_t first = moment_utc_ms(zone, time);
    int64_t second = zone_wall_ms(time) - offset_ms(zone, first + DAY_MS);
    return second > first && second + offset_ms(zone, second) == zone_wall_ms(time)
               ? second
               : first;
}

int64_t
moment_add_local(const struct zone *zone, int64_t at_ms, int64_t span_ms)
{
    int64_t wall = at_ms + offset_ms(zone, at_ms) + span_ms;
    struct zone_time time;
    zone_wall_time(wall, &time);
    return moment_utc_ms(zone, &time) + (wall - zone_wall_ms(&time));
}
