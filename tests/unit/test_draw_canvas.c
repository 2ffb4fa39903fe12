#include "draw/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 37, HEIGHT = 21, STRIDE = 5 };

static bool
is_set(const struct canvas *canvas, int x, int y)
{
    return canvas->bits[y * canvas->stride_bytes + x / 8] >> (7 - x % 8) & 1;
}

/* Dots by a rule that no turn leaves alike. */
static bool
is_marked(int x, int y)
{
    return (x * 7 + y * 13) % 5 == 0;
}

static void
mark(struct canvas *canvas)
{
    for (int y = 0; y < canvas->height_dots; y++) {
        for (int x = 0; x < canvas->width_dots; x++) {
            if (is_marked(x, y))
                canvas_fill(canvas, x, y, 1, 1, false);
        }
    }
}

static void
assert_clean_edge(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->height_dots; y++) {
        for (int x = canvas->width_dots; x < canvas->stride_bytes * 8; x++)
            assert_false(is_set(canvas, x, y));
    }
}

static void
every_turn_and_offset_puts_each_dot_where_it_belongs(void **state)
{
    uint8_t small[HEIGHT * STRIDE] = { 0 }, large[64 * 8];
    struct canvas from = { small, WIDTH, HEIGHT, STRIDE };
    struct canvas to = { large, 61, 64, 8 };
    (void)state;

    mark(&from);
    for (int degrees = 0; degrees < 360; degrees += 90) {
        for (int offset = -11; offset <= 40; offset += 3) {
            canvas_place(&to, &from, degrees, offset, offset / 2);
            for (int y = 0; y < to.height_dots; y++) {
                for (int x = 0; x < to.width_dots; x++) {
                    int u = x - offset, v = y - offset / 2, a = u, b = v;
                    if (degrees == 90)
                        a = v, b = HEIGHT - 1 - u;
                    else if (degrees == 180)
                        a = WIDTH - 1 - u, b = HEIGHT - 1 - v;
                    else if (degrees == 270)
                        a = WIDTH - 1 - v, b = u;
                    bool want =
                        a >= 0 && a < WIDTH && b >= 0 && b < HEIGHT && is_marked(a, b);
                    if (is_set(&to, x, y) != want)
                        fail_msg("%d degrees, offset %d: dot %d,%d", degrees, offset, x,
                                 y);
                }
            }
            assert_clean_edge(&to);
        }
    }
}

static void
half_a_shade_is_a_dot_and_less_is_not(void **state)
{
    uint8_t bits[4 * 3] = { 0 }, shades[4 * 32];
    struct canvas canvas = { bits, 20, 4, 3 };
    (void)state;

    for (int i = 0; i < 4 * 32; i++)
        shades[i] = (uint8_t)(i % 3 == 0 ? 128 : i % 3 == 1 ? 127 : 255);
    struct canvas_shade shade = { shades, 32, 20, 4, 0 };
    canvas_ink(&canvas, &shade, 0, 0, false);
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 20; x++)
            assert_int_equal(is_set(&canvas, x, y), shades[y * 32 + x] >= 128);
    }
    assert_clean_edge(&canvas);
    canvas_ink(&canvas, &shade, 0, 0, true);
    for (size_t i = 0; i < sizeof bits; i++)
        assert_int_equal(bits[i], 0);
}

static void
what_lies_outside_is_cut_off(void **state)
{
    uint8_t bits[6 * 3] = { 0 }, shades[8 * 32];
    struct canvas canvas = { bits, 20, 6, 3 };
    (void)state;

    memset(shades, 255, sizeof shades);
    struct canvas_shade shade = { shades, 32, 32, 8, 0 };
    canvas_ink(&canvas, &shade, -8, -3, false);
    canvas_ink(&canvas, &shade, 16, 4, false);
    canvas_fill(&canvas, -5, -5, 8, 100, false);
    canvas_fill(&canvas, 19, 0, 500, 2, true);
    assert_true(is_set(&canvas, 18, 0) && !is_set(&canvas, 19, 0));
    assert_true(is_set(&canvas, 0, 5) && !is_set(&canvas, 3, 5));
    assert_true(is_set(&canvas, 16, 5));
    assert_clean_edge(&canvas);
}

/* ---- against the same by single dots ------------------------------------ */

enum { SHADE = 160 };

static void
put(struct canvas *canvas, int x, int y, bool black)
{
    if (x < 0 || x >= canvas->width_dots || y < 0 || y >= canvas->height_dots)
        return;
    uint8_t *byte = &canvas->bits[y * canvas->stride_bytes + x / 8];
    uint8_t bit = (uint8_t)(0x80 >> x % 8);
    *byte = (uint8_t)(black ? *byte | bit : *byte & ~bit);
}

static bool
bit_of(const uint8_t *bits, int stride, int x, int y)
{
    return bits[y * stride + x / 8] >> (7 - x % 8) & 1;
}

static unsigned
luck(unsigned *state)
{
    return (*state = *state * 1664525U + 1013904223U) >> 16;
}

/* One random operation on both. */
static void
operate(struct canvas *fast, struct canvas *slow, unsigned *seed)
{
    static uint8_t shades[8 * SHADE], mask[8 * SHADE / 8], ink[8 * SHADE / 8];
    int width = (int)(luck(seed) % SHADE) + 1, height = (int)(luck(seed) % 8) + 1;
    int x = (int)(luck(seed) % 30 * 8) - 96, y = (int)(luck(seed) % 24) - 8;
    int stride = (width + 7) / 8;
    bool white = luck(seed) & 1, sparse = luck(seed) & 1;

    for (int i = 0; i < 8 * SHADE; i++)
        shades[i] = (uint8_t)(sparse && luck(seed) % 40 ? 90 : luck(seed));
    for (int i = 0; i < 8 * SHADE / 8; i++)
        mask[i] = (uint8_t)luck(seed), ink[i] = (uint8_t)luck(seed);
    int kind = (int)(luck(seed) % 3), skew = (int)(luck(seed) % 8);
    uint8_t lift = (uint8_t)(luck(seed) % 3 * 20);
    if (kind == 0)
        canvas_ink(fast,
                   &(struct canvas_shade){ shades, SHADE, width / 8 * 8, height, lift },
                   x, y, white);
    else if (kind == 1)
        canvas_fill(fast, x + skew, y, width, height, white);
    else
        canvas_patch(fast, &(struct canvas_patch){ mask, ink, x, y, height, stride });
    for (int v = 0; v < height; v++) {
        for (int u = 0; u < (kind == 2 ? stride * 8 : width); u++) {
            if (kind == 0 && u < width / 8 * 8 && shades[v * SHADE + u] + lift >= 128)
                put(slow, x + u, y + v, !white);
            else if (kind == 1)
                put(slow, x + skew + u, y + v, !white);
            else if (kind == 2 && bit_of(mask, stride, u, v))
                put(slow, x + u, y + v, bit_of(ink, stride, u, v));
        }
    }
}

static void
whole_rows_at_once_give_the_same_dots_as_one_at_a_time(void **state)
{
    uint8_t one[16 * 17] = { 0 }, other[16 * 17] = { 0 };
    unsigned seed = 1;
    (void)state;

    for (int i = 0; i < 5000; i++) {
        int width = 121 + i % 9; /* 16 or 17 bytes a row */
        struct canvas fast = { one, width, 16, (width + 7) / 8 };
        struct canvas slow = { other, width, 16, (width + 7) / 8 };
        if (i % 9 == 0 || width % 8 == 1) /* its edge must be clean */
            memset(one, 0, sizeof one), memset(other, 0, sizeof other);
        operate(&fast, &slow, &seed);
        if (memcmp(one, other, sizeof one) != 0)
            fail_msg("operation %d", i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_turn_and_offset_puts_each_dot_where_it_belongs),
        cmocka_unit_test(half_a_shade_is_a_dot_and_less_is_not),
        cmocka_unit_test(what_lies_outside_is_cut_off),
        cmocka_unit_test(whole_rows_at_once_give_the_same_dots_as_one_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
