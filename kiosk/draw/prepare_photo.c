#include "draw/prepare_photo.h"

#include <cairo.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

#include "draw/prepare_dots.h"
#include "str.h"

/* ---- pixels --------------------------------------------------------------------- */

/* A drawing that is this picture and nothing else, so that it is read by the one parser
 * of pictures there is in this house. */
static bool
wrap(const struct prepare_photo_head *head, const uint8_t *bytes, size_t length,
     struct str *drawing)
{
    gchar *text = g_base64_encode(bytes, length);
    str_addf(drawing,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">"
             "<image width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" "
             "href=\"data:image/%s;base64,",
             head->width, head->height, head->width, head->height,
             head->is_png ? "png" : "jpeg");
    str_add(drawing, text, strlen(text));
    str_addf(drawing, "\"/></svg>");
    g_free(text);
    return str_ok(drawing);
}

static RsvgHandle *
open_picture(const struct prepare_photo_head *head, const uint8_t *bytes, size_t length,
             struct err *err)
{
    struct str drawing;
    str_init(&drawing, 2 * PREPARE_PHOTO_MAX);
    RsvgHandle *handle = NULL;
    if (!wrap(head, bytes, length, &drawing))
        err_no_memory(err);
    else if (!(handle = rsvg_handle_new_from_data((const guint8 *)drawing.data,
                                                  drawing.length, NULL)))
        err_set(err, ERR_INPUT, "photo: the picture cannot be read");
    str_finish(&drawing);
    return handle;
}

/* ---- where it lies -------------------------------------------------------------- */

/* From the page as the slot stands upright on it to the page as designed. */
static void
turn_page(cairo_t *cairo, const struct design *design, int32_t degrees)
{
    double width = design->width_dots, height = design->height_dots;
    cairo_matrix_t matrix;
    switch (degrees) {
    case 90:
        cairo_matrix_init(&matrix, 0, 1, -1, 0, width, 0);
        break;
    case 180:
        cairo_matrix_init(&matrix, -1, 0, 0, -1, width, height);
        break;
    case 270:
        cairo_matrix_init(&matrix, 0, -1, 1, 0, 0, height);
        break;
    default:
        return;
    }
    cairo_transform(cairo, &matrix);
}

/* Covering, a portrait in a flatter room loses a third above for two thirds below. */
static RsvgRectangle
place(const struct design_slot *slot, double width, double height)
{
    double across = (double)slot->box.width / width,
           down = (double)slot->box.height / height;
    double scale = slot->contain ? fmin(across, down) : fmax(across, down);
    RsvgRectangle at = { .width = width * scale, .height = height * scale };
    at.x = ((double)slot->box.width - at.width) / 2;
    at.y = ((double)slot->box.height - at.height) / (slot->contain ? 2 : 3);
    return at;
}

static void
round_path(cairo_t *cairo, const RsvgRectangle *box, double radius)
{
    double r = fmin(radius, fmin(box->width, box->height) / 2);
    double right = box->x + box->width, bottom = box->y + box->height;
    cairo_new_path(cairo);
    cairo_arc(cairo, right - r, box->y + r, r, -G_PI_2, 0);
    cairo_arc(cairo, right - r, bottom - r, r, 0, G_PI_2);
    cairo_arc(cairo, box->x + r, bottom - r, r, G_PI_2, G_PI);
    cairo_arc(cairo, box->x + r, box->y + r, r, G_PI, 3 * G_PI_2);
    cairo_close_path(cairo);
}

/* The slot's corner becomes the origin, and nothing is drawn outside of it. */
static void
enter_slot(cairo_t *cairo, const struct design *design, const struct design_slot *slot)
{
    const RsvgRectangle room = { 0, 0, (double)slot->box.width,
                                 (double)slot->box.height };
    turn_page(cairo, design, slot->side_degrees);
    cairo_translate(cairo, (double)slot->box.x, (double)slot->box.y);
    cairo_rotate(cairo, (double)slot->turn_degrees * G_PI / 180);
    round_path(cairo, &room, (double)slot->radius);
    cairo_clip(cairo);
}

/* From the picture's own pixels, as stored, to a unit square as it is to be seen. */
static void
set_upright(cairo_t *cairo, int32_t orientation)
{
    static const double table[9][6] = {
        { 1, 0, 0, 1, 0, 0 },   { 1, 0, 0, 1, 0, 0 },   { -1, 0, 0, 1, 1, 0 },
        { -1, 0, 0, -1, 1, 1 }, { 1, 0, 0, -1, 0, 1 },  { 0, 1, 1, 0, 0, 0 },
        { 0, 1, -1, 0, 1, 0 },  { 0, -1, -1, 0, 1, 1 }, { 0, -1, 1, 0, 0, 1 },
    };
    const double *t = table[orientation];
    cairo_matrix_t matrix;
    cairo_matrix_init(&matrix, t[0], t[1], t[2], t[3], t[4], t[5]);
    cairo_transform(cairo, &matrix);
}

/* ---- dots ----------------------------------------------------------------------- */

static bool
paint(cairo_t *cairo, const struct design_slot *slot, RsvgHandle *picture,
      const struct prepare_photo_head *head)
{
    bool lies = head->orientation >= 5;
    RsvgRectangle at = place(slot, lies ? head->height : head->width,
                             lies ? head->width : head->height);
    RsvgRectangle whole = { 0, 0, head->width, head->height };
    cairo_save(cairo);
    cairo_translate(cairo, at.x, at.y);
    cairo_scale(cairo, at.width, at.height);
    set_upright(cairo, head->orientation);
    cairo_scale(cairo, 1.0 / head->width, 1.0 / head->height);
    gboolean drawn = rsvg_handle_render_document(picture, cairo, &whole, NULL);
    cairo_restore(cairo);
    return drawn && cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
}

/* What is transparent shows paper; but only where the picture lies. */
static void
lay_on_white(cairo_t *cairo, const struct design_slot *slot,
             const struct prepare_photo_head *head)
{
    bool lies = head->orientation >= 5;
    RsvgRectangle at = place(slot, lies ? head->height : head->width,
                             lies ? head->width : head->height);
    cairo_set_operator(cairo, CAIRO_OPERATOR_DEST_OVER);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_rectangle(cairo, at.x, at.y, at.width, at.height);
    cairo_fill(cairo);
}

static bool
take_layer(struct design *design, const struct design_slot *slot,
           cairo_surface_t *surface, struct err *err)
{
    struct prepare_dots box = { 0 };
    size_t planes = design->target.second ? 3 : 2;
    if (!prepare_dots_cover(surface, design, &box))
        return true; /* the slot lies outside the page */
    if (design->layer_count == DESIGN_LAYERS_MAX)
        return err_set(err, ERR_LIMIT, "photo: the design has %d layers already",
                       DESIGN_LAYERS_MAX);
    size_t bytes = (size_t)box.stride * (size_t)box.height;
    box.mask = prepare_dots_room(design, planes * bytes, err);
    if (!box.mask)
        return false;
    box.ink = box.mask + bytes;
    if (!prepare_dots_spread(surface, &box, err))
        return false;
    struct design_layer *layer = &design->layers[design->layer_count++];
    *layer = (struct design_layer){ .tone = 1,
                                    .x = box.x,
                                    .y = box.y,
                                    .width = box.width,
                                    .height = box.height,
                                    .stride = box.stride };
    str_copy(layer->show_if, sizeof layer->show_if, slot->show_if);
    str_copy(layer->show_unless, sizeof layer->show_unless, slot->show_unless);
    layer->mask = (uint32_t)(box.mask - design->bits);
    layer->ink = (uint32_t)(box.ink - design->bits);
    if (design->target.second) /* nothing of a picture is red */
        layer->second = (uint32_t)(box.ink + bytes - design->bits);
    return true;
}

static bool
fill_slot(struct design *design, const struct design_slot *slot, RsvgHandle *picture,
          const struct prepare_photo_head *head, struct err *err)
{
    struct prepare_dots any;
    cairo_surface_t *surface = prepare_dots_surface(design, err);
    if (!surface)
        return false;
    cairo_t *cairo = cairo_create(surface);
    enter_slot(cairo, design, slot);
    bool good = paint(cairo, slot, picture, head);
    cairo_surface_flush(surface);
    /* A picture that its library could not read is drawn as nothing, without a word. */
    good = (good && prepare_dots_cover(surface, design, &any)) ||
           err_set(err, ERR_INPUT, "photo: the picture cannot be read, or is empty");
    if (good)
        lay_on_white(cairo, slot, head);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    good = good && take_layer(design, slot, surface, err);
    cairo_surface_destroy(surface);
    return good;
}

bool
prepare_photo(struct design *design, const uint8_t *bytes, size_t length,
              struct err *err)
{
    struct prepare_photo_head head;
    if (length > PREPARE_PHOTO_MAX)
        return err_set(err, ERR_LIMIT, "photo: over %d MB",
                       PREPARE_PHOTO_MAX / 1024 / 1024);
    if (!prepare_photo_look(bytes, length, &head, err))
        return false;
    RsvgHandle *picture = open_picture(&head, bytes, length, err);
    bool good = picture != NULL;
    for (int i = 0; good && i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        if (slot->kind == DESIGN_SLOT_PHOTO)
            good = fill_slot(design, slot, picture, &head, err);
    }
    if (picture)
        g_object_unref(picture);
    design->has_photo = good;
    return good;
}
