#ifndef YUELAI_SETUP_DRAWING_H
#define YUELAI_SETUP_DRAWING_H

/* setup_drawing: what a configuration's badges are drawn with where no printer waits for
 * them: the same for kioskd, and for kioskctl while none runs. */

#include <stdbool.h>

#include "print/preflight.h"
#include "setup.h"

struct setup_drawing {
    const struct setup *setup;
    char cache[SETUP_PATH_MAX + 1]; /* of prepared designs */
    char layouts[SETUP_PATH_MAX + 1]; /* a ticketing server's */
    struct preflight_means means;
};

/* Fills `drawing`, which the means point into: it stays where it is. Borrows the setup,
 * whose printers and kinds may change under it, and what `with` names: db, and of its
 * easel loop, clock and log. */
bool setup_draw(const struct setup *setup, const struct preflight_means *with,
                struct setup_drawing *drawing, struct err *err);

#endif
