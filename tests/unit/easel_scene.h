#ifndef YUELAI_TEST_EASEL_SCENE_H
#define YUELAI_TEST_EASEL_SCENE_H

/* easel_scene: an easel with the real drawing helper on a real loop, a directory of
 * designs that a test may write into, and a cache of its own. For test_easel and
 * test_easel_hostile. */

#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop_real.h"
#include "print/easel.h"

static const struct easel_target scene_target = { .dpi = 203,
                                                  .width_dots = 495,
                                                  .height_dots = 799 };
static const char scene_fields[] =
    "{\"name\":\"张伟\",\"name_latin\":\"Zhang Wei\",\"organisation\":\"Tsinghua\","
    "\"country\":\"China\",\"kind\":\"vip\",\"kind_label\":\"VIP\",\"event\":"
    "\"CITEC\"}";
static const char shipped_fonts[] = SOURCE_DIR "/templates/system/fonts.conf";
static const char scene_qr[] = "YL1-MHTQYULGFM-B2-EA84";

struct scene {
    struct loop_real *real;
    const struct loop *loop;
    struct loop_timer *stop;
    struct easel *easel;
    const char *fonts; /* fontconfig's; NULL: as shipped */
    char dir[64], designs[80], cache[80];
    int answers, wanted; /* the loop stops when so many have come */
    char seen[4096];     /* log lines */
    int32_t heap_kib;    /* the helper's limit; 0: as in real life */
};

struct drawing {
    struct easel_request request;
    struct scene *scene;
    int order;    /* of its answer, from 1; 0: none yet */
    size_t black; /* dots set */
};

static inline void
scene_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module;
    struct scene *scene = self;
    size_t used = strlen(scene->seen);
    snprintf(scene->seen + used, sizeof scene->seen - used, "%s\n", text);
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline void
on_stop(void *self)
{
    struct scene *scene = self;
    loop_real_stop(scene->real);
}

static inline void
on_done(struct easel_request *request)
{
    struct drawing *drawing = request->owner;
    struct scene *scene = drawing->scene;

    drawing->order = ++scene->answers;
    const struct page *page = &request->page;
    size_t bytes = (size_t)page->stride_bytes * (size_t)page->height_dots;
    for (size_t i = 0; page->bits && i < bytes; i++)
        drawing->black += (size_t)__builtin_popcount(page->bits[i]);
    if (scene->answers == scene->wanted)
        loop_real_stop(scene->real);
}

static inline void
write_design(struct scene *scene, const char *name, const char *svg)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s.svg", scene->designs, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(svg, file);
    assert_int_equal(fclose(file), 0);
}

/* A directory, a loop; the easel is still to be opened. */
static inline void
set_scene(struct scene *scene)
{
    struct err err = { 0 };

    memset(scene, 0, sizeof *scene);
    snprintf(scene->dir, sizeof scene->dir, "/tmp/yuelai-easel-XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    snprintf(scene->designs, sizeof scene->designs, "%s/designs", scene->dir);
    snprintf(scene->cache, sizeof scene->cache, "%s/cache", scene->dir);
    assert_int_equal(mkdir(scene->designs, 0700), 0);
    assert_true(loop_real_create(&scene->real, &err));
    scene->loop = loop_real_door(scene->real);
    scene->stop = loop_timer_create(scene->loop, on_stop, scene);
}

/* `limit_ms`: for a design to be prepared; 0: as in real life. */
static inline void
open_easel(struct scene *scene, const char *helper, const char *designs,
           int64_t limit_ms)
{
    struct err err = { 0 };
    static struct log log; /* one scene at a time */

    log = (struct log){ scene_log, scene, LOG_LEVEL_DEBUG };
    struct easel_setting setting = { .helper = helper,
                                     .designs = designs ? designs : scene->designs,
                                     .layouts = scene->designs,
                                     .cache = scene->cache,
                                     .fonts = scene->fonts ? scene->fonts
                                                           : shipped_fonts,
                                     .loop = scene->loop,
                                     .clock = &clock_system,
                                     .log = &log,
                                     .prepare_limit_ms = limit_ms,
                                     .heap_limit_kib = scene->heap_kib };
    if (!easel_create(&setting, &scene->easel, &err))
        fail_msg("%s", err.text);
}

static inline void
open_scene(struct scene *scene, const char *designs, int64_t limit_ms)
{
    set_scene(scene);
    open_easel(scene, BINARY_DIR "/kiosk-draw", designs, limit_ms);
}

static inline void
close_scene(struct scene *scene)
{
    easel_destroy(scene->easel);
    loop_timer_destroy(scene->loop, scene->stop);
    loop_real_destroy(scene->real);
    nftw(scene->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
ask(struct scene *scene, struct drawing *drawing, const char *design)
{
    memset(drawing, 0, sizeof *drawing);
    drawing->scene = scene;
    drawing->request = (struct easel_request){ .design = design,
                                               .target = scene_target,
                                               .fields = scene_fields,
                                               .qr = scene_qr,
                                               .done = on_done,
                                               .owner = drawing };
    easel_draw(scene->easel, &drawing->request);
}

/* Runs until `wanted` more answers have come; fails after `limit_ms`. */
static inline void
wait_for(struct scene *scene, int wanted, int64_t limit_ms)
{
    scene->wanted = scene->answers + wanted;
    loop_timer_arm(scene->loop, scene->stop, limit_ms);
    loop_real_run(scene->real);
    loop_timer_disarm(scene->loop, scene->stop);
    if (scene->answers != scene->wanted)
        fail_msg("%d of %d answers within %d ms; log:\n%s",
                 wanted - (scene->wanted - scene->answers), wanted, (int)limit_ms,
                 scene->seen);
}

#endif
