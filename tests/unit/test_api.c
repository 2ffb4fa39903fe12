#include "at_corner.h"

static void
a_pin_opens_a_session_and_only_a_right_one(void **state)
{
    struct corner *corner = *state;
    assert_int_equal(corner_post(corner, "/api/staff/people", "{}"), 200);
    assert_non_null(strstr(corner->reply, "[\"ana\",\"li\",\"wang\"]"));
    assert_null(corner_staff(corner));
    assert_int_equal(corner_login(corner, "li", "1234"), 403);
    assert_non_null(strstr(corner->reply, "wrong"));
    assert_int_equal(corner_login(corner, "nobody", "4711"), 403);
    assert_string_equal(corner->token, "");
    assert_int_equal(corner_login(corner, "li", "4711"), 200);
    assert_int_equal(strlen(corner->token), PIN_TOKEN_CHARACTERS);
    assert_true(corner_shows(corner, "\"who\":\"li\""));
    assert_true(corner_shows(corner, "\"screen\":\"find\""));
}

static void
wrong_pins_are_slowed_down(void **state)
{
    struct corner *corner = *state;
    for (int i = 0; i < PIN_FREE_TRIES; i++)
        assert_int_equal(corner_login(corner, "li", "0000"), 403);
    assert_int_equal(corner_login(corner, "li", "4711"), 429);
    assert_non_null(strstr(corner->reply, "\"wait_ms\":1000"));
    assert_null(corner_staff(corner));
}

static void
without_a_session_nothing_is_done(void **state)
{
    struct corner *corner = *state;
    static const char *const acts[] = { "show", "find",  "open",   "admit",
                                        "role", "retry", "logout", "stay" };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        assert_int_equal(corner_act(corner, acts[i], ""), 401);
    str_copy(corner->token, sizeof corner->token, "0123456789abcdef0123456789abcdef");
    assert_int_equal(corner_act(corner, "find", "\"query\":\"ana\""), 401);
    assert_int_equal(corner->door.answered, 0);
}

static void
a_session_ends_by_logout_and_by_itself(void **state)
{
    struct corner *corner = *state;
    char before[WEB_TOKEN_MAX + 1];
    assert_int_equal(corner_login(corner, "li", "4711"), 200);
    str_copy(before, sizeof before, corner->token);
    assert_int_equal(corner_act(corner, "logout", ""), 200);
    assert_string_equal(corner->token, "");
    str_copy(corner->token, sizeof corner->token, before);
    assert_null(corner_staff(corner));

    assert_int_equal(corner_login(corner, "li", "4711"), 200);
    hand_loop_turn(&corner->door.hand, PIN_IDLE_MS - 1000);
    assert_int_equal(corner_act(corner, "stay", ""), 200);
    hand_loop_turn(&corner->door.hand, PIN_IDLE_MS - 1000);
    assert_non_null(corner_staff(corner)); /* looking is being there, too */
    hand_loop_turn(&corner->door.hand, PIN_IDLE_MS + 1000);
    assert_null(corner_staff(corner));
}

static void
two_sessions_see_their_own(void **state)
{
    struct corner *corner = *state;
    char li[WEB_TOKEN_MAX + 1];
    assert_int_equal(corner_login(corner, "li", "4711"), 200);
    assert_int_equal(corner_act(corner, "find", "\"query\":\"zizic\""), 200);
    str_copy(li, sizeof li, corner->token);
    assert_int_equal(corner_login(corner, "wang", "4711"), 200);
    assert_true(corner_shows(corner, "\"who\":\"wang\""));
    assert_false(corner_shows(corner, "zizic"));
    str_copy(corner->token, sizeof corner->token, li);
    assert_true(corner_shows(corner, "\"query\":\"zizic\""));
    assert_true(corner_shows(corner, "Ана Жижић"));
    assert_null(strstr(guest_surface(corner->guest)->state.data, "Жижић"));
}

static int
touch(struct corner *corner, const char *act, const char *more)
{
    char path[64], body[256];
    snprintf(path, sizeof path, "/api/guest/%s", act);
    snprintf(body, sizeof body, "{\"boot\":\"boot-1\",\"seq\":%llu%s%s}",
             (unsigned long long)guest_surface(corner->guest)->seq, *more ? "," : "",
             more);
    return corner_post(corner, path, body);
}

static void
guests_touches_reach_their_screen_or_nothing(void **state)
{
    struct corner *corner = *state;
    static const struct {
        const char *path, *body;
        int status;
    } samples[] = {
        { "/api/guest/done", "", 400 },
        { "/api/guest/done", "[", 400 },
        { "/api/guest/done", "{}", 400 },
        { "/api/guest/done", "{\"boot\":\"boot-1\",\"seq\":\"1\"}", 400 },
        { "/api/guest/done", "{\"boot\":\"boot-1\",\"seq\":0}", 409 },
        { "/api/guest/done", "{\"boot\":\"boot-0\",\"seq\":1}", 409 },
        { "/api/guest/choose", "{\"boot\":\"boot-1\",\"seq\":1}", 400 },
        { "/api/guest/badge", "{\"boot\":\"boot-1\",\"seq\":1,\"came_out\":1}", 400 },
        { "/api/guest/language", "{\"boot\":\"boot-1\",\"seq\":1}", 400 },
        { "/api/guest/nothing", "{\"boot\":\"boot-1\",\"seq\":1}", 404 },
        { "/api/nothing", "{}", 404 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int status = corner_post(corner, samples[i].path, samples[i].body);
        if (status != samples[i].status)
            fail_msg("%s %s: %d", samples[i].path, samples[i].body, status);
    }
    door_scan(&corner->door, "T-UNPAID");
    assert_int_equal(touch(corner, "stay", ""), 200);
    assert_int_equal(touch(corner, "language", "\"lang\":\"en\""), 200);
    assert_int_equal(touch(corner, "language", "\"lang\":\"tlh\""), 409);
    assert_int_equal(touch(corner, "done", ""), 200);
    assert_int_equal(touch(corner, "done", ""), 409);
}

static void
a_badge_that_may_be_out_is_settled_by_the_guest(void **state)
{
    struct corner *corner = *state;
    door_scan(&corner->door, "T-ANA");
    door_move_job(&corner->door, "T-ANA", SPOOL_UNCERTAIN);
    door_scan(&corner->door, "T-ANA");
    struct surface *guest = guest_surface(corner->guest);
    assert_non_null(strstr(guest->state.data, "\"screen\":\"came-out\""));
    assert_int_equal(touch(corner, "badge", "\"came_out\":true"), 200);
    assert_int_equal(corner->door.job.state, SPOOL_PRINTED);
    assert_int_equal(corner->door.job.evidence, SPOOL_EVIDENCE_SAID);
    assert_non_null(strstr(guest->state.data, "\"screen\":\"enter\""));
}

static void
a_screen_without_a_corner_has_no_staff(void **state)
{
    struct corner *corner = *state;
    struct api *api;
    int status = 0;
    struct api_setting setting = { .guest = corner->guest,
                                   .feed = &corner->door.feed,
                                   .loop = &corner->door.hand.loop,
                                   .log = &corner->door.log };
    assert_ok(api_create(&setting, &api, err));
    struct web_routes routes = api_routes(api);
    struct web_post post = { "/api/staff/login", "", "{}", 2 };
    corner->status = 0;
    routes.post(&post, corner_reply, corner, routes.self);
    assert_int_equal(corner->status, 404);
    assert_null(routes.surface("/api/staff/events", "x", &status, routes.self));
    assert_int_equal(status, 401);
    assert_non_null(routes.surface("/api/guest/events", "", &status, routes.self));
    api_destroy(api);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        corner_test(a_pin_opens_a_session_and_only_a_right_one),
        corner_test(wrong_pins_are_slowed_down),
        corner_test(without_a_session_nothing_is_done),
        corner_test(a_session_ends_by_logout_and_by_itself),
        corner_test(two_sessions_see_their_own),
        corner_test(guests_touches_reach_their_screen_or_nothing),
        corner_test(a_badge_that_may_be_out_is_settled_by_the_guest),
        corner_test(a_screen_without_a_corner_has_no_staff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
