#ifndef YUELAI_ERR_H
#define YUELAI_ERR_H

/* err: what went wrong, once, in words a person can act on.
 *
 * A call that can fail returns bool and takes `struct err *err` last. On success
 * it leaves err alone; on failure it fills it and returns false, so the usual
 * line is
 *
 *     if (!roster_open(roster, path, err))
 *         return err_wrap(err, "roster %s", path);
 *
 * `code` is for programs to branch on; `text` is for the log and the operator and
 * names the thing, the place and what would be right. Outcomes of the event's own
 * world ("already in") are values of their own types, never errors.
 */

#include <stdbool.h>

enum err_code {
    ERR_NONE,
    ERR_INPUT,  /* what came from outside is wrong; text says where and how */
    ERR_IO,     /* a disk or device failed */
    ERR_REMOTE, /* another program or server failed or refused */
    ERR_LIMIT,  /* a bound of ours was reached; nothing was changed */
    ERR_ABSENT, /* the thing that was named is not there */
    ERR_BUSY,   /* somebody else holds it, or it is not the time for it */
    ERR_MEMORY, /* no memory; nothing was changed */
    ERR_CODE_COUNT
};

struct err {
    enum err_code code;
    char text[384]; /* UTF-8, one line, cut at a character's end */
};

/* Fills err and returns false, so that a caller can `return err_set(…)`. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the text already there, keeps the code, returns false. */
bool err_wrap(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The usual failure of an allocation. Returns false. */
bool err_no_memory(struct err *err);

#endif
