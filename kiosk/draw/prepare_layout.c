#include "draw/prepare_layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "draw/prepare.h"
#include "draw/prepare_dots.h"
#include "draw/prepare_element.h"
#include "draw/prepare_page.h"
#include "draw/prepare_pdf.h"

static const char magic[] = "YLLAYOUT1 ";
static const double a6_width_mm = 148, a6_height_mm = 105; /* the server's own */
static const double bleed_mm = 4; /* of a page over what a head can print */

/* A layout's file taken apart, and its pages. */
struct layout {
    const char *json, *pdf;
    size_t json_length, pdf_length;
    struct prepare_pdf *background; /* NULL: none */
    struct prepare_sheet sheets[PREPARE_PDF_PAGES_MAX];
    double width_mm, height_mm; /* of all pages that are drawn */
    int page_count;
};

bool
prepare_is_layout(const char *bytes, size_t length)
{
    return length > strlen(magic) && memcmp(bytes, magic, strlen(magic)) == 0;
}

static bool
take_apart(const char *bytes, size_t length, struct layout *layout, struct err *err)
{
    const char *end = memchr(bytes, '\n', length < 64 ? length : 64);
    char head[64] = "";
    unsigned long json, pdf;

    if (end)
        memcpy(head, bytes, (size_t)(end - bytes));
    if (!end || sscanf(head + strlen(magic), "%8lu %8lu", &json, &pdf) != 2 ||
        json > PREPARE_LAYOUT_JSON_MAX || pdf > PREPARE_PDF_MAX ||
        length != (size_t)(end + 1 - bytes) + json + pdf)
        return err_set(err, ERR_INPUT,
                       "layout: its first line does not say how long "
                       "its parts are");
    layout->json = end + 1;
    layout->json_length = json;
    layout->pdf = layout->json + json;
    layout->pdf_length = pdf;
    return true;
}

/* ---- pages -------------------------------------------------------------- */

static bool
read_page(struct layout *layout, int page, double *width, double *height,
          struct err *err)
{
    *width = a6_width_mm;
    *height = a6_height_mm;
    if (layout->background &&
        !prepare_pdf_size(layout->background, page, width, height, err))
        return false;
    if (*width >= 10 && *width <= 500 && *height >= 10 && *height <= 500)
        return true;
    return err_set(err, ERR_INPUT,
                   "background: page %d is %.0fx%.0f mm, want 10 to 500 mm a side",
                   page + 1, *width, *height);
}

static bool
read_pages(struct layout *layout, double dots_per_mm, struct err *err)
{
    int pages = layout->background ? prepare_pdf_pages(layout->background) : 1;
    for (int i = 0; i < pages; i++) {
        double width, height;
        if (!read_page(layout, i, &width, &height, err))
            return false;
        layout->sheets[i] =
            (struct prepare_sheet){ layout->height_mm, height, dots_per_mm };
        layout->width_mm = fmax(layout->width_mm, width);
        layout->height_mm += height;
    }
    layout->page_count = pages;
    return true;
}

static void
size_design(const struct layout *layout, struct design *design)
{
    double dots_per_mm = design->target.dpi / 25.4;
    design->width_dots = (int32_t)lround(layout->width_mm * dots_per_mm);
    design->height_dots = (int32_t)lround(layout->height_mm * dots_per_mm);
    design->stride_bytes = (design->width_dots + 7) / 8;
}

/* On the head, but for what printers leave free at the edges of labels. */
static bool
fits(const struct design *design)
{
    struct design_box page = { 0, 0, (float)design->width_dots,
                               (float)design->height_dots };
    struct design_box box = prepare_on_head(design, &page);
    float bleed = (float)(bleed_mm * design->target.dpi / 25.4);
    return box.x >= -bleed && box.y >= -bleed &&
           box.x + box.width <= (float)design->target.width_dots + bleed &&
           box.y + box.height <= (float)design->target.height_dots + bleed;
}

static bool
fits_somehow(struct design *design)
{
    if (fits(design))
        return true;
    int32_t degrees = design->target.rotate_degrees;
    design->target.rotate_degrees = (degrees + 90) % 360;
    if (fits(design))
        return true;
    design->target.rotate_degrees = degrees;
    return false;
}

/* All pages if the label has room for them, else the first. */
static bool
choose_pages(struct layout *layout, struct design *design, struct err *err)
{
    size_design(layout, design);
    if (design->target.width_dots == 0 || design->target.height_dots == 0) {
        prepare_size_target(design);
        return prepare_page_is_bounded(design, err);
    }
    if (!fits_somehow(design)) {
        layout->page_count = 1;
        layout->height_mm = layout->sheets[0].height_mm;
        size_design(layout, design);
    }
    if (fits_somehow(design))
        return prepare_page_is_bounded(design, err);
    double dots_per_mm = design->target.dpi / 25.4;
    return err_set(err, ERR_INPUT,
                   "the layout is %.0fx%.0f mm, the printer can print %.0fx%.0f mm",
                   layout->width_mm, layout->height_mm,
                   design->target.width_dots / dots_per_mm,
                   design->target.height_dots / dots_per_mm);
}

static bool
paint_page(const struct layout *layout, int page, cairo_t *cairo, struct err *err)
{
    const struct prepare_sheet *sheet = &layout->sheets[page];
    double dots_per_point = sheet->dots_per_mm * 25.4 / 72;

    cairo_save(cairo);
    cairo_translate(cairo, 0, sheet->top_mm * sheet->dots_per_mm);
    cairo_rectangle(cairo, 0, 0, layout->width_mm * sheet->dots_per_mm,
                    sheet->height_mm * sheet->dots_per_mm);
    cairo_clip(cairo);
    cairo_scale(cairo, dots_per_point, dots_per_point);
    bool good = prepare_pdf_paint(layout->background, page, cairo, err);
    cairo_restore(cairo);
    return good;
}

static bool
make_bits(const struct layout *layout, struct design *design, struct err *err)
{
    cairo_surface_t *surface = prepare_dots_surface(design, err);
    if (!surface)
        return false;
    cairo_t *cairo = cairo_create(surface);
    bool good = true;
    for (int i = 0; good && layout->background && i < layout->page_count; i++)
        good = paint_page(layout, i, cairo, err);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    good = good && prepare_dots_page(design, surface, err);
    cairo_surface_destroy(surface);
    return good;
}

/* ---- elements ----------------------------------------------------------- */

static bool
read_element(const struct json *element, const struct layout *layout,
             struct design *design, struct err *err)
{
    int page;
    if (!prepare_element_page(element, &page, err))
        return false;
    if (page < 1 || page > layout->page_count)
        return true;
    return prepare_element(element, &layout->sheets[page - 1], design, err);
}

static bool
read_elements(const struct layout *layout, struct design *design, struct err *err)
{
    struct json *root;
    bool good = true;

    if (!json_parse(layout->json, layout->json_length, &root, err))
        return err_wrap(err, "layout");
    if (json_kind(root) != JSON_ARRAY)
        good = err_set(err, ERR_INPUT, "layout: want an array of elements");
    int number = 1;
    for (const struct json *item = json_first(root); good && item;
         item = json_next(item), number++) {
        const char *type;
        struct err ignored;
        if (!json_text(item, "type", &type, &ignored))
            type = "?";
        good = read_element(item, layout, design, err) ||
               err_wrap(err, "element %d (%.20s)", number, type);
    }
    json_free(root);
    return good;
}

bool
prepare_layout(const char *bytes, size_t length, const struct design_target *target,
               struct design *design, struct err *err)
{
    struct layout layout = { 0 };

    memset(design, 0, sizeof *design);
    design->target = *target;
    bool good =
        take_apart(bytes, length, &layout, err) &&
        (layout.pdf_length == 0 ||
         prepare_pdf_open(layout.pdf, layout.pdf_length, &layout.background, err)) &&
        read_pages(&layout, target->dpi / 25.4, err) &&
        choose_pages(&layout, design, err) && read_elements(&layout, design, err) &&
        make_bits(&layout, design, err);
    prepare_pdf_close(layout.background);
    if (!good)
        design_finish(design);
    return good;
}
