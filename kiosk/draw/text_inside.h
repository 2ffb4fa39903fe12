#ifndef YUELAI_DRAW_TEXT_INSIDE_H
#define YUELAI_DRAW_TEXT_INSIDE_H

/* text_inside: what text's own files share: text.c has the painter's life and its
 * painting, text_fit.c shapes and sets, text_plain.c sets as a server's layout wants it. */

#include <pango/pangocairo.h>

#include "draw/text.h"
#include "draw/text_break.h"

enum { TEXT_LAYOUTS_MAX = 256 };

struct text {
    PangoContext *context;
    PangoFontDescription *face;
    PangoLayout *layouts[TEXT_LAYOUTS_MAX];
    int layouts_used;
    cairo_surface_t *strip;
    cairo_t *cairo;
    int strip_width, strip_height; /* dots */
};

/* The words of one slot, or of one of its paragraphs, while they are being fitted. */
struct text_words {
    char bytes[TEXT_WORDS_MAX + 1];
    int length;
    float sum[TEXT_WORDS_MAX + 2]; /* width of the first i bytes, at full size */
    struct text_breaks breaks;
    int missing; /* characters that no face has: taken out */
};

/* A layout that is in nobody's use, its direction to be set anew. */
PangoLayout *text_take_layout(struct text *text);

void text_set_face(struct text *text, PangoLayout *layout,
                   const struct design_slot *slot);
/* Shapes the words in the slot's face at its full size, and measures them. */
void text_shape(struct text *text, PangoLayout *layout, const struct design_slot *slot,
                struct text_words *words);
/* One line's layout and its ink, at full size. */
void text_set_line(PangoLayout *layout, struct text_line *line);
/* The first letter decides, as in Unicode's rule P2. */
bool text_is_right_to_left(const struct text_words *words);

/* A line whose first letter's baseline begins at (x, y), in whole dots, turned clockwise
 * about that point. False: no memory. */
struct text_spot {
    double x, y;
    double turn; /* radians */
    float scale; /* of the size it was shaped at */
    bool white;
};
bool text_paint_line(struct text *text, const struct text_line *line,
                     const struct text_spot *spot, struct canvas *canvas);

#endif
