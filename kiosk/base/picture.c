#include "base/picture.h"

#include <errno.h>
#include <png.h>
#include <string.h>

#include "base/fd.h"

enum { PICTURE_MAX = 2 * PAGE_BYTES_MAX }; /* noise does not compress */

static void
take_bytes(png_structp png, png_bytep bytes, size_t length)
{
    if (!str_add(png_get_io_ptr(png), bytes, length))
        png_error(png, "no room");
}

static void
flush_nothing(png_structp png)
{
    (void)png;
}

/* The default ones write to standard error. */
static void
fail(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void
warn_nobody(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

/* libpng jumps to where it was called from when something is wrong. */
static bool
write_rows(png_structp png, png_infop info, const struct page *page)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_IHDR(png, info, (png_uint_32)page->width_dots,
                 (png_uint_32)page->height_dots, 1, PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_uint_32 per_metre = (png_uint_32)((double)page->dpi / 0.0254 + 0.5);
    png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
    png_write_info(png, info);
    png_set_invert_mono(png); /* 1 is black in a page */
    for (int32_t row = 0; row < page->height_dots; row++)
        png_write_row(png, page->bits + (size_t)row * (size_t)page->stride_bytes);
    png_write_end(png, info);
    return true;
}

bool
picture_png(const struct page *page, struct str *out, struct err *err)
{
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fail, warn_nobody);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool ok = info != NULL;
    if (ok) {
        png_set_write_fn(png, out, take_bytes, flush_nothing);
        ok = write_rows(png, info, page);
    }
    png_destroy_write_struct(&png, &info);
    return ok ||
           err_set(err, ERR_LIMIT, "picture: over %zu bytes, or no memory", out->cap);
}

bool
picture_write(const struct page *page, int fd, struct err *err)
{
    struct str bytes;
    str_init(&bytes, PICTURE_MAX);
    bool ok = picture_png(page, &bytes, err);
    if (ok && !fd_write(fd, bytes.data, bytes.length))
        ok = err_set(err, ERR_IO, "picture: %s", strerror(errno));
    str_finish(&bytes);
    return ok;
}
