#include "draw/prepare_dots.h"

#include <stdlib.h>
#include <string.h>

static uint32_t
pixel(cairo_surface_t *surface, int x, int y)
{
    const unsigned char *row =
        cairo_image_surface_get_data(surface) +
        (size_t)y * (size_t)cairo_image_surface_get_stride(surface);
    uint32_t value;
    memcpy(&value, row + 4 * (size_t)x, sizeof value);
    return value;
}

/* Brightness on white paper, 0 to 255. */
static int
light(uint32_t argb)
{
    unsigned white = 255 - (argb >> 24);
    unsigned red = (argb >> 16 & 255) + white, green = (argb >> 8 & 255) + white,
             blue = (argb & 255) + white;
    return (int)((2126 * red + 7152 * green + 722 * blue) / 10000);
}

void
prepare_dots_set(cairo_surface_t *surface, const struct prepare_dots *dots)
{
    for (int32_t y = 0; y < dots->height; y++) {
        for (int32_t x = 0; x < dots->width; x++) {
            uint32_t argb = pixel(surface, dots->x + x, dots->y + y);
            size_t at = (size_t)y * (size_t)dots->stride + (size_t)(x / 8);
            uint8_t bit = (uint8_t)(0x80 >> x % 8);
            if (dots->mask && argb >> 24 >= 128)
                dots->mask[at] |= bit;
            if (light(argb) < 128)
                dots->ink[at] |= bit;
        }
    }
}

/* What a dot is brighter or darker than its shade goes to those that come after it.
 * Both rows have a dot to spare on either side. */
static void
spread_row(cairo_surface_t *surface, const struct prepare_dots *dots, int32_t y,
           int *now, int *next)
{
    int step = y % 2 == 0 ? 1 : -1;
    for (int32_t i = 0; i < dots->width; i++) {
        int32_t x = step > 0 ? i : dots->width - 1 - i;
        uint32_t argb = pixel(surface, dots->x + x, dots->y + y);
        if (argb >> 24 < 128)
            continue;
        int wanted = light(argb) + now[x] / 16;
        bool black = wanted < 128;
        int error = wanted - (black ? 0 : 255);
        size_t at = (size_t)y * (size_t)dots->stride + (size_t)(x / 8);
        uint8_t bit = (uint8_t)(0x80 >> x % 8);
        dots->mask[at] |= bit;
        if (black)
            dots->ink[at] |= bit;
        now[x + step] += 7 * error;
        next[x - step] += 3 * error;
        next[x] += 5 * error;
        next[x + step] += error;
    }
}

bool
prepare_dots_spread(cairo_surface_t *surface, const struct prepare_dots *dots,
                    struct err *err)
{
    size_t room = (size_t)dots->width + 2;
    int *rows = calloc(2 * room, sizeof *rows);
    if (!rows)
        return err_no_memory(err);
    for (int32_t y = 0; y < dots->height; y++) {
        int *now = rows + (y % 2 == 0 ? 0 : room) + 1;
        int *next = rows + (y % 2 == 0 ? room : 0) + 1;
        memset(next - 1, 0, room * sizeof *next);
        spread_row(surface, dots, y, now, next);
    }
    free(rows);
    return true;
}

bool
prepare_dots_cover(cairo_surface_t *surface, const struct design *design,
                   struct prepare_dots *box)
{
    int32_t left = design->width_dots, right = -1, top = -1, bottom = -1;
    for (int32_t y = 0; y < design->height_dots; y++) {
        for (int32_t x = 0; x < design->width_dots; x++) {
            if (pixel(surface, x, y) >> 24 < 128)
                continue;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = top < 0 ? y : top;
            bottom = y;
        }
    }
    if (right < 0)
        return false;
    box->x = left & ~7;
    box->y = top;
    box->width = right + 1 - box->x;
    box->height = bottom + 1 - top;
    box->stride = (box->width + 7) / 8;
    return true;
}

uint8_t *
prepare_dots_room(struct design *design, size_t bytes, struct err *err)
{
    size_t length = design->bits_length + bytes;
    uint8_t *bits = length <= DESIGN_FILE_MAX ? realloc(design->bits, length) : NULL;
    if (!bits) {
        err_no_memory(err);
        return NULL;
    }
    memset(bits + design->bits_length, 0, bytes);
    design->bits = bits;
    design->bits_length = (uint32_t)length;
    return bits + length - bytes;
}

bool
prepare_dots_page(struct design *design, cairo_surface_t *surface, struct err *err)
{
    uint8_t *ink = prepare_dots_room(
        design, (size_t)design->stride_bytes * (size_t)design->height_dots, err);
    if (!ink)
        return false;
    struct prepare_dots dots = {
        NULL, ink, 0, 0, design->width_dots, design->height_dots, design->stride_bytes
    };
    prepare_dots_set(surface, &dots);
    return true;
}

cairo_surface_t *
prepare_dots_surface(const struct design *design, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_ARGB32, design->width_dots, design->height_dots);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        return surface;
    cairo_surface_destroy(surface);
    err_no_memory(err);
    return NULL;
}
