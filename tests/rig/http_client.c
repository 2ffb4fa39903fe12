#include "http_client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int
http_connect(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(fd >= 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connected = connect(fd, (struct sockaddr *)&address, sizeof address);
    assert(connected == 0);
    return fd;
}

bool
http_send(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static int64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Bytes read, 0 = closed, -1 = time is over. */
static ssize_t
read_some(int fd, char *to, size_t room, int64_t until_ms)
{
    int64_t left = until_ms - now_ms();
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
        return -1;
    ssize_t got = recv(fd, to, room, 0);
    return got < 0 ? 0 : got;
}

bool
http_wait(int fd, const char *needle, char *got, size_t size, int timeout_ms)
{
    int64_t until = now_ms() + timeout_ms;
    size_t length = 0;
    got[0] = '\0';
    while (!strstr(got, needle) && length + 1 < size) {
        ssize_t more = read_some(fd, got + length, size - 1 - length, until);
        if (more <= 0)
            return false;
        length += (size_t)more;
        got[length] = '\0';
    }
    return strstr(got, needle) != NULL;
}

bool
http_wait_closed(int fd, int timeout_ms)
{
    int64_t until = now_ms() + timeout_ms;
    char dropped[65536];
    for (;;) {
        ssize_t more = read_some(fd, dropped, sizeof dropped, until);
        if (more <= 0)
            return more == 0;
    }
}

int
http_exchange(uint16_t port, const char *request, char *got, size_t size)
{
    int fd = http_connect(port);
    int status = 0;
    if (http_send(fd, request, strlen(request))) {
        http_wait(fd, "\xff never", got, size, 3000);
        if (strncmp(got, "HTTP/1.", 7) == 0)
            status = (int)strtol(got + 9, NULL, 10);
    }
    close(fd);
    return status;
}
