#include "encoder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "encode_pack.h"
#include "encode_rows.h"

/* ZPL II, as the ZPL II Programming Guide (Zebra, P1099958) has it: ^GF, ~SD, ^PR, ^MN,
 * ^MM, and "ZB64 Encoding and Compression" for Z64. One format a label, one ^GFA
 * graphic in it, and no ^FD at all: whatever a guest is called, it cannot become a
 * command.
 *
 *     ^XA ^MN ^MM ^PR ^PW ^LL ^LH ^FO ^GFA,bytes,bytes,bytes a row,DATA ^FS ^PQ1 ^XZ
 *
 * DATA is hexadecimal with Zebra's run lengths:
 *
 *     G…Y = 1…19 times, g…z = 20, 40 … 400 times the digit behind them; sums may stand
 *     ,   the rest of this row is white        !   the rest of it is black
 *     :   this row is as the one before
 */

enum { RUN_MAX = 419 };

static unsigned
digit_at(const uint8_t *row, int32_t at)
{
    return at % 2 ? row[at / 2] & 0x0F : row[at / 2] >> 4;
}

static void
add_run(struct str *out, unsigned digit, int32_t times)
{
    while (times > 0) {
        int32_t now = times < RUN_MAX ? times : RUN_MAX;
        if (now >= 20)
            str_add_char(out, (char)('f' + now / 20));
        if (now > 1 && now % 20)
            str_add_char(out, (char)('F' + now % 20));
        str_add_char(out, "0123456789ABCDEF"[digit]);
        times -= now;
    }
}

static void
add_row(struct str *out, const uint8_t *row, int32_t length)
{
    int32_t digits = 2 * length, at = 0;
    while (at < digits) {
        unsigned digit = digit_at(row, at);
        int32_t end = at + 1;
        while (end < digits && digit_at(row, end) == digit)
            end++;
        if (end == digits && (digit == 0 || digit == 0xF))
            str_add_char(out, digit ? '!' : ',');
        else
            add_run(out, digit, end - at);
        at = end;
    }
}

static void
add_runs(struct str *out, const struct encode_rows *rows)
{
    uint8_t pair[2][ENCODE_ROW_MAX];
    for (int32_t y = 0; y < rows->height; y++) {
        uint8_t *row = pair[y % 2];
        encode_rows_get(rows, rows->page->bits, y, row);
        if (y > 0 && memcmp(row, pair[(y + 1) % 2], (size_t)rows->bytes) == 0)
            str_add_char(out, ':');
        else
            add_row(out, row, rows->bytes);
    }
}

static void
add_hex(struct str *out, const struct encode_rows *rows)
{
    uint8_t row[ENCODE_ROW_MAX];
    for (int32_t y = 0; y < rows->height; y++) {
        encode_rows_get(rows, rows->page->bits, y, row);
        for (int32_t i = 0; i < 2 * rows->bytes; i++)
            str_add_char(out, "0123456789ABCDEF"[digit_at(row, i)]);
    }
}

/* :Z64: deflated, in base 64, with the CRC of its letters. */
static bool
add_z64(struct str *out, const struct encode_rows *rows)
{
    size_t packed_length = 0, length = (size_t)rows->bytes * (size_t)rows->height;
    uint8_t *plain = malloc(length);
    for (int32_t y = 0; plain && y < rows->height; y++)
        encode_rows_get(rows, rows->page->bits, y, plain + y * rows->bytes);
    uint8_t *packed = plain ? encode_deflate(plain, length, &packed_length) : NULL;
    free(plain);
    if (!packed)
        return false;
    str_add_text(out, ":Z64:");
    size_t from = out->length;
    encode_base64(out, packed, packed_length);
    str_addf(out, ":%04X", encode_crc16(out->data + from, out->length - from));
    free(packed);
    return true;
}

static void
add_setting(struct str *out, const struct encoder_setting *setting)
{
    static const char *const tracking[] = {
        [ENCODER_GAP] = "^MNY",
        [ENCODER_MARK] = "^MNM",
        [ENCODER_CONTINUOUS] = "^MNN",
        [ENCODER_AS_SET] = "",
    };
    str_add_text(out, tracking[setting->tracking]);
    str_add_text(out, setting->cut == ENCODER_CUT_NONE ? "^MMT" : "^MMC");
    if (setting->speed != ENCODER_UNSET) {
        int32_t inches = (setting->speed * 10 + 127) / 254; /* ZPL's unit is inches/s */
        str_addf(out, "^PR%" PRId32, encode_clamp(inches, 1, 14));
    }
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_label(&rows, "zpl", page, setting, err))
        return false;
    int32_t total = rows.bytes * rows.height;
    if (setting->darkness != ENCODER_UNSET)
        str_addf(out, "~SD%02" PRId32, encode_clamp(setting->darkness, 0, 30));
    str_add_text(out, "^XA");
    add_setting(out, setting);
    str_addf(out, "^PW%" PRId32 "^LL%" PRId32 "^LH0,0^FO0,0", rows.width, rows.height);
    str_addf(out, "^GFA,%" PRId32 ",%" PRId32 ",%" PRId32 ",", total, total,
             rows.bytes);
    if (setting->packing == ENCODER_PACK_NONE)
        add_hex(out, &rows);
    else if (setting->packing == ENCODER_PACK_USUAL)
        add_runs(out, &rows);
    else if (!add_z64(out, &rows))
        return err_no_memory(err);
    str_add_text(out, "^FS^PQ1,0,0,N^XZ\n");
    return encode_ended(out, "zpl", err);
}

const struct encoder encode_zpl = {
    .name = "zpl",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
