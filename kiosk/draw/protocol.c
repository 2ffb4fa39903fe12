#include "draw/protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static void
attach(struct msghdr *message, union control *control, int fd)
{
    memset(control, 0, sizeof *control);
    message->msg_control = control->bytes;
    message->msg_controllen = sizeof control->bytes;
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
}

bool
protocol_send(int socket, const struct protocol_packet *packet, struct err *err)
{
    union control control;
    struct iovec pieces[2] = { { (void *)(uintptr_t)packet->head, packet->head_bytes },
                               { (void *)(uintptr_t)packet->body,
                                 packet->body_bytes } };
    struct msghdr message = { .msg_iov = pieces, .msg_iovlen = packet->body ? 2 : 1 };
    ssize_t sent;

    if (packet->fd >= 0)
        attach(&message, &control, packet->fd);
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return true;
    return err_set(err, errno == EAGAIN ? ERR_BUSY : ERR_REMOTE, "cannot send: %s",
                   strerror(errno));
}

static int
detach(struct msghdr *message)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    int fd = -1;
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

bool
protocol_receive(int socket, struct protocol_inbox *inbox, struct err *err)
{
    union control control;
    struct iovec piece = { inbox->bytes, inbox->room };
    struct msghdr message = { .msg_iov = &piece,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof control.bytes };
    ssize_t got;

    inbox->fd = -1;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_set(err, errno == EAGAIN ? ERR_BUSY : ERR_REMOTE,
                       "cannot receive: %s", strerror(errno));
    inbox->fd = detach(&message);
    inbox->length = (size_t)got;
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        if (inbox->fd >= 0)
            close(inbox->fd);
        inbox->fd = -1;
        return err_set(err, ERR_REMOTE, "a packet of over %zu bytes", inbox->room);
    }
    return true;
}
