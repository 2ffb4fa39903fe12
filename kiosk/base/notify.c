#include "base/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "str.h"

/* A connected datagram socket to `path`; '@' in front stands for the abstract
 * namespace's NUL. -1: there is none. */
static int
connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || length < 2 ||
        length >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '/'));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, size) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int64_t
watchdog_from_environment(void)
{
    const char *pid_text = getenv("WATCHDOG_PID"), *text = getenv("WATCHDOG_USEC");
    long long pid, us;
    if (pid_text && (!str_read_int(pid_text, 1, INT32_MAX, &pid) || pid != getpid()))
        return 0; /* meant for another process */
    return text && str_read_int(text, 1, INT64_MAX, &us) ? us : 0;
}

void
notify_open(struct notify *notify)
{
    const char *path = getenv("NOTIFY_SOCKET");
    notify->fd = path ? connect_to(path) : -1;
    notify->watchdog_us = notify->fd >= 0 ? watchdog_from_environment() : 0;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void
notify_close(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

static void
tell(const struct notify *notify, const char *text)
{
    if (notify->fd < 0)
        return;
    ssize_t sent = send(notify->fd, text, strlen(text), MSG_NOSIGNAL);
    (void)sent; /* see the header */
}

void
notify_ready(const struct notify *notify)
{
    tell(notify, "READY=1");
}

/* Type=notify-reload wants the moment with it, to tell this reload from an older one.
 */
void
notify_reloading(const struct notify *notify)
{
    char text[64];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    tell(notify, text);
}

void
notify_stopping(const struct notify *notify)
{
    tell(notify, "STOPPING=1");
}

void
notify_alive(const struct notify *notify)
{
    tell(notify, "WATCHDOG=1");
}

void
notify_status(const struct notify *notify, const char *format, ...)
{
    enum { PREFIX = sizeof "STATUS=" - 1 };
    char text[512] = "STATUS=";
    va_list args;
    va_start(args, format);
    vsnprintf(text + PREFIX, sizeof text - PREFIX, format, args);
    va_end(args);
    text[strcspn(text, "\n")] = '\0'; /* a second line would be a variable of its own */
    tell(notify, text);
}
