#ifndef YUELAI_DRAW_PREPARE_PAGE_H
#define YUELAI_DRAW_PREPARE_PAGE_H

/* prepare_page: the outermost <svg>: how large the label is, in millimetres, and how
 * the drawing's units become dots. Pure. */

#include <stdbool.h>

#include "draw/design.h"
#include "draw/prepare_style.h"
#include "err.h"

/* What slots are placed in. */
struct prepare_page {
    double width_mm, height_mm;
    double dots_per_mm;
    double mm_per_unit; /* of the drawing */
};

/* Fails with ERR_INPUT if the page, of a design or a layout, has too many dots. */
bool prepare_page_is_bounded(const struct design *design, struct err *err);

/* `matrix` leads from the drawing's units to dots. The design's target is set. */
bool prepare_page_read(const char *const *attributes, struct design *design,
                       struct prepare_page *page, struct prepare_matrix *matrix,
                       struct err *err);

#endif
