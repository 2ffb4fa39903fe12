#ifndef YUELAI_DRAW_PREPARE_ELEMENT_H
#define YUELAI_DRAW_PREPARE_ELEMENT_H

/* prepare_element: one element of a ticketing server's layout becomes a slot of the
 * design, or several: one for each language of its text. Pure. */

#include <stdbool.h>

#include "draw/design.h"
#include "err.h"

struct json;

/* Where a page of the layout lies in the design. */
struct prepare_sheet {
    double top_mm, height_mm;
    double dots_per_mm;
};

/* The page it is for, from 1. */
bool prepare_element_page(const struct json *element, int *page, struct err *err);

bool prepare_element(const struct json *element, const struct prepare_sheet *sheet,
                     struct design *design, struct err *err);

#endif
