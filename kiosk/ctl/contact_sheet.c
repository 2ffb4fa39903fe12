#include "ctl/contact_sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/picture.h"
#include "str.h"

enum { SHEET_MAX = 256 * 1024, PICTURE_MAX = 8 * 1024 * 1024, NAME_BYTES = 80 };

static const char mark[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"yuelai design\">\n";

/* A link that somebody left there is replaced, not followed. */
static bool
put_file(int dir_fd, const char *name, const char *bytes, size_t length,
         struct err *err)
{
    char fresh[NAME_BYTES + 8];
    snprintf(fresh, sizeof fresh, "%s.new", name);
    unlinkat(dir_fd, fresh, 0);
    int fd = openat(dir_fd, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && fd_write(fd, bytes, length);
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    return (ok && renameat(dir_fd, fresh, dir_fd, name) == 0) ||
           err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
}

bool
contact_sheet_open(int dir_fd, struct err *err)
{
    char head[sizeof mark - 1];
    struct stat is;
    int fd =
        openat(dir_fd, "index.html", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return err_set(err, ERR_INPUT, "index.html: %s", strerror(errno));
    if (fd >= 0) {
        bool ours = fstat(fd, &is) == 0 && S_ISREG(is.st_mode) &&
                    read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                    memcmp(head, mark, sizeof head) == 0;
        close(fd);
        if (!ours)
            return err_set(err, ERR_INPUT,
                           "index.html: one is there that is no contact sheet; want "
                           "another directory");
    }
    return put_file(dir_fd, "index.html", contact_sheet_page,
                    strlen(contact_sheet_page), err);
}

bool
contact_sheet_picture(int dir_fd, const char *key, const struct page *page,
                      struct err *err)
{
    char name[NAME_BYTES];
    struct str out;
    snprintf(name, sizeof name, "%s.png", key);
    str_init(&out, PICTURE_MAX);
    bool ok = picture_png(page, &out, err) &&
              put_file(dir_fd, name, out.data, out.length, err);
    str_finish(&out);
    return ok;
}

/* "name, organisation lacks 2 letters": an item a slot. */
static void
add_misfits(struct str *out, const struct contact_badge *badge)
{
    const char *at = badge->misfit;
    json_open_array(out, "misfits");
    while (*at) {
        const char *comma = strstr(at, ", ");
        size_t length = comma ? (size_t)(comma - at) : strlen(at);
        char slot[sizeof badge->misfit + 16];
        bool lacks = memmem(at, length, " lacks ", 7) != NULL;
        snprintf(slot, sizeof slot, "%.*s%s", (int)length, at,
                 lacks ? "" : " does not fit");
        json_add_text(out, NULL, slot);
        at += length + (comma ? 2 : 0);
    }
    if (badge->qr_too_dense)
        json_add_text(out, NULL, "the QR code is too dense at this size");
    json_close_array(out);
}

static void
add_badge(struct str *out, const struct contact_badge *badge)
{
    json_open_object(out, NULL);
    json_add_text(out, "key", badge->key);
    json_add_text(out, "title", badge->title);
    json_add_text(out, "kind", badge->kind);
    json_add_int(out, "width", badge->width_dots);
    json_add_int(out, "height", badge->height_dots);
    add_misfits(out, badge);
    json_close_object(out);
}

bool
contact_sheet_write(int dir_fd, const struct contact_sheet *sheet, struct err *err)
{
    struct str out;
    str_init(&out, SHEET_MAX);
    str_add_text(&out, "sheet(");
    json_open_object(&out, NULL);
    json_add_int(&out, "stamp", sheet->stamp);
    json_add_text(&out, "file", sheet->file);
    json_add_text(&out, "when", sheet->when);
    json_add_text(&out, "good", sheet->good);
    json_add_int(&out, "dpi", sheet->dpi);
    json_add_int(&out, "took", sheet->took_ms);
    json_add_text(&out, "problem", sheet->problem);
    json_add_bool(&out, "over", sheet->is_over);
    json_open_array(&out, "badges");
    for (unsigned i = 0; i < sheet->badge_count; i++) {
        if (sheet->badges[i].width_dots > 0)
            add_badge(&out, &sheet->badges[i]);
    }
    json_close_array(&out);
    json_close_object(&out);
    str_add_text(&out, ");\n");
    bool ok = str_ok(&out) ? put_file(dir_fd, "sheet.js", out.data, out.length, err)
                           : err_set(err, ERR_LIMIT, "sheet.js: too long");
    str_finish(&out);
    return ok;
}

void
contact_sheet_problem(const char *told, const char *file, char *to, size_t size)
{
    static const char ours[] = "design design: ", line[] = "line ";
    if (str_starts(told, ours))
        told += sizeof ours - 1;
    size_t digits =
        str_starts(told, line) ? strspn(told + sizeof line - 1, "0123456789") : 0;
    if (digits > 0)
        snprintf(to, size, "%s:%s", file, told + sizeof line - 1);
    else
        snprintf(to, size, "%s: %s", file, told);
}
