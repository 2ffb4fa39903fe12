#ifndef YUELAI_DRAW_BADGE_PNG_H
#define YUELAI_DRAW_BADGE_PNG_H

/* badge_png: a page as a PNG of one bit a dot, for previews, invitations and tests. */

#include <stdbool.h>

#include "err.h"
#include "page.h"

bool badge_png_write(const struct page *page, int fd, struct err *err);

#endif
