#include "draw/text.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "draw/text_break.h"
#include "draw/text_clean.h"

enum { LAYOUTS_MAX = 256, SIZE_STEPS = 48, STRIP_MARGIN = 16 };

/* What a line takes at least, in ems, whatever its letters: so that the baselines of
 * neighbours agree. Ink that goes beyond (Thai, Vietnamese, Arabic) takes what it
 * needs. */
static const float least_ascent = 0.74F, least_descent = 0.22F;

struct text {
    PangoContext *context;
    PangoFontDescription *face;
    PangoLayout *layouts[LAYOUTS_MAX];
    int layouts_used;
    cairo_surface_t *strip;
    cairo_t *cairo;
    int strip_width, strip_height; /* dots */
};

/* The words of one slot while they are being fitted. */
struct words {
    char bytes[TEXT_WORDS_MAX + 1];
    int length;
    float sum[TEXT_WORDS_MAX + 2]; /* width of the first i bytes, at full size */
    struct text_breaks breaks;
    int missing;
};

/* ---- life ------------------------------------------------------------------------ */

/* No metrics rounded, no glyph moved to whole dots: a text must scale linearly, or it
 * would not fit where it was measured to. */
static void
set_options(PangoContext *context)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    /* Not the locale's: the same badge everywhere. */
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
    for (int i = 0; i < LAYOUTS_MAX && text->layouts[i]; i++)
        g_object_unref(text->layouts[i]);
    pango_font_description_free(text->face);
    g_object_unref(text->context);
    free(text);
}

void
text_begin(struct text *text)
{
    text->layouts_used = 0;
}

static PangoLayout *
take_layout(struct text *text)
{
    int at = text->layouts_used;
    if (at == LAYOUTS_MAX)
        at--; /* more lines than any design has: the last one is drawn wrong, not dead
               */
    else
        text->layouts_used++;
    if (!text->layouts[at]) {
        text->layouts[at] = pango_layout_new(text->context);
        pango_layout_set_single_paragraph_mode(text->layouts[at], TRUE);
        pango_layout_set_auto_dir(text->layouts[at], FALSE);
    }
    pango_layout_context_changed(text->layouts[at]); /* its direction */
    return text->layouts[at];
}

/* ---- measuring ---------------------------------------------------------------------
 */

static void
set_tracking(PangoLayout *layout, const struct design_slot *slot)
{
    if (slot->tracking == 0) {
        if (pango_layout_get_attributes(layout))
            pango_layout_set_attributes(layout, NULL);
        return;
    }
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list,
                           pango_attr_letter_spacing_new(
                               (int)(slot->tracking * slot->size_max * PANGO_SCALE)));
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

static void
set_face(struct text *text, PangoLayout *layout, const struct design_slot *slot)
{
    PangoFontDescription *face = text->face;
    pango_font_description_set_family_static(face, slot->family);
    pango_font_description_set_weight(face, (PangoWeight)slot->weight);
    pango_font_description_set_style(face, slot->italic ? PANGO_STYLE_ITALIC
                                                        : PANGO_STYLE_NORMAL);
    pango_font_description_set_absolute_size(face,
                                             (double)slot->size_max * PANGO_SCALE);
    pango_layout_set_font_description(layout, face);
    set_tracking(layout, slot);
}

static bool
mark_missing(const PangoGlyphItem *run, int glyph, bool *gone)
{
    if (!(run->glyphs->glyphs[glyph].glyph & PANGO_GLYPH_UNKNOWN_FLAG))
        return false;
    gone[run->item->offset + run->glyphs->log_clusters[glyph]] = true;
    return true;
}

/* Widths by byte, in the order of the text whatever the order on paper. Returns the
 * number of glyphs that no face had. */
static int
add_up(PangoLayout *layout, struct words *words, bool *gone)
{
    float widths[TEXT_WORDS_MAX + 1] = { 0 };
    int missing = 0;

    GSList *runs = pango_layout_get_line_readonly(layout, 0)->runs;
    for (; runs; runs = runs->next) {
        const PangoGlyphItem *run = runs->data;
        for (int i = 0; i < run->glyphs->num_glyphs; i++) {
            int at = run->item->offset + run->glyphs->log_clusters[i];
            widths[at] += (float)run->glyphs->glyphs[i].geometry.width / PANGO_SCALE;
            missing += mark_missing(run, i, gone);
        }
    }
    words->sum[0] = 0;
    for (int i = 0; i < words->length; i++)
        words->sum[i + 1] = words->sum[i] + widths[i];
    return missing;
}

static void
leave_out(struct words *words, const bool *gone)
{
    int to = 0;
    for (int at = 0; at < words->length;) {
        int next = (int)(g_utf8_next_char(words->bytes + at) - words->bytes);
        if (!gone[at]) {
            memmove(words->bytes + to, words->bytes + at, (size_t)(next - at));
            to += next - at;
        }
        at = next;
    }
    words->bytes[to] = '\0';
    words->length = to;
}

static void
shape(struct text *text, PangoLayout *layout, const struct design_slot *slot,
      struct words *words)
{
    set_face(text, layout, slot);
    for (int pass = 0; pass < 3; pass++) {
        bool gone[TEXT_WORDS_MAX + 1] = { false };
        pango_layout_set_text(layout, words->bytes, words->length);
        int missing = add_up(layout, words, gone);
        words->missing += missing;
        if (missing == 0)
            return;
        leave_out(words, gone);
    }
}

/* ---- lines --------------------------------------------------------------------------
 */

/* "Dr." and "da" belong to what follows them. */
static bool
is_short_word_before(const struct words *words, int end)
{
    int from = end;
    while (from > 0 && words->bytes[from - 1] != ' ')
        from--;
    long letters = g_utf8_strlen(words->bytes + from, end - from);
    return letters <= 3 || (words->bytes[end - 1] == '.' && letters <= 6);
}

/* Breaks at spaces are for people. Within a word they are for texts that have no
 * spaces, or no better place: Thai and its like, where a name would be torn; after a
 * hyphen; and between Han characters, which is nearly as good. */
static float
break_cost(const struct words *words, int end, int next)
{
    if (end < next)
        return is_short_word_before(words, end) ? 1.15F : 1;
    if (!strchr(words->bytes, ' '))
        return 1;
    switch (g_unichar_get_script(g_utf8_get_char(words->bytes + next))) {
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
        return 2;
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
        return 1.2F;
    default:
        return 1.4F;
    }
}

static void
add_break(struct words *words, int next)
{
    if (words->breaks.count == TEXT_BREAKS_MAX - 1)
        return;
    int end = next;
    while (end > 0 && words->bytes[end - 1] == ' ')
        end--;
    if (end == 0)
        return;
    words->breaks.at[words->breaks.count++] = (struct text_break){
        .end = end, .next = next, .cost = break_cost(words, end, next)
    };
}

static void
find_breaks(PangoLayout *layout, struct words *words)
{
    int count;
    const PangoLogAttr *attributes =
        pango_layout_get_log_attrs_readonly(layout, &count);
    const char *at = words->bytes;

    words->breaks.count = 0;
    for (int i = 0; i < count && at < words->bytes + words->length; i++) {
        if (i > 0 && attributes[i].is_line_break)
            add_break(words, (int)(at - words->bytes));
        at = g_utf8_next_char(at);
    }
    words->breaks.at[words->breaks.count++] =
        (struct text_break){ .end = words->length, .next = words->length, .cost = 1 };
}

struct choice {
    int lines;
    struct text_broken broken;
    float scale;
    float worth; /* scale, less for bad breaks */
};

static float
least_height(const struct design_slot *slot, int lines)
{
    return slot->size_max *
           (least_ascent + least_descent + (float)(lines - 1) * slot->leading);
}

static bool
try_lines(const struct design_slot *slot, const struct words *words,
          const struct text_room *room, int lines, struct choice *choice)
{
    if (!text_break_into(&words->breaks, words->sum, lines, &choice->broken))
        return false;
    choice->lines = lines;
    choice->scale = fminf(fminf(1, room->size / slot->size_max),
                          fminf(room->width / fmaxf(choice->broken.widest, 1),
                                room->height / least_height(slot, lines)));
    choice->worth = choice->scale / choice->broken.worst;
    return true;
}

/* Fewest lines that are large enough (size_wrap); if there are none, those that come
 * out clearly largest. */
static struct choice
choose(const struct design_slot *slot, const struct words *words,
       const struct text_room *room)
{
    struct choice best = { .lines = 0 };
    float enough = fminf(slot->size_wrap, room->size) / slot->size_max - 0.001F;

    for (int lines = 1; lines <= slot->lines_max; lines++) {
        struct choice now;
        if (!try_lines(slot, words, room, lines, &now))
            break;
        if (now.worth > best.worth * 1.08F)
            best = now;
        if (best.scale >= enough)
            break;
    }
    return best;
}

/* Down to a step, so that the glyphs of the next badge are in the cache. */
static float
step_down(float scale)
{
    float stepped = floorf(scale * SIZE_STEPS + 0.001F) / SIZE_STEPS;
    return stepped > 0 ? stepped : scale;
}

/* One line's layout and its ink, still at full size. */
static void
set_line(PangoLayout *layout, struct text_line *line)
{
    PangoRectangle ink, logical;

    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), &ink,
                                  &logical);
    line->layout = layout;
    line->width = (float)logical.width / PANGO_SCALE;
    line->ascent = (float)-ink.y / PANGO_SCALE;
    line->descent = (float)(ink.y + ink.height) / PANGO_SCALE;
    line->ink_x = (float)ink.x / PANGO_SCALE;
    line->ink_width = (float)ink.width / PANGO_SCALE;
}

static void
set_lines(struct text *text, const struct design_slot *slot, const struct words *words,
          const struct choice *choice, PangoLayout *whole, struct text_fit *fit)
{
    fit->line_count = choice->lines;
    int from = 0;
    for (int i = 0; i < choice->lines; i++) {
        const struct text_break *end = &words->breaks.at[choice->broken.ends[i]];
        PangoLayout *layout = i == 0 ? whole : take_layout(text);
        if (choice->lines > 1) {
            set_face(text, layout, slot);
            pango_layout_set_text(layout, words->bytes + from, end->end - from);
        }
        set_line(layout, &fit->lines[i]);
        from = end->next;
    }
}

/* Height of the block at full size, by the ink where that is more than the least. */
static float
stack_lines(const struct design_slot *slot, struct text_fit *fit)
{
    float em = slot->size_max, y = 0, descent = 0;
    for (int i = 0; i < fit->line_count; i++) {
        struct text_line *line = &fit->lines[i];
        if (i == 0)
            y = fmaxf(least_ascent * em, line->ascent);
        else
            y += fmaxf(slot->leading * em, descent + line->ascent + 0.05F * em);
        line->baseline = y;
        descent = line->descent;
    }
    return y + fmaxf(least_descent * em, descent);
}

static float
widest_ink(const struct text_fit *fit)
{
    float widest = 1;
    for (int i = 0; i < fit->line_count; i++) {
        widest = fmaxf(widest, fit->lines[i].width);
        widest = fmaxf(widest, fit->lines[i].ink_width);
    }
    return widest;
}

static void
scale_lines(struct text_fit *fit, float scale)
{
    fit->scale = scale;
    for (int i = 0; i < fit->line_count; i++) {
        struct text_line *line = &fit->lines[i];
        line->width *= scale;
        line->ascent *= scale;
        line->descent *= scale;
        line->ink_x *= scale;
        line->ink_width *= scale;
        line->baseline *= scale;
    }
}

/* The first letter decides, as in Unicode's rule P2. */
static bool
is_right_to_left(const struct words *words)
{
    const char *at = words->bytes;
    while (*at && !g_unichar_isalpha(g_utf8_get_char(at)))
        at = g_utf8_next_char(at);
    switch (g_unichar_get_script(g_utf8_get_char(at))) {
    case G_UNICODE_SCRIPT_ARABIC:
    case G_UNICODE_SCRIPT_HEBREW:
    case G_UNICODE_SCRIPT_SYRIAC:
    case G_UNICODE_SCRIPT_THAANA:
    case G_UNICODE_SCRIPT_NKO:
        return true;
    default:
        return false;
    }
}

void
text_fit(struct text *text, const struct design_slot *slot, const char *raw,
         const struct text_room *room, struct text_fit *fit)
{
    struct words words;
    struct str clean;

    memset(fit, 0, sizeof *fit);
    words.missing = 0;
    str_init(&clean, TEXT_WORDS_MAX);
    text_clean(raw, slot->upper, &clean);
    fit->overflow = !str_ok(&clean);
    words.length = (int)clean.length;
    memcpy(words.bytes, clean.data, clean.length + 1);
    str_finish(&clean);
    if (words.length == 0)
        return;

    fit->right_to_left = fit->aligned_right = is_right_to_left(&words);
    pango_context_set_base_dir(text->context, fit->right_to_left ? PANGO_DIRECTION_RTL
                                                                 : PANGO_DIRECTION_LTR);
    PangoLayout *whole = take_layout(text);
    shape(text, whole, slot, &words);
    fit->missing = words.missing;
    if (words.length == 0)
        return;
    find_breaks(whole, &words);
    struct choice choice = choose(slot, &words, room);
    set_lines(text, slot, &words, &choice, whole, fit);

    float height = stack_lines(slot, fit);
    float scale = fminf(choice.scale, room->height / height);
    scale = step_down(fminf(scale, room->width / widest_ink(fit)));
    scale_lines(fit, scale);
    fit->size = scale * slot->size_max;
    fit->height = height * scale;
    fit->descent = fmaxf(0, fit->lines[fit->line_count - 1].descent);
    float floor_size = slot->size_min - slot->size_max / SIZE_STEPS;
    fit->overflow |= fit->size < floor_size;
}

/* ---- painting
 * ------------------------------------------------------------------------ */

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
paint_line(struct text *text, const struct text_line *line, float scale,
           const struct patch *patch, const double origin[2])
{
    if (!want_strip(text, patch->width, patch->height))
        return false;
    cairo_surface_flush(text->strip);
    unsigned char *bytes = cairo_image_surface_get_data(text->strip);
    int stride = cairo_image_surface_get_stride(text->strip);
    memset(bytes, 0, (size_t)stride * (size_t)patch->height);
    cairo_surface_mark_dirty(text->strip);

    cairo_identity_matrix(text->cairo);
    cairo_translate(text->cairo, origin[0] - patch->x, origin[1] - patch->y);
    cairo_scale(text->cairo, (double)scale, (double)scale);
    cairo_move_to(text->cairo, 0, 0);
    pango_cairo_show_layout_line(text->cairo,
                                 pango_layout_get_line_readonly(line->layout, 0));
    cairo_surface_flush(text->strip);
    return cairo_status(text->cairo) == CAIRO_STATUS_SUCCESS;
}

static float
line_x(const struct design_slot *slot, const struct text_fit *fit,
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
around(const struct text_line *line, double x, double baseline,
       const struct canvas *canvas)
{
    int left = ((int)floor(x + (double)line->ink_x) - 2) & ~7;
    int right = (int)ceil(x + (double)line->ink_x + (double)line->ink_width) + 3;
    int top = (int)floor(baseline - (double)line->ascent) - 2;
    int bottom = (int)ceil(baseline + (double)line->descent) + 2;

    left = left < -STRIP_MARGIN ? -STRIP_MARGIN : left;
    right = right > canvas->width_dots + 8 ? canvas->width_dots + 8 : right;
    top = top < 0 ? 0 : top;
    bottom = bottom > canvas->height_dots ? canvas->height_dots : bottom;
    return (struct patch){ left, top, right - left, bottom - top };
}

bool
text_paint(struct text *text, const struct design_slot *slot,
           const struct text_fit *fit, float top, struct canvas *canvas)
{
    for (int i = 0; i < fit->line_count; i++) {
        const struct text_line *line = &fit->lines[i];
        double x = round((double)line_x(slot, fit, line));
        double y = round((double)(top + line->baseline));
        struct patch patch = around(line, x, y, canvas);
        if (patch.width <= 0 || patch.height <= 0)
            continue;
        if (!paint_line(text, line, fit->scale, &patch, (double[2]){ x, y }))
            return false;
        struct canvas_shade shade = {
            .bytes = cairo_image_surface_get_data(text->strip),
            .stride_bytes = cairo_image_surface_get_stride(text->strip),
            .width = patch.width,
            .height = patch.height,
        };
        canvas_ink(canvas, &shade, patch.x, patch.y, slot->white);
    }
    return true;
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
}

bool
text_create(struct text **text, struct err *err)
{
    struct text *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    PangoFontMap *map = pango_cairo_font_map_get_default();
    self->context = pango_font_map_create_context(map);
    self->face = pango_font_description_new();
    set_options(self->context);
    open_fonts(self);
    *text = self;
    return true;
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
