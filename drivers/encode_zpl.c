#include "encoder.h"

#include <inttypes.h>
#include <string.h>

/* ZPL II, as Zebra's programming guide has it. One format a label, one ^GFA graphic in
 * it, and no ^FD at all: whatever a guest is called, it cannot become a command.
 *
 *     ^XA ^MN ^MM ^PR ^PW ^LL ^LH ^FO ^GFA,bytes,bytes,bytes a row,DATA ^FS ^PQ1 ^XZ
 *
 * DATA is hexadecimal with Zebra's run lengths:
 *
 *     G…Y = 1…19 times, g…z = 20, 40 … 400 times the digit behind them; sums may stand
 *     ,   the rest of this row is white        !   the rest of it is black
 *     :   this row is as the one before
 */

enum { ROW_MAX = PAGE_DOTS_MAX / 8, RUN_MAX = 419 };

/* The part of the page that lies on the label, and where it begins there. */
struct cutting {
    int32_t skip_x, skip_y; /* dots of the page left out at its left and top */
    int32_t x, y;           /* on the label */
    int32_t width, height;
};

static struct cutting
cut_page(const struct page *page, const struct encoder_setting *setting)
{
    struct cutting cut = { 0 };
    cut.skip_x = setting->offset_x_dots < 0 ? -setting->offset_x_dots : 0;
    cut.skip_y = setting->offset_y_dots < 0 ? -setting->offset_y_dots : 0;
    cut.x = setting->offset_x_dots > 0 ? setting->offset_x_dots : 0;
    cut.y = setting->offset_y_dots > 0 ? setting->offset_y_dots : 0;
    cut.width = page->width_dots - cut.skip_x;
    cut.height = page->height_dots - cut.skip_y;
    return cut;
}

/* One row of the cutting, moved so that its first dot is bit 7 of byte 0. */
static void
take_row(const struct page *page, const struct cutting *cut, int32_t y, uint8_t *row)
{
    const uint8_t *from =
        page->bits + (size_t)(y + cut->skip_y) * (size_t)page->stride_bytes;
    int32_t length = (cut->width + 7) / 8, last = (page->width_dots + 7) / 8;
    int shift = cut->skip_x % 8;
    for (int32_t i = 0; i < length; i++) {
        int32_t at = i + cut->skip_x / 8;
        unsigned pair = (unsigned)from[at] << 8;
        if (at + 1 < last)
            pair |= from[at + 1];
        row[i] = (uint8_t)(pair >> (8 - shift));
    }
    if (cut->width % 8)
        row[length - 1] &= (uint8_t)(0xFF00 >> (cut->width % 8));
}

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
add_rows(struct str *out, const struct page *page, const struct cutting *cut)
{
    uint8_t rows[2][ROW_MAX + 1];
    int32_t length = (cut->width + 7) / 8;
    for (int32_t y = 0; y < cut->height; y++) {
        uint8_t *row = rows[y % 2];
        take_row(page, cut, y, row);
        if (y > 0 && memcmp(row, rows[(y + 1) % 2], (size_t)length) == 0)
            str_add_char(out, ':');
        else
            add_row(out, row, length);
    }
}

static int32_t
clamp(int32_t value, int32_t min, int32_t max)
{
    return value < min ? min : value > max ? max : value;
}

static void
add_setting(struct str *out, const struct encoder_setting *setting)
{
    static const char *const tracking[] = {
        [ENCODER_GAP] = "^MNY",
        [ENCODER_MARK] = "^MNM",
        [ENCODER_CONTINUOUS] = "^MNN",
    };
    str_add_text(out, tracking[setting->tracking]);
    str_add_text(out, setting->cut == ENCODER_CUT_EACH ? "^MMC" : "^MMT");
    if (setting->speed != ENCODER_UNSET) {
        int32_t inches = (setting->speed * 10 + 127) / 254; /* ZPL's unit is inches/s */
        str_addf(out, "^PR%" PRId32, clamp(inches, 1, 14));
    }
}

static int32_t
larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct cutting cut = cut_page(page, setting);
    if (page->width_dots > PAGE_DOTS_MAX || cut.width < 1 || cut.height < 1)
        return err_set(err, ERR_INPUT, "zpl: nothing of the page lies on the label");
    int32_t row = (cut.width + 7) / 8;
    int64_t total = (int64_t)row * cut.height;

    if (setting->darkness != ENCODER_UNSET)
        str_addf(out, "~SD%02" PRId32, clamp(setting->darkness, 0, 30));
    str_add_text(out, "^XA");
    add_setting(out, setting);
    str_addf(
        out, "^PW%" PRId32 "^LL%" PRId32 "^LH0,0",
        larger(encoder_dots(setting->media_width_um, page->dpi), cut.x + cut.width),
        larger(encoder_dots(setting->media_height_um, page->dpi), cut.y + cut.height));
    str_addf(out, "^FO%" PRId32 ",%" PRId32 "^GFA,%" PRId64 ",%" PRId64 ",%" PRId32 ",",
             cut.x, cut.y, total, total, row);
    add_rows(out, page, &cut);
    str_add_text(out, "^FS^PQ1,0,0,N^XZ\n");
    if (!str_ok(out))
        return err_set(err, ERR_LIMIT, "zpl: label is over %zu bytes", out->cap);
    return true;
}

const struct encoder encode_zpl = {
    .name = "zpl",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
