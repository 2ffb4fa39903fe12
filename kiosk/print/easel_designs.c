#include "print/easel_designs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "draw/design.h"
#include "print/easel_cache.h"
#include "print/easel_inside.h"
#include "str.h"

enum {
    DESIGNS_MAX = 64,          /* names times targets; more are refused */
    SVG_MAX = 4 * 1024 * 1024, /* bytes */
    LAYOUT_MAX = 9 * 1024 * 1024
};

/* ---- content ------------------------------------------------------------ */

/* FNV-1a: tells versions of our own files apart; nobody gains by making two alike. */
static uint64_t
hash(uint64_t from, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        from = (from ^ at[i]) * 0x100000001B3ULL;
    return from;
}

static const uint64_t hash_seed = 0xCBF29CE484222325ULL;

/* Hashes a whole file of at most `max` bytes. */
static bool
hash_file(const char *path, size_t max, uint64_t *value, struct err *err)
{
    static const size_t piece = 65536;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, easel_err_code(errno), "%s: %s", path, strerror(errno));
    char *bytes = malloc(piece);
    ssize_t got = bytes ? 1 : -1;
    size_t total = 0;
    while (got > 0 && total <= max) {
        got = read(fd, bytes, piece);
        if (got > 0) {
            *value = hash(*value, bytes, (size_t)got);
            total += (size_t)got;
        }
    }
    free(bytes);
    close(fd);
    if (got < 0)
        return err_set(err, ERR_IO, "%s: cannot be read", path);
    if (total > max)
        return err_set(err, ERR_LIMIT, "%s: over %zu MB", path, max / 1024 / 1024);
    return true;
}

void
easel_path_source(const struct easel_design *design, char *path, size_t size)
{
    const struct easel_designs *designs = design->designs;
    snprintf(path, size, "%s/%s.%s",
             design->is_layout ? designs->layouts : designs->dir, design->file,
             design->is_layout ? "layout" : "svg");
}

void
easel_path_cached(const struct easel_design *design, char *path, size_t size)
{
    snprintf(path, size, "%s/%s-%016" PRIx64 ".design", design->designs->cache,
             design->file, design->key);
}

void
easel_stamp_read(const struct easel_design *design, struct easel_stamp *stamp)
{
    char path[2 * EASEL_PATH_MAX];
    struct stat status;

    memset(stamp, 0, sizeof *stamp);
    easel_path_source(design, path, sizeof path);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    stamp->changed_ns =
        (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    stamp->bytes = status.st_size;
    stamp->inode = status.st_ino;
}

bool
easel_stamp_is(const struct easel_stamp *a, const struct easel_stamp *b)
{
    return a->changed_ns == b->changed_ns && a->bytes == b->bytes &&
           a->inode == b->inode;
}

enum err_code
easel_err_code(int error)
{
    switch (error) {
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return ERR_BUSY;
    case ENOENT:
        return ERR_ABSENT;
    default:
        return ERR_IO;
    }
}

/* ---- outcomes ----------------------------------------------------------- */

static void
drop_file(struct easel_design *design)
{
    if (design->fd >= 0)
        close(design->fd);
    design->fd = -1;
}

void
easel_design_refuse(struct easel_design *design, int64_t again_ms, const char *why)
{
    char quoted[400];
    struct easel_designs *designs = design->designs;

    drop_file(design);
    snprintf(design->problem, sizeof design->problem, "design %s: %s", design->name,
             why);
    design->state = EASEL_DESIGN_REFUSED;
    design->again_ms = again_ms > 0 ? clock_mono_ms(designs->clock) + again_ms : 0;
    design->tries = 0;
    design->spent_ms = 0;
    log_warning(designs->log, "easel", "design=%s state=refused reason=\"%s\"",
                design->name, str_quote(quoted, sizeof quoted, why, strlen(why)));
}

bool
easel_design_open(struct easel_design *design)
{
    char path[2 * EASEL_PATH_MAX];
    easel_path_cached(design, path, sizeof path);
    design->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (design->fd < 0)
        return false;
    easel_cache_touch(design->fd, clock_utc_ms(design->designs->clock));
    design->state = EASEL_DESIGN_READY;
    design->problem[0] = '\0';
    design->tries = 0;
    design->spent_ms = 0;
    return true;
}

/* Those that had to wait for a place. */
void
easel_designs_start(struct easel_designs *designs)
{
    for (struct easel_design *design = designs->first; design; design = design->next) {
        struct err err;
        if (designs->preparing >= EASEL_AT_ONCE_MAX)
            return;
        if (design->state != EASEL_DESIGN_WAITING || design->child ||
            design->is_resting || easel_prepare_start(design, &err))
            continue;
        if (err.code != ERR_BUSY || !easel_design_rest(design, err.text))
            easel_design_refuse(design, EASEL_AGAIN_SOON_MS, err.text);
    }
}

/* Looks at the file as it is now: its content decides what it is called in the cache.
 */
void
easel_design_begin(struct easel_design *design)
{
    struct easel_designs *designs = design->designs;
    char path[2 * EASEL_PATH_MAX];
    uint32_t format = DESIGN_FORMAT;
    struct err err;

    drop_file(design);
    easel_stamp_read(design, &design->stamp);
    uint64_t key = hash(hash_seed, YUELAI_VERSION, sizeof YUELAI_VERSION);
    key = hash(key, &format, sizeof format);
    key = hash(key, &designs->fonts_hash, sizeof designs->fonts_hash);
    key = hash(key, &design->target, sizeof design->target);
    easel_path_source(design, path, sizeof path);
    if (!hash_file(path, design->is_layout ? LAYOUT_MAX : SVG_MAX, &key, &err)) {
        if (err.code != ERR_BUSY)
            easel_design_refuse(design, 0, err.text);
        else if (!easel_design_rest(design, err.text))
            easel_design_refuse(design, EASEL_AGAIN_SOON_MS, err.text);
        return;
    }
    design->key = key ? key : 1;
    if (easel_design_open(design))
        return;
    design->state = EASEL_DESIGN_WAITING;
}

/* ---- finding ------------------------------------------------------------ */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789._-";

static bool
is_name(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > EASEL_NAME_MAX || name[0] == '.')
        return false;
    return strspn(name, letters) == length;
}

bool
easel_layout_file(const char *design, char *file)
{
    static const char before[] = "pretix:";
    if (!str_starts(design, before) || strlen(design) > EASEL_FILE_MAX)
        return false;
    const char *event = design + strlen(before),
               *slash = event + strspn(event, letters);
    size_t digits = *slash == '/' ? strspn(slash + 1, "0123456789") : 0;
    if (slash == event || digits == 0 || slash[1 + digits] != '\0')
        return false;
    snprintf(file, EASEL_FILE_MAX + 1, "pretix-%.*s-%s", (int)(slash - event), event,
             slash + 1);
    return true;
}

static bool
is_for(const struct easel_design *design, const char *name,
       const struct easel_target *target)
{
    const struct easel_target *own = &design->target;
    return strcmp(design->name, name) == 0 && own->dpi == target->dpi &&
           own->width_dots == target->width_dots &&
           own->height_dots == target->height_dots &&
           own->offset_x_dots == target->offset_x_dots &&
           own->offset_y_dots == target->offset_y_dots &&
           own->rotate_degrees == target->rotate_degrees;
}

static struct easel_design *
add(struct easel_designs *designs, const char *name, const struct easel_target *target,
    struct err *err)
{
    if (designs->count == DESIGNS_MAX) {
        err_set(err, ERR_LIMIT, "design %s: over %d designs and sizes are in use", name,
                DESIGNS_MAX);
        return NULL;
    }
    struct easel_design *design = calloc(1, sizeof *design);
    if (!design) {
        err_no_memory(err);
        return NULL;
    }
    design->designs = designs;
    str_copy(design->name, sizeof design->name, name);
    design->is_layout = easel_layout_file(name, design->file);
    if (!design->is_layout)
        str_copy(design->file, sizeof design->file, name);
    design->target = *target;
    design->fd = design->pipe = -1;
    design->rest = loop_timer_create(designs->loop, easel_on_rest, design);
    if (!design->rest) {
        free(design);
        err_no_memory(err);
        return NULL;
    }
    design->next = designs->first;
    designs->first = design;
    designs->count++;
    easel_design_begin(design);
    return design;
}

static void
look_again(struct easel_design *design)
{
    struct easel_stamp now;

    if (design->state == EASEL_DESIGN_WAITING)
        return; /* looked at when it is ready */
    easel_stamp_read(design, &now);
    bool is_due = design->again_ms > 0 &&
                  clock_mono_ms(design->designs->clock) >= design->again_ms;
    if (easel_stamp_is(&now, &design->stamp) && !is_due)
        return;
    design->made_anew = false;
    design->again_ms = 0;
    easel_design_begin(design);
}

bool
easel_designs_find(struct easel_designs *designs, const char *name,
                   const struct easel_target *target, struct easel_design **design,
                   struct err *err)
{
    char quoted[64], file[EASEL_FILE_MAX + 1];
    if (!is_name(name) && !(designs->layouts[0] && easel_layout_file(name, file)))
        return err_set(err, ERR_INPUT,
                       "design \"%s\": want the name of a file without .svg",
                       str_quote(quoted, sizeof quoted, name, strlen(name)));
    struct easel_design *found = designs->first;
    while (found && !is_for(found, name, target))
        found = found->next;
    if (found)
        look_again(found);
    else
        found = add(designs, name, target, err);
    if (!found)
        return false;
    easel_designs_start(designs);
    *design = found;
    return true;
}

enum easel_design_state
easel_design_state(const struct easel_design *design)
{
    return design->state;
}

int
easel_design_fd(const struct easel_design *design)
{
    return design->fd;
}

uint64_t
easel_design_key(const struct easel_design *design)
{
    return design->key;
}

const char *
easel_design_problem(const struct easel_design *design)
{
    return design->problem;
}

void
easel_design_spoiled(struct easel_designs *designs, struct easel_design *design)
{
    char path[2 * EASEL_PATH_MAX];

    easel_path_cached(design, path, sizeof path);
    unlink(path);
    if (design->made_anew) {
        easel_design_refuse(design, EASEL_AGAIN_MS,
                            "the helper cannot read what it prepared");
        return;
    }
    design->made_anew = true;
    easel_design_begin(design);
    easel_designs_start(designs);
}

const char *
easel_designs_problem(const struct easel_designs *designs, const char *name)
{
    const struct easel_design *design = designs->first;
    for (; design; design = design->next) {
        if (strcmp(design->name, name) == 0 && design->state == EASEL_DESIGN_REFUSED)
            return design->problem;
    }
    return "";
}

/* ---- the cache ---------------------------------------------------------- */

static bool
is_in_use(const char *name, void *self)
{
    const struct easel_designs *designs = self;
    for (const struct easel_design *at = designs->first; at; at = at->next) {
        char path[2 * EASEL_PATH_MAX];
        easel_path_cached(at, path, sizeof path);
        const char *own = strrchr(path, '/');
        if (at->state == EASEL_DESIGN_READY && own && strcmp(own + 1, name) == 0)
            return true;
    }
    return false;
}

void
easel_designs_tidy(struct easel_designs *designs)
{
    struct easel_cache cache = { .dir = designs->cache,
                                 .bounds = easel_cache_bounds,
                                 .is_used = is_in_use,
                                 .self = designs };
    int removed = easel_cache_prune(&cache, clock_utc_ms(designs->clock));
    if (removed > 0)
        log_info(designs->log, "easel", "cache removed=%d", removed);
}

/* ---- life --------------------------------------------------------------- */

bool
easel_designs_create(const struct easel_setting *setting, loop_fn *changed, void *self,
                     struct easel_designs **designs, struct err *err)
{
    struct easel_designs *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->loop = setting->loop;
    made->clock = setting->clock;
    made->log = setting->log;
    made->limit_ms =
        setting->prepare_limit_ms > 0 ? setting->prepare_limit_ms : EASEL_PREPARE_MS;
    made->changed = changed;
    made->self = self;
    made->fonts_hash = hash_seed;
    easel_environment_make(&made->environment, setting->fonts, setting->cache);
    int length =
        snprintf(made->helper, sizeof made->helper, "%s-prepare", setting->helper);
    bool good = (length < (int)sizeof made->helper &&
                 str_copy(made->dir, sizeof made->dir, setting->designs) &&
                 str_copy(made->layouts, sizeof made->layouts,
                          setting->layouts ? setting->layouts : "") &&
                 str_copy(made->cache, sizeof made->cache, setting->cache)) ||
                err_set(err, ERR_LIMIT, "a path is over %d bytes", EASEL_PATH_MAX - 1);
    good = good && hash_file(setting->fonts, SVG_MAX, &made->fonts_hash, err);
    if (good && mkdir(setting->cache, 0700) != 0 && errno != EEXIST)
        good = err_set(err, ERR_IO, "%s: %s", setting->cache, strerror(errno));
    if (!good) {
        free(made);
        return false;
    }
    easel_designs_tidy(made);
    *designs = made;
    return true;
}

void
easel_designs_destroy(struct easel_designs *designs)
{
    if (!designs)
        return;
    while (designs->first) {
        struct easel_design *design = designs->first;
        designs->first = design->next;
        easel_prepare_stop(design);
        loop_timer_destroy(designs->loop, design->rest);
        drop_file(design);
        free(design);
    }
    free(designs);
}
