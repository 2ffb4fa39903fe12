#include "encoder.h"

#include "encode_raster.h"

/* CUPS raster of one page, 1 bit black: for queues with a PPD whose driver is a raster
 * filter (Zebra, Dymo). The layout is that of "CUPS Raster Format" in CUPS' own
 * documentation, version 3: not packed, this machine's byte order. A driver takes the
 * raster for the printable box and places it by the PPD's margins; darkness, speed and
 * cut are the queue's own options, so the header leaves them as the PPD's defaults.
 *
 * Foomatic's drivers (Brother QL in Debian) take no raster: those want pdf1. */

static unsigned
points(int32_t dots, int32_t dpi)
{
    return (unsigned)(((int64_t)dots * 72 + dpi / 2) / dpi);
}

static cups_page_header2_t
header_of(const struct encode_rows *rows, const struct encoder_setting *setting)
{
    cups_page_header2_t header = encode_raster_header(rows, setting);
    int32_t dpi = rows->page->dpi, feed_dpi = encode_feed_dpi(rows->page);
    header.Margins[0] = points(setting->box.x_dots, dpi);
    header.ImagingBoundingBox[0] = header.Margins[0];
    header.ImagingBoundingBox[2] = header.Margins[0] + points(rows->width, dpi);
    header.ImagingBoundingBox[3] =
        header.PageSize[1] - points(setting->box.y_dots, feed_dpi);
    unsigned high = points(rows->height, feed_dpi);
    if (header.ImagingBoundingBox[3] > high) /* counted from the page's lower edge */
        header.Margins[1] = header.ImagingBoundingBox[3] - high;
    header.ImagingBoundingBox[1] = header.Margins[1];
    for (int i = 0; i < 4; i++)
        header.cupsImagingBBox[i] = (float)header.ImagingBoundingBox[i];
    header.cupsRowStep = 200; /* Zebra: speed, feed and darkness "default" */
    header.cupsRowFeed = 1000;
    return header;
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_box(&rows, "cups-raster", page, setting, err))
        return false;
    cups_page_header2_t header = header_of(&rows, setting);
    return encode_raster_write(&rows, &header, CUPS_RASTER_WRITE, "cups-raster", out,
                               err);
}

const struct encoder encode_cups_raster = {
    .name = "cups-raster",
    .format = "application/vnd.cups-raster",
    .encode = encode,
};
