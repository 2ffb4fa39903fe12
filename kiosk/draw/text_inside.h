#ifndef YUELAI_DRAW_TEXT_INSIDE_H
#define YUELAI_DRAW_TEXT_INSIDE_H

/* text_inside: what text's own files share: text.c has the painter's life and its
 * painting, text_fit.c shapes and sets. */

#include <pango/pangocairo.h>

#include "draw/text.h"

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

/* A layout that is in nobody's use, its direction to be set anew. */
PangoLayout *text_take_layout(struct text *text);

#endif
