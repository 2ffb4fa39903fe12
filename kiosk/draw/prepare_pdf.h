#ifndef YUELAI_DRAW_PREPARE_PDF_H
#define YUELAI_DRAW_PREPARE_PDF_H

/* prepare_pdf: the background of a ticketing server's layout. The parser is not ours and
 * the file comes from outside: this runs in a process of its own, in the jail. */

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum { PREPARE_PDF_PAGES_MAX = 8 };

struct prepare_pdf;

/* `bytes` are borrowed until it is closed. */
bool prepare_pdf_open(const char *bytes, size_t length, struct prepare_pdf **pdf,
                      struct err *err);
void prepare_pdf_close(struct prepare_pdf *pdf); /* takes NULL */

int prepare_pdf_pages(const struct prepare_pdf *pdf);

/* As it is looked at: turned, and cut to its crop box. Page 0 is the first. */
bool prepare_pdf_size(const struct prepare_pdf *pdf, int page, double *width_mm,
                      double *height_mm, struct err *err);

/* Paints it at the origin, a point of the PDF being one unit. */
bool prepare_pdf_paint(const struct prepare_pdf *pdf, int page, cairo_t *cairo,
                       struct err *err);

#endif
