#ifndef YUELAI_DRAW_QR_H
#define YUELAI_DRAW_QR_H

/* qr: a QR code of whole modules on a canvas, level M or as the slot says.
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

/* The dots of a module that a head of `dpi` should at least have. */
int qr_readable_dots(int dpi);

/* Draws, with the code where `align` and `valign` put it in the box. Fails if the text
 * is too long for the box at one dot a module. */
bool qr_draw(struct canvas *canvas, const struct design_slot *slot, const char *text,
             int *module_dots, struct err *err);

/* A code alone, `module_dots` dots a module with its quiet zone; *bits is the caller's
 * to free. */
bool qr_alone(const char *text, int module_dots, struct canvas *canvas, struct err *err);

#endif
