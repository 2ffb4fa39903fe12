#ifndef YUELAI_DRAW_BADGE_H
#define YUELAI_DRAW_BADGE_H

/* badge: one guest onto one label. Everything about how it looks is the design's; what
 * stands here is how a design is followed.
 *
 * A text never leaves its slot and is never cut: see text.h for how it is made to fit.
 * What could not be as the design wants it is in the report. */

#include <stdbool.h>
#include <stdint.h>

#include "draw/design.h"
#include "draw/fields.h"
#include "err.h"
#include "page.h"

struct badge; /* the drawing desk: faces and sheets, used again for each guest */

struct badge_slot_report {
    const char *name; /* the design's */
    struct design_box box; /* dots, upright: what the text takes */
    float size; /* dots of an em; 0 for a QR code */
    int32_t lines;
    int32_t missing; /* characters without a glyph */
    bool overflow; /* under its floor */
};

struct badge_report {
    struct badge_slot_report slots[DESIGN_SLOTS_MAX]; /* those that were drawn */
    int slot_count;
    bool overflow; /* any */
    int missing; /* all */
    int qr_module_dots; /* 0: no code on this design */
    bool qr_is_small; /* modules under what the head prints well */
};

/* A line of text, or a QR code, as it stands on the page: where it begins, upright. */
struct badge_line {
    const char *slot, *words;
    float x, baseline, width; /* dots; of a code its box: left, lower edge, width */
    float size; /* dots of an em; 0 for a QR code */
    float turn_degrees; /* clockwise, about that beginning */
};

/* What goes onto it; borrowed for the call. */
struct badge_guest {
    const struct design *design;
    const struct fields *fields;
    const char *qr; /* may be "" if the design has no QR slot of its own content */
    void (*said)(const struct badge_line *line, void *self); /* NULL: nobody listens */
    void *self;
};

bool badge_create(struct badge **badge, struct err *err);
void badge_destroy(struct badge *badge); /* takes NULL */

/* Opens all faces; takes some tens of milliseconds. */
void badge_warm(struct badge *badge);

/* False, with what to install, if no font is there: badge_draw would refuse. */
bool badge_has_fonts(const struct badge *badge, struct err *err);

/* Draws. The page and the report's names are borrowed: the page until the next draw,
 * the names from the design. */
bool badge_draw(struct badge *badge, const struct badge_guest *guest,
                struct page *page, struct badge_report *report, struct err *err);

#endif
