#ifndef YUELAI_CONFIG_SCAN_H
#define YUELAI_CONFIG_SCAN_H

/* config_scan: where things stand in a configuration file. The library that parses it
 * stops at its first error and forgets the lines of what it has read; this walk over the
 * same text remembers them, so that every error can be told with its place. It does not
 * judge: what it cannot make sense of is left to the parser.
 */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum { CONFIG_SCAN_NAME_MAX = 63 };

struct config_place {
    char name[CONFIG_SCAN_NAME_MAX + 1]; /* of a section or an option; cut if longer */
    char title[CONFIG_SCAN_NAME_MAX + 1]; /* of a section, as written; "" = none */
    bool is_section;
    int within; /* place of the section it stands in, -1 = none */
    int line; /* from 1, of its name */
    size_t begin, end; /* bytes of it all: name to value, or to the closing brace */
};

struct config_scan {
    struct config_place *places; /* in the file's order */
    int count, room;
};

/* Fails with ERR_INPUT for a quote, comment or section without an end (text says
 * "line N: …"), ERR_LIMIT if there is too much. */
bool config_scan(const char *text, size_t length, struct config_scan *scan,
                 struct err *err);
void config_scan_finish(struct config_scan *scan);

#endif
