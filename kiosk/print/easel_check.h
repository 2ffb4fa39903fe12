#ifndef YUELAI_EASEL_CHECK_H
#define YUELAI_EASEL_CHECK_H

/* easel_check: are these designs any good? For a look at the configuration before the
 * event: no station, no cache of its own that stays, nothing printed. Each is prepared
 * as the easel would, in its jail and within its time, three at once. */

#include "err.h"
#include "print/easel.h"

enum { EASEL_CHECK_TEXT_MAX = 1600 };

struct easel_check {
    const char *design; /* as in easel_request */
    struct easel_target target;
    char problem[EASEL_CHECK_TEXT_MAX + 1]; /* answered: "/…/x.svg:16: <rect …", "" = none */
};

/* Blocks until all are answered, at most about 10 s for every three; of `setting` helper,
 * designs, fonts, clock and prepare_limit_ms count. Fails if none could be looked at. */
bool easel_check(const struct easel_setting *setting, struct easel_check *checks,
                 unsigned count, struct err *err);

#endif
