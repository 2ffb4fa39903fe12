#include "sync/api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "str.h"

/* A wire that keeps the request until the test answers it. */
struct hand_wire {
    struct wire wire;
    struct wire_request *request;
    unsigned aborted;
};

static void
start(struct wire_request *request, void *self)
{
    struct hand_wire *hand = self;
    hand->request = request;
    str_init(&request->answer, request->body_max);
}

static void
abort_request(struct wire_request *request, void *self)
{
    struct hand_wire *hand = self;
    assert_ptr_equal(request, hand->request);
    hand->aborted++;
}

static int64_t
stands_still(void *self)
{
    (void)self;
    return 5000;
}

static void
write_nothing(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    (void)module;
    assert_null(strstr(text, "s3cret"));
    ++*(unsigned *)self;
}

struct scene {
    struct hand_wire hand;
    struct clock clock;
    struct log log;
    unsigned lines;
    struct account account;
    struct api_client api;
    struct api_call call;
    unsigned done;
};

static void
on_done(struct api_call *call)
{
    ((struct scene *)call->owner)->done++;
}

static int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->hand.wire = (struct wire){ start, abort_request, &scene->hand };
    scene->clock = (struct clock){ stands_still, stands_still, NULL };
    scene->log = (struct log){ write_nothing, &scene->lines, LOG_LEVEL_DEBUG };
    str_copy(scene->account.url, sizeof scene->account.url, "https://t.example");
    str_copy(scene->account.token, sizeof scene->account.token, "s3cret");
    scene->api = (struct api_client){ &scene->hand.wire, &scene->clock, &scene->log,
                                      &scene->account };
    api_call_init(&scene->call);
    scene->call.done = on_done;
    scene->call.owner = scene;
    *state = scene;
    return 0;
}

static int
teardown(void **state)
{
    struct scene *scene = *state;
    api_call_finish(&scene->call);
    free(scene);
    return 0;
}

static void
answer(struct scene *scene, enum wire_outcome outcome, int status, const char *body)
{
    struct wire_request *request = scene->hand.request;
    request->outcome = outcome;
    request->status = status;
    str_add_text(&request->answer, body);
    request->done(request);
}

static void
an_answer_is_one_of_few_things(void **state)
{
    (void)state;
    static const struct {
        enum wire_outcome outcome;
        int status;
        const char *body;
        int64_t retry_after_ms;
        enum api_result result;
        const char *says;
    } cases[] = {
        { WIRE_OK, 200, "{}", 0, API_OK, "" },
        { WIRE_OK, 201, "[]", 0, API_OK, "" },
        { WIRE_OK, 204, "", 0, API_OK, "" },
        { WIRE_OK, 304, "", 0, API_UNCHANGED, "" },
        { WIRE_OK, 200, "<html>Log in</html>", 0, API_NOT_HERE, "login" },
        { WIRE_OK, 302, "", 0, API_NOT_HERE, "302" },
        { WIRE_OK, 404, "<h1>Not Found</h1>", 0, API_NOT_HERE, "address" },
        { WIRE_OK, 404, "{\"detail\":\"Not found.\"}", 0, API_REFUSED, "Not found." },
        { WIRE_OK, 400, "{\"lists\":[\"Invalid pk\"]}", 0, API_REFUSED,
          "lists: Invalid pk" },
        { WIRE_OK, 400, "[\"No list passed.\"]", 0, API_REFUSED, "No list passed." },
        { WIRE_OK, 401, "{\"detail\":\"Invalid token.\"}", 0, API_LOCKED, "Invalid" },
        { WIRE_OK, 401, "{\"detail\":\"Device access has been revoked.\"}", 0,
          API_REVOKED, "revoked" },
        { WIRE_OK, 403, "{\"detail\":\"no\"}", 0, API_LOCKED, "no" },
        { WIRE_OK, 403, "<html>", 0, API_NOT_HERE, "403" },
        { WIRE_OK, 409, "{\"detail\":\"busy\"}", 5000, API_LATER, "busy" },
        { WIRE_OK, 409, "{\"detail\":\"clash\"}", 0, API_REFUSED, "clash" },
        { WIRE_OK, 429, "{\"detail\":\"slow\"}", 7000, API_LATER, "slow" },
        { WIRE_OK, 500, "<h1>Server Error</h1>", 0, API_LATER, "500" },
        { WIRE_OK, 502, "", 0, API_LATER, "502" },
        { WIRE_CUT, 200, "", 0, API_SILENT, "cut short" },
        { WIRE_TIMEOUT, 0, "", 0, API_SILENT, "" },
        { WIRE_UNTRUSTED, 0, "", 0, API_UNTRUSTED, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *made;
        setup(&made);
        struct scene *scene = made;
        assert_true(api_url(&scene->api, &scene->call, "/api/v1/version"));
        api_start(&scene->api, &scene->call);
        scene->hand.request->retry_after_ms = cases[i].retry_after_ms;
        if (cases[i].outcome == WIRE_CUT)
            str_copy(scene->hand.request->text, sizeof scene->hand.request->text,
                     "the answer was cut short");
        answer(scene, cases[i].outcome, cases[i].status, cases[i].body);
        assert_int_equal(scene->done, 1);
        if (scene->call.result != cases[i].result ||
            !strstr(scene->call.text, cases[i].says))
            fail_msg("case %zu: result %d \"%s\"", i, scene->call.result,
                     scene->call.text);
        assert_int_equal(scene->lines, 1);
        teardown(&made);
    }
}

static void
values_are_escaped_and_pairs_stand_once(void **state)
{
    struct scene *scene = *state;
    char text[32];
    assert_string_equal(api_escape("a+b/ü", text, sizeof text), "a%2Bb%2F%C3%BC");
    assert_string_equal(api_escape("äöü", text, 8), "%C3%A4");
    assert_true(api_url(&scene->api, &scene->call, "/x/?exclude=fees&n=1"));
    assert_true(api_add_query(&scene->call, "exclude", "downloads"));
    assert_true(api_add_query(&scene->call, "exclude", "fees"));
    assert_true(api_add_query(&scene->call, "since", "2026-01-01T00:00:00+01:00"));
    assert_string_equal(scene->call.url,
                        "https://t.example/x/?exclude=fees&n=1&exclude=downloads"
                        "&since=2026-01-01T00%3A00%3A00%2B01%3A00");
}

static void
only_the_accounts_server_is_home(void **state)
{
    struct scene *scene = *state;
    assert_true(api_is_home(&scene->api, "https://t.example/api/?page=2"));
    assert_false(api_is_home(&scene->api, "https://t.example.evil/api/"));
    assert_false(api_is_home(&scene->api, "http://t.example/api/"));
    assert_false(api_is_home(&scene->api, "https://evil/https://t.example/"));
}

static void
what_is_asked_reaches_the_wire(void **state)
{
    struct scene *scene = *state;
    struct api_call *call = &scene->call;
    call->method = "POST";
    call->language = "zh";
    str_add_text(&call->body, "{\"a\":1}");
    str_copy(call->idempotency_key, sizeof call->idempotency_key, "k1");
    assert_true(api_url(&scene->api, call, "/x/"));
    api_start(&scene->api, call);
    const struct wire_request *request = scene->hand.request;
    assert_string_equal(request->token, "s3cret");
    assert_string_equal(request->body, "{\"a\":1}");
    assert_string_equal(request->headers[0], "Content-Type: application/json");
    assert_string_equal(request->headers[2], "X-Idempotency-Key: k1");
    assert_string_equal(request->headers[3], "Accept-Language: zh");
    assert_null(request->headers[4]);
    api_call_finish(call);
    assert_int_equal(scene->hand.aborted, 1);
    assert_int_equal(scene->done, 0);
    str_finish(&scene->hand.request->answer);
    api_call_init(call);
}

int
main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_one_of_few_things),
        test(values_are_escaped_and_pairs_stand_once),
        test(only_the_accounts_server_is_home),
        test(what_is_asked_reaches_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
