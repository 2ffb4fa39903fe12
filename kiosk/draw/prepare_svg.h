#ifndef YUELAI_DRAW_PREPARE_SVG_H
#define YUELAI_DRAW_PREPARE_SVG_H

/* prepare_svg: reads a design's file once, judges every element and reference, moves
 * the slots into the design and leaves the drawing without them.
 *
 * Artwork with a condition becomes layer i of the design, wrapped in the drawing into
 * <g id="yuelai-layer-i">. */

#include <stdbool.h>
#include <stddef.h>

#include "draw/design.h"
#include "draw/prepare_slot.h"
#include "err.h"
#include "str.h"

/* Takes slots, layers (conditions only), stacks and size into `design`, whose target is
 * set; writes the drawing to `drawing`, initialised by the caller. */
bool prepare_svg_read(const char *svg, size_t length, struct design *design,
                      struct prepare_page *page, struct str *drawing, struct err *err);

#endif
