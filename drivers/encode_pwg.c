#include "encoder.h"

#include <cups/raster.h>
#include <inttypes.h>
#include <string.h>

#include "encode_rows.h"

/* PWG 5102.4 raster of one page, black_1. A driverless printer takes the raster for the
 * whole medium, so the page is laid onto a sheet of the label's size first. */

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
header_of(const struct encode_rows *rows, const struct encoder_setting *setting)
{
    cups_page_header2_t header;
    memset(&header, 0, sizeof header);
    str_copy(header.MediaClass, sizeof header.MediaClass, "PwgRaster");
    str_copy(header.OutputType, sizeof header.OutputType, "Automatic");
    name_size(setting, header.cupsPageSizeName, sizeof header.cupsPageSizeName);
    header.HWResolution[0] = (unsigned)rows->page->dpi;
    header.HWResolution[1] = (unsigned)encode_feed_dpi(rows->page);
    header.NumCopies = 1;
    header.PageSize[0] = points(setting->media_width_um);
    header.PageSize[1] = points(setting->media_height_um);
    header.cupsPageSize[0] = (float)setting->media_width_um * 72.0f / 25400.0f;
    header.cupsPageSize[1] = (float)setting->media_height_um * 72.0f / 25400.0f;
    header.cupsWidth = (unsigned)rows->width;
    header.cupsHeight = (unsigned)rows->height;
    header.cupsBitsPerColor = header.cupsBitsPerPixel = 1;
    header.cupsBytesPerLine = (unsigned)rows->bytes;
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
    if (!encode_rows_label(&rows, "pwg", page, setting, err))
        return false;
    cups_page_header2_t header = header_of(&rows, setting);
    cups_raster_t *raster = cupsRasterOpenIO(write_out, out, CUPS_RASTER_WRITE_PWG);
    if (!raster)
        return err_no_memory(err);
    if (!cupsRasterWriteHeader2(raster, &header) || !write_rows(raster, &rows))
        out->failed = true;
    cupsRasterClose(raster); /* writes what it still holds */
    return encode_ended(out, "pwg", err);
}

const struct encoder encode_pwg = {
    .name = "pwg",
    .format = "image/pwg-raster",
    .encode = encode,
};
