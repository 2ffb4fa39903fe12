#include "print/layouts.h"

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
#include "fingerprint.h"
#include "print/easel.h"
#include "store/catalog.h"
#include "store/roster.h"
#include "str.h"

enum {
    BACKGROUND_MAX = 8 * 1024 * 1024,
    PATH_BYTES = 1200,
    MADE_MAX = 32,
    EVENTS_MAX = 16
};

/* A layout that has been made a file of. */
struct made {
    char design[ROSTER_KEY_MAX + 1];
    uint64_t print; /* of what is in it */
};

struct layouts {
    struct layouts_setting set;
    struct made made[MADE_MAX]; /* since the start */
    unsigned count;
};

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
    uint64_t body = fingerprint_of(found->body.data, found->body.length);
    return fingerprint_more(body, found->background, strlen(found->background));
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
make_file(const struct layouts *layouts, const char *file, const struct found *found,
          struct err *err)
{
    char path[PATH_BYTES], background[PATH_BYTES];
    struct str pdf;
    int used = snprintf(path, sizeof path, "%s/%s.layout", layouts->set.dir, file);
    if (used >= (int)sizeof path)
        return err_set(err, ERR_LIMIT, "layouts: a path is over %d bytes", PATH_BYTES);
    if (mkdir(layouts->set.dir, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", layouts->set.dir, strerror(errno));
    str_init(&pdf, BACKGROUND_MAX);
    snprintf(background, sizeof background, "%s/%.255s", layouts->set.dir,
             found->background);
    bool good = found->background[0] == '\0' || read_background(background, &pdf, err);
    good = good && write_file(path, found, &pdf, err);
    str_finish(&pdf);
    return good;
}

/* Makes the file unless this very layout has been made since the start. */
static bool
keep_file(struct layouts *layouts, const char *design, const struct found *found,
          struct err *err)
{
    char file[EASEL_FILE_MAX + 1];
    uint64_t print = print_of(found);
    unsigned at = 0;

    while (at < layouts->count && strcmp(layouts->made[at].design, design) != 0)
        at++;
    if (at < layouts->count && layouts->made[at].print == print)
        return true;
    if (!easel_layout_file(design, file))
        return err_set(err, ERR_LIMIT, "layout \"%s\": its name is too long", design);
    if (!make_file(layouts, file, found, err))
        return false;
    if (at == MADE_MAX)
        at = 0;
    else if (at == layouts->count)
        layouts->count++;
    str_copy(layouts->made[at].design, sizeof layouts->made[at].design, design);
    layouts->made[at].print = print;
    log_info(layouts->set.log, "layouts", "layout=%s bytes=%zu background=%s", design,
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

/* What a layout may show beside the row's fields. The secret of a ticket stands on such
 * a badge as the server wants it, and in no file of ours: so it joins here. */
static bool
add_fields(const struct layouts *layouts, const struct found *found, char *fields,
           size_t size, struct err *err)
{
    char secret[ROSTER_SECRET_MAX + 1] = "";
    bool has = false;
    struct str out;
    size_t length = strlen(fields);

    if (!found->has_ticket || length < 2)
        return true;
    if (!roster_secret(layouts->set.db, found->ticket.id, &has, secret, err))
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
use(struct layouts *layouts, const struct spool_job *job, struct found *found,
    const struct layouts_to *to, struct err *err)
{
    char design[ROSTER_KEY_MAX + 25];
    bool has;

    if (!find_layout(layouts->set.db, job, found, &has, err))
        return false;
    if (!has)
        return true;
    snprintf(design, sizeof design, "pretix:%s/%" PRId64, job->event, found->layout);
    if (!keep_file(layouts, design, found, err) ||
        !add_fields(layouts, found, to->fields, to->fields_size, err))
        return false;
    str_copy(to->design, to->design_size, design);
    return true;
}

bool
layouts_use(struct layouts *layouts, const struct spool_job *job,
            const struct layouts_to *to, struct err *err)
{
    struct found *found = calloc(1, sizeof *found);
    if (!found)
        return err_no_memory(err);
    str_init(&found->body, CATALOG_LAYOUT_MAX);
    bool good = use(layouts, job, found, to, err);
    str_finish(&found->body);
    free(found);
    return good;
}

/* ---- all of them --------------------------------------------------------------- */

/* Of events, the first few; of a layout's ids, as many as there are files. */
struct gathered {
    char events[EVENTS_MAX][ROSTER_KEY_MAX + 1];
    unsigned events_count;
    int64_t ids[MADE_MAX];
    unsigned ids_count;
};

static bool
take_event(const struct event *event, void *self)
{
    struct gathered *gathered = self;
    str_copy(gathered->events[gathered->events_count++], ROSTER_KEY_MAX + 1,
             event->slug);
    return gathered->events_count < EVENTS_MAX;
}

static bool
take_id(int64_t id, void *self)
{
    struct gathered *gathered = self;
    gathered->ids[gathered->ids_count++] = id;
    return gathered->ids_count < MADE_MAX;
}

/* False only if the roster cannot be read. */
static bool
make_one(struct layouts *layouts, const char *event, int64_t id, char *design,
         size_t size, struct err *err)
{
    struct found found = { .layout = id };
    struct err why;
    bool has, good;

    design[0] = '\0';
    str_init(&found.body, CATALOG_LAYOUT_MAX);
    good = catalog_layout(layouts->set.db, event, id, &has, &found.body,
                          found.background, err);
    if (good && has) {
        snprintf(design, size, "pretix:%s/%" PRId64, event, id);
        if (!keep_file(layouts, design, &found, &why))
            design[0] = '\0';
    }
    str_finish(&found.body);
    return good;
}

bool
layouts_make_all(struct layouts *layouts, void (*each)(const char *design, void *self),
                 void *self, struct err *err)
{
    struct gathered all = { .events_count = 0 };
    char design[ROSTER_KEY_MAX + 25];
    bool good = roster_each_event(layouts->set.db, take_event, &all, err);
    for (unsigned i = 0; good && i < all.events_count; i++) {
        all.ids_count = 0;
        good = catalog_each_layout_used(layouts->set.db, all.events[i], take_id, &all,
                                        err);
        for (unsigned k = 0; good && k < all.ids_count; k++) {
            good = make_one(layouts, all.events[i], all.ids[k], design, sizeof design,
                            err);
            if (good && design[0])
                each(design, self);
        }
    }
    return good;
}

/* ---- life -------------------------------------------------------------------- */

struct layouts *
layouts_create(const struct layouts_setting *setting)
{
    struct layouts *layouts = calloc(1, sizeof *layouts);
    if (layouts)
        layouts->set = *setting;
    return layouts;
}

void
layouts_destroy(struct layouts *layouts)
{
    free(layouts);
}
