#ifndef YUELAI_DRAW_PREPARE_DOTS_H
#define YUELAI_DRAW_PREPARE_DOTS_H

/* prepare_dots: what a parser has painted (premultiplied ARGB) becomes dots of a design:
 * black where it is, on white paper, darker than half; or, of a picture in shades, by
 * error diffusion (Floyd and Steinberg, every other row backwards). */

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

#include "draw/design.h"
#include "err.h"

/* A part of the page: which dots it covers, and which of them are black. */
struct prepare_dots {
    uint8_t *mask, *ink; /* mask may be NULL: then what is not covered is white */
    int32_t x, y, width, height, stride;
};

/* Sets the dots of a picture in shades. False: no memory. */
bool prepare_dots_spread(cairo_surface_t *surface, const struct prepare_dots *dots,
                         struct err *err);

/* Sets the dots that are painted; all of them were 0. */
void prepare_dots_set(cairo_surface_t *surface, const struct prepare_dots *dots);

/* The smallest box around what is covered, from a whole byte on; false: nothing is. */
bool prepare_dots_cover(cairo_surface_t *surface, const struct design *design,
                        struct prepare_dots *box);

/* Room for `bytes` more bits of the design, white; NULL if that is too much. */
uint8_t *prepare_dots_room(struct design *design, size_t bytes, struct err *err);

/* The static page, which comes first. */
bool prepare_dots_page(struct design *design, cairo_surface_t *surface,
                       struct err *err);

/* A surface of the design's size, transparent; NULL: no memory. */
cairo_surface_t *prepare_dots_surface(const struct design *design, struct err *err);

#endif
