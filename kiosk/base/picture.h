#ifndef YUELAI_PICTURE_H
#define YUELAI_PICTURE_H

/* picture: a page as a PNG file for people to look at, dot for dot (libpng). */

#include <stdbool.h>

#include "err.h"
#include "page.h"
#include "str.h"

/* Appends the file's bytes to `out`: 1 bit a dot, with the resolution in it. */
bool picture_png(const struct page *page, struct str *out, struct err *err);

/* Writes them to a descriptor. */
bool picture_write(const struct page *page, int fd, struct err *err);

#endif
