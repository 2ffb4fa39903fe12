#include "printer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "print_request.h"
#include "str.h"

/* A printer that is a directory: each document becomes DIR/<job name>.<ext>, whole or
 * not at all (written aside, fsync, rename). "Completed" is then true in the full
 * sense, and a file that is there answers for its job after any restart. */

enum { PATH_MAX_BYTES = 1024 };
/* By the document's language, else by its format; "prn" for what is not known. */
static const struct {
    const char *language, *format, *extension;
} kinds[] = {
    { "zpl", NULL, "zpl" },
    { "brother_ql", NULL, "ql" },
    { "dymo_lw", NULL, "lw" },
    { "epl2", NULL, "epl" },
    { "tspl", NULL, "tspl" },
    { "escpos", NULL, "escpos" },
    { "pwg", "image/pwg-raster", "pwg" },
    { "cups-raster", "application/vnd.cups-raster", "ras" },
    { "pdf1", "application/pdf", "pdf" },
    { NULL, NULL, "prn" },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct printer {
    const struct task *task;
    struct task_lane *lane;
    char dir[PATH_MAX_BYTES / 2];
};

static bool
is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *
extension_of(const struct printer_request *request)
{
    unsigned i = 0;
    while (i < KINDS - 1 && !is_same(request->language, kinds[i].language) &&
           !is_same(request->document.format, kinds[i].format))
        i++;
    return kinds[i].extension;
}

static bool
write_whole(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return fsync(fd) == 0;
}

static bool
sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0;
    close(fd);
    return good;
}

/* A half-written file is removed: REFUSED means that nothing is there. */
static void
submit(const struct printer *printer, struct printer_request *request)
{
    char path[PATH_MAX_BYTES], aside[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "%s/%s.%s", printer->dir, request->job_name,
             extension_of(request));
    snprintf(aside, sizeof aside, "%s/.%s.new", printer->dir, request->job_name);
    mkdir(printer->dir, 0777);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool good =
        fd >= 0 && write_whole(fd, request->document.bytes, request->document.length);
    if (fd >= 0 && close(fd) != 0)
        good = false;
    if (good && rename(aside, path) == 0) {
        request->outcome = sync_dir(printer->dir) ? PRINTER_ACCEPTED : PRINTER_UNKNOWN;
        return;
    }
    snprintf(request->text, sizeof request->text, "%.120s: %s", aside, strerror(errno));
    unlink(aside);
    request->outcome = PRINTER_REFUSED;
}

static void
look(const struct printer *printer, struct printer_request *request)
{
    request->outcome = PRINTER_ANSWERED;
    for (unsigned i = 0; i < KINDS; i++) {
        char path[PATH_MAX_BYTES];
        snprintf(path, sizeof path, "%s/%s.%s", printer->dir, request->job_name,
                 kinds[i].extension);
        if (request->job_name[0] && access(path, F_OK) == 0)
            request->job = PRINTER_JOB_COMPLETED;
    }
    request->started = request->job == PRINTER_JOB_COMPLETED;
    request->queue = PRINTER_IDLE;
    request->accepting = true;
    if (access(printer->dir, W_OK) != 0 && errno != ENOENT) {
        request->queue = PRINTER_STOPPED;
        request->reasons = PRINTER_OTHER;
        snprintf(request->text, sizeof request->text, "%.120s: %s", printer->dir,
                 strerror(errno));
    }
}

static void
run(struct task_job *job)
{
    struct printer_request *request = print_request_of(job);
    request->epoch = 1; /* a directory is never started anew */
    if (request->op == PRINTER_SUBMIT)
        submit(request->printer, request);
    else
        look(request->printer, request); /* what is written cannot be cancelled */
}

static void
start(struct printer *printer, struct printer_request *request)
{
    request->printer = printer;
    print_request_start(printer->task, printer->lane, run, request);
}

static bool
check_dir(const struct printer_setting *setting, struct err *err)
{
    const char *dir = strchr(setting->uri, ':') + 1;
    return (dir[0] == '/' && strlen(dir) < sizeof((struct printer *)NULL)->dir) ||
           err_set(err, ERR_INPUT, "printer \"%s\": want file:/DIR, an absolute path",
                   setting->uri);
}

static struct printer *
open_dir(const struct printer_setting *setting, struct err *err)
{
    const char *dir = strchr(setting->uri, ':') + 1;
    if (!check_dir(setting, err))
        return NULL;
    struct printer *printer = calloc(1, sizeof *printer);
    if (!printer) {
        err_no_memory(err);
        return NULL;
    }
    printer->task = setting->task;
    str_copy(printer->dir, sizeof printer->dir, dir);
    printer->lane = print_request_lane(setting, "file", err);
    if (!printer->lane) {
        free(printer);
        return NULL;
    }
    return printer;
}

static void
close_dir(struct printer *printer)
{
    if (!printer)
        return;
    task_close(printer->task, printer->lane);
    free(printer);
}

const struct printer_driver print_file = {
    .scheme = "file",
    .open = open_dir,
    .start = start,
    .close = close_dir,
    .check = check_dir,
};
