#include "ctl/qr_pictures.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct work {
    struct task_job job; /* first */
    struct qr_pictures set;
    struct task_lane *lane;
    struct loop_timer *timer; /* a lane is not closed from its own job's end */
    char helper[1024];
    bool drawn;
    char text[256];
};

int
qr_pictures_list(struct err *err)
{
    int fd = memfd_create("codes", MFD_CLOEXEC);
    if (fd < 0)
        err_set(err, ERR_IO, "memfd: %s", strerror(errno));
    return fd;
}

bool
qr_pictures_add(int codes_fd, const char *code, const char *path, struct err *err)
{
    char line[2048];
    int length = snprintf(line, sizeof line, "%s\t%s\n", code, path);
    if (length < 0 || (size_t)length >= sizeof line)
        return err_set(err, ERR_LIMIT, "%s: the code is too long for a picture", path);
    bool ok = write(codes_fd, line, (size_t)length) == length;
    int problem = errno;
    explicit_bzero(line, sizeof line);
    return ok || err_set(err, ERR_IO, "list of codes: %s", strerror(problem));
}

/* On the lane. */
static void
draw(struct task_job *job)
{
    struct work *work = (struct work *)job;
    posix_spawn_file_actions_t actions;
    char *const words[] = { work->helper, (char *)(uintptr_t) "qr", NULL };
    pid_t pid;
    int status = -1;
    lseek(work->set.codes_fd, 0, SEEK_SET);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, work->set.codes_fd, STDIN_FILENO);
    posix_spawn_file_actions_addfchdir_np(&actions, work->set.dir_fd);
    int failed = posix_spawn(&pid, work->helper, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) {
        snprintf(work->text, sizeof work->text, "%.200s: %s", work->helper,
                 strerror(failed));
        return;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    work->drawn = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!work->drawn)
        snprintf(work->text, sizeof work->text, "%.200s qr: ended with status %d",
                 work->helper, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void
work_free(struct work *work)
{
    if (work->lane)
        task_close(work->set.task, work->lane);
    loop_timer_destroy(work->set.loop, work->timer);
    free(work);
}

static void
finish(void *self)
{
    struct work *work = self;
    struct qr_pictures set = work->set;
    struct err err;
    bool drawn = work->drawn;
    if (!drawn)
        err_set(&err, ERR_REMOTE, "QR pictures: %s", work->text);
    work_free(work);
    set.done(drawn ? NULL : &err, set.self);
}

static void
is_drawn(struct task_job *job)
{
    struct work *work = (struct work *)job;
    loop_timer_arm(work->set.loop, work->timer, 0);
}

bool
qr_pictures_draw(const struct qr_pictures *pictures, struct err *err)
{
    struct work *work = calloc(1, sizeof *work);
    if (!work)
        return err_no_memory(err);
    work->set = *pictures;
    work->job = (struct task_job){ .run = draw, .done = is_drawn };
    str_copy(work->helper, sizeof work->helper, pictures->helper);
    work->timer = loop_timer_create(pictures->loop, finish, work);
    work->lane = work->timer ? task_open(pictures->task, "pictures") : NULL;
    if (!work->lane) {
        work_free(work);
        return err_no_memory(err);
    }
    task_submit(pictures->task, work->lane, &work->job);
    return true;
}
