#include "encoder.h"

#include <inttypes.h>

#include "encode_rows.h"

/* ESC/POS: Epson's "ESC/POS Command Reference": ESC @, GS ( K <function 49>, GS v 0, GS
 * FF, GS V, ESC d. Receipt and label printers of Epson (TM-L90, TM-L100, TM-m30),
 * Bixolon, Star in its ESC/POS mode and many others.
 *
 *     ESC @              reset
 *     GS ( K 2 0 49 m    heat, -6 to 6
 *     GS v 0 …           a band of rows, as they stand; some take 2303 at most, and
 * small bands let a printer begin before it has all then               GS FF: to the
 * next label or mark; endless paper: GS V 66 0, feed and cut, or without a cutter ESC
 * d, four lines, to tear it off
 *
 * Speed is a matter of the printer's own settings. */

enum { BAND_ROWS = 256, TEAR_LINES = 4 };

static void
add(struct str *out, int count, const uint8_t *bytes)
{
    str_add(out, bytes, (size_t)count);
}

static void
add_bands(struct str *out, const struct encode_rows *rows)
{
    uint8_t row[ENCODE_ROW_MAX];
    for (int32_t y = 0; y < rows->height; y++) {
        int32_t left = rows->height - y;
        int32_t band = left < BAND_ROWS ? left : BAND_ROWS;
        if (y % BAND_ROWS == 0)
            add(out, 8,
                (const uint8_t[]){ 0x1D, 'v', '0', 0, (uint8_t)rows->bytes,
                                   (uint8_t)(rows->bytes >> 8), (uint8_t)band,
                                   (uint8_t)(band >> 8) });
        encode_rows_get(rows, rows->page->bits, y, row);
        add(out, rows->bytes, row);
    }
}

static void
add_end(struct str *out, const struct encoder_setting *setting)
{
    if (setting->tracking == ENCODER_GAP || setting->tracking == ENCODER_MARK)
        add(out, 2, (const uint8_t[]){ 0x1D, 0x0C });
    if (setting->cut != ENCODER_CUT_NONE)
        add(out, 4, (const uint8_t[]){ 0x1D, 'V', 66, 0 });
    else if (setting->tracking == ENCODER_CONTINUOUS)
        add(out, 3, (const uint8_t[]){ 0x1B, 'd', TEAR_LINES });
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_box(&rows, "escpos", page, setting, err))
        return false;
    add(out, 2, (const uint8_t[]){ 0x1B, '@' });
    if (setting->darkness != ENCODER_UNSET)
        add(out, 7,
            (const uint8_t[]){ 0x1D, '(', 'K', 2, 0, 49,
                               (uint8_t)encode_clamp(setting->darkness, -6, 6) });
    add_bands(out, &rows);
    add_end(out, setting);
    return encode_ended(out, "escpos", err);
}

const struct encoder encode_escpos = {
    .name = "escpos",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
