#include "store/db_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* ballast: room that is ours when the disk is full. It is made only where its double is
 * free, so that making it never is what fills the disk, and in steps where the file
 * system cannot allocate at once. */

enum { STEP_BYTES = 1 << 20, RETRY_US = 5000000 };

bool
db_ballast_init(struct ballast *ballast, const char *dir, int64_t bytes,
                struct err *err)
{
    *ballast = (struct ballast){ .bytes = bytes, .path = db_path(dir, "ballast") };
    struct stat st;
    if (!ballast->path)
        return err_no_memory(err);
    if (bytes > 0 && stat(ballast->path, &st) == 0 && st.st_size >= bytes &&
        (int64_t)st.st_blocks * 512 >= bytes)
        ballast->there = true;
    return true;
}

void
db_ballast_resize(struct ballast *ballast, int64_t bytes, int64_t now_us)
{
    if (bytes == ballast->bytes)
        return;
    db_ballast_drop(ballast, now_us);
    ballast->bytes = bytes;
    ballast->next_us = now_us;
}

void
db_ballast_finish(struct ballast *ballast)
{
    free(ballast->path);
}

void
db_ballast_drop(struct ballast *ballast, int64_t now_us)
{
    unlink(ballast->path);
    ballast->there = false;
    ballast->filled = 0;
    ballast->next_us = now_us + RETRY_US;
}

static bool
has_room(const struct ballast *ballast)
{
    struct statvfs fs;
    int fd = open(ballast->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool known = fd >= 0 && fstatvfs(fd, &fs) == 0;
    if (fd >= 0)
        close(fd);
    return known &&
           (int64_t)(fs.f_bavail * fs.f_frsize) >= 2 * ballast->bytes - ballast->filled;
}

/* All at once where the file system can, else a step; true if all of it is there. */
static bool
grow(struct ballast *ballast, int fd)
{
    if (fallocate(fd, 0, 0, ballast->bytes) == 0)
        return true;
    if (errno != EOPNOTSUPP)
        return false;
    int64_t rest = ballast->bytes - ballast->filled;
    size_t step = rest < STEP_BYTES ? (size_t)rest : STEP_BYTES;
    char *noise = malloc(step); /* not zeros: some file systems keep those as holes */
    if (!noise)
        return false;
    memset(noise, 0xB5, step);
    ssize_t n = pwrite(fd, noise, step, ballast->filled);
    free(noise);
    if (n > 0)
        ballast->filled += n;
    return ballast->filled >= ballast->bytes;
}

bool
db_ballast_tend(struct ballast *ballast, int64_t now_us)
{
    if (ballast->there || ballast->bytes <= 0 || now_us < ballast->next_us)
        return false;
    if (!has_room(ballast)) {
        db_ballast_drop(ballast, now_us);
        return false;
    }
    int fd = open(ballast->path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        ballast->next_us = now_us + RETRY_US;
        return false;
    }
    int64_t before = ballast->filled;
    ballast->there = grow(ballast, fd);
    close(fd);
    if (!ballast->there && ballast->filled == before)
        db_ballast_drop(ballast, now_us);
    return true;
}
