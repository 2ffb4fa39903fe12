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

struct easel_child_end {
    bool good;      /* it left with 0 */
    int exit_code;  /* -1: a signal ended it */
    int signal;     /* 0: it left by itself */
    char words[48]; /* for people: "signal 11", "exit 1" */
};

/* Somebody stopped it: the kernel out of memory, an operator, a service manager. What a
 * helper brings upon itself ends otherwise: the jail's limits end in SIGXCPU and in
 * failed allocations, a parser's mistake in SIGSEGV and its like. */
bool easel_child_was_stopped(const struct easel_child_end *end);

/* The child is destroyed after this returns. */
typedef void easel_child_fn(const struct easel_child_end *end, void *self);

struct easel_child_setting {
    const char *const *arguments; /* [0] is the program's path */
    const char *const *environment;
    int output; /* its stdout; -1: none */
    int socket; /* its descriptor 3; -1: none */
    const struct loop *loop;
    easel_child_fn *ended; /* from the loop */
    void *self;
};

/* All other descriptors of ours are closed in it. ERR_BUSY: the machine has no room for
 * it now (processes, memory, descriptors); another time it may. */
bool easel_child_start(const struct easel_child_setting *setting,
                       struct easel_child **child, struct err *err);
void easel_child_kill(struct easel_child *child); /* `ended` still comes */
pid_t easel_child_pid(const struct easel_child *child);

/* Kills, waits, and calls nothing. Takes NULL. */
void easel_child_destroy(struct easel_child *child);

#endif
