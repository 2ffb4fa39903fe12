#include "encoder.h"

#include <inttypes.h>

#include "encode_rows.h"

/* TSPL and TSPL2: "TSPL/TSPL2 Programming Language" (TSC): SIZE, GAP, BLINE, SPEED,
 * DENSITY, DIRECTION, REFERENCE, SET CUTTER, CLS, BITMAP, PRINT. TSC, and the many that
 * speak its language. One bitmap a label and no text.
 *
 *     SIZE w mm,h mm   GAP 3 mm,0 mm | BLINE 3 mm,0 mm | GAP 0,0
 *     BITMAP 0,0,bytes,rows,0,…    mode 0: overwrite; the dots as they stand, 0 is
 * black PRINT 1,1
 */

/* Millimetres without printf's %f: a locale must not put a comma into them. */
static void
add_mm(struct str *out, int32_t um)
{
    int32_t hundredths = (um + 5) / 10;
    str_addf(out, "%" PRId32, hundredths / 100);
    if (hundredths % 100)
        str_addf(out, ".%02" PRId32, hundredths % 100);
    str_add_text(out, " mm");
}

static void
add_setting(struct str *out, const struct encoder_setting *setting)
{
    static const char *const tracking[] = {
        [ENCODER_GAP] = "GAP 3 mm,0 mm\r\n",
        [ENCODER_MARK] = "BLINE 3 mm,0 mm\r\n",
        [ENCODER_CONTINUOUS] = "GAP 0 mm,0 mm\r\n",
        [ENCODER_AS_SET] = "",
    };
    static const char *const cut[] = {
        [ENCODER_CUT_NONE] = "SET CUTTER OFF\r\n",
        [ENCODER_CUT_EACH] = "SET CUTTER 1\r\n",
        [ENCODER_CUT_END] = "SET CUTTER BATCH\r\n",
    };
    str_add_text(out, "SIZE ");
    add_mm(out, setting->media_width_um);
    str_add_char(out, ',');
    add_mm(out, setting->media_height_um);
    str_add_text(out, "\r\n");
    str_add_text(out, tracking[setting->tracking]);
    str_add_text(out, cut[setting->cut]);
    if (setting->speed != ENCODER_UNSET)
        str_addf(out, "SPEED %" PRId32 "\r\n",
                 encode_clamp((setting->speed * 10 + 127) / 254, 1, 18));
    if (setting->darkness != ENCODER_UNSET)
        str_addf(out, "DENSITY %" PRId32 "\r\n",
                 encode_clamp(setting->darkness, 0, 15));
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_label(&rows, "tspl", page, setting, err))
        return false;
    str_add_text(out, "\r\n"); /* ends what a broken job left */
    add_setting(out, setting);
    str_addf(out,
             "DIRECTION 0,0\r\nREFERENCE 0,0\r\nCLS\r\nBITMAP 0,0,%" PRId32 ",%" PRId32
             ",0,",
             rows.bytes, rows.height);
    encode_rows_inverse(&rows, out);
    str_add_text(out, "\r\nPRINT 1,1\r\n");
    return encode_ended(out, "tspl", err);
}

const struct encoder encode_tspl = {
    .name = "tspl",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
