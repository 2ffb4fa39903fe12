#ifndef YUELAI_KIOSKCTL_LOCAL_H
#define YUELAI_KIOSKCTL_LOCAL_H

/* kioskctl_local: a station without its daemon. Takes the lock that kioskd would hold,
 * builds the parts that need no devices (store, import, PINs) and runs one command. */

#include <stdbool.h>

#include "ctl/ask.h"
#include "ctl/words.h"
#include "err.h"

struct setup; /* setup.h: the configuration */

struct local {
    struct setup *setup;
    const char *socket; /* of the configuration; the setup's */
    bool wrong; /* something is wrong with it: only a running kioskd is of use */
    struct err why;
};

/* Reads the configuration: `path`, or the usual places, or defaults. One that is wrong
 * still says where the socket is; fails if nothing of `path` could be read. */
bool local_open(const char *path, struct local *local, struct err *err);
void local_close(struct local *local);

/* A directory that root has just made for an answer is written to by the station: gives
 * it to whom the station's data belong. */
bool local_hand_over(const struct local *local, const struct words *words,
                     struct err *err);

/* Root works as the owner of the data, so that kioskd can open what was made. Lines of
 * the answer go to `line` as they would come from the socket. ERR_BUSY: somebody holds
 * the data after all. */
bool local_run(struct local *local, struct words *words, ask_line_fn *line, void *self,
               struct err *err);

#endif
