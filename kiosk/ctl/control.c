#include "ctl/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"

enum {
    CLIENTS_MAX = 32,
    REQUEST_BYTES_MAX = 64 * 1024,
    UNSENT_BYTES_MAX = 8 * 1024 * 1024,
    SEND_WITHIN_MS = 5000
};

/*  ASKING --line--> RUNNING --last line--> LEAVING --all sent--> gone
 *     |                '-- closed, request stays --> ABANDONED --last line--> gone
 *     '---- 5 s, too long, closed ----------------------------> gone */
enum client_state { CLIENT_ASKING, CLIENT_RUNNING, CLIENT_LEAVING, CLIENT_ABANDONED };

struct client {
    struct control *control;
    enum client_state state;
    int fd;
    struct loop_watch *watch;
    bool watches_write;
    struct loop_timer *late;
    struct str in, out;
    size_t sent;
    struct json *args;
    struct command_request request;
};

struct control {
    const struct command_parts *parts;
    struct sockaddr_un address;
    int fd;
    struct loop_watch *watch;
    struct client *clients[CLIENTS_MAX];
};

static void client_ready(int fd, int events, void *self);

static void
client_close(struct client *client)
{
    const struct loop *loop = client->control->parts->loop;
    if (client->state == CLIENT_RUNNING && client->request.stays) {
        loop_unwatch(loop, client->watch);
        client->watch = NULL;
        client->state = CLIENT_ABANDONED;
        return;
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (client->control->clients[i] == client)
            client->control->clients[i] = NULL;
    }
    if (client->state == CLIENT_RUNNING && client->request.cancel)
        client->request.cancel(&client->request);
    loop_unwatch(loop, client->watch);
    loop_timer_destroy(loop, client->late);
    for (size_t i = 0; i < COMMAND_FILES_MAX; i++) {
        if (client->request.files[i] >= 0)
            close(client->request.files[i]);
    }
    close(client->fd);
    json_free(client->args);
    str_finish(&client->in);
    str_finish(&client->out);
    free(client);
}

static void
client_is_late(void *self)
{
    struct client *client = self;
    log_info(client->control->parts->log, "control", "client=late action=close");
    client_close(client);
}

static bool
client_watch(struct client *client, bool write)
{
    const struct loop *loop = client->control->parts->loop;
    loop_unwatch(loop, client->watch);
    client->watch = loop_watch(loop, client->fd, LOOP_READ | (write ? LOOP_WRITE : 0),
                               client_ready, client);
    client->watches_write = write;
    return client->watch != NULL;
}

/* Sends what the socket takes now; false if the client is gone (and closed). */
static bool
client_send(struct client *client)
{
    while (client->sent < client->out.length) {
        ssize_t n =
            send(client->fd, client->out.data + client->sent,
                 client->out.length - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            client_close(client);
            return false;
        }
        client->sent += (size_t)n;
    }
    bool all = client->sent == client->out.length;
    if (all) {
        str_clear(&client->out);
        client->sent = 0;
    }
    if ((all && client->state == CLIENT_LEAVING) ||
        (client->watches_write == all && !client_watch(client, !all))) {
        client_close(client);
        return false;
    }
    return true;
}

static void
client_leaves(void *self)
{
    struct client *client = self;
    if (client->watch)
        client_send(client);
    else
        client_close(client);
}

/* command.h's line: only takes note; what can be sent now is sent from the loop, since
 * a command may still be in the middle of its work. */
static void
client_line(struct command_request *request, const char *line, size_t length, bool last)
{
    struct client *client = request->transport;
    str_add(&client->out, line, length);
    str_add_char(&client->out, '\n');
    if (!str_ok(&client->out)) {
        log_warning(client->control->parts->log, "control",
                    "client=slow unsent_bytes=%zu action=close", client->out.length);
        str_clear(&client->out);
        last = true;
    }
    if (last)
        client->state = CLIENT_LEAVING;
    loop_timer_arm(client->control->parts->loop, client->late, 0);
}

static void
client_refuse(struct client *client, const char *text)
{
    struct err err;
    err_set(&err, ERR_INPUT, "%s", text);
    command_fail(&client->request, &err);
}

static bool
may_run(const struct client *client, const struct command *command)
{
    struct ucred peer = { 0 };
    socklen_t size = sizeof peer;
    getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    return !command->only_root || peer.uid == 0 || peer.uid == geteuid();
}

static void
client_run(struct client *client, size_t length)
{
    const struct loop *loop = client->control->parts->loop;
    struct err err;
    loop_timer_destroy(loop, client->late);
    client->late = loop_timer_create(loop, client_leaves, client);
    client->state = CLIENT_RUNNING;
    if (!client->late) {
        client_close(client);
        return;
    }
    if (!json_parse(client->in.data, length, &client->args, &err)) {
        command_fail(&client->request, &err);
        return;
    }
    const char *name;
    if (!json_text(client->args, "command", &name, &err)) {
        command_fail(&client->request, &err);
        return;
    }
    const struct command *command = command_find(name);
    if (!command) {
        client_refuse(client, "command: want the name of one (kioskctl --help)");
        return;
    }
    client->request.command = command;
    client->request.args = json_member(client->args, "args");
    command_place_files(&client->request);
    if (!may_run(client, command)) {
        err_set(&err, ERR_LIMIT, "%s: only root and the station's own user may do this",
                command->name);
        command_fail(&client->request, &err);
        return;
    }
    command_run(&client->request);
}

/* Takes the descriptors that came with a piece of the request. */
static void
take_files(struct client *client, struct msghdr *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
         part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            size_t slot = 0;
            while (slot < COMMAND_FILES_MAX && client->request.files[slot] >= 0)
                slot++;
            if (slot < COMMAND_FILES_MAX)
                client->request.files[slot] = fd;
            else
                close(fd);
        }
    }
}

/* One piece of the request. Returns what recvmsg did. */
static ssize_t
client_read(struct client *client)
{
    char piece[4096];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * COMMAND_FILES_MAX)];
    } control;
    struct iovec into = { piece, sizeof piece };
    struct msghdr message = { .msg_iov = &into,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof control.bytes };
    ssize_t n = recvmsg(client->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n > 0) {
        take_files(client, &message);
        if (client->state == CLIENT_ASKING)
            str_add(&client->in, piece, (size_t)n);
    }
    return n;
}

static void
client_ready(int fd, int events, void *self)
{
    struct client *client = self;
    (void)fd;
    if ((events & LOOP_WRITE) && !client_send(client))
        return;
    if (!(events & LOOP_READ))
        return;
    ssize_t n = client_read(client);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        client_close(client);
        return;
    }
    if (client->state != CLIENT_ASKING)
        return;
    char *end = memchr(client->in.data, '\n', client->in.length);
    if (end)
        client_run(client, (size_t)(end - client->in.data));
    else if (!str_ok(&client->in))
        client_close(client);
}

static void
client_create(struct control *control, int fd, struct client **slot)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->control = control;
    client->fd = fd;
    str_init(&client->in, REQUEST_BYTES_MAX);
    str_init(&client->out, UNSENT_BYTES_MAX);
    client->request = (struct command_request){ .parts = control->parts,
                                                .files = { -1, -1 },
                                                .line = client_line,
                                                .transport = client };
    struct ucred peer = { .uid = (uid_t)-1 };
    socklen_t size = sizeof peer;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    snprintf(client->request.who, sizeof client->request.who, "uid:%u",
             (unsigned)peer.uid);
    *slot = client;
    client->late = loop_timer_create(control->parts->loop, client_is_late, client);
    if (!client->late || !client_watch(client, false)) {
        client_close(client);
        return;
    }
    loop_timer_arm(control->parts->loop, client->late, SEND_WITHIN_MS);
}

static void
accept_client(int listener, int events, void *self)
{
    struct control *control = self;
    (void)events;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (!control->clients[i]) {
            client_create(control, fd, &control->clients[i]);
            return;
        }
    }
    log_warning(control->parts->log, "control", "clients=%d action=refuse",
                CLIENTS_MAX);
    close(fd);
}

/* A socket file that nobody answers on is left over from a crash. */
static bool
clear_the_way(const struct sockaddr_un *address, struct err *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_set(err, ERR_IO, "socket: %s", strerror(errno));
    bool answered = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    close(fd);
    if (answered)
        return err_set(err, ERR_BUSY, "socket %s: another process answers on it",
                       address->sun_path);
    struct stat is;
    if (lstat(address->sun_path, &is) == 0 && !S_ISSOCK(is.st_mode))
        return err_set(err, ERR_INPUT, "socket %s: a file of another kind is there",
                       address->sun_path);
    unlink(address->sun_path);
    return true;
}

static bool
listen_at(struct control *control, struct err *err)
{
    if (!clear_the_way(&control->address, err))
        return false;
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control->fd < 0)
        return err_set(err, ERR_IO, "socket: %s", strerror(errno));
    mode_t former = umask(0117); /* 0660 from the first moment on */
    int bound = bind(control->fd, (const struct sockaddr *)&control->address,
                     sizeof control->address);
    umask(former);
    if (bound < 0 || listen(control->fd, CLIENTS_MAX) < 0)
        return err_set(err, ERR_IO, "socket %s: %s", control->address.sun_path,
                       strerror(errno));
    control->watch = loop_watch(control->parts->loop, control->fd, LOOP_READ,
                                accept_client, control);
    return control->watch || err_no_memory(err);
}

bool
control_create(const char *path, const struct command_parts *parts,
               struct control **control, struct err *err)
{
    struct control *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    self->parts = parts;
    self->fd = -1;
    self->address.sun_family = AF_UNIX;
    if (!str_copy(self->address.sun_path, sizeof self->address.sun_path, path)) {
        free(self);
        return err_set(err, ERR_INPUT, "socket %s: want a path of at most %zu bytes",
                       path, sizeof self->address.sun_path - 1);
    }
    if (!listen_at(self, err)) {
        self->address.sun_path[0] = '\0'; /* not ours to unlink */
        control_destroy(self);
        return false;
    }
    *control = self;
    return true;
}

void
control_destroy(struct control *control)
{
    if (!control)
        return;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (!control->clients[i])
            continue;
        control->clients[i]->request.stays = false;
        client_close(control->clients[i]);
    }
    loop_unwatch(control->parts->loop, control->watch);
    if (control->fd >= 0)
        close(control->fd);
    if (control->address.sun_path[0])
        unlink(control->address.sun_path);
    free(control);
}
