#include "draw/prepare_pdf.h"

#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

struct prepare_pdf {
    PopplerDocument *document;
    int pages;
};

bool
prepare_pdf_open(const char *bytes, size_t length, struct prepare_pdf **pdf,
                 struct err *err)
{
    GError *error = NULL;
    char quoted[160];

    struct prepare_pdf *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    GBytes *whole = g_bytes_new_static(bytes, length);
    self->document = poppler_document_new_from_bytes(whole, NULL, &error);
    g_bytes_unref(whole);
    if (!self->document) {
        const char *why = error ? error->message : "no reason given";
        err_set(err, ERR_INPUT, "background: not a PDF that can be read: %s",
                str_quote(quoted, sizeof quoted, why, strlen(why)));
        g_clear_error(&error);
        prepare_pdf_close(self);
        return false;
    }
    self->pages = poppler_document_get_n_pages(self->document);
    if (self->pages < 1 || self->pages > PREPARE_PDF_PAGES_MAX) {
        err_set(err, ERR_INPUT, "background: %d pages, want 1 to %d", self->pages,
                PREPARE_PDF_PAGES_MAX);
        prepare_pdf_close(self);
        return false;
    }
    *pdf = self;
    return true;
}

void
prepare_pdf_close(struct prepare_pdf *pdf)
{
    if (!pdf)
        return;
    g_clear_object(&pdf->document);
    free(pdf);
}

int
prepare_pdf_pages(const struct prepare_pdf *pdf)
{
    return pdf->pages;
}

static bool
find_page(const struct prepare_pdf *pdf, int number, PopplerPage **page,
          struct err *err)
{
    *page = poppler_document_get_page(pdf->document, number);
    return *page ? true
                 : err_set(err, ERR_INPUT, "background: page %d cannot be read",
                           number + 1);
}

bool
prepare_pdf_size(const struct prepare_pdf *pdf, int number, double *width_mm,
                 double *height_mm, struct err *err)
{
    PopplerPage *page;
    double width, height;

    if (!find_page(pdf, number, &page, err))
        return false;
    poppler_page_get_size(page, &width, &height);
    g_object_unref(page);
    *width_mm = width * 25.4 / 72;
    *height_mm = height * 25.4 / 72;
    return true;
}

bool
prepare_pdf_paint(const struct prepare_pdf *pdf, int number, cairo_t *cairo,
                  struct err *err)
{
    PopplerPage *page;

    if (!find_page(pdf, number, &page, err))
        return false;
    poppler_page_render_for_printing(page, cairo);
    g_object_unref(page);
    return cairo_status(cairo) == CAIRO_STATUS_SUCCESS ||
           err_set(err, ERR_INPUT, "background: page %d cannot be drawn: %s",
                   number + 1, cairo_status_to_string(cairo_status(cairo)));
}
