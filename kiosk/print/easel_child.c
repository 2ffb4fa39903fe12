#include "print/easel_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "print/easel_inside.h"

enum { SOCKET_FD = 3 };

struct easel_child {
    pid_t pid;
    int pidfd;
    struct loop_watch *watch;
    const struct loop *loop;
    easel_child_fn *ended;
    void *self;
};

static int
set_descriptors(posix_spawn_file_actions_t *actions,
                const struct easel_child_setting *setting)
{
    int result = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (result == 0)
        result = setting->output >= 0
                     ? posix_spawn_file_actions_adddup2(actions, setting->output, 1)
                     : posix_spawn_file_actions_addopen(actions, 1, "/dev/null",
                                                        O_WRONLY, 0);
    if (result == 0 && setting->socket >= 0)
        result = posix_spawn_file_actions_adddup2(actions, setting->socket, SOCKET_FD);
    if (result == 0)
        result = posix_spawn_file_actions_addclosefrom_np(
            actions, setting->socket >= 0 ? SOCKET_FD + 1 : SOCKET_FD);
    return result;
}

/* It starts with no signal blocked and none ignored, whatever kioskd has done to its
 * own. */
static int
set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int result = posix_spawnattr_setsigmask(attributes, &none);
    if (result == 0)
        result = posix_spawnattr_setsigdefault(attributes, &all);
    if (result == 0)
        result = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                          POSIX_SPAWN_SETSIGDEF);
    return result;
}

static int
spawn(const struct easel_child_setting *setting, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    int result = posix_spawn_file_actions_init(&actions);
    if (result != 0)
        return result;
    result = posix_spawnattr_init(&attributes);
    if (result == 0) {
        result = set_descriptors(&actions, setting);
        if (result == 0)
            result = set_signals(&attributes);
        if (result == 0)
            result = posix_spawn(pid, setting->arguments[0], &actions, &attributes,
                                 (char *const *)(uintptr_t)setting->arguments,
                                 (char *const *)(uintptr_t)setting->environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

static void
release(struct easel_child *child)
{
    loop_unwatch(child->loop, child->watch);
    if (child->pidfd >= 0)
        close(child->pidfd);
    free(child);
}

bool
easel_child_was_stopped(const struct easel_child_end *end)
{
    return end->signal == SIGKILL || end->signal == SIGTERM || end->signal == SIGINT ||
           end->signal == SIGHUP;
}

static void
on_end(int fd, int events, void *self)
{
    struct easel_child *child = self;
    siginfo_t info = { 0 };
    (void)events;

    if (waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
        return;
    bool exited = info.si_code == CLD_EXITED;
    struct easel_child_end end = { .good = exited && info.si_status == 0,
                                   .exit_code = exited ? info.si_status : -1,
                                   .signal = exited ? 0 : info.si_status };
    snprintf(end.words, sizeof end.words, "%s %d", exited ? "exit" : "signal",
             info.si_status);
    easel_child_fn *ended = child->ended;
    void *ended_self = child->self;
    release(child);
    ended(&end, ended_self);
}

bool
easel_child_start(const struct easel_child_setting *setting, struct easel_child **child,
                  struct err *err)
{
    struct easel_child *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    *self = (struct easel_child){ .pidfd = -1,
                                  .loop = setting->loop,
                                  .ended = setting->ended,
                                  .self = setting->self };
    int result = spawn(setting, &self->pid);
    if (result != 0) {
        free(self);
        return err_set(err, easel_err_code(result), "%s: cannot start: %s",
                       setting->arguments[0], strerror(result));
    }
    self->pidfd = pidfd_open(self->pid, 0);
    if (self->pidfd >= 0)
        self->watch = loop_watch(self->loop, self->pidfd, LOOP_READ, on_end, self);
    if (!self->watch) {
        int error = self->pidfd < 0 ? errno : ENOMEM;
        easel_child_destroy(self);
        return err_set(err, easel_err_code(error), "%s: cannot be watched: %s",
                       setting->arguments[0], strerror(error));
    }
    *child = self;
    return true;
}

void
easel_child_kill(struct easel_child *child)
{
    kill(child->pid, SIGKILL);
}

pid_t
easel_child_pid(const struct easel_child *child)
{
    return child->pid;
}

void
easel_child_destroy(struct easel_child *child)
{
    if (!child)
        return;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    release(child);
}
