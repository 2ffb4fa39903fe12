#ifndef YUELAI_PAGE_H
#define YUELAI_PAGE_H

/* page: one label as the print head sees it: rows of dots, 1 bit each.
 *
 *      width_dots = across the head            bits of a row, MSB first:
 *     +----------------------+  |              byte 0       byte 1
 *     | row 0, printed first |  | feed         7 6 … 0      7 6 … 0
 *     | row 1                |  v              dots 0 1 … 7 8 9 …
 *     +----------------------+
 *
 * 1 is black. A row takes stride_bytes, at least (width_dots + 7) / 8; bits behind
 * width_dots are 0. This bitmap is the truth that tests compare with the bytes that
 * reach a printer.
 */

#include <stdint.h>

enum {
    PAGE_DOTS_MAX = 8192, /* either side */
    PAGE_BYTES_MAX = PAGE_DOTS_MAX / 8 * PAGE_DOTS_MAX
};

struct page {
    int32_t width_dots, height_dots;
    int32_t stride_bytes;
    int32_t dpi; /* across the head; along the feed too, but for feed_dpi */
    const uint8_t *bits; /* height_dots * stride_bytes; borrowed */
    int32_t feed_dpi; /* rows an inch where that is another number; 0 = dpi */
    const uint8_t *second; /* the second colour's dots, in the same form; NULL = none */
};

#endif
