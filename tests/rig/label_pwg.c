#include "label.h"

#include <string.h>

/* PWG 5102.4: "RaS2", a header of 1796 bytes, then rows: how often less one, then
 * pieces: 0…127 n+1 times the next unit, 129…255 257-n units as they stand. */

enum { HEADER = 1796 };

static uint32_t
word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct source {
    const uint8_t *at, *end;
};

/* One row of `row` bytes, each unit one byte (1 and 8 bit a pixel). */
static bool
take_row(struct source *from, uint8_t *to, size_t row)
{
    size_t have = 0;
    while (have < row) {
        if (from->at >= from->end)
            return false;
        unsigned n = *from->at++;
        if (n == 128)
            return false;
        bool again = n < 128;
        size_t count = again ? n + 1 : 257 - n, bytes = again ? 1 : count;
        if (have + count > row || (size_t)(from->end - from->at) < bytes)
            return false;
        if (again)
            memset(to + have, *from->at, count);
        else
            memcpy(to + have, from->at, count);
        from->at += bytes;
        have += count;
    }
    return true;
}

static void
take_dots(struct label *label, int32_t y, const uint8_t *row, bool grey)
{
    uint8_t *to = label->bits + (size_t)y * label->stride;
    if (!grey) {
        memcpy(to, row, label->stride);
        return;
    }
    for (int32_t x = 0; x < label->width; x++) {
        if (row[x] < 128)
            to[x / 8] |= (uint8_t)(0x80 >> x % 8);
    }
}

static bool
take_rows(struct source *from, struct label *label, bool grey, struct err *err)
{
    uint8_t row[LABEL_SIDE_MAX];
    size_t length = grey ? (size_t)label->width : label->stride;
    for (int32_t y = 0; y < label->height;) {
        if (from->at >= from->end)
            return err_set(err, ERR_INPUT, "pwg: ends at row %d", y);
        int32_t times = *from->at++ + 1;
        if (!take_row(from, row, length))
            return err_set(err, ERR_INPUT, "pwg: row %d is broken", y);
        for (; times > 0 && y < label->height; times--)
            take_dots(label, y++, row, grey);
        if (times > 0)
            return err_set(err, ERR_INPUT, "pwg: more rows than the header says");
    }
    return true;
}

bool
label_decode_pwg(const uint8_t *bytes, size_t length, struct label *label,
                 struct err *err)
{
    if (length < 4 + HEADER)
        return err_set(err, ERR_INPUT, "pwg: no whole header");
    const uint8_t *header = bytes + 4;
    uint32_t width = word(header + 372), height = word(header + 376);
    uint32_t bits = word(header + 388), row = word(header + 392);
    uint32_t space = word(header + 400);
    bool grey = bits == 8 && (space == 18 || space == 0);
    if (memcmp(header, "PwgRaster", 10) != 0 || (!grey && (bits != 1 || space != 3)))
        return err_set(err, ERR_INPUT, "pwg: %u bits of colour space %u", bits, space);
    if (width > LABEL_SIDE_MAX || height > LABEL_SIDE_MAX ||
        row != (grey ? width : (width + 7) / 8))
        return err_set(err, ERR_INPUT, "pwg: %u x %u in rows of %u", width, height,
                       row);
    if (!label_init(label, (int32_t)width, (int32_t)height, err))
        return false;
    struct source from = { bytes + 4 + HEADER, bytes + length };
    bool good = take_rows(&from, label, grey, err);
    if (good && from.at != from.end)
        good = err_set(err, ERR_INPUT, "pwg: more than one page");
    if (!good)
        label_finish(label);
    return good;
}
