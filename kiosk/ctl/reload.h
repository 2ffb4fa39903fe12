#ifndef YUELAI_RELOAD_H
#define YUELAI_RELOAD_H

/* reload: what became of the last reading of the configuration, for the log, `kioskctl
 * reload` and `kioskctl status`. The text of each is lines, without an end mark on the
 * last:
 *
 *     wrong    FILE:LINE: OPTION: what is wrong       refused: nothing was taken
 *     taken    "scanner side: added"                  in force
 *     waits    "data: with the next restart"          named, not in force
 *              "printer left: when its badge is out"
 */

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum { RELOAD_TEXT_MAX = 64 * 1024 };

struct reload {
    int64_t at_ms; /* UTC of the last time it was read again; 0 = not since the start */
    bool refused;
    char file[1024]; /* "" = none: defaults */
    struct str wrong, taken, waits;
};

/* Who can read it again, and what came of the last time; NULL = nobody. */
struct reload_door {
    const struct reload *last;
    void (*again)(void *self); /* before it returns, `last` is new */
    void *self;
};

static inline void
reload_add(struct str *lines, const char *line)
{
    str_addf(lines, "%s%s", lines->length ? "\n" : "", line);
}

#endif
