#ifndef YUELAI_FUZZ_HEADS_H
#define YUELAI_FUZZ_HEADS_H

/* heads: what a print head would burn for a document, a byte a dot: the languages that
 * the rig's decoder (label.h) does not know, read from their makers' papers without a
 * line in common with drivers/encode_*. Strict: what a printer would not understand is
 * an error, and so is anything behind the document's end.
 *
 *     epl2, tspl, escpos, dymo_lw, brother_ql: read here
 *     cups-raster, pwg in colours: read by CUPS' own library
 */

#include <cups/raster.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS_SIDE_MAX = 8192 };

struct head_rows {
    int width, height;    /* dots of a row, rows; width 0: not known yet */
    uint8_t *black, *red; /* width * height; red NULL: none */
};

struct head_reader {
    const uint8_t *at, *end;
    struct head_rows *rows;
    int room; /* rows */
};

static inline bool
head_take(struct head_reader *reader, const void *bytes, size_t length)
{
    if ((size_t)(reader->end - reader->at) < length ||
        memcmp(reader->at, bytes, length) != 0)
        return false;
    reader->at += length;
    return true;
}

/* "12", then the letter behind it. */
static inline bool
head_number(struct head_reader *reader, char behind, int *number)
{
    int digits = 0;
    for (*number = 0; reader->at < reader->end && digits < 6; reader->at++, digits++) {
        if (*reader->at < '0' || *reader->at > '9')
            break;
        *number = *number * 10 + *reader->at - '0';
    }
    return digits > 0 && head_take(reader, &behind, 1);
}

/* A new white row of so many dots. */
static inline uint8_t *
head_row(struct head_reader *reader, int dots)
{
    struct head_rows *rows = reader->rows;
    if (rows->width == 0)
        rows->width = dots;
    if (rows->width != dots || rows->height >= HEADS_SIDE_MAX || dots < 1)
        return NULL;
    if (rows->height == reader->room) {
        reader->room = 2 * reader->room + 64;
        rows->black = realloc(rows->black, (size_t)reader->room * (size_t)dots);
        if (!rows->black)
            abort();
    }
    uint8_t *row = rows->black + (size_t)rows->height++ * (size_t)dots;
    memset(row, 0, (size_t)dots);
    return row;
}

static inline void
head_spread(uint8_t *row, const uint8_t *bytes, int count, uint8_t flip)
{
    for (int x = 0; x < 8 * count; x++)
        row[x] = (uint8_t)(bytes[x / 8] ^ flip) >> (7 - x % 8) & 1;
}

/* Rows as they stand. */
static inline bool
head_plain(struct head_reader *reader, int row_bytes, int count, uint8_t flip)
{
    for (int y = 0; y < count; y++) {
        uint8_t *row = head_row(reader, 8 * row_bytes);
        if (!row || reader->end - reader->at < row_bytes)
            return false;
        head_spread(row, reader->at, row_bytes, flip);
        reader->at += row_bytes;
    }
    return true;
}

/* ---- epl2, tspl: lines of words around one picture ----------------------- */

/* Words up to the picture, a line each, that begin with one of these letters. */
static inline bool
head_words(struct head_reader *reader, const char *picture, const char *letters)
{
    size_t length = strlen(picture);
    while ((size_t)(reader->end - reader->at) >= length &&
           memcmp(reader->at, picture, length) != 0) {
        const uint8_t *end =
            memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
        if (!end || end - reader->at > 40 ||
            (*reader->at > ' ' && !strchr(letters, *reader->at)))
            return false;
        reader->at = end + 1;
    }
    return head_take(reader, picture, length);
}

static inline bool
head_epl2(struct head_reader *reader)
{
    int bytes, count;
    return head_words(reader, "GW0,0,", "NqQSDRZ") &&
           head_number(reader, ',', &bytes) && head_number(reader, ',', &count) &&
           head_plain(reader, bytes, count, 0xFF) && head_take(reader, "\nP1\n", 4) &&
           (reader->at == reader->end || head_take(reader, "C\n", 2));
}

static inline bool
head_tspl(struct head_reader *reader)
{
    int bytes, count;
    return head_words(reader, "BITMAP 0,0,", "SGBDRC") &&
           head_number(reader, ',', &bytes) && head_number(reader, ',', &count) &&
           head_take(reader, "0,", 2) && head_plain(reader, bytes, count, 0xFF) &&
           head_take(reader, "\r\nPRINT 1,1\r\n", 13);
}

/* ---- escpos ------------------------------------------------------------- */

static inline bool
head_escpos(struct head_reader *reader)
{
    if (!head_take(reader, "\x1b@", 2))
        return false;
    if (head_take(reader, "\x1d(K\2\0\x31", 6))
        reader->at += reader->at < reader->end;
    while (head_take(reader, "\x1dv0\0", 4)) {
        const uint8_t *size = reader->at;
        if (reader->end - reader->at < 4)
            return false;
        reader->at += 4;
        if (!head_plain(reader, size[0] | size[1] << 8, size[2] | size[3] << 8, 0))
            return false;
    }
    head_take(reader, "\x1d\x0c", 2);
    if (!head_take(reader, "\x1dVB\0", 4))
        head_take(reader, "\x1b"
                          "d\4",
                  3);
    return true;
}

/* ---- dymo_lw ------------------------------------------------------------ */

static inline bool
head_dymo_runs(struct head_reader *reader, uint8_t *row, int dots)
{
    for (int x = 0; x < dots;) {
        if (reader->at == reader->end)
            return false;
        int run = (*reader->at & 0x7F) + 1;
        if (x + run > dots)
            return false;
        memset(row + x, *reader->at++ >> 7, (size_t)run);
        x += run;
    }
    return true;
}

static inline bool
head_dymo_row(struct head_reader *reader, int row_bytes)
{
    uint8_t kind = *reader->at++;
    if (kind == 0x16)
        return head_plain(reader, row_bytes, 1, 0);
    uint8_t *row = kind == 0x17 ? head_row(reader, 8 * row_bytes) : NULL;
    return row && head_dymo_runs(reader, row, 8 * row_bytes);
}

static inline bool
head_dymo_lw(struct head_reader *reader)
{
    int row_bytes = 0;
    while (reader->at < reader->end && *reader->at == 0x1B && reader->at[1] == 0x1B)
        reader->at++;
    while (reader->end - reader->at >= 2) {
        if (*reader->at != 0x1B) {
            if (!head_dymo_row(reader, row_bytes))
                return false;
            continue;
        }
        char letter = (char)reader->at[1];
        int values = letter == 'L' ? 2 : letter == 'B' || letter == 'D';
        if (letter == 'E')
            return head_take(reader, "\x1b"
                                     "E",
                             2);
        if (!strchr("@cdeghiBDL", letter) || reader->end - reader->at < 2 + values)
            return false;
        if (letter == 'D')
            row_bytes = reader->at[2];
        reader->at += 2 + values;
    }
    return false;
}

/* ---- brother_ql --------------------------------------------------------- */

static inline bool
head_packbits(const uint8_t *from, int length, uint8_t *to, int room)
{
    int at = 0, made = 0;
    while (at < length) {
        bool again = from[at] > 128;
        int count = again ? 257 - from[at] : from[at] + 1;
        int stand = again ? 1 : count;
        if (from[at] == 128 || made + count > room || at + 1 + stand > length)
            return false;
        for (int i = 0; i < count; i++)
            to[made++] = from[at + 1 + (again ? 0 : i)];
        at += 1 + stand;
    }
    return made == room;
}

/* A row: the head's right end comes first. */
static inline bool
head_brother_row(struct head_reader *reader, int head_bytes, bool packed)
{
    uint8_t bytes[256];
    uint8_t *row = head_row(reader, 8 * head_bytes);
    int length = *reader->at++;
    if (!row || reader->end - reader->at < length)
        return false;
    if (!packed && length == head_bytes)
        memcpy(bytes, reader->at, (size_t)length);
    else if (!packed || !head_packbits(reader->at, length, bytes, head_bytes))
        return false;
    reader->at += length;
    for (int pin = 0; pin < 8 * head_bytes; pin++)
        row[8 * head_bytes - 1 - pin] = bytes[pin / 8] >> (7 - pin % 8) & 1;
    return true;
}

/* What comes before the rows. *told: how many rows it said. */
static inline bool
head_brother_words(struct head_reader *reader, bool *packed, int *told)
{
    static const char letters[] = "azMAKd";
    static const int values[] = { 1, 10, 1, 1, 1, 2 };
    while (reader->at < reader->end && *reader->at == 0)
        reader->at++;
    if (!head_take(reader, "\x1b@", 2))
        return false;
    while (head_take(reader, "\x1bi", 2)) {
        const char *letter = strchr(letters, *reader->at);
        int count = letter ? values[letter - letters] : 99;
        if (reader->end - reader->at <= count)
            return false;
        if (*reader->at == 'z')
            memcpy(told, reader->at + 5, sizeof *told);
        reader->at += 1 + count;
    }
    *packed = head_take(reader, "M\2", 2);
    return *packed || head_take(reader, "M\0", 2) || true;
}

/* Two colours come as pairs of rows: parts them into planes. */
static inline void
head_part(struct head_rows *rows)
{
    size_t row = (size_t)rows->width;
    rows->height /= 2;
    rows->red = malloc(row * (size_t)rows->height + 1);
    if (!rows->red)
        abort();
    for (size_t y = 0; y < (size_t)rows->height; y++) {
        memcpy(rows->red + y * row, rows->black + (2 * y + 1) * row, row);
        memmove(rows->black + y * row, rows->black + 2 * y * row, row);
    }
}

static inline bool
head_brother_ql(struct head_reader *reader, int head_bytes)
{
    bool packed, two = false;
    int told = -1;
    if (!head_brother_words(reader, &packed, &told))
        return false;
    while (reader->end - reader->at > 3) {
        bool odd = reader->rows->height % 2;
        if (head_take(reader, "w\1", 2) && !odd)
            two = true;
        else if (!(two && odd && head_take(reader, "w\2", 2)) &&
                 !(!two && head_take(reader, "g\0", 2)))
            return false;
        if (!head_brother_row(reader, head_bytes, packed))
            return false;
    }
    if (two)
        head_part(reader->rows);
    return head_take(reader, "\x1a", 1) && told == reader->rows->height;
}

/* ---- cups-raster -------------------------------------------------------- */

static inline ssize_t
head_read(void *self, unsigned char *to, size_t length)
{
    struct head_reader *reader = self;
    size_t left = (size_t)(reader->end - reader->at);
    length = length < left ? length : left;
    memcpy(to, reader->at, length);
    reader->at += length;
    return (ssize_t)length;
}

/* A row of sRGB: 1 is black, 2 the second colour; any other is wrong. */
static inline bool
head_colours(uint8_t *row, const uint8_t *rgb, int width)
{
    static const uint8_t colours[][3] = { { 255, 255, 255 },
                                          { 0, 0, 0 },
                                          { 0xD7, 0x14, 0x1A } };
    for (int x = 0; x < width; x++) {
        while (row[x] < 3 && memcmp(rgb + 3 * x, colours[row[x]], 3) != 0)
            row[x]++;
        if (row[x] == 3)
            return false;
    }
    return true;
}

static inline void
head_split(struct head_rows *rows)
{
    size_t dots = (size_t)rows->width * (size_t)rows->height;
    rows->red = malloc(dots + 1);
    if (!rows->red)
        abort();
    for (size_t i = 0; i < dots; i++) {
        rows->red[i] = rows->black[i] == 2;
        rows->black[i] = rows->black[i] == 1;
    }
}

static inline bool
head_cups_rows(struct head_reader *reader, cups_raster_t *raster)
{
    cups_page_header2_t header;
    uint8_t bytes[3 * HEADS_SIDE_MAX];
    if (!cupsRasterReadHeader2(raster, &header) || header.cupsWidth > HEADS_SIDE_MAX)
        return false;
    bool colours = header.cupsBitsPerPixel == 24;
    unsigned length = colours ? 3 * header.cupsWidth : (header.cupsWidth + 7) / 8;
    if (header.cupsBytesPerLine != length || (!colours && header.cupsBitsPerPixel != 1))
        return false;
    for (unsigned y = 0; y < header.cupsHeight; y++) {
        int dots = colours ? (int)header.cupsWidth : 8 * (int)length;
        uint8_t *row = head_row(reader, dots);
        if (!row || cupsRasterReadPixels(raster, bytes, length) != length)
            return false;
        if (!colours)
            head_spread(row, bytes, (int)length, 0);
        else if (!head_colours(row, bytes, dots))
            return false;
    }
    if (colours)
        head_split(reader->rows);
    return true;
}

static inline bool
head_cups(struct head_reader *reader)
{
    cups_raster_t *raster = cupsRasterOpenIO(head_read, reader, CUPS_RASTER_READ);
    bool good = raster && head_cups_rows(reader, raster);
    cupsRasterClose(raster);
    return good;
}

/* ---- the whole ---------------------------------------------------------- */

/* `head_bytes`: of brother_ql's head. False: no printer would print it so. The caller
 * frees both planes in any case. */
static inline bool
heads_burn(const char *language, const uint8_t *bytes, size_t length, int head_bytes,
           struct head_rows *rows)
{
    struct head_reader reader = { bytes, bytes + length, rows, 0 };
    bool good = false;
    memset(rows, 0, sizeof *rows);
    if (strcmp(language, "epl2") == 0)
        good = head_epl2(&reader);
    else if (strcmp(language, "tspl") == 0)
        good = head_tspl(&reader);
    else if (strcmp(language, "escpos") == 0)
        good = head_escpos(&reader);
    else if (strcmp(language, "dymo_lw") == 0)
        good = head_dymo_lw(&reader);
    else if (strcmp(language, "brother_ql") == 0)
        good = head_brother_ql(&reader, head_bytes);
    else if (strcmp(language, "cups-raster") == 0 || strcmp(language, "pwg") == 0)
        good = head_cups(&reader);
    return good && reader.at == reader.end;
}

#endif
