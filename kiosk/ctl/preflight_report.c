#include "ctl/preflight_report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/picture.h"
#include "str.h"

enum { SECTION_MAX = 4 * 1024 * 1024 };

struct preflight_report {
    int dir_fd;
    struct str sections[PREFLIGHT_WHAT_COUNT]; /* HTML */
};

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
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

bool
preflight_report_open(int dir_fd, struct preflight_report **report, struct err *err)
{
    *report = calloc(1, sizeof **report);
    if (!*report)
        return err_no_memory(err);
    (*report)->dir_fd = dir_fd;
    for (int i = 0; i < PREFLIGHT_WHAT_COUNT; i++)
        str_init(&(*report)->sections[i], SECTION_MAX);
    return true;
}

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
        str_addf(out, "<img src=\"%s\" alt=\"\" loading=\"lazy\">", name);
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
    if (section->length == 0)
        return true;
    int length =
        snprintf(title, sizeof title, "<h2>%s: %" PRId64 "</h2>\n<div class=\"all\">\n",
                 preflight_what_text(what), count);
    return write_page(fd, title, (size_t)length, err) &&
           write_page(fd, section->data, section->length, err) &&
           write_page(fd, "</div>\n", 7, err);
}

bool
preflight_report_write(struct preflight_report *report,
                       const struct preflight_counts *counts, struct err *err)
{
    static const char foot[] = "</body></html>\n";
    char sum[200];
    int fd = make_file(report->dir_fd, "index.html", err);
    if (fd < 0)
        return false;
    int length = snprintf(sum, sizeof sum,
                          "<h1>Preflight</h1>\n<p>%" PRId64 " of %" PRId64
                          " badges want a look.</p>\n",
                          counts->flagged, counts->badges);
    bool ok = write_page(fd, head, sizeof head - 1, err) &&
              write_page(fd, sum, (size_t)length, err);
    for (int i = 0; ok && i < PREFLIGHT_WHAT_COUNT; i++)
        ok = write_section(fd, &report->sections[i], (enum preflight_what)i,
                           counts->findings[i], err);
    ok = ok && write_page(fd, foot, sizeof foot - 1, err);
    if (close(fd) != 0 && ok)
        ok = err_set(err, ERR_IO, "index.html: %s", strerror(errno));
    return ok;
}

void
preflight_report_close(struct preflight_report *report)
{
    if (!report)
        return;
    for (int i = 0; i < PREFLIGHT_WHAT_COUNT; i++)
        str_finish(&report->sections[i]);
    free(report);
}
