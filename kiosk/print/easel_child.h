#ifndef YUELAI_EASEL_CHILD_H
#define YUELAI_EASEL_CHILD_H

/* easel_child: a helper program of ours and its end, on the loop: no SIGCHLD, which
 * belongs to nobody in a house of several stations, but a descriptor of the process
 * (pidfd) that becomes readable when it is gone. */

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "loop.h"

struct easel_child;

/* `words` is for people: "signal 11", "exit 1"; good: it left with 0. The child is
 * destroyed after this returns. */
typedef void easel_child_fn(bool good, const char *words, void *self);

struct easel_child_setting {
    const char *const *arguments; /* [0] is the program's path */
    const char *const *environment;
    int output; /* its stdout; -1: none */
    int socket; /* its descriptor 3; -1: none */
    const struct loop *loop;
    easel_child_fn *ended; /* from the loop */
    void *self;
};

/* All other descriptors of ours are closed in it. */
bool easel_child_start(const struct easel_child_setting *setting,
                       struct easel_child **child, struct err *err);
void easel_child_kill(struct easel_child *child); /* `ended` still comes */
pid_t easel_child_pid(const struct easel_child *child);

/* Kills, waits, and calls nothing. Takes NULL. */
void easel_child_destroy(struct easel_child *child);

#endif
