/* Any texts of a guest and any templates and conditions of a design, as they meet when
 * a badge is drawn: filling in ends within its bounds, is the same every time, and
 * draws.
 *
 *     12 bytes: the slots   template NUL show-if NUL white-if NUL JSON of the guest */

#include "draw/fields.h"

#include "drawn.h"

enum { HEAD = 12, TEXTS = 3, SIDE = 320 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void
check_template(const struct fields *fields, const char *pattern)
{
    static const struct fields nobody = { .count = 0 };
    char first[512];
    struct str out;
    str_init(&out, sizeof first - 1);
    bool whole = fields_fill(fields, pattern, &out);
    assert(out.length < sizeof first && !memchr(out.data, '\0', out.length));
    memcpy(first, out.data, out.length + 1);
    str_clear(&out);
    assert(fields_fill(fields, pattern, &out) == whole);
    assert(strcmp(out.data, first) == 0);
    str_clear(&out);
    fields_fill(&nobody, pattern, &out);
    const char *open = strchr(pattern, '{');
    if (open && strchr(open, '}'))
        assert(out.length == 0); /* nothing is known of nobody */
    else
        assert(strncmp(out.data, pattern, out.length) == 0); /* plain words */
    str_finish(&out);
}

static void
check_condition(const struct fields *fields, const char *condition)
{
    static const struct fields nobody = { .count = 0 };
    struct str both;
    bool holds = fields_hold(fields, condition);
    assert(fields_hold(fields, "") && fields_hold(&nobody, ""));
    str_init(&both, 4 * DESIGN_TEXT_MAX);
    str_addf(&both, "%s;%s", condition, condition); /* and once more: the same */
    assert(fields_hold(fields, both.data) == holds);
    str_clear(&both);
    str_addf(&both, "%s;no_such_field_", condition);
    assert(!fields_hold(&nobody, both.data));
    str_finish(&both);
}

static void
set_slot(const unsigned char *head, int i, struct design_slot *slot)
{
    unsigned char a = head[1 + 2 * i], b = head[2 + 2 * i];
    bool plain = head[0] & 1;
    *slot =
        (struct design_slot){ .kind = (a & 7) == 7 ? DESIGN_SLOT_QR : DESIGN_SLOT_TEXT,
                              .box = { (float)(10 + (a & 31)), (float)(10 + 70 * i),
                                       (float)(20 + b), (float)(12 + (b & 63)) },
                              .side_degrees = 90 * (a >> 3 & 3),
                              .size_max = (float)(4 + (b & 63)),
                              .size_min = (float)(4 + (b & 63)) / 2,
                              .size_wrap = (float)(4 + (b & 63)) / 1.5F,
                              .leading = 1.16F,
                              .gap = 2,
                              .weight = a & 16 ? 700 : 400,
                              .lines_max = 1 + (a >> 5 & 3),
                              .stack = head[0] & 2 && !plain ? 0 : -1,
                              .align = b & 3,
                              .valign = (b >> 2) % 3,
                              .italic = a & 1,
                              .upper = a >> 1 & 1,
                              .white = a >> 2 & 1,
                              .collapse = b >> 4 & 1,
                              .manner = plain ? DESIGN_PLAIN : DESIGN_HOUSE,
                              .ascent = 1,
                              .point = 1.4F,
                              .turn_degrees = plain ? (float)(b % 4) * 45 : 0,
                              .shrinks = a >> 3 & 1,
                              .splits = a >> 4 & 1,
                              .upward = b >> 5 & 1 };
    str_copy(slot->family, sizeof slot->family, plain ? "Open Sans" : "Noto Sans");
    str_copy(slot->name, sizeof slot->name, "slot");
}

static void
make_design(const unsigned char *head, const char *const texts[TEXTS],
            struct design *design)
{
    memset(design, 0, sizeof *design);
    design->width_dots = design->height_dots = SIDE;
    design->stride_bytes = SIDE / 8;
    design->target =
        (struct design_target){ .dpi = 203,
                                .width_dots = SIDE,
                                .height_dots = SIDE,
                                .rotate_degrees = 90 * (head[0] >> 2 & 3) };
    design->slot_count = 1 + (head[0] >> 4 & 3);
    for (int i = 0; i < design->slot_count; i++) {
        struct design_slot *slot = &design->slots[i];
        set_slot(head, i, slot);
        str_copy(slot->text, sizeof slot->text, i == 1 ? "{name}" : texts[0]);
        str_copy(slot->show_if, sizeof slot->show_if, i == 1 ? "" : texts[1]);
        str_copy(slot->show_unless, sizeof slot->show_unless, i == 2 ? texts[2] : "");
        str_copy(slot->white_if, sizeof slot->white_if, texts[2]);
    }
    design->stack_count = head[0] & 2 && !(head[0] & 1);
    design->stacks[0].box = (struct design_box){ 10, 10, 200, (float)(20 + head[9]) };
    design->stacks[0].valign = head[10] % 3;
    assert(drawn_blank(design));
}

/* The texts stand in a row, each with its NUL; NULL: there are not so many. */
static const char *
part(const char *bytes, size_t length, const char *texts[TEXTS])
{
    const char *end = bytes + length;
    for (int i = 0; i < TEXTS; i++) {
        const char *nul = memchr(bytes, '\0', (size_t)(end - bytes));
        if (!nul)
            return NULL;
        texts[i] = bytes;
        bytes = nul + 1;
    }
    return bytes;
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    const char *texts[TEXTS], *all = (const char *)bytes;
    struct fields fields;
    struct design design;
    struct err err = { 0 };
    const char *json = length > HEAD ? part(all + HEAD, length - HEAD, texts) : NULL;
    if (!json)
        return 0;
    if (!fields_read(json, (size_t)(all + length - json), &fields, &err)) {
        assert(err.text[0]);
        return 0;
    }
    check_template(&fields, texts[0]);
    make_design(bytes, texts, &design);
    check_condition(&fields, design.slots[0].show_if);
    check_condition(&fields, design.slots[0].white_if);
    drawn_check_load(&design);
    drawn_check(&design, &fields, texts[0]);
    design_finish(&design);
    fields_finish(&fields);
    return 0;
}
