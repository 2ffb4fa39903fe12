#include "encoder.h"

#include <inttypes.h>

#include "encode_rows.h"

/* EPL2: "EPL Programming Guide" (Zebra, 14245L-003): N, q, Q, R, S, D, Z, GW, P, C.
 * Page mode; one graphic a label and no text. Zebra's LP and TLP 2824/2844, GK and ZD
 * (as EPL), Godex, Bixolon and others in their EPL mode.
 *
 *     N                     clear
 *     q width  Q length,gap (B: a black mark; 0: endless)   S speed  D heat
 *     R0,0  ZT              from the corner, top first
 *     GW x,y,bytes,rows,…   the dots as they stand, and here 0 is black
 *     P1                    one of it; C cuts
 */

enum { GAP_UM = 3000 }; /* between labels; the sensor finds where it really is */

static void
add_length(struct str *out, const struct encode_rows *rows,
           const struct encoder_setting *setting)
{
    int32_t gap = encoder_dots(GAP_UM, rows->page->dpi);
    if (setting->tracking == ENCODER_GAP)
        str_addf(out, "Q%" PRId32 ",%" PRId32 "\n", rows->height, gap);
    else if (setting->tracking == ENCODER_MARK)
        str_addf(out, "Q%" PRId32 ",B%" PRId32 "+0\n", rows->height, gap);
    else if (setting->tracking == ENCODER_CONTINUOUS)
        str_addf(out, "Q%" PRId32 ",0\n", rows->height);
}

static bool
encode(const struct page *page, const struct encoder_setting *setting, struct str *out,
       struct err *err)
{
    struct encode_rows rows;
    if (!encode_rows_label(&rows, "epl2", page, setting, err))
        return false;
    str_addf(out, "\nN\nq%" PRId32 "\n", rows.width);
    add_length(out, &rows, setting);
    if (setting->speed != ENCODER_UNSET)
        str_addf(out, "S%" PRId32 "\n",
                 encode_clamp((setting->speed * 10 + 127) / 254, 1, 6));
    if (setting->darkness != ENCODER_UNSET)
        str_addf(out, "D%" PRId32 "\n", encode_clamp(setting->darkness, 0, 15));
    str_addf(out, "R0,0\nZT\nGW0,0,%" PRId32 ",%" PRId32 ",", rows.bytes, rows.height);
    encode_rows_inverse(&rows, out);
    str_add_text(out, "\nP1\n");
    if (setting->cut != ENCODER_CUT_NONE)
        str_add_text(out, "C\n");
    return encode_ended(out, "epl2", err);
}

const struct encoder encode_epl2 = {
    .name = "epl2",
    .format = "application/vnd.cups-raw",
    .encode = encode,
};
