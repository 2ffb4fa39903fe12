#ifndef YUELAI_GIVEN_H
#define YUELAI_GIVEN_H

/* given: what guests have answered at this station to an organiser's questions. An answer
 * counts here at once, also while the server has not heard of it; once the server's own
 * copy of the ticket has it, it is kept no longer:
 *
 *     KEPT --all that was written of the ticket is SENT--> taken (given_take, before a download)
 *      '----- the download is whole and has an answer ---> gone  (given_settle, behind it)
 *      '----- the event has left the roster -------------> gone  (given_forget_gone)
 *
 * Nothing that still has to be uploaded stands here: a row of the outbox has its answers
 * in its body. In journal.db's settings, under "answer.<ref>.<question>". */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"

struct db;

/* Inside the transaction of the entry it belongs to. */
bool given_keep(struct db *db, const char *ref, int64_t question, const char *value,
                struct err *err);

/* A ticket's, each one borrowed for the call; stops when `each` returns false. */
bool given_each(struct db *db, const char *ref,
                bool (*each)(const struct roster_answer *, void *self), void *self,
                struct err *err);

enum { GIVEN_TAKE_MAX = 256, GIVEN_KEY_SIZE = 8 + ROSTER_REF_MAX + 24 };

struct given {
    char ref[ROSTER_REF_MAX + 1];
    int64_t question;
};

/* { 0 } at first. */
struct given_taken {
    struct given rows[GIVEN_TAKE_MAX];
    unsigned count;
    char after[GIVEN_KEY_SIZE]; /* where the next take goes on; "" = at the beginning */
};

/* The next ones of tickets about which no check-in waits or was refused: the server has
 * heard all that there is, and what is downloaded from now on shows it. */
bool given_take(struct db *db, struct given_taken *taken, struct err *err);

/* Of those taken, what the roster has an answer to by now goes, unless the ticket has
 * more to upload since. *gone is how many. */
bool given_settle(struct db *db, struct given_taken *taken, unsigned *gone,
                  struct err *err);

/* What was answered at events that are not in the roster any more goes. */
bool given_forget_gone(struct db *db, struct err *err);

#endif
