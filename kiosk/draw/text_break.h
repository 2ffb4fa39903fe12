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
    float cost; /* 1: a good place; 1.2: worth lines 20 % wider to avoid it */
};

struct text_breaks {
    struct text_break at[TEXT_BREAKS_MAX];
    int count;
};

struct text_broken {
    int ends[4]; /* the break that ends each line */
    float widest; /* of the lines */
    float worst; /* the highest cost among its breaks */
};

/* `sum[i]`: width of the first i bytes. Breaks into so many lines; false if there are
 * not so many breaks. */
bool text_break_into(const struct text_breaks *breaks, const float *sum, int lines,
                     struct text_broken *broken);

#endif
