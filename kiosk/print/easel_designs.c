#include "print/easel_designs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "draw/design.h"
#include "print/easel_child.h"
#include "print/easel_inside.h"
#include "str.h"

enum {
    NAME_MAX_BYTES = 63,
    DESIGNS_MAX = 64, /* names times targets; more are refused */
    AT_ONCE_MAX = 3,
    SVG_MAX = 4 * 1024 * 1024,
    AGAIN_MS = 60000, /* what failed by time or crash may have been bad luck */
    ANSWER_MAX = 512
};

struct stamp {
    int64_t changed_ns, bytes;
    uint64_t inode;
};

struct easel_design {
    struct easel_designs *designs;
    struct easel_design *next;
    char name[NAME_MAX_BYTES + 1];
    struct easel_target target;

    enum easel_design_state state;
    struct stamp stamp; /* of the file that state is about */
    uint64_t key;
    int fd;
    char problem[384];
    int64_t again_ms; /* monotonic; 0: only when the file changes */
    bool made_anew;   /* after it was spoiled */

    struct easel_child *child;
    struct loop_timer *limit;
    struct loop_watch *watch;
    int pipe; /* what the child says, -1: none */
    char answer[ANSWER_MAX];
    size_t answer_length;
    bool is_late;
    int64_t began_us;
};

struct easel_designs {
    char helper[EASEL_PATH_MAX], dir[EASEL_PATH_MAX], cache[EASEL_PATH_MAX];
    struct easel_environment environment;
    uint64_t fonts_hash;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    int64_t limit_ms;
    loop_fn *changed;
    void *self;
    struct easel_design *first;
    int count, preparing;
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

/* Hashes a whole file of at most SVG_MAX bytes. */
static bool
hash_file(const char *path, uint64_t *value, struct err *err)
{
    static const size_t piece = 65536;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_ABSENT, "%s: %s", path, strerror(errno));
    char *bytes = malloc(piece);
    ssize_t got = bytes ? 1 : -1;
    size_t total = 0;
    while (got > 0 && total <= SVG_MAX) {
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
    if (total > SVG_MAX)
        return err_set(err, ERR_LIMIT, "%s: over %d MB", path, SVG_MAX / 1024 / 1024);
    return true;
}

static void
svg_path(const struct easel_design *design, char *path, size_t size)
{
    snprintf(path, size, "%s/%s.svg", design->designs->dir, design->name);
}

static void
cache_path(const struct easel_design *design, const char *suffix, char *path,
           size_t size)
{
    snprintf(path, size, "%s/%s-%016" PRIx64 "%s", design->designs->cache, design->name,
             design->key, suffix);
}

static void
read_stamp(const struct easel_design *design, struct stamp *stamp)
{
    char path[2 * EASEL_PATH_MAX];
    struct stat status;

    memset(stamp, 0, sizeof *stamp);
    svg_path(design, path, sizeof path);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    stamp->changed_ns =
        (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    stamp->bytes = status.st_size;
    stamp->inode = status.st_ino;
}

static bool
is_same(const struct stamp *a, const struct stamp *b)
{
    return a->changed_ns == b->changed_ns && a->bytes == b->bytes &&
           a->inode == b->inode;
}

/* ---- outcomes ----------------------------------------------------------- */

/* Where it is written first: a name that no other station's easel uses. */
static void
new_path(const struct easel_design *design, char *path, size_t size)
{
    char suffix[64];
    snprintf(suffix, sizeof suffix, ".new-%d-%" PRIxPTR, (int)getpid(),
             (uintptr_t)design);
    cache_path(design, suffix, path, size);
}

static void
drop_file(struct easel_design *design)
{
    if (design->fd >= 0)
        close(design->fd);
    design->fd = -1;
}

static void
refuse(struct easel_design *design, bool may_be_luck, const char *why)
{
    char quoted[400];
    struct easel_designs *designs = design->designs;

    drop_file(design);
    snprintf(design->problem, sizeof design->problem, "design %s: %s", design->name,
             why);
    design->state = EASEL_DESIGN_REFUSED;
    design->again_ms = may_be_luck ? clock_mono_ms(designs->clock) + AGAIN_MS : 0;
    log_warning(designs->log, "easel", "design=%s state=refused reason=\"%s\"",
                design->name, str_quote(quoted, sizeof quoted, why, strlen(why)));
}

static bool
open_cached(struct easel_design *design)
{
    char path[2 * EASEL_PATH_MAX];
    cache_path(design, ".design", path, sizeof path);
    design->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (design->fd < 0)
        return false;
    design->state = EASEL_DESIGN_READY;
    design->problem[0] = '\0';
    return true;
}

/* ---- the process that prepares ------------------------------------------ */

static void
stop_listening(struct easel_design *design)
{
    struct easel_designs *designs = design->designs;
    loop_unwatch(designs->loop, design->watch);
    design->watch = NULL;
    if (design->pipe >= 0)
        close(design->pipe);
    design->pipe = -1;
    loop_timer_destroy(designs->loop, design->limit);
    design->limit = NULL;
}

static void
listen_once(struct easel_design *design)
{
    size_t room = sizeof design->answer - 1 - design->answer_length;
    char rest[256];
    ssize_t got =
        read(design->pipe, room ? design->answer + design->answer_length : rest,
             room ? room : sizeof rest);
    if (got > 0 && room)
        design->answer_length += (size_t)got;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        loop_unwatch(design->designs->loop, design->watch);
        design->watch = NULL;
    }
}

static void
on_answer(int fd, int events, void *self)
{
    (void)fd, (void)events;
    listen_once(self);
}

static void
on_limit(void *self)
{
    struct easel_design *design = self;
    design->is_late = true;
    easel_child_kill(design->child);
}

/* The first line it said, or what became of it. */
static void
explain(struct easel_design *design, const char *words)
{
    char why[ANSWER_MAX + 64];
    bool was_told = str_starts(words, "exit") && design->answer_length > 0;

    design->answer[strcspn(design->answer, "\n")] = '\0';
    if (design->is_late)
        snprintf(why, sizeof why, "not drawn within %" PRId64 " s",
                 design->designs->limit_ms / 1000);
    else if (was_told)
        snprintf(why, sizeof why, "%s", design->answer);
    else
        snprintf(why, sizeof why, "it broke the drawing helper (%s)", words);
    refuse(design, !was_told, why);
}

static void begin(struct easel_design *design);

static void
take_result(struct easel_design *design, bool good, const char *words)
{
    char made[2 * EASEL_PATH_MAX], path[2 * EASEL_PATH_MAX];
    struct stamp now;

    new_path(design, made, sizeof made);
    cache_path(design, ".design", path, sizeof path);
    read_stamp(design, &now);
    if (!is_same(&now, &design->stamp)) { /* saved again meanwhile */
        unlink(made);
        begin(design);
        return;
    }
    if (!good) {
        unlink(made);
        explain(design, words);
        return;
    }
    if (rename(made, path) != 0 || !open_cached(design)) {
        refuse(design, true, strerror(errno));
        return;
    }
    log_info(design->designs->log, "easel",
             "design=%s state=ready dpi=%d size=%dx%d took_ms=%" PRId64, design->name,
             design->target.dpi, design->target.width_dots, design->target.height_dots,
             (clock_mono_us(design->designs->clock) - design->began_us) / 1000);
}

static void start_waiting(struct easel_designs *designs);

static void
on_end(bool good, const char *words, void *self)
{
    struct easel_design *design = self;
    struct easel_designs *designs = design->designs;

    design->child = NULL;
    while (design->watch && design->answer_length + 1 < sizeof design->answer) {
        size_t before = design->answer_length;
        listen_once(design);
        if (design->answer_length == before)
            break;
    }
    stop_listening(design);
    designs->preparing--;
    take_result(design, good, words);
    start_waiting(designs);
    designs->changed(designs->self);
}

static bool
spawn(struct easel_design *design, int output, struct err *err)
{
    struct easel_designs *designs = design->designs;
    const struct easel_target *t = &design->target;
    char svg[2 * EASEL_PATH_MAX], made[2 * EASEL_PATH_MAX], target[96];

    svg_path(design, svg, sizeof svg);
    new_path(design, made, sizeof made);
    snprintf(target, sizeof target, "%d,%d,%d,%d,%d,%d", t->dpi, t->width_dots,
             t->height_dots, t->offset_x_dots, t->offset_y_dots, t->rotate_degrees);
    const char *const arguments[] = {
        designs->helper, "prepare", "--design", svg, "--target",
        target,          "--out",   made,       NULL
    };
    struct easel_child_setting setting = { .arguments = arguments,
                                           .environment = designs->environment.list,
                                           .output = output,
                                           .socket = -1,
                                           .loop = designs->loop,
                                           .ended = on_end,
                                           .self = design };
    return easel_child_start(&setting, &design->child, err);
}

static bool
start(struct easel_design *design, struct err *err)
{
    struct easel_designs *designs = design->designs;
    int ends[2];

    design->answer_length = 0;
    memset(design->answer, 0, sizeof design->answer);
    design->is_late = false;
    design->began_us = clock_mono_us(designs->clock);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set(err, ERR_IO, "pipe: %s", strerror(errno));
    design->pipe = ends[0];
    design->watch = loop_watch(designs->loop, ends[0], LOOP_READ, on_answer, design);
    design->limit = loop_timer_create(designs->loop, on_limit, design);
    bool good = design->watch && design->limit ? spawn(design, ends[1], err)
                                               : err_no_memory(err);
    close(ends[1]);
    if (!good) {
        stop_listening(design);
        return false;
    }
    loop_timer_arm(designs->loop, design->limit, designs->limit_ms);
    designs->preparing++;
    return true;
}

/* Those that had to wait for a place. */
static void
start_waiting(struct easel_designs *designs)
{
    for (struct easel_design *design = designs->first; design; design = design->next) {
        struct err err;
        if (designs->preparing >= AT_ONCE_MAX)
            return;
        if (design->state == EASEL_DESIGN_WAITING && !design->child &&
            !start(design, &err))
            refuse(design, true, err.text);
    }
}

/* Looks at the file as it is now: its content decides what it is called in the cache.
 */
static void
begin(struct easel_design *design)
{
    struct easel_designs *designs = design->designs;
    char path[2 * EASEL_PATH_MAX];
    uint32_t format = DESIGN_FORMAT;
    struct err err;

    drop_file(design);
    read_stamp(design, &design->stamp);
    uint64_t key = hash(hash_seed, YUELAI_VERSION, sizeof YUELAI_VERSION);
    key = hash(key, &format, sizeof format);
    key = hash(key, &designs->fonts_hash, sizeof designs->fonts_hash);
    key = hash(key, &design->target, sizeof design->target);
    svg_path(design, path, sizeof path);
    if (!hash_file(path, &key, &err)) {
        refuse(design, false, err.text);
        return;
    }
    design->key = key ? key : 1;
    if (open_cached(design))
        return;
    design->state = EASEL_DESIGN_WAITING;
}

/* ---- finding ------------------------------------------------------------ */

static bool
is_name(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > NAME_MAX_BYTES || name[0] == '.')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789._-") == length;
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
    design->target = *target;
    design->fd = design->pipe = -1;
    design->next = designs->first;
    designs->first = design;
    designs->count++;
    begin(design);
    return design;
}

static void
look_again(struct easel_design *design)
{
    struct stamp now;

    if (design->state == EASEL_DESIGN_WAITING)
        return; /* looked at when it is ready */
    read_stamp(design, &now);
    bool is_due = design->again_ms > 0 &&
                  clock_mono_ms(design->designs->clock) >= design->again_ms;
    if (is_same(&now, &design->stamp) && !is_due)
        return;
    design->made_anew = false;
    design->again_ms = 0;
    begin(design);
}

bool
easel_designs_find(struct easel_designs *designs, const char *name,
                   const struct easel_target *target, struct easel_design **design,
                   struct err *err)
{
    char quoted[64];
    if (!is_name(name))
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
    start_waiting(designs);
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

    cache_path(design, ".design", path, sizeof path);
    unlink(path);
    if (design->made_anew) {
        refuse(design, true, "the helper cannot read what it prepared");
        return;
    }
    design->made_anew = true;
    begin(design);
    start_waiting(designs);
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
    bool good = (str_copy(made->helper, sizeof made->helper, setting->helper) &&
                 str_copy(made->dir, sizeof made->dir, setting->designs) &&
                 str_copy(made->cache, sizeof made->cache, setting->cache)) ||
                err_set(err, ERR_LIMIT, "a path is over %d bytes", EASEL_PATH_MAX - 1);
    good = good && hash_file(setting->fonts, &made->fonts_hash, err);
    if (good && mkdir(setting->cache, 0700) != 0 && errno != EEXIST)
        good = err_set(err, ERR_IO, "%s: %s", setting->cache, strerror(errno));
    if (!good) {
        free(made);
        return false;
    }
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
        easel_child_destroy(design->child);
        stop_listening(design);
        drop_file(design);
        free(design);
    }
    free(designs);
}
