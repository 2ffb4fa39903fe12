#ifndef YUELAI_DRAW_DESIGN_H
#define YUELAI_DRAW_DESIGN_H

/* design: a badge design made ready for one kind of head: what never changes as a
 * bitmap, what changes with the kind of guest as layers, what changes with every guest
 * as slots. `prepare` makes it from an SVG file, `badge` draws guests with it.
 *
 *     static bits  ->  layers whose condition holds  ->  QR  ->  texts
 *
 * Everything is in dots of the head's resolution, upright as designed; turning onto the
 * head comes last (canvas_place), so that one design gives the same dots either way.
 *
 * On disk it is a cache: made, kept and read on one machine by one version. A file of
 * another version, or a damaged one, is refused by design_load, never half used.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "page.h"

enum {
    DESIGN_FORMAT = 7, /* raise it when anything below changes */
    DESIGN_SLOTS_MAX = 48,
    DESIGN_LAYERS_MAX = 16,
    DESIGN_STACKS_MAX = 8,
    DESIGN_NAME_MAX = 63, /* bytes */
    DESIGN_TEXT_MAX = 191, /* bytes of a condition */
    DESIGN_WORDS_MAX = 1023, /* bytes of a template */
    DESIGN_LINES_MAX = 4,
    DESIGN_FILE_MAX = 3 * PAGE_BYTES_MAX /* bytes of a prepared design */
};

/* Where the design goes: the printer's printable box, as fed, in dots. The label's
 * corner lies at (offset_x, offset_y) in it and may lie outside. */
struct design_target {
    int32_t dpi;
    int32_t width_dots, height_dots;
    int32_t offset_x_dots, offset_y_dots;
    int32_t rotate_degrees; /* 0 90 180 270, clockwise */
};

struct design_box {
    float x, y, width, height; /* dots */
};

enum design_kind { DESIGN_SLOT_TEXT, DESIGN_SLOT_QR, DESIGN_SLOT_PHOTO };

/* START is left for left-to-right texts and right for right-to-left ones. */
enum design_align { DESIGN_START, DESIGN_LEFT, DESIGN_CENTRE, DESIGN_RIGHT };
enum design_valign { DESIGN_TOP, DESIGN_MIDDLE, DESIGN_BOTTOM };

/* HOUSE: text.h, fields.h: never cut, never too small; what stands by an empty field is
 * left out. PLAIN: text_plain.h: a ticketing server's layout, set as its own apps do. */
enum design_manner { DESIGN_HOUSE, DESIGN_PLAIN };

/* A QR code's error correction; BY_LENGTH: high for 32 characters, medium for 128. */
enum design_level { DESIGN_LEVEL_M, DESIGN_LEVEL_BY_LENGTH };

struct design_slot {
    int32_t kind; /* enum design_kind */
    char name[DESIGN_NAME_MAX + 1]; /* for people: the field, else the element */
    char text[DESIGN_WORDS_MAX + 1]; /* "{organisation} · {country}" */
    char show_if[DESIGN_TEXT_MAX + 1], show_unless[DESIGN_TEXT_MAX + 1];
    char white_if[DESIGN_TEXT_MAX + 1]; /* "": as `white` says, for everybody */
    char family[DESIGN_NAME_MAX + 1];
    struct design_box box; /* on the page as it lies when this slot stands upright */
    int32_t side_degrees; /* 0 90 180 270: how far that page is turned, clockwise */
    float baseline; /* of the first line, from the page's top; 0: by valign */
    float size_max, size_min; /* dots of an em */
    float size_wrap; /* under this, another line is better than smaller letters */
    float leading; /* baseline to baseline, in ems */
    float tracking; /* letter spacing, in ems */
    float gap; /* in a stack: space above, if something stands above */
    int32_t weight; /* 100 to 900 */
    int32_t lines_max;
    int32_t stack; /* index, -1: none */
    int32_t align, valign; /* enum design_align, enum design_valign */
    int32_t italic, upper, white, collapse; /* 0 or 1 */
    int32_t manner; /* enum design_manner */
    int32_t level; /* of a QR code: enum design_level */
    int32_t bare; /* 0 or 1: a QR code without its quiet zone */

    /* of PLAIN texts */
    float ascent; /* the block's top to its first baseline, in ems */
    float turn_degrees; /* clockwise, about the box's upper left corner */
    float shift; /* ems by which the block's top lies below the corner it turns about */
    float point; /* dots: the sizes between which it shrinks are of points */
    int32_t shrinks, splits; /* 0 or 1: gets smaller to fit; tears long words */
    int32_t upward; /* 0 or 1: it stands on the box's lower edge, and turns about a corner
                       its own height above */
};

/* Part of the artwork that is there for some guests only, or that is a picture in shades
 * (`tone`): its dots are spread so that they look grey, while all else stays pure. */
struct design_layer {
    char show_if[DESIGN_TEXT_MAX + 1], show_unless[DESIGN_TEXT_MAX + 1];
    int32_t tone; /* 0 or 1 */
    int32_t x, y, width, height, stride; /* dots, dots, bytes; x in whole bytes */
    uint32_t mask, ink; /* where its two bitmaps begin in `bits` */
};

/* Texts that share a column: each takes the height it needs, the empty ones (collapse)
 * none, and all of them together are set into the box. */
struct design_stack {
    struct design_box box;
    int32_t side_degrees; /* as its slots have it */
    int32_t valign; /* enum design_valign */
};

struct design {
    struct design_target target;
    int32_t width_dots, height_dots, stride_bytes; /* upright, as designed */
    int32_t slot_count, layer_count, stack_count;
    struct design_slot slots[DESIGN_SLOTS_MAX];
    struct design_layer layers[DESIGN_LAYERS_MAX];
    struct design_stack stacks[DESIGN_STACKS_MAX];
    uint32_t bits_length; /* bytes */
    uint8_t *bits; /* owned; the static page first, then the layers' */
};

/* A box on a page that is turned clockwise; width and height are the turned page's. */
struct design_box design_box_turn(const struct design_box *box, int degrees, float width,
                                  float height);

/* A box of a slot, where it lies on the page as designed. */
struct design_box design_box_on_page(const struct design *design,
                                     const struct design_slot *slot,
                                     const struct design_box *box);

/* Writes a whole prepared design to a file opened for writing. */
bool design_save(const struct design *design, int fd, struct err *err);

/* Reads one from the start of a file; believes none of its numbers. */
bool design_load(int fd, struct design *design, struct err *err);

/* Frees what a design owns; takes an all-zero one. */
void design_finish(struct design *design);

#endif
