#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "draw/protocol.h"
#include "print/easel_child.h"
#include "print/easel_designs.h"
#include "print/easel_inside.h"
#include "str.h"

/* Where it is written first: a name that no other station's easel uses. */
static void
new_path(const struct easel_design *design, char *path, size_t size)
{
    snprintf(path, size, "%s/%s-%016" PRIx64 ".new-%d-%" PRIxPTR,
             design->designs->cache, design->file, design->key, (int)getpid(),
             (uintptr_t)design);
}

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

/* ---- what was not the design's doing --------------------------------------- */

bool
easel_design_rest(struct easel_design *design, const char *why)
{
    struct easel_designs *designs = design->designs;

    design->state = EASEL_DESIGN_WAITING;
    if (++design->tries >= EASEL_TRIES_MAX || design->spent_ms >= designs->limit_ms)
        return false;
    log_notice(designs->log, "easel", "design=%s state=again tries=%d reason=\"%s\"",
               design->name, design->tries, why);
    design->is_resting = true;
    loop_timer_arm(designs->loop, design->rest,
                   design->tries == 1 ? EASEL_REST_MS : 4 * EASEL_REST_MS);
    return true;
}

/* Its file may have changed meanwhile, or another station's easel prepared it. */
void
easel_on_rest(void *self)
{
    struct easel_design *design = self;
    struct easel_designs *designs = design->designs;

    design->is_resting = false;
    easel_design_begin(design);
    easel_designs_start(designs);
    designs->changed(designs->self);
}

/* It was stopped, or said itself that the machine is in trouble. */
static bool
is_from_outside(const struct easel_child_end *end)
{
    return easel_child_was_stopped(end) || end->exit_code == PROTOCOL_EXIT_TROUBLE;
}

/* ---- the end ------------------------------------------------------------------- */

/* The first line it said, or what became of it. */
static void
explain(struct easel_design *design, const struct easel_child_end *end)
{
    char why[EASEL_ANSWER_MAX + 64];
    bool was_told = end->signal == 0 && design->answer_length > 0;
    bool outside = is_from_outside(end) && !design->is_late;

    design->answer[strcspn(design->answer, "\n")] = '\0';
    if (design->is_late)
        snprintf(why, sizeof why, "not drawn within %" PRId64 " s",
                 design->designs->limit_ms / 1000);
    else if (was_told)
        snprintf(why, sizeof why, "%s", design->answer);
    else if (outside)
        snprintf(why, sizeof why, "was stopped %d times (%s)", design->tries + 1,
                 end->words);
    else
        snprintf(why, sizeof why, "it broke the drawing helper (%s)", end->words);
    if (outside && easel_design_rest(design, why))
        return;
    easel_design_refuse(design,
                        outside    ? EASEL_AGAIN_SOON_MS
                        : was_told ? 0
                                   : EASEL_AGAIN_MS,
                        why);
}

static void
take_result(struct easel_design *design, const struct easel_child_end *end)
{
    char made[2 * EASEL_PATH_MAX], path[2 * EASEL_PATH_MAX];
    struct easel_stamp now;

    new_path(design, made, sizeof made);
    easel_path_cached(design, path, sizeof path);
    easel_stamp_read(design, &now);
    if (!easel_stamp_is(&now, &design->stamp)) { /* saved again meanwhile */
        unlink(made);
        design->tries = 0;
        design->spent_ms = 0;
        easel_design_begin(design);
        return;
    }
    if (!end->good) {
        unlink(made);
        explain(design, end);
        return;
    }
    if (rename(made, path) != 0 || !easel_design_open(design)) {
        int error = errno;
        if (!easel_design_rest(design, strerror(error)))
            easel_design_refuse(design, EASEL_AGAIN_SOON_MS, strerror(error));
        return;
    }
    easel_designs_tidy(design->designs);
    log_info(design->designs->log, "easel",
             "design=%s state=ready dpi=%d size=%dx%d took_ms=%" PRId64, design->name,
             design->target.dpi, design->target.width_dots, design->target.height_dots,
             (clock_mono_us(design->designs->clock) - design->began_us) / 1000);
}

static void
on_end(const struct easel_child_end *end, void *self)
{
    struct easel_design *design = self;
    struct easel_designs *designs = design->designs;

    design->child = NULL;
    design->spent_ms += (clock_mono_us(designs->clock) - design->began_us) / 1000;
    while (design->watch && design->answer_length + 1 < sizeof design->answer) {
        size_t before = design->answer_length;
        listen_once(design);
        if (design->answer_length == before)
            break;
    }
    stop_listening(design);
    designs->preparing--;
    take_result(design, end);
    easel_designs_start(designs);
    designs->changed(designs->self);
}

static bool
spawn(struct easel_design *design, int output, struct err *err)
{
    struct easel_designs *designs = design->designs;
    const struct easel_target *t = &design->target;
    char source[2 * EASEL_PATH_MAX], made[2 * EASEL_PATH_MAX], target[96];

    easel_path_source(design, source, sizeof source);
    new_path(design, made, sizeof made);
    snprintf(target, sizeof target, "%d,%d,%d,%d,%d,%d", t->dpi, t->width_dots,
             t->height_dots, t->offset_x_dots, t->offset_y_dots, t->rotate_degrees);
    const char *const arguments[] = { designs->helper, "prepare",  "--design",
                                      source,          "--target", target,
                                      "--out",         made,       NULL };
    struct easel_child_setting setting = { .arguments = arguments,
                                           .environment = designs->environment.list,
                                           .output = output,
                                           .socket = -1,
                                           .loop = designs->loop,
                                           .ended = on_end,
                                           .self = design };
    return easel_child_start(&setting, &design->child, err);
}

bool
easel_prepare_start(struct easel_design *design, struct err *err)
{
    struct easel_designs *designs = design->designs;
    int ends[2];

    design->answer_length = 0;
    memset(design->answer, 0, sizeof design->answer);
    design->is_late = false;
    design->began_us = clock_mono_us(designs->clock);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set(err, easel_err_code(errno), "pipe: %s", strerror(errno));
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
    loop_timer_arm(designs->loop, design->limit, designs->limit_ms - design->spent_ms);
    designs->preparing++;
    return true;
}

void
easel_prepare_stop(struct easel_design *design)
{
    easel_child_destroy(design->child);
    design->child = NULL;
    stop_listening(design);
}
