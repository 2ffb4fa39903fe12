#include "store/db_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
db_path(const char *dir, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

bool
db_make_dir(const char *dir, struct err *err)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return true;
    return err_set(err, ERR_IO, "data directory %s: %s", dir, strerror(errno));
}

bool
db_sync_dir(const char *dir, struct err *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        err_set(err, ERR_IO, "data directory %s: %s", dir, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Who holds it wrote its process id into the file. */
static bool
name_holder(const char *dir, int fd, struct err *err)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    text[strspn(text, "0123456789")] = '\0';
    return err_set(err, ERR_BUSY, "data directory %s is in use by process %s", dir,
                   text[0] ? text : "(unknown)");
}

/* The file stays when the lock goes: removing it would let two processes lock two
 * files of one name. An open file description's lock also keeps out a second station
 * of this very process. */
bool
db_lock(const char *dir, int *fd, struct err *err)
{
    char *path = db_path(dir, "lock");
    if (!path)
        return err_no_memory(err);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (file < 0)
        return err_set(err, ERR_IO, "data directory %s: cannot open its lock: %s", dir,
                       strerror(errno));
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(file, F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            name_holder(dir, file, err);
        else
            err_set(err, ERR_IO, "data directory %s: cannot lock it: %s", dir,
                    strerror(errno));
        close(file);
        return false;
    }
    /* On a full disk the id may not fit; the lock holds all the same. */
    if (ftruncate(file, 0) == 0)
        dprintf(file, "%ld\n", (long)getpid());
    *fd = file;
    return true;
}

void
db_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}
