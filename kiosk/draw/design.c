#include "draw/design.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static const char magic[8] = "YLDESIGN";

struct head {
    char magic[8];
    uint32_t format;
    uint32_t design_bytes; /* sizeof (struct design) of who wrote it */
};

static bool
read_all(int fd, void *bytes, size_t length, off_t from, struct err *err)
{
    char *at = bytes;
    while (length > 0) {
        ssize_t got = pread(fd, at, length, from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_set(err, ERR_INPUT, "prepared design: ends too early");
        at += got;
        from += got;
        length -= (size_t)got;
    }
    return true;
}

bool
design_save(const struct design *design, int fd, struct err *err)
{
    struct head head = { .format = DESIGN_FORMAT,
                         .design_bytes = (uint32_t)sizeof *design };
    memcpy(head.magic, magic, sizeof magic);
    struct design copy = *design;
    copy.bits = NULL;
    return (fd_write(fd, &head, sizeof head) && fd_write(fd, &copy, sizeof copy) &&
            fd_write(fd, design->bits, design->bits_length)) ||
           err_set(err, ERR_IO, "prepared design: cannot write: %s", strerror(errno));
}

struct design_box
design_box_turn(const struct design_box *box, int degrees, float width, float height)
{
    switch (degrees) {
    case 90:
        return (struct design_box){ width - box->y - box->height, box->x, box->height,
                                    box->width };
    case 180:
        return (struct design_box){ width - box->x - box->width,
                                    height - box->y - box->height, box->width,
                                    box->height };
    case 270:
        return (struct design_box){ box->y, height - box->x - box->width, box->height,
                                    box->width };
    default:
        return *box;
    }
}

struct design_box
design_box_on_page(const struct design *design, const struct design_slot *slot,
                   const struct design_box *box)
{
    return design_box_turn(box, slot->side_degrees, (float)design->width_dots,
                           (float)design->height_dots);
}

/* ---- a file is input like any other ------------------------------------- */

static bool
is_between(int64_t value, int64_t min, int64_t max)
{
    return value >= min && value <= max;
}

static bool
is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool
is_sane_length(float value)
{
    return isfinite(value) && value >= -PAGE_DOTS_MAX && value <= 2 * PAGE_DOTS_MAX;
}

static bool
is_sane_box(const struct design_box *box)
{
    return is_sane_length(box->x) && is_sane_length(box->y) &&
           is_sane_length(box->width) && is_sane_length(box->height) &&
           box->width > 0 && box->height > 0;
}

static bool
is_sane_target(const struct design_target *target)
{
    return is_between(target->dpi, 100, 1200) &&
           is_between(target->width_dots, 8, PAGE_DOTS_MAX) &&
           is_between(target->height_dots, 8, PAGE_DOTS_MAX) &&
           is_between(target->offset_x_dots, -PAGE_DOTS_MAX, PAGE_DOTS_MAX) &&
           is_between(target->offset_y_dots, -PAGE_DOTS_MAX, PAGE_DOTS_MAX) &&
           is_between(target->rotate_degrees, 0, 270) &&
           target->rotate_degrees % 90 == 0;
}

static bool
is_sane_plain(const struct design_slot *slot)
{
    if (slot->manner != DESIGN_PLAIN)
        return slot->manner == DESIGN_HOUSE;
    return slot->ascent >= 0 && slot->ascent <= 4 && fabsf(slot->shift) <= 4 &&
           slot->point > 0.5F && slot->point < 32 && fabsf(slot->turn_degrees) <= 360;
}

static bool
is_sane_slot(const struct design_slot *slot, const struct design *design)
{
    return is_between(slot->kind, DESIGN_SLOT_TEXT, DESIGN_SLOT_PHOTO) &&
           is_text(slot->name, sizeof slot->name) &&
           is_text(slot->text, sizeof slot->text) &&
           is_text(slot->show_if, sizeof slot->show_if) &&
           is_text(slot->show_unless, sizeof slot->show_unless) &&
           is_text(slot->white_if, sizeof slot->white_if) &&
           is_text(slot->family, sizeof slot->family) && is_sane_box(&slot->box) &&
           is_between(slot->side_degrees, 0, 270) && slot->side_degrees % 90 == 0 &&
           is_sane_length(slot->baseline) && is_sane_length(slot->size_max) &&
           is_sane_length(slot->size_min) && is_sane_length(slot->size_wrap) &&
           is_sane_length(slot->gap) && is_sane_length(slot->leading) &&
           is_sane_length(slot->tracking) && slot->size_max >= slot->size_min &&
           slot->size_min >= 1 && slot->leading > 0 &&
           is_between(slot->weight, 100, 1000) &&
           is_between(slot->lines_max, 1, DESIGN_LINES_MAX) &&
           is_between(slot->stack, -1, design->stack_count - 1) &&
           is_between(slot->align, DESIGN_START, DESIGN_RIGHT) &&
           is_between(slot->valign, DESIGN_TOP, DESIGN_BOTTOM) &&
           is_between(slot->level, DESIGN_LEVEL_M, DESIGN_LEVEL_BY_LENGTH) &&
           is_sane_plain(slot);
}

static bool
is_sane_layer(const struct design_layer *layer, const struct design *design)
{
    if (!is_text(layer->show_if, sizeof layer->show_if) ||
        !is_text(layer->show_unless, sizeof layer->show_unless) ||
        !is_between(layer->tone, 0, 1) ||
        !is_between(layer->x, 0, design->width_dots - 1) || layer->x % 8 != 0 ||
        !is_between(layer->y, 0, design->height_dots - 1) ||
        !is_between(layer->width, 0, design->width_dots - layer->x) ||
        !is_between(layer->height, 0, design->height_dots - layer->y) ||
        layer->stride != (layer->width + 7) / 8)
        return false;
    uint64_t bytes = (uint64_t)layer->stride * (uint64_t)layer->height;
    return layer->mask + bytes <= design->bits_length &&
           layer->ink + bytes <= design->bits_length;
}

static bool
is_sane(const struct design *design)
{
    if (!is_sane_target(&design->target) ||
        !is_between(design->width_dots, 8, PAGE_DOTS_MAX) ||
        !is_between(design->height_dots, 8, PAGE_DOTS_MAX) ||
        design->stride_bytes != (design->width_dots + 7) / 8 ||
        !is_between(design->slot_count, 0, DESIGN_SLOTS_MAX) ||
        !is_between(design->layer_count, 0, DESIGN_LAYERS_MAX) ||
        !is_between(design->stack_count, 0, DESIGN_STACKS_MAX) ||
        !is_between(design->bits_length,
                    (int64_t)design->stride_bytes * design->height_dots,
                    DESIGN_FILE_MAX))
        return false;
    for (int i = 0; i < design->slot_count; i++) {
        if (!is_sane_slot(&design->slots[i], design))
            return false;
    }
    for (int i = 0; i < design->layer_count; i++) {
        if (!is_sane_layer(&design->layers[i], design))
            return false;
    }
    for (int i = 0; i < design->stack_count; i++) {
        if (!is_sane_box(&design->stacks[i].box))
            return false;
    }
    return true;
}

static bool
read_bits(int fd, struct design *design, struct err *err)
{
    design->bits = malloc(design->bits_length);
    if (!design->bits)
        return err_no_memory(err);
    return read_all(fd, design->bits, design->bits_length,
                    (off_t)(sizeof(struct head) + sizeof *design), err);
}

bool
design_load(int fd, struct design *design, struct err *err)
{
    struct head head;

    memset(design, 0, sizeof *design);
    if (!read_all(fd, &head, sizeof head, 0, err))
        return false;
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.format != DESIGN_FORMAT ||
        head.design_bytes != sizeof *design)
        return err_set(err, ERR_INPUT,
                       "prepared design: of another version, want format %d",
                       DESIGN_FORMAT);
    if (!read_all(fd, design, sizeof *design, sizeof head, err)) {
        memset(design, 0, sizeof *design);
        return false;
    }
    design->bits = NULL;
    if (!is_sane(design)) {
        memset(design, 0, sizeof *design);
        return err_set(err, ERR_INPUT, "prepared design: its numbers cannot be right");
    }
    if (!read_bits(fd, design, err)) {
        design_finish(design);
        return false;
    }
    return true;
}

void
design_finish(struct design *design)
{
    free(design->bits);
    memset(design, 0, sizeof *design);
}
