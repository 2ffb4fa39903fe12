#ifndef YUELAI_DRAW_PREPARE_SLOT_H
#define YUELAI_DRAW_PREPARE_SLOT_H

/* prepare_slot: from an element of the drawing to a slot of the design. Pure.
 *
 *     is it one? (data-field, data-text, or an id that is a field's name)
 *     begin: what its attributes say        end: place and size, in dots
 */

#include <stdbool.h>

#include "draw/design.h"
#include "draw/prepare_page.h"
#include "draw/prepare_style.h"
#include "err.h"

struct prepare_slot {
    struct design_slot slot;
    bool is_text_element; /* else a rect */
    bool has_max, has_min, has_wrap, has_align;
    double max_mm, min_mm, wrap_mm; /* of data-max, data-min and data-wrap */
    double gap_mm;
    bool has_gap;
    double x, y, width, height; /* user units; of a text x, y are its anchor */
    bool has_width;
};

/* True if the element's attributes make it a slot. */
bool prepare_slot_claims(const char *const *attributes);

bool prepare_slot_begin(const char *const *attributes, const struct prepare_page *page,
                        bool is_text_element, struct prepare_slot *slot,
                        struct err *err);

/* `matrix` leads from user units to dots. */
bool prepare_slot_end(struct prepare_slot *slot, const struct prepare_style *style,
                      const struct prepare_matrix *matrix,
                      const struct prepare_page *page, struct err *err);

bool prepare_read_valign(const char *value, int32_t *valign);

#endif
