#ifndef YUELAI_SPOOL_H
#define YUELAI_SPOOL_H

/* spool: the print jobs, and which issue of a ticket's badge is the valid one.
 *
 *     QUEUED -> DRAWN -> SENDING -> SENT -> PRINTED(evidence)
 *                 ^         |         +-> FAILED (nothing on paper)   -> QUEUED, issue+1
 *                 |         |         +-> UNCERTAIN (may be on paper) -> ask:
 *                 |         |                 yes -> PRINTED(said) | no -> QUEUED, issue+1
 *                 |         +-> UNKNOWN -> ask the spooler by job name: there -> SENT
 *                 |                |                | nobody can know -> UNCERTAIN
 *                 +----------------+ absent, and nothing can come out twice: DRAWN,
 *                                    same issue (print/printq_watch.c has the cases)
 *     any but PRINTED -> VOID: a later issue took its place
 *
 * and, where the drawing has no room: QUEUED or DRAWN -> FAILED (cannot be drawn), DRAWN
 * -> QUEUED (drawn again, perhaps for another printer), SENDING -> FAILED (refused) or
 * DRAWN (the spooler was not reached), SENT -> UNKNOWN (the spooler lost it). A step to
 * the state it is in writes the other fields (not from PRINTED, FAILED); to VOID twice is
 * once.
 *
 * A job is one badge a guest is waiting for; its issue is the number of the drawing that
 * may reach paper. Issues count per ticket; each retry and each reprint takes the next,
 * and only the highest issue is valid. The job's name at the spooler is
 * kiosk-<station>-<id>-<issue>.
 *
 * The guest's fields are copied into the job when it is made, so that a badge shows what
 * was admitted even if the roster changes under it. All writes are inside a transaction
 * of db.h; spool_move checks that the step is one of the drawing above. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"

enum spool_state {
    SPOOL_QUEUED,
    SPOOL_DRAWN,
    SPOOL_SENDING,
    SPOOL_SENT,
    SPOOL_UNKNOWN,
    SPOOL_UNCERTAIN,
    SPOOL_FAILED,
    SPOOL_PRINTED,
    SPOOL_VOID,
    SPOOL_STATE_COUNT
};

enum spool_evidence {
    SPOOL_EVIDENCE_NONE,
    SPOOL_EVIDENCE_SAID, /* guest or staff */
    SPOOL_EVIDENCE_TRANSPORT, /* the backend completed, and the profile allows that */
    SPOOL_EVIDENCE_IPP, /* an IPP printer completed it */
    SPOOL_EVIDENCE_PRINTER /* the printer's own status */
};

enum { SPOOL_FIELDS_MAX = 8191 };

struct spool_job {
    int64_t id; /* filled in by spool_add */
    char event[ROSTER_KEY_MAX + 1];
    char ref[ROSTER_REF_MAX + 1];
    char station[4]; /* letters; part of the badge code and the job name */
    uint32_t issue; /* from 1 */
    enum spool_state state;
    enum spool_evidence evidence;
    char cause[ROSTER_KEY_MAX + 1]; /* "first", "retry", or a reprint's reason */
    char who[64]; /* "" = the guest; "staff:li", "uid:0" */
    char printer[ROSTER_KEY_MAX + 1]; /* "" until one was chosen */
    char design[ROSTER_KEY_MAX + 1]; /* "" = the printer's own */
    char kind[ROSTER_KEY_MAX + 1];
    int64_t made_ms, changed_ms; /* UTC */
    int64_t sent_ms; /* 0 until SENT */
    uint64_t epoch; /* the spooler's when it went SENDING; 0 = unknown */
    unsigned draws; /* drawing attempts that the helper did not survive */
    unsigned tries; /* automatic ones that came to nothing since a person last decided */
    char why[ROSTER_TEXT_MAX + 1]; /* of FAILED, UNKNOWN, UNCERTAIN; else "" */
    char fields[SPOOL_FIELDS_MAX + 1]; /* JSON object of texts: the guest's slots */
};

const char *spool_state_name(enum spool_state state); /* "queued" … */
const char *spool_evidence_name(enum spool_evidence evidence);

/* True if the badge may still come out by itself: QUEUED … SENT and UNKNOWN. */
bool spool_on_its_way(enum spool_state state);

/* Adds a job with the ticket's next issue (filled in); state QUEUED. Other jobs of this
 * ticket that are not PRINTED become VOID. */
bool spool_add(struct db *db, struct spool_job *job, struct err *err);

/* Writes the job's new state with evidence, printer, why, sent_ms, epoch, draws and
 * tries, and changed_ms. The step from the stored state must be drawn above: ERR_BUSY if the row
 * has meanwhile gone another way (nothing is written then). */
bool spool_move(struct db *db, struct spool_job *job, enum spool_state to,
                struct err *err);

/* FAILED, UNCERTAIN, UNKNOWN or QUEUED -> QUEUED under the ticket's next issue (cause
 * "retry" or as given), because a person wants it: its tries begin anew. The former issue
 * is void from now on. */
bool spool_again(struct db *db, struct spool_job *job, const char *cause,
                 const char *who, struct err *err);
/* The same by itself, cause "retry": the row keeps its tries. */
bool spool_retry(struct db *db, struct spool_job *job, struct err *err);

bool spool_get(struct db *db, int64_t id, bool *found, struct spool_job *job,
               struct err *err);

/* The newest job of a ticket that is not VOID. */
bool spool_latest(struct db *db, const char *ref, bool *found, struct spool_job *job,
                  struct err *err);

/* Jobs in these states (bits 1u << state), oldest first; each returns false to stop. */
bool spool_each(struct db *db, unsigned states, unsigned max,
                bool (*each)(const struct spool_job *job, void *self), void *self,
                struct err *err);
/* All jobs of a ticket, oldest first. */
bool spool_each_of(struct db *db, const char *ref,
                   bool (*each)(const struct spool_job *job, void *self), void *self,
                   struct err *err);
bool spool_counts(struct db *db, int64_t counts[SPOOL_STATE_COUNT], struct err *err);

/* ---- issues ------------------------------------------------------------------ */

/* The highest issue of a ticket this station has heard of; 0 = none. station (room for
 * 4) gets its letters. */
bool spool_top_issue(struct db *db, const char *ref, uint32_t *issue, char *station,
                     struct err *err);
/* Another station's issue, heard of by sync or by a scan of that badge. */
bool spool_heard(struct db *db, const char *ref, const char *station, uint32_t issue,
                 struct err *err);

#endif
