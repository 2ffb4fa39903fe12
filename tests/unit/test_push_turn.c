#include "sync/push.h"

#include "pushing.h"

/* ---- when
 * ------------------------------------------------------------------------------
 */

static void
a_silent_server_is_left_alone_longer_and_longer(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0)), waits[14];
    int64_t other = serving_add(serving, entry("TICKETB", "secret-b", 1));
    for (unsigned i = 0; i < 14; i++) {
        int64_t began_us = serving->hand.now_us;
        for (poke(scene); serving->open == 0; poke(scene))
            hand_loop_turn(&serving->hand, 100);
        waits[i] = (serving->hand.now_us - began_us) / 1000;
        serving_answer_at(serving, 0,
                          (struct serving_answer){ WIRE_UNREACHABLE, 0, "", 0 });
    }
    assert_int_equal(waits[0], 0);
    assert_in_range(waits[1], 1000, 1400);
    assert_in_range(waits[4], 6000, 10100);
    assert_in_range(waits[13], 225000, 300100);
    assert_int_equal(state_of(scene, id), OUTBOX_PENDING);
    assert_int_equal(state_of(scene, other), OUTBOX_PENDING);
    struct push_status status;
    push_status(scene->push, &status);
    assert_int_equal(status.pending, 2);
    assert_int_equal(status.oldest_ms, AT_MS * INT64_C(1000));

    hand_loop_turn(&serving->hand, 300 * 1000);
    poke(scene);
    serving_answer(serving, 201, taken);
    assert_int_equal(serving->open, 1); /* the line is good: the next at once */
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
retry_after_is_respected(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    serving_add(serving, entry("TICKETA", "secret-a", 0));
    serving_add(serving, entry("TICKETB", "secret-b", 1));
    poke(scene);
    serving_answer_at(
        serving, 0,
        (struct serving_answer){ WIRE_OK, 429, "{\"detail\":\"x\"}", 90000 });
    hand_loop_turn(&serving->hand, 89 * 1000);
    poke(scene);
    assert_int_equal(serving->open, 0);
    hand_loop_turn(&serving->hand, 1100);
    poke(scene);
    assert_int_equal(serving->open, 1);
    serving_answer(serving, 201, taken);
    serving_answer(serving, 201, taken);
}

static void
one_bad_row_does_not_block_those_behind_it(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t ids[20];
    for (unsigned i = 0; i < 20; i++)
        ids[i] = serving_add(serving, entry(i == 3 ? "TICKETB" : "TICKETA",
                                            i == 3 ? "secret-b" : "secret-a", i));
    poke(scene);
    for (unsigned n = 0; serving->open > 0 && n < 100; n++) {
        bool bad = strcmp(serving_text(serving, "secret"), "secret-b") == 0;
        serving_answer(serving, bad ? 500 : 201, bad ? "<h1>Server Error</h1>" : taken);
        if (!bad)
            continue;
        assert_int_equal(serving->open, 0); /* a rest of a second for the server */
        if (n == 3)
            hand_loop_turn(&serving->hand, 1000);
        poke(scene);
    }
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(state_of(scene, ids[i]),
                         i == 3 ? OUTBOX_PENDING : OUTBOX_SENT);
    hand_loop_turn(&serving->hand, 2000);
    poke(scene);
    serving_answer(serving, 404, not_found);
    assert_int_equal(state_of(scene, ids[3]), OUTBOX_DEAD);
}

static void
rows_go_in_order_of_time_and_never_two_of_one_ticket(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    open_push(scene, 4);
    serving_add(serving, entry("TICKETA", "secret-a", 30));
    serving_add(serving, entry("TICKETA", "secret-a", 10));
    serving_add(serving, entry("TICKETB", "secret-b", 20));
    poke(scene);
    assert_int_equal(serving->open, 2);
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T05:43:20.010000Z");
    serving_answer_at(serving, 1, (struct serving_answer){ WIRE_OK, 201, taken, 0 });
    assert_int_equal(serving->open, 1); /* the other of A still waits */
    serving_answer(serving, 201, taken);
    assert_int_equal(serving->open, 1);
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T05:43:20.030000Z");
    serving_answer(serving, 201, taken);
}

static void
rows_of_an_event_from_a_file_are_left_alone(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct push_status status;
    serving_put_event(serving, "fair", "csv");
    struct serving_deed deed = entry("TICKETA", "secret-a", 0);
    deed.event = "fair";
    int64_t ours = 0, id = serving_add(serving, deed);
    for (unsigned i = 0; i < 100; i++)
        serving_add(serving, deed);
    deed.event = "dummy";
    deed.at_ms += 1000;
    ours = serving_add(serving, deed);
    poke(scene);
    assert_int_equal(serving->started, 1);
    push_status(scene->push, &status);
    assert_int_equal(status.pending, 1);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, ours), OUTBOX_SENT);
    assert_int_equal(state_of(scene, id), OUTBOX_PENDING);
    assert_int_equal(serving_row(serving, id).tries, 0);
    assert_int_equal(serving->started, 1);
}

/* ---- held, dead, again
 * ------------------------------------------------------------------
 */

static void
an_unknown_device_holds_all_and_a_new_token_frees_them(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct push_status status;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0));
    int64_t other = serving_add(serving, entry("TICKETB", "secret-b", 1));
    poke(scene);
    serving_answer(serving, 401, "{\"detail\":\"Invalid token.\"}");
    assert_int_equal(serving->open, 0);
    assert_int_equal(state_of(scene, id), OUTBOX_HOLD);
    push_status(scene->push, &status);
    assert_true(status.locked);
    assert_int_equal(status.hold, 1);
    hand_loop_turn(&serving->hand, 20000);
    poke(scene);
    assert_int_equal(serving->open, 0);
    push_release(scene->push);
    assert_int_equal(serving->open, 1);
    serving_answer(serving, 201, taken);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
    assert_int_equal(state_of(scene, other), OUTBOX_SENT);
}

static void
an_event_that_is_closed_to_us_holds_its_own_rows_alone(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    serving_put_event(serving, "other", "pretix");
    struct serving_deed deed = entry("", "secret-c", 0);
    deed.kind = OUTBOX_REFUSAL;
    deed.verdict = VERDICT_NOT_IN_COPY;
    deed.event = "other";
    int64_t closed[3], open_id;
    for (unsigned i = 0; i < 3; i++)
        closed[i] = serving_add(serving, deed);
    open_id = serving_add(serving, entry("TICKETA", "secret-a", 9));
    poke(scene);
    serving_answer(serving, 403, "{\"detail\":\"You do not have permission\"}");
    for (unsigned i = 0; i < 10; i++) {
        hand_loop_turn(&serving->hand, 60);
        while (serving->open > 0) {
            bool redeem = strstr(serving->requests[0]->url, "redeem") != NULL;
            serving_answer(serving, redeem ? 201 : 403,
                           redeem ? taken : "{\"detail\":\"x\"}");
        }
        poke(scene);
    }
    assert_int_equal(state_of(scene, open_id), OUTBOX_SENT);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(state_of(scene, closed[i]), OUTBOX_HOLD);
    /* Tried again by itself, later, under a key that the server has no answer to. */
    hand_loop_turn(&serving->hand, 300 * 1000);
    poke(scene);
    assert_int_equal(serving->open, 1);
    assert_non_null(strchr(serving_header(serving, "X-Idempotency-Key"), '-'));
    for (unsigned i = 0; i < 3; i++)
        serving_answer(serving, 201, "{}");
    assert_int_equal(state_of(scene, closed[2]), OUTBOX_SENT);
}

static void
a_dead_row_keeps_the_servers_words_and_can_be_tried_again(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0));
    char key[80];
    poke(scene);
    str_copy(key, sizeof key, serving_header(serving, "X-Idempotency-Key"));
    serving_answer(serving, 404, not_found);
    assert_int_equal(state_of(scene, id), OUTBOX_DEAD);
    assert_string_equal(serving_row(serving, id).answer, "404 invalid");
    assert_fails(push_retry(scene->push, 999, "staff:li", err), ERR_ABSENT, "999");
    assert_ok(push_retry(scene->push, id, "staff:li", err));
    assert_int_equal(serving->open, 1);
    assert_string_not_equal(serving_header(serving, "X-Idempotency-Key"), key);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
    assert_fails(push_retry(scene->push, id, "staff:li", err), ERR_INPUT,
                 "has been sent");
}

static void
a_row_on_its_way_when_the_program_stops_is_sent_again_alike(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0));
    char body[1024], key[80];
    poke(scene);
    str_copy(body, sizeof body, serving->requests[0]->body);
    str_copy(key, sizeof key, serving_header(serving, "X-Idempotency-Key"));
    push_destroy(scene->push);
    scene->push = NULL;
    assert_int_equal(serving->aborted, 1);
    store_reopen(&serving->store);
    open_push(scene, 1);
    poke(scene);
    assert_string_equal(serving->requests[0]->body, body);
    assert_string_equal(serving_header(serving, "X-Idempotency-Key"), key);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
a_withdrawn_device_sends_nothing_more(void **state)
{
    struct scene *scene = *state;
    serving_add(&scene->serving, entry("TICKETA", "secret-a", 0));
    scene->serving.account.state = ACCOUNT_REVOKED;
    poke(scene);
    hand_loop_turn(&scene->serving.hand, 600 * 1000);
    poke(scene);
    assert_int_equal(scene->serving.started, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        push_test(a_silent_server_is_left_alone_longer_and_longer),
        push_test(retry_after_is_respected),
        push_test(one_bad_row_does_not_block_those_behind_it),
        push_test(rows_go_in_order_of_time_and_never_two_of_one_ticket),
        push_test(rows_of_an_event_from_a_file_are_left_alone),
        push_test(an_unknown_device_holds_all_and_a_new_token_frees_them),
        push_test(an_event_that_is_closed_to_us_holds_its_own_rows_alone),
        push_test(a_dead_row_keeps_the_servers_words_and_can_be_tried_again),
        push_test(a_row_on_its_way_when_the_program_stops_is_sent_again_alike),
        push_test(a_withdrawn_device_sends_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
