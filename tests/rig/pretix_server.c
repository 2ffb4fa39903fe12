#include "pretix_server.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../drivers/wire_curl.h"
#include "base/loop_real.h"

extern char **environ;

enum { ARGUMENTS_MAX = 16, ANSWER_MAX = 16 * 1024 * 1024, DEADLINE_MS = 60 * 1000 };

struct pretix_server {
    pid_t pid;
    int in; /* it ends when this is closed */
    char url[128];
    struct loop_real *real;
    struct wire_curl *curl;
    struct log log;
};

static void
no_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

/* ---- the child ------------------------------------------------------------------ */

static bool
read_line(int fd, char *line, size_t size)
{
    size_t length = 0;
    while (length + 1 < size && read(fd, line + length, 1) == 1) {
        if (line[length] == '\n') {
            line[length] = '\0';
            return true;
        }
        length++;
    }
    return false;
}

static bool
spawn(struct pretix_server *server, const char *const *options, struct err *err)
{
    const char *arguments[ARGUMENTS_MAX] = { SOURCE_DIR "/tests/rig/pretix-stub" };
    for (unsigned i = 0; options && options[i] && i + 2 < ARGUMENTS_MAX; i++)
        arguments[i + 1] = options[i];
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "no pipe to %s", arguments[0]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    int failed = posix_spawn(&server->pid, arguments[0], &actions, NULL,
                             (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    server->in = in[1];
    bool ok = !failed && read_line(out[0], server->url, sizeof server->url);
    close(out[0]);
    if (failed)
        server->pid = 0;
    return ok || err_set(err, ERR_IO, "%s does not start", arguments[0]);
}

bool
pretix_server_start(struct pretix_server **out, const char *const *options,
                    struct err *err)
{
    struct pretix_server *server = calloc(1, sizeof *server);
    if (!server)
        return err_no_memory(err);
    server->in = -1;
    server->log = (struct log){ .write = no_log };
    struct wire_curl_setting setting = { .log = &server->log };
    bool ok = loop_real_create(&server->real, err);
    if (ok) {
        setting.loop = loop_real_door(server->real);
        ok = wire_curl_create(&server->curl, &setting, err) &&
             spawn(server, options, err);
    }
    if (!ok) {
        pretix_server_stop(server);
        return false;
    }
    *out = server;
    return true;
}

void
pretix_server_stop(struct pretix_server *server)
{
    if (!server)
        return;
    if (server->in >= 0)
        close(server->in);
    if (server->pid > 0)
        waitpid(server->pid, NULL, 0);
    wire_curl_destroy(server->curl);
    loop_real_destroy(server->real);
    free(server);
}

const char *
pretix_server_url(const struct pretix_server *server)
{
    return server->url;
}

/* ---- requests ------------------------------------------------------------------- */

static void
on_done(struct wire_request *request)
{
    struct pretix_server *server = request->owner;
    loop_real_stop(server->real);
}

void
pretix_server_exchange(struct pretix_server *server, struct wire_request *request)
{
    request->owner = server;
    request->done = on_done;
    wire_start(wire_curl_door(server->curl), request);
    loop_real_run(server->real);
}

static bool
take_answer(const struct wire_request *request, struct json **answer, struct err *err)
{
    struct json *root;
    if (request->outcome != WIRE_OK)
        return err_set(err, ERR_REMOTE, "control: %s", request->text);
    if (!json_parse(request->answer.data, request->answer.length, &root, err))
        return err_wrap(err, "control");
    bool ok = false;
    const char *words = "";
    struct err ignored;
    if (!json_bool(root, "ok", &ok, &ignored))
        ok = false;
    if (!ok && !json_text(root, "error", &words, &ignored))
        words = request->answer.data;
    if (!ok)
        err_set(err, ERR_REMOTE, "%s", words);
    if (ok && answer)
        *answer = root;
    else
        json_free(root);
    return ok;
}

bool
pretix_server_control(struct pretix_server *server, const char *name, const char *body,
                      struct json **answer, struct err *err)
{
    struct str url;
    str_init(&url, 512);
    str_addf(&url, "%s/_stub/%s", server->url, name);
    assert(str_ok(&url));
    struct wire_request request = { .method = "POST",
                                    .url = url.data,
                                    .body = body,
                                    .body_length = strlen(body),
                                    .deadline_ms = DEADLINE_MS,
                                    .body_max = ANSWER_MAX };
    pretix_server_exchange(server, &request);
    bool ok = take_answer(&request, answer, err);
    str_finish(&request.answer);
    str_finish(&url);
    return ok;
}
