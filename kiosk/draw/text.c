#include "draw/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/text_inside.h"
#include "str.h"

enum {
    STRIP_MARGIN = 16,
    SHADE_LIFT = 8, /* a stroke of 0.94 dots is seen wherever it stands */
};

/* ---- life --------------------------------------------------------------- */

/* No metrics rounded, no glyph moved to whole dots across: a text must scale linearly,
 * or it would not fit where it was measured to. */
static void
set_options(PangoContext *context)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    /* Not the locale's: the same badge everywhere. Han faces: text_language.h. */
    pango_context_set_language(context, pango_language_from_string("en"));
}

static void
drop_strip(struct text *text)
{
    if (text->cairo)
        cairo_destroy(text->cairo);
    if (text->strip)
        cairo_surface_destroy(text->strip);
    text->cairo = NULL;
    text->strip = NULL;
    text->strip_width = text->strip_height = 0;
}

void
text_destroy(struct text *text)
{
    if (!text)
        return;
    drop_strip(text);
    for (int d = 0; d < 2; d++) {
        struct text_layouts *layouts = &text->layouts[d];
        for (int i = 0; i < TEXT_LAYOUTS_MAX && layouts->all[i]; i++)
            g_object_unref(layouts->all[i]);
        g_object_unref(layouts->context);
    }
    pango_font_description_free(text->face);
    free(text);
}

void
text_begin(struct text *text)
{
    text->layouts[0].used = text->layouts[1].used = 0;
}

void
text_speak(struct text *text, const char *language, const char *country)
{
    str_copy(text->guest_language, sizeof text->guest_language, language);
    str_copy(text->guest_country, sizeof text->guest_country, country);
}

PangoLayout *
text_take_layout(struct text *text, bool right_to_left)
{
    struct text_layouts *layouts = &text->layouts[right_to_left];
    int at = layouts->used;
    if (at == TEXT_LAYOUTS_MAX)
        at--; /* more lines than any design has: the last one is drawn wrong, not dead
               */
    else
        layouts->used++;
    if (!layouts->all[at]) {
        layouts->all[at] = pango_layout_new(layouts->context);
        pango_layout_set_single_paragraph_mode(layouts->all[at], TRUE);
        pango_layout_set_auto_dir(layouts->all[at], FALSE);
    }
    return layouts->all[at];
}

/* ---- painting ----------------------------------------------------------- */

static bool
want_strip(struct text *text, int width, int height)
{
    if (width <= text->strip_width && height <= text->strip_height)
        return true;
    width = (width > text->strip_width ? width : text->strip_width) / 64 * 64 + 64;
    height = height > text->strip_height ? height : text->strip_height;
    drop_strip(text);
    text->strip = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    text->cairo = cairo_create(text->strip);
    if (cairo_status(text->cairo) != CAIRO_STATUS_SUCCESS) {
        drop_strip(text);
        return false;
    }
    cairo_set_operator(text->cairo, CAIRO_OPERATOR_ADD);
    cairo_set_source_rgba(text->cairo, 0, 0, 0, 1);
    text->strip_width = width;
    text->strip_height = height;
    return true;
}

/* A rectangle of dots on the canvas; x in whole bytes. */
struct patch {
    int x, y, width, height;
};

static bool
shade_line(struct text *text, const struct text_line *line,
           const struct text_spot *spot, const struct patch *patch)
{
    if (!want_strip(text, patch->width, patch->height))
        return false;
    cairo_surface_flush(text->strip);
    unsigned char *bytes = cairo_image_surface_get_data(text->strip);
    int stride = cairo_image_surface_get_stride(text->strip);
    memset(bytes, 0, (size_t)stride * (size_t)patch->height);
    cairo_surface_mark_dirty(text->strip);

    cairo_identity_matrix(text->cairo);
    cairo_translate(text->cairo, spot->x - patch->x, spot->y - patch->y);
    cairo_rotate(text->cairo, spot->turn);
    cairo_scale(text->cairo, (double)spot->scale, (double)spot->scale);
    cairo_move_to(text->cairo, 0, 0);
    pango_cairo_show_layout_line(text->cairo,
                                 pango_layout_get_line_readonly(line->layout, 0));
    cairo_surface_flush(text->strip);
    return cairo_status(text->cairo) == CAIRO_STATUS_SUCCESS;
}

float
text_line_x(const struct design_slot *slot, const struct text_fit *fit,
            const struct text_line *line)
{
    float spare = slot->box.width - line->width;
    int align = slot->align;
    if (align == DESIGN_START)
        align = fit->aligned_right ? DESIGN_RIGHT : DESIGN_LEFT;
    if (align == DESIGN_LEFT)
        return slot->box.x;
    return slot->box.x + (align == DESIGN_RIGHT ? spare : spare / 2);
}

/* Where the line's ink falls, with a margin for what a scaled outline rounds up to. */
static struct patch
around(const struct text_line *line, const struct text_spot *spot,
       const struct canvas *canvas)
{
    double sides[2] = { (double)line->ink_x, (double)(line->ink_x + line->ink_width) };
    double ends[2] = { -(double)line->ascent, (double)line->descent };
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;

    for (int i = 0; i < 4; i++) {
        double x = sides[i % 2], y = ends[i / 2];
        double turned_x = spot->x + x * cos(spot->turn) - y * sin(spot->turn);
        double turned_y = spot->y + x * sin(spot->turn) + y * cos(spot->turn);
        left = fmin(left, turned_x);
        right = fmax(right, turned_x);
        top = fmin(top, turned_y);
        bottom = fmax(bottom, turned_y);
    }
    int from_x = ((int)floor(left) - 2) & ~7, to_x = (int)ceil(right) + 3;
    int from_y = (int)floor(top) - 2, to_y = (int)ceil(bottom) + 2;
    from_x = from_x < -STRIP_MARGIN ? -STRIP_MARGIN : from_x;
    to_x = to_x > canvas->width_dots + 8 ? canvas->width_dots + 8 : to_x;
    from_y = from_y < 0 ? 0 : from_y;
    to_y = to_y > canvas->height_dots ? canvas->height_dots : to_y;
    return (struct patch){ from_x, from_y, to_x - from_x, to_y - from_y };
}

bool
text_paint_line(struct text *text, const struct text_line *line,
                const struct text_spot *spot, struct canvas *canvas)
{
    struct patch patch = around(line, spot, canvas);
    if (patch.width <= 0 || patch.height <= 0)
        return true;
    if (!shade_line(text, line, spot, &patch))
        return false;
    struct canvas_shade shade = {
        .bytes = cairo_image_surface_get_data(text->strip),
        .stride_bytes = cairo_image_surface_get_stride(text->strip),
        .width = patch.width,
        .height = patch.height,
        .lift = SHADE_LIFT,
    };
    canvas_ink(canvas, &shade, patch.x, patch.y, spot->white);
    return true;
}

/* From the page as it lies for the slot to the page as designed. */
static void
turn_side(struct text_spot *spot, int degrees, const struct canvas *canvas)
{
    double x = spot->x, y = spot->y;
    spot->turn = (double)degrees / 180 * acos(-1);
    if (degrees == 90) {
        spot->x = canvas->width_dots - y;
        spot->y = x;
    } else if (degrees == 180) {
        spot->x = canvas->width_dots - x;
        spot->y = canvas->height_dots - y;
    } else if (degrees == 270) {
        spot->x = y;
        spot->y = canvas->height_dots - x;
    }
}

bool
text_paint(struct text *text, const struct design_slot *slot,
           const struct text_fit *fit, float top, struct canvas *canvas)
{
    for (int i = 0; i < fit->line_count; i++) {
        const struct text_line *line = &fit->lines[i];
        struct text_spot spot = {
            .x = round((double)text_line_x(slot, fit, line)),
            .y = round((double)(top + line->baseline)),
            .scale = fit->scale,
            .white = fit->white,
        };
        turn_side(&spot, slot->side_degrees, canvas);
        if (!text_paint_line(text, line, &spot, canvas))
            return false;
    }
    return true;
}

const char *
text_line_words(const struct text_line *line)
{
    return pango_layout_get_text(line->layout);
}

/* Pango reads the fonts' configuration in a thread of its own when the first text is
 * shaped: have that over with, while files may still be written (its cache). */
static void
open_fonts(struct text *text)
{
    struct design_slot slot = { .family = "Noto Sans",
                                .weight = 400,
                                .size_max = 20,
                                .size_min = 10,
                                .leading = 1,
                                .lines_max = 1 };
    struct text_fit fit;
    text_fit(text, &slot, "A", &(struct text_room){ 100, 100, 20 }, &fit);
    text->has_faces = fit.missing == 0;
}

bool
text_create(struct text **text, struct err *err)
{
    struct text *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    PangoFontMap *map = pango_cairo_font_map_get_default();
    for (int d = 0; d < 2; d++) {
        PangoContext *context = pango_font_map_create_context(map);
        set_options(context);
        pango_context_set_base_dir(context,
                                   d ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
        self->layouts[d].context = context;
    }
    self->face = pango_font_description_new();
    self->tag = pango_language_from_string("zh-cn");
    open_fonts(self);
    *text = self;
    return true;
}

bool
text_has_faces(const struct text *text, struct err *err)
{
    return text->has_faces ||
           err_set(err, ERR_ABSENT,
                   "no fonts are there to draw with: install the packages "
                   "fonts-noto-core and fonts-noto-cjk, then restart kioskd");
}

void
text_warm(struct text *text)
{
    static const char *const samples[] = {
        "Zhang Wei Đžćãß",
        "张伟 悦来",
        "محمد",
        "김민수",
        "Владимир Ελένη",
        "ไทย สมชาย",
        "अमित",
        "שלום",
        "සිරි",
        "きむら",
        "தமிழ்",
        "გიორგი",
    };
    struct design_slot slot = { .family = "Noto Sans",
                                .size_max = 40,
                                .size_min = 20,
                                .leading = 1.2F,
                                .lines_max = 1,
                                .box = { 0, 0, 500, 60 } };
    uint8_t bits[64 * 64] = { 0 };
    struct canvas canvas = { bits, 512, 64, 64 };
    struct text_room room = { 500, 60, 40 };

    for (slot.weight = 400; slot.weight <= 700; slot.weight += 300) {
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
            struct text_fit fit;
            text_begin(text);
            text_fit(text, &slot, samples[i], &room, &fit);
            text_paint(text, &slot, &fit, 0, &canvas);
        }
    }
}
