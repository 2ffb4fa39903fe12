#ifndef YUELAI_TEST_DRAWING_H
#define YUELAI_TEST_DRAWING_H

/* drawing: a design of templates/badge made ready, and what can be read from a page. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zbar.h>

#include "draw/badge.h"
#include "draw/prepare.h"
#include "str.h"

#if defined(__SANITIZE_ADDRESS__)
/* Pango and fontconfig keep what they know of fonts until the process ends. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

static inline void
prepare_bytes(const char *svg, size_t length, const struct design_target *target,
              struct design *design)
{
    struct err err;
    if (!prepare_design(svg, length, target, design, &err))
        fail_msg("%s", err.text);
}

static inline void
prepare(const char *name, int dpi, int degrees, struct design *design)
{
    static char svg[65536];
    char path[512];
    struct design_target target = { .dpi = dpi, .rotate_degrees = degrees };

    snprintf(path, sizeof path, SOURCE_DIR "/templates/badge/%s.svg", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(svg, 1, sizeof svg, file);
    fclose(file);
    prepare_bytes(svg, length, &target, design);
}

static inline struct badge *
new_badge(void)
{
    struct badge *badge;
    struct err err;
    if (!badge_create(&badge, &err))
        fail_msg("%s", err.text);
    return badge;
}

static inline bool
dot(const struct page *page, int x, int y)
{
    return page->bits[(size_t)y * (size_t)page->stride_bytes + (size_t)(x / 8)] >>
               (7 - x % 8) &
           1;
}

/* All QR codes of a page must say the same, which is put into `text`; gives their
 * number, 0 if they differ. */
static inline int
read_codes(const struct page *page, char *text, size_t size)
{
    size_t count = (size_t)page->width_dots * (size_t)page->height_dots;
    uint8_t *grey = malloc(count);
    assert_non_null(grey);
    for (int y = 0; y < page->height_dots; y++) {
        for (int x = 0; x < page->width_dots; x++)
            grey[(size_t)y * (size_t)page->width_dots + (size_t)x] =
                dot(page, x, y) ? 0 : 255;
    }
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_t *image = zbar_image_create();
    zbar_image_set_format(image, 0x30303859); /* Y800 */
    zbar_image_set_size(image, (unsigned)page->width_dots, (unsigned)page->height_dots);
    zbar_image_set_data(image, grey, count, NULL);
    int found = zbar_scan_image(scanner, image), same = 0;
    text[0] = '\0';
    const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
    for (; symbol; symbol = zbar_symbol_next(symbol)) {
        const char *said = zbar_symbol_get_data(symbol);
        if (same == 0)
            str_copy(text, size, said);
        same += strcmp(said, text) == 0;
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    free(grey);
    return same == found ? found : 0;
}

static inline int
count_codes(const struct design *design)
{
    int count = 0;
    for (int i = 0; i < design->slot_count; i++)
        count += design->slots[i].kind == DESIGN_SLOT_QR;
    return count;
}

#endif
