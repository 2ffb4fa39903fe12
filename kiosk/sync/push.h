#ifndef YUELAI_PUSH_H
#define YUELAI_PUSH_H

/* push: the upload. The outbox in order of time, a few on the way at once over one
 * connection, each answer classified:
 *
 *     PENDING --201 ok, or the nonce is known------------------> SENT
 *        |    --401, 403---------------------------------------> HOLD (alarm; all wait)
 *        |    --429, 409, 5xx, nothing, not JSON---------------> PENDING, later (backoff)
 *        '    --400, 404 with JSON: it can never be taken------> DEAD (kept, listed)
 *
 * Admissions decided here are sent with force: the server takes them whatever its own
 * verdict is; what it cannot take even so (a ticket cancelled meanwhile) is DEAD with its
 * words. One bad row never stops those behind it. A row waits 1 s, 2 s, 4 s … 5 min, with
 * jitter, and never goes unsent.
 *
 * Where 403 closes one event or one kind of call alone, only its rows are on HOLD and the
 * others go on. HOLD is tried again by itself, now and then, and by push_release.
 *
 * An answer that shows another station's entry of the same ticket makes a conflict row
 * (store/conflict.h). */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"
#include "sync/api.h"

struct push;

struct push_setting {
    struct db *db;
    const struct loop *loop;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    struct feed *feed;
    const struct api_client *api;
    const char *station; /* letters, for print logs */
    unsigned at_once; /* 0: 4 */
};

struct push_status {
    int64_t pending, hold, dead, sent; /* rows of events that have a server */
    int64_t oldest_ms; /* at_ms of the oldest that waits; 0 = none */
    int64_t last_ok_ms;
    bool locked; /* the server does not know this device (401): all wait */
    char trouble[256]; /* why rows wait; "" = they need not */
};

bool push_create(const struct push_setting *setting, struct push **push,
                 struct err *err);
void push_destroy(struct push *push);
/* Sends what is due; called at start, each second, and when rows were written. */
void push_poke(struct push *push);
/* Rows go back to PENDING, at once: those of state DEAD or HOLD; id 0 = all of them. */
bool push_retry(struct push *push, int64_t id, const char *who, struct err *err);
/* The account is another, or its token: what was on HOLD goes, nothing waits. */
void push_release(struct push *push);
/* Nothing more is started; what is on its way is given up and stays PENDING. */
void push_stop(struct push *push);
void push_status(const struct push *push, struct push_status *status);
/* True while a call is on its way or a row could go at once. */
bool push_busy(const struct push *push);
/* What each call brings; sync listens to know of revocation and of the link. */
void push_on_result(struct push *push, void (*call)(const struct api_call *, void *self),
                    void *self);

#endif
