#ifndef YUELAI_ENCODER_H
#define YUELAI_ENCODER_H

/* encoder: a page of dots into a document that a printer (or its queue) understands.
 * Pure: bytes in, bytes out. The dots arrive at the head exactly as drawn; no encoder
 * scales, dithers or writes text. Which one is used stands in the printer's profile
 * (templates/printer). */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "page.h"
#include "str.h"

enum encoder_tracking {
    ENCODER_GAP,
    ENCODER_MARK,
    ENCODER_CONTINUOUS,
    ENCODER_AS_SET /* whatever the printer has been calibrated to */
};
enum encoder_cut { ENCODER_CUT_NONE, ENCODER_CUT_EACH, ENCODER_CUT_END };
enum encoder_packing {
    ENCODER_PACK_USUAL,  /* what every printer of the language can unpack */
    ENCODER_PACK_NONE,   /* some of them cannot */
    ENCODER_PACK_DEFLATE /* zpl: Z64 */
};
enum encoder_quirk {
    ENCODER_RASTER_ONLY = 1 << 0 /* brother_ql: has no other mode, nor the command for it */
};

enum { ENCODER_UNSET = -1000 }; /* leave what the printer has been set to */

/* The printable part of a label; width_dots 0: all of it. */
struct encoder_box {
    int32_t x_dots, y_dots, width_dots, height_dots; /* y, height: in rows */
};

struct encoder_setting {
    int32_t media_width_um, media_height_um; /* the whole label, micrometres */
    int32_t offset_x_dots, offset_y_dots; /* of the page's corner on the label, the
                                             printable box's corner included; may be
                                             negative: what lies outside is cut */
    int32_t darkness; /* of the language's own scale, or ENCODER_UNSET */
    int32_t speed; /* millimetres a second, or ENCODER_UNSET */
    enum encoder_tracking tracking;
    enum encoder_cut cut;
    struct encoder_box box; /* what is sent, where a language sends no whole labels */
    int32_t head_dots;      /* across the head; 0 = as many as are sent */
    int32_t pins_right;     /* brother_ql: the head's dots right of the box */
    enum encoder_packing packing;
    unsigned quirks; /* enum encoder_quirk */
    bool two_colour; /* brother_ql: a black and red roll, which refuses plain pages */
};

enum { ENCODER_DOCUMENT_MAX = 16 * 1024 * 1024 }; /* bytes: cap for `out` */

/* Micrometres in dots, to the nearest: everybody rounds in the same way. */
static inline int32_t
encoder_dots(int32_t um, int32_t dpi)
{
    int64_t scaled = (int64_t)um * dpi;
    return (int32_t)((scaled + (scaled < 0 ? -12700 : 12700)) / 25400);
}

struct encoder {
    const char *name; /* as profiles write it: "zpl" */
    const char *format; /* MIME type for Print-Job: "application/vnd.cups-raw" */
    /* Appends the document to `out`. Fails with ERR_LIMIT if it does not fit. */
    bool (*encode)(const struct page *page, const struct encoder_setting *setting,
                   struct str *out, struct err *err);
};

extern const struct encoder encode_zpl; /* ^GFA, run-length coded, or Z64 */
extern const struct encoder encode_brother_ql; /* P-touch raster */
extern const struct encoder encode_dymo_lw; /* LabelWriter 300 to 450 */
extern const struct encoder encode_epl2; /* GW */
extern const struct encoder encode_tspl; /* BITMAP */
extern const struct encoder encode_escpos; /* GS v 0 */
extern const struct encoder encode_pwg; /* image/pwg-raster, black_1 */
extern const struct encoder encode_cups_raster; /* for queues with a PPD */
extern const struct encoder encode_pdf1; /* a PDF of one 1-bit image */

#endif
