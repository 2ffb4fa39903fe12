#include "encoder.h"

#include <cups/raster.h>
#include <inttypes.h>
#include <string.h>

/* PWG 5102.4 raster of one page, black_1. A driverless printer takes the raster for the
 * whole medium, so the page is laid onto a sheet of the label's size first. */

enum { ROW_MAX = PAGE_DOTS_MAX / 8 };

static ssize_t
write_out(void *out, unsigned char *bytes, size_t length)
{
    return str_add(out, bytes, length) ? (ssize_t)length : -1;
}

static unsigned
points(int32_t um)
{
    return (unsigned)(((int64_t)um * 72 + 12700) / 25400);
}

/* A self-describing size name (PWG 5101.1), in tenths of a millimetre and without
 * printf's %f: a locale must not put a comma into it. */
static void
name_size(const struct encoder_setting *setting, char *name, size_t size)
{
    struct str text;
    str_init(&text, size - 1);
    str_add_text(&text, "custom_");
    for (int i = 0; i < 4; i++) {
        int32_t tenths =
            ((i % 2 ? setting->media_height_um : setting->media_width_um) + 50) / 100;
        str_addf(&text, "%" PRId32, tenths / 10);
        if (tenths % 10)
            str_addf(&text, ".%" PRId32, tenths % 10);
        str_add_text(&text, i % 2 ? "mm" : "x");
        if (i == 1)
            str_add_text(&text, "_");
    }
    str_copy(name, size, str_ok(&text) ? text.data : "");
    str_finish(&text);
}

static cups_page_header2_t
header_of(const struct page *page, const struct encoder_setting *setting)
{
    cups_page_header2_t header;
    memset(&header, 0, sizeof header);
    str_copy(header.MediaClass, sizeof header.MediaClass, "PwgRaster");
    str_copy(header.OutputType, sizeof header.OutputType, "Automatic");
    name_size(setting, header.cupsPageSizeName, sizeof header.cupsPageSizeName);
    header.HWResolution[0] = header.HWResolution[1] = (unsigned)page->dpi;
    header.NumCopies = 1;
    header.PageSize[0] = points(setting->media_width_um);
    header.PageSize[1] = points(setting->media_height_um);
    header.cupsPageSize[0] = (float)setting->media_width_um * 72.0f / 25400.0f;
    header.cupsPageSize[1] = (float)setting->media_height_um * 72.0f / 25400.0f;
    header.cupsWidth = (unsigned)encoder_dots(setting->media_width_um, page->dpi);
    header.cupsHeight = (unsigned)encoder_dots(setting->media_height_um, page->dpi);
    header.cupsBitsPerColor = header.cupsBitsPerPixel = 1;
    header.cupsBytesPerLine = (header.cupsWidth + 7) / 8;
    header.cupsColorOrder = CUPS_ORDER_CHUNKED;
    header.cupsColorSpace = CUPS_CSPACE_K;
    header.cupsNumColors = 1;
    header.cupsInteger[CUPS_RASTER_PWG_TotalPageCount] = 1;
    header.cupsInteger[CUPS_RASTER_PWG_CrossFeedTransform] = 1;
    header.cupsInteger[CUPS_RASTER_PWG_FeedTransform] = 1;
    header.cupsInteger[CUPS_RASTER_PWG_ImageBoxRight] = header.cupsWidth;
    header.cupsInteger[CUPS_RASTER_PWG_ImageBoxBottom] = header.cupsHeight;
    header.cupsInteger[CUPS_RASTER_PWG_AlternatePrimary] = 0xFFFFFF;
    return header;
}

/* Lays one row of the page onto a row of the sheet, `shift` dots to the right. */
static void
lay_row(const struct page *page, const uint8_t *from, int32_t shift,
        const cups_page_header2_t *header, uint8_t *to)
{
    memset(to, 0, header->cupsBytesPerLine);
    if (shift == 0 && (unsigned)page->width_dots <= header->cupsWidth) {
        memcpy(to, from, (size_t)(page->width_dots + 7) / 8);
        return;
    }
    for (int32_t x = 0; x < page->width_dots; x++) {
        int32_t at = x + shift;
        if (at >= 0 && (unsigned)at < header->cupsWidth && from[x / 8] & 0x80 >> x % 8)
            to[at / 8] |= (uint8_t)(0x80 >> at % 8);
    }
}

static bool
write_rows(cups_raster_t *raster, const cups_page_header2_t *header,
           const struct page *page, const struct encoder_setting *setting)
{
    uint8_t row[ROW_MAX] = { 0 };
    for (int32_t y = 0; (unsigned)y < header->cupsHeight; y++) {
        int32_t source = y - setting->offset_y_dots;
        if (source >= 0 && source < page->height_dots)
            lay_row(page, page->bits + (size_t)source * (size_t)page->stride_bytes,
                    setting->offset_x_dots, header, row);
        else
            memset(row, 0, header->cupsBytesPerLine);
        if (cupsRasterWritePixels(raster, row, header->cupsBytesPerLine) !=
            header->cupsBytesPerLine)
            return false;
    }
    return true;
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    cups_page_header2_t header = header_of(page, setting);
    if (header.cupsWidth < 1 || header.cupsWidth > PAGE_DOTS_MAX ||
        header.cupsHeight < 1 || header.cupsHeight > PAGE_DOTS_MAX)
        return err_set(err, ERR_INPUT,
                       "pwg: a label of %" PRId32 " x %" PRId32 " um at %" PRId32
                       " dpi is not 1 to %d dots a side",
                       setting->media_width_um, setting->media_height_um, page->dpi,
                       PAGE_DOTS_MAX);
    cups_raster_t *raster = cupsRasterOpenIO(write_out, out, CUPS_RASTER_WRITE_PWG);
    if (!raster)
        return err_no_memory(err);
    bool written = cupsRasterWriteHeader2(raster, &header) &&
                   write_rows(raster, &header, page, setting);
    cupsRasterClose(raster); /* writes what it still holds */
    if (!written || !str_ok(out))
        return err_set(err, ERR_LIMIT, "pwg: label is over %zu bytes", out->cap);
    return true;
}

const struct encoder encode_pwg = {
    .name = "pwg",
    .format = "image/pwg-raster",
    .encode = encode,
};
