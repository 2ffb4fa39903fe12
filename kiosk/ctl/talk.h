#ifndef YUELAI_TALK_H
#define YUELAI_TALK_H

/* talk: a command's conversation with whoever sits at the terminal. Nothing hangs: where
 * standard input is no terminal, a question is an error that names the option which
 * answers it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"

struct talk {
    FILE *in, *out;
    bool terminal; /* somebody is there to be asked */
    bool yes; /* --yes: to everything */
    bool dry; /* --dry-run: shown, and not done */
};

void talk_say(const struct talk *talk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "question [y/N] ". --yes answers it; --dry-run says no. */
bool talk_agree(const struct talk *talk, const char *question, bool *agreed,
                struct err *err);

/* A line; an empty one is the fallback ("" = none, asked again). `option` would have
 * answered it. */
bool talk_ask(const struct talk *talk, const char *question, const char *fallback,
              const char *option, char *answer, size_t size, struct err *err);

/* A number of a list, from 0. One item is no question. */
bool talk_choose(const struct talk *talk, const char *question,
                 const char *const items[], unsigned count, const char *option,
                 unsigned *chosen, struct err *err);

#endif
