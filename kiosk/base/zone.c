#include "base/zone.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

enum {
    CHANGES_MAX = 2000,
    FILE_MAX_BYTES = 64 * 1024,
    HEADER_BYTES = 44,
    NAME_MAX_BYTES = 63
};

struct change {
    int64_t from_s;
    int32_t offset_s;
};

struct zone {
    int32_t first_offset_s; /* before all changes */
    unsigned count;
    struct change changes[CHANGES_MAX];
};

/* ---- TZif, RFC 8536 ------------------------------------------------------------- */

static int64_t
read_be(const unsigned char *at, size_t bytes)
{
    uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0; /* signed */
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return (int64_t)value;
}

struct counts {
    size_t is_ut, is_std, leaps, changes, types, characters;
};

static bool
read_counts(const unsigned char *header, struct counts *counts)
{
    size_t *const fields[] = { &counts->is_ut,   &counts->is_std, &counts->leaps,
                               &counts->changes, &counts->types,  &counts->characters };
    if (memcmp(header, "TZif", 4) != 0)
        return false;
    for (size_t i = 0; i < 6; i++) {
        int64_t value = read_be(header + 20 + 4 * i, 4);
        if (value < 0 || value > FILE_MAX_BYTES)
            return false;
        *fields[i] = (size_t)value;
    }
    return counts->types > 0 && counts->changes <= CHANGES_MAX;
}

static size_t
block_bytes(const struct counts *n, size_t moment)
{
    return n->changes * (moment + 1) + n->types * 6 + n->characters +
           n->leaps * (moment + 4) + n->is_std + n->is_ut;
}

/* The second block, of 64-bit moments, and the footer behind it. */
static bool
read_block(struct zone *zone, const struct counts *n, const unsigned char *at)
{
    const unsigned char *types = at + 9 * n->changes;
    zone->count = (unsigned)n->changes;
    zone->first_offset_s = (int32_t)read_be(types, 4);
    for (size_t i = 0; i < n->changes; i++) {
        size_t type = at[8 * n->changes + i];
        if (type >= n->types)
            return false;
        zone->changes[i].from_s = read_be(at + 8 * i, 8);
        zone->changes[i].offset_s = (int32_t)read_be(types + 6 * type, 4);
    }
    return true;
}

/* A footer "\nCET-1CEST,M3.5.0,M10.5.0/3\n" with a comma has summer time for ever; then
 * the changes must be spelled out beyond any event we serve. */
static bool
is_spelled_out(const struct zone *zone, const unsigned char *footer, size_t length)
{
    static const int64_t year_2036_s = 2082758400;
    return !memchr(footer, ',', length) ||
           (zone->count > 0 && zone->changes[zone->count - 1].from_s > year_2036_s);
}

static bool
read_zone(struct zone *zone, const struct str *file)
{
    const unsigned char *at = (const unsigned char *)file->data;
    const unsigned char *end = at + file->length;
    struct counts n;
    if (file->length < HEADER_BYTES || !read_counts(at, &n) || at[4] < '2')
        return false;
    size_t first = HEADER_BYTES + block_bytes(&n, 4);
    if (file->length < first + HEADER_BYTES || !read_counts(at + first, &n))
        return false;
    at += first + HEADER_BYTES;
    size_t block = block_bytes(&n, 8);
    return (size_t)(end - at) >= block && read_block(zone, &n, at) &&
           is_spelled_out(zone, at + block, (size_t)(end - at) - block);
}

/* ---- the file ---------------------------------------------------------------------
 */

/* No way out of the directory. */
static bool
is_name(const char *name)
{
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("/_+-", *c))
            return false;
    }
    return name[0] != '/' && strlen(name) <= NAME_MAX_BYTES;
}

static bool
read_file(const char *path, struct str *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char *to = str_reserve(file, FILE_MAX_BYTES);
    ssize_t got = to ? read(fd, to, FILE_MAX_BYTES) : -1;
    if (got > 0)
        str_grew(file, (size_t)got);
    close(fd);
    return got > 0;
}

bool
zone_open(const char *name, struct zone **out, struct err *err)
{
    char path[NAME_MAX_BYTES + 32], quoted[NAME_MAX_BYTES + 32];
    struct str file;
    str_quote(quoted, sizeof quoted, name, strlen(name));
    if (!is_name(name))
        return err_set(err, ERR_INPUT,
                       "time zone: want a name like \"Asia/Shanghai\", "
                       "got \"%s\"",
                       quoted);
    snprintf(path, sizeof path, name[0] ? "/usr/share/zoneinfo/%s" : "/etc/localtime",
             name);
    struct zone *zone = calloc(1, sizeof *zone);
    if (!zone)
        return err_no_memory(err);
    str_init(&file, FILE_MAX_BYTES);
    bool there = read_file(path, &file);
    bool good = there && read_zone(zone, &file);
    str_finish(&file);
    if (!there && !name[0])
        good = true; /* a system without a zone of its own is on UTC */
    if (!good) {
        zone_close(zone);
        return there ? err_set(err, ERR_IO, "%s: not a time zone we can read", path)
                     : err_set(err, ERR_INPUT, "there is no time zone \"%s\"", quoted);
    }
    *out = zone;
    return true;
}

void
zone_close(struct zone *zone)
{
    free(zone);
}

/* ---- calendar (proleptic Gregorian; days since 1970-01-01) --------------------------
 */

/* Howard Hinnant's days_from_civil: years begin in March, so that a leap day is last.
 */
static int64_t
days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void
date_of(int64_t days, struct zone_time *time)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t shifted = (5 * doy + 2) / 153;
    time->day = (int)(doy - (153 * shifted + 2) / 5 + 1);
    time->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    time->year = (int)(yoe + era * 400 + (time->month <= 2));
}

static int64_t
floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool
zone_is_date(const struct zone_time *time)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (time->month < 1 || time->month > 12)
        return false;
    bool leap = time->year % 4 == 0 && (time->year % 100 != 0 || time->year % 400 == 0);
    return time->day >= 1 &&
           time->day <= days[time->month - 1] + (leap && time->month == 2);
}

int64_t
zone_wall_ms(const struct zone_time *time)
{
    int64_t days = days_of(time->year, time->month, time->day);
    return (days * 86400 + time->hour * 3600 + time->minute * 60 + time->second) * 1000;
}

void
zone_wall_time(int64_t wall_ms, struct zone_time *time)
{
    int64_t wall_s = floor_divide(wall_ms, 1000);
    int64_t days = floor_divide(wall_s, 86400);
    int64_t rest = wall_s - days * 86400;
    date_of(days, time);
    time->hour = (int)(rest / 3600);
    time->minute = (int)(rest / 60 % 60);
    time->second = (int)(rest % 60);
}

/* ---- a place -----------------------------------------------------------------------
 */

int64_t
zone_offset_ms(const struct zone *zone, int64_t utc_ms)
{
    int64_t at_s = floor_divide(utc_ms, 1000);
    int32_t offset_s = zone->first_offset_s;
    for (unsigned i = 0; i < zone->count && zone->changes[i].from_s <= at_s; i++)
        offset_s = zone->changes[i].offset_s;
    return (int64_t)offset_s * 1000;
}

void
zone_local(const struct zone *zone, int64_t utc_ms, struct zone_time *time)
{
    zone_wall_time(utc_ms + zone_offset_ms(zone, utc_ms), time);
}

int64_t
zone_utc_ms(const struct zone *zone, const struct zone_time *time)
{
    enum { DAY_MS = 86400 * 1000 };
    int64_t local_ms = zone_wall_ms(time);
    /* the offsets before and after any change that may be near */
    int64_t before = zone_offset_ms(zone, local_ms - DAY_MS);
    int64_t after = zone_offset_ms(zone, local_ms + DAY_MS);
    if (zone_offset_ms(zone, local_ms - before) == before)
        return local_ms - before; /* comes once before the change, or first of twice */
    if (zone_offset_ms(zone, local_ms - after) == after)
        return local_ms - after;
    return local_ms - before; /* never comes */
}

/* ---- as a text ---------------------------------------------------------------------
 */

static bool
is_right(const struct zone_time *t)
{
    return t->year >= 1970 && t->year <= 2099 && zone_is_date(t) && t->hour <= 23 &&
           t->minute <= 59 && t->second <= 59;
}

/* Takes the form "dddd-dd-dd dd:dd[:dd]" alone: 'd' a digit, ' ' a space or 'T'. */
static bool
has_form(const char *text, const char *form)
{
    for (; *form; form++, text++) {
        bool right = *form == 'd'   ? isdigit((unsigned char)*text) != 0
                     : *form == ' ' ? *text == ' ' || *text == 'T'
                                    : *text == *form;
        if (!right)
            return false;
    }
    return *text == '\0';
}

bool
zone_read(const char *text, struct zone_time *time, struct err *err)
{
    struct zone_time t = { 0 };
    char between, quoted[64];
    if ((has_form(text, "dddd-dd-dd dd:dd") || has_form(text, "dddd-dd-dd dd:dd:dd")) &&
        sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d", &t.year, &t.month, &t.day, &between,
               &t.hour, &t.minute, &t.second) >= 6 &&
        is_right(&t)) {
        *time = t;
        return true;
    }
    return err_set(err, ERR_INPUT, "want a time like \"2026-11-24 13:30\", got \"%s\"",
                   str_quote(quoted, sizeof quoted, text, strlen(text)));
}
