#ifndef YUELAI_TESTS_JUDGE_H
#define YUELAI_TESTS_JUDGE_H

/* judge: a station that is cut off, asked by lines of JSON what it would say. Its data
 * directory was filled from a ticketing server by the modules that a station has for it.
 *
 *     judge_sync    enrol -> account -> pull -> DIR (journal.db, roster.db)
 *     judge_scan    {"secret":…,"lists":{"citec":"7"},"at":…} -> desk -> {"code":…}
 *
 * Every scan is the first of its ticket: what a scan wrote into the journal (an entry,
 * answers) is taken back, by the journal as it was after the sync, before that ticket is
 * scanned again. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "base/json.h"
#include "desk/desk.h"
#include "hand_loop.h"
#include "random.h"
#include "store/db.h"
#include "store/seal.h"
#include "str.h"

enum { JUDGE_PATH_MAX = 1023 };

struct judge {
    char dir[JUDGE_PATH_MAX + 1];
    struct seal *seal;
    struct hand_loop hand;
    struct random_seeded random;
    struct log log;
    struct feed feed;
    struct db *db;
    struct desk *desk;
    struct desk_outcome last;
    int64_t *written; /* tickets that this journal knows more of than the sync did */
    unsigned written_count;
    unsigned resets;
};

/* Enrols DIR at the server by an enrolment code and downloads these events; says on
 * standard error how it went. */
bool judge_sync(struct judge *judge, const char *url, const char *token,
                const char *const *events, unsigned count, struct err *err);

bool judge_open(struct judge *judge, struct err *err);
void judge_close(struct judge *judge);
/* Appends the answer to `out`, an object. */
bool judge_scan(struct judge *judge, const struct json *scan, struct str *out,
                struct err *err);

#endif
