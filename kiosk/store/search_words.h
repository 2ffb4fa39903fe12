#ifndef YUELAI_SEARCH_WORDS_H
#define YUELAI_SEARCH_WORDS_H

/* search_words: which words a ticket is found by, and their place in the full-text
 * table. Words are the tokens of ticket/name.h over names, organisation and order code,
 * and two of a kind that nobody can type: the event's, and each name as a whole.
 *
 * A contentless table forgets what it was given: a row goes only if the same words are
 * given again with 'delete'. They are made anew from the old row; so a program whose
 * words differ from those in the file (search_words_check) makes the whole table anew. */

#include <stdbool.h>
#include <stdint.h>

#include "log.h"
#include "store/query.h"
#include "store/roster.h"
#include "str.h"

enum { SEARCH_WORDS_MAX = 16384 }; /* bytes; more is not indexed */

/* Appends the words of the ticket. */
void search_words_of(struct str *out, const struct ticket *ticket, int64_t event_id);
/* Appends the word that all tickets of an event have, or that all of a name have. */
void search_words_event(struct str *out, int64_t event_id);
void search_words_whole(struct str *out, const char *name);

bool search_words_add(struct conn *conn, int64_t id, const char *words,
                      struct err *err);
bool search_words_remove(struct conn *conn, int64_t id, const char *words,
                         struct err *err);

/* Writes down how this program makes words; rebuilds the table if it was otherwise. */
bool search_words_mark(struct conn *conn, struct err *err);
bool search_words_check(struct conn *conn, const struct log *log, struct err *err);

/* A little of the merge; *more says whether another call would do something. */
bool search_words_merge(struct conn *conn, bool *more, struct err *err);

#endif
