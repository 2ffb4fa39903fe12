#include "draw/prepare_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/prepare.h"

static bool
read_view(const char *text, double view[4])
{
    int used = 0;
    if (sscanf(text, "%lf%*[ ,]%lf%*[ ,]%lf%*[ ,]%lf%n", &view[0], &view[1], &view[2],
               &view[3], &used) != 4)
        return false;
    return text[used + (int)strspn(text + used, " ")] == '\0' && view[2] > 0 &&
           view[3] > 0 && isfinite(view[0]) && isfinite(view[1]) && view[2] < 1e6 &&
           view[3] < 1e6;
}

static bool
read_side(const char *const *attributes, const char *name, double *mm, struct err *err)
{
    const char *value = prepare_attribute(attributes, name);
    if (!value || !prepare_read_mm(value, 25.4 / 96, mm) || *mm < 10 || *mm > 500)
        return err_set(err, ERR_INPUT,
                       "%s: want a size from 10mm to 500mm, with its unit", name);
    return true;
}

bool
prepare_page_is_bounded(const struct design *design, struct err *err)
{
    double pixels = (double)design->width_dots * design->height_dots;
    if (design->width_dots <= PAGE_DOTS_MAX && design->height_dots <= PAGE_DOTS_MAX &&
        pixels <= PREPARE_PIXELS_MAX)
        return true;
    return err_set(err, ERR_INPUT,
                   "%dx%d dots at %d dpi are too many: at most %d a side, %d in all",
                   design->width_dots, design->height_dots, design->target.dpi,
                   PAGE_DOTS_MAX, PREPARE_PIXELS_MAX);
}

bool
prepare_page_read(const char *const *attributes, struct design *design,
                  struct prepare_page *page, struct prepare_matrix *matrix,
                  struct err *err)
{
    const char *view_text = prepare_attribute(attributes, "viewBox");

    if (!read_side(attributes, "width", &page->width_mm, err) ||
        !read_side(attributes, "height", &page->height_mm, err))
        return false;
    double view[4] = { 0, 0, page->width_mm * 96 / 25.4, page->height_mm * 96 / 25.4 };
    if (view_text && !read_view(view_text, view))
        return err_set(err, ERR_INPUT, "viewBox: want four numbers");
    page->mm_per_unit = page->width_mm / view[2];
    if (fabs(page->height_mm / view[3] - page->mm_per_unit) > 0.02 * page->mm_per_unit)
        return err_set(err, ERR_INPUT,
                       "viewBox has another shape than width and height");
    page->dots_per_mm = design->target.dpi / 25.4;
    design->width_dots = (int32_t)lround(page->width_mm * page->dots_per_mm);
    design->height_dots = (int32_t)lround(page->height_mm * page->dots_per_mm);
    design->stride_bytes = (design->width_dots + 7) / 8;
    double scale = page->mm_per_unit * page->dots_per_mm;
    *matrix = (struct prepare_matrix){ scale,           0, 0, scale, -view[0] * scale,
                                       -view[1] * scale };
    return prepare_page_is_bounded(design, err);
}
