#ifndef YUELAI_DRAW_PREPARE_H
#define YUELAI_DRAW_PREPARE_H

/* prepare: an SVG file becomes a prepared design (design.h).
 *
 *     bytes --expat--> slots, stacks, conditions   taken out of the drawing
 *           '--------> what is left --librsvg--> static bits and layers
 *
 * The language of designs stands in templates/badge/README.md. Errors name the line and
 * the element.
 *
 * Neither parser is ours and the file may come from anywhere: entities, references to
 * anything outside the file, and whatever is too large are refused before librsvg sees
 * them; what only shows while it runs (filters without end) is the jail's and the
 * clock's to stop. So this runs in a process of its own. */

#include <stdbool.h>
#include <stddef.h>

#include "draw/design.h"
#include "err.h"

enum {
    PREPARE_FILE_MAX = 4 * 1024 * 1024, /* bytes of an SVG file */
    PREPARE_ELEMENTS_MAX = 20000,
    PREPARE_DEPTH_MAX = 64,
    PREPARE_REFERENCES_MAX = 2000, /* uses, clips, gradients, … */
    PREPARE_IMAGE_MAX = 1024 * 1024, /* bytes of a data: image, as written */
    PREPARE_PIXELS_MAX = 32 * 1024 * 1024 /* of the page */
};

/* Fails with ERR_INPUT if the design is wrong; design is then empty. */
bool prepare_design(const char *svg, size_t length, const struct design_target *target,
                    struct design *design, struct err *err);

/* A box of the design as it lies on the head. */
struct design_box prepare_on_head(const struct design *design,
                                  const struct design_box *box);

/* A target without a size is the design's own. */
void prepare_size_target(struct design *design);

#endif
