#ifndef YUELAI_MOMENT_H
#define YUELAI_MOMENT_H

/* moment: times as other programs write them (ISO 8601), and arithmetic by a place's clocks
 * on nights when these change. Pure. Everywhere a zone of NULL is UTC. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"

struct moment {
    int64_t at_ms; /* UTC; without an offset: as if it had been "Z" */
    int32_t offset_minutes; /* as it was written, east is positive */
    bool has_offset; /* "Z", "+01:00", "+0100" or "+01" */
    bool has_time; /* not a date alone, which is its midnight */
};

/* Reads "2026-11-24T13:30:00.123+01:00", also with a space for the 'T', without seconds,
 * without a fraction, without an offset, and a date alone; no other form, no spaces around.
 * Years 1 to 9999; digits beyond milliseconds are cut off. `text` need not end with a NUL. */
bool moment_read(const char *text, size_t length, struct moment *moment);

/* Reads "9:05", "21:30" or "21:30:15" into the clock's fields of `time`, the rest is left
 * alone. "24:00" is none. Also "9:05 pm", "9pm". */
bool moment_read_clock(const char *text, size_t length, struct zone_time *time);

/* Reads "2026-02-29": false, that day never was. */
bool moment_read_date(const char *text, size_t length, struct zone_time *time);

enum { MOMENT_TEXT_MAX = 40 };

/* Writes "2026-11-24T12:30:00.123Z"; returns `to`, so that it can stand in an argument. */
const char *moment_write(int64_t at_ms, char to[MOMENT_TEXT_MAX]);

/* ---- a place's clocks --------------------------------------------------------- */

void moment_local(const struct zone *zone, int64_t at_ms, struct zone_time *time);
int64_t moment_utc_ms(const struct zone *zone, const struct zone_time *time);
int moment_weekday(const struct zone *zone, int64_t at_ms); /* 1 Monday to 7 Sunday */

/* True in the hour that a clock shows for the second time that night. */
bool moment_is_second(const struct zone *zone, int64_t at_ms);

/* As moment_utc_ms, but of a local time that comes twice the second one. */
int64_t moment_utc_second_ms(const struct zone *zone, const struct zone_time *time);

/* The moment when the clock on the wall shows `span_ms` more: 01:30 and two hours is 03:30,
 * whatever happens to the clock in between. */
int64_t moment_add_local(const struct zone *zone, int64_t at_ms, int64_t span_ms);

#endif
