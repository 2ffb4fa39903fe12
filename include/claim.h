#ifndef YUELAI_CLAIM_H
#define YUELAI_CLAIM_H

/* claim: the one thing that may stand between a verdict and its transaction. Somebody
 * who knows more than this station's copy (the ticketing server, later a store of the
 * venue) is asked "may this ticket be used here, now, by this nonce?".
 *
 *     desk --ask(question)--> claim ... --answer(outcome)--> desk     once, or never
 *                                                                     after forget
 *
 * desk holds at most one question for each reader, sets its own deadline and calls
 * `forget` when it is over: after that no answer comes to it, and a late one is
 * reconciled through the outbox (the same nonce is uploaded there). The nonce is
 * fixed before the first question, so that asking twice is asking once.
 */

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

enum { CLAIM_NONCE_BYTES = 16 };

enum claim_outcome {
    CLAIM_SILENT, /* nobody could say: the copy decides */
    CLAIM_ANSWERED /* `verdict` is theirs */
};

/* Borrowed for the call of ask; a claim copies what it keeps. */
struct claim_question {
    uint8_t nonce[CLAIM_NONCE_BYTES];
    const char *event; /* slug */
    const char *list; /* the list's key at its source */
    const char *ref; /* ticket reference, "" if the ticket is not in our copy */
    const char *code; /* as scanned; never logged */
    bool exit; /* direction */
    int64_t at_ms; /* the moment of the scan */
    const char *medium; /* what the code was read from: "barcode", "nfc_uid" */
    const char *answers; /* JSON object {"question id":"value"}; NULL = none given */
    bool questions_unsupported; /* what is left to ask does not concern this guest */
    bool ignore_unpaid; /* staff want to let it in unpaid */
};

struct claim_answer {
    enum claim_outcome outcome;
    enum verdict verdict;
    char reason[256]; /* their words, for people; may be "" */
    bool attention; /* they ask staff to look at this guest */
    char notes[512]; /* for staff, a line each; may be "" */
};

typedef void claim_answer_fn(const struct claim_answer *answer, void *self);

struct claim {
    /* True if it would be asked at all now (a back end is set, its link not given up):
     * desk then shows "reading" and sets its deadline. */
    bool (*asks)(void *self);
    /* Answers later, from the loop, never from inside this call. `reader` names the
     * question's slot: 0 to readers - 1, at most one question open in each. */
    void (*ask)(unsigned reader, const struct claim_question *question,
                claim_answer_fn *answer, void *answer_self, void *self);
    void (*forget)(unsigned reader, void *self);
    void *self;
};

#endif
