#ifndef YUELAI_DRAW_QR_H
#define YUELAI_DRAW_QR_H

/* qr: a QR code of whole modules on a canvas, its level as the slot says: by its room
 * (qr_level.h) or by its length.
 *
 * The module is the largest whole number of dots with which the code and its quiet zone
 * of four modules (a bare one: without) fit the box; both are made white. Upper-case letters, digits
 * and " $%*+-./:" take the short form (alphanumeric mode). Under 3 dots at 203 dpi, 4 at
 * 300, a module is hard to read from a real head: the caller is told the size. */

#include <stdbool.h>

#include "draw/canvas.h"
#include "draw/design.h"
#include "err.h"

enum { QR_TEXT_MAX = 1024 /* bytes */, QR_QUIET_MODULES = 4 };

/* The dots of a module that a head of `dpi` should at least have: a third of a
 * millimetre. Half a millimetre is read well from afar. */
int qr_readable_dots(int dpi);
int qr_good_dots(int dpi);

struct qr_size {
    int module_dots;
    int least_dots; /* that a module should have: the slot's, else as above */
    int modules; /* along a side, the quiet zone included */
};

/* Draws, with the code where `align` and `valign` put it in the box. Fails if the text
 * is too long for the box at one dot a module. */
bool qr_draw(struct canvas *canvas, const struct design_slot *slot, int dpi,
             const char *text, struct qr_size *size, struct err *err);

/* A code alone, `module_dots` dots a module with its quiet zone; *bits is the caller's
 * to free. */
bool qr_alone(const char *text, int module_dots, struct canvas *canvas, struct err *err);

#endif
