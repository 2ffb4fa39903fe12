#ifndef YUELAI_TEST_PORTRAIT_H
#define YUELAI_TEST_PORTRAIT_H

/* portrait: a picture of nobody, drawn here: a face in shades before a background that
 * gets darker downwards, as a PNG in memory. */

#include <cairo.h>
#include <stdint.h>
#include <string.h>

enum { PORTRAIT_WIDTH = 300, PORTRAIT_HEIGHT = 400, PORTRAIT_MAX = 256 * 1024 };

struct portrait {
    uint8_t bytes[PORTRAIT_MAX];
    size_t length;
};

static inline cairo_status_t
portrait_take(void *self, const unsigned char *bytes, unsigned length)
{
    struct portrait *portrait = self;
    if (length > sizeof portrait->bytes - portrait->length)
        return CAIRO_STATUS_WRITE_ERROR;
    memcpy(portrait->bytes + portrait->length, bytes, length);
    portrait->length += length;
    return CAIRO_STATUS_SUCCESS;
}

static inline void
portrait_paint(cairo_t *cairo)
{
    cairo_pattern_t *wall = cairo_pattern_create_linear(0, 0, 0, PORTRAIT_HEIGHT);
    cairo_pattern_add_color_stop_rgb(wall, 0, 1, 1, 1);
    cairo_pattern_add_color_stop_rgb(wall, 1, 0.3, 0.3, 0.3);
    cairo_set_source(cairo, wall);
    cairo_paint(cairo);
    cairo_pattern_destroy(wall);
    cairo_pattern_t *skin = cairo_pattern_create_radial(150, 150, 10, 150, 160, 110);
    cairo_pattern_add_color_stop_rgb(skin, 0, 0.95, 0.85, 0.8);
    cairo_pattern_add_color_stop_rgb(skin, 1, 0.5, 0.4, 0.35);
    cairo_set_source(cairo, skin);
    cairo_arc(cairo, 150, 160, 100, 0, 6.3);
    cairo_fill(cairo);
    cairo_pattern_destroy(skin);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    cairo_arc(cairo, 115, 140, 12, 0, 6.3);
    cairo_arc(cairo, 185, 140, 12, 0, 6.3);
    cairo_fill(cairo);
}

static inline void
portrait_make(struct portrait *portrait)
{
    portrait->length = 0;
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, PORTRAIT_WIDTH, PORTRAIT_HEIGHT);
    cairo_t *cairo = cairo_create(surface);
    portrait_paint(cairo);
    cairo_destroy(cairo);
    cairo_surface_write_to_png_stream(surface, portrait_take, portrait);
    cairo_surface_destroy(surface);
}

#endif
