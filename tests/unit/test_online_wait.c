/* When the server is worth asking while a guest waits, and when it is not. */

#include "asking.h"

static void
a_device_that_is_not_known_is_not_asked_about_for_a_while(void **state)
{
    struct scene *scene = *state;
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer(&scene->serving, 401, "{\"detail\":\"Invalid token.\"}");
    assert_int_equal(scene->answer.outcome, CLAIM_SILENT);
    assert_false(asks(scene));
    assert_false(reach_is_offline(&scene->reach));
    hand_loop_turn(&scene->serving.hand, 61 * 1000);
    assert_true(asks(scene));
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer(&scene->serving, 401, "{\"detail\":\"Invalid token.\"}");
    online_unlock(scene->online); /* another token */
    assert_true(asks(scene));
}

/* True if the server was asked about that list. */
static bool
asks_of(struct scene *scene, const char *event, const char *list)
{
    ask(scene, 0,
        (struct claim_question){ .code = "secret-a", .event = event, .list = list });
    bool asked = scene->serving.open == 1;
    if (asked)
        serving_answer(&scene->serving, 201, "{\"status\":\"ok\"}");
    else
        hand_loop_turn(&scene->serving.hand, 0);
    assert_int_equal(scene->answered, 1);
    assert_int_equal(scene->answer.outcome, asked ? CLAIM_ANSWERED : CLAIM_SILENT);
    return asked;
}

static void
a_list_that_is_closed_to_us_closes_no_other(void **state)
{
    struct scene *scene = *state;
    char list[8];
    ask(scene, 0, (struct claim_question){ .code = "secret-a", .list = "1" });
    serving_answer(&scene->serving, 403,
                   "{\"detail\":\"You do not have permission.\"}");
    assert_int_equal(scene->answer.outcome, CLAIM_SILENT);
    assert_true(asks(scene));
    assert_false(asks_of(scene, "dummy", "1"));
    assert_true(asks_of(scene, "dummy", "2"));
    assert_true(asks_of(scene, "other", "1"));
    hand_loop_turn(&scene->serving.hand, 61 * 1000);
    assert_true(asks_of(scene, "dummy", "1"));

    for (int i = 1; i <= 20; i++) { /* more than are remembered: the oldest is asked */
        snprintf(list, sizeof list, "%d", i);
        ask(scene, 0, (struct claim_question){ .code = "secret-a", .list = list });
        serving_answer(&scene->serving, 403, "{\"detail\":\"No.\"}");
        hand_loop_turn(&scene->serving.hand, 1000);
    }
    assert_true(asks_of(scene, "dummy", "1"));
    assert_false(asks_of(scene, "dummy", "20"));
    online_unlock(scene->online);
    assert_true(asks_of(scene, "dummy", "20"));
}

static void
a_server_that_wants_a_rest_has_it(void **state)
{
    struct scene *scene = *state;
    static const struct {
        int status;
        int64_t retry_after_ms, rests_ms;
    } cases[] = {
        { 429, 7000, 7000 }, { 503, 20000, 20000 }, { 429, 86400000, 300000 },
        { 429, 0, 0 },       { 409, 5000, 0 }, /* of this ticket alone */
        { 500, 5000, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_online(scene, ONLINE_FIRST);
        ask(scene, 0, (struct claim_question){ .code = "secret-a" });
        serving_answer_at(&scene->serving, 0,
                          (struct serving_answer){ WIRE_OK, cases[i].status,
                                                   "{\"detail\":\"Wait.\"}",
                                                   cases[i].retry_after_ms });
        assert_int_equal(scene->answer.outcome, CLAIM_SILENT);
        assert_int_equal(asks(scene), cases[i].rests_ms == 0);
        if (cases[i].rests_ms == 0)
            continue;
        hand_loop_turn(&scene->serving.hand, cases[i].rests_ms - 1);
        assert_false(asks(scene));
        hand_loop_turn(&scene->serving.hand, 1);
        assert_true(asks(scene));
    }
}

static void
the_guest_does_not_wait_for_a_dead_network_twice(void **state)
{
    struct scene *scene = *state;
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    hand_loop_turn(&scene->serving.hand, 800);
    scene->claim->forget(0, scene->claim->self);
    assert_int_equal(scene->answered, 0);
    assert_int_equal(scene->serving.aborted, 1);
    assert_false(asks(scene)); /* though one error is not yet offline: */
    assert_false(reach_is_offline(&scene->reach));
    reach_note(&scene->reach, 40); /* sync's probe has come through */
    assert_true(asks(scene));

    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer_at(&scene->serving, 0,
                      (struct serving_answer){ WIRE_TIMEOUT, 0, "", 0 });
    assert_false(asks(scene));
    assert_true(reach_is_offline(&scene->reach));
    /* Other exchanges bring it back. */
    for (unsigned i = 0; i < 5; i++)
        reach_note(&scene->reach, 40);
    assert_true(asks(scene));

    /* A server that has trouble of its own says so at once: that keeps nobody waiting.
     */
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer(&scene->serving, 500, "<h1>Server Error</h1>");
    assert_true(asks(scene));
}

static void
two_readers_ask_apart_and_one_may_forget(void **state)
{
    struct scene *scene = *state;
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    ask(scene, 1, (struct claim_question){ .code = "secret-b" });
    assert_int_equal(scene->serving.open, 2);
    scene->claim->forget(0, scene->claim->self);
    assert_int_equal(scene->serving.open, 1);
    assert_string_equal(serving_text(&scene->serving, "secret"), "secret-b");
    serving_answer(&scene->serving, 201, "{\"status\":\"ok\"}");
    assert_int_equal(scene->answered, 1);
    ask(scene, 0, (struct claim_question){ .code = "secret-c" });
    serving_answer(&scene->serving, 201, "{\"status\":\"ok\"}");
    assert_int_equal(scene->answered, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        online_test(a_device_that_is_not_known_is_not_asked_about_for_a_while),
        online_test(a_list_that_is_closed_to_us_closes_no_other),
        online_test(a_server_that_wants_a_rest_has_it),
        online_test(the_guest_does_not_wait_for_a_dead_network_twice),
        online_test(two_readers_ask_apart_and_one_may_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
