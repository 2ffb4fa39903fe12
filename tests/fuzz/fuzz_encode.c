/* Any page, laid on any label in any way, in each printer's language: what somebody
 * else's decoder reads from the document are the page's dots, all of them and no other;
 * or the encoder refuses it with a reason. The first bytes are the setting, the rest
 * fills the page. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "all_encoders.h"
#include "heads.h"
#include "label.h"

enum { HEAD = 26, WIDTH_MAX = 500, HEIGHT_MAX = 150 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

struct world {
    const struct encoder *encoder;
    struct page page;
    struct encoder_setting setting;
    uint8_t *planes;
    int x, y, width, height; /* of the page's corner in the window; the window */
};

static int
word(const unsigned char *at)
{
    return at[0] | at[1] << 8;
}

/* ---- a page from bytes --------------------------------------------------- */

/* Runs, bytes as they stand and rows as the one above, so that a short input fills a
 * page with what the packings are made for. */
static void
fill(uint8_t *to, size_t room, size_t row, const unsigned char **bytes, size_t *left)
{
    size_t at = 0;
    while (at < room && *left >= 2) {
        unsigned char op = *(*bytes)++, value = *(*bytes)++;
        size_t count = (size_t)(op & 0x3F) + 1;
        *left -= 2;
        for (size_t i = 0; i < count && at < room; i++, at++) {
            if (op < 0x80)
                to[at] = value;
            else if (op < 0xC0)
                to[at] = at >= row ? to[at - row] : value;
            else
                to[at] = (uint8_t)(value + i * i * op);
        }
    }
}

/* Bits behind a row's width are 0, as page.h has it; those behind that are not ours. */
static void
trim(const struct page *page, uint8_t *plane)
{
    if (page->width_dots % 8 == 0)
        return;
    for (int y = 0; y < page->height_dots; y++)
        plane[(size_t)y * (size_t)page->stride_bytes + (size_t)page->width_dots / 8] &=
            (uint8_t)(0xFF00 >> page->width_dots % 8);
}

static void
make_page(struct world *world, const unsigned char *head, size_t left)
{
    static const int dpis[] = { 203, 300, 180, 600 };
    struct page *page = &world->page;
    const unsigned char *rest = head + HEAD;
    page->dpi = dpis[head[1] & 3];
    page->feed_dpi = head[1] & 4 ? 2 * page->dpi : 0;
    page->width_dots = word(head + 2) % WIDTH_MAX + 1;
    page->height_dots = word(head + 4) % HEIGHT_MAX + 1;
    page->stride_bytes = (page->width_dots + 7) / 8 + (head[1] >> 3 & 3);
    size_t plane = (size_t)page->stride_bytes * (size_t)page->height_dots;
    world->planes = calloc(2, plane);
    assert(world->planes);
    page->bits = world->planes;
    fill(world->planes, plane, (size_t)page->stride_bytes, &rest, &left);
    trim(page, world->planes);
    if (head[1] & 32) {
        page->second = world->planes + plane;
        fill(world->planes + plane, plane, (size_t)page->stride_bytes, &rest, &left);
        trim(page, world->planes + plane);
        for (size_t i = 0; i < plane; i++) /* no dot is set in both */
            world->planes[plane + i] &= (uint8_t)~world->planes[i];
    }
}

static int32_t
um(int dots, int dpi)
{
    return (int32_t)((int64_t)dots * 25400 / dpi);
}

static void
make_setting(struct world *world, const unsigned char *head)
{
    struct page *page = &world->page;
    int feed = page->feed_dpi ? page->feed_dpi : page->dpi;
    int across = page->width_dots + (head[7] & 1 ? word(head + 6) % 100 - 50 : 0);
    int along = page->height_dots + (head[9] & 1 ? word(head + 8) % 100 - 50 : 0);
    world->setting = (struct encoder_setting){
        .media_width_um = um(across, page->dpi),
        .media_height_um = um(along, feed),
        .offset_x_dots = (int8_t)head[10],
        .offset_y_dots = (int8_t)head[11],
        .darkness = head[12] & 1 ? (int8_t)head[12] : ENCODER_UNSET,
        .speed = head[13] & 1 ? word(head + 13) % 500 : ENCODER_UNSET,
        .tracking = (enum encoder_tracking)(head[15] & 3),
        .cut = (enum encoder_cut)((head[15] >> 2) % 3),
        .packing = (enum encoder_packing)((head[15] >> 4) % 3),
        .quirks = head[15] >> 7,
        .two_colour = page->second || head[16] & 1,
    };
    if (head[16] & 2)
        world->setting.box = (struct encoder_box){ (int8_t)head[17], (int8_t)head[18],
                                                   word(head + 19) % WIDTH_MAX + 1,
                                                   word(head + 21) % HEIGHT_MAX + 1 };
    if (head[16] & 4)
        world->setting.head_dots = word(head + 23) % 2100;
    world->setting.pins_right = head[25];
}

/* ---- what must be where -------------------------------------------------- */

static int
clamp(int value, int max)
{
    return value < 0 ? 0 : value > max ? max : value;
}

static bool
has_window(const struct encoder *encoder)
{
    return encoder == &encode_brother_ql || encoder == &encode_dymo_lw ||
           encoder == &encode_escpos || encoder == &encode_cups_raster;
}

static void
find_window(struct world *world)
{
    const struct encoder_setting *setting = &world->setting;
    const struct page *page = &world->page;
    const struct encoder_box *box = &setting->box;
    world->x = setting->offset_x_dots;
    world->y = setting->offset_y_dots;
    world->width = encoder_dots(setting->media_width_um, page->dpi);
    world->height = encoder_dots(setting->media_height_um,
                                 page->feed_dpi ? page->feed_dpi : page->dpi);
    if (!has_window(world->encoder) || box->width_dots == 0)
        return;
    int left = clamp(box->x_dots, world->width);
    int top = clamp(box->y_dots, world->height);
    world->width = clamp(box->x_dots + box->width_dots, world->width) - left;
    world->height = clamp(box->y_dots + box->height_dots, world->height) - top;
    world->x -= left;
    world->y -= top;
}

/* The dot of the window; `plane` NULL: white. */
static int
want(const struct world *world, const uint8_t *plane, int x, int y)
{
    const struct page *page = &world->page;
    int from_x = x - world->x, from_y = y - world->y;
    if (!plane || x < 0 || x >= world->width || from_x < 0 || from_y < 0 ||
        from_x >= page->width_dots || from_y >= page->height_dots)
        return 0;
    return plane[(size_t)from_y * (size_t)page->stride_bytes + (size_t)from_x / 8] >>
               (7 - from_x % 8) &
           1;
}

/* `left`: where the window's first dot is on the head. */
static void
compare_plane(const struct world *world, const struct head_rows *rows,
              const uint8_t *burnt, const uint8_t *plane, int left)
{
    for (int y = 0; y < rows->height; y++) {
        for (int x = 0; x < rows->width; x++) {
            if (burnt[(size_t)y * (size_t)rows->width + (size_t)x] !=
                want(world, plane, x - left, y))
                abort();
        }
    }
}

static void
check_head(const struct world *world, const struct str *out)
{
    const struct encoder_setting *setting = &world->setting;
    bool is_brother = world->encoder == &encode_brother_ql;
    int dots = setting->head_dots ? setting->head_dots : world->width;
    int head_bytes = (dots + 7) / 8;
    struct head_rows rows;
    if (!heads_burn(world->encoder->name, (const uint8_t *)out->data, out->length,
                    head_bytes, &rows))
        abort();
    assert(rows.height == world->height && rows.width >= world->width);
    int left = is_brother ? rows.width - setting->pins_right - world->width : 0;
    compare_plane(world, &rows, rows.black, world->page.bits, left);
    assert(!rows.red == !(is_brother ? setting->two_colour : !!world->page.second));
    if (rows.red)
        compare_plane(world, &rows, rows.red, world->page.second, left);
    free(rows.black);
    free(rows.red);
}

static void
compare_label(const struct world *world, const struct label *label,
              const uint8_t *printed, const uint8_t *plane)
{
    for (int y = 0; y < label->height; y++) {
        for (int x = 0; x < label->width; x++) {
            int is =
                printed[(size_t)y * label->stride + (size_t)x / 8] >> (7 - x % 8) & 1;
            if (is != want(world, plane, x, y))
                abort();
        }
    }
}

static void
check_label(const struct world *world, const struct str *out)
{
    struct label label;
    struct err err;
    if (!label_decode((const uint8_t *)out->data, out->length, &label, &err))
        abort();
    assert(label.width == world->width && label.height == world->height);
    assert(!label.red == !world->page.second);
    compare_label(world, &label, label.bits, world->page.bits);
    if (label.red)
        compare_label(world, &label, label.red, world->page.second);
    label_finish(&label);
}

/* A PDF's decoder measures in points: the sizes it cannot tell apart are left out. */
static bool
is_measurable(const struct world *world)
{
    const struct page *page = &world->page;
    return world->encoder != &encode_pdf1 ||
           (page->width_dots >= 64 && page->height_dots >= 64 && page->feed_dpi == 0 &&
            abs(world->setting.offset_x_dots) < 64 &&
            abs(world->setting.offset_y_dots) < 64 && world->width >= 1 &&
            world->height >= 1);
}

static void
encode(struct world *world)
{
    struct str out;
    struct err err = { 0 };
    str_init(&out, ENCODER_DOCUMENT_MAX);
    find_window(world);
    bool good = world->encoder->encode(&world->page, &world->setting, &out, &err);
    if (!good)
        assert(err.code == ERR_INPUT && strstr(err.text, world->encoder->name));
    else if (world->encoder == &encode_zpl || world->encoder == &encode_pdf1 ||
             (world->encoder == &encode_pwg && !world->page.second))
        check_label(world, &out);
    else
        check_head(world, &out);
    str_finish(&out);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct world world = { 0 };
    if (length < HEAD)
        return 0;
    world.encoder = all_encoders[bytes[0] % 9];
    make_page(&world, bytes, length - HEAD);
    make_setting(&world, bytes);
    find_window(&world);
    if (is_measurable(&world))
        encode(&world);
    free(world.planes);
    return 0;
}
