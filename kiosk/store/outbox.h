#ifndef YUELAI_OUTBOX_H
#define YUELAI_OUTBOX_H

/* outbox: what must still reach the server. A row is written in the transaction of the
 * thing it tells of, and is never deleted unsent.
 *
 *     PENDING -> SENT
 *        |  '--> DEAD   the server cannot take it: kept, listed, exported, retryable
 *        '<-> HOLD      the server does not know us (401/403): waits, with an alarm
 *
 * Rows of an event without a server (a CSV roster) stay PENDING; `kioskctl export`
 * hands them over by hand. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store/journal.h"

enum outbox_kind { OUTBOX_CHECKIN, OUTBOX_REFUSAL, OUTBOX_PRINTED };
enum outbox_state { OUTBOX_PENDING, OUTBOX_HOLD, OUTBOX_SENT, OUTBOX_DEAD };
enum { OUTBOX_STATE_COUNT = OUTBOX_DEAD + 1, OUTBOX_BODY_MAX = 4095 };

struct outbox_row {
    int64_t id; /* filled in by outbox_add */
    uint8_t nonce[JOURNAL_NONCE_BYTES];
    enum outbox_kind kind;
    enum outbox_state state;
    char event[ROSTER_KEY_MAX + 1];
    int64_t about; /* journal row id, or spool job id for OUTBOX_PRINTED */
    int64_t at_ms; /* of the thing itself: rows go in order of this */
    int64_t next_ms; /* not before */
    unsigned tries;
    char answer[ROSTER_TEXT_MAX + 1]; /* the server's last words */
    char body[OUTBOX_BODY_MAX + 1]; /* JSON: what cannot be read back elsewhere */
};

const char *outbox_state_name(enum outbox_state state); /* "pending" … */
const char *outbox_kind_name(enum outbox_kind kind); /* "check-in" … */

bool outbox_add(struct db *db, struct outbox_row *row, struct err *err);
bool outbox_move(struct db *db, struct outbox_row *row, enum outbox_state to,
                 struct err *err);
/* Rows in these states (bits), by at_ms then id, due at now_ms (0: due or not). */
bool outbox_each(struct db *db, unsigned states, int64_t now_ms, unsigned max,
                 bool (*each)(const struct outbox_row *row, void *self), void *self,
                 struct err *err);

/* The same, a row at a time, so that a long walk can be cut into slices: from `place`
 * (begin with OUTBOX_BEGIN) to the row behind it. */
struct outbox_place {
    int64_t at_ms, id;
};
#define OUTBOX_BEGIN ((struct outbox_place){ .at_ms = INT64_MIN })
bool outbox_next(struct db *db, unsigned states, struct outbox_place *place, bool *found,
                 struct outbox_row *row, struct err *err);

/* Ids of the PENDING rows that a server can be given now, in order of time: those that
 * are due (a next_ms over an hour ahead is that of a clock that was wrong) and whose
 * event is a server's, or is not in the copy at all. At most max; *count is how many. */
bool outbox_due(struct db *db, int64_t now_ms, int64_t *ids, unsigned max,
                unsigned *count, struct err *err);
/* How many such rows wait, due or not, and the at_ms of the oldest; 0 = none. */
bool outbox_waiting(struct db *db, int64_t *rows, int64_t *oldest_ms, struct err *err);
bool outbox_get(struct db *db, int64_t id, bool *found, struct outbox_row *row,
                struct err *err);
/* All PENDING rows of this event and kind -> HOLD, with these words. In a transaction. */
bool outbox_hold(struct db *db, const char *event, enum outbox_kind kind,
                 const char *words, struct err *err);
/* All rows of this state (HOLD or DEAD), or the one with this id, -> PENDING, due at
 * once. *count is how many. In a transaction. */
bool outbox_release(struct db *db, enum outbox_state from, int64_t id, int64_t *count,
                    struct err *err);

/* All rows of a server that wait, on HOLD too, -> DEAD, with these words: no server will
 * get them. In a transaction. */
bool outbox_abandon(struct db *db, const char *words, int64_t *count, struct err *err);

struct outbox_counts {
    int64_t rows[OUTBOX_STATE_COUNT];
    int64_t oldest_pending_ms; /* at_ms; 0 = none */
};
bool outbox_counts(struct db *db, struct outbox_counts *counts, struct err *err);

#endif
