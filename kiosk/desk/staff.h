#ifndef YUELAI_STAFF_H
#define YUELAI_STAFF_H

/* staff: what people behind the desk look up and do, for the screen's staff corner and
 * kioskctl alike. Reads roster, journal and spool; what changes something goes through
 * the desk, which records it. Who may do what is decided here and nowhere else. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "desk/desk.h"
#include "desk/pin.h"
#include "err.h"
#include "store/journal.h"
#include "store/roster.h"
#include "store/roster_search.h"
#include "store/spool.h"

/* ---- who may ------------------------------------------------------------------ */

enum staff_act {
    STAFF_FIND, /* and the detail view */
    STAFF_PRESENT, /* check somebody in without a code */
    STAFF_SAY_BADGE, /* "the badge came out" */
    STAFF_REPRINT,
    STAFF_ROLE, /* change the station's role */
    STAFF_PEOPLE, /* set and unlock PINs */
    STAFF_SERVER, /* ask the ticketing server now, or not at all; its work lists */
    STAFF_ENROL, /* which server it is, and whether it may be right against the copy */
    STAFF_ACT_COUNT
};

/* helper: find, present, say; desk: reprint, server; supervisor: role, people, enrol. */
bool staff_may(enum pin_level level, enum staff_act act);

/* ---- finding ------------------------------------------------------------------ */

enum staff_presence { STAFF_NEVER, STAFF_INSIDE, STAFF_LEFT };

struct staff_row {
    struct ticket ticket;
    bool has_list; /* this station's list for the ticket's event */
    enum staff_presence presence; /* on that list */
    int64_t last_at_ms; /* of that; 0 = never */
    bool has_badge;
    enum spool_state badge; /* has_badge: of its newest job */
    uint32_t issue; /* the highest known; 0 = none */
};

/* Finds by what somebody types: name, pinyin, organisation, order code (as roster_search),
 * a badge code or a ticket's whole code. Rows (room for max) are best first. Typing that
 * finds nothing is no error. */
bool staff_find(struct desk *desk, const char *typed, struct staff_row *rows,
                unsigned max, unsigned *count, struct err *err);

/* ---- one guest ------------------------------------------------------------------ */

enum { STAFF_HISTORY_MAX = 50, STAFF_JOBS_MAX = 20, STAFF_LISTS_MAX = 20 };

struct staff_list {
    struct list list;
    struct journal_history history;
    bool is_ours; /* the one this station checks against */
};

/* Large: allocate it. Where there is more than fits, the newest rows and jobs are kept. */
struct staff_detail {
    struct staff_row summary;
    struct journal_row rows[STAFF_HISTORY_MAX]; /* oldest first */
    unsigned row_count;
    struct spool_job jobs[STAFF_JOBS_MAX]; /* oldest first */
    unsigned job_count;
    struct staff_list lists[STAFF_LISTS_MAX]; /* that take the ticket, soonest first */
    unsigned list_count;
};

/* Fails with ERR_ABSENT if there is no such ticket. */
bool staff_detail(struct desk *desk, const char *ref, struct staff_detail *detail,
                  struct err *err);

/* ---- reprint -------------------------------------------------------------------- */

/* The reasons to choose from, by key; the last is "other", which wants words. */
struct staff_reason {
    const char *key; /* "lost"; kept in journal and spool */
    bool wants_text;
};
extern const struct staff_reason staff_reasons[];
extern const unsigned staff_reason_count;

/* Reprints for reason `key`, with `text` (may be "" unless the reason wants it). Fails with
 * ERR_INPUT naming the reasons there are. */
bool staff_reprint(struct desk *desk, const char *ref, const char *key, const char *text,
                   const char *who, struct spool_job *job, struct err *err);

#endif
