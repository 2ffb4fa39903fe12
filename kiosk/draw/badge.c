#include "draw/badge.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/canvas.h"
#include "draw/layout_words.h"
#include "draw/qr.h"
#include "draw/text.h"
#include "draw/text_plain.h"

struct badge {
    struct text *text;
    struct str words;               /* of the slot at hand */
    uint8_t *sheet, *turned;        /* upright as designed; on the head */
    size_t sheet_room, turned_room; /* bytes */
};

/* One drawing under way. */
struct sheet {
    struct badge *badge;
    const struct badge_guest *guest;
    struct canvas canvas;
    struct badge_report *report;
};

/* A text slot with what it says, fitted. */
struct setting {
    const struct design_slot *slot;
    struct text_fit fit;
    bool white;
    float size; /* in a stack: what it would have if it were alone */
    char words[TEXT_WORDS_MAX + 1];
};

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

static bool
is_shown(const struct fields *fields, const char *show_if, const char *show_unless)
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
        if (!is_shown(sheet->guest->fields, layer->show_if, layer->show_unless))
            continue;
        canvas_patch(&sheet->canvas,
                     &(struct canvas_patch){ design->bits + layer->mask,
                                             design->bits + layer->ink, layer->x,
                                             layer->y, layer->height, layer->stride });
    }
}

/* ---- reports ------------------------------------------------------------ */

static void
report_text(const struct sheet *sheet, const struct setting *setting, float top)
{
    const struct design *design = sheet->guest->design;
    struct badge_report *report = sheet->report;
    const struct design_slot *slot = setting->slot;
    const struct text_fit *fit = &setting->fit;

    report->overflow |= fit->overflow;
    report->missing += fit->missing;
    assert(report->slot_count < DESIGN_SLOTS_MAX);
    report->slots[report->slot_count++] = (struct badge_slot_report){
        .name = slot->name,
        .box = design_box_on_page(
            design, slot,
            &(struct design_box){ slot->box.x, top, slot->box.width, fit->height }),
        .size = fit->size,
        .lines = fit->line_count,
        .missing = fit->missing,
        .overflow = fit->overflow,
    };
}

/* ---- QR ----------------------------------------------------------------- */

/* The badge's own code, or what a server's layout says; "" for nothing to draw. */
static const char *
code_words(struct sheet *sheet, const struct design_slot *slot)
{
    struct str *words = &sheet->badge->words;
    if (slot->manner == DESIGN_HOUSE)
        return sheet->guest->qr;
    str_clear(words);
    if (!layout_words(sheet->guest->fields, slot->text, words))
        sheet->report->overflow = true;
    size_t end = words->length;
    while (end > 0 && strchr(" \t\r\n", words->data[end - 1]))
        end--;
    words->data[end] = '\0';
    return words->data + strspn(words->data, " \t\r\n");
}

static void
say_code(const struct sheet *sheet, const struct design_slot *slot, const char *words)
{
    const struct design_box *box = &slot->box;
    if (sheet->guest->said)
        sheet->guest->said(&(struct badge_line){ .slot = slot->name,
                                                 .words = words,
                                                 .x = box->x,
                                                 .baseline = box->y + box->height,
                                                 .width = box->width },
                           sheet->guest->self);
}

static bool
draw_codes(struct sheet *sheet, struct err *err)
{
    const struct design *design = sheet->guest->design;
    struct badge_report *report = sheet->report;

    for (int i = 0; i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        if (slot->kind != DESIGN_SLOT_QR ||
            !is_shown(sheet->guest->fields, slot->show_if, slot->show_unless))
            continue;
        const char *words = code_words(sheet, slot);
        if (slot->manner == DESIGN_PLAIN && *words == '\0')
            continue;
        struct design_slot placed = *slot;
        placed.box = design_box_on_page(design, slot, &slot->box);
        if (!qr_draw(&sheet->canvas, &placed, words, &report->qr_module_dots, err))
            return false;
        say_code(sheet, &placed, words);
        report->qr_is_small |=
            report->qr_module_dots < qr_readable_dots(design->target.dpi);
        report->slots[report->slot_count++] =
            (struct badge_slot_report){ .name = slot->name, .box = placed.box };
    }
    return true;
}

/* ---- texts -------------------------------------------------------------- */

static bool
take_words(struct sheet *sheet, const struct design_slot *slot, struct setting *setting)
{
    if (slot->kind != DESIGN_SLOT_TEXT ||
        !is_shown(sheet->guest->fields, slot->show_if, slot->show_unless))
        return false;
    struct str *words = &sheet->badge->words;
    str_clear(words);
    bool whole = slot->manner == DESIGN_PLAIN
                     ? layout_words(sheet->guest->fields, slot->text, words)
                     : fields_fill(sheet->guest->fields, slot->text, words);
    sheet->report->overflow |= !whole;
    setting->slot = slot;
    setting->white = slot->white_if[0]
                         ? fields_hold(sheet->guest->fields, slot->white_if)
                         : slot->white;
    str_copy(setting->words, sizeof setting->words, words->data);
    return true;
}

static void
fit(struct sheet *sheet, struct setting *setting, float size, float height)
{
    struct text_room room = { setting->slot->box.width, height, size };
    text_fit(sheet->badge->text, setting->slot, setting->words, &room, &setting->fit);
    setting->fit.white = setting->white;
}

static float
first_top(const struct design_box *box, int valign, float height)
{
    float spare = box->height - height;
    if (valign == DESIGN_TOP)
        return box->y;
    return box->y + (valign == DESIGN_BOTTOM ? spare : spare / 2);
}

/* Of a text with a baseline of its own, the first line stands on it. */
static float
text_top(const struct setting *setting)
{
    const struct design_slot *slot = setting->slot;
    if (setting->fit.line_count == 0)
        return slot->box.y;
    if (slot->baseline > 0)
        return slot->baseline - setting->fit.lines[0].baseline;
    float height = setting->fit.height;
    if (slot->valign == DESIGN_MIDDLE) /* to the eye: capitals have nothing below */
        height = setting->fit.lines[setting->fit.line_count - 1].baseline +
                 setting->fit.descent;
    return first_top(&slot->box, slot->valign, height);
}

static void
say_line(const struct sheet *sheet, const struct setting *setting,
         const struct text_line *line, const float at[2])
{
    if (sheet->guest->said)
        sheet->guest->said(
            &(struct badge_line){ .slot = setting->slot->name,
                                  .words = text_line_words(line),
                                  .x = at[0],
                                  .baseline = at[1],
                                  .width = line->width,
                                  .size = setting->fit.size,
                                  .turn_degrees = setting->slot->turn_degrees +
                                                  (float)setting->slot->side_degrees },
            sheet->guest->self);
}

static bool
paint(struct sheet *sheet, const struct setting *setting, float top, struct err *err)
{
    if (setting->fit.line_count > 0 || setting->fit.missing > 0)
        report_text(sheet, setting, top);
    for (int i = 0; i < setting->fit.line_count; i++) {
        const struct text_line *line = &setting->fit.lines[i];
        struct design_box at = { text_line_x(setting->slot, &setting->fit, line),
                                 top + line->baseline, 0, 0 };
        at = design_box_on_page(sheet->guest->design, setting->slot, &at);
        say_line(sheet, setting, line, (float[2]){ at.x, at.y });
    }
    if (!text_paint(sheet->badge->text, setting->slot, &setting->fit, top,
                    &sheet->canvas))
        return err_no_memory(err);
    return true;
}

static bool
paint_plain(struct sheet *sheet, const struct setting *setting, struct err *err)
{
    float corner_y, top;

    text_plain_place(setting->slot, &setting->fit, &corner_y, &top);
    report_text(sheet, setting, top);
    for (int i = 0; i < setting->fit.line_count; i++) {
        float at[2];
        text_plain_line(setting->slot, &setting->fit, i, at);
        say_line(sheet, setting, &setting->fit.lines[i], at);
    }
    if (!text_plain_paint(sheet->badge->text, setting->slot, &setting->fit,
                          &sheet->canvas))
        return err_no_memory(err);
    return true;
}

static bool
draw_single_texts(struct sheet *sheet, struct err *err)
{
    const struct design *design = sheet->guest->design;
    for (int i = 0; i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        struct setting setting;
        if (slot->stack >= 0 || !take_words(sheet, slot, &setting))
            continue;
        text_begin(sheet->badge->text);
        if (slot->manner == DESIGN_PLAIN) {
            text_plain_fit(sheet->badge->text, slot, setting.words, &setting.fit);
            if (!paint_plain(sheet, &setting, err))
                return false;
            continue;
        }
        fit(sheet, &setting, slot->size_max, slot->box.height);
        if (!paint(sheet, &setting, text_top(&setting), err))
            return false;
    }
    return true;
}

/* ---- stacks ------------------------------------------------------------- */

struct column {
    struct setting settings[DESIGN_SLOTS_MAX];
    int count;
    float height; /* of all, with the gaps */
};

/* The gap above a text; a first one has none. What is empty takes no part, unless its
 * place is to be kept (no collapse). */
static float
gap_above(const struct column *column, int i)
{
    return i == 0 ? 0 : column->settings[i].slot->gap;
}

static float
room_of(const struct setting *setting)
{
    if (setting->fit.line_count > 0)
        return setting->fit.height;
    return setting->slot->box.height;
}

/* `share` of the size that each would have alone. */
static void
fit_column(struct sheet *sheet, struct column *column, float share)
{
    text_begin(sheet->badge->text);
    column->height = 0;
    for (int i = 0; i < column->count; i++) {
        struct setting *setting = &column->settings[i];
        fit(sheet, setting, setting->size * share, setting->slot->box.height);
        column->height += gap_above(column, i) + room_of(setting);
    }
}

static void
fit_alone(struct sheet *sheet, struct column *column)
{
    for (int i = 0; i < column->count; i++)
        column->settings[i].size = column->settings[i].slot->size_max;
    fit_column(sheet, column, 1);
    for (int i = 0; i < column->count; i++) {
        if (column->settings[i].fit.line_count > 0)
            column->settings[i].size = column->settings[i].fit.size;
    }
}

static void
fill_column(struct sheet *sheet, int stack, struct column *column)
{
    const struct design *design = sheet->guest->design;

    column->count = 0;
    for (int i = 0; i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        struct setting *next = &column->settings[column->count];
        if (slot->stack == stack && take_words(sheet, slot, next) &&
            (next->words[0] != '\0' || !slot->collapse))
            column->count++;
    }
}

/* A column reads from one side: that of its first text, the name. */
static void
align_alike(struct column *column)
{
    for (int i = 1; i < column->count; i++)
        column->settings[i].fit.aligned_right = column->settings[0].fit.aligned_right;
}

/* All texts of a stack get smaller together until they fit it. */
static bool
draw_stack(struct sheet *sheet, int index, struct column *column, struct err *err)
{
    const struct design_stack *stack = &sheet->guest->design->stacks[index];

    fill_column(sheet, index, column);
    fit_alone(sheet, column);
    float share = 1;
    for (int tries = 0; column->height > stack->box.height && tries < 32; tries++) {
        share *= 0.95F;
        fit_column(sheet, column, share);
    }
    align_alike(column);
    float top = first_top(&stack->box, stack->valign, column->height);
    for (int i = 0; i < column->count; i++) {
        top += gap_above(column, i);
        if (!paint(sheet, &column->settings[i], top, err))
            return false;
        top += room_of(&column->settings[i]);
    }
    return true;
}

static bool
draw_stacks(struct sheet *sheet, struct err *err)
{
    if (sheet->guest->design->stack_count == 0)
        return true;
    struct column *column = malloc(sizeof *column);
    if (!column)
        return err_no_memory(err);
    bool good = true;
    for (int i = 0; good && i < sheet->guest->design->stack_count; i++)
        good = draw_stack(sheet, i, column, err);
    free(column);
    return good;
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

    if (!is_as_designed(sheet->guest->design)) {
        head = (struct canvas){ .width_dots = target->width_dots,
                                .height_dots = target->height_dots,
                                .stride_bytes = (target->width_dots + 7) / 8 };
        if (!want(&badge->turned, &badge->turned_room,
                  (size_t)head.stride_bytes * (size_t)head.height_dots, err))
            return false;
        head.bits = badge->turned;
        canvas_place(&head, &sheet->canvas, target->rotate_degrees,
                     target->offset_x_dots, target->offset_y_dots);
    }
    *page = (struct page){ .width_dots = head.width_dots,
                           .height_dots = head.height_dots,
                           .stride_bytes = head.stride_bytes,
                           .dpi = target->dpi,
                           .bits = head.bits };
    return true;
}

bool
badge_draw(struct badge *badge, const struct badge_guest *guest, struct page *page,
           struct badge_report *report, struct err *err)
{
    const struct design *design = guest->design;
    size_t length = (size_t)design->stride_bytes * (size_t)design->height_dots;

    memset(report, 0, sizeof *report);
    if (!badge_has_fonts(badge, err) ||
        !want(&badge->sheet, &badge->sheet_room, length, err))
        return false;
    memcpy(badge->sheet, design->bits, length);
    struct sheet sheet = {
        .badge = badge,
        .guest = guest,
        .canvas = { badge->sheet, design->width_dots, design->height_dots,
                    design->stride_bytes },
        .report = report,
    };
    text_speak(badge->text, fields_get(guest->fields, "language", 8),
               fields_get(guest->fields, "country_code", 12));
    draw_layers(&sheet);
    return draw_codes(&sheet, err) && draw_single_texts(&sheet, err) &&
           draw_stacks(&sheet, err) && put_on_head(&sheet, page, err);
}
