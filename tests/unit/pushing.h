#ifndef YUELAI_TESTS_PUSHING_H
#define YUELAI_TESTS_PUSHING_H

/* pushing: a push over a wire that the test answers, for the tests of push. */

#include "serving.h"
#include "sync/push.h"

/* One row at a time unless a test says otherwise. */
struct scene {
    struct serving serving;
    struct push_setting setting;
    struct push *push;
    unsigned results;
};

static inline void
open_push(struct scene *scene, unsigned at_once)
{
    struct serving *serving = &scene->serving;
    scene->setting = (struct push_setting){ .db = serving->store.db,
                                            .loop = &serving->hand.loop,
                                            .clock = &serving->hand.clock,
                                            .random = &serving->store.random,
                                            .log = &serving->store.log,
                                            .api = &serving->api,
                                            .station = "A",
                                            .at_once = at_once };
    push_destroy(scene->push);
    assert_ok(push_create(&scene->setting, &scene->push, err));
}

static inline int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    serving_prepare(&scene->serving);
    serving_put_event(&scene->serving, "dummy", "pretix");
    serving_put_list(&scene->serving, "dummy", "1", "");
    serving_put_ticket(&scene->serving, "dummy", "TICKETA", "secret-a", 201);
    serving_put_ticket(&scene->serving, "dummy", "TICKETB", "secret-b", 202);
    open_push(scene, 1);
    *state = scene;
    return 0;
}

static inline int
teardown(void **state)
{
    struct scene *scene = *state;
    push_destroy(scene->push);
    assert_int_equal(scene->serving.open, 0);
    serving_finish(&scene->serving);
    free(scene);
    return 0;
}

#define push_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

enum { AT_MS = 1795499000 };
static const char taken[] = "{\"status\":\"ok\",\"position\":{\"checkins\":[]}}";
static const char not_found[] =
    "{\"detail\":\"Not found.\",\"status\":\"error\",\"reason\":\"invalid\"}";

static inline struct serving_deed
entry(const char *ref, const char *secret, int64_t after_ms)
{
    return (struct serving_deed){ .kind = OUTBOX_CHECKIN,
                                  .event = "dummy",
                                  .ref = ref,
                                  .secret = secret,
                                  .at_ms = AT_MS * INT64_C(1000) + after_ms };
}

static inline void
poke(struct scene *scene)
{
    push_poke(scene->push);
}

/* Ends are written a moment later. */
static inline enum outbox_state
state_of(struct scene *scene, int64_t id)
{
    hand_loop_turn(&scene->serving.hand, 60);
    return serving_row(&scene->serving, id).state;
}

#endif
