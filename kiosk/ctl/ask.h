#ifndef YUELAI_ASK_H
#define YUELAI_ASK_H

/* ask: kioskctl's side of the socket. Blocking: a person waits. */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* Called for each line of the answer, without its newline; last on the result or error. */
typedef void ask_line_fn(const char *line, size_t length, void *self);

struct ask {
    const char *socket; /* path */
    const char *request; /* a JSON object, one line */
    size_t length;
    const int *files; /* COMMAND_FILES_MAX of them, -1 = none */
    ask_line_fn *line;
    void *self;
};

/* Sends the request with its files and reads to the end. ERR_ABSENT: nobody answers on
 * that socket; ERR_REMOTE: the answer broke off. */
bool ask_station(const struct ask *ask, struct err *err);

#endif
