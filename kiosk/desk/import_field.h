#ifndef YUELAI_IMPORT_FIELD_H
#define YUELAI_IMPORT_FIELD_H

/* import_field: one field of a table, made fit for a row of the roster. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone;

/* Copies without what no badge can show: blanks around it (full-width ones too), line
 * breaks and other control characters (a space each), invisible marks and overrides of
 * direction, the ' in front of a formula (desk/csv_write.h). False if it does not fit:
 * nothing is cut, `to` is "" then. */
bool field_clean(char *to, size_t size, const char *text);

/* "AI Forum, Hall 2" -> "ai-forum-hall-2"; letters beyond ASCII stay. Cut at a
 * character's end; "" if nothing is left. */
void field_slug(char *to, size_t size, const char *text);

/* A local time of zone, or one with Z or an offset: "2026-11-25", "2026/11/25 9:30",
 * "2026年11月25日 9:30", "2026-11-25T09:30:00+08:00". A date alone is its beginning, or
 * its last second if `end`. False: no such moment. */
bool field_moment(const struct zone *zone, const char *text, bool end, int64_t *ms);

/* What this program takes for a telephone-free, one-@ address; lower case in `to`. */
bool field_email(char *to, size_t size, const char *text);

#endif
