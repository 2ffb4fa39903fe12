#ifndef YUELAI_ENCODE_ROWS_H
#define YUELAI_ENCODE_ROWS_H

/* encode_rows: the page laid on its label, a row at a time. What every encoder but pdf1
 * begins with.
 *
 *     +--------------------------+ label: media_width_um x media_height_um
 *     |   +------------------+   |
 *     |   | box     +--------|-------+   the window is the label or the box;
 *     |   |         |  page  |   |   |   what of the page lies outside is cut,
 *     |   |         +--------|-------+   where no page lies there is white
 *     |   +------------------+   |
 *     +--------------------------+
 */

#include <stdbool.h>
#include <stdint.h>

#include "encoder.h"

enum { ENCODE_ROW_MAX = PAGE_DOTS_MAX / 8 }; /* bytes */

struct encode_rows {
    const struct page *page;
    int32_t x, y; /* of the page's corner in the window */
    int32_t width, height; /* of the window, dots */
    int32_t bytes; /* of a row */
};

/* The window is the whole label. Fails with ERR_INPUT, naming the encoder, if page or
 * label are no size that can be, or nothing of the page lies in the window. */
bool encode_rows_label(struct encode_rows *rows, const char *encoder,
                       const struct page *page, const struct encoder_setting *setting,
                       struct err *err);

/* The window is the printable box, which is cut at the label's edges. */
bool encode_rows_box(struct encode_rows *rows, const char *encoder,
                     const struct page *page, const struct encoder_setting *setting,
                     struct err *err);

/* Row y of the window, of one of the page's planes (bits, or second; NULL is white):
 * `bytes` of it, 1 = black, what lies behind `width` is 0. */
void encode_rows_get(const struct encode_rows *rows, const uint8_t *plane, int32_t y,
                     uint8_t *row);

/* All rows as they stand, with 0 for black, as EPL2 and TSPL want them. */
void encode_rows_inverse(const struct encode_rows *rows, struct str *out);

/* Rows an inch of the page. */
int32_t encode_feed_dpi(const struct page *page);

/* value, but at least min and at most max. */
int32_t encode_clamp(int32_t value, int32_t min, int32_t max);

/* ERR_LIMIT if the document did not fit into `out`. */
bool encode_ended(const struct str *out, const char *encoder, struct err *err);

#endif
