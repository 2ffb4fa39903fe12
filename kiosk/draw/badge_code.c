#include "draw/badge_inside.h"

#include <string.h>

#include "draw/layout_words.h"
#include "draw/qr.h"

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

static void
note_code(struct badge_report *report, const struct qr_size *size, int dpi)
{
    report->qr_is_small |= size->module_dots < qr_readable_dots(dpi);
    if (report->qr_module_dots > 0 && report->qr_module_dots <= size->module_dots)
        return;
    report->qr_module_dots = size->module_dots;
    report->qr_modules = size->modules;
}

bool
badge_draw_codes(struct sheet *sheet, struct err *err)
{
    const struct design *design = sheet->guest->design;
    struct badge_report *report = sheet->report;

    for (int i = 0; i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        if (slot->kind != DESIGN_SLOT_QR ||
            !badge_is_shown(sheet->guest->fields, slot->show_if, slot->show_unless))
            continue;
        const char *words = code_words(sheet, slot);
        if (slot->manner == DESIGN_PLAIN && *words == '\0')
            continue;
        struct design_slot placed = *slot;
        placed.box = design_box_on_page(design, slot, &slot->box);
        struct qr_size size;
        if (!qr_draw(&sheet->canvas, &placed, words, &size, err))
            return false;
        say_code(sheet, &placed, words);
        note_code(report, &size, design->target.dpi);
        report->slots[report->slot_count++] =
            (struct badge_slot_report){ .name = slot->name, .box = placed.box };
    }
    return true;
}
