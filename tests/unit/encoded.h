#ifndef YUELAI_ENCODED_H
#define YUELAI_ENCODED_H

/* encoded: what every encoder's test does. A page is encoded, read back by the rig's
 * own decoder, and each dot of the label is compared with the page laid at its offset.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encoder.h"
#include "label.h"

struct sheet { /* a page that owns its dots */
    struct page page;
    uint8_t *bits;
};

enum sheet_kind { SHEET_WHITE, SHEET_BLACK, SHEET_NOISE, SHEET_LETTERS, SHEET_KINDS };

/* stride has some bytes more than needed, as the drawing helper's may have. */
static inline struct sheet
sheet_make(enum sheet_kind kind, int32_t width, int32_t height, int32_t dpi)
{
    struct sheet sheet = { .page = { .width_dots = width,
                                     .height_dots = height,
                                     .stride_bytes = (width + 7) / 8 + 3,
                                     .dpi = dpi } };
    uint32_t seed = 12345;
    sheet.bits = calloc((size_t)height, (size_t)sheet.page.stride_bytes);
    assert_non_null(sheet.bits);
    sheet.page.bits = sheet.bits;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            seed = seed * 1664525 + 1013904223;
            bool black = kind == SHEET_BLACK || (kind == SHEET_NOISE && seed >> 31) ||
                         (kind == SHEET_LETTERS && x / 37 % 3 == 1 && y / 29 % 2 == 1);
            if (black)
                sheet.bits[y * sheet.page.stride_bytes + x / 8] |=
                    (uint8_t)(0x80 >> x % 8);
        }
    }
    return sheet;
}

static inline bool
sheet_dot(const struct page *page, int32_t x, int32_t y)
{
    return x >= 0 && y >= 0 && x < page->width_dots && y < page->height_dots &&
           page->bits[y * page->stride_bytes + x / 8] & 0x80 >> x % 8;
}

static inline struct encoder_setting
setting_for(const struct page *page)
{
    return (struct encoder_setting){
        .media_width_um = (int32_t)((int64_t)page->width_dots * 25400 / page->dpi),
        .media_height_um = (int32_t)((int64_t)page->height_dots * 25400 / page->dpi),
        .darkness = ENCODER_UNSET,
        .speed = ENCODER_UNSET,
    };
}

/* Dots of the label that are not as the page says. */
static inline int
differing_dots(const struct label *label, const struct page *page,
               const struct encoder_setting *setting)
{
    int differing = 0;
    for (int32_t y = 0; y < label->height; y++) {
        for (int32_t x = 0; x < label->width; x++) {
            bool is =
                label->bits[(size_t)y * label->stride + (size_t)x / 8] & 0x80 >> x % 8;
            differing += is != sheet_dot(page, x - setting->offset_x_dots,
                                         y - setting->offset_y_dots);
        }
    }
    return differing;
}

static inline void
comes_back(const struct encoder *encoder, const struct page *page,
           const struct encoder_setting *setting)
{
    struct str out;
    struct err err = { 0 };
    struct label label;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    if (!encoder->encode(page, setting, &out, &err))
        fail_msg("%s", err.text);
    if (!label_decode((const uint8_t *)out.data, out.length, &label, &err))
        fail_msg("%s", err.text);
    assert_true(label.width >= encoder_dots(setting->media_width_um, page->dpi));
    assert_true(label.height >= encoder_dots(setting->media_height_um, page->dpi));
    assert_int_equal(differing_dots(&label, page, setting), 0);
    label_finish(&label);
    str_finish(&out);
}

/* Every kind of sheet in sizes that do and do not end at a byte, laid in several ways.
 */
static inline void
every_dot_comes_back_from(const struct encoder *encoder)
{
    static const int32_t sizes[][3] = { { 496, 799, 203 },  { 1, 1, 203 },
                                        { 7, 9, 300 },      { 8, 8, 203 },
                                        { 732, 1181, 300 }, { 833, 64, 600 } };
    static const int32_t offsets[][2] = { { 0, 0 }, { 5, 3 }, { -3, -2 }, { -8, 4 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int kind = 0; kind < SHEET_KINDS; kind++) {
            struct sheet sheet = sheet_make((enum sheet_kind)kind, sizes[i][0],
                                            sizes[i][1], sizes[i][2]);
            struct encoder_setting setting = setting_for(&sheet.page);
            for (size_t at = 0; at < (sizes[i][0] > 8 ? 4u : 1u); at++) {
                setting.offset_x_dots = offsets[at][0];
                setting.offset_y_dots = offsets[at][1];
                comes_back(encoder, &sheet.page, &setting);
            }
            free(sheet.bits);
        }
    }
}

static inline void
a_full_buffer_is_an_error_of(const struct encoder *encoder)
{
    struct sheet sheet = sheet_make(SHEET_NOISE, 496, 799, 203);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct str out;
    struct err err = { 0 };
    str_init(&out, 2000);
    assert_false(encoder->encode(&sheet.page, &setting, &out, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_non_null(strstr(err.text, "2000"));
    str_finish(&out);
    free(sheet.bits);
}

#endif
