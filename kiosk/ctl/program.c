#include "ctl/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

extern char **environ;

static bool
start(const char *const argv[], int out, pid_t *pid, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    int wrong = posix_spawnp(pid, argv[0], &actions, NULL,
                             (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return wrong == 0 || err_set(err, wrong == ENOENT ? ERR_ABSENT : ERR_IO, "%s: %s",
                                 argv[0], strerror(wrong));
}

/* Until it has closed its output; false: it took too long. */
static bool
read_all(int fd, struct str *output)
{
    int64_t until_ms = clock_mono_ms(&clock_system) + PROGRAM_LIMIT_MS;
    for (;;) {
        char piece[4096];
        struct pollfd wait = { fd, POLLIN, 0 };
        int64_t left_ms = until_ms - clock_mono_ms(&clock_system);
        if (left_ms <= 0)
            return false;
        if (poll(&wait, 1, (int)left_ms) <= 0)
            continue;
        ssize_t got = read(fd, piece, sizeof piece);
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        if (got > 0 && str_ok(output))
            str_add(output, piece, (size_t)got);
    }
}

bool
program_run(const char *const argv[], struct str *output, int *status, struct err *err)
{
    int ends[2], ended = 0;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "%s: %s", argv[0], strerror(errno));
    bool started = start(argv, ends[1], &pid, err);
    close(ends[1]);
    bool whole = started && read_all(ends[0], output);
    close(ends[0]);
    if (!started)
        return false;
    if (!whole)
        kill(pid, SIGKILL);
    while (waitpid(pid, &ended, 0) < 0 && errno == EINTR)
        continue;
    if (!whole)
        return err_set(err, ERR_REMOTE, "%s: did not end within a minute", argv[0]);
    if (!WIFEXITED(ended))
        return err_set(err, ERR_REMOTE, "%s: was killed", argv[0]);
    *status = WEXITSTATUS(ended);
    return true;
}
