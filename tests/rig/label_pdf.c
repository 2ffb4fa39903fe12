#include "label.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A PDF that holds one 1-bit image and nothing else: found by its words, not by a whole
 * parser (pdftoppm is that, and tests ask it too). */

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
inflate_image(struct text image, struct label *to, struct err *err)
{
    double width, height, length;
    if (!number_after(image, "/Width ", &width) ||
        !number_after(image, "/Height ", &height) ||
        !number_after(image, "/Length ", &length) || !find(image, "/Decode[1 0]") ||
        !find(image, "/BitsPerComponent 1"))
        return err_set(err, ERR_INPUT, "pdf: no 1-bit image");
    const char *data = find(image, "stream\n");
    if (!data || length < 1 || length > (double)(image.at + image.length - data))
        return err_set(err, ERR_INPUT, "pdf: the image is cut short");
    if (!label_init(to, (int32_t)width, (int32_t)height, err))
        return false;
    uLongf room = to->stride * (size_t)to->height;
    if (uncompress(to->bits, &room, (const Bytef *)data, (uLong)length) == Z_OK &&
        room == to->stride * (size_t)to->height)
        return true;
    label_finish(to);
    return err_set(err, ERR_INPUT, "pdf: the image cannot be inflated to its size");
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
                           nearest(page_height * scale), err);
    if (good)
        label_lay(label, &graphic, nearest(x * scale),
                  nearest((page_height - y - height) * scale));
    label_finish(&graphic);
    return good;
}
