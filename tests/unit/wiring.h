#ifndef YUELAI_WIRING_H
#define YUELAI_WIRING_H

/* wiring: servers of tests/rig/wire-server, certificates, a wire on a real loop, and
 * one request at a time through it, for the tests of wire_curl. */

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../drivers/wire_curl.h"
#include "base/loop_real.h"
#include "str.h"

extern char **environ;

struct server {
    pid_t pid;
    int in; /* it ends when this is closed */
    int port;
};

static inline pid_t
run(const char *const *arguments, int in, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, 1);
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, arguments[0], &actions, NULL,
                                  (char *const *)(uintptr_t)arguments, environ),
                     0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static inline void
make_certificates(const char *directory)
{
    const char *const arguments[] = { SOURCE_DIR "/tests/rig/certificates", directory,
                                      NULL };
    int status = -1;
    waitpid(run(arguments, -1, -1), &status, 0);
    assert_int_equal(status, 0);
}

/* cert: a name in the directory of certificates; NULL: plain HTTP. */
static inline void
start_server(struct server *server, const char *directory, const char *cert)
{
    char pem[200], key[200];
    snprintf(pem, sizeof pem, "%s/%s.pem", directory, cert ? cert : "");
    snprintf(key, sizeof key, "%s/%s.key", directory, cert ? cert : "");
    const char *const arguments[] = { SOURCE_DIR "/tests/rig/wire-server",
                                      cert ? "--cert" : NULL,
                                      pem,
                                      "--key",
                                      key,
                                      NULL };
    int in[2], out[2];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    server->pid = run(arguments, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    server->in = in[1];
    char line[16] = "";
    for (unsigned i = 0; i < sizeof line - 1 && !strchr(line, '\n'); i++)
        assert_int_equal(read(out[0], line + i, 1), 1);
    close(out[0]);
    server->port = (int)strtol(line, NULL, 10);
    assert_true(server->port > 0);
}

static inline void
stop_server(struct server *server)
{
    close(server->in);
    waitpid(server->pid, NULL, 0);
}

struct wiring {
    struct loop_real *real;
    const struct loop *loop;
    struct wire_curl *curl;
    const struct wire *wire;
    struct log log;
    struct str logged;
    struct loop_timer *stop;
    unsigned done; /* how often */
    bool again;    /* on_done leaves the loop running */
    char url[200];
};

static inline void
keep_line(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    struct wiring *wiring = self;
    str_addf(&wiring->logged, "%s %s\n", module, text);
}

static inline void
on_stop(void *self)
{
    struct wiring *wiring = self;
    loop_real_stop(wiring->real);
}

/* setting: loop and log are filled in. */
static inline void
open_wiring(struct wiring *wiring, struct wire_curl_setting setting)
{
    struct err err;
    *wiring = (struct wiring){ 0 };
    str_init(&wiring->logged, 1 << 20);
    assert_true(loop_real_create(&wiring->real, &err));
    wiring->loop = loop_real_door(wiring->real);
    wiring->log = (struct log){ .write = keep_line,
                                .self = wiring,
                                .threshold = LOG_LEVEL_DEBUG };
    setting.loop = wiring->loop;
    setting.log = &wiring->log;
    if (!wire_curl_create(&wiring->curl, &setting, &err))
        fail_msg("%s", err.text);
    wiring->wire = wire_curl_door(wiring->curl);
    wiring->stop = loop_timer_create(wiring->loop, on_stop, wiring);
}

static inline void
close_wiring(struct wiring *wiring)
{
    wire_curl_destroy(wiring->curl);
    loop_timer_destroy(wiring->loop, wiring->stop);
    loop_real_destroy(wiring->real);
    str_finish(&wiring->logged);
}

static inline void
on_done(struct wire_request *request)
{
    struct wiring *wiring = request->owner;
    wiring->done++;
    if (!wiring->again)
        loop_real_stop(wiring->real);
}

static inline void
run_for(struct wiring *wiring, int64_t ms)
{
    loop_timer_arm(wiring->loop, wiring->stop, ms);
    loop_real_run(wiring->real);
    loop_timer_disarm(wiring->loop, wiring->stop);
}

static inline struct wire_request
request_to(struct wiring *wiring, const char *scheme, int port, const char *path)
{
    snprintf(wiring->url, sizeof wiring->url, "%s://127.0.0.1:%d%s", scheme, port,
             path);
    return (struct wire_request){ .method = "GET",
                                  .url = wiring->url,
                                  .deadline_ms = 60000,
                                  .body_max = 1 << 20,
                                  .done = on_done,
                                  .owner = wiring };
}

/* Sends it and waits; the caller finishes request->answer. */
static inline void
exchange(struct wiring *wiring, struct wire_request *request)
{
    wiring->done = 0;
    wire_start(wiring->wire, request);
    assert_int_equal(wiring->done, 0); /* never from inside start */
    loop_real_run(wiring->real);
    assert_int_equal(wiring->done, 1);
    assert_null(request->transfer);
}

#endif
