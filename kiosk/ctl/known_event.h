#ifndef YUELAI_KNOWN_EVENT_H
#define YUELAI_KNOWN_EVENT_H

/* known_event: an event that a command was given by its slug is one there is: a slip of
 * the pen is told, not taken for an event without guests. */

#include <stdbool.h>

#include "err.h"

struct db;

/* ERR_ABSENT, naming those there are. gone: one that left the roster and has check-ins
 * will do, too. */
bool known_event(struct db *db, const char *slug, bool gone, struct err *err);

#endif
