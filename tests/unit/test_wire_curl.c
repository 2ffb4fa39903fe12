#include "../../drivers/wire_curl.h"

#include "wiring.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>

/* What wire_curl makes of servers that behave, and of those that do not; TLS and ends
 * in the middle stand in test_wire_curl_trust.c and test_wire_curl_abort.c. */

static struct server plain;

static int
start_plain(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    start_server(&plain, "", NULL);
    return 0;
}

static int
stop_plain(void **state)
{
    (void)state;
    stop_server(&plain);
    return 0;
}

static void
each_behaviour_has_its_outcome(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum wire_outcome outcome;
        int status;
    } rows[] = {
        { "/plain/10", WIRE_OK, 200 },
        { "/status/500", WIRE_OK, 500 },
        { "/status/503", WIRE_OK, 503 },
        { "/status/404", WIRE_OK, 404 },
        { "/redirect", WIRE_OK, 302 },
        { "/portal", WIRE_OK, 200 },
        { "/gzip", WIRE_OK, 200 },
        { "/twice", WIRE_OK, 200 },
        { "/headers/100", WIRE_OK, 200 },
        { "/cut/length", WIRE_CUT, 200 },
        { "/cut/chunk", WIRE_CUT, 200 },
        { "/cut/head", WIRE_CUT, 0 },
        { "/cut/reset", WIRE_CUT, 0 },
        { "/bad-gzip", WIRE_CUT, 200 },
        { "/nonsense", WIRE_CUT, 0 },
        { "/bomb", WIRE_TOO_LARGE, 200 },
        { "/endless", WIRE_TOO_LARGE, 200 },
        { "/plain/2000000", WIRE_TOO_LARGE, 200 },
        { "/headers/1000", WIRE_TOO_LARGE, 200 },
        { "/header-long", WIRE_TOO_LARGE, 200 },
    };
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wire_request request =
            request_to(&wiring, "http", plain.port, rows[i].path);
        exchange(&wiring, &request);
        if (request.outcome != rows[i].outcome)
            fail_msg("%s: outcome %d, want %d (%s)", rows[i].path, (int)request.outcome,
                     (int)rows[i].outcome, request.text);
        if (rows[i].status && request.status != rows[i].status)
            fail_msg("%s: status %d, want %d", rows[i].path, request.status,
                     rows[i].status);
        if (request.outcome == WIRE_OK)
            assert_string_equal(request.text, "");
        else if (!request.text[0] || request.answer.length)
            fail_msg("%s: no words, or a body", rows[i].path);
        str_finish(&request.answer);
    }
    close_wiring(&wiring);
}

static void
what_the_answer_says_is_there(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    struct wire_request request = request_to(&wiring, "http", plain.port, "/marks");
    exchange(&wiring, &request);
    assert_string_equal(request.content_type, "application/json");
    assert_string_equal(request.etag, "\"abc\"");
    assert_string_equal(request.page_generated, "2026-11-24T10:00:00.5+00:00");
    assert_string_equal(request.last_modified, "Tue, 24 Nov 2026 09:00:00 GMT");
    assert_true(request.date_ms == INT64_C(1795514400000));
    assert_string_equal(request.answer.data, "{}");
    str_finish(&request.answer);

    request = request_to(&wiring, "http", plain.port, "/portal");
    exchange(&wiring, &request);
    assert_string_equal(request.content_type, "text/html; charset=utf-8");
    assert_string_equal(request.etag, ""); /* not the former answer's */
    str_finish(&request.answer);

    request = request_to(&wiring, "http", plain.port, "/gzip");
    exchange(&wiring, &request);
    assert_string_equal(request.answer.data, "{\"packed\": \"really\"}");
    str_finish(&request.answer);
    close_wiring(&wiring);
}

static void
early_answers_and_trailers_are_not_listened_to(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    struct wire_request request = request_to(&wiring, "http", plain.port, "/twice");
    exchange(&wiring, &request);
    assert_string_equal(request.etag, "");
    str_finish(&request.answer);
    request = request_to(&wiring, "http", plain.port, "/headers-late");
    exchange(&wiring, &request);
    assert_string_equal(request.etag, "early");
    str_finish(&request.answer);
    close_wiring(&wiring);
}

static void
retry_after_is_understood_in_seconds_and_as_a_date_by_the_servers_clock(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int64_t wait_ms;
    } rows[] = {
        { "/status/429", 0 },
        { "/status/429?after=0", 0 },
        { "/status/429?after=17", 17000 },
        { "/status/503?after=5", 5000 },
        { "/status/429?after=99999999999", 24 * 3600 * 1000 },
        { "/status/429?after=Tue,_24_Nov_2026_10:02:00_GMT", 120000 },
        { "/status/429?after=Tue,_24_Nov_2026_09:00:00_GMT", 0 },
        { "/status/429?after=Tue,_24_Nov_2099_09:00:00_GMT", 24 * 3600 * 1000 },
        { "/status/429?after=soon", 0 },
        { "/status/429?after=-3", 0 },
    };
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wire_request request =
            request_to(&wiring, "http", plain.port, rows[i].path);
        exchange(&wiring, &request);
        assert_int_equal(request.outcome, WIRE_OK);
        if (request.retry_after_ms != rows[i].wait_ms)
            fail_msg("%s: %lld ms", rows[i].path, (long long)request.retry_after_ms);
        str_finish(&request.answer);
    }
    close_wiring(&wiring);
}

static void
a_request_arrives_as_it_was_asked(void **state)
{
    (void)state;
    const char *const headers[] = { "X-Idempotency-Key: k1",
                                    "If-Modified-Since: Tue, 24 Nov 2026 09:00:00 GMT",
                                    NULL };
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    struct wire_request request = request_to(&wiring, "http", plain.port, "/echo");
    request.method = "PATCH";
    request.headers = headers;
    request.token = "SECRETTOKEN";
    request.body = "{\"a\": 1} and more";
    request.body_length = 8;
    exchange(&wiring, &request);
    const char *const want[] = { "PATCH /echo HTTP/1.1\r\n",
                                 "User-Agent: yuelai/" YUELAI_VERSION "\r\n",
                                 "Authorization: Device SECRETTOKEN\r\n",
                                 "X-Idempotency-Key: k1\r\n",
                                 "If-Modified-Since: Tue, 24 Nov 2026 09:00:00 GMT\r\n",
                                 "Content-Type: application/json\r\n",
                                 "Content-Length: 8\r\n",
                                 "Accept-Encoding: gzip\r\n",
                                 "\r\n\r\n{\"a\": 1}" };
    for (unsigned i = 0; i < sizeof want / sizeof *want; i++)
        if (!strstr(request.answer.data, want[i]))
            fail_msg("no %s in\n%s", want[i], request.answer.data);
    assert_null(strstr(request.answer.data, "and more"));
    assert_null(strstr(request.answer.data, "Expect"));
    str_finish(&request.answer);

    request = request_to(&wiring, "http", plain.port, "/echo");
    request.method = "POST"; /* without a body: still a POST, of length 0 */
    exchange(&wiring, &request);
    assert_non_null(strstr(request.answer.data, "POST /echo"));
    assert_non_null(strstr(request.answer.data, "Content-Length: 0\r\n"));
    assert_null(strstr(request.answer.data, "Authorization"));
    str_finish(&request.answer);
    assert_null(strstr(wiring.logged.data, "SECRET"));
    assert_non_null(
        strstr(wiring.logged.data, "wire method=PATCH outcome=ok status=200"));
    close_wiring(&wiring);
}

static void
what_cannot_be_asked_is_told_later_and_never_sent(void **state)
{
    (void)state;
    char long_url[10000];
    memset(long_url, 'x', sizeof long_url - 1);
    long_url[sizeof long_url - 1] = '\0';
    memcpy(long_url, "http://127.0.0.1:1/", 19);
    const char *const split[] = { "X-A: b\r\nX-Smuggled: c", NULL };
    const struct {
        const char *url, *token;
        const char *const *headers;
    } rows[] = {
        { "file:///etc/passwd", NULL, NULL },
        { "ftp://127.0.0.1/", NULL, NULL },
        { "http://user:word@127.0.0.1:1/", NULL, NULL },
        { "no url at all", NULL, NULL },
        { "http://127.0.0.1:1/\nx", NULL, NULL },
        { long_url, NULL, NULL },
        { "http://127.0.0.1:1/", "tok\r\nX-Smuggled: c", NULL },
        { "http://127.0.0.1:1/", NULL, split },
        { "http://127.0.0.1:1/", NULL, NULL }, /* refused */
        { "http://nowhere.invalid/", NULL, NULL },
    };
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wire_request request = request_to(&wiring, "http", 1, "/");
        request.url = rows[i].url;
        request.token = rows[i].token;
        request.headers = rows[i].headers;
        exchange(&wiring, &request);
        if (request.outcome != WIRE_UNREACHABLE || !request.text[0])
            fail_msg("row %u: outcome %d, \"%s\"", i, (int)request.outcome,
                     request.text);
        str_finish(&request.answer);
    }
    close_wiring(&wiring);
}

static void
the_environments_proxies_are_not_asked(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    struct wire_request request = request_to(&wiring, "http", plain.port, "/plain/1");
    exchange(&wiring, &request);
    assert_int_equal(request.outcome, WIRE_OK);
    str_finish(&request.answer);
    close_wiring(&wiring);
    unsetenv("http_proxy");
    unsetenv("all_proxy");

    open_wiring(&wiring, (struct wire_curl_setting){ .proxy = "http://127.0.0.1:1" });
    request = request_to(&wiring, "http", plain.port, "/plain/1");
    exchange(&wiring, &request);
    assert_int_equal(request.outcome, WIRE_UNREACHABLE); /* the one configured is */
    str_finish(&request.answer);
    close_wiring(&wiring);
}

static void
silence_ends_at_the_deadline_and_a_drip_by_its_pace(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ .slow_s = 2 });
    struct wire_request request = request_to(&wiring, "http", plain.port, "/silent");
    request.deadline_ms = 200;
    exchange(&wiring, &request);
    assert_int_equal(request.outcome, WIRE_TIMEOUT);
    str_finish(&request.answer);

    request = request_to(&wiring, "http", plain.port, "/drip");
    exchange(&wiring, &request); /* the deadline of a minute is not waited for */
    assert_int_equal(request.outcome, WIRE_TIMEOUT);
    assert_non_null(strstr(request.text, "too slow"));
    str_finish(&request.answer);
    close_wiring(&wiring);
}

/* The kernel takes the connection; nobody accepts it. */
static void
a_listener_that_never_answers_is_a_timeout(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    for (unsigned tls = 0; tls < 2; tls++) {
        struct wiring wiring;
        open_wiring(&wiring, (struct wire_curl_setting){ 0 });
        struct wire_request request =
            request_to(&wiring, tls ? "https" : "http", ntohs(address.sin_port), "/");
        request.deadline_ms = 200;
        exchange(&wiring, &request);
        assert_int_equal(request.outcome, WIRE_TIMEOUT);
        str_finish(&request.answer);
        close_wiring(&wiring);
    }
    close(fd);
}

static void
a_bomb_costs_no_more_than_its_bound(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    struct wire_request request = request_to(&wiring, "http", plain.port, "/bomb");
    exchange(&wiring, &request); /* 64 MB behind 64 kB */
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(request.outcome, WIRE_TOO_LARGE);
    assert_true(after.ru_maxrss - before.ru_maxrss < 24 * 1024);
    str_finish(&request.answer);
    close_wiring(&wiring);
}

static void
counted(struct wiring *wiring, int *connections, int *requests)
{
    struct wire_request request = request_to(wiring, "http", plain.port, "/count");
    exchange(wiring, &request);
    assert_int_equal(sscanf(request.answer.data, "%d %d", connections, requests), 2);
    str_finish(&request.answer);
}

static void
a_hundred_requests_go_over_one_connection(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    int connections, requests, connections_after, requests_after;
    counted(&wiring, &connections, &requests);
    for (unsigned i = 0; i < 100; i++) {
        struct wire_request request =
            request_to(&wiring, "http", plain.port, "/plain/99");
        exchange(&wiring, &request);
        assert_int_equal(request.answer.length, 99);
        str_finish(&request.answer);
    }
    counted(&wiring, &connections_after, &requests_after);
    assert_int_equal(connections_after, connections);
    assert_int_equal(requests_after, requests + 101);
    close_wiring(&wiring);
}

static void
a_kept_connection_that_was_closed_meanwhile_is_made_anew(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    for (unsigned i = 0; i < 10; i++) {
        struct wire_request request = request_to(&wiring, "http", plain.port, "/close");
        request.method = i % 2 ? "POST" : "GET";
        exchange(&wiring, &request);
        assert_int_equal(request.outcome, WIRE_OK);
        str_finish(&request.answer);
    }
    close_wiring(&wiring);
}

static void
on_one_of_many(struct wire_request *request)
{
    struct wiring *wiring = request->owner;
    assert_int_equal(request->outcome, WIRE_OK);
    str_finish(&request->answer);
    if (++wiring->done == 30)
        loop_real_stop(wiring->real);
}

static void
many_at_once_share_few_connections(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ .connections_max = 2 });
    int connections, requests, connections_after, requests_after;
    counted(&wiring, &connections, &requests);
    wiring.done = 0;
    struct wire_request many[30];
    for (unsigned i = 0; i < 30; i++) {
        many[i] = request_to(&wiring, "http", plain.port, "/plain/1000");
        many[i].done = on_one_of_many;
        wire_start(wiring.wire, &many[i]);
    }
    loop_real_run(wiring.real);
    counted(&wiring, &connections_after, &requests_after);
    assert_int_equal(requests_after, requests + 31);
    assert_true(connections_after <= connections + 1);
    close_wiring(&wiring);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_behaviour_has_its_outcome),
        cmocka_unit_test(what_the_answer_says_is_there),
        cmocka_unit_test(early_answers_and_trailers_are_not_listened_to),
        cmocka_unit_test(
            retry_after_is_understood_in_seconds_and_as_a_date_by_the_servers_clock),
        cmocka_unit_test(a_request_arrives_as_it_was_asked),
        cmocka_unit_test(what_cannot_be_asked_is_told_later_and_never_sent),
        cmocka_unit_test(the_environments_proxies_are_not_asked),
        cmocka_unit_test(silence_ends_at_the_deadline_and_a_drip_by_its_pace),
        cmocka_unit_test(a_listener_that_never_answers_is_a_timeout),
        cmocka_unit_test(a_bomb_costs_no_more_than_its_bound),
        cmocka_unit_test(a_hundred_requests_go_over_one_connection),
        cmocka_unit_test(a_kept_connection_that_was_closed_meanwhile_is_made_anew),
        cmocka_unit_test(many_at_once_share_few_connections),
    };
    return cmocka_run_group_tests(tests, start_plain, stop_plain);
}
