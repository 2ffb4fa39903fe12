#ifndef YUELAI_BENCH_BADGE_PDF_H
#define YUELAI_BENCH_BADGE_PDF_H

/* badge_pdf: a badge as other check-in programs print it: a PDF with text and embedded
 * fonts, made by Cairo and Pango, the QR code as a picture. What is on it is what the
 * bench's own badges say. */

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "page.h"

static inline void
badge_pdf_line(cairo_t *cairo, const char *text, double y_mm, double size_mm)
{
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    PangoFontDescription *font =
        pango_font_description_from_string("Noto Sans, Noto Sans CJK SC");
    pango_font_description_set_absolute_size(font, size_mm * 72 / 25.4 * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    cairo_move_to(cairo, 4 * 72 / 25.4, y_mm * 72 / 25.4);
    pango_cairo_show_layout(cairo, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
}

/* The dots of the drawn page's lower left part, where the design has its code. */
static inline void
badge_pdf_code(cairo_t *cairo, const struct page *page)
{
    double mm = page->dpi / 25.4;
    int side = (int)(22 * mm), top = (int)(63.6 * mm);
    cairo_surface_t *code = cairo_image_surface_create(CAIRO_FORMAT_A8, side, side);
    unsigned char *dots = cairo_image_surface_get_data(code);
    int stride = cairo_image_surface_get_stride(code);
    for (int y = 0; y < side && top + y < page->height_dots; y++) {
        for (int x = 0; x < side; x++) {
            const uint8_t *row = page->bits + (top + y) * page->stride_bytes;
            dots[y * stride + x] = row[x / 8] & 0x80 >> x % 8 ? 255 : 0;
        }
    }
    cairo_surface_mark_dirty(code);
    cairo_save(cairo);
    cairo_translate(cairo, 0, 63.6 * 72 / 25.4);
    cairo_scale(cairo, 72.0 / page->dpi, 72.0 / page->dpi);
    cairo_mask_surface(cairo, code, 0, 0);
    cairo_restore(cairo);
    cairo_surface_destroy(code);
}

static inline void
badge_pdf_write(const char *path, const struct page *page)
{
    cairo_surface_t *sheet =
        cairo_pdf_surface_create(path, 62 * 72 / 25.4, 100 * 72 / 25.4);
    cairo_t *cairo = cairo_create(sheet);
    badge_pdf_line(cairo, "CITEC 2026", 3, 4);
    badge_pdf_line(cairo, "张伟", 16, 12);
    badge_pdf_line(cairo, "Zhang Wei", 36, 6);
    badge_pdf_line(cairo, "Novi Sad", 46, 4);
    badge_pdf_line(cairo, "China", 53, 3.8);
    badge_pdf_line(cairo, "GUEST", 88, 6.4);
    badge_pdf_code(cairo, page);
    cairo_destroy(cairo);
    cairo_surface_finish(sheet);
    cairo_surface_destroy(sheet);
}

#endif
