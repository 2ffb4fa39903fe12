#include "encoder.h"

#include <inttypes.h>
#include <string.h>

#include "encode_rows.h"

/* Dymo LabelWriter 300, 330, 400, 450, 4XL and their Turbo and Twin kinds: "LabelWriter
 * 450 Series Technical Reference Manual", printer commands. (The 550 and 5XL speak
 * another language and print only on rolls with their maker's chip.)
 *
 *     ESC ESC …  more than a row: what a broken job left is eaten
 *     ESC @      reset
 *     ESC c d e g  heat: light, medium, normal, dark
 *     ESC h | i  300 or 600 rows an inch
 *     ESC B 0    rows begin at the head's left end
 *     ESC D n    bytes a row
 *     ESC L n n  how far to look for the label's end; negative: endless paper
 *     SYN …      a row as it stands
 *     ETB …      a row in runs: bit 7 is the colour, the rest how often, less one
 *     ESC E      feed to where it is torn off
 *
 * ESC A (status) is not asked for: without an answer a queue waits seconds for it. */

enum { SYNC = 200, HEAD_BYTES_MAX = 156, RUN_MAX = 128 };
enum { ESC = 0x1B, SYN = 0x16, ETB = 0x17 };

static void
add_command(struct str *out, char letter, int count, const uint8_t *values)
{
    str_add_char(out, ESC);
    str_add_char(out, letter);
    str_add(out, values, (size_t)count);
}

static void
add_head(struct str *out, const struct encode_rows *rows,
         const struct encoder_setting *setting)
{
    char sync[SYNC];
    int32_t dpi = encode_feed_dpi(rows->page);
    int32_t length =
        encode_clamp(encoder_dots(setting->media_height_um, dpi), 1, 0x7FFF);
    if (setting->tracking == ENCODER_CONTINUOUS)
        length = 0xFFFF;
    memset(sync, ESC, sizeof sync);
    str_add(out, sync, sizeof sync);
    add_command(out, '@', 0, NULL);
    if (setting->darkness != ENCODER_UNSET)
        add_command(out, "cdeg"[encode_clamp(setting->darkness, 0, 3)], 0, NULL);
    add_command(out, dpi == 2 * rows->page->dpi ? 'i' : 'h', 0, NULL);
    add_command(out, 'B', 1, (const uint8_t[]){ 0 });
    add_command(out, 'D', 1, (const uint8_t[]){ (uint8_t)rows->bytes });
    add_command(out, 'L', 2,
                (const uint8_t[]){ (uint8_t)(length >> 8), (uint8_t)length });
}

static bool
is_black(const uint8_t *row, int32_t x)
{
    return row[x / 8] & 0x80 >> x % 8;
}

/* The row in runs, if that takes fewer bytes than the row itself; else 0. */
static int32_t
pack(const uint8_t *row, int32_t bytes, uint8_t *runs)
{
    int32_t count = 0, dots = 8 * bytes;
    for (int32_t x = 0; x < dots;) {
        bool black = is_black(row, x);
        int32_t end = x + 1;
        while (end < dots && end - x < RUN_MAX && is_black(row, end) == black)
            end++;
        if (count + 1 >= bytes)
            return 0;
        runs[count++] = (uint8_t)((black ? 0x80 : 0) | (end - x - 1));
        x = end;
    }
    return count;
}

static void
add_rows(struct str *out, const struct encode_rows *rows, bool packed)
{
    uint8_t row[ENCODE_ROW_MAX], runs[ENCODE_ROW_MAX];
    for (int32_t y = 0; y < rows->height; y++) {
        encode_rows_get(rows, rows->page->bits, y, row);
        int32_t count = packed ? pack(row, rows->bytes, runs) : 0;
        str_add_char(out, count ? ETB : SYN);
        str_add(out, count ? runs : row, (size_t)(count ? count : rows->bytes));
    }
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_box(&rows, "dymo_lw", page, setting, err))
        return false;
    int32_t most = setting->head_dots ? setting->head_dots : 8 * HEAD_BYTES_MAX;
    if (rows.width > most || rows.bytes > HEAD_BYTES_MAX)
        return err_set(err, ERR_INPUT,
                       "dymo_lw: %" PRId32 " dots do not fit a head of %" PRId32,
                       rows.width, most);
    add_head(out, &rows, setting);
    add_rows(out, &rows, setting->packing == ENCODER_PACK_USUAL);
    add_command(out, 'E', 0, NULL);
    return encode_ended(out, "dymo_lw", err);
}

const struct encoder encode_dymo_lw = {
    .name = "dymo_lw",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
