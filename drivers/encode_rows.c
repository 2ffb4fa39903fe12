#include "encode_rows.h"

#include <inttypes.h>
#include <string.h>

int32_t
encode_feed_dpi(const struct page *page)
{
    return page->feed_dpi ? page->feed_dpi : page->dpi;
}

int32_t
encode_clamp(int32_t value, int32_t min, int32_t max)
{
    return value < min ? min : value > max ? max : value;
}

bool
encode_ended(const struct str *out, const char *encoder, struct err *err)
{
    return str_ok(out) ||
           err_set(err, ERR_LIMIT, "%s: label is over %zu bytes", encoder, out->cap);
}

static bool
is_side(int32_t dots)
{
    return dots >= 1 && dots <= PAGE_DOTS_MAX;
}

static bool
check(const struct encode_rows *rows, const char *encoder,
      const struct encoder_setting *setting, struct err *err)
{
    const struct page *page = rows->page;
    if (!is_side(page->width_dots) || !is_side(page->height_dots))
        return err_set(err, ERR_INPUT,
                       "%s: a page of %" PRId32 " x %" PRId32
                       " dots is not 1 to %d a side",
                       encoder, page->width_dots, page->height_dots, PAGE_DOTS_MAX);
    if (!is_side(rows->width) || !is_side(rows->height))
        return err_set(err, ERR_INPUT,
                       "%s: a label of %" PRId32 " x %" PRId32 " um at %" PRId32
                       " dpi is not 1 to %d dots a side",
                       encoder, setting->media_width_um, setting->media_height_um,
                       page->dpi, PAGE_DOTS_MAX);
    if (rows->x >= rows->width || rows->y >= rows->height ||
        rows->x <= -page->width_dots || rows->y <= -page->height_dots)
        return err_set(err, ERR_INPUT, "%s: nothing of the page lies on the label",
                       encoder);
    return true;
}

bool
encode_rows_label(struct encode_rows *rows, const char *encoder,
                  const struct page *page, const struct encoder_setting *setting,
                  struct err *err)
{
    *rows = (struct encode_rows){
        .page = page,
        .x = setting->offset_x_dots,
        .y = setting->offset_y_dots,
        .width = encoder_dots(setting->media_width_um, page->dpi),
        .height = encoder_dots(setting->media_height_um, encode_feed_dpi(page)),
    };
    rows->bytes = (rows->width + 7) / 8;
    return check(rows, encoder, setting, err);
}

/* Keeps of [*at, *at + *size) what lies in [0, max). */
static void
cut(int32_t *at, int32_t *size, int32_t max)
{
    int32_t end = encode_clamp(*at + *size, 0, max);
    *at = encode_clamp(*at, 0, max);
    *size = end - *at;
}

bool
encode_rows_box(struct encode_rows *rows, const char *encoder, const struct page *page,
                const struct encoder_setting *setting, struct err *err)
{
    struct encoder_box box = setting->box;
    if (!encode_rows_label(rows, encoder, page, setting, err))
        return false;
    if (box.width_dots == 0)
        return true;
    cut(&box.x_dots, &box.width_dots, rows->width);
    cut(&box.y_dots, &box.height_dots, rows->height);
    rows->x -= box.x_dots;
    rows->y -= box.y_dots;
    rows->width = box.width_dots;
    rows->height = box.height_dots;
    rows->bytes = (rows->width + 7) / 8;
    return check(rows, encoder, setting, err);
}

/* Adds a byte whose first bit is the window's dot `at`, which may lie outside. */
static void
add_byte(const struct encode_rows *rows, int32_t at, unsigned byte, uint8_t *row)
{
    int32_t to = at >= 0 ? at / 8 : (at - 7) / 8;
    unsigned pair = byte << 8 >> (at - to * 8);
    if (to >= 0 && to < rows->bytes)
        row[to] |= (uint8_t)(pair >> 8);
    if (to + 1 >= 0 && to + 1 < rows->bytes)
        row[to + 1] |= (uint8_t)pair;
}

void
encode_rows_get(const struct encode_rows *rows, const uint8_t *plane, int32_t y,
                uint8_t *row)
{
    const struct page *page = rows->page;
    int32_t source = y - rows->y, length = (page->width_dots + 7) / 8;
    memset(row, 0, (size_t)rows->bytes);
    if (!plane || source < 0 || source >= page->height_dots)
        return;
    const uint8_t *from = plane + (size_t)source * (size_t)page->stride_bytes;
    if (rows->x == 0)
        memcpy(row, from, (size_t)(length < rows->bytes ? length : rows->bytes));
    else
        for (int32_t i = 0; i < length; i++)
            add_byte(rows, rows->x + 8 * i, from[i], row);
    if (rows->width % 8)
        row[rows->bytes - 1] &= (uint8_t)(0xFF00 >> rows->width % 8);
}

void
encode_rows_inverse(const struct encode_rows *rows, struct str *out)
{
    uint8_t row[ENCODE_ROW_MAX];
    for (int32_t y = 0; y < rows->height; y++) {
        encode_rows_get(rows, rows->page->bits, y, row);
        for (int32_t i = 0; i < rows->bytes; i++)
            row[i] = (uint8_t)~row[i];
        str_add(out, row, (size_t)rows->bytes);
    }
}
