#ifndef YUELAI_ONLINE_ANSWER_H
#define YUELAI_ONLINE_ANSWER_H

/* online_answer: what a ticketing server says of one ticket at one door, read from its
 * answer to a redeem call.
 *
 *     201 ok ------------------------------------> admit, exit
 *     400 error, 404 invalid: a reason ----------> the verdict of that reason
 *     400 incomplete: a required question is left -> questions, with which
 *     400 incomplete: none is that concerns him --> once more, without questions
 *     all else ----------------------------------> silent: nobody has judged the ticket
 *
 * Reads the copy for what the answer leaves open; writes nothing. */

#include <stdbool.h>
#include <stdint.h>

#include "claim.h"
#include "store/roster.h"
#include "sync/api.h"

enum { ONLINE_QUESTIONS_MAX = 32 };

struct online_answer {
    struct claim_answer claim;
    bool without_questions; /* to be asked once more so; claim is silent till then */
    /* the ticket as the server sees it; "" and 0 where it did not say */
    char event[ROSTER_KEY_MAX + 1];
    char order[ROSTER_KEY_MAX + 1];
    int64_t number; /* in its order */
    int64_t position, item, variation; /* ids */
    char name[ROSTER_TEXT_MAX + 1];
    char locale[16]; /* of its order */
    bool attention; /* staff are asked to look at this guest */
    char texts[2 * ROSTER_TEXT_MAX + 2]; /* for staff at the door, one a line */
    bool may_insist; /* unpaid, and the list lets staff let it in all the same */
    int64_t questions[ONLINE_QUESTIONS_MAX]; /* required, concerning this guest, open */
    unsigned question_count;
};

struct db;

void online_read(struct db *db, const struct claim_question *question,
                 const struct api_call *call, struct online_answer *answer);

/* It says `incomplete` although it was asked without questions: a person has to look. All
 * that it names is missing. */
void online_insist(const struct api_call *call, struct online_answer *answer);

/* The required questions of an `incomplete` answer that concern this guest. False: the
 * form cannot be read, and a person has to look. */
bool online_questions(struct db *db, const char *event, const struct json *json,
                      struct online_answer *answer);

#endif
