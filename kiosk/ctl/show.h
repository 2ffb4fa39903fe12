#ifndef YUELAI_SHOW_H
#define YUELAI_SHOW_H

/* show: a command's answer for people: its facts as "Heading: value" lines, its rows as a
 * table, times in the local zone, ages in words. Which members are shown and how stands in
 * the command's own entry. */

#include <stdint.h>

#include "ctl/command.h"
#include "str.h"

struct json;

/* Times are by the clocks of result.zone, which is named below them.
 * Appends the text of result (the object inside "result"). now_ms is for ages. */
void show_result(const struct command *command, const struct json *result,
                 int64_t now_ms, struct str *out);

/* One line for a progress object: its members as "key value", in order. */
void show_progress(const struct json *progress, struct str *out);

#endif
