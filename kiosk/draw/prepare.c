#include "draw/prepare.h"

#include <cairo.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/prepare_svg.h"

/* A part of the page becomes dots: which ones it covers, and which of them are black.
 */
struct dots {
    uint8_t *mask, *ink; /* mask may be NULL: then what is not covered is white */
    int32_t x, y, width, height, stride;
};

/* ---- librsvg's pixels --------------------------------------------------- */

static bool
say_rsvg(const char *what, GError *error, struct err *err)
{
    char quoted[256] = "no reason given";
    if (error)
        str_quote(quoted, sizeof quoted, error->message, strlen(error->message));
    g_clear_error(&error);
    return err_set(err, ERR_INPUT, "%s: %s", what, quoted);
}

/* The whole drawing, or one element of it (id "#…"), as premultiplied ARGB. */
static bool
render(const struct str *drawing, const struct prepare_page *page, const char *id,
       cairo_surface_t *surface, struct err *err)
{
    GError *error = NULL;
    RsvgHandle *handle = rsvg_handle_new_from_data((const guint8 *)drawing->data,
                                                   drawing->length, &error);
    if (!handle)
        return say_rsvg("cannot be read", error, err);
    RsvgRectangle all = { 0, 0, page->width_mm * page->dots_per_mm,
                          page->height_mm * page->dots_per_mm };
    cairo_t *cairo = cairo_create(surface);
    gboolean drawn = id ? rsvg_handle_render_layer(handle, cairo, id, &all, &error)
                        : rsvg_handle_render_document(handle, cairo, &all, &error);
    bool good = drawn && cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    g_object_unref(handle);
    if (!good)
        return say_rsvg("cannot be drawn", error, err);
    cairo_surface_flush(surface);
    return true;
}

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

/* On white paper: half as bright as paper or darker. */
static bool
is_dark(uint32_t argb)
{
    unsigned white = 255 - (argb >> 24);
    unsigned red = (argb >> 16 & 255) + white, green = (argb >> 8 & 255) + white,
             blue = (argb & 255) + white;
    return 2126 * red + 7152 * green + 722 * blue < 10000 * 128;
}

static void
set_dots(cairo_surface_t *surface, const struct dots *dots)
{
    for (int32_t y = 0; y < dots->height; y++) {
        for (int32_t x = 0; x < dots->width; x++) {
            uint32_t argb = pixel(surface, dots->x + x, dots->y + y);
            size_t at = (size_t)y * (size_t)dots->stride + (size_t)(x / 8);
            uint8_t bit = (uint8_t)(0x80 >> x % 8);
            if (dots->mask && argb >> 24 >= 128)
                dots->mask[at] |= bit;
            if (is_dark(argb))
                dots->ink[at] |= bit;
        }
    }
}

/* ---- the static page and the layers ------------------------------------- */

/* Room for `bytes` more bits, white; NULL if that is too much. */
static uint8_t *
more_bits(struct design *design, size_t bytes, struct err *err)
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

/* Layers are drawn one by one: in the page itself they are not to be seen. The two
 * spellings are equally long, so nothing moves. */
static void
show_layers(struct str *drawing, bool shown)
{
    const char *from = shown ? "display=\"none  \">" : "display=\"inline\">";
    const char *to = shown ? "display=\"inline\">" : "display=\"none  \">";
    char *at = drawing->data;
    while ((at = strstr(at, "<g id=\"yuelai-layer-")) != NULL) {
        char *display = strstr(at, " display=");
        if (display && strncmp(display + 1, from, strlen(from)) == 0)
            memcpy(display + 1, to, strlen(to));
        at++;
    }
}

static bool
make_page(struct design *design, struct str *drawing, const struct prepare_page *page,
          cairo_surface_t *surface, struct err *err)
{
    show_layers(drawing, false);
    if (!render(drawing, page, NULL, surface, err))
        return false;
    uint8_t *ink = more_bits(
        design, (size_t)design->stride_bytes * (size_t)design->height_dots, err);
    if (!ink)
        return false;
    struct dots dots = {
        NULL, ink, 0, 0, design->width_dots, design->height_dots, design->stride_bytes
    };
    set_dots(surface, &dots);
    return true;
}

static void
clear(cairo_surface_t *surface)
{
    memset(cairo_image_surface_get_data(surface), 0,
           (size_t)cairo_image_surface_get_stride(surface) *
               (size_t)cairo_image_surface_get_height(surface));
    cairo_surface_mark_dirty(surface);
}

/* The smallest box around what is covered, from a whole byte on. */
static bool
find_cover(cairo_surface_t *surface, const struct design *design, struct dots *box)
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

static bool
make_layer(struct design *design, int index, cairo_surface_t *surface, struct err *err)
{
    struct design_layer *layer = &design->layers[index];
    struct dots box;

    if (!find_cover(surface, design, &box))
        return true; /* only slots in it: nothing to draw */
    size_t bytes = (size_t)box.stride * (size_t)box.height;
    box.mask = more_bits(design, 2 * bytes, err);
    if (!box.mask)
        return false;
    box.ink = box.mask + bytes;
    set_dots(surface, &box);
    layer->x = box.x;
    layer->y = box.y;
    layer->width = box.width;
    layer->height = box.height;
    layer->stride = box.stride;
    layer->mask = (uint32_t)(box.mask - design->bits);
    layer->ink = (uint32_t)(box.ink - design->bits);
    return true;
}

static bool
make_layers(struct design *design, struct str *drawing, const struct prepare_page *page,
            cairo_surface_t *surface, struct err *err)
{
    show_layers(drawing, true);
    for (int i = 0; i < design->layer_count; i++) {
        char id[32];
        snprintf(id, sizeof id, "#yuelai-layer-%d", i);
        clear(surface);
        if (!render(drawing, page, id, surface, err) ||
            !make_layer(design, i, surface, err))
            return false;
    }
    return true;
}

static bool
make_bits(struct design *design, struct str *drawing, const struct prepare_page *page,
          struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_ARGB32, design->width_dots, design->height_dots);
    bool good = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    if (!good)
        err_no_memory(err);
    good = good && make_page(design, drawing, page, surface, err) &&
           make_layers(design, drawing, page, surface, err);
    cairo_surface_destroy(surface);
    return good;
}

/* ---- does it fit the printer? ------------------------------------------- */

/* A box of the design as it lies on the head. */
static struct design_box
on_head(const struct design *design, const struct design_box *box)
{
    float width = (float)design->width_dots, height = (float)design->height_dots;
    struct design_box turned = *box;

    switch (design->target.rotate_degrees) {
    case 90:
        turned = (struct design_box){ height - box->y - box->height, box->x,
                                      box->height, box->width };
        break;
    case 180:
        turned = (struct design_box){ width - box->x - box->width,
                                      height - box->y - box->height, box->width,
                                      box->height };
        break;
    case 270:
        turned = (struct design_box){ box->y, width - box->x - box->width, box->height,
                                      box->width };
        break;
    default:
        break;
    }
    turned.x += (float)design->target.offset_x_dots;
    turned.y += (float)design->target.offset_y_dots;
    return turned;
}

/* Artwork may bleed over the edge; what is said about a guest may not. */
static bool
is_printable(const struct design *design, const struct design_slot *slot,
             const struct prepare_page *page, struct err *err)
{
    struct design_box box = on_head(design, &slot->box);
    float right = box.x + box.width - (float)design->target.width_dots;
    float bottom = box.y + box.height - (float)design->target.height_dots;
    float out = fmaxf(fmaxf(-box.x, -box.y), fmaxf(right, bottom));

    if (out <= 0.5F * (float)page->dots_per_mm)
        return true;
    return err_set(err, ERR_INPUT,
                   "slot \"%s\": %.1f mm of it lie outside what the printer can print "
                   "(%.1fx%.1f mm); the design is %.0fx%.0f mm",
                   slot->name, (double)out / page->dots_per_mm,
                   design->target.width_dots / page->dots_per_mm,
                   design->target.height_dots / page->dots_per_mm, page->width_mm,
                   page->height_mm);
}

static bool
are_printable(const struct design *design, const struct prepare_page *page,
              struct err *err)
{
    for (int i = 0; i < design->slot_count; i++) {
        if (!is_printable(design, &design->slots[i], page, err))
            return false;
    }
    return true;
}

/* A target without a size is the design's own. */
static void
size_target(struct design *design)
{
    struct design_target *target = &design->target;
    bool turned = target->rotate_degrees % 180 != 0;
    if (target->width_dots == 0)
        target->width_dots = turned ? design->height_dots : design->width_dots;
    if (target->height_dots == 0)
        target->height_dots = turned ? design->width_dots : design->height_dots;
}

bool
prepare_design(const char *svg, size_t length, const struct design_target *target,
               struct design *design, struct err *err)
{
    struct prepare_page page = { 0 };
    struct str drawing;

    memset(design, 0, sizeof *design);
    if (length > PREPARE_FILE_MAX)
        return err_set(err, ERR_LIMIT, "over %d MB", PREPARE_FILE_MAX / 1024 / 1024);
    design->target = *target;
    str_init(&drawing, 8 * PREPARE_FILE_MAX);
    bool good = prepare_svg_read(svg, length, design, &page, &drawing, err);
    size_target(design);
    good = good && are_printable(design, &page, err) &&
           make_bits(design, &drawing, &page, err);
    str_finish(&drawing);
    if (!good)
        design_finish(design);
    return good;
}
