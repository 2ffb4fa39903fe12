#include "base/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cairo.h>
#include <cmocka.h>

struct source {
    const char *at;
    size_t left;
};

static cairo_status_t
give(void *self, unsigned char *bytes, unsigned length)
{
    struct source *source = self;
    if (length > source->left)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(bytes, source->at, length);
    source->at += length;
    source->left -= length;
    return CAIRO_STATUS_SUCCESS;
}

static bool
is_black(cairo_surface_t *surface, int x, int y)
{
    const unsigned char *row = cairo_image_surface_get_data(surface) +
                               (ptrdiff_t)y * cairo_image_surface_get_stride(surface);
    return row[4 * x] < 128;
}

/* Another library reads back what stands there, dot for dot. */
static void
every_dot_survives(void **state)
{
    (void)state;
    enum { WIDTH = 29, HEIGHT = 7, STRIDE = 5 };
    uint8_t bits[HEIGHT * STRIDE] = { 0 };
    for (int i = 0; i < WIDTH * HEIGHT; i += 3)
        bits[i / WIDTH * STRIDE + i % WIDTH / 8] |= (uint8_t)(0x80 >> i % WIDTH % 8);
    struct page page = { .width_dots = WIDTH,
                         .height_dots = HEIGHT,
                         .stride_bytes = STRIDE,
                         .dpi = 203,
                         .bits = bits };
    struct str png;
    struct err err;
    str_init(&png, 4096);
    assert_true(picture_png(&page, &png, &err));

    struct source source = { png.data, png.length };
    cairo_surface_t *read = cairo_image_surface_create_from_png_stream(give, &source);
    assert_int_equal(cairo_surface_status(read), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(read), WIDTH);
    assert_int_equal(cairo_image_surface_get_height(read), HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        assert_int_equal(is_black(read, i % WIDTH, i / WIDTH), i % 3 == 0);
    cairo_surface_destroy(read);
    str_finish(&png);
}

static void
one_that_does_not_fit_is_told(void **state)
{
    (void)state;
    static const uint8_t bits[4] = { 0xFF, 0, 0xFF, 0 };
    struct page page = {
        .width_dots = 8, .height_dots = 4, .stride_bytes = 1, .dpi = 203, .bits = bits
    };
    struct str png;
    struct err err;
    str_init(&png, 20);
    assert_false(picture_png(&page, &png, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    str_finish(&png);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dot_survives),
        cmocka_unit_test(one_that_does_not_fit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
