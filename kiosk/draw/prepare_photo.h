#ifndef YUELAI_DRAW_PREPARE_PHOTO_H
#define YUELAI_DRAW_PREPARE_PHOTO_H

/* prepare_photo: a guest's picture, set into the photo slots of a prepared design.
 *
 *     bytes --looked at--> JPEG or PNG, its size --librsvg--> pixels
 *           --spread-->  one more layer of the design for each photo slot
 *
 * The design with a picture in it is a design like any other: who draws with it needs to
 * know nothing of pictures. The file may come from anywhere: what is too large is refused
 * by what its head says, before anything is decoded; the rest is the jail's and the
 * clock's, as in prepare.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw/design.h"
#include "err.h"

enum {
    PREPARE_PHOTO_MAX = 6 * 1024 * 1024, /* bytes of the file */
    PREPARE_PHOTO_PIXELS_MAX = 24 * 1000 * 1000
};

/* What a picture's head says of it. */
struct prepare_photo_head {
    int32_t width, height; /* pixels, as stored */
    int32_t orientation; /* EXIF: 1 upright, 3 6 8 turned, the others mirrored */
    bool is_png;
};
bool prepare_photo_look(const uint8_t *bytes, size_t length,
                        struct prepare_photo_head *head, struct err *err);

/* Adds the picture to the design: covering its slot, what is over cut off (of its height
 * more below than above: faces are above), or whole within it. Errors begin with
 * "photo: ". */
bool prepare_photo(struct design *design, const uint8_t *bytes, size_t length,
                   struct err *err);

#endif
