/* zpl-printer --dir DIR [--port N]: a label printer that speaks ZPL on a TCP port, as
 * those of the Zebra kind do on 9100; loopback only.
 *
 *     DIR/port          the port it listens on (N, or one that was free)
 *     DIR/000001.pbm    labels in the order they came out; .png and the .zpl beside it
 *     DIR/log           monotonic microseconds, what happened
 *     DIR/state.json    labels left, printed, waiting, reasons
 *     DIR/control       read when it changes: lines of
 *                           labels=N     labels left on the roll (-1: no end)
 *                           paused=0|1   head_open=0|1
 *                           hang=0|1     neither reads nor prints nor answers
 *                           mm_per_s=N   0: at once
 *
 * It takes formats from several connections, prints them one after the other, keeps
 * what it has when labels run out, and closes a connection when all that came over it
 * has been printed. A label that was received is printed even if its sender has gone:
 * that is why a cancelled job is UNCERTAIN. ~HS and ~HQES are answered at once. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "label.h"
#include "str.h"

enum {
    LINES_MAX = 16,
    FORMATS_MAX = 64,
    FORMAT_BYTES_MAX = 16 * 1024 * 1024,
    TICK_MS = 10
};

struct line { /* one connection */
    int fd;   /* -1 = free */
    struct str in;
    int waiting; /* formats of it not printed yet */
    bool ended;  /* the other side has said all */
};

struct format {
    char *bytes;
    size_t length;
    struct line *line; /* NULL: its connection is gone */
};

struct printer {
    const char *dir;
    int listener;
    struct line lines[LINES_MAX];
    struct format formats[FORMATS_MAX]; /* 0 is the one being printed */
    int count;
    int64_t done_us; /* when format 0 has come out; 0 = not begun */
    long labels, mm_per_s, printed;
    bool paused, head_open, hang;
    struct timespec control_at;
    char state[512];
    FILE *log;
};

static volatile sig_atomic_t over;

static void
stop(int signal_number)
{
    (void)signal_number;
    over = 1;
}

static int64_t
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
path_in(const struct printer *p, const char *name, char path[1024])
{
    snprintf(path, 1024, "%s/%s", p->dir, name);
}

static void
put_file(const struct printer *p, const char *name, const char *bytes, size_t length)
{
    char path[1024], aside[1100];
    path_in(p, name, path);
    snprintf(aside, sizeof aside, "%s.new", path);
    FILE *file = fopen(aside, "wb");
    if (!file)
        return;
    fwrite(bytes, 1, length, file);
    fclose(file);
    rename(aside, path);
}

static void
obey(struct printer *p, const char *line)
{
    static const char *const names[] = { "labels=", "paused=", "head_open=", "hang=",
                                         "mm_per_s=" };
    for (int i = 0; i < 5; i++) {
        if (!str_starts(line, names[i]))
            continue;
        long value = strtol(line + strlen(names[i]), NULL, 10);
        switch (i) {
        case 0:
            p->labels = value;
            break;
        case 1:
            p->paused = value != 0;
            break;
        case 2:
            p->head_open = value != 0;
            break;
        case 3:
            p->hang = value != 0;
            break;
        default:
            p->mm_per_s = value;
            break;
        }
    }
}

static void
read_control(struct printer *p)
{
    char path[1024], line[256];
    struct stat about;
    path_in(p, "control", path);
    if (stat(path, &about) != 0 || (about.st_mtim.tv_sec == p->control_at.tv_sec &&
                                    about.st_mtim.tv_nsec == p->control_at.tv_nsec))
        return;
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    p->control_at = about.st_mtim;
    while (fgets(line, sizeof line, file))
        obey(p, line);
    fclose(file);
    fprintf(p->log, "%" PRId64 " control\n", now_us());
}

static void
write_state(struct printer *p)
{
    char state[sizeof p->state];
    int length =
        snprintf(state, sizeof state,
                 "{\"labels\":%ld,\"printed\":%ld,\"waiting\":%d,\"paused\":%s,"
                 "\"head_open\":%s,\"hang\":%s,\"media_empty\":%s}\n",
                 p->labels, p->printed, p->count, p->paused ? "true" : "false",
                 p->head_open ? "true" : "false", p->hang ? "true" : "false",
                 p->labels == 0 ? "true" : "false");
    if (strcmp(state, p->state) != 0) {
        put_file(p, "state.json", state, (size_t)length);
        str_copy(p->state, sizeof p->state, state);
    }
}

/* ---- the conversation ---------------------------------------------------------- */

static void
answer_hs(struct printer *p, int fd)
{
    char text[256];
    int length = snprintf(text, sizeof text,
                          "\002030,%d,%d,0800,%03d,0,0,0,000,0,0,0\003\r\n"
                          "\002000,0,%d,0,0,2,4,0,00000000,1,000\003\r\n"
                          "\0020000,0\003\r\n",
                          p->labels == 0, p->paused, p->count, p->head_open);
    if (write(fd, text, (size_t)length) != length)
        fprintf(p->log, "%" PRId64 " ~HS not taken\n", now_us());
}

static void
answer_hqes(struct printer *p, int fd)
{
    unsigned errors = (p->labels == 0 ? 1u : 0) | (p->head_open ? 4u : 0) |
                      (p->paused ? 0x10000u : 0);
    char text[256];
    int length = snprintf(
        text, sizeof text,
        "\002\r\n  PRINTER STATUS                             \r\n"
        "   ERRORS:         %d 00000000 %08X  \r\n"
        "   WARNINGS:       %d 00000000 %08X  \r\n\003",
        errors != 0, errors,
        p->labels > 0 && p->labels<10, p->labels> 0 && p->labels < 10 ? 1u : 0u);
    if (write(fd, text, (size_t)length) != length)
        fprintf(p->log, "%" PRId64 " ~HQES not taken\n", now_us());
}

static void
drop(struct str *in, size_t length)
{
    memmove(in->data, in->data + length, in->length - length);
    in->length -= length;
    in->data[in->length] = '\0';
}

/* Answers and removes questions that stand between formats. */
static void
answer(struct printer *p, struct line *line)
{
    for (;;) {
        char *start = memmem(line->in.data, line->in.length, "^XA", 3);
        size_t free_part = start ? (size_t)(start - line->in.data) : line->in.length;
        char *hs = memmem(line->in.data, free_part, "~HS", 3);
        char *hqes = memmem(line->in.data, free_part, "~HQES", 5);
        if (!hs && !hqes)
            return;
        if (hqes && (!hs || hqes < hs)) {
            answer_hqes(p, line->fd);
            drop(&line->in, (size_t)(hqes - line->in.data) + 5);
        } else {
            answer_hs(p, line->fd);
            drop(&line->in, (size_t)(hs - line->in.data) + 3);
        }
    }
}

/* Takes whole formats out of what has come; what stands before ^XA belongs to it. */
static void
take_formats(struct printer *p, struct line *line)
{
    while (p->count < FORMATS_MAX) {
        answer(p, line);
        char *end = memmem(line->in.data, line->in.length, "^XZ", 3);
        if (!end)
            return;
        size_t length = (size_t)(end - line->in.data) + 3;
        char *bytes = malloc(length);
        if (!bytes)
            return;
        memcpy(bytes, line->in.data, length);
        p->formats[p->count++] = (struct format){ bytes, length, line };
        line->waiting++;
        drop(&line->in, length);
        fprintf(p->log, "%" PRId64 " format bytes=%zu\n", now_us(), length);
    }
}

static void
hang_up(struct printer *p, struct line *line)
{
    close(line->fd);
    line->fd = -1;
    str_finish(&line->in);
    for (int i = 0; i < p->count; i++) {
        if (p->formats[i].line == line)
            p->formats[i].line = NULL;
    }
}

static void
listen_to(struct printer *p, struct line *line)
{
    char piece[65536];
    ssize_t n = read(line->fd, piece, sizeof piece);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0 && line->in.length == 0)
        fprintf(p->log, "%" PRId64 " first-byte\n", now_us());
    if (n > 0) {
        str_add(&line->in, piece, (size_t)n);
        take_formats(p, line);
    }
    if (n < 0 || !str_ok(&line->in))
        hang_up(p, line);
    else if (n == 0)
        line->ended = true;
}

static void
take_call(struct printer *p)
{
    int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (int i = 0; fd >= 0 && i < LINES_MAX; i++) {
        struct line *line = &p->lines[i];
        if (line->fd >= 0)
            continue;
        *line = (struct line){ .fd = fd };
        str_init(&line->in, FORMAT_BYTES_MAX);
        fprintf(p->log, "%" PRId64 " connect\n", now_us());
        return;
    }
    if (fd >= 0)
        close(fd);
}

/* ---- paper ----------------------------------------------------------------------- */

static void
come_out(struct printer *p)
{
    struct format *format = &p->formats[0];
    struct label label;
    struct err err = { 0 };
    char name[64], path[1024];
    snprintf(name, sizeof name, "%06ld.zpl", ++p->printed);
    put_file(p, name, format->bytes, format->length);
    if (label_decode_zpl((const uint8_t *)format->bytes, format->length, &label,
                         &err)) {
        snprintf(name, sizeof name, "%06ld.pbm", p->printed);
        path_in(p, name, path);
        label_write_pbm(&label, path, &err);
        snprintf(name, sizeof name, "%06ld.png", p->printed);
        path_in(p, name, path);
        label_write_png(&label, path, &err);
        label_finish(&label);
    } else {
        fprintf(p->log, "%" PRId64 " spoilt %s\n", now_us(), err.text);
    }
    fprintf(p->log, "%" PRId64 " label %06ld\n", now_us(), p->printed);
    if (p->labels > 0)
        p->labels--;
    if (format->line)
        format->line->waiting--;
    free(format->bytes);
    memmove(&p->formats[0], &p->formats[1], (size_t)--p->count * sizeof p->formats[0]);
    p->done_us = 0;
}

static int64_t
print_us(const struct printer *p)
{
    long height = 800;
    const struct format *format = &p->formats[0];
    const char *ll = memmem(format->bytes, format->length, "^LL", 3);
    if (ll)
        height = strtol(ll + 3, NULL, 10);
    return p->mm_per_s > 0 ? (int64_t)height * 1000000 / (8 * p->mm_per_s) : 0;
}

static void
print(struct printer *p)
{
    while (p->count > 0 && !p->paused && !p->head_open && p->labels != 0) {
        if (p->done_us == 0)
            p->done_us = now_us() + print_us(p);
        if (now_us() < p->done_us)
            return;
        come_out(p);
    }
}

static void
turn(struct printer *p)
{
    struct pollfd wait[LINES_MAX + 1];
    struct line *who[LINES_MAX];
    nfds_t count = 0;
    for (int i = 0; !p->hang && i < LINES_MAX; i++) {
        struct line *line = &p->lines[i];
        if (line->fd >= 0 && !line->ended && p->count < FORMATS_MAX) {
            who[count] = line;
            wait[count++] = (struct pollfd){ line->fd, POLLIN, 0 };
        }
    }
    wait[count] = (struct pollfd){ p->listener, p->hang ? 0 : POLLIN, 0 };
    poll(wait, count + 1, TICK_MS);
    read_control(p);
    if (!p->hang) {
        if (wait[count].revents & POLLIN)
            take_call(p);
        for (nfds_t i = 0; i < count; i++) {
            if (wait[i].revents)
                listen_to(p, who[i]);
        }
        print(p);
        for (int i = 0; i < LINES_MAX; i++) {
            if (p->lines[i].fd >= 0 && p->lines[i].ended && p->lines[i].waiting == 0)
                hang_up(p, &p->lines[i]);
        }
    }
    write_state(p);
    fflush(p->log);
}

static bool
open_printer(struct printer *p, long port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port) };
    socklen_t size = sizeof at;
    int on = 1;
    char text[32], path[1024];
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&at, size) != 0 ||
        listen(p->listener, 16) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&at, &size) != 0) {
        perror("zpl-printer: port");
        return false;
    }
    path_in(p, "log", path);
    p->log = fopen(path, "a");
    if (!p->log) {
        perror(path);
        return false;
    }
    read_control(p);
    int length = snprintf(text, sizeof text, "%d\n", ntohs(at.sin_port));
    put_file(p, "port", text, (size_t)length);
    return true;
}

int
main(int argc, char **argv)
{
    struct printer p = { .labels = -1 };
    long port = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--dir") == 0)
            p.dir = argv[i + 1];
        else if (strcmp(argv[i], "--port") == 0)
            port = strtol(argv[i + 1], NULL, 10);
    }
    if (!p.dir || argc % 2 == 0) {
        fprintf(stderr, "usage: zpl-printer --dir DIR [--port N]\n");
        return 2;
    }
    for (int i = 0; i < LINES_MAX; i++)
        p.lines[i].fd = -1;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    if (!open_printer(&p, port))
        return 1;
    while (!over)
        turn(&p);
    for (int i = 0; i < LINES_MAX; i++) {
        if (p.lines[i].fd >= 0)
            hang_up(&p, &p.lines[i]);
    }
    for (int i = 0; i < p.count; i++)
        free(p.formats[i].bytes);
    fclose(p.log);
    close(p.listener);
    return 0;
}
