#ifndef YUELAI_ADMIT_H
#define YUELAI_ADMIT_H

/* admit: the verdict. Facts in, answer out; no clock, no I/O, no allocation. Who gathers
 * the facts is desk/desk_facts; what they mean for a guest stands in verdict.h.
 *
 * The checks, in this order (the first that fails is the answer); it is the order of the
 * ticketing server, so that a station that is cut off says what the server would say:
 *
 *     check                            verdict             entry  exit  print-only
 *     no code of any kind              MALFORMED             x      x       x
 *     a badge nobody here signed       FORGED                x      x       x
 *     the code was withdrawn           REVOKED               x      x       x
 *     nobody here has this code        NOT_IN_COPY           x      x       x
 *     several tickets have it          AMBIGUOUS             x      x       x
 *     a former issue of a badge        REPLACED              x      x       x
 *     hidden: another session's (1)    WRONG_LIST            x      x       x
 *     ticket cancelled                 CANCELLED             x      x       x
 *     ticket blocked                   BLOCKED               x      x       x
 *     its order wants approval         UNAPPROVED            x      x       x
 *     before the ticket's time         NOT_YET_VALID         x
 *     after the ticket's time          NO_LONGER_VALID       x              x
 *     list is not for this ticket      WRONG_LIST            x      x       x
 *     the copy lacks its product       ERROR                 x      x       x
 *     unpaid, and the list minds (2)   UNPAID                x      x       x
 *     before or after the list's time  NOT_YET_…, NO_LONGER_ x
 *     a rule says no                   RULES                 x
 *     questions without answers        QUESTIONS             x
 *     a medium is to be handed out     EXCHANGE              x      x
 *     one was, and it alone counts     EXCHANGED             x      x
 *     entered before, no more allowed  ALREADY_IN or         x
 *                                      PRINT_ONLY
 *     else                             ADMIT, ADMIT_AGAIN    EXIT   PRINT_ONLY
 *
 * (1) A ticketing server looks for a code only among the tickets of its list's session, so
 * there another session's ticket is not there at all, however cancelled or blocked it may
 * be. Here it is told where it would be right; towards the server it is hidden. Through a
 * medium it is found, and so is a signed one without a ticket: those wait for their turn.
 * (2) A list from a file that includes unpaid ones lets them in by itself; a server's does
 * so only where staff say so (ignore_unpaid).
 *
 * An entry is allowed again if the list allows several, or if it allows re-entry and the
 * newest of entry and exit is an exit. An exit is always allowed. A station that asks the
 * guest for the direction runs the checks of an exit (all of which an entry has too), then
 * says ask_direction.
 *
 * The badge, at a station that prints (admit+print, print-only):
 *
 *     badge        passes                already in                   print-only
 *     NONE         print                 PRINT_ONLY, print            print
 *     FAILED       print                 PRINT_ONLY, print            print
 *     ON_ITS_WAY   show its job          PRINT_ONLY, show its job     show its job
 *     UNCERTAIN    ask if it came out    PRINT_ONLY, ask              ask
 *     OUT          -                     ALREADY_IN                   show its job
 *     ELSEWHERE    -                     ALREADY_IN                   print
 *
 * So "already in" is never said to somebody whose badge is missing where badges are made.
 * A badge that is scanned is a badge that is out: by_badge never prints. */

#include <stdbool.h>
#include <stdint.h>

#include "ticket/role.h"
#include "verdict.h"

enum admit_code {
    ADMIT_CODE_MALFORMED,
    ADMIT_CODE_UNKNOWN, /* not in this station's copy */
    ADMIT_CODE_SEVERAL,
    ADMIT_CODE_TICKET /* one ticket: the facts below are its */
};

enum admit_list {
    ADMIT_LIST_NONE, /* the station has no list of the ticket's event */
    ADMIT_LIST_OTHER_KIND,
    ADMIT_LIST_OTHER_SESSION,
    ADMIT_LIST_TAKES
};

enum admit_badge {
    ADMIT_BADGE_NONE, /* never made */
    ADMIT_BADGE_ON_ITS_WAY, /* may still come out by itself */
    ADMIT_BADGE_UNCERTAIN, /* may be on paper: nobody knows but the guest */
    ADMIT_BADGE_FAILED, /* surely not on paper, and nobody is trying any more */
    ADMIT_BADGE_OUT,
    ADMIT_BADGE_ELSEWHERE, /* entered at another station, whose spool is unknown here */
    ADMIT_BADGE_COUNT
};

enum admit_rule { ADMIT_RULE_NONE, ADMIT_RULE_YES, ADMIT_RULE_NO };

struct admit_facts {
    /* the code */
    enum admit_code code;
    bool from_server; /* the ticket's event is a ticketing server's */
    bool by_badge; /* a badge's code, not a ticket's secret */
    bool by_medium; /* of a wristband or card that is linked to the ticket */
    bool is_signed; /* no ticket of the copy: it vouches for itself */
    bool replaced; /* by_badge: a higher issue is known */
    bool forged; /* by_badge: its event's badges are signed, and this one is not */
    bool revoked; /* of any code, in the copy or not */
    /* the ticket */
    bool cancelled, blocked, unpaid;
    bool unapproved; /* its order waits for the organiser */
    bool gap; /* the copy does not know its product */
    int64_t valid_from_ms, valid_until_ms; /* both inclusive; 0 = no bound */
    /* the list that this station has for it */
    enum admit_list list;
    bool several_entries, entry_after_exit, include_unpaid;
    bool ignore_unpaid; /* staff want to let it in unpaid, where a server's list may */
    int64_t opens_ms, closes_ms; /* of entry; both inclusive; 0 = no bound */
    enum admit_rule rule;
    bool questions; /* some want answers first */
    bool exchange; /* its product wants a medium, and none is linked to it yet */
    bool exchanged; /* one is, and the organiser lets nobody in without it */
    /* what happened to it on this list */
    unsigned entries;
    bool last_is_exit; /* the newest of entries and exits */
    bool entered_here; /* the journal of this station has an entry */
    enum admit_badge badge;
    /* the station */
    enum role_direction direction;
    enum role_work work;
    int64_t now_ms;
    bool clock_suspect; /* now_ms may be wrong: it refuses nobody */
};

enum admit_record {
    ADMIT_RECORD_NONE,
    ADMIT_RECORD_ENTRY,
    ADMIT_RECORD_EXIT,
    ADMIT_RECORD_REFUSED
};

struct admit_answer {
    enum verdict verdict; /* unless ask_direction */
    enum admit_record record; /* for the journal */
    bool report; /* the server is told: a row for the outbox */
    bool print; /* make a print job: a first one, or a failed one's next issue */
    bool show_job; /* tell how the present job stands */
    bool ask_came_out; /* "did your badge come out?" */
    bool ask_direction; /* nothing else holds: entry or exit? */
    bool ask_claim; /* who knows more may change this answer */
    bool time_unsure; /* a bound would have refused, but the clock is suspect */
    bool bound_is_list; /* NOT_YET_VALID, NO_LONGER_VALID: the list's, not the ticket's */
    int64_t bound_ms; /* … and which moment; 0 otherwise */
    bool hidden; /* WRONG_LIST: towards the server it is no ticket at all */
};

/* What this station says by itself. */
void admit(const struct admit_facts *facts, struct admit_answer *answer);

/* What it says after a claim answered `theirs` (only where admit said ask_claim): theirs
 * holds. A ticket that is not in the copy can be let in so, but has no badge to print. */
void admit_confirmed(const struct admit_facts *facts, enum verdict theirs,
                     struct admit_answer *answer);

#endif
