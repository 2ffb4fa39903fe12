#ifndef YUELAI_DRAW_TEXT_H
#define YUELAI_DRAW_TEXT_H

/* text: words of any script into a slot, set so that nothing is ever cut.
 *
 *     one line at full size -> smaller, down to where a second line helps (size_wrap)
 *     -> two lines, as large as fits -> … up to the slot's lines -> smaller, down to the
 *     slot's floor -> at last under it, and `overflow`
 *
 * Lines are broken where they come out most alike; not after a short word ("da", "Dr.")
 * or within one if there is another way (text_cost.h). A name in two scripts has a line
 * for each. A character that no face has is left out and counted, so that no box is ever
 * printed in its place; emoji are left out and not counted.
 *
 * Pango shapes at the slot's full size and Cairo scales: sizes come in 48 steps, so that
 * glyphs are found in the cache of the badge before. Everything is painted as shades
 * onto a strip (CAIRO_OPERATOR_ADD on A8 is four times as fast as OVER) and becomes
 * dots at half a shade, or a little less.
 *
 * Hinting is slight: strokes that lie are moved onto whole rows of dots, those that stand
 * stay. Looked at, at 203 and 300 dpi and 2 to 4 mm: without hinting a Han letter's
 * strokes are one dot thick here and two there, and bold ones run together; hinted in
 * both directions for dots (CAIRO_ANTIALIAS_NONE) letters stand unevenly apart and small
 * Latin is thin; a threshold much under half a shade fills what bold letters enclose.
 *
 *     text_begin -> text_fit, … -> text_paint, …      fits hold until the next text_begin
 */

#include <stdbool.h>

#include "draw/canvas.h"
#include "draw/design.h"
#include "err.h"

enum {
    TEXT_WORDS_MAX = 1023, /* bytes of one slot's text */
    TEXT_LINES_MAX = 24 /* of a text that is set plainly; others have DESIGN_LINES_MAX */
};

struct text; /* the painter: faces, layouts, strip */

struct text_line {
    void *layout; /* of Pango; the painter's */
    float width; /* dots, at the fit's size */
    float ascent, descent; /* dots of ink above and below the baseline */
    float ink_x, ink_width; /* dots, from the line's start */
    float baseline; /* dots below the block's top */
};

struct text_fit {
    struct text_line lines[TEXT_LINES_MAX];
    int line_count; /* 0: nothing to set */
    float size, scale; /* dots of an em; of the slot's full size */
    float height; /* dots, of the whole block */
    float descent; /* dots of ink under the last baseline; the block has room for more */
    int missing; /* characters left out for want of a glyph */
    bool overflow; /* under the slot's floor */
    bool right_to_left;
    bool white; /* as the slot, till changed */
    bool aligned_right; /* what DESIGN_START means; as right_to_left, till changed */
};

bool text_create(struct text **text, struct err *err);
void text_destroy(struct text *text); /* takes NULL */

/* False, with what to install, if no face is there at all: nothing that is set would be
 * seen. Faces are looked for once, in text_create. */
bool text_has_faces(const struct text *text, struct err *err);

/* Opens the faces a guest may need, so that no guest waits for one. */
void text_warm(struct text *text);

void text_begin(struct text *text);

/* Who the next texts are of: a tag ("zh-Hant") and a country ("JP"), both may be "". */
void text_speak(struct text *text, const char *language, const char *country);

/* How the words would stand in the slot's style, at most `size` dots an em, in width by
 * height dots. */
struct text_room {
    float width, height, size;
};
void text_fit(struct text *text, const struct design_slot *slot, const char *words,
              const struct text_room *room, struct text_fit *fit);

/* Paints with the block's top at `top`, aligned in the box. False: no memory. */
bool text_paint(struct text *text, const struct design_slot *slot,
                const struct text_fit *fit, float top, struct canvas *canvas);

/* Where a line begins, as it is aligned in the box; what it says, good as the fit is. */
float text_line_x(const struct design_slot *slot, const struct text_fit *fit,
                  const struct text_line *line);
const char *text_line_words(const struct text_line *line);

#endif
