#include "draw/qr.h"

#include <errno.h>
#include <math.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "draw/qr_level.h"

int
qr_readable_dots(int dpi)
{
    return dpi >= 250 ? 4 * dpi / 300 : 3;
}

int
qr_good_dots(int dpi)
{
    return (dpi + 26) / 51;
}

/* As a server's own apps choose it. */
static enum qr_level
level_by_length(const char *text)
{
    size_t length = strlen(text);
    return length <= 32 ? QR_LEVEL_H : length <= 128 ? QR_LEVEL_M : QR_LEVEL_L;
}

static QRecLevel
library_level(enum qr_level level)
{
    static const QRecLevel levels[] = { [QR_LEVEL_L] = QR_ECLEVEL_L,
                                        [QR_LEVEL_M] = QR_ECLEVEL_M,
                                        [QR_LEVEL_Q] = QR_ECLEVEL_Q,
                                        [QR_LEVEL_H] = QR_ECLEVEL_H };
    return levels[level];
}

static bool
encode(const char *text, enum qr_level level, QRcode **code, struct err *err)
{
    if (*text == '\0')
        return err_set(err, ERR_INPUT, "qr: nothing to say");
    if (strlen(text) > QR_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "qr: %zu bytes, at most %d", strlen(text),
                       QR_TEXT_MAX);
    *code = QRcode_encodeString(text, 0, library_level(level), QR_MODE_8, 1);
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

static void
place_code(struct canvas *canvas, const struct design_slot *slot, const QRcode *code,
           int module)
{
    const struct design_box *box = &slot->box;
    int quiet = slot->bare ? 0 : QR_QUIET_MODULES;
    int32_t whole = (code->width + 2 * quiet) * module;
    float side = (float)whole;
    int32_t left = slot->align == DESIGN_START ? DESIGN_START : DESIGN_LEFT;
    int32_t x = (int32_t)lroundf(
        box->x + spare(fmaxf(box->width - side, 0), slot->align, left, DESIGN_RIGHT));
    int32_t y =
        (int32_t)lroundf(box->y + spare(fmaxf(box->height - side, 0), slot->valign,
                                        DESIGN_TOP, DESIGN_BOTTOM));
    canvas_fill(canvas, x, y, whole, whole, true);
    draw_modules(canvas, code,
                 (struct spot){ x + quiet * module, y + quiet * module, module });
}

/* Badges are opened doors with: their own codes never go below level M. */
static struct qr_room
room_of(const struct design_slot *slot, int dpi)
{
    int least = slot->module_dots > 0 ? slot->module_dots : qr_readable_dots(dpi);
    return (struct qr_room){
        .side_dots = fminf(slot->box.width, slot->box.height),
        .quiet_modules = slot->bare ? 0 : QR_QUIET_MODULES,
        .least_dots = least,
        .good_dots = slot->module_dots > 0 ? least : qr_good_dots(dpi),
        .may_be_low = slot->content != DESIGN_CONTENT_BADGE &&
                      slot->content != DESIGN_CONTENT_SECRET,
    };
}

bool
qr_draw(struct canvas *canvas, const struct design_slot *slot, int dpi,
        const char *text, struct qr_size *size, struct err *err)
{
    const struct qr_room room = room_of(slot, dpi);
    enum qr_level level = slot->level == DESIGN_LEVEL_BY_LENGTH
                              ? level_by_length(text)
                              : qr_level_choose(text, &room);
    QRcode *code;
    if (!encode(text, level, &code, err))
        return false;

    int whole = code->width + 2 * room.quiet_modules;
    *size = (struct qr_size){ .module_dots = qr_level_dots(&room, code->width),
                              .least_dots = room.least_dots,
                              .modules = whole };
    if (size->module_dots > 0)
        place_code(canvas, slot, code, size->module_dots);
    QRcode_free(code);
    return size->module_dots > 0 ||
           err_set(err, ERR_INPUT,
                   "qr: %zu characters need %d modules, the slot has %.0f dots",
                   strlen(text), whole, (double)room.side_dots);
}

bool
qr_alone(const char *text, int module_dots, struct canvas *canvas, struct err *err)
{
    QRcode *code;
    if (!encode(text, QR_LEVEL_M, &code, err))
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
