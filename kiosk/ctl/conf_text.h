#ifndef YUELAI_CONF_TEXT_H
#define YUELAI_CONF_TEXT_H

/* conf_text: options of one section in somebody's yuelai.conf, changed or added, while
 * every other byte stays as it was. Reading a configuration is base/config's; this knows
 * of its syntax only where a section and a value begin and end.
 *
 *     printer "zebra" {                    printer "zebra" {
 *         uri = "cups:zebra" # left            uri = "cups:zebra" # left
 *         darkness = 15             ->         darkness = 20
 *     }                                        speed = 100
 *                                          }
 */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "str.h"

enum { CONF_VALUE_MAX = 255, CONF_TEXT_MAX = 1024 * 1024 };

struct conf_option {
    const char *name;
    char value[CONF_VALUE_MAX + 1]; /* as it is written: "\"62x100\"", "{1.5, 0}", "20" */
};

/* Is there such a section? */
bool conf_has(const char *text, const char *section, const char *title);

/* The value as it is written, "" if it is not there. */
void conf_get(const char *text, const char *section, const char *title,
              const char *option, char value[CONF_VALUE_MAX + 1]);

/* The text with these options in that section. ERR_ABSENT: there is no such section. */
bool conf_set(const char *text, const char *section, const char *title,
              const struct conf_option options[], unsigned count, struct str *out,
              struct err *err);

/* A section of its own, behind what is there. */
bool conf_append(const char *text, const char *section, const char *title,
                 const struct conf_option options[], unsigned count, struct str *out);

/* The lines that differ, "- " before what goes and "+ " before what comes. */
void conf_diff(const char *before, const char *after, struct str *out);

/* A text in quotes, as the file wants it. */
void conf_quote(const char *text, char value[CONF_VALUE_MAX + 1]);

/* "" for a file that is not there. */
bool conf_read(const char *path, struct str *text, struct err *err);
/* Whole or not at all; owner and mode stay. */
bool conf_write(const char *path, const struct str *text, struct err *err);

#endif
