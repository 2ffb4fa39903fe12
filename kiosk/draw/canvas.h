#ifndef YUELAI_DRAW_CANVAS_H
#define YUELAI_DRAW_CANVAS_H

/* canvas: dots being set and cleared, in the layout of a page (page.h): rows of bits,
 * MSB first, 1 is black, bits behind the width are 0.
 *
 * Pure; everything that would fall outside is cut off. */

#include <stdbool.h>
#include <stdint.h>

struct canvas {
    uint8_t *bits; /* borrowed */
    int32_t width_dots, height_dots, stride_bytes;
};

/* One byte a dot, as a painter leaves it: 0 nothing, 255 ink. What is at least half
 * (128) with the lift added is a dot. */
struct canvas_shade {
    const uint8_t *bytes;
    int32_t stride_bytes; /* a multiple of 16, at least `width` rounded up to 16 */
    int32_t width, height; /* dots */
    uint8_t lift;
};

/* Sets (or, `white`, clears) the dots of the shade with its corner at (x, y); x must be
 * a multiple of 8. */
void canvas_ink(struct canvas *canvas, const struct canvas_shade *shade, int32_t x,
                int32_t y, bool white);

void canvas_fill(struct canvas *canvas, int32_t x, int32_t y, int32_t width,
                 int32_t height, bool white);

/* Where the mask has a dot, the canvas takes the ink's. Both are `stride` bytes a row;
 * x is a multiple of 8. */
struct canvas_patch {
    const uint8_t *mask, *ink;
    int32_t x, y, height, stride_bytes;
};
void canvas_patch(struct canvas *canvas, const struct canvas_patch *patch);

/* Turns `from` clockwise by 0, 90, 180 or 270 degrees and puts its corner at (x, y) of
 * `to`, whose other dots become white. */
void canvas_place(struct canvas *to, const struct canvas *from, int32_t degrees,
                  int32_t x, int32_t y);

#endif
