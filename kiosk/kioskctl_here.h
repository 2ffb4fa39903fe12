#ifndef YUELAI_KIOSKCTL_HERE_H
#define YUELAI_KIOSKCTL_HERE_H

/* kioskctl_here: commands about this machine (its printers, its CUPS, its configuration),
 * which kioskctl runs itself, with the rights and at the terminal of whoever called it. The
 * station's data is not touched, its daemon only asked. */

#include <stdbool.h>

#include "ctl/ask.h"
#include "ctl/words.h"
#include "err.h"
#include "kioskctl_local.h"

struct here {
    const struct local *local;
    const char *socket;
    bool json; /* what is said goes to standard error: standard output is the answer's */
};

bool here_run(const struct here *here, const struct words *words, ask_line_fn *line,
              void *self, struct err *err);

#endif
