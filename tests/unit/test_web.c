#include "screen/web.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/loop_real.h"
#include "http_client.h"

/* The server runs on a thread of its own, with the real loop; the test tells it what to
 * do by single bytes through a pipe and speaks to it as any client would. */
struct rig {
    pthread_t thread;
    int told[2], ready[2];
    struct loop_real *real;
    struct web *web;
    struct surface_identity identity;
    struct surface guest, staff;
    uint16_t port;
    web_reply_fn *owed;
    void *owed_self;
    int posts;
};

enum {
    TELL_STOP = 'q',
    TELL_STATE = 's', /* a new guest state */
    TELL_BIG = 'b',   /* a state of 40 KB */
    TELL_STAFF = 't', /* a new staff state */
    TELL_END = 'e',   /* the staff's surface ends */
    TELL_REPLY = 'r'  /* the reply that is owed */
};

static void
discard(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

static void
publish(struct surface *surface, const char *screen, size_t padding)
{
    struct str *out = surface_begin(surface, true);
    json_add_text(out, "screen", screen);
    if (padding) {
        char *text = calloc(1, padding + 1);
        assert_non_null(text);
        memset(text, 'x', padding);
        json_add_text(out, "padding", text);
        free(text);
    }
    surface_end(surface);
}

static struct surface *
surface_of(const char *path, const char *token, int *status, void *self)
{
    struct rig *rig = self;
    *status = 404;
    if (strcmp(path, "/api/guest/events") == 0)
        return &rig->guest;
    if (strcmp(path, "/api/staff/events") != 0)
        return NULL;
    *status = 401;
    return strcmp(token, "secret") == 0 ? &rig->staff : NULL;
}

static void
post(const struct web_post *asked, web_reply_fn *reply, void *reply_self, void *self)
{
    struct rig *rig = self;
    rig->posts++;
    if (strcmp(asked->path, "/api/later") == 0) {
        rig->owed = reply;
        rig->owed_self = reply_self;
        return;
    }
    struct web_reply answer = { .status = 200, .json = "{\"ok\":true}" };
    if (strcmp(asked->path, "/api/login") == 0)
        answer.set_token = "secret";
    reply(&answer, reply_self);
}

static void
told(int fd, int events, void *self)
{
    struct rig *rig = self;
    char byte;
    (void)events;
    if (read(fd, &byte, 1) != 1)
        return;
    if (byte == TELL_STATE)
        publish(&rig->guest, "welcome", 0);
    if (byte == TELL_BIG)
        publish(&rig->guest, "big", 40000);
    if (byte == TELL_STAFF)
        publish(&rig->staff, "staff-secret", 0);
    if (byte == TELL_END)
        web_end_surface(rig->web, &rig->staff);
    if (byte == TELL_REPLY && rig->owed)
        rig->owed(&(struct web_reply){ .status = 200 }, rig->owed_self);
    if (byte == TELL_STOP)
        loop_real_stop(rig->real);
}

static void *
serve(void *self)
{
    struct rig *rig = self;
    struct log log = { discard, NULL, LOG_LEVEL_DEBUG };
    struct assets *assets;
    struct err err;

    assert_true(loop_real_create(&rig->real, &err));
    assert_true(assets_create(NULL, &assets, &err));
    rig->identity = (struct surface_identity){ "boot-1", "assets-1" };
    surface_init(&rig->guest, &rig->identity);
    surface_init(&rig->staff, &rig->identity);
    publish(&rig->guest, "attract", 0);
    publish(&rig->staff, "find", 0);
    const struct loop *loop = loop_real_door(rig->real);
    struct web_setting setting = {
        .event_base = loop_real_event_base(rig->real),
        .loop = loop,
        .log = &log,
        .assets = assets,
        .routes = { surface_of, post, rig },
    };
    assert_true(web_create(&setting, &rig->web, &err));
    rig->port = web_port(rig->web);
    struct loop_watch *watch = loop_watch(loop, rig->told[0], LOOP_READ, told, rig);
    assert_int_equal(write(rig->ready[1], "", 1), 1);
    loop_real_run(rig->real);
    loop_unwatch(loop, watch);
    web_destroy(rig->web);
    surface_finish(&rig->guest);
    surface_finish(&rig->staff);
    assets_destroy(assets);
    loop_real_destroy(rig->real);
    return NULL;
}

static void
tell(struct rig *rig, char byte)
{
    assert_int_equal(write(rig->told[1], &byte, 1), 1);
}

static int
set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    char byte;
    assert_non_null(rig);
    assert_int_equal(pipe(rig->told), 0);
    assert_int_equal(pipe(rig->ready), 0);
    assert_int_equal(pthread_create(&rig->thread, NULL, serve, rig), 0);
    assert_int_equal(read(rig->ready[0], &byte, 1), 1);
    *state = rig;
    return 0;
}

static int
tear_down(void **state)
{
    struct rig *rig = *state;
    tell(rig, TELL_STOP);
    pthread_join(rig->thread, NULL);
    for (int i = 0; i < 2; i++) {
        close(rig->told[i]);
        close(rig->ready[i]);
    }
    free(rig);
    return 0;
}

static char got[256 * 1024];

/* `lines` are further header lines, each with its CR LF. */
static int
ask(struct rig *rig, const char *start, const char *lines, const char *body)
{
    char request[2048];
    snprintf(request, sizeof request,
             "%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
             "Content-Length: %zu\r\n%s\r\n%s",
             start, rig->port, strlen(body), lines, body);
    return http_exchange(rig->port, request, got, sizeof got);
}

static int
stream(struct rig *rig, const char *path, const char *lines)
{
    char request[512];
    int fd = http_connect(rig->port);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n",
             path, rig->port, lines);
    assert_true(http_send(fd, request, strlen(request)));
    return fd;
}

/* ---- tests --------------------------------------------------------------------------
 */

static void
the_page_comes_with_its_fences(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(ask(rig, "GET /", "", ""), 200);
    assert_non_null(strstr(got, "Content-Security-Policy: default-src 'self'"));
    assert_non_null(strstr(got, "frame-ancestors 'none'"));
    assert_non_null(strstr(got, "X-Content-Type-Options: nosniff"));
    assert_non_null(strstr(got, "<!doctype html>"));
    assert_int_equal(ask(rig, "GET /healthz", "", ""), 200);
    assert_non_null(strstr(got, "Cache-Control: no-store"));
    assert_int_equal(ask(rig, "GET /nothing", "", ""), 404);
    assert_int_equal(ask(rig, "GET /../../etc/passwd", "", ""), 404);
}

static void
a_file_that_is_known_is_not_sent_again(void **state)
{
    struct rig *rig = *state;
    char header[128];
    assert_int_equal(ask(rig, "GET /kiosk.css", "", ""), 200);
    const char *tag = strstr(got, "ETag: \"");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: %.18s\r\n", tag + 6);
    assert_int_equal(ask(rig, "GET /kiosk.css", header, ""), 304);
    assert_int_equal(ask(rig, "GET /kiosk.css", "If-None-Match: \"0\"\r\n", ""), 200);
}

static void
what_is_not_our_page_is_refused(void **state)
{
    struct rig *rig = *state;
    static const char json[] = "Content-Type: application/json\r\n";
    assert_int_equal(ask(rig, "POST /api/x", json, "{}"), 200);
    assert_int_equal(ask(rig, "POST /api/x", "Content-Type: text/plain\r\n", "{}"),
                     415);
    assert_int_equal(ask(rig, "POST /api/x", "", "a=b"), 415);
    assert_int_equal(
        ask(rig, "POST /api/x",
            "Content-Type: application/json\r\nOrigin: http://evil.example\r\n", "{}"),
        403);
    assert_int_equal(
        ask(rig, "GET /api/guest/events", "Sec-Fetch-Site: cross-site\r\n", ""), 403);
    assert_int_equal(ask(rig, "POST /index.html", json, "{}"), 405);
    int status = ask(rig, "TRACE /", "", "");
    assert_true(status == 405 || status == 501);
    status = http_exchange(rig->port,
                           "GET / HTTP/1.1\r\nHost: evil.example\r\n"
                           "Connection: close\r\n\r\n",
                           got, sizeof got);
    assert_int_equal(status, 421);
    assert_null(strstr(got, "doctype"));
    assert_int_equal(rig->posts, 1); /* nothing refused was acted on */
}

static void
what_is_too_large_is_refused(void **state)
{
    struct rig *rig = *state;
    char request[512];
    snprintf(request, sizeof request,
             "POST /api/x HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: 70000\r\n"
             "Content-Type: application/json\r\n\r\n{",
             rig->port);
    int status = http_exchange(rig->port, request, got, sizeof got);
    assert_true(status == 413 || status == 0);

    char *long_header = calloc(1, 20000);
    assert_non_null(long_header);
    memset(long_header, 'a', 16000);
    char *whole = calloc(1, 20000);
    assert_non_null(whole);
    snprintf(whole, 20000, "GET / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX: %s\r\n\r\n",
             rig->port, long_header);
    status = http_exchange(rig->port, whole, got, sizeof got);
    assert_true(status == 400 || status == 413 || status == 0);
    free(whole);
    free(long_header);
    assert_int_equal(rig->posts, 0);
    assert_int_equal(ask(rig, "GET /healthz", "", ""), 200);
}

static void
a_client_that_says_half_a_request_is_let_go(void **state)
{
    struct rig *rig = *state;
    int fd = http_connect(rig->port);
    assert_true(http_send(fd, "GET / HT", 8));
    assert_true(http_wait_closed(fd, 8000));
    close(fd);
}

static void
all_tabs_mirror_one_screen(void **state)
{
    struct rig *rig = *state;
    int one = stream(rig, "/api/guest/events", "");
    assert_true(http_wait(one, "\"screen\":\"attract\"", got, sizeof got, 3000));
    assert_non_null(strstr(got, "\"boot\":\"boot-1\""));
    assert_non_null(strstr(got, "Content-Type: text/event-stream"));
    int two = stream(rig, "/api/guest/events", "");
    assert_true(http_wait(two, "\"screen\":\"attract\"", got, sizeof got, 3000));
    tell(rig, TELL_STATE);
    assert_true(http_wait(one, "\"seq\":2,\"since\":2,\"screen\":\"welcome\"", got,
                          sizeof got, 3000));
    assert_true(http_wait(two, "\"seq\":2,\"since\":2,\"screen\":\"welcome\"", got,
                          sizeof got, 3000));
    close(one);
    close(two);
}

static void
a_beat_comes_and_the_stream_outlives_the_idle_limit(void **state)
{
    struct rig *rig = *state;
    int fd = stream(rig, "/api/guest/events", "");
    for (int i = 0; i < 4; i++) /* 8 s: over the 5 s of a silent request */
        assert_true(http_wait(fd, "event: beat\ndata: {}\n\n", got, sizeof got, 3000));
    tell(rig, TELL_STATE);
    assert_true(http_wait(fd, "welcome", got, sizeof got, 3000));
    close(fd);
}

static void
staff_is_for_who_has_the_cookie_and_never_on_the_guests_stream(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(ask(rig, "GET /api/staff/events", "", ""), 401);
    assert_int_equal(
        ask(rig, "GET /api/staff/events", "Cookie: yuelai_staff=wrong\r\n", ""), 401);
    assert_int_equal(ask(rig, "GET /api/other/events", "", ""), 404);
    assert_int_equal(
        ask(rig, "POST /api/login", "Content-Type: application/json\r\n", "{}"), 200);
    assert_non_null(strstr(
        got, "Set-Cookie: yuelai_staff=secret; Path=/; HttpOnly; SameSite=Strict"));

    int guest = stream(rig, "/api/guest/events", "");
    int staff = stream(rig, "/api/staff/events", "Cookie: yuelai_staff=secret\r\n");
    assert_true(http_wait(staff, "\"screen\":\"find\"", got, sizeof got, 3000));
    assert_true(http_wait(guest, "\"screen\":\"attract\"", got, sizeof got, 3000));
    tell(rig, TELL_STAFF);
    tell(rig, TELL_STATE);
    assert_true(http_wait(staff, "staff-secret", got, sizeof got, 3000));
    assert_null(strstr(got, "welcome"));
    assert_true(http_wait(guest, "welcome", got, sizeof got, 3000));
    assert_null(strstr(got, "staff-secret"));
    tell(rig, TELL_END);
    assert_true(http_wait(staff, "event: end", got, sizeof got, 3000));
    close(guest);
    close(staff);
}

static void
a_stream_that_nobody_reads_is_closed(void **state)
{
    struct rig *rig = *state;
    int fd = stream(rig, "/api/guest/events", "");
    int reader = stream(rig, "/api/guest/events", "");
    assert_true(http_wait(reader, "attract", got, sizeof got, 3000));
    for (int i = 0; i < 400; i++) /* 16 MB: more than any socket buffer takes */
        tell(rig, TELL_BIG);
    tell(rig, TELL_STATE);
    assert_true(http_wait_closed(fd, 5000));
    assert_int_equal(ask(rig, "GET /healthz", "", ""), 200);
    close(fd);
    close(reader);
}

static void
an_answer_may_come_later_or_find_its_client_gone(void **state)
{
    struct rig *rig = *state;
    char request[512];
    snprintf(request, sizeof request,
             "POST /api/later HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: 2\r\n"
             "Content-Type: application/json\r\n\r\n{}",
             rig->port);
    int fd = http_connect(rig->port);
    assert_true(http_send(fd, request, strlen(request)));
    assert_false(http_wait(fd, "HTTP/1.1", got, sizeof got, 200));
    tell(rig, TELL_REPLY);
    assert_true(http_wait(fd, "HTTP/1.1 200", got, sizeof got, 3000));
    close(fd);

    fd = http_connect(rig->port);
    assert_true(http_send(fd, request, strlen(request)));
    assert_false(http_wait(fd, "HTTP/1.1", got, sizeof got, 200));
    close(fd);
    usleep(100000);
    tell(rig, TELL_REPLY);
    assert_int_equal(ask(rig, "GET /healthz", "", ""), 200);
}

static void
streams_are_bounded(void **state)
{
    struct rig *rig = *state;
    int fds[WEB_STREAMS_MAX + 1];
    for (int i = 0; i <= WEB_STREAMS_MAX; i++)
        fds[i] = stream(rig, "/api/guest/events", "");
    for (int i = 0; i < WEB_STREAMS_MAX; i++)
        assert_true(http_wait(fds[i], "attract", got, sizeof got, 3000));
    assert_true(http_wait(fds[WEB_STREAMS_MAX], "503", got, sizeof got, 3000));
    for (int i = 0; i <= WEB_STREAMS_MAX; i++)
        close(fds[i]);
    usleep(50000);
    int fd = stream(rig, "/api/guest/events", ""); /* and the places are free again */
    assert_true(http_wait(fd, "attract", got, sizeof got, 5000));
    close(fd);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        T(the_page_comes_with_its_fences),
        T(a_file_that_is_known_is_not_sent_again),
        T(what_is_not_our_page_is_refused),
        T(what_is_too_large_is_refused),
        T(a_client_that_says_half_a_request_is_let_go),
        T(all_tabs_mirror_one_screen),
        T(a_beat_comes_and_the_stream_outlives_the_idle_limit),
        T(staff_is_for_who_has_the_cookie_and_never_on_the_guests_stream),
        T(a_stream_that_nobody_reads_is_closed),
        T(an_answer_may_come_later_or_find_its_client_gone),
        T(streams_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
