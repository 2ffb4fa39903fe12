#include "case_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "case_guard.h"

/* The player of http cases, against the server that it is for: what holds is passed,
 * and everything that does not hold is told. */

static struct pretix_server *server;

static int
start_server(void **state)
{
    (void)state;
    struct err err;
    return pretix_server_start(&server, NULL, &err) ? 0 : -1;
}

static int
stop_server(void **state)
{
    (void)state;
    pretix_server_stop(server);
    return 0;
}

static const char datasets[] =
    "{'expo': {'organizer': 'org', 'load': ["
    "{'kind': 'event', 'object': {'slug': 'e', 'name': {'en': 'Expo'},"
    "  'date_from': '2026-06-01T08:00:00Z'}},"
    "{'kind': 'item', 'event': 'e', 'object': {'id': 1, 'name': {'en': 'Ticket'}}},"
    "{'kind': 'checkinlist', 'event': 'e', 'object': {'id': 1, 'name': 'Door'}},"
    "{'kind': 'order', 'event': 'e', 'object': {'code': 'ABC', 'positions': ["
    "  {'id': 7, 'item': 1, 'secret': 'abc', 'attendee_name': 'Ana'}]}}]}}";

#define REDEEM                                         \
    "{'op': 'http', 'as': 'device', 'method': 'POST'," \
    " 'path': '/api/v1/organizers/org/checkinrpc/redeem/', "
#define GET "{'op': 'http', 'as': 'device', 'method': 'GET', 'path': '/api/v1/"

static void
guarded(struct str *out, const char *text)
{
    struct str quoted;
    str_init(&quoted, 1 << 16);
    for (const char *at = text; *at; at++)
        str_add_char(&quoted, *at == '\'' ? '"' : *at);
    str_init(out, 1 << 16);
    assert_true(case_guard(out, quoted.data, quoted.length));
    str_finish(&quoted);
}

static struct json *
parsed(const char *text)
{
    struct str guard;
    struct json *root = NULL;
    struct err err;
    guarded(&guard, text);
    if (!json_parse(guard.data, guard.length, &root, &err))
        fail_msg("%s: %s", text, err.text);
    str_finish(&guard);
    return root;
}

/* part: of the error; NULL: the case passes. */
static void
play(const char *steps, const char *part)
{
    char text[4096];
    struct err err = { 0 };
    snprintf(text, sizeof text, "{'id': 'x', 'dataset': 'expo', 'steps': [%s]}", steps);
    struct json *one = parsed(text), *all = parsed(datasets);
    const struct case_http_set set = { .datasets = all,
                                       .now = "2026-06-01T12:00:00Z",
                                       .directory = "." };
    bool ok = case_http_play(server, &set, one, &err);
    if (ok != (part == NULL) || (part && !strstr(err.text, part)))
        fail_msg("%s\n%s, \"%s\"", steps, ok ? "passed" : "failed", err.text);
    json_free(one);
    json_free(all);
}

static void
what_holds_is_passed(void **state)
{
    (void)state;
    play(REDEEM
         "'body': {'lists': [1], 'secret': 'abc'}, 'expect': {'status': 201,"
         " 'json': {'status': 'ok', 'position': {'id': 7, 'checkins': []}},"
         " 'has_keys': ['position.secret', 'list']}},"
         "{'op': 'server_checkins', 'position': 7, 'expect': {'count': 1, 'failed': "
         "0, 'last': {'type': 'entry', 'forced': false}}}",
         NULL);
    play(GET
         "device/info', 'expect': {'status': 200, 'has_headers': ['content-type']}},"
         "{'op': 'server_device', 'id': 1, 'state': 'revoked'}," GET
         "device/info', 'expect': {'status': 401, 'json_exact': {'detail': 'Device "
         "access has been revoked.'}}}",
         NULL);
    play("{'op': 'http', 'as': 'device', 'method': 'GET', 'path': "
         "'/api/v1/organizers/org/checkinrpc/search/', 'query': [['list', '1'], "
         "['search', 'ana']], 'expect': {'status': 200, 'result_ids': [7]}}",
         NULL);
    play(
        "{'op': 'http', 'as': 'device', 'method': 'POST', 'path': '/api/v1/upload',"
        " 'headers': {'Content-Type': 'image/gif', 'Content-Disposition': 'attachment; "
        "filename=\\'x.gif\\''}, 'body_base64': 'R0lGODlhAQABAAAAADs=', 'expect': "
        "{'status': 201, 'has_keys': ['id']}}",
        NULL);
}

static void
bytes_that_json_of_the_house_refuses_reach_the_server(void **state)
{
    (void)state;
    play(REDEEM
         "'body': {'lists': [1], 'secret': 'a\\u0000b'}, 'expect': {'status': 400,"
         " 'json': {'secret': ['Null characters are not allowed.']}}}",
         NULL);
    play(REDEEM
         "'body': {'lists': [1], 'secret': 'a\\ud800b'}, 'expect': {'status': 400,"
         " 'has_keys': ['secret']}}",
         NULL);
    play(REDEEM "'body': {'lists': [1], 'secret': '\\ud83d\\ude00'}, 'expect': "
                "{'status': 404}}",
         NULL);
    play(REDEEM
         "'body': {'lists': [1], 'secret': '\\\\u0000'}, 'expect': {'status': 404}}",
         NULL); /* a backslash and five letters, that is a ticket nobody has */
}

static void
guard_and_unguard_are_inverse(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"\\u0000 \\ud800 \\udfff \\n \xe6\x98\x93\"}";
    struct str guard, back;
    str_init(&guard, 1000);
    str_init(&back, 1000);
    assert_true(case_guard(&guard, text, sizeof text - 1));
    assert_null(strstr(guard.data, "\\u"));
    assert_true(case_unguard(&back, guard.data, guard.length));
    assert_string_equal(back.data, text);
    str_finish(&guard);
    str_finish(&back);
}

static void
what_does_not_hold_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *part;
    } rows[] = {
        { GET "version', 'expect': {'status': 201}}",
          "step 1: expected status 201, got 200" },
        { GET "version', 'expect': {'json': {'pretix': '1'}}}", "at pretix" },
        { GET "version', 'expect': {'json': {'absent': null}}}", "at absent" },
        { GET "version', 'expect': {'json_exact': {'pretix': '2026.8.0'}}}",
          "expected json_exact" },
        { GET "version', 'expect': {'has_keys': ['server.version']}}", "has_keys" },
        { GET "version', 'expect': {'has_headers': ['Retry-After']}}", "has_headers" },
        { GET "organizers/org/events/', 'expect': {'result_ids': []}}", "result_ids" },
        { GET "organizers/org/events/', 'expect': {'json': {'results': []}}}",
          "at results" },
        { GET "version', 'expect': {'body_equals': 'A'}}", "no body A" },
        { GET "version', 'expect': {'capture_body': 'A'}}," GET
              "version', 'expect': {'body_differs': 'A'}}",
          "step 2: expected body_differs" },
        { GET "version', 'expect': {'colour': 1}}", "unknown expectation colour" },
        { "{'op': 'http', 'as': 'stranger', 'method': 'GET', 'path': '/'}",
          "stranger" },
        { "{'op': 'dance'}", "unknown op" },
        { "{'op': 'add', 'kind': 'dance', 'event': 'e', 'object': {}}", "dance" },
        { "{'op': 'server_fault', 'kind': 'earthquake'}", "earthquake" },
        { "{'op': 'server_checkins', 'position': 7, 'expect': {'count': 1}}",
          "\"got\"" },
        { "{'op': 'server_answer', 'position': 7, 'question': 1, 'expect': {'answer': "
          "'x'}}",
          "\"got\"" },
        { "{'op': 'server_medium', 'type': 'barcode', 'identifier': 'x', 'expect': "
          "{'linked_orderpositions': []}}",
          "\"got\"" },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        play(rows[i].steps, rows[i].part);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_is_passed),
        cmocka_unit_test(bytes_that_json_of_the_house_refuses_reach_the_server),
        cmocka_unit_test(guard_and_unguard_are_inverse),
        cmocka_unit_test(what_does_not_hold_is_told),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
