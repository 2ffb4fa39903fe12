#include "ctl/ask.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/command.h"
#include "str.h"

enum { LINE_BYTES_MAX = 9 * 1024 * 1024 };

static bool
connect_to(const char *path, int *fd, struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (!str_copy(address.sun_path, sizeof address.sun_path, path))
        return err_set(err, ERR_INPUT, "socket %s: the path is too long", path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return err_set(err, ERR_IO, "socket: %s", strerror(errno));
    if (connect(*fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return true;
    int why = errno;
    close(*fd);
    if (why == EACCES)
        return err_set(err, ERR_BUSY, "socket %s: not allowed; are you in its group?",
                       path);
    return err_set(err, ERR_ABSENT, "socket %s: %s", path, strerror(why));
}

/* The first piece carries the descriptors. */
static bool
send_request(int fd, const struct ask *ask, struct err *err)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * COMMAND_FILES_MAX)];
    } control = { .bytes = { 0 } };
    int files[COMMAND_FILES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < COMMAND_FILES_MAX; i++) {
        if (ask->files[i] >= 0)
            files[count++] = ask->files[i];
    }
    char newline[] = "\n";
    struct iovec parts[2] = { { (void *)(uintptr_t)ask->request, ask->length },
                              { newline, 1 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(head), files, sizeof(int) * count);
    }
    /* 64 KiB at most: a stream socket of this system takes it whole */
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent != (ssize_t)ask->length + 1)
        return err_set(err, ERR_REMOTE, "socket %s: %s", ask->socket,
                       sent < 0 ? strerror(errno) : "took only a part");
    return true;
}

/* Hands on each whole line of `text`, keeps the rest. */
static void
hand_on(struct str *text, const struct ask *ask, bool *any)
{
    char *start = text->data;
    char *end;
    while ((end = memchr(start, '\n', text->length - (size_t)(start - text->data)))) {
        *end = '\0';
        ask->line(start, (size_t)(end - start), ask->self);
        *any = true;
        start = end + 1;
    }
    size_t rest = text->length - (size_t)(start - text->data);
    memmove(text->data, start, rest);
    text->length = rest;
}

static bool
read_answer(int fd, const struct ask *ask, struct err *err)
{
    struct str text;
    bool any = false;
    str_init(&text, LINE_BYTES_MAX);
    for (;;) {
        char *to = str_reserve(&text, 65536);
        if (!to) {
            str_finish(&text);
            return err_set(err, ERR_LIMIT, "the answer has a line over %d bytes",
                           LINE_BYTES_MAX);
        }
        ssize_t n = read(fd, to, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        str_grew(&text, (size_t)n);
        hand_on(&text, ask, &any);
    }
    bool whole = any && text.length == 0;
    str_finish(&text);
    return whole || err_set(err, ERR_REMOTE, "the answer broke off: did kioskd stop?");
}

bool
ask_station(const struct ask *ask, struct err *err)
{
    int fd = -1;
    if (!connect_to(ask->socket, &fd, err))
        return false;
    bool ok = send_request(fd, ask, err) && read_answer(fd, ask, err);
    close(fd);
    return ok;
}
