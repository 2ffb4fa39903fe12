#include "draw/badge_png.h"

#include <cairo.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static cairo_status_t
write_piece(void *closure, const unsigned char *bytes, unsigned length)
{
    const int *fd = closure;
    while (length > 0) {
        ssize_t wrote = write(*fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return CAIRO_STATUS_WRITE_ERROR;
        bytes += wrote;
        length -= (unsigned)wrote;
    }
    return CAIRO_STATUS_SUCCESS;
}

/* Cairo's A1 has its first dot in the lowest bit (on this byte order) and writes its 1
 * as PNG's 1, which is white. */
static uint8_t
to_cairo(uint8_t bits)
{
    unsigned turned = 0;
    for (int i = 0; i < 8; i++)
        turned |= (unsigned)(bits >> i & 1) << (7 - i);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (uint8_t)~turned;
#else
    return (uint8_t)~bits;
#endif
}

bool
badge_png_write(const struct page *page, int fd, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_A1, page->width_dots, page->height_dots);
    cairo_status_t status = cairo_surface_status(surface);

    if (status == CAIRO_STATUS_SUCCESS) {
        unsigned char *to = cairo_image_surface_get_data(surface);
        int stride = cairo_image_surface_get_stride(surface);
        for (int32_t y = 0; y < page->height_dots; y++) {
            const uint8_t *row = page->bits + (size_t)y * (size_t)page->stride_bytes;
            for (int32_t i = 0; i < (page->width_dots + 7) / 8; i++)
                to[(size_t)y * (size_t)stride + (size_t)i] = to_cairo(row[i]);
        }
        cairo_surface_mark_dirty(surface);
        status = cairo_surface_write_to_png_stream(surface, write_piece, &fd);
    }
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return true;
    return err_set(err, ERR_IO, "png: %s", cairo_status_to_string(status));
}
