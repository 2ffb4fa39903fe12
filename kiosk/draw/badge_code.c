#include "draw/badge_inside.h"

#include <assert.h>
#include <string.h>

#include "draw/content.h"
#include "draw/layout_words.h"
#include "draw/qr.h"

static bool
is_shown(const struct badge_guest *guest, const struct design_slot *slot)
{
    return slot->kind == DESIGN_SLOT_QR &&
           badge_is_shown(guest->fields, slot->show_if, slot->show_unless);
}

/* ---- what a code says --------------------------------------------------- */

/* What a server's layout says, without blanks around it. */
static void
layout_code(const struct badge_guest *guest, const struct design_slot *slot,
            struct str *words, struct badge_report *report)
{
    static const char blanks[] = " \t\r\n";
    struct str all;
    str_init(&all, QR_TEXT_MAX);
    report->overflow |= !layout_words(guest->fields, slot->text, &all);
    size_t begin = strspn(all.data, blanks), end = all.length;
    while (end > begin && strchr(blanks, all.data[end - 1]))
        end--;
    str_add(words, all.data + begin, end - begin);
    str_finish(&all);
}

/* A slot that has nothing to say about a guest (content.h) shows the badge's own code,
 * for the badge is its guest's pass; or stays empty where another slot shows that. */
static bool
shows_badge_code(const struct badge_guest *guest)
{
    const struct design *design = guest->design;
    for (int i = 0; i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        if (slot->manner == DESIGN_HOUSE && slot->content == DESIGN_CONTENT_BADGE &&
            is_shown(guest, slot))
            return true;
    }
    return false;
}

/* Leaves `words` empty if there is nothing to draw. */
static void
house_code(const struct badge_guest *guest, const struct design_slot *slot,
           struct str *words, struct badge_report *report)
{
    const struct content_guest whom = { guest->fields, guest->qr,
                                        guest->secret ? guest->secret : "" };
    enum content_said said = content_write(slot, &whom, words);
    report->overflow |= said == CONTENT_TOO_LONG;
    if (said != CONTENT_SAID && !shows_badge_code(guest))
        str_add_text(words, guest->qr);
}

/* ---- drawing ------------------------------------------------------------ */

static void
say_code(const struct badge_guest *guest, const struct design_slot *slot,
         const char *words)
{
    const struct design_box *box = &slot->box;
    if (guest->said)
        guest->said(&(struct badge_line){ .slot = slot->name,
                                          .words = words,
                                          .x = box->x,
                                          .baseline = box->y + box->height,
                                          .width = box->width },
                    guest->self);
}

/* Of several codes the report is about the one whose modules fall shortest. */
static void
report_code(struct badge_report *report, const struct qr_size *size, size_t bytes)
{
    report->qr_is_small |= size->module_dots < size->least_dots;
    if (report->qr_module_dots > 0 && report->qr_module_dots * size->least_dots <=
                                          size->module_dots * report->qr_least_dots)
        return;
    report->qr_module_dots = size->module_dots;
    report->qr_least_dots = size->least_dots;
    report->qr_modules = size->modules;
    report->qr_bytes = (int)bytes;
}

static bool
draw_code(struct sheet *sheet, const struct design_slot *slot, const char *words,
          struct err *err)
{
    const struct badge_guest *guest = sheet->guest;
    struct badge_report *report = sheet->report;
    struct design_slot placed = *slot;
    struct qr_size size;

    placed.box = design_box_on_page(guest->design, slot, &slot->box);
    if (!qr_draw(&sheet->canvas, &placed, guest->design->target.dpi, words, &size, err))
        return false;
    say_code(guest, &placed, words);
    report_code(report, &size, strlen(words));
    assert(report->slot_count < DESIGN_SLOTS_MAX);
    report->slots[report->slot_count++] =
        (struct badge_slot_report){ .name = slot->name, .box = placed.box };
    return true;
}

static bool
draw_slot(struct sheet *sheet, const struct design_slot *slot, struct err *err)
{
    struct str words;
    bool is_house = slot->manner == DESIGN_HOUSE;

    str_init(&words, QR_TEXT_MAX);
    if (is_house)
        house_code(sheet->guest, slot, &words, sheet->report);
    else
        layout_code(sheet->guest, slot, &words, sheet->report);
    bool nothing =
        words.length == 0 && !(is_house && slot->content == DESIGN_CONTENT_BADGE);
    bool good = nothing || draw_code(sheet, slot, words.data, err);
    str_finish(&words);
    return good;
}

bool
badge_draw_codes(struct sheet *sheet, struct err *err)
{
    const struct design *design = sheet->guest->design;
    bool good = true;
    for (int i = 0; good && i < design->slot_count; i++) {
        if (is_shown(sheet->guest, &design->slots[i]))
            good = draw_slot(sheet, &design->slots[i], err);
    }
    return good;
}
