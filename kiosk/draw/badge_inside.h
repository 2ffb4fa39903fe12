#ifndef YUELAI_DRAW_BADGE_INSIDE_H
#define YUELAI_DRAW_BADGE_INSIDE_H

/* badge_inside: what badge's own files share: badge.c has its life, the artwork and the
 * head, badge_code.c the QR codes, badge_text.c the texts and their stacks. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw/badge.h"
#include "draw/canvas.h"
#include "draw/text.h"
#include "str.h"

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

/* Of a slot or a layer: is it there for this guest? */
bool badge_is_shown(const struct fields *fields, const char *show_if,
                    const char *show_unless);

bool badge_draw_codes(struct sheet *sheet, struct err *err);
bool badge_draw_texts(struct sheet *sheet, struct err *err);

#endif
