#ifndef YUELAI_TESTS_PRINTQ_SCENE_H
#define YUELAI_TESTS_PRINTQ_SCENE_H

/* printq_scene: a station's print queue over a real journal.db; time, printers and the
 * artist are turned by hand. What counts is what lies on paper and what the rows say of
 * it. Included by one test program each. */

#include "hand_loop.h"
#include "hand_spooler.h"
#include "print/printq.h"
#include "store/settings.h"
#include "storing.h"

struct scene {
    struct store store;
    struct hand_loop loop;
    struct hand_spooler spooler;
    struct feed feed;
    struct printq_printer printers[3];
    struct printq_setting setting;
    struct printq *printq;
    /* the artist */
    struct easel_request *drawing;
    struct loop_timer *draws;
    enum easel_outcome draws_as;
    unsigned drawn;
    char drawn_qr[64], drawn_design[64], drawn_fields[2048];
    bool holds; /* keeps the drawing to itself */
    const char *misfit; /* what it says did not fit; NULL: nothing */
};

/* ---- the artist ------------------------------------------------------------- */

static inline void
draw_now(void *self)
{
    static const uint8_t dots[2] = { 0xF0, 0x0F };
    struct scene *scene = self;
    struct easel_request *request = scene->drawing;
    scene->drawing = request->next;
    if (scene->drawing)
        loop_timer_arm(&scene->loop.loop, scene->draws, 1);
    scene->drawn++;
    request->outcome = scene->draws_as;
    request->page = (struct page){ .width_dots = 8,
                                   .height_dots = 2,
                                   .stride_bytes = 1,
                                   .dpi = request->target.dpi,
                                   .bits = dots };
    str_copy(request->text, sizeof request->text, "said the artist");
    request->overflow = scene->misfit != NULL;
    if (scene->misfit)
        str_copy(request->misfit, sizeof request->misfit, scene->misfit);
    request->done(request);
}

static inline void
draw_later(struct easel_request *request, void *self)
{
    struct scene *scene = self;
    struct easel_request **end = &scene->drawing;
    while (*end)
        end = &(*end)->next;
    *end = request;
    request->next = NULL;
    str_copy(scene->drawn_qr, sizeof scene->drawn_qr, request->qr);
    str_copy(scene->drawn_design, sizeof scene->drawn_design, request->design);
    str_copy(scene->drawn_fields, sizeof scene->drawn_fields, request->fields);
    if (!scene->holds)
        loop_timer_arm(&scene->loop.loop, scene->draws, 1);
}

/* ---- the scene -------------------------------------------------------------- */

static const struct printer_driver *const drivers[] = { &hand_driver, NULL };
static const struct encoder *const encoders[] = { &encode_zpl, NULL };

static inline void
start(struct scene *scene)
{
    assert_ok(printq_create(&scene->setting, &scene->printq, err));
}

static inline void
stop(struct scene *scene)
{
    printq_destroy(scene->printq);
    scene->printq = NULL;
    scene->holds = false;
    while (scene->drawing) /* comes back to nobody */
        draw_now(scene);
    loop_timer_disarm(&scene->loop.loop, scene->draws);
}

static inline void
add_printer(struct scene *scene, const char *name)
{
    struct printq_printer *printer = &scene->printers[scene->setting.count++];
    *printer = (struct printq_printer){ .design = "conference-62x100" };
    str_copy(printer->name, sizeof printer->name, name);
    snprintf(printer->uri, sizeof printer->uri, "hand:%s", name);
    assert_ok(profile_load(SOURCE_DIR "/templates/printer", "virtual-zpl-203",
                           &printer->profile, err));
    hand_spooler_queue(&scene->spooler, name);
}

static inline int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    store_prepare(&scene->store);
    hand_loop_init(&scene->loop, INT64_C(1795500000000));
    scene->store.setting.clock = &scene->loop.clock;
    store_open(&scene->store);
    hand_spooler_init(&scene->spooler, &scene->loop);
    feed_init(&scene->feed);
    scene->draws = loop_timer_create(&scene->loop.loop, draw_now, scene);
    scene->setting = (struct printq_setting){
        .printers = scene->printers,
        .drivers = drivers,
        .encoders = encoders,
        .db = scene->store.db,
        .artist = { .draw = draw_later, .self = scene },
        .random = &scene->store.random,
        .loop = &scene->loop.loop,
        .clock = &scene->loop.clock,
        .log = &scene->store.log,
        .feed = &scene->feed,
        .station = "A",
    };
    add_printer(scene, "left");
    *state = scene;
    return 0;
}

static inline int
teardown(void **state)
{
    struct scene *scene = *state;
    stop(scene);
    loop_timer_destroy(&scene->loop.loop, scene->draws);
    hand_spooler_finish(&scene->spooler);
    db_close(scene->store.db);
    store_remove(&scene->store);
    free(scene);
    return 0;
}

static inline void
wait_ms(struct scene *scene, int64_t ms)
{
    for (int64_t i = 0; i < ms; i += 10) {
        hand_loop_turn(&scene->loop, 10);
        scene->store.logged[0] = '\0';
    }
}

static inline int64_t
guest(struct scene *scene, const char *ref)
{
    struct spool_job job = { .kind = "guest", .cause = "first", .event = "citec" };
    str_copy(job.ref, sizeof job.ref, ref);
    str_copy(job.station, sizeof job.station, "A");
    str_copy(job.fields, sizeof job.fields, "{\"name\":\"张伟\"}");
    assert_ok(db_begin(scene->store.db, err));
    assert_ok(spool_add(scene->store.db, &job, err));
    assert_ok(db_commit(scene->store.db, err));
    if (scene->printq)
        printq_poke(scene->printq);
    return job.id;
}

static inline struct spool_job
row(struct scene *scene, int64_t id)
{
    struct spool_job job;
    bool found;
    assert_ok(spool_get(scene->store.db, id, &found, &job, err));
    assert_true(found);
    return job;
}

static inline struct printq_status
status(struct scene *scene, unsigned number)
{
    struct printq_status told;
    printq_status(scene->printq, number, &told);
    return told;
}

static inline unsigned
paper(struct scene *scene)
{
    return scene->spooler.paper_count;
}

static inline struct hand_queue *
queue(struct scene *scene, const char *name)
{
    return hand_spooler_queue(&scene->spooler, name);
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
