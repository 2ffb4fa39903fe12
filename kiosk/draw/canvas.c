#include "draw/canvas.h"

#include <assert.h>
#include <string.h>
#ifdef __x86_64__
#include <emmintrin.h>
#endif

/* The top bits of eight lifted bytes, first byte's first. */
static uint8_t
gather(const uint8_t *shade, uint8_t lift)
{
#ifdef __x86_64__
    /* movemask has the first byte in the lowest bit: turn the eight around before. */
    uint64_t eight;
    memcpy(&eight, shade, sizeof eight);
    __m128i turned = _mm_cvtsi64_si128((long long)__builtin_bswap64(eight));
    turned = _mm_adds_epu8(turned, _mm_set1_epi8((char)lift));
    return (uint8_t)_mm_movemask_epi8(turned);
#else
    unsigned bits = 0;
    for (int i = 0; i < 8; i++)
        bits = bits << 1 | (shade[i] + lift >= 128);
    return (uint8_t)bits;
#endif
}

/* Which bits of the row's byte at `index` lie inside the width. */
static uint8_t
inside(const struct canvas *canvas, int32_t index)
{
    int32_t rest = canvas->width_dots - index * 8;
    if (rest >= 8)
        return 255;
    return (uint8_t)(rest <= 0 ? 0 : 255 << (8 - rest));
}

/* How many of the row's bytes from `i` on are surely without ink: strips are mostly
 * white. Whole steps of two: what a shade's stride promises. */
static int32_t
skip_white(const uint8_t *from, int32_t i, int32_t end, uint8_t lift)
{
#ifdef __x86_64__
    const __m128i more = _mm_set1_epi8((char)lift);
    const __m128i *at = (const void *)(from + i * 8);
    for (; i + 8 <= end; i += 8, at += 4) {
        __m128i most = _mm_max_epu8(
            _mm_max_epu8(_mm_loadu_si128(at), _mm_loadu_si128(at + 1)),
            _mm_max_epu8(_mm_loadu_si128(at + 2), _mm_loadu_si128(at + 3)));
        if (_mm_movemask_epi8(_mm_adds_epu8(most, more)) != 0)
            break;
    }
    while (i + 2 <= end) {
        __m128i two = _mm_loadu_si128((const void *)(from + i * 8));
        if (_mm_movemask_epi8(_mm_adds_epu8(two, more)) != 0)
            break;
        i += 2;
    }
#else
    (void)from, (void)end, (void)lift;
#endif
    return i;
}

static void
ink_row(struct canvas *canvas, const struct canvas_shade *shade, const uint8_t *from,
        uint8_t *row, int32_t first, bool white)
{
    int32_t end = (shade->width + 7) / 8;
    if (end > canvas->stride_bytes - first)
        end = canvas->stride_bytes - first;
    for (int32_t i = first < 0 ? -first : 0; i < end; i++) {
        i = skip_white(from, i, end, shade->lift);
        if (i == end)
            return;
        int32_t at = first + i;
        uint8_t bits = gather(from + i * 8, shade->lift) & inside(canvas, at);
        row[at] = (uint8_t)(white ? row[at] & ~bits : row[at] | bits);
    }
}

void
canvas_ink(struct canvas *canvas, const struct canvas_shade *shade, int32_t x,
           int32_t y, bool white)
{
    assert(x % 8 == 0 && shade->stride_bytes >= (shade->width + 15) / 16 * 16);
    for (int32_t line = 0; line < shade->height; line++) {
        if (y + line < 0 || y + line >= canvas->height_dots)
            continue;
        ink_row(canvas, shade,
                shade->bytes + (size_t)line * (size_t)shade->stride_bytes,
                canvas->bits + (size_t)(y + line) * (size_t)canvas->stride_bytes, x / 8,
                white);
    }
}

static void
fill_byte(uint8_t *byte, unsigned bits, bool white)
{
    *byte = (uint8_t)(white ? *byte & ~bits : *byte | bits);
}

static void
fill_row(uint8_t *row, int32_t from, int32_t to, bool white)
{
    if (from >= to)
        return;
    int32_t first = from / 8, last = (to - 1) / 8;
    unsigned head = 255U >> (from % 8), tail = 255U << ((8 - to % 8) % 8) & 255U;
    if (first == last) {
        fill_byte(&row[first], head & tail, white);
        return;
    }
    fill_byte(&row[first], head, white);
    memset(row + first + 1, white ? 0 : 255, (size_t)(last - first - 1));
    fill_byte(&row[last], tail, white);
}

void
canvas_fill(struct canvas *canvas, int32_t x, int32_t y, int32_t width, int32_t height,
            bool white)
{
    int32_t left = x < 0 ? 0 : x, top = y < 0 ? 0 : y;
    int32_t right = x + width < canvas->width_dots ? x + width : canvas->width_dots;
    int32_t bottom =
        y + height < canvas->height_dots ? y + height : canvas->height_dots;

    for (int32_t line = top; line < bottom; line++)
        fill_row(canvas->bits + (size_t)line * (size_t)canvas->stride_bytes, left,
                 right, white);
}

/* All but the last byte of a canvas's row lie inside its width: a loop that the
 * compiler can take by sixteens, and the rest. */
static void
patch_row(const struct canvas *canvas, const struct canvas_patch *patch, size_t from,
          uint8_t *restrict row)
{
    const uint8_t *restrict mask = patch->mask + from;
    const uint8_t *restrict ink = patch->ink + from;
    int32_t first = patch->x / 8, begin = first < 0 ? -first : 0;
    int32_t end = patch->stride_bytes, whole = canvas->width_dots / 8 - first;

    if (end > canvas->stride_bytes - first)
        end = canvas->stride_bytes - first;
    if (whole > end)
        whole = end;
    for (int32_t i = begin; i < whole; i++)
        row[first + i] = (uint8_t)((row[first + i] & ~mask[i]) | (ink[i] & mask[i]));
    for (int32_t i = begin > whole ? begin : whole; i < end; i++) {
        uint8_t in = mask[i] & inside(canvas, first + i);
        row[first + i] = (uint8_t)((row[first + i] & ~in) | (ink[i] & in));
    }
}

void
canvas_patch(struct canvas *canvas, const struct canvas_patch *patch)
{
    assert(patch->x % 8 == 0);
    for (int32_t line = 0; line < patch->height; line++) {
        if (patch->y + line < 0 || patch->y + line >= canvas->height_dots)
            continue;
        size_t from = (size_t)line * (size_t)patch->stride_bytes;
        uint8_t *row =
            canvas->bits + (size_t)(patch->y + line) * (size_t)canvas->stride_bytes;
        patch_row(canvas, patch, from, row);
    }
}

/* ---- onto the head ------------------------------------------------------ */

static void
place_straight(struct canvas *to, const struct canvas *from, int32_t x, int32_t y)
{
    int32_t shift = x & 7, first = (x - shift) / 8;
    for (int32_t line = 0; line < from->height_dots; line++) {
        if (y + line < 0 || y + line >= to->height_dots)
            continue;
        const uint8_t *source = from->bits + (size_t)line * (size_t)from->stride_bytes;
        uint8_t *row = to->bits + (size_t)(y + line) * (size_t)to->stride_bytes;
        for (int32_t i = 0; i < from->stride_bytes; i++) {
            unsigned bits = (unsigned)source[i] << 8 >> shift;
            int32_t at = first + i;
            if (at >= 0 && at < to->stride_bytes)
                row[at] |= (uint8_t)(bits >> 8) & inside(to, at);
            if (at + 1 >= 0 && at + 1 < to->stride_bytes)
                row[at + 1] |= (uint8_t)bits & inside(to, at + 1);
        }
    }
}

struct point {
    int32_t x, y;
};

static struct point
turn(struct point p, const struct canvas *from, int32_t degrees)
{
    if (degrees == 90)
        return (struct point){ from->height_dots - 1 - p.y, p.x };
    if (degrees == 180)
        return (struct point){ from->width_dots - 1 - p.x,
                               from->height_dots - 1 - p.y };
    return (struct point){ p.y, from->width_dots - 1 - p.x };
}

static void
set_turned(struct canvas *to, const struct canvas *from, struct point p,
           int32_t degrees, struct point corner)
{
    struct point t = turn(p, from, degrees);
    t.x += corner.x;
    t.y += corner.y;
    if (t.x < 0 || t.x >= to->width_dots || t.y < 0 || t.y >= to->height_dots)
        return;
    to->bits[(size_t)t.y * (size_t)to->stride_bytes + (size_t)(t.x / 8)] |=
        (uint8_t)(0x80 >> t.x % 8);
}

/* Badges are mostly white: only the dots that are set are carried over. */
static void
place_turned(struct canvas *to, const struct canvas *from, int32_t degrees,
             struct point corner)
{
    for (int32_t y = 0; y < from->height_dots; y++) {
        const uint8_t *row = from->bits + (size_t)y * (size_t)from->stride_bytes;
        for (int32_t i = 0; i < from->stride_bytes; i++) {
            for (unsigned bits = row[i]; bits;) {
                int high = __builtin_clz(bits) - 24;
                bits &= ~(0x80U >> high);
                set_turned(to, from, (struct point){ i * 8 + high, y }, degrees,
                           corner);
            }
        }
    }
}

void
canvas_place(struct canvas *to, const struct canvas *from, int32_t degrees, int32_t x,
             int32_t y)
{
    memset(to->bits, 0, (size_t)to->stride_bytes * (size_t)to->height_dots);
    if (degrees == 0)
        place_straight(to, from, x, y);
    else
        place_turned(to, from, degrees, (struct point){ x, y });
}
