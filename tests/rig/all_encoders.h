#ifndef YUELAI_ALL_ENCODERS_H
#define YUELAI_ALL_ENCODERS_H

/* all_encoders: every language that a printer profile can name, for the rig's programs and
 * for tests. */

#include "encoder.h"

static const struct encoder *const all_encoders[] = {
    &encode_zpl,    &encode_brother_ql,  &encode_dymo_lw, &encode_epl2, &encode_tspl,
    &encode_escpos, &encode_cups_raster, &encode_pwg,     &encode_pdf1, NULL
};

#endif
