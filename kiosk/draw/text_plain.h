#ifndef YUELAI_DRAW_TEXT_PLAIN_H
#define YUELAI_DRAW_TEXT_PLAIN_H

/* text_plain: words of any script set as a ticketing server's layout wants them, so that
 * a badge of ours and one of its own look alike:
 *
 *     lines are filled one after the other, broken at spaces, after hyphens and between
 *     Han characters; a word wider than the box is torn (splits) or sticks out of it
 *     lines lie `leading` ems apart, the first one's baseline `ascent` ems below the top
 *     shrinks: by a tenth while it is too high, by a fortieth while it is too wide
 *
 * Letters are not kerned, as there. Other than there, a character that the face lacks is
 * taken from another one, Han characters break where they may, and a newline in a value
 * is one.
 *
 * Texts of over TEXT_LINES_MAX lines are cut, and `overflow` says so, as it does of one
 * that is higher or wider than its box. */

#include "draw/text.h"

/* For a slot of DESIGN_PLAIN. The fit's height is the block's. */
void text_plain_fit(struct text *text, const struct design_slot *slot,
                    const char *words, struct text_fit *fit);

/* The corner it turns about, and the block's top as it lies before it is turned. */
void text_plain_place(const struct design_slot *slot, const struct text_fit *fit,
                      float *corner_y, float *top);

/* Where line i begins on the page, turned as it is. */
void text_plain_line(const struct design_slot *slot, const struct text_fit *fit, int i,
                     float at[2]);

/* Paints it where it belongs. False: no memory. */
bool text_plain_paint(struct text *text, const struct design_slot *slot,
                      const struct text_fit *fit, struct canvas *canvas);

#endif
