#ifndef YUELAI_EXPORT_PARTS_H
#define YUELAI_EXPORT_PARTS_H

/* What each kind of export is to export_slice and export_close: the first member of its
 * own struct. Included by desk/export*.c only. */

#include "desk/export.h"

struct export {
    /* Works until until_us (mono, of the clock) and fills in `at`. */
    bool (*slice)(struct export *export, int64_t until_us, struct export_progress *at,
                  struct err *err);
    void (*close)(struct export *export);
    const struct clock *clock;
};

#endif
