#include "draw/qr.h"

#include <errno.h>
#include <math.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

int
qr_readable_dots(int dpi)
{
    return dpi >= 250 ? 4 * dpi / 300 : 3;
}

/* As a server's own apps choose it. */
static QRecLevel
level_of(const char *text, int32_t level)
{
    size_t length = strlen(text);
    if (level != DESIGN_LEVEL_BY_LENGTH || (length > 32 && length <= 128))
        return QR_ECLEVEL_M;
    return length <= 32 ? QR_ECLEVEL_H : QR_ECLEVEL_L;
}

static bool
encode(const char *text, int32_t level, QRcode **code, struct err *err)
{
    if (*text == '\0')
        return err_set(err, ERR_INPUT, "qr: nothing to say");
    if (strlen(text) > QR_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "qr: %zu bytes, at most %d", strlen(text),
                       QR_TEXT_MAX);
    *code = QRcode_encodeString(text, 0, level_of(text, level), QR_MODE_8, 1);
    if (!*code)
        return err_set(err, errno == ENOMEM ? ERR_MEMORY : ERR_INPUT,
                       "qr: cannot encode %zu bytes", strlen(text));
    return true;
}

struct spot {
    int32_t x, y, module;
};

/* A run of dark modules in a row is one fill. */
static void
draw_modules(struct canvas *canvas, const QRcode *code, struct spot spot)
{
    for (int row = 0; row < code->width; row++) {
        const unsigned char *modules = code->data + row * code->width;
        for (int i = 0; i < code->width; i++) {
            int begin = i;
            while (i < code->width && modules[i] & 1)
                i++;
            if (i > begin)
                canvas_fill(canvas, spot.x + begin * spot.module,
                            spot.y + row * spot.module, (i - begin) * spot.module,
                            spot.module, false);
        }
    }
}

static float
spare(float room, int32_t align, int32_t first, int32_t last)
{
    if (align == first)
        return 0;
    return align == last ? room : room / 2;
}

bool
qr_draw(struct canvas *canvas, const struct design_slot *slot, const char *text,
        int *module_dots, struct err *err)
{
    QRcode *code;
    if (!encode(text, slot->level, &code, err))
        return false;

    const struct design_box *box = &slot->box;
    int quiet = slot->bare ? 0 : QR_QUIET_MODULES;
    int whole = code->width + 2 * quiet;
    /* A hair of tolerance: a box of 12.4 mm is a dot's fraction short at 203 dpi. */
    int module = (int)((fminf(box->width, box->height) + 0.75F) / (float)whole);
    if (module < 1) {
        QRcode_free(code);
        return err_set(err, ERR_INPUT,
                       "qr: %zu characters need %d modules, the slot has %.0f dots",
                       strlen(text), whole, (double)fminf(box->width, box->height));
    }
    float side = (float)(whole * module);
    int32_t left = slot->align == DESIGN_START ? DESIGN_START : DESIGN_LEFT;
    int32_t x = (int32_t)lroundf(
        box->x + spare(fmaxf(box->width - side, 0), slot->align, left, DESIGN_RIGHT));
    int32_t y =
        (int32_t)lroundf(box->y + spare(fmaxf(box->height - side, 0), slot->valign,
                                        DESIGN_TOP, DESIGN_BOTTOM));
    canvas_fill(canvas, x, y, whole * module, whole * module, true);
    draw_modules(canvas, code,
                 (struct spot){ x + quiet * module, y + quiet * module, module });
    QRcode_free(code);
    *module_dots = module;
    return true;
}

bool
qr_alone(const char *text, int module_dots, struct canvas *canvas, struct err *err)
{
    QRcode *code;
    if (!encode(text, DESIGN_LEVEL_M, &code, err))
        return false;
    int32_t side = (code->width + 2 * QR_QUIET_MODULES) * module_dots;
    *canvas = (struct canvas){ .width_dots = side,
                               .height_dots = side,
                               .stride_bytes = (side + 7) / 8 };
    canvas->bits = calloc((size_t)side, (size_t)canvas->stride_bytes);
    if (canvas->bits) {
        int32_t quiet = QR_QUIET_MODULES * module_dots;
        draw_modules(canvas, code, (struct spot){ quiet, quiet, module_dots });
    }
    QRcode_free(code);
    return canvas->bits ? true : err_no_memory(err);
}
