#include "encoder.h"

#include <inttypes.h>
#include <string.h>

#include "encode_raster.h"

/* PWG 5102.4 raster of one page, black_1. A driverless printer takes the raster for the
 * whole medium, so the page is laid onto a sheet of the label's size first. */

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
    cups_page_header2_t header = encode_raster_header(rows, setting);
    str_copy(header.MediaClass, sizeof header.MediaClass, "PwgRaster");
    str_copy(header.OutputType, sizeof header.OutputType, "Automatic");
    name_size(setting, header.cupsPageSizeName, sizeof header.cupsPageSizeName);
    header.cupsInteger[CUPS_RASTER_PWG_TotalPageCount] = 1;
    header.cupsInteger[CUPS_RASTER_PWG_CrossFeedTransform] = 1;
    header.cupsInteger[CUPS_RASTER_PWG_FeedTransform] = 1;
    header.cupsInteger[CUPS_RASTER_PWG_ImageBoxRight] = header.cupsWidth;
    header.cupsInteger[CUPS_RASTER_PWG_ImageBoxBottom] = header.cupsHeight;
    header.cupsInteger[CUPS_RASTER_PWG_AlternatePrimary] = 0xFFFFFF;
    return header;
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_label(&rows, "pwg", page, setting, err))
        return false;
    cups_page_header2_t header = header_of(&rows, setting);
    return encode_raster_write(&rows, &header, CUPS_RASTER_WRITE_PWG, "pwg", out, err);
}

const struct encoder encode_pwg = {
    .name = "pwg",
    .format = "image/pwg-raster",
    .encode = encode,
};
