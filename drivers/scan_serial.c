/* scan_serial: a scanner on a serial line, or one that says it is (USB CDC-ACM).
 *
 *     serial:/dev/serial/by-id/usb-Honeywell_…-if00
 *
 *     ABSENT --opened--> READY --hang-up, error--> ABSENT
 *        |  '-------------- again after 0.5 s, 1 s, 2 s, 4 s, 5 s, 5 s … --'
 *        '--no permission, no terminal, held by another--> FAILED, tried again likewise
 *
 * The by-id path is the one to configure: ttyACM0 is whoever was plugged in first. */

#include "scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "str.h"

static const char scheme[] = "serial:";

enum { PATH_BYTES_MAX = 256, BAUD_DEFAULT = 115200 };
enum { RETRY_FIRST_MS = 500, RETRY_LAST_MS = 5000 };

struct scanner {
    struct scanner_setting setting; /* uri is not kept */
    char path[PATH_BYTES_MAX];
    speed_t speed;
    int fd; /* -1 = closed */
    struct loop_watch *watch;
    struct loop_timer *retry;
    int64_t retry_ms;
};

static bool
find_speed(int32_t baud, speed_t *speed)
{
    static const struct {
        int32_t baud;
        speed_t speed;
    } speeds[] = { { 300, B300 },       { 600, B600 },       { 1200, B1200 },
                   { 2400, B2400 },     { 4800, B4800 },     { 9600, B9600 },
                   { 19200, B19200 },   { 38400, B38400 },   { 57600, B57600 },
                   { 115200, B115200 }, { 230400, B230400 }, { 460800, B460800 },
                   { 921600, B921600 } };
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        if (speeds[i].baud == baud) {
            *speed = speeds[i].speed;
            return true;
        }
    }
    return false;
}

static void
tell(struct scanner *scanner, enum scanner_state state, const char *detail)
{
    const struct scanner_host *host = &scanner->setting.host;
    host->state(state, detail, host->self);
}

static void
retry_later(struct scanner *scanner)
{
    loop_timer_arm(scanner->setting.loop, scanner->retry, scanner->retry_ms);
    scanner->retry_ms *= 2;
    if (scanner->retry_ms > RETRY_LAST_MS)
        scanner->retry_ms = RETRY_LAST_MS;
}

static void
shut(struct scanner *scanner)
{
    loop_unwatch(scanner->setting.loop, scanner->watch);
    scanner->watch = NULL;
    if (scanner->fd >= 0)
        close(scanner->fd);
    scanner->fd = -1;
}

/* The line went away while it was open. */
static void
hang_up(struct scanner *scanner)
{
    const struct scanner_host *host = &scanner->setting.host;
    char detail[PATH_BYTES_MAX + 64];

    shut(scanner);
    scanner->retry_ms = RETRY_FIRST_MS;
    retry_later(scanner);
    snprintf(detail, sizeof detail, "%s was unplugged: plug it in again",
             scanner->path);
    host->lost(0, host->self);
    tell(scanner, SCANNER_ABSENT, detail);
}

static void
on_readable(int fd, int events, void *self)
{
    struct scanner *scanner = self;
    const struct scanner_host *host = &scanner->setting.host;
    uint8_t bytes[1024];
    (void)events;

    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n > 0)
        host->bytes(0, bytes, (size_t)n, clock_mono_us(scanner->setting.clock),
                    host->self);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        hang_up(scanner);
}

/* Raw bytes, 8N1, no hand-shake lines, nobody else beside us; what had piled up before
 * is nobody's scan any more. */
static bool
set_up_line(const struct scanner *scanner, int fd)
{
    struct termios line;
    if (tcgetattr(fd, &line) != 0)
        return false;
    cfmakeraw(&line);
    line.c_cflag &= ~(tcflag_t)(CSTOPB | PARENB | CRTSCTS | HUPCL);
    line.c_cflag |= CLOCAL | CREAD | CS8;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    if (cfsetspeed(&line, scanner->speed) != 0 || tcsetattr(fd, TCSANOW, &line) != 0)
        return false;
    ioctl(fd, TIOCEXCL);
    tcflush(fd, TCIFLUSH);
    return true;
}

static bool
is_absent(int error)
{
    return error == ENOENT || error == ENXIO || error == ENODEV || error == EIO;
}

/* Says why the line could not be opened, and what would help. */
static void
tell_failure(struct scanner *scanner, int error)
{
    char detail[PATH_BYTES_MAX + 128];
    const char *path = scanner->path;

    if (is_absent(error))
        snprintf(detail, sizeof detail, "%s is not there: plug the scanner in", path);
    else if (error == EACCES || error == EPERM)
        snprintf(detail, sizeof detail,
                 "%s: no permission: add this user to the group dialout", path);
    else if (error == EBUSY)
        snprintf(detail, sizeof detail,
                 "%s: another program holds it (ModemManager, a terminal): stop it",
                 path);
    else if (error == ENOTTY)
        snprintf(detail, sizeof detail,
                 "%s is no serial line: see ls /dev/serial/by-id", path);
    else
        snprintf(detail, sizeof detail, "%s: %s", path, strerror(error));
    tell(scanner, is_absent(error) ? SCANNER_ABSENT : SCANNER_FAILED, detail);
}

/* Returns 0, or what was wrong. */
static int
open_line(struct scanner *scanner)
{
    int fd = open(scanner->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno;
    if (!set_up_line(scanner, fd)) {
        int error = errno;
        close(fd);
        return error;
    }
    scanner->watch =
        loop_watch(scanner->setting.loop, fd, LOOP_READ, on_readable, scanner);
    if (!scanner->watch) {
        close(fd);
        return ENOMEM;
    }
    scanner->fd = fd;
    return 0;
}

static void
try_open(void *self)
{
    struct scanner *scanner = self;
    int error = open_line(scanner);
    if (error) {
        tell_failure(scanner, error);
        retry_later(scanner);
    } else {
        tell(scanner, SCANNER_READY, scanner->path);
    }
}

static void
close_serial(struct scanner *scanner)
{
    if (!scanner)
        return;
    shut(scanner);
    loop_timer_destroy(scanner->setting.loop, scanner->retry);
    free(scanner);
}

/* Path and speed go to scanner. */
static bool
read_setting(const struct scanner_setting *setting, struct scanner *scanner,
             struct err *err)
{
    const char *path = setting->uri + sizeof scheme - 1;
    int32_t baud = setting->baud ? setting->baud : BAUD_DEFAULT;

    if (!str_starts(setting->uri, scheme) || path[0] != '/')
        return err_set(err, ERR_INPUT, "\"%s\": want serial:/dev/serial/by-id/…",
                       setting->uri);
    if (!str_copy(scanner->path, sizeof scanner->path, path))
        return err_set(err, ERR_INPUT, "serial: path over %d bytes",
                       PATH_BYTES_MAX - 1);
    if (!find_speed(baud, &scanner->speed))
        return err_set(
            err, ERR_INPUT,
            "baud %d: want one of 300 600 1200 2400 4800 9600 19200 38400 57600 "
            "115200 230400 460800 921600",
            (int)baud);
    return true;
}

static bool
check_serial(const struct scanner_setting *setting, struct err *err)
{
    struct scanner nobody;
    return read_setting(setting, &nobody, err);
}

static struct scanner *
open_serial(const struct scanner_setting *setting, struct err *err)
{
    struct scanner *scanner = calloc(1, sizeof *scanner);
    if (!scanner) {
        err_no_memory(err);
        return NULL;
    }
    scanner->setting = *setting;
    scanner->setting.uri = NULL;
    scanner->fd = -1;
    scanner->retry_ms = RETRY_FIRST_MS;
    if (!read_setting(setting, scanner, err)) {
        close_serial(scanner);
        return NULL;
    }
    scanner->retry = loop_timer_create(setting->loop, try_open, scanner);
    if (!scanner->retry) {
        close_serial(scanner);
        err_no_memory(err);
        return NULL;
    }
    try_open(scanner);
    return scanner;
}

const struct scanner_driver scan_serial = { .scheme = "serial",
                                            .open = open_serial,
                                            .close = close_serial,
                                            .check = check_serial };
