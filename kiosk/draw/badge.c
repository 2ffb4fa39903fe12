#include "draw/badge.h"

#include <stdlib.h>
#include <string.h>

#include "draw/badge_inside.h"

bool
badge_create(struct badge **badge, struct err *err)
{
    struct badge *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    str_init(&self->words, TEXT_WORDS_MAX);
    if (!text_create(&self->text, err)) {
        badge_destroy(self);
        return false;
    }
    *badge = self;
    return true;
}

void
badge_destroy(struct badge *badge)
{
    if (!badge)
        return;
    text_destroy(badge->text);
    str_finish(&badge->words);
    free(badge->sheet);
    free(badge->turned);
    free(badge);
}

void
badge_warm(struct badge *badge)
{
    text_warm(badge->text);
}

static bool
want(uint8_t **bytes, size_t *room, size_t length, struct err *err)
{
    if (length <= *room)
        return true;
    uint8_t *more = realloc(*bytes, length);
    if (!more)
        return err_no_memory(err);
    *bytes = more;
    *room = length;
    return true;
}

bool
badge_is_shown(const struct fields *fields, const char *show_if,
               const char *show_unless)
{
    return fields_hold(fields, show_if) &&
           (*show_unless == '\0' || !fields_hold(fields, show_unless));
}

static void
draw_layers(struct sheet *sheet)
{
    const struct design *design = sheet->guest->design;
    for (int i = 0; i < design->layer_count; i++) {
        const struct design_layer *layer = &design->layers[i];
        if (!badge_is_shown(sheet->guest->fields, layer->show_if, layer->show_unless))
            continue;
        canvas_patch(&sheet->canvas,
                     &(struct canvas_patch){ design->bits + layer->mask,
                                             design->bits + layer->ink, layer->x,
                                             layer->y, layer->height, layer->stride,
                                             design->bits + layer->second });
    }
}

/* ---- the whole ---------------------------------------------------------- */

bool
badge_has_fonts(const struct badge *badge, struct err *err)
{
    return text_has_faces(badge->text, err);
}

static bool
is_as_designed(const struct design *design)
{
    const struct design_target *target = &design->target;
    return target->rotate_degrees == 0 && target->offset_x_dots == 0 &&
           target->offset_y_dots == 0 && target->width_dots == design->width_dots &&
           target->height_dots == design->height_dots;
}

static bool
put_on_head(struct sheet *sheet, struct page *page, struct err *err)
{
    const struct design_target *target = &sheet->guest->design->target;
    struct badge *badge = sheet->badge;
    struct canvas head = sheet->canvas;
    size_t planes = target->second ? 2 : 1;

    if (!is_as_designed(sheet->guest->design)) {
        head = (struct canvas){ .width_dots = target->width_dots,
                                .height_dots = target->height_dots,
                                .stride_bytes = (target->width_dots + 7) / 8 };
        size_t plane = (size_t)head.stride_bytes * (size_t)head.height_dots;
        if (!want(&badge->turned, &badge->turned_room, plane * planes, err))
            return false;
        head.bits = badge->turned;
        head.second = target->second ? head.bits + plane : NULL;
        canvas_place(&head, &sheet->canvas, target->rotate_degrees,
                     target->offset_x_dots, target->offset_y_dots);
    }
    *page = (struct page){ .width_dots = head.width_dots,
                           .height_dots = head.height_dots,
                           .stride_bytes = head.stride_bytes,
                           .dpi = target->dpi,
                           .bits = head.bits,
                           .second = head.second };
    return true;
}

bool
badge_draw(struct badge *badge, const struct badge_guest *guest, struct page *page,
           struct badge_report *report, struct err *err)
{
    const struct design *design = guest->design;
    size_t plane = design_plane_bytes(design);
    size_t length = design->target.second ? 2 * plane : plane;

    memset(report, 0, sizeof *report);
    if (!badge_has_fonts(badge, err) ||
        !want(&badge->sheet, &badge->sheet_room, length, err))
        return false;
    memcpy(badge->sheet, design->bits, length);
    struct sheet sheet = {
        .badge = badge,
        .guest = guest,
        .canvas = { badge->sheet, design->width_dots, design->height_dots,
                    design->stride_bytes,
                    design->target.second ? badge->sheet + plane : NULL },
        .report = report,
    };
    text_speak(badge->text, fields_get(guest->fields, "language", 8),
               fields_get(guest->fields, "country_code", 12));
    draw_layers(&sheet);
    return badge_draw_codes(&sheet, err) && badge_draw_texts(&sheet, err) &&
           put_on_head(&sheet, page, err);
}
