#include "encoder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode_pack.h"
#include "encode_rows.h"

/* A PDF of one page with one 1-bit image in it, and no text: what every queue can
 * print. (Text in a PDF goes through filters that pick other fonts; dots cannot be
 * misread.)
 *
 *     1 Catalog -> 2 Pages -> 3 Page, the label's exact size --> 4 Contents: place it
 *                                                            '-> 5 Image, Flate
 */

enum { OBJECTS = 5 };

struct pdf {
    struct str *out;
    size_t base; /* where the document begins in `out` */
    size_t at[OBJECTS + 1];
};

static void
begin_object(struct pdf *pdf, int number)
{
    pdf->at[number] = pdf->out->length - pdf->base;
    str_addf(pdf->out, "%d 0 obj\n", number);
}

static void
add_stream(struct pdf *pdf, const char *dictionary, const void *bytes, size_t length)
{
    str_addf(pdf->out, "<<%s/Length %zu>>\nstream\n", dictionary, length);
    str_add(pdf->out, bytes, length);
    str_add_text(pdf->out, "\nendstream\nendobj\n");
}

/* A number in 1/100000 points, written without printf's %f: a locale must not put a
 * comma into it. */
static void
add_number(struct str *out, int64_t value)
{
    str_addf(out, "%s%" PRId64 ".%05" PRId64 " ", value < 0 ? "-" : "",
             (value < 0 ? -value : value) / 100000,
             (value < 0 ? -value : value) % 100000);
}

static int64_t
from_um(int32_t um)
{
    return (int64_t)um * 7200000 / 25400;
}

static int64_t
from_dots(int32_t dots, const struct page *page)
{
    return (int64_t)dots * 7200000 / page->dpi;
}

static void
add_head(struct pdf *pdf, const struct encoder_setting *setting)
{
    str_add_text(pdf->out, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
    begin_object(pdf, 1);
    str_add_text(pdf->out, "<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    begin_object(pdf, 2);
    str_add_text(pdf->out, "<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n");
    begin_object(pdf, 3);
    str_add_text(pdf->out, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 ");
    add_number(pdf->out, from_um(setting->media_width_um));
    add_number(pdf->out, from_um(setting->media_height_um));
    str_add_text(pdf->out, "]/Contents 4 0 R/Resources<</ProcSet[/PDF/ImageB]"
                           "/XObject<</I 5 0 R>>>>>>\nendobj\n");
}

/* PDF counts from the bottom, pages from the top. The image is drawn a fiftieth of a
 * dot smaller on each side: poppler takes an edge that lies exactly on a dot's border
 * for the next dot's, and would stretch the whole image by one. */
static void
add_placing(struct pdf *pdf, const struct page *page,
            const struct encoder_setting *setting)
{
    struct str text;
    int64_t inset = from_dots(1, page) / 50;
    int64_t width = from_dots(page->width_dots, page);
    int64_t height = from_dots(page->height_dots, page);
    int64_t top =
        from_um(setting->media_height_um) - from_dots(setting->offset_y_dots, page);

    str_init(&text, 256);
    str_add_text(&text, "q ");
    add_number(&text, width - 2 * inset);
    str_add_text(&text, "0 0 ");
    add_number(&text, height - 2 * inset);
    add_number(&text, from_dots(setting->offset_x_dots, page) + inset);
    add_number(&text, top - height + inset);
    str_add_text(&text, "cm /I Do Q");
    begin_object(pdf, 4);
    if (str_ok(&text))
        add_stream(pdf, "", text.data, text.length);
    else
        pdf->out->failed = true;
    str_finish(&text);
}

/* The rows without what a stride may hold behind them, deflated; the caller frees. */
static uint8_t *
deflate_rows(const struct page *page, size_t *length)
{
    size_t row = (size_t)(page->width_dots + 7) / 8;
    uint8_t *plain = malloc(row * (size_t)page->height_dots);
    if (!plain)
        return NULL;
    for (size_t y = 0; y < (size_t)page->height_dots; y++)
        memcpy(plain + y * row, page->bits + y * (size_t)page->stride_bytes, row);
    uint8_t *packed = encode_deflate(plain, row * (size_t)page->height_dots, length);
    free(plain);
    return packed;
}

static bool
add_image(struct pdf *pdf, const struct page *page, struct err *err)
{
    size_t length;
    uint8_t *packed = deflate_rows(page, &length);
    if (!packed)
        return err_no_memory(err);
    char dictionary[256];
    snprintf(dictionary, sizeof dictionary,
             "/Type/XObject/Subtype/Image/Width %" PRId32 "/Height %" PRId32
             "/ColorSpace/DeviceGray/BitsPerComponent 1/Decode[1 0]/Interpolate false"
             "/Filter/FlateDecode",
             page->width_dots, page->height_dots);
    begin_object(pdf, 5);
    add_stream(pdf, dictionary, packed, length);
    free(packed);
    return true;
}

static void
add_tail(struct pdf *pdf)
{
    size_t xref = pdf->out->length - pdf->base;
    str_addf(pdf->out, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
    for (int i = 1; i <= OBJECTS; i++)
        str_addf(pdf->out, "%010zu 00000 n \n", pdf->at[i]);
    str_addf(pdf->out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n",
             OBJECTS + 1, xref);
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    if (page->width_dots < 1 || page->width_dots > PAGE_DOTS_MAX ||
        page->height_dots < 1 || page->height_dots > PAGE_DOTS_MAX)
        return err_set(err, ERR_INPUT,
                       "pdf1: a page of %" PRId32 " x %" PRId32
                       " dots is not 1 to %d a side",
                       page->width_dots, page->height_dots, PAGE_DOTS_MAX);
    struct pdf pdf = { .out = out, .base = out->length };
    add_head(&pdf, setting);
    add_placing(&pdf, page, setting);
    if (!add_image(&pdf, page, err))
        return false;
    add_tail(&pdf);
    return encode_ended(out, "pdf1", err);
}

const struct encoder encode_pdf1 = {
    .name = "pdf1",
    .format = "application/pdf",
    .encode = encode,
};
