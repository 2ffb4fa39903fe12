#include "label.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A PDF that holds one image, of 1 bit or of three colours, and nothing else: found by
 * its words, not by a whole parser (pdftoppm is that, and tests ask it too). */

struct text {
    const char *at;
    size_t length;
};

static int32_t
nearest(double value)
{
    return (int32_t)(value < 0 ? value - 0.5 : value + 0.5);
}

static const char *
find(struct text in, const char *word)
{
    const char *at = memmem(in.at, in.length, word, strlen(word));
    return at ? at + strlen(word) : NULL;
}

static bool
number_after(struct text in, const char *word, double *value)
{
    const char *at = find(in, word);
    if (!at)
        return false;
    *value = strtod(at, NULL);
    return true;
}

static bool
inflate_rows(struct text image, double packed, uint8_t *to, size_t length,
             struct err *err)
{
    const char *data = find(image, "stream\n");
    if (!data || packed < 1 || packed > (double)(image.at + image.length - data))
        return err_set(err, ERR_INPUT, "pdf: the image is cut short");
    uLongf room = length;
    if (uncompress(to, &room, (const Bytef *)data, (uLong)packed) == Z_OK &&
        room == length)
        return true;
    return err_set(err, ERR_INPUT, "pdf: the image cannot be inflated to its size");
}

/* 2 bits a dot: 0 white, 1 black, 2 red. */
static bool
inflate_colours(struct text image, double packed, struct label *to, struct err *err)
{
    size_t row = ((size_t)to->width + 3) / 4, all = row * (size_t)to->height;
    uint8_t *dots = malloc(all);
    bool good = dots ? inflate_rows(image, packed, dots, all, err) : err_no_memory(err);
    good = good && label_add_red(to, err);
    for (int32_t y = 0; good && y < to->height; y++) {
        for (int32_t x = 0; x < to->width; x++) {
            unsigned colour =
                (unsigned)dots[(size_t)y * row + (size_t)x / 4] >> (6 - x % 4 * 2) & 3u;
            uint8_t *plane = colour == 1 ? to->bits : to->red;
            if (colour != 0)
                plane[(size_t)y * to->stride + (size_t)x / 8] |=
                    (uint8_t)(0x80 >> x % 8);
        }
    }
    free(dots);
    return good;
}

static bool
inflate_image(struct text image, struct label *to, struct err *err)
{
    double width, height, length;
    bool one_bit = find(image, "/Decode[1 0]") && find(image, "/BitsPerComponent 1");
    bool colours =
        find(image, "/ColorSpace[/Indexed/DeviceRGB 2<FFFFFF000000D7141A>]") &&
        find(image, "/BitsPerComponent 2");
    if (!number_after(image, "/Width ", &width) ||
        !number_after(image, "/Height ", &height) ||
        !number_after(image, "/Length ", &length) || one_bit == colours)
        return err_set(err, ERR_INPUT, "pdf: no image of 1 bit or of three colours");
    if (!label_init(to, (int32_t)width, (int32_t)height, err))
        return false;
    bool good = colours ? inflate_colours(image, length, to, err)
                        : inflate_rows(image, length, to->bits,
                                       to->stride * (size_t)to->height, err);
    if (!good)
        label_finish(to);
    return good;
}

bool
label_decode_pdf(const uint8_t *bytes, size_t length, struct label *label,
                 struct err *err)
{
    struct text all = { (const char *)bytes, length };
    const char *box = find(all, "/MediaBox[0 0 "), *placing = find(all, "stream\nq ");
    const char *image_at = find(all, "/Subtype/Image");
    if (!box || !placing || !image_at || find(all, "/Font"))
        return err_set(err, ERR_INPUT, "pdf: not one placed image, or it has fonts");
    struct text image = { image_at, length - (size_t)(image_at - all.at) };
    struct label graphic;
    if (!inflate_image(image, &graphic, err))
        return false;

    char *end;
    double page_width = strtod(box, &end), page_height = strtod(end, &end);
    double width = strtod(placing, &end);
    strtod(end, &end);
    strtod(end, &end);
    double height = strtod(end, &end), x = strtod(end, &end), y = strtod(end, &end);
    double scale = graphic.width / width; /* dots a point */
    bool good = label_init(label, nearest(page_width * scale),
                           nearest(page_height * scale), err) &&
                (!graphic.red || label_add_red(label, err));
    if (good)
        label_lay(label, &graphic, nearest(x * scale),
                  nearest((page_height - y - height) * scale));
    label_finish(&graphic);
    return good;
}
