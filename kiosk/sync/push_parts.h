#ifndef YUELAI_PUSH_PARTS_H
#define YUELAI_PUSH_PARTS_H

/* push_parts: what the files of the push family share.
 *
 *     push.c           which rows go, how many at once, when again
 *     push_end.c       ends are written down; how the line is
 *     push_body.c      an outbox row -> the server's call
 *     push_answer.c    the server's answer -> what becomes of the row
 *     push_conflict.c  the answer -> another station's entry with the same ticket
 */

#include "store/conflict.h"
#include "store/journal.h"
#include "store/outbox.h"
#include "sync/push.h"

enum {
    PUSH_SLOTS_MAX = 16,
    PUSH_READY_MAX = 64, /* rows that were looked up at once */
    PUSH_TOGETHER = 16, /* ends that are written in one transaction */
    PUSH_CONFLICTS_MAX = 4, /* of one answer */
    PUSH_FIRST_MS = 1000,
    PUSH_LONGEST_MS = 5 * 60 * 1000,
    PUSH_HOLD_MS = 30 * 1000, /* the first wait of a HOLD */
    PUSH_RETRY_AFTER_MAX_MS = 3600 * 1000,
    PUSH_MISSING_TRIES = 24 /* some two hours */
};

/* What becomes of a row. PENDING is a try that failed. */
struct push_end {
    enum outbox_state to;
    bool link; /* it is the line or the server that failed, not this row */
    bool trouble; /* this row's, unless many have it in a row */
    bool locked; /* all rows wait */
    int64_t wait_ms; /* at least; 0 = as the backoff says */
    char words[ROSTER_TEXT_MAX + 1];
};

/* An end that is not written down yet. */
struct push_settled {
    int64_t id;
    unsigned tries;
    int64_t next_ms;
    struct push_end end;
    enum outbox_kind kind;
    char event[ROSTER_KEY_MAX + 1];
    struct conflict *conflicts; /* owned */
    unsigned conflict_count;
};

struct push_slot {
    struct push *push;
    bool busy;
    bool no_position; /* the server did not know the one we named */
    uint64_t good; /* push's count when it was sent */
    struct api_call call;
    struct outbox_row row;
    struct journal_row journal; /* of a check-in or refusal */
    char ref[ROSTER_REF_MAX + 1]; /* "" = a code that our copy does not know */
    int64_t position; /* as named in the call; 0 = none */
};

struct push {
    struct push_setting set;
    struct push_slot slots[PUSH_SLOTS_MAX];
    unsigned slot_count;
    int64_t ready[PUSH_READY_MAX];
    unsigned ready_at, ready_count;
    bool looked; /* ready is of this turn */
    bool passed_over; /* a row waits for another of its ticket */
    struct push_settled settled[PUSH_TOGETHER + PUSH_SLOTS_MAX];
    unsigned settled_count;
    struct loop_timer *write_timer;
    bool turning; /* within its turn */

    unsigned failures; /* of the line, since the last good exchange */
    unsigned troubles; /* answers of 5xx since then */
    int64_t pause_until_ms, hold_until_ms; /* mono; 0 = none */
    unsigned holds;
    bool locked;
    uint64_t good; /* exchanges that came through */
    int64_t round; /* of retries: part of each idempotency key */
    int64_t last_ok_ms;
    char trouble[256];
    void (*on_result)(const struct api_call *, void *self);
    void *on_result_self;
};

/* Fills slot->call from slot->row. False: it cannot be sent, *end says why. */
bool push_write(struct push *push, struct push_slot *slot, struct push_end *end);

/* What slot->call's answer means for its row. */
void push_judge(const struct push_slot *slot, struct push_end *end);
/* 1 s, 2 s, 4 s … 5 min, each a quarter more or less. */
int64_t push_backoff(const struct random *random, unsigned tries);

/* The slot's row has ended so: to be written soon, and not sent again before. */
void push_settle(struct push *push, struct push_slot *slot, const struct push_end *end);
void push_settle_conflicts(struct push *push, const struct push_slot *slot);
/* Writes what has ended; what cannot be written now stays, and is tried again. */
void push_flush(struct push *push);
void push_drop_ends(struct push *push);

void push_line_failed(struct push *push, const struct push_slot *slot,
                      const struct push_end *end);
/* A row had trouble of its own: a second's rest for the server, then the others go on. */
void push_breathe(struct push *push);
void push_line_is_good(struct push *push);
void push_hold(struct push *push, const struct push_end *end);

/* Other devices' entries that make a conflict with the row of an answer that was ok;
 * returns how many. */
unsigned push_find_conflicts(struct push *push, const struct push_slot *slot,
                             struct conflict *found, unsigned max);

#endif
