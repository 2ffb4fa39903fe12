#ifndef YUELAI_DRAW_TEXT_CLEAN_H
#define YUELAI_DRAW_TEXT_CLEAN_H

/* text_clean: words from outside, made fit to be set in one paragraph: spaces and
 * controls become single spaces, emoji and the marks that only steer them go, so do
 * characters that would turn the direction of what follows. Pure. */

#include <stdbool.h>

#include "str.h"

void text_clean(const char *words, bool upper, struct str *out);

/* Han and Korean names are written without a space: 张 伟 is 张伟, 김 민수 is 김민수.
 * What may be several names, or a foreign one in such letters, stays as it is. */
void text_join_name(struct str *name);

#endif
