#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend_once.h"
#include "str.h"

/* A claim's text: "offered HASH PID UTC-SECONDS\n", then "sent\n" if it was. */

static const char sent_line[] = "sent\n";

static bool
write_all(int fd, const char *text, size_t length)
{
    return write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
}

static bool
sync_directory(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

void
once_claim_let_go(struct once_claim *claim)
{
    if (claim->fd >= 0)
        close(claim->fd);
    claim->fd = -1;
}

void
once_claim_sent(struct once_claim *claim)
{
    write_all(claim->fd, sent_line, strlen(sent_line));
    once_claim_let_go(claim);
}

/* Under the lock: whoever waits for it sees that the file is no longer there. */
void
once_claim_withdraw(struct once_claim *claim)
{
    unlink(claim->path);
    once_claim_let_go(claim);
}

static bool
is_still_there(const struct once_claim *claim)
{
    struct stat held, named;
    return fstat(claim->fd, &held) == 0 && stat(claim->path, &named) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

struct text {
    uint64_t document;
    long owner, at_s;
    bool sent;
};

/* False if nothing whole stands there: the run that made it offered nothing yet. */
static bool
read_text(const struct once_claim *claim, struct text *text)
{
    char line[128];
    ssize_t length = pread(claim->fd, line, sizeof line - 1, 0);
    if (length <= 0)
        return false;
    line[length] = '\0';
    char *end = strchr(line, '\n');
    if (!end || sscanf(line, "offered %" SCNx64 " %ld %ld\n", &text->document,
                       &text->owner, &text->at_s) != 3)
        return false;
    text->sent = strcmp(end + 1, sent_line) == 0;
    return true;
}

/* Before the first byte is offered, all of this is on disk. */
static bool
write_text(struct once_claim *claim, const char *dir, uint64_t document)
{
    char line[128];
    int length = snprintf(line, sizeof line, "offered %016" PRIx64 " %ld %lld\n",
                          document, (long)getpid(), (long long)time(NULL));
    return ftruncate(claim->fd, 0) == 0 && write_all(claim->fd, line, (size_t)length) &&
           sync_directory(dir);
}

static bool
open_locked(struct once_claim *claim)
{
    do {
        once_claim_let_go(claim);
        claim->fd = open(claim->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (claim->fd < 0 || flock(claim->fd, LOCK_EX | LOCK_NB) != 0)
            return false;
    } while (!is_still_there(claim));
    return true;
}

enum once_found
once_claim_take(struct once_claim *claim, const char *dir, const char *job_name,
                uint64_t document, struct err *err)
{
    struct text text = { 0 };
    claim->fd = -1;
    claim->owner = 0;
    snprintf(claim->path, sizeof claim->path, "%s/%s", dir, job_name);
    mkdir(dir, 0700);
    if (!open_locked(claim)) {
        bool busy = claim->fd >= 0 && errno == EWOULDBLOCK;
        if (!busy)
            err_set(err, ERR_IO, "%s: %s", claim->path, strerror(errno));
        else if (read_text(claim, &text))
            claim->owner = (pid_t)text.owner;
        once_claim_let_go(claim);
        return busy ? ONCE_IS_BUSY : ONCE_NO_CLAIM;
    }
    bool stands = read_text(claim, &text);
    bool young = time(NULL) - text.at_s < 60 * ONCE_SAME_MINUTES;
    if (stands && (text.document == document || young)) {
        once_claim_let_go(claim);
        return text.sent ? ONCE_WAS_SENT : ONCE_WAS_CUT;
    }
    if (write_text(claim, dir, document))
        return ONCE_IS_OURS;
    err_set(err, ERR_IO, "%s: %s", claim->path, strerror(errno));
    once_claim_withdraw(claim);
    return ONCE_NO_CLAIM;
}

/* ---- old ones --------------------------------------------------------------- */

static bool
is_older(int dir, const char *name, int days)
{
    struct stat about;
    return fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - about.st_mtime > (time_t)days * 86400;
}

/* Was it swept within the last day? If not, it is now. */
static bool
is_swept(int dir)
{
    struct stat about;
    if (fstatat(dir, ".swept", &about, 0) == 0 && !is_older(dir, ".swept", 1))
        return true;
    int fd = openat(dir, ".swept", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return true;
    futimens(fd, NULL);
    close(fd);
    return false;
}

void
once_claim_sweep(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return;
    if (!is_swept(dirfd(dir))) {
        for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
            if (str_starts(entry->d_name, "kiosk-") &&
                is_older(dirfd(dir), entry->d_name, ONCE_KEEP_DAYS))
                unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    closedir(dir);
}
