/* Any bytes as a badge's SVG file: reading ends, what is wrong is told with its line,
 * and what is good is good for the drawing helper too: every slot, stack, size,
 * template and condition that was read is drawn for a guest. The artwork is left out:
 * librsvg is not ours. The first byte chooses the head. */

#include "draw/prepare_svg.h"

#include "draw/prepare.h"
#include "drawn.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static const char guest[] =
    "{\"name\":\"张伟\",\"name_latin\":\"Đorđe Žižić\",\"organisation\":\"جامعة "
    "القاهرة\",\"country\":\"Serbia\",\"country_code\":\"RS\",\"kind\":\"vip\","
    "\"kind_label\":\"VIP\",\"session\":\"Opening\",\"seat\":\"\",\"a\":\"1\"}";

/* As prepare.c has it: not over the edge by half a millimetre and more. */
static bool
lies_on_head(const struct design *design, const struct prepare_page *page)
{
    for (int i = 0; i < design->slot_count; i++) {
        const struct design_slot *slot = &design->slots[i];
        struct design_box on_page = design_box_on_page(design, slot, &slot->box);
        struct design_box box = prepare_on_head(design, &on_page);
        float over = 0.5F * (float)page->dots_per_mm;
        if (!(box.x >= -over && box.y >= -over &&
              box.x + box.width <= (float)design->target.width_dots + over &&
              box.y + box.height <= (float)design->target.height_dots + over))
            return false;
    }
    return true;
}

static void
draw(const struct design *design)
{
    struct fields fields;
    struct err err;
    assert(fields_read(guest, strlen(guest), &fields, &err));
    drawn_check(design, &fields, "YL1-MHTQYULGFM-B2-EA84");
    fields_finish(&fields);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    static const int32_t dpis[] = { 100, 203 };
    struct design design;
    struct prepare_page page = { 0 };
    struct str drawing;
    struct err err = { 0 };
    memset(&design, 0, sizeof design);
    design.target =
        (struct design_target){ .dpi = dpis[length & 1],
                                .rotate_degrees = 90 * (int32_t)(length >> 1 & 3) };
    str_init(&drawing, 8 * PREPARE_FILE_MAX);
    bool good =
        prepare_svg_read((const char *)bytes, length, &design, &page, &drawing, &err);
    if (!good)
        assert(err.text[0] && (err.code == ERR_INPUT || err.code == ERR_LIMIT));
    else {
        prepare_size_target(&design);
        if (lies_on_head(&design, &page) && drawn_blank(&design)) {
            drawn_check_load(&design);
            draw(&design);
        }
    }
    str_finish(&drawing);
    design_finish(&design);
    return 0;
}
