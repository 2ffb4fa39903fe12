#include "encoder.h"

#include <inttypes.h>
#include <string.h>

#include "encode_pack.h"
#include "encode_rows.h"

/* Brother QL: "Software Developer's Manual, Raster Command Reference" of
 * QL-600/710W/720NW (1.02), QL-800/810W/820NWB (1.01) and QL-1100/1110NWB/1115NWB:
 * sections 2.1 print data, 2.3.5 raster line, 4 command details.
 *
 *     00 … 00                forget what a broken job left, then a clean start
 *     ESC @
 *     ESC i a 1              raster mode (the QL-700 has no other)
 *     ESC i z …              roll, its size, rows to come: another roll is an error
 * light ESC i M, ESC i A       cut, and after how many ESC i K                cut at
 * the end; 600 rows an inch; two colours ESC i d                feed before and behind,
 * on endless tape; 0 on die-cut labels M 2 | 0                PackBits, or not (QL-700
 * and QL-800 cannot) g 0 n … | w c n …      a row, the head's right end first 1A print,
 * feed, end
 *
 * A status is not asked for (ESC i S): the answer would stand in the way of whoever
 * reads the line next. */

enum { INVALIDATE = 400, HEAD_BYTES_MAX = 255 };
enum { ROLL_ENDLESS = 0x0A, ROLL_LABELS = 0x0B };
enum {
    HAS_KIND = 0x02,
    HAS_WIDTH = 0x04,
    HAS_LENGTH = 0x08,
    QUALITY = 0x40,
    RECOVER = 0x80
};
enum { TWO_COLOURS = 0x01, CUT_AT_END = 0x08, FINE_FEED = 0x40 };
enum { AUTO_CUT = 0x40 };

/* One row on its way to the head. */
struct head {
    const struct encode_rows *rows;
    int32_t dots, right; /* of the head; of those, right of the rows */
    int32_t bytes;
    bool packed;
};

static void
add(struct str *out, int count, const uint8_t *bytes)
{
    str_add(out, bytes, (size_t)count);
}

static uint8_t
millimetres(int32_t um)
{
    return (uint8_t)encode_clamp((um + 500) / 1000, 0, 255);
}

static void
add_roll(struct str *out, const struct encode_rows *rows,
         const struct encoder_setting *setting)
{
    bool endless = setting->tracking == ENCODER_CONTINUOUS;
    uint32_t count = (uint32_t)rows->height;
    unsigned has =
        RECOVER | QUALITY | HAS_KIND | HAS_WIDTH | (endless ? 0 : HAS_LENGTH);
    add(out, 13,
        (const uint8_t[]){ 0x1B, 'i', 'z', (uint8_t)has,
                           endless ? ROLL_ENDLESS : ROLL_LABELS,
                           millimetres(setting->media_width_um),
                           endless ? 0 : millimetres(setting->media_height_um),
                           (uint8_t)count, (uint8_t)(count >> 8),
                           (uint8_t)(count >> 16), (uint8_t)(count >> 24), 0, 0 });
}

/* Endless tape is fed by the rows and by the margin at both ends, labels by their gap.
 */
static int32_t
margin_rows(const struct encoder_setting *setting)
{
    if (setting->tracking != ENCODER_CONTINUOUS)
        return 0;
    return encode_clamp(setting->box.y_dots, 0, 0xFFFF);
}

static void
add_mode(struct str *out, const struct encode_rows *rows,
         const struct encoder_setting *setting, bool packed)
{
    bool fine = encode_feed_dpi(rows->page) == 2 * rows->page->dpi;
    unsigned expanded = (setting->two_colour ? TWO_COLOURS : 0u) |
                        (setting->cut != ENCODER_CUT_NONE ? CUT_AT_END : 0u) |
                        (fine ? FINE_FEED : 0u);
    int32_t margin = margin_rows(setting);
    bool each = setting->cut == ENCODER_CUT_EACH;
    add(out, 4, (const uint8_t[]){ 0x1B, 'i', 'M', each ? AUTO_CUT : 0 });
    if (each)
        add(out, 4, (const uint8_t[]){ 0x1B, 'i', 'A', 1 });
    add(out, 4, (const uint8_t[]){ 0x1B, 'i', 'K', (uint8_t)expanded });
    add(out, 5,
        (const uint8_t[]){ 0x1B, 'i', 'd', (uint8_t)margin, (uint8_t)(margin >> 8) });
    if (setting->packing == ENCODER_PACK_USUAL)
        add(out, 2, (const uint8_t[]){ 'M', packed ? 2 : 0 });
}

/* The head's dots are sent from the right: pins_right white ones, then the row's last
 * dot and so on to its first. */
static void
mirror(const struct head *head, const uint8_t *row, uint8_t *pins)
{
    memset(pins, 0, (size_t)head->bytes);
    for (int32_t x = 0; x < head->rows->width; x++) {
        int32_t pin = head->right + head->rows->width - 1 - x;
        if (row[x / 8] & 0x80 >> x % 8)
            pins[pin / 8] |= (uint8_t)(0x80 >> pin % 8);
    }
}

static void
add_plane(struct str *out, const struct head *head, const uint8_t *plane, int32_t y,
          const uint8_t command[2])
{
    uint8_t row[ENCODE_ROW_MAX], pins[HEAD_BYTES_MAX];
    struct str packed;
    encode_rows_get(head->rows, plane, y, row);
    mirror(head, row, pins);
    add(out, 2, command);
    if (!head->packed) {
        str_add_char(out, (char)head->bytes);
        add(out, head->bytes, pins);
        return;
    }
    str_init(&packed, 2 * HEAD_BYTES_MAX);
    encode_packbits(&packed, pins, (size_t)head->bytes);
    out->failed = out->failed || !str_ok(&packed) || packed.length > HEAD_BYTES_MAX;
    str_add_char(out, (char)packed.length);
    str_add(out, packed.data, packed.length);
    str_finish(&packed);
}

static void
add_rows(struct str *out, const struct head *head, bool two_colour)
{
    static const uint8_t only[] = { 'g', 0 }, black[] = { 'w', 1 }, red[] = { 'w', 2 };
    const struct page *page = head->rows->page;
    for (int32_t y = 0; y < head->rows->height; y++) {
        add_plane(out, head, page->bits, y, two_colour ? black : only);
        if (two_colour)
            add_plane(out, head, page->second, y, red);
    }
}

static bool
check_head(const struct head *head, const struct page *page,
           const struct encoder_setting *setting, struct err *err)
{
    if (head->right < 0 || head->bytes > HEAD_BYTES_MAX - 2 ||
        head->right + head->rows->width > head->dots)
        return err_set(err, ERR_INPUT,
                       "brother_ql: %" PRId32 " dots, %" PRId32
                       " right of them, do not fit a head of %" PRId32,
                       head->rows->width, head->right, head->dots);
    if (page->second && !setting->two_colour)
        return err_set(err, ERR_INPUT,
                       "brother_ql: a page of two colours for a roll "
                       "of one");
    return true;
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    static const uint8_t nothing[INVALIDATE] = { 0 };
    struct encode_rows rows;
    if (!encode_rows_box(&rows, "brother_ql", page, setting, err))
        return false;
    int32_t dots = setting->head_dots ? setting->head_dots : rows.width;
    struct head head = { .rows = &rows,
                         .dots = dots,
                         .right = setting->pins_right,
                         .bytes = (dots + 7) / 8,
                         .packed = setting->packing == ENCODER_PACK_USUAL };
    if (!check_head(&head, page, setting, err))
        return false;
    add(out, INVALIDATE, nothing);
    add(out, 2, (const uint8_t[]){ 0x1B, '@' });
    if (!(setting->quirks & ENCODER_RASTER_ONLY))
        add(out, 4, (const uint8_t[]){ 0x1B, 'i', 'a', 1 });
    add_roll(out, &rows, setting);
    add_mode(out, &rows, setting, head.packed);
    add_rows(out, &head, setting->two_colour);
    str_add_char(out, 0x1A);
    return encode_ended(out, "brother_ql", err);
}

const struct encoder encode_brother_ql = {
    .name = "brother_ql",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
