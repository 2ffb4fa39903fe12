#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/text_break.h"
#include "draw/text_clean.h"
#include "draw/text_cost.h"
#include "draw/text_inside.h"
#include "draw/text_language.h"

enum { SIZE_STEPS = 48 };

/* What a line takes at least, in ems, whatever its letters: so that the baselines of
 * neighbours agree. Ink that goes beyond (Thai, Vietnamese, Arabic) takes what it
 * needs. */
static const float least_ascent = 0.74F, least_descent = 0.22F;

/* It says who somebody is, and nothing else. */
static bool
is_name(const struct design_slot *slot)
{
    return strcmp(slot->text, "{name}") == 0;
}

void
text_choose_language(struct text *text, const struct design_slot *slot,
                     const char *words)
{
    static const char *const of_event[] = { "{event}", "{session}", "{kind_label}" };
    bool guests = true;
    for (size_t i = 0; guests && i < sizeof of_event / sizeof *of_event; i++)
        guests = !strstr(slot->text, of_event[i]);
    text->tag = pango_language_from_string(text_language(
        words, guests ? text->guest_language : "", guests ? text->guest_country : ""));
}

/* ---- measuring ---------------------------------------------------------- */

/* A server's layout knows no pairs of letters: its lines would end elsewhere. */
static void
set_attributes(const struct text *text, PangoLayout *layout,
               const struct design_slot *slot)
{
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list, pango_attr_language_new(text->tag));
    if (slot->tracking != 0)
        pango_attr_list_insert(
            list, pango_attr_letter_spacing_new(
                      (int)(slot->tracking * slot->size_max * PANGO_SCALE)));
    if (slot->manner == DESIGN_PLAIN)
        pango_attr_list_insert(list,
                               pango_attr_font_features_new("kern 0, liga 0, clig 0"));
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

/* A Han face has the shapes of all languages and Pango tells it which; but that Korean
 * is written with Han letters too, Pango does not believe. */
static void
set_family(const struct text *text, PangoFontDescription *face,
           const struct design_slot *slot)
{
    char both[DESIGN_NAME_MAX + 32];
    if (text->tag != pango_language_from_string("ko")) {
        pango_font_description_set_family_static(face, slot->family);
        return;
    }
    snprintf(both, sizeof both, "%s,Noto Sans CJK KR", slot->family);
    pango_font_description_set_family(face, both);
}

void
text_set_face(struct text *text, PangoLayout *layout, const struct design_slot *slot)
{
    PangoFontDescription *face = text->face;
    set_family(text, face, slot);
    pango_font_description_set_weight(face, (PangoWeight)slot->weight);
    pango_font_description_set_style(face, slot->italic ? PANGO_STYLE_ITALIC
                                                        : PANGO_STYLE_NORMAL);
    pango_font_description_set_absolute_size(face,
                                             (double)slot->size_max * PANGO_SCALE);
    pango_layout_set_font_description(layout, face);
    set_attributes(text, layout, slot);
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
add_up(PangoLayout *layout, struct text_words *words, bool *gone)
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
leave_out(struct text_words *words, const bool *gone)
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

void
text_shape(struct text *text, PangoLayout *layout, const struct design_slot *slot,
           struct text_words *words)
{
    text_set_face(text, layout, slot);
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

/* ---- lines -------------------------------------------------------------- */

/* A separator that would end a line goes with the spaces around it. */
static int
trimmed(const struct text_words *words, int end)
{
    static const char dot[] = "\xC2\xB7"; /* U+00B7 */
    for (;;) {
        if (end > 0 && words->bytes[end - 1] == ' ')
            end--;
        else if (end > 2 && words->bytes[end - 3] == ' ' &&
                 memcmp(&words->bytes[end - 2], dot, 2) == 0)
            end -= 2;
        else
            return end;
    }
}

static void
add_break(struct text_words *words, int next)
{
    if (words->breaks.count == TEXT_BREAKS_MAX - 1)
        return;
    int end = trimmed(words, next);
    if (end == 0)
        return;
    words->breaks.at[words->breaks.count++] = (struct text_break){
        .end = end,
        .next = next,
        .cost = text_break_cost(words->bytes, end, next),
    };
}

static void
find_breaks(PangoLayout *layout, struct text_words *words)
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
try_lines(const struct design_slot *slot, const struct text_words *words,
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

static bool
has_two_scripts(const struct text_words *words)
{
    for (int i = 0; i + 1 < words->breaks.count; i++) {
        const struct text_break *at = &words->breaks.at[i];
        if (text_break_turns(words->bytes, at->end, at->next))
            return true;
    }
    return false;
}

/* Fewest lines that are large enough (size_wrap); if there are none, those that come
 * out clearly largest. A name in two scripts has a line for each. */
static struct choice
choose(const struct design_slot *slot, const struct text_words *words,
       const struct text_room *room)
{
    struct choice best = { .lines = 0 };
    float enough = fminf(slot->size_wrap, room->size) / slot->size_max - 0.001F;
    int least = slot->lines_max > 1 && is_name(slot) && has_two_scripts(words) ? 2 : 1;

    for (int lines = least; lines <= slot->lines_max; lines++) {
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
void
text_set_line(PangoLayout *layout, struct text_line *line)
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
set_lines(struct text *text, const struct design_slot *slot,
          const struct text_words *words, const struct choice *choice,
          PangoLayout *whole, struct text_fit *fit)
{
    fit->line_count = choice->lines;
    int from = 0;
    for (int i = 0; i < choice->lines; i++) {
        const struct text_break *end = &words->breaks.at[choice->broken.ends[i]];
        PangoLayout *layout =
            i == 0 ? whole : text_take_layout(text, fit->right_to_left);
        if (choice->lines > 1) {
            text_set_face(text, layout, slot);
            pango_layout_set_text(layout, words->bytes + from, end->end - from);
        }
        text_set_line(layout, &fit->lines[i]);
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
bool
text_is_right_to_left(const struct text_words *words)
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
    struct text_words words;
    struct str clean;

    memset(fit, 0, sizeof *fit);
    fit->white = slot->white;
    words.missing = 0;
    str_init(&clean, TEXT_WORDS_MAX);
    text_clean(raw, slot->upper, &clean);
    if (is_name(slot))
        text_join_name(&clean);
    fit->overflow = !str_ok(&clean);
    words.length = (int)clean.length;
    memcpy(words.bytes, clean.data, clean.length + 1);
    str_finish(&clean);
    if (words.length == 0)
        return;

    fit->right_to_left = fit->aligned_right = text_is_right_to_left(&words);
    text_choose_language(text, slot, words.bytes);
    PangoLayout *whole = text_take_layout(text, fit->right_to_left);
    text_shape(text, whole, slot, &words);
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
