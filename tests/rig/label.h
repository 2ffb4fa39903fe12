#ifndef YUELAI_LABEL_H
#define YUELAI_LABEL_H

/* label: what a printer would put on paper for the bytes it got. Written from the
 * formats' own papers, on purpose without a line in common with drivers/encode_*: it is
 * the other opinion that tests and the virtual printers ask.
 *
 *     ZPL (^GFA, ^GFB, Z64, B64)   PWG raster (1 and 8 bit)   PDF (of one image)
 *              '------------------> struct label <------------------'
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct label {
    int32_t width, height; /* dots of the whole label */
    size_t stride;
    uint8_t *bits; /* 1 = black, MSB first; label_finish frees */
};

enum { LABEL_SIDE_MAX = 10000 };

bool label_init(struct label *label, int32_t width, int32_t height, struct err *err);
void label_finish(struct label *label);

/* Decides by the first bytes which of the formats it is. */
bool label_decode(const uint8_t *bytes, size_t length, struct label *label,
                  struct err *err);
bool label_decode_zpl(const uint8_t *bytes, size_t length, struct label *label,
                      struct err *err);
bool label_decode_pwg(const uint8_t *bytes, size_t length, struct label *label,
                      struct err *err);
bool label_decode_pdf(const uint8_t *bytes, size_t length, struct label *label,
                      struct err *err);

/* Lays `from` (rows of `stride` bytes) onto the label; what lies outside is lost. */
void label_lay(struct label *label, const struct label *from, int32_t x, int32_t y);

/* Written whole under another name first: who sees the file sees all of it. */
bool label_write_pbm(const struct label *label, const char *path, struct err *err);
bool label_write_png(const struct label *label, const char *path, struct err *err);

#endif
