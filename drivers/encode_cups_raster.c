#include "encoder.h"

#include <cups/raster.h>
#include <string.h>

#include "encode_rows.h"

/* CUPS raster of one page, 1 bit black: for queues with a PPD whose driver is a raster
 * filter (Zebra, Dymo). The layout is that of "CUPS Raster Format" in CUPS' own
 * documentation, version 3: not packed, this machine's byte order. A driver takes the
 * raster for the printable box and places it by the PPD's margins; darkness, speed and
 * cut are the queue's own options, so the header leaves them as the PPD's defaults.
 *
 * Foomatic's drivers (Brother QL in Debian) take no raster: those want pdf1. */

static ssize_t
write_out(void *out, unsigned char *bytes, size_t length)
{
    return str_add(out, bytes, length) ? (ssize_t)length : -1;
}

static unsigned
points(int32_t dots, int32_t dpi)
{
    return (unsigned)(((int64_t)dots * 72 + dpi / 2) / dpi);
}

static cups_page_header2_t
header_of(const struct encode_rows *rows, const struct encoder_setting *setting)
{
    cups_page_header2_t header;
    int32_t dpi = rows->page->dpi, feed_dpi = encode_feed_dpi(rows->page);
    memset(&header, 0, sizeof header);
    header.HWResolution[0] = (unsigned)dpi;
    header.HWResolution[1] = (unsigned)feed_dpi;
    header.NumCopies = 1;
    header.PageSize[0] = (unsigned)((setting->media_width_um * 72LL + 12700) / 25400);
    header.PageSize[1] = (unsigned)((setting->media_height_um * 72LL + 12700) / 25400);
    header.cupsPageSize[0] = (float)setting->media_width_um * 72.0f / 25400.0f;
    header.cupsPageSize[1] = (float)setting->media_height_um * 72.0f / 25400.0f;
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
    header.cupsWidth = (unsigned)rows->width;
    header.cupsHeight = (unsigned)rows->height;
    header.cupsBitsPerColor = header.cupsBitsPerPixel = 1;
    header.cupsBytesPerLine = (unsigned)rows->bytes;
    header.cupsColorOrder = CUPS_ORDER_CHUNKED;
    header.cupsColorSpace = CUPS_CSPACE_K;
    header.cupsNumColors = 1;
    header.cupsRowStep = 200; /* Zebra: speed, feed and darkness "default" */
    header.cupsRowFeed = 1000;
    return header;
}

static bool
write_rows(cups_raster_t *raster, const struct encode_rows *rows)
{
    uint8_t row[ENCODE_ROW_MAX];
    for (int32_t y = 0; y < rows->height; y++) {
        encode_rows_get(rows, rows->page->bits, y, row);
        if (cupsRasterWritePixels(raster, row, (unsigned)rows->bytes) !=
            (unsigned)rows->bytes)
            return false;
    }
    return true;
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_box(&rows, "cups-raster", page, setting, err))
        return false;
    cups_page_header2_t header = header_of(&rows, setting);
    cups_raster_t *raster = cupsRasterOpenIO(write_out, out, CUPS_RASTER_WRITE);
    if (!raster)
        return err_no_memory(err);
    if (!cupsRasterWriteHeader2(raster, &header) || !write_rows(raster, &rows))
        out->failed = true;
    cupsRasterClose(raster);
    return encode_ended(out, "cups-raster", err);
}

const struct encoder encode_cups_raster = {
    .name = "cups-raster",
    .format = "application/vnd.cups-raster",
    .encode = encode,
};
