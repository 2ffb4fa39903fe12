#ifndef YUELAI_ENCODE_RASTER_H
#define YUELAI_ENCODE_RASTER_H

/* encode_raster: one page of 1 bit black as libcups writes raster, whatever its dialect.
 * Dialects differ in their header alone: encode_pwg.c, encode_cups_raster.c. */

#include <cups/raster.h>

#include "encode_rows.h"

/* What both dialects say alike: resolution, the label's size, the window's rows. */
cups_page_header2_t encode_raster_header(const struct encode_rows *rows,
                                         const struct encoder_setting *setting);

/* The whole document; mode: CUPS_RASTER_WRITE or CUPS_RASTER_WRITE_PWG. Fails with
 * ERR_LIMIT, naming the encoder, if it did not fit. */
bool encode_raster_write(const struct encode_rows *rows, cups_page_header2_t *header,
                         cups_mode_t mode, const char *encoder, struct str *out,
                         struct err *err);

#endif
