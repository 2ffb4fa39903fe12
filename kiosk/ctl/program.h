#ifndef YUELAI_PROGRAM_H
#define YUELAI_PROGRAM_H

/* program: another program, run and waited for, while a person waits too. No shell. */

#include <stdbool.h>

#include "err.h"
#include "str.h"

enum { PROGRAM_OUTPUT_MAX = 64 * 1024, PROGRAM_LIMIT_MS = 60000 };

/* argv ends with NULL; argv[0] is looked for in PATH if it has no '/'. What it writes, to
 * standard output and error, is in `output` (str_init by the caller; what is over its cap
 * is dropped). Fails if it cannot be started, is killed, or takes over a minute (it is
 * killed then); else *status is its exit status. */
bool program_run(const char *const argv[], struct str *output, int *status,
                 struct err *err);

#endif
