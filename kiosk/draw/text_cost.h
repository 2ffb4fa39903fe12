#ifndef YUELAI_DRAW_TEXT_COST_H
#define YUELAI_DRAW_TEXT_COST_H

/* text_cost: how good a place is for a line to end, for text_break. Where a line may end
 * at all (never before a closing bracket or a full stop, of any script) is Unicode's rule
 * and Pango's to say; which of those places people would choose stands here.
 *
 *     0.5   between two scripts: 张伟 | Zhang Wei
 *     0.9   at a separator: University of Lisbon | · Portugal
 *     1     at a space
 *     1.15  after a short word: de, da, von
 *     1.2 … within a word, where a script has no spaces, or after a hyphen
 *     3     after a title or an initial: Dr., Prof., J.
 *
 * Pure. */

#include <stdbool.h>

/* The line would end before byte `end` and the next begin at byte `next`. */
float text_break_cost(const char *words, int end, int next);

/* True if one script ends and another begins there. */
bool text_break_turns(const char *words, int end, int next);

#endif
