#ifndef YUELAI_DRAW_LAYOUT_WORDS_H
#define YUELAI_DRAW_LAYOUT_WORDS_H

/* layout_words: what a slot of a ticketing server's layout says: its text with every
 * {variable} replaced, and nothing else changed. A variable is -, :, _, letters and
 * digits; other braces are words.
 *
 * The variables are the server's (attendee_name, order, meta:…, question_…): the guest's
 * fields by that name. Guests that no server has told of, walk-ins and those of a file,
 * have fields of our own instead (name, organisation, …), which then stand in. */

#include "draw/fields.h"
#include "str.h"

/* Appends. False if it had to be cut at the buffer's cap. */
bool layout_words(const struct fields *fields, const char *pattern, struct str *out);

#endif
