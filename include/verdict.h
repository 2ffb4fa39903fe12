#ifndef YUELAI_VERDICT_H
#define YUELAI_VERDICT_H

/* verdict: the answer to a scan, and the words that the rest of the house and other
 * programs use for it. ticket/admit decides it; the claim door may confirm or refuse
 * it; the journal keeps it; the screen explains it. The numbers never change: they
 * stand in journals. */

#include <stdbool.h>

enum verdict {
    VERDICT_ADMIT, /* may come in; entry recorded */
    VERDICT_ADMIT_AGAIN, /* may come in again: the list allows several entries */
    VERDICT_EXIT, /* left; exit recorded */
    VERDICT_PRINT_ONLY, /* admitted before, badge not out yet: it prints */
    VERDICT_ALREADY_IN, /* admitted before (when and where is in the outcome) */
    VERDICT_UNPAID,
    VERDICT_CANCELLED,
    VERDICT_BLOCKED,
    VERDICT_REVOKED,
    VERDICT_NOT_YET_VALID,
    VERDICT_NO_LONGER_VALID,
    VERDICT_WRONG_LIST, /* a good ticket, for another door or session */
    VERDICT_RULES, /* a rule of the list says no, with a reason */
    VERDICT_QUESTIONS, /* questions want answers first */
    VERDICT_AMBIGUOUS, /* several tickets answer to this code: a person decides */
    VERDICT_NOT_IN_COPY, /* unknown here; the copy may be old: never "invalid" */
    VERDICT_REPLACED, /* a badge whose successor has been issued */
    VERDICT_MALFORMED, /* no code of any kind that we know */
    VERDICT_UNAPPROVED, /* its order waits for the organiser's approval */
    VERDICT_ERROR, /* a server, or a gap in the copy, leaves it open: a person decides */
    VERDICT_EXCHANGE, /* a wristband or card is to be handed out for it first */
    VERDICT_EXCHANGED, /* it was, and that is what opens doors now */
    VERDICT_FORGED, /* a badge that nobody of this event's stations signed */
    VERDICT_COUNT
};

/* "admit", "already-in", …: for logs, rows, JSON and exports; never translated. */
const char *verdict_name(enum verdict verdict);

/* The verdict of that name; false if there is none. */
bool verdict_from_name(const char *name, enum verdict *verdict);

/* True if the guest may pass (admit, admit again, exit). */
bool verdict_passes(enum verdict verdict);

#endif
