#ifndef YUELAI_DRAW_TEXT_INSIDE_H
#define YUELAI_DRAW_TEXT_INSIDE_H

/* text_inside: what text's own files share: text.c has the painter's life and its
 * painting, text_fit.c shapes and sets, text_plain.c sets as a server's layout wants it. */

#include <pango/pangocairo.h>

#include "draw/text.h"
#include "draw/text_break.h"

enum { TEXT_LAYOUTS_MAX = 256 /* of a direction */ };

/* A layout looks at its context each time it is asked: one whose direction changes in
 * between would set the line anew, the other way round. So each direction has its own. */
struct text_layouts {
    PangoContext *context;
    PangoLayout *all[TEXT_LAYOUTS_MAX];
    int used;
};

struct text {
    struct text_layouts layouts[2]; /* left to right, right to left */
    PangoFontDescription *face;
    bool has_faces;
    PangoLanguage *tag; /* of the slot at hand */
    char guest_language[24], guest_country[4]; /* text_speak */
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

/* A layout that is in nobody's use. */
PangoLayout *text_take_layout(struct text *text, bool right_to_left);

/* From here on faces are those of this slot's language. */
void text_choose_language(struct text *text, const struct design_slot *slot,
                          const char *words);

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
