#include "draw/prepare.h"

#include <cairo.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/prepare_dots.h"
#include "draw/prepare_svg.h"

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

/* ---- the static page and the layers ------------------------------------- */

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
    return prepare_dots_page(design, surface, err);
}

static void
clear(cairo_surface_t *surface)
{
    memset(cairo_image_surface_get_data(surface), 0,
           (size_t)cairo_image_surface_get_stride(surface) *
               (size_t)cairo_image_surface_get_height(surface));
    cairo_surface_mark_dirty(surface);
}

static bool
make_layer(struct design *design, int index, cairo_surface_t *surface, struct err *err)
{
    struct design_layer *layer = &design->layers[index];
    struct prepare_dots box;

    if (!prepare_dots_cover(surface, design, &box))
        return true; /* only slots in it: nothing to draw */
    size_t bytes = (size_t)box.stride * (size_t)box.height;
    box.mask = prepare_dots_room(design, 2 * bytes, err);
    if (!box.mask)
        return false;
    box.ink = box.mask + bytes;
    if (!layer->tone)
        prepare_dots_set(surface, &box);
    else if (!prepare_dots_spread(surface, &box, err))
        return false;
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
    cairo_surface_t *surface = prepare_dots_surface(design, err);
    bool good = surface && make_page(design, drawing, page, surface, err) &&
                make_layers(design, drawing, page, surface, err);
    cairo_surface_destroy(surface);
    return good;
}

/* ---- does it fit the printer? ------------------------------------------- */

struct design_box
prepare_on_head(const struct design *design, const struct design_box *box)
{
    float width = (float)design->width_dots, height = (float)design->height_dots;
    bool lies = design->target.rotate_degrees % 180 != 0;
    struct design_box turned =
        design_box_turn(box, design->target.rotate_degrees, lies ? height : width,
                        lies ? width : height);
    turned.x += (float)design->target.offset_x_dots;
    turned.y += (float)design->target.offset_y_dots;
    return turned;
}

/* Artwork may bleed over the edge; what is said about a guest may not. */
static bool
is_printable(const struct design *design, const struct design_slot *slot,
             const struct prepare_page *page, struct err *err)
{
    struct design_box on_page = design_box_on_page(design, slot, &slot->box);
    struct design_box box = prepare_on_head(design, &on_page);
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

void
prepare_size_target(struct design *design)
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
    prepare_size_target(design);
    good = good && are_printable(design, &page, err) &&
           make_bits(design, &drawing, &page, err);
    str_finish(&drawing);
    if (!good)
        design_finish(design);
    return good;
}
