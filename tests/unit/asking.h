#ifndef YUELAI_TESTS_ASKING_H
#define YUELAI_TESTS_ASKING_H

/* asking: a claim at a server that the test answers, for the tests of online. */

#include "serving.h"
#include "sync/online.h"

struct scene {
    struct serving serving;
    struct reach reach;
    struct online *online;
    const struct claim *claim;
    unsigned answered;
    struct claim_answer answer;
};

static inline void
open_online(struct scene *scene, enum online_mode mode)
{
    struct serving *serving = &scene->serving;
    struct online_setting setting = { .db = serving->store.db,
                                      .loop = &serving->hand.loop,
                                      .clock = &serving->hand.clock,
                                      .log = &serving->store.log,
                                      .api = &serving->api,
                                      .reach = &scene->reach,
                                      .mode = mode,
                                      .readers = 2,
                                      .deadline_ms = 800,
                                      .language = "en" };
    online_destroy(scene->online);
    reach_init(&scene->reach, 5000, false);
    assert_ok(online_create(&setting, &scene->online, err));
    scene->claim = online_claim(scene->online);
}

static inline int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    serving_prepare(&scene->serving);
    serving_put_event(&scene->serving, "dummy", "pretix");
    serving_put_event(&scene->serving, "fair", "csv");
    serving_put_list(&scene->serving, "dummy", "1", "");
    serving_put_list(&scene->serving, "dummy", "2", "9");
    serving_put_ticket(&scene->serving, "dummy", "TICKETA", "secret-a", 201);
    open_online(scene, ONLINE_FIRST);
    *state = scene;
    return 0;
}

static inline int
teardown(void **state)
{
    struct scene *scene = *state;
    online_destroy(scene->online);
    assert_int_equal(scene->serving.open, 0);
    serving_finish(&scene->serving);
    free(scene);
    return 0;
}

#define online_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline void
on_answer(const struct claim_answer *answer, void *self)
{
    struct scene *scene = self;
    scene->answered++;
    scene->answer = *answer;
}

static inline bool
asks(struct scene *scene)
{
    return scene->claim->asks(scene->claim->self);
}

static inline void
ask(struct scene *scene, unsigned reader, struct claim_question question)
{
    memset(question.nonce, 0xAB, sizeof question.nonce);
    if (!question.event)
        question.event = "dummy";
    if (!question.list)
        question.list = "1";
    if (!question.ref)
        question.ref = "";
    question.at_ms = INT64_C(1795500000000);
    scene->answered = 0;
    scene->claim->ask(reader, &question, on_answer, scene, scene->claim->self);
    assert_int_equal(scene->answered, 0); /* never from inside */
}

#endif
