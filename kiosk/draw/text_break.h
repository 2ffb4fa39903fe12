#ifndef YUELAI_DRAW_TEXT_BREAK_H
#define YUELAI_DRAW_TEXT_BREAK_H

/* text_break: where to break a text into lines that are as alike as can be, which on a
 * badge means: as large as can be. Pure. */

#include <stdbool.h>

enum { TEXT_BREAKS_MAX = 160 };

/* A line may end at byte `end` (spaces in front of it trimmed) and the next begin at
 * byte `next`. The last break is the text's own end. */
struct text_break {
    int end, next;
    bool shy; /* after a short word: only if there is no better place */
};

struct text_breaks {
    struct text_break at[TEXT_BREAKS_MAX];
    int count;
};

/* `sum[i]`: width of the first i bytes. Chooses the breaks that end each of `lines`
 * lines; false if there are not so many breaks. *widest: of the lines. */
bool text_break_into(const struct text_breaks *breaks, const float *sum, int lines,
                     int *chosen, float *widest);

#endif
