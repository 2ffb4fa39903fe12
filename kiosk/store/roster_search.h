#ifndef YUELAI_ROSTER_SEARCH_H
#define YUELAI_ROSTER_SEARCH_H

/* roster_search: find a guest by what somebody types, offline, while they type: two Han
 * characters, pinyin with or without spaces, initials, Latin without its accents, words
 * in any order, an organisation, an order code (whole, or its beginning).
 *
 * A contentless FTS5 table over the tokens of ticket/name.h, prefix='1 2 3'. Never the
 * trigram tokenizer: it finds no two-character name. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"

enum { SEARCH_RESULTS_MAX = 50 };

/* Fills hits (room for max) with the best matches, *count says how many. An empty or
 * unusable query finds nothing and is no error. event "" = all events. */
bool roster_search(struct db *db, const char *event, const char *typed,
                   struct ticket *hits, unsigned max, unsigned *count,
                   struct err *err);

#endif
