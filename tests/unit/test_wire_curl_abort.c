#include "../../drivers/wire_curl.h"

#include "wiring.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>

/* What may be done to wire_curl from inside its own callbacks, and names that nobody
 * answers for. */

static struct server plain;

/* A resolver that hangs for one name, in front of the library's. */
static atomic_bool let_go;

int
getaddrinfo(const char *restrict node, const char *restrict service,
            const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
    static int (*real)(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);
    if (node && strcmp(node, "hangs.test") == 0) {
        while (!atomic_load(&let_go))
            usleep(1000);
        return EAI_NONAME;
    }
    if (!real) {
        void *found = dlsym(RTLD_NEXT, "getaddrinfo");
        memcpy(&real, &found, sizeof real);
    }
    return real(node, service, hints, result);
}

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
a_name_that_nobody_answers_for_holds_nothing_up(void **state)
{
    (void)state;
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    struct wire_request hanging = request_to(&wiring, "http", 1, "/");
    hanging.url = "http://hangs.test/";
    wire_start(wiring.wire, &hanging);
    char url[sizeof wiring.url];
    struct wire_request request = request_to(&wiring, "http", plain.port, "/plain/5");
    memcpy(url, wiring.url, sizeof url);
    request.url = url;
    exchange(&wiring, &request); /* meanwhile others are served */
    assert_int_equal(request.outcome, WIRE_OK);
    str_finish(&request.answer);
    wire_abort(wiring.wire,
               &hanging); /* were the thread waited for, this were for ever */

    hanging.deadline_ms = 100;
    exchange(&wiring, &hanging);
    assert_int_equal(hanging.outcome, WIRE_TIMEOUT);
    str_finish(&hanging.answer);

    wire_start(wiring.wire, &hanging);
    run_for(&wiring, 5);
    wire_curl_destroy(wiring.curl);
    wiring.curl = NULL;
    atomic_store(&let_go, true);
    usleep(50 * 1000); /* let the threads put their things away */
    close_wiring(&wiring);
}

/* ---- from inside done -------------------------------------------------------------
 */

struct pair {
    struct wiring *wiring;
    struct wire_request first, second;
    char urls[2][200];
    unsigned firsts, seconds;
};

static void
set_pair(struct pair *pair, struct wiring *wiring, const char *first,
         const char *second)
{
    *pair = (struct pair){ .wiring = wiring };
    pair->first = request_to(wiring, "http", plain.port, first);
    memcpy(pair->urls[0], wiring->url, sizeof wiring->url);
    pair->second = request_to(wiring, "http", plain.port, second);
    memcpy(pair->urls[1], wiring->url, sizeof wiring->url);
    pair->first.url = pair->urls[0];
    pair->second.url = pair->urls[1];
    pair->first.owner = pair->second.owner = pair;
}

static void
on_second(struct wire_request *request)
{
    struct pair *pair = request->owner;
    pair->seconds++;
    str_finish(&request->answer);
    loop_real_stop(pair->wiring->real);
}

static void
abort_the_other_and_itself(struct wire_request *request)
{
    struct pair *pair = request->owner;
    pair->firsts++;
    wire_abort(pair->wiring->wire, &pair->second);
    wire_abort(pair->wiring->wire, request); /* is over: nothing happens */
    str_finish(&request->answer);
}

static void
a_done_may_abort_another(void **state)
{
    (void)state;
    /* on the way; in the same heap of finished ones; one that could not be asked */
    const char *const seconds[] = { "/drip", "/plain/1", "\n", "/silent" };
    for (unsigned i = 0; i < 4; i++) {
        struct wiring wiring;
        struct pair pair;
        open_wiring(&wiring, (struct wire_curl_setting){ 0 });
        set_pair(&pair, &wiring, i == 2 ? "\r" : "/plain/1", seconds[i]);
        pair.first.done = abort_the_other_and_itself;
        pair.second.done = on_second;
        wire_start(wiring.wire, &pair.first);
        wire_start(wiring.wire, &pair.second);
        while (!pair.firsts)
            run_for(&wiring, 10);
        run_for(&wiring, 10);
        assert_int_equal(pair.firsts, 1);
        assert_true(pair.seconds == 0 || (i == 1 && pair.seconds == 1));
        assert_null(pair.second.transfer);
        close_wiring(&wiring);
    }
}

static void
start_the_other(struct wire_request *request)
{
    struct pair *pair = request->owner;
    pair->firsts++;
    str_finish(&request->answer);
    wire_start(pair->wiring->wire, &pair->second);
}

static void
a_done_may_start_the_next(void **state)
{
    (void)state;
    struct wiring wiring;
    struct pair pair;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    set_pair(&pair, &wiring, "/plain/1", "/plain/2");
    pair.first.done = start_the_other;
    pair.second.done = on_second;
    wire_start(wiring.wire, &pair.first);
    loop_real_run(wiring.real);
    assert_int_equal(pair.firsts, 1);
    assert_int_equal(pair.seconds, 1);
    close_wiring(&wiring);
}

static void
again_itself(struct wire_request *request)
{
    struct pair *pair = request->owner;
    assert_int_equal(request->outcome, WIRE_OK);
    str_finish(&request->answer);
    if (++pair->firsts == 20)
        loop_real_stop(pair->wiring->real);
    else
        wire_start(pair->wiring->wire, request);
}

static void
a_done_may_start_itself_again(void **state)
{
    (void)state;
    struct wiring wiring;
    struct pair pair;
    open_wiring(&wiring, (struct wire_curl_setting){ 0 });
    set_pair(&pair, &wiring, "/plain/1", "/plain/2");
    pair.first.done = again_itself;
    wire_start(wiring.wire, &pair.first);
    loop_real_run(wiring.real);
    assert_int_equal(pair.firsts, 20);
    close_wiring(&wiring);
}

static void
destroy_all(struct wire_request *request)
{
    struct pair *pair = request->owner;
    pair->firsts++;
    str_finish(&request->answer);
    wire_curl_destroy(pair->wiring->curl);
    pair->wiring->curl = NULL;
    loop_real_stop(pair->wiring->real);
}

static void
a_done_may_destroy_the_wire(void **state)
{
    (void)state;
    const char *const firsts[] = { "/plain/1", "\n", "/status/500", "/bomb" };
    for (unsigned i = 0; i < 4; i++) {
        struct wiring wiring;
        struct pair pair;
        open_wiring(&wiring, (struct wire_curl_setting){ 0 });
        set_pair(&pair, &wiring, firsts[i], "/silent");
        pair.first.done = destroy_all;
        pair.second.done = on_second;
        wire_start(wiring.wire, &pair.second);
        wire_start(wiring.wire, &pair.first);
        loop_real_run(wiring.real);
        assert_int_equal(pair.firsts, 1);
        assert_int_equal(pair.seconds, 0);
        close_wiring(&wiring);
    }
}

static void
what_waits_for_a_connection_has_its_deadline_too(void **state)
{
    (void)state;
    struct wiring wiring;
    struct pair pair;
    open_wiring(&wiring, (struct wire_curl_setting){ .connections_max = 1 });
    set_pair(&pair, &wiring, "/silent", "/plain/1");
    pair.second.done = on_second;
    pair.second.deadline_ms = 100;
    wire_start(wiring.wire, &pair.first);
    run_for(&wiring, 50);
    wire_start(wiring.wire, &pair.second);
    loop_real_run(wiring.real);
    assert_int_equal(pair.seconds, 1);
    assert_int_equal(pair.second.outcome, WIRE_TIMEOUT);
    close_wiring(&wiring);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_done_may_abort_another),
        cmocka_unit_test(a_done_may_start_the_next),
        cmocka_unit_test(a_done_may_start_itself_again),
        cmocka_unit_test(a_done_may_destroy_the_wire),
        cmocka_unit_test(what_waits_for_a_connection_has_its_deadline_too),
        cmocka_unit_test(a_name_that_nobody_answers_for_holds_nothing_up),
    };
    return cmocka_run_group_tests(tests, start_plain, stop_plain);
}
