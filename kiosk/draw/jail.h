#ifndef YUELAI_DRAW_JAIL_H
#define YUELAI_DRAW_JAIL_H

/* jail: what the drawing helper gives up before it reads a design.
 *
 *     limits   memory, size of a file, open files, CPU time, no core dumps
 *     files    Landlock: read fonts and their configuration, nothing else, write nothing
 *              (kernels before 5.13 have none: `calls` alone then keeps it from writing)
 *     calls    seccomp allow-list for all threads: no sockets, no programs, no processes,
 *              no file opened for writing; anything else fails with EPERM
 *
 * In that order: threads that a library starts while fonts are warmed are born inside
 * `files`. Nothing of it can be undone. A thread is allowed (librsvg's filters and Pango
 * make some), a process is not; RLIMIT_NPROC is not set, as it counts all processes of
 * the user. */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct jail_limits {
    size_t memory_bytes; /* address space */
    size_t file_bytes; /* of one written file, memfd included */
    unsigned files;
    unsigned cpu_s; /* 0: none, for a helper that stays */
};

bool jail_limit(const struct jail_limits *limits, struct err *err);

/* `writable` is the fontconfig cache, or NULL. Paths that do not exist are passed over.
 * *enforced: false if the kernel knows no Landlock. */
bool jail_files(const char *const *readable, const char *writable, bool *enforced,
                struct err *err);

bool jail_calls(struct err *err);

#endif
