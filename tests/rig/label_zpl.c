#include "label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ZPL as the programming guide describes what a printer does: commands begin with ^ or
 * ~ and two letters; parameters are separated by commas. Only what prints graphics is
 * understood; a text command is an error here, as we never want to send one. */

struct format {
    int32_t width, height, x, y;
    struct label graphic;
    bool drawn;
};

/* Numbers of a command's parameters, up to four. */
static int
numbers(const char *text, long values[4])
{
    int count = 0;
    while (count < 4) {
        char *end;
        values[count] = strtol(text, &end, 10);
        if (end == text)
            break;
        count++;
        if (*end != ',')
            break;
        text = end + 1;
    }
    return count;
}

/* Fills the graphic's nibbles one after the other, row by row. */
struct nibbles {
    struct label *label;
    size_t row_nibbles, at; /* at: in the present row */
    int32_t y;
};

static bool
put_nibble(struct nibbles *to, unsigned value)
{
    if (to->y >= to->label->height)
        return false;
    uint8_t *byte = to->label->bits + (size_t)to->y * to->label->stride + to->at / 2;
    *byte = (uint8_t)(to->at % 2 ? (*byte | value) : value << 4);
    if (++to->at == to->row_nibbles) {
        to->at = 0;
        to->y++;
    }
    return true;
}

static bool
fill_row(struct nibbles *to, unsigned value)
{
    do {
        if (!put_nibble(to, value))
            return false;
    } while (to->at != 0);
    return true;
}

static bool
repeat_row(struct nibbles *to)
{
    if (to->at != 0 || to->y == 0 || to->y >= to->label->height)
        return false;
    uint8_t *row = to->label->bits + (size_t)to->y * to->label->stride;
    memcpy(row, row - to->label->stride, to->label->stride);
    to->y++;
    return true;
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* One letter of ^GFA data; `run` collects run lengths. */
static bool
eat(struct nibbles *to, char c, long *run)
{
    if (c == '\r' || c == '\n')
        return true;
    if (c >= 'G' && c <= 'Y') {
        *run += c - 'G' + 1;
        return true;
    }
    if (c >= 'g' && c <= 'z') {
        *run += (c - 'g' + 1) * 20;
        return true;
    }
    if (c == ',' || c == '!')
        return *run == 0 && fill_row(to, c == ',' ? 0 : 0xF);
    if (c == ':')
        return *run == 0 && repeat_row(to);
    int value = hex_value(c);
    if (value < 0)
        return false;
    for (long i = *run ? *run : 1; i > 0; i--) {
        if (!put_nibble(to, (unsigned)value))
            return false;
    }
    *run = 0;
    return true;
}

static size_t
base64(const char *text, size_t length, uint8_t *to)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned held = 0, bits = 0;
    size_t out = 0;
    for (size_t i = 0; i < length; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            continue;
        held = held << 6 | (unsigned)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            to[out++] = (uint8_t)(held >> bits);
        }
    }
    return out;
}

static bool
unpack_base64(struct label *label, const char *data, size_t length, struct err *err)
{
    bool deflated = data[1] == 'Z';
    const char *end = memchr(data + 5, ':', length - 5);
    size_t text = (end ? (size_t)(end - data) : length) - 5;
    uLongf room = (uLongf)label->stride * (uLongf)label->height;
    uint8_t *bytes = malloc(text + 1);
    if (!bytes)
        return err_no_memory(err);
    size_t count = base64(data + 5, text, bytes);
    bool good = true;
    if (deflated)
        good = uncompress(label->bits, &room, bytes, count) == Z_OK;
    else
        memcpy(label->bits, bytes, count < room ? count : room);
    free(bytes);
    return good ? true : err_set(err, ERR_INPUT, "^GF: the compressed data is broken");
}

/* ^GFa,b,c,d,data: kind, bytes sent, bytes in all, bytes a row. */
static bool
draw(struct format *format, const char *text, size_t length, struct err *err)
{
    long at[4];
    if (length < 8 || text[1] != ',' || numbers(text + 2, at) < 3 || at[2] < 1 ||
        at[1] % at[2] != 0)
        return err_set(err, ERR_INPUT, "^GF: parameters cannot be right");
    const char *data = text;
    for (int commas = 0; commas < 4 && data; commas++)
        data = memchr(data + (commas > 0), ',', length - (size_t)(data - text) - 1);
    if (!data || format->drawn)
        return err_set(err, ERR_INPUT, "^GF: no data, or a second graphic");
    data++;
    length -= (size_t)(data - text);
    if (!label_init(&format->graphic, (int32_t)at[2] * 8, (int32_t)(at[1] / at[2]),
                    err))
        return false;
    format->drawn = true;
    struct label *graphic = &format->graphic;
    if (text[0] == 'B') {
        if (length < (size_t)at[1])
            return err_set(err, ERR_INPUT, "^GFB: cut short");
        memcpy(graphic->bits, data, (size_t)at[1]);
        return true;
    }
    if (length > 5 && (memcmp(data, ":Z64:", 5) == 0 || memcmp(data, ":B64:", 5) == 0))
        return unpack_base64(graphic, data, length, err);
    struct nibbles to = { graphic, graphic->stride * 2, 0, 0 };
    long run = 0;
    for (size_t i = 0; i < length; i++) {
        if (!eat(&to, data[i], &run))
            return err_set(err, ERR_INPUT, "^GFA: '%c' at %zu, row %d", data[i], i,
                           to.y);
    }
    if (to.y != graphic->height)
        return err_set(err, ERR_INPUT, "^GFA: %d of %d rows", to.y, graphic->height);
    return true;
}

static bool
command(struct format *format, const char *text, size_t length, struct err *err)
{
    static const char harmless[] = "XA XZ MN MM PR LH PQ FS SD MD LS LT FX";
    long value[4] = { 0 };
    const char *parameters = text + 3;
    char name[3] = { text[1], text[2], '\0' };
    if (memcmp(name, "GF", 2) == 0)
        return draw(format, parameters, length - 3, err);
    if (memcmp(name, "PW", 2) == 0 && numbers(parameters, value) == 1)
        format->width = (int32_t)value[0];
    else if (memcmp(name, "LL", 2) == 0 && numbers(parameters, value) == 1)
        format->height = (int32_t)value[0];
    else if (memcmp(name, "FO", 2) == 0 && numbers(parameters, value) >= 2) {
        format->x = (int32_t)value[0];
        format->y = (int32_t)value[1];
    } else if (!strstr(harmless, name))
        return err_set(err, ERR_INPUT, "%c%s: not expected on a badge", text[0], name);
    return true;
}

/* Binary data may hold any byte: its length counts, not the next ^. */
static size_t
command_length(const char *text, size_t left)
{
    long at[4];
    if (left > 12 && memcmp(text, "^GFB,", 5) == 0 && numbers(text + 5, at) >= 3) {
        size_t head = 5;
        for (int commas = 0; commas < 3 && head < left; head++)
            commas += text[head] == ',';
        return head + (size_t)at[1] < left ? head + (size_t)at[1] : left;
    }
    size_t length = 1;
    while (length < left && text[length] != '^' && text[length] != '~')
        length++;
    return length;
}

bool
label_decode_zpl(const uint8_t *bytes, size_t length, struct label *label,
                 struct err *err)
{
    struct format format = { 0 };
    const char *text = (const char *)bytes;
    bool good = true;
    size_t at = 0;
    while (at < length && text[at] != '^' && text[at] != '~')
        at++;
    while (good && at < length) {
        size_t n = command_length(text + at, length - at);
        good = n >= 3 ? command(&format, text + at, n, err)
                      : err_set(err, ERR_INPUT, "a command of %zu bytes at %zu", n, at);
        at += n;
    }
    if (good && !format.drawn)
        good = err_set(err, ERR_INPUT, "no ^GF: an empty label");
    good = good && label_init(label, format.width, format.height, err);
    if (good)
        label_lay(label, &format.graphic, format.x, format.y);
    label_finish(&format.graphic);
    return good;
}
