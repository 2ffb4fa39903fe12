#include "encode_raster.h"

#include <string.h>

static unsigned
points(int32_t um)
{
    return (unsigned)((um * 72LL + 12700) / 25400);
}

cups_page_header2_t
encode_raster_header(const struct encode_rows *rows,
                     const struct encoder_setting *setting)
{
    cups_page_header2_t header;
    memset(&header, 0, sizeof header);
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
    return header;
}

static ssize_t
write_out(void *out, unsigned char *bytes, size_t length)
{
    return str_add(out, bytes, length) ? (ssize_t)length : -1;
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

bool
encode_raster_write(const struct encode_rows *rows, cups_page_header2_t *header,
                    cups_mode_t mode, const char *encoder, struct str *out,
                    struct err *err)
{
    cups_raster_t *raster = cupsRasterOpenIO(write_out, out, mode);
    if (!raster)
        return err_no_memory(err);
    if (!cupsRasterWriteHeader2(raster, header) || !write_rows(raster, rows))
        out->failed = true;
    cupsRasterClose(raster); /* writes what it still holds */
    return encode_ended(out, encoder, err);
}
