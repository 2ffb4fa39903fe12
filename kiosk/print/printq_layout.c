#include "print/printq_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "store/catalog.h"

/* A ticketing server's layout stands in the roster, its background in a file beside it.
 * The artist reads files: one is made of both, anew when either has changed. */

enum { BACKGROUND_MAX = 8 * 1024 * 1024, PATH_BYTES = 1200 };

struct found {
    struct ticket ticket;
    bool has_ticket;
    int64_t layout;
    char background[ROSTER_TEXT_MAX + 1];
    struct str body;
};

/* ---- the file ---------------------------------------------------------------- */

static uint64_t
print_of(const struct found *found)
{
    uint64_t print = 14695981039346656037U;
    for (size_t i = 0; i < found->body.length; i++)
        print = (print ^ (unsigned char)found->body.data[i]) * 1099511628211U;
    for (const char *c = found->background; *c; c++)
        print = (print ^ (unsigned char)*c) * 1099511628211U;
    return print;
}

/* Without a background the layout has the server's default page. */
static bool
read_background(const char *path, struct str *pdf, struct err *err)
{
    char piece[16384];
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_ABSENT, "%s: %s", path, strerror(errno));
    while (got > 0 && str_ok(pdf)) {
        got = read(fd, piece, sizeof piece);
        if (got > 0)
            str_add(pdf, piece, (size_t)got);
    }
    close(fd);
    if (got < 0)
        return err_set(err, ERR_IO, "%s: cannot be read", path);
    return str_ok(pdf) || err_set(err, ERR_LIMIT, "%s: over %d MB", path,
                                  BACKGROUND_MAX / 1024 / 1024);
}

/* A new file, then its name: nobody reads half of one. */
static bool
write_file(const char *path, const struct found *found, const struct str *pdf,
           struct err *err)
{
    char fresh[PATH_BYTES + 8], head[64];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    int length = snprintf(head, sizeof head, "YLLAYOUT1 %zu %zu\n", found->body.length,
                          pdf->length);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && fd_write(fd, head, (size_t)length) &&
                fd_write(fd, found->body.data, found->body.length) &&
                fd_write(fd, pdf->data, pdf->length);
    if (fd >= 0 && close(fd) != 0)
        good = false;
    good = good && rename(fresh, path) == 0;
    return good || err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

static bool
make_file(const struct printq *printq, const char *file, const struct found *found,
          struct err *err)
{
    char path[PATH_BYTES], background[PATH_BYTES];
    struct str pdf;
    int used = snprintf(path, sizeof path, "%s/%s.layout", printq->set.layouts, file);
    if (used >= (int)sizeof path)
        return err_set(err, ERR_LIMIT, "layouts: a path is over %d bytes", PATH_BYTES);
    if (mkdir(printq->set.layouts, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", printq->set.layouts, strerror(errno));
    str_init(&pdf, BACKGROUND_MAX);
    snprintf(background, sizeof background, "%s/%.255s", printq->set.layouts,
             found->background);
    bool good = found->background[0] == '\0' || read_background(background, &pdf, err);
    good = good && write_file(path, found, &pdf, err);
    str_finish(&pdf);
    return good;
}

/* Makes the file unless this very layout has been made since the start. */
static bool
keep_file(struct printq *printq, const char *design, const struct found *found,
          struct err *err)
{
    char file[EASEL_FILE_MAX + 1];
    uint64_t print = print_of(found);
    unsigned at = 0;

    while (at < printq->layout_count && strcmp(printq->layouts[at].design, design) != 0)
        at++;
    if (at < printq->layout_count && printq->layouts[at].print == print)
        return true;
    if (!easel_layout_file(design, file))
        return err_set(err, ERR_LIMIT, "layout \"%s\": its name is too long", design);
    if (!make_file(printq, file, found, err))
        return false;
    if (at == LAYOUTS_MAX)
        at = 0;
    else if (at == printq->layout_count)
        printq->layout_count++;
    str_copy(printq->layouts[at].design, sizeof printq->layouts[at].design, design);
    printq->layouts[at].print = print;
    log_info(printq->set.log, "printq", "layout=%s bytes=%zu background=%s", design,
             found->body.length, found->background);
    return true;
}

/* ---- which ------------------------------------------------------------------- */

/* *has false: the server has no layout for this guest. A guest without a product, a
 * walk-in, has the event's default. */
static bool
find_layout(struct db *db, const struct spool_job *job, struct found *found, bool *has,
            struct err *err)
{
    struct product product;
    bool known = false;

    *has = false;
    if (!roster_by_ref(db, job->ref, &found->has_ticket, &found->ticket, err))
        return false;
    found->layout = CATALOG_LAYOUT_DEFAULT;
    if (found->has_ticket && found->ticket.origin.product != 0) {
        if (!catalog_product(db, job->event, found->ticket.origin.product, &known,
                             &product, err))
            return false;
        if (known)
            found->layout = product.layout;
    }
    if (found->layout == CATALOG_LAYOUT_NONE)
        return true;
    return catalog_layout(db, job->event, found->layout, has, &found->body,
                          found->background, err);
}

bool
printq_has_layout(struct db *db, const struct spool_job *job, bool *has,
                  struct err *err)
{
    struct found *found = calloc(1, sizeof *found);
    *has = false;
    if (!found)
        return err_no_memory(err);
    str_init(&found->body, CATALOG_LAYOUT_MAX);
    bool good = find_layout(db, job, found, has, err);
    str_finish(&found->body);
    free(found);
    return good;
}

/* What a layout may show beside the row's fields. The secret of a ticket stands on such
 * a badge as the server wants it, and in no file of ours: so it joins here. */
static bool
add_fields(const struct printq *printq, const struct found *found, char *fields,
           size_t size, struct err *err)
{
    char secret[ROSTER_SECRET_MAX + 1] = "";
    bool has = false;
    struct str out;
    size_t length = strlen(fields);

    if (!found->has_ticket || length < 2)
        return true;
    if (!roster_secret(printq->set.db, found->ticket.id, &has, secret, err))
        return false;
    str_init(&out, size - 1);
    str_add(&out, fields, length - 1);
    if (has)
        json_add_text(&out, "secret", secret);
    json_add_text(&out, "language", found->ticket.language);
    json_close_object(&out);
    bool good = str_ok(&out) || err_set(err, ERR_LIMIT,
                                        "the guest's fields are over %zu "
                                        "bytes with the ticket's code",
                                        size - 1);
    if (good)
        str_copy(fields, size, out.data);
    str_finish(&out);
    return good;
}

static bool
use_layout(struct printq_lane *lane, const struct spool_job *job, struct found *found,
           struct err *err)
{
    struct printq *printq = lane->printq;
    char design[sizeof lane->art->design + 24];
    bool has;

    if (!find_layout(printq->set.db, job, found, &has, err))
        return false;
    if (!has)
        return true;
    snprintf(design, sizeof design, "pretix:%s/%" PRId64, job->event, found->layout);
    if (!keep_file(printq, design, found, err) ||
        !add_fields(printq, found, lane->art->fields, sizeof lane->art->fields, err))
        return false;
    str_copy(lane->art->design, sizeof lane->art->design, design);
    return true;
}

void
printq_layout_choose(struct printq_lane *lane, const struct spool_job *job)
{
    const struct printq *printq = lane->printq;
    struct err err;

    str_copy(lane->art->design, sizeof lane->art->design,
             job->design[0] ? job->design : lane->spec.design);
    str_copy(lane->art->fields, sizeof lane->art->fields, job->fields);
    if (!lane->spec.server_layouts || job->design[0] || !printq->set.layouts)
        return;
    struct found *found = calloc(1, sizeof *found);
    if (!found)
        return;
    str_init(&found->body, CATALOG_LAYOUT_MAX);
    if (!use_layout(lane, job, found, &err))
        log_warning(printq->set.log, "printq",
                    "job=%" PRId64 " drawn as %s without the server's layout: %s",
                    job->id, lane->art->design, err.text);
    str_finish(&found->body);
    free(found);
}
