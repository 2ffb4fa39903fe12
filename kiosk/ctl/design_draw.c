#include "ctl/design_draw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "ctl/preview.h"

enum { DESIGN_BYTES_MAX = 4 * 1024 * 1024 + 1, TRIES_MAX = 3, PROBLEM_MAX = 400 };

static const char design_name[] = "design";
static const char secret[] =
    "preview4sample4ticket4secret4xyz"; /* long as a server's */

struct one {
    struct design_draw *draw;
    struct easel_request request;
    unsigned tries;
    char fields[SPOOL_FIELDS_MAX + 1];
};

struct design_draw {
    struct design_draw_setting set;
    struct easel *easel;
    struct loop_timer *turn; /* from within easel's calls to the loop */
    struct one *all;
    struct easel_target target;
    unsigned left;
    bool closing;
    char problem[PROBLEM_MAX];
    char qr[BADGECODE_SIGNED_MAX + 1];
    char dir[PATH_MAX], file[PATH_MAX + 16], fresh[PATH_MAX + 16];
};

/* ---- the copy -----------------------------------------------------------------------
 */

static bool
copy(int from, int to, struct err *err)
{
    char piece[16384];
    size_t total = 0;
    ssize_t got;
    while ((got = read(from, piece, sizeof piece)) > 0) {
        total += (size_t)got;
        if (total > DESIGN_BYTES_MAX)
            return err_set(err, ERR_LIMIT, "over 4 MB");
        if (!fd_write(to, piece, (size_t)got))
            return err_set(err, ERR_IO, "its copy: %s", strerror(errno));
    }
    return got == 0 || err_set(err, ERR_IO, "%s", strerror(errno));
}

static bool
copy_design(const struct design_draw *draw, const char *path, struct err *err)
{
    int from = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return err_set(err, ERR_ABSENT, "%s", strerror(errno));
    int to = open(draw->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = to >= 0 ? copy(from, to, err)
                      : err_set(err, ERR_IO, "its copy: %s", strerror(errno));
    if (to >= 0)
        close(to);
    close(from);
    if (ok && rename(draw->fresh, draw->file) != 0)
        ok = err_set(err, ERR_IO, "its copy: %s", strerror(errno));
    return ok;
}

/* ---- drawing ------------------------------------------------------------------------
 */

static void
ask(struct one *one)
{
    struct design_draw *draw = one->draw;
    void (*done)(struct easel_request *) = one->request.done;
    one->request = (struct easel_request){ .design = design_name,
                                           .target = draw->target,
                                           .fields = one->fields,
                                           .qr = draw->qr,
                                           .secret = secret,
                                           .done = done,
                                           .owner = one };
    easel_draw(draw->easel, &one->request);
}

static void
note_problem(struct design_draw *draw, const char *text)
{
    if (draw->problem[0] == '\0')
        str_copy(draw->problem, sizeof draw->problem, text);
}

static void
on_done(struct easel_request *request)
{
    struct one *one = request->owner;
    struct design_draw *draw = one->draw;
    struct err err;
    if (draw->closing)
        return;
    if (request->outcome == EASEL_CRASHED && ++one->tries < TRIES_MAX) {
        ask(one);
        return;
    }
    if (request->outcome != EASEL_DRAWN)
        note_problem(draw, request->text);
    else if (!draw->set.drawn((unsigned)(one - draw->all), request, draw->set.self,
                              &err))
        note_problem(draw, err.text);
    if (--draw->left == 0)
        loop_timer_arm(draw->set.easel.loop, draw->turn, 0);
}

static void
on_turn(void *self)
{
    struct design_draw *draw = self;
    draw->set.ended(draw->problem, draw->set.self);
}

void
design_draw_start(struct design_draw *draw, const char *path,
                  const struct easel_target *target)
{
    struct err err;
    draw->problem[0] = '\0';
    draw->target = *target;
    if (!copy_design(draw, path, &err)) {
        note_problem(draw, err.text);
        loop_timer_arm(draw->set.easel.loop, draw->turn, 0);
        return;
    }
    draw->left = draw->set.sample_count;
    for (unsigned i = 0; i < draw->set.sample_count; i++) {
        draw->all[i].tries = 0;
        ask(&draw->all[i]);
    }
}

/* ---- life ---------------------------------------------------------------------------
 */

/* Beside the prepared designs, which are the same person's. */
static bool
make_directory(struct design_draw *draw, struct err *err)
{
    int length =
        snprintf(draw->dir, sizeof draw->dir, "%s.XXXXXX", draw->set.easel.cache);
    if (length >= (int)sizeof draw->dir)
        return err_set(err, ERR_LIMIT, "the path of the cache is too long");
    if (!mkdtemp(draw->dir)) {
        err_set(err, ERR_IO, "%s: %s", draw->dir, strerror(errno));
        draw->dir[0] = '\0';
        return false;
    }
    snprintf(draw->file, sizeof draw->file, "%s/%s.svg", draw->dir, design_name);
    snprintf(draw->fresh, sizeof draw->fresh, "%s/%s.new", draw->dir, design_name);
    draw->set.easel.designs = draw->dir;
    return true;
}

static bool
fill_guests(struct design_draw *draw, struct err *err)
{
    struct spool_job job = { .state = SPOOL_QUEUED };
    struct badgecode code = { .issue = 1 };
    char own[BADGECODE_SIGNED_MAX + 1];
    draw->all = calloc(draw->set.sample_count, sizeof *draw->all);
    if (!draw->all)
        return err_no_memory(err);
    for (unsigned i = 0; i < draw->set.sample_count; i++) {
        if (!sample_job(&draw->set.samples[i], &draw->set.badges, &job, err))
            return false;
        draw->all[i].draw = draw;
        draw->all[i].request.done = on_done;
        str_copy(draw->all[i].fields, sizeof draw->all[i].fields, job.fields);
    }
    str_copy(code.ref, sizeof code.ref, job.ref);
    str_copy(code.station, sizeof code.station, draw->set.badges.station);
    badgecode_format(&code, own);
    preview_code(&code, strlen(own), draw->qr);
    return true;
}

bool
design_draw_create(const struct design_draw_setting *setting, struct design_draw **draw,
                   struct err *err)
{
    struct design_draw *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->set = *setting;
    made->set.easel.nice = 19;
    made->turn = loop_timer_create(setting->easel.loop, on_turn, made);
    bool ok = (made->turn || err_no_memory(err)) && make_directory(made, err) &&
              fill_guests(made, err) &&
              easel_create(&made->set.easel, &made->easel, err);
    if (!ok) {
        design_draw_destroy(made);
        return false;
    }
    *draw = made;
    return true;
}

void
design_draw_destroy(struct design_draw *draw)
{
    if (!draw)
        return;
    draw->closing = true;
    easel_destroy(draw->easel);
    loop_timer_destroy(draw->set.easel.loop, draw->turn);
    if (draw->dir[0]) {
        unlink(draw->file);
        unlink(draw->fresh);
        rmdir(draw->dir);
    }
    free(draw->all);
    free(draw);
}
