#include "print_cups.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "str.h"

enum { CONNECT_MS = 2000 };

/* A [v6] address needs its brackets to carry a port. */
bool
cups_link_init(struct cups_link *link, const char *server, struct err *err)
{
    const char *colon = strrchr(server, ':');
    const char *bracket = strrchr(server, ']');
    long long port = 0;
    size_t length = strlen(server);

    if (server[0] != '/' && colon && (bracket ? colon > bracket : true)) {
        if (!str_read_int(colon + 1, 1, 65535, &port) || colon == server)
            return err_set(err, ERR_INPUT,
                           "CUPS server \"%s\": want host:port or a socket's path",
                           server);
        length = (size_t)(colon - server);
    }
    if (!str_copy_bytes(link->host, sizeof link->host, server, length))
        return err_set(err, ERR_INPUT, "CUPS server: name over %zu bytes",
                       sizeof link->host - 1);
    if (server[0] == '/' && length >= sizeof((struct sockaddr_un *)NULL)->sun_path)
        return err_set(err, ERR_INPUT, "CUPS server: %s is too long for a socket",
                       server);
    link->port = (int)port;
    link->http = NULL;
    link->epoch = 0;
    return true;
}

bool
cups_link_over(const struct cups_link *link)
{
    return clock_mono_ms(link->clock) >= link->until_ms;
}

/* libcups asks every half second of silence: go on waiting? */
static int
wait_on(http_t *http, void *self)
{
    (void)http;
    return !cups_link_over(self);
}

static bool
is_local(const http_t *http)
{
    struct sockaddr_un at;
    socklen_t size = sizeof at;
    return getsockname(httpGetFd((http_t *)(uintptr_t)http), (struct sockaddr *)&at,
                       &size) == 0 &&
           at.sun_family == AF_UNIX;
}

/* The pid of whoever sent the bytes that wait at fd; 0 if the kernel does not say. */
static pid_t
sender_of(int fd)
{
    char byte;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec piece = { &byte, 1 };
    struct msghdr message = { .msg_iov = &piece,
                              .msg_iovlen = 1,
                              .msg_control = &control,
                              .msg_controllen = sizeof control };
    if (recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT) < 1)
        return 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part;
         part = CMSG_NXTHDR(&message, part)) {
        struct ucred from;
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&from, CMSG_DATA(part), sizeof from);
            return from.pid;
        }
    }
    return 0;
}

static void
read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    line[0] = '\0';
    if (!file)
        return;
    if (!fgets(line, (int)size, file))
        line[0] = '\0';
    fclose(file);
}

/* When the process began, in ticks since boot: the 22nd word of its stat line, the 20th
 * behind the name, which may itself hold blanks and brackets. */
static const char *
start_of(char *stat)
{
    char *at = strrchr(stat, ')');
    for (int word = 0; at && word < 20; word++)
        at = strchr(at + 1, ' ');
    if (!at)
        return "";
    at[1 + strcspn(at + 1, " \n")] = '\0';
    return at + 1;
}

static uint64_t
epoch_of(pid_t pid)
{
    char boot[64], path[64], stat[1024], whole[256];
    if (pid <= 0)
        return 0;
    read_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_line(path, stat, sizeof stat);
    snprintf(whole, sizeof whole, "%s %d %.32s", boot, (int)pid, start_of(stat));
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (const char *c = whole; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return hash ? hash : 1;
}

/* One small exchange, to see who is there before anything is asked of him. */
static bool
greet(struct cups_link *link)
{
    int fd = httpGetFd(link->http), on = 1;
    struct pollfd wait = { fd, POLLIN, 0 };
    httpClearFields(link->http);
    httpSetField(link->http, HTTP_FIELD_HOST, "localhost");
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        httpOptions(link->http, "*") != 0)
        return false;
    while (poll(&wait, 1, 100) == 0) {
        if (cups_link_over(link))
            return false;
    }
    link->epoch = epoch_of(sender_of(fd));
    http_status_t status;
    do
        status = httpUpdate(link->http);
    while (status == HTTP_STATUS_CONTINUE);
    httpFlush(link->http);
    return status == HTTP_STATUS_OK;
}

static bool
connect_it(struct cups_link *link, struct err *err)
{
    const char *host = link->host[0] ? link->host : cupsServer();
    int port = link->port ? link->port : ippPort();
    int64_t start_ms = clock_mono_ms(link->clock);
    link->http = httpConnect2(host, port, NULL, AF_UNSPEC, HTTP_ENCRYPTION_IF_REQUESTED,
                              1, CONNECT_MS, NULL);
    bool turned_away = clock_mono_ms(link->clock) - start_ms < CONNECT_MS;
    if (!link->http)
        return err_set(err, turned_away ? ERR_ABSENT : ERR_REMOTE,
                       "no connection to CUPS at %s: %s", host, cupsLastErrorString());
    httpSetTimeout(link->http, 0.5, wait_on, link);
    link->epoch = 0;
    if (is_local(link->http) && !greet(link)) {
        cups_link_close(link);
        return err_set(err, ERR_REMOTE, "CUPS at %s does not answer", host);
    }
    return true;
}

bool
cups_link_ready(struct cups_link *link, struct err *err)
{
    if (link->http) {
        struct pollfd wait = { httpGetFd(link->http), POLLIN, 0 };
        if (poll(&wait, 1, 0) == 0)
            return true;
        cups_link_close(link); /* bytes out of turn, or its end */
    }
    return connect_it(link, err);
}

void
cups_link_close(struct cups_link *link)
{
    if (link->http)
        httpClose(link->http);
    link->http = NULL;
    link->epoch = 0;
}

/* A socket that libcups made by itself has not been told to pass credentials. */
bool
cups_link_same(const struct cups_link *link)
{
    int on = 0;
    socklen_t size = sizeof on;
    if (!link->http || httpGetFd(link->http) < 0)
        return false;
    if (!is_local(link->http))
        return true;
    return getsockopt(httpGetFd(link->http), SOL_SOCKET, SO_PASSCRED, &on, &size) ==
               0 &&
           on;
}
