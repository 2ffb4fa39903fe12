#ifndef YUELAI_DRAW_PREPARE_LAYOUT_H
#define YUELAI_DRAW_PREPARE_LAYOUT_H

/* prepare_layout: a badge layout of a ticketing server becomes a prepared design, whose
 * slots are set plainly (text_plain.h). One file carries all of it:
 *
 *     YLLAYOUT1 1234 56789\n       bytes of the JSON, bytes of the PDF, 0: none
 *     [{"type":"textcontainer",…}]  the server's own JSON: an array of elements
 *     %PDF-…                        the background: pages and their size
 *
 * An element has millimetres from the page's lower left corner and points for letters;
 * numbers may be texts. Pages of a background lie below one another if the label is long
 * enough for all of them; else the first is the badge. A page that fits the label only
 * when it is turned by 90 degrees is turned. Without a background the page is A6,
 * landscape, as the server has it.
 *
 * Texts in several languages become a slot each, shown by the guest's field "language".
 * Elements of kinds that nobody knows are passed over. Errors name the element by its
 * place in the array and its type. */

#include <stdbool.h>
#include <stddef.h>

#include "draw/design.h"
#include "err.h"

enum {
    PREPARE_LAYOUT_JSON_MAX = 256 * 1024,
    PREPARE_PDF_MAX = 8 * 1024 * 1024,
    PREPARE_LAYOUT_MAX = PREPARE_PDF_MAX + PREPARE_LAYOUT_JSON_MAX + 64 /* all: bytes */
};

bool prepare_is_layout(const char *bytes, size_t length);

/* Fails with ERR_INPUT if the layout is wrong; design is then empty. */
bool prepare_layout(const char *bytes, size_t length, const struct design_target *target,
                    struct design *design, struct err *err);

#endif
