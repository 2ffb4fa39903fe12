#include "ctl/preflight_report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/picture.h"
#include "str.h"

enum { SECTION_MAX = 4 * 1024 * 1024, PAGE_MAX = 8 * SECTION_MAX };

struct preflight_report {
    int dir_fd;
    bool written;
    struct str sections[PREFLIGHT_WHAT_COUNT]; /* HTML */
};

static const char mark[] = /* by this we know our own page again */
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"yuelai preflight\">\n";
static const char head[] =
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Preflight</title>\n<style>\n"
    "body{font:16px/1.45 system-ui,sans-serif;max-width:64rem;margin:2rem auto;"
    "padding:0 1rem;color:#1c1c1c}\n"
    "h1{margin:0}h2{margin:2.5rem 0 .75rem;border-bottom:1px solid #bbb}\n"
    ".all{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));"
    "gap:1.25rem}\n"
    "figure{margin:0;break-inside:avoid}figure img{max-width:100%;max-height:20rem;"
    "border:1px solid #bbb}\n"
    "figcaption{overflow-wrap:anywhere}figcaption small{display:block;color:#555}\n"
    "</style></head><body>\n";

static const char picture_begins[] = "<img src=\"", picture_ends[] = ".png\"";

/* ---- the former report ---------------------------------------------------------- */

static bool
is_reference(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                    text[i]))
            return false;
    }
    return length > 0 && length <= ROSTER_REF_MAX;
}

/* Those that a page shows; a name that is not one of ours is left alone. */
static void
remove_pictures(int dir_fd, const char *page)
{
    const char *at = page;
    while ((at = strstr(at, picture_begins))) {
        char name[ROSTER_REF_MAX + 8];
        at += sizeof picture_begins - 1;
        const char *end = strstr(at, picture_ends);
        if (!end || !is_reference(at, (size_t)(end - at)))
            continue;
        snprintf(name, sizeof name, "%.*s.png", (int)(end - at), at);
        unlinkat(dir_fd, name, 0);
    }
}

static bool
read_page(int fd, struct str *page, struct err *err)
{
    char piece[16384];
    struct stat is;
    if (fstat(fd, &is) != 0 || !S_ISREG(is.st_mode))
        return err_set(err, ERR_INPUT, "index.html: it is no file");
    for (;;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_IO, "index.html: %s", strerror(errno));
        if (got == 0 || !str_ok(page))
            return true;
        str_add(page, piece, (size_t)got);
    }
}

static bool
remove_former(int dir_fd, struct err *err)
{
    int fd =
        openat(dir_fd, "index.html", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0)
        return err_set(err, ERR_INPUT, "index.html: %s", strerror(errno));
    struct str page;
    str_init(&page, PAGE_MAX);
    bool ok = read_page(fd, &page, err);
    if (ok && (!str_ok(&page) || !str_starts(page.data, mark)))
        ok = err_set(err, ERR_INPUT,
                     "report: an index.html is there that is no report; want "
                     "another directory");
    if (ok)
        remove_pictures(dir_fd, page.data);
    if (ok && unlinkat(dir_fd, "index.html", 0) != 0)
        ok = err_set(err, ERR_IO, "index.html: %s", strerror(errno));
    str_finish(&page);
    close(fd);
    return ok;
}

bool
preflight_report_open(int dir_fd, struct preflight_report **report, struct err *err)
{
    *report = NULL;
    if (!remove_former(dir_fd, err))
        return false;
    *report = calloc(1, sizeof **report);
    if (!*report)
        return err_no_memory(err);
    (*report)->dir_fd = dir_fd;
    for (int i = 0; i < PREFLIGHT_WHAT_COUNT; i++)
        str_init(&(*report)->sections[i], SECTION_MAX);
    return true;
}

/* ---- a finding ------------------------------------------------------------------ */

static void
add_escaped(struct str *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        switch (*c) {
        case '<':
            str_add_text(out, "&lt;");
            break;
        case '>':
            str_add_text(out, "&gt;");
            break;
        case '&':
            str_add_text(out, "&amp;");
            break;
        case '"':
            str_add_text(out, "&quot;");
            break;
        default:
            str_add_char(out, *c);
        }
    }
}

/* A link that somebody left there is replaced, not followed. */
static int
make_file(int dir_fd, const char *name, struct err *err)
{
    unlinkat(dir_fd, name, 0);
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
    return fd;
}

static bool
write_picture(int dir_fd, const char *name, const struct page *page, struct err *err)
{
    int fd = make_file(dir_fd, name, err);
    if (fd < 0)
        return false;
    bool ok = picture_write(page, fd, err);
    if (close(fd) != 0 && ok)
        ok = err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
    return ok;
}

bool
preflight_report_add(struct preflight_report *report,
                     const struct preflight_finding *finding, const struct page *page,
                     struct err *err)
{
    struct str *out = &report->sections[finding->what];
    char name[ROSTER_REF_MAX + 8];
    snprintf(name, sizeof name, "%s.png", finding->ref);
    page = finding->ref[0] ? page : NULL;
    if (page && !write_picture(report->dir_fd, name, page, err))
        return false;
    str_add_text(out, "<figure>");
    if (page)
        str_addf(out, "%s%s\" alt=\"\" loading=\"lazy\">", picture_begins, name);
    str_add_text(out, "<figcaption><b>");
    add_escaped(out, finding->name[0] ? finding->name : finding->ref);
    str_add_text(out, "</b><small>");
    add_escaped(out, finding->detail);
    str_add_text(out, "</small><small>");
    add_escaped(out, finding->ref);
    str_add_text(out, finding->ref[0] ? " · " : "");
    add_escaped(out, finding->design);
    str_add_text(out, "</small></figcaption></figure>\n");
    return str_ok(out) ||
           err_set(err, ERR_LIMIT,
                   "report: over %d MB of \"%s\"; name an event, or a "
                   "design that suits",
                   SECTION_MAX / 1024 / 1024, preflight_what_text(finding->what));
}

/* ---- the page ------------------------------------------------------------------- */

static bool
write_page(int fd, const char *bytes, size_t length, struct err *err)
{
    return fd_write(fd, bytes, length) ||
           err_set(err, ERR_IO, "index.html: %s", strerror(errno));
}

static bool
write_section(int fd, const struct str *section, enum preflight_what what,
              int64_t count, struct err *err)
{
    char title[160];
    const char *text = preflight_what_text(what);
    if (section->length == 0)
        return true;
    int length = snprintf(title, sizeof title,
                          "<h2>%c%s: %" PRId64 "</h2>\n<div class=\"all\">\n",
                          toupper((unsigned char)text[0]), text + 1, count);
    return write_page(fd, title, (size_t)length, err) &&
           write_page(fd, section->data, section->length, err) &&
           write_page(fd, "</div>\n", 7, err);
}

static bool
write_sum(int fd, const struct preflight_about *about, struct err *err)
{
    struct str sum;
    str_init(&sum, 16384);
    str_add_text(&sum, "<h1>Preflight</h1>\n<p>");
    add_escaped(&sum, about->event);
    str_add_text(&sum, about->event[0] ? ", " : "");
    add_escaped(&sum, about->when);
    str_addf(&sum, "</p>\n<p>%" PRId64 " of %" PRId64 " badges want a look.</p>\n",
             about->counts->flagged, about->counts->badges);
    if (about->counts->layouts > 0)
        str_addf(&sum,
                 "<p>%" PRId64
                 " are printed in the ticketing server's layout, which is "
                 "not drawn here: the printer's own design stands for it.</p>\n",
                 about->counts->layouts);
    bool ok = str_ok(&sum) ? write_page(fd, sum.data, sum.length, err)
                           : err_set(err, ERR_LIMIT, "report: its heading is too long");
    str_finish(&sum);
    return ok;
}

bool
preflight_report_write(struct preflight_report *report,
                       const struct preflight_about *about, struct err *err)
{
    static const char foot[] = "</body></html>\n";
    int fd = make_file(report->dir_fd, "index.html", err);
    if (fd < 0)
        return false;
    bool ok = write_page(fd, mark, sizeof mark - 1, err) &&
              write_page(fd, head, sizeof head - 1, err) && write_sum(fd, about, err);
    for (int i = 0; ok && i < PREFLIGHT_WHAT_COUNT; i++)
        ok = write_section(fd, &report->sections[i], (enum preflight_what)i,
                           about->counts->findings[i], err);
    ok = ok && write_page(fd, foot, sizeof foot - 1, err);
    if (close(fd) != 0 && ok)
        ok = err_set(err, ERR_IO, "index.html: %s", strerror(errno));
    if (!ok)
        unlinkat(report->dir_fd, "index.html", 0);
    report->written = ok;
    return ok;
}

void
preflight_report_close(struct preflight_report *report)
{
    if (!report)
        return;
    for (int i = 0; i < PREFLIGHT_WHAT_COUNT; i++) {
        if (!report->written && report->sections[i].length > 0)
            remove_pictures(report->dir_fd, report->sections[i].data);
        str_finish(&report->sections[i]);
    }
    free(report);
}
