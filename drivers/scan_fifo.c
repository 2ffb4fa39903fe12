/* scan_fifo: codes from a named pipe, a line each: for a camera program, a script, a
 * remote desk, and for trying things out.
 *
 *     fifo:/run/yuelai/codes        echo CITEC2026 > /run/yuelai/codes
 *
 * The pipe is made (0600) if it is absent, and kept open for reading and writing: so
 * writers may come and go without its end ever being seen. */

#include "scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "str.h"

static const char scheme[] = "fifo:";

struct scanner {
    struct scanner_setting setting; /* uri is not kept */
    int fd;                         /* -1 = none */
    struct loop_watch *watch;
};

static bool
make(const char *path, struct err *err)
{
    if (mkfifo(path, 0600) == 0 || errno == EEXIST)
        return true;
    if (errno == ENOENT)
        return err_set(err, ERR_ABSENT, "%s: its directory is not there", path);
    return err_set(err, ERR_IO, "%s: cannot make a named pipe: %s", path,
                   strerror(errno));
}

static bool
refuse(const char *path, int error, struct err *err)
{
    if (error == ELOOP)
        return err_set(err, ERR_INPUT, "%s is a symbolic link: want a named pipe",
                       path);
    return err_set(err, ERR_IO, "%s: cannot open it: %s", path, strerror(error));
}

static bool
open_pipe(const char *path, int *fd, struct err *err)
{
    struct stat found;
    if (lstat(path, &found) == 0 && !S_ISFIFO(found.st_mode))
        return err_set(err, ERR_INPUT,
                       "%s is there and no named pipe: want another "
                       "path, or that one removed",
                       path);
    if (!make(path, err))
        return false;
    int opened = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0)
        return refuse(path, errno, err);
    if (fstat(opened, &found) != 0 || !S_ISFIFO(found.st_mode)) {
        close(opened);
        return err_set(err, ERR_INPUT, "%s is no named pipe", path);
    }
    *fd = opened;
    return true;
}

static void
on_readable(int fd, int events, void *self)
{
    struct scanner *scanner = self;
    const struct scanner_host *host = &scanner->setting.host;
    uint8_t bytes[4096];
    (void)events;

    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n > 0)
        host->bytes(0, bytes, (size_t)n, clock_mono_us(scanner->setting.clock),
                    host->self);
}

static void
close_fifo(struct scanner *scanner)
{
    if (!scanner)
        return;
    loop_unwatch(scanner->setting.loop, scanner->watch);
    if (scanner->fd >= 0)
        close(scanner->fd);
    free(scanner);
}

static bool
is_path(const char *uri, struct err *err)
{
    return (str_starts(uri, scheme) && uri[sizeof scheme - 1] == '/') ||
           err_set(err, ERR_INPUT, "\"%s\": want fifo:/path/of/a/pipe", uri);
}

/* Not whether its directory is there: at a start systemd makes /run/yuelai first. */
static bool
check_fifo(const struct scanner_setting *setting, struct err *err)
{
    struct stat found;
    if (!is_path(setting->uri, err))
        return false;
    const char *path = setting->uri + sizeof scheme - 1;
    return lstat(path, &found) != 0 || S_ISFIFO(found.st_mode) ||
           err_set(err, ERR_INPUT, "%s is there and no named pipe", path);
}

static struct scanner *
open_fifo(const struct scanner_setting *setting, struct err *err)
{
    const char *path = setting->uri + sizeof scheme - 1;
    if (!is_path(setting->uri, err))
        return NULL;
    struct scanner *scanner = calloc(1, sizeof *scanner);
    if (!scanner) {
        err_no_memory(err);
        return NULL;
    }
    scanner->setting = *setting;
    scanner->setting.uri = NULL;
    scanner->fd = -1;
    if (!open_pipe(path, &scanner->fd, err)) {
        close_fifo(scanner);
        return NULL;
    }
    scanner->watch =
        loop_watch(setting->loop, scanner->fd, LOOP_READ, on_readable, scanner);
    if (!scanner->watch) {
        close_fifo(scanner);
        err_no_memory(err);
        return NULL;
    }
    setting->host.state(SCANNER_READY, path, setting->host.self);
    return scanner;
}

const struct scanner_driver scan_fifo = {
    .scheme = "fifo", .open = open_fifo, .close = close_fifo, .check = check_fifo
};
