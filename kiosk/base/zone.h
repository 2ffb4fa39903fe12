#ifndef YUELAI_ZONE_H
#define YUELAI_ZONE_H

/* zone: the local time of a place, from the system's time zone files ("Asia/Shanghai"),
 * for as many places in one process as are wanted: the C library knows but one at a time.
 *
 * Only files that spell their changes out are taken for zones with summer time (tzdata is
 * built so in Debian, to 2037); one that leaves them to a rule is refused, never guessed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct zone;

/* "" is the system's own zone (/etc/localtime). Fails with ERR_INPUT for a name that is
 * none, ERR_IO for a file that is not what it should be. */
bool zone_open(const char *name, struct zone **zone, struct err *err);
void zone_close(struct zone *zone); /* takes NULL */

struct zone_time {
    int year, month, day; /* month 1 to 12 */
    int hour, minute, second;
};

/* ---- without a place ------------------------------------------------------------ */

/* True if there is such a day in that year. */
bool zone_is_date(const struct zone_time *time);

/* What a clock on the wall shows, as milliseconds since it showed 1970-01-01 00:00 (also
 * before that): at UTC's own clock it is the moment itself. */
int64_t zone_wall_ms(const struct zone_time *time);
void zone_wall_time(int64_t wall_ms, struct zone_time *time); /* a part of a second: cut */

/* ---- of a place ----------------------------------------------------------------- */

/* Milliseconds to add to UTC at that moment. */
int64_t zone_offset_ms(const struct zone *zone, int64_t utc_ms);

/* The local time of a moment. */
void zone_local(const struct zone *zone, int64_t utc_ms, struct zone_time *time);

/* The moment of a local time. One that comes twice (the clock goes back) is the first; one
 * that never comes (it goes forward) is as much after the change as it says. */
int64_t zone_utc_ms(const struct zone *zone, const struct zone_time *time);

/* Reads "2026-11-24 13:30", also with 'T' between and with ":05" seconds. Fails with
 * ERR_INPUT, saying what would be right. */
bool zone_read(const char *text, struct zone_time *time, struct err *err);

#endif
