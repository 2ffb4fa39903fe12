#ifndef YUELAI_BENCH_SYNC_PAGES_H
#define YUELAI_BENCH_SYNC_PAGES_H

/* sync_pages: a ticketing server for bench_sync that costs next to nothing while it is
 * measured: its pages of orders are made and packed beforehand, into a file, and sent
 * by a child process.
 *
 *     event bench, list 1, item 1; orders of two positions, 50 orders a page
 *     ?modified_since=…  the first DELTA pages of them, as if they had been changed */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "str.h"

enum { PAGE_ORDERS = 50, ORDER_POSITIONS = 2, DELTA_PAGES = 20 };

struct sync_pages {
    uint64_t positions;
    unsigned pages;
    int listening, port;
    FILE *file;
    long *from; /* pages + 1 offsets: plain run, then delta run */
    uint64_t plain_bytes, packed_bytes;
    pid_t child;
};

static inline void
sync_code(char code[48], uint64_t number)
{
    uint64_t z = number * UINT64_C(0x9E3779B97F4A7C15) ^ UINT64_C(0x1234567890ABCDEF);
    snprintf(code, 48, "s%016llx%07llx", (unsigned long long)(z ^ (z >> 29)),
             (unsigned long long)number);
}

static inline void
sync_add_position(struct str *out, uint64_t number)
{
    static const char *const names[] = { "张伟", "Đorđe Žižić", "João da Conceição",
                                         "Владимир Петров", "김민수" };
    char code[48];
    sync_code(code, number);
    str_addf(
        out,
        "{\"id\":%llu,\"order\":\"O%llu\",\"positionid\":%d,\"item\":1,"
        "\"variation\":null,\"price\":\"0.00\",\"attendee_name\":\"%s %llu\","
        "\"attendee_name_parts\":{\"_scheme\":\"full\",\"full_name\":\"%s %llu\"},"
        "\"attendee_email\":null,\"company\":\"Universität Belgrad\",\"street\":null,"
        "\"zipcode\":null,\"city\":null,\"country\":\"RS\",\"state\":null,"
        "\"voucher\":null,\"tax_rate\":\"0.00\",\"tax_value\":\"0.00\","
        "\"tax_rule\":null,\"secret\":\"%s\",\"addon_to\":null,\"subevent\":null,"
        "\"checkins\":[],\"print_logs\":[],\"answers\":[{\"question\":12,"
        "\"answer\":\"guest\",\"question_identifier\":\"CATEGORY\",\"options\":[1],"
        "\"option_identifiers\":[\"GUEST\"]}],\"pseudonymization_id\":\"P%09llu\","
        "\"seat\":null,\"canceled\":false,\"valid_from\":null,\"valid_until\":null,"
        "\"blocked\":null,\"discount\":null,\"plugin_data\":{}}",
        (unsigned long long)number + 1, (unsigned long long)number / ORDER_POSITIONS,
        (int)(number % ORDER_POSITIONS) + 1, names[number % 5],
        (unsigned long long)number, names[number % 5], (unsigned long long)number, code,
        (unsigned long long)number);
}

static inline void
sync_add_order(struct str *out, const struct sync_pages *pages, uint64_t order)
{
    str_addf(
        out,
        "{\"code\":\"O%llu\",\"event\":\"bench\",\"status\":\"p\","
        "\"testmode\":false,\"secret\":\"k4h2l9\",\"email\":\"user%llu@example.org\","
        "\"phone\":null,\"locale\":\"en\",\"datetime\":\"2026-01-01T00:00:00Z\","
        "\"expires\":\"2026-02-01T23:59:59Z\",\"total\":\"0.00\",\"comment\":\"\","
        "\"invoice_address\":null,\"checkin_attention\":false,"
        "\"checkin_text\":null,\"last_modified\":\"2026-01-01T00:00:00Z\","
        "\"require_approval\":false,\"valid_if_pending\":false,"
        "\"sales_channel\":\"web\",\"url\":\"https://tickets.example/o/\","
        "\"customer\":null,\"positions\":[",
        (unsigned long long)order, (unsigned long long)order);
    for (uint64_t i = 0; i < ORDER_POSITIONS; i++) {
        uint64_t number = order * ORDER_POSITIONS + i;
        if (number >= pages->positions)
            break;
        if (i > 0)
            str_add_text(out, ",");
        sync_add_position(out, number);
    }
    str_add_text(out, "]}");
}

static inline void
sync_write_page(struct sync_pages *pages, const struct str *text)
{
    static unsigned char packed[4 * 1024 * 1024];
    z_stream z = { .next_in = (unsigned char *)text->data,
                   .avail_in = (unsigned)text->length,
                   .next_out = packed,
                   .avail_out = sizeof packed };
    deflateInit2(&z, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    fwrite(packed, 1, z.total_out, pages->file);
    pages->plain_bytes += text->length;
    pages->packed_bytes += z.total_out;
    deflateEnd(&z);
}

static inline void
sync_make_page(struct sync_pages *pages, unsigned number, unsigned last,
               const char *more)
{
    struct str text;
    uint64_t orders = (pages->positions + ORDER_POSITIONS - 1) / ORDER_POSITIONS;
    str_init(&text, 4 * 1024 * 1024);
    str_addf(&text, "{\"count\":%llu,\"next\":", (unsigned long long)orders);
    if (number + 1 < last)
        str_addf(&text,
                 "\"http://127.0.0.1:%d/api/v1/organizers/o/events/bench/orders/"
                 "?page=%u%s\"",
                 pages->port, number + 2, more);
    else
        str_add_text(&text, "null");
    str_add_text(&text, ",\"previous\":null,\"results\":[");
    for (unsigned i = 0; i < PAGE_ORDERS; i++) {
        uint64_t order = (uint64_t)number * PAGE_ORDERS + i;
        if (order >= orders)
            break;
        if (i > 0)
            str_add_text(&text, ",");
        sync_add_order(&text, pages, order);
    }
    str_add_text(&text, "]}");
    sync_write_page(pages, &text);
    str_finish(&text);
}

static inline unsigned
sync_delta_pages(const struct sync_pages *pages)
{
    return pages->pages < DELTA_PAGES ? pages->pages : DELTA_PAGES;
}

static inline void
sync_make(struct sync_pages *pages)
{
    unsigned delta = sync_delta_pages(pages);
    pages->file = tmpfile();
    pages->from = calloc(pages->pages + delta + 1, sizeof *pages->from);
    if (!pages->file || !pages->from)
        abort();
    for (unsigned i = 0; i < pages->pages + delta; i++) {
        pages->from[i] = ftell(pages->file);
        if (i < pages->pages)
            sync_make_page(pages, i, pages->pages, "");
        else
            sync_make_page(pages, i - pages->pages, delta, "&modified_since=x");
    }
    pages->from[pages->pages + delta] = ftell(pages->file);
    fflush(pages->file);
}

/* ---- the child ------------------------------------------------------------ */

static inline void
sync_send(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = write(fd, bytes, length);
        if (sent <= 0)
            _exit(0);
        bytes += sent;
        length -= (size_t)sent;
    }
}

static inline void
sync_answer(int fd, const char *body, size_t length, bool packed)
{
    char head[512];
    int size = snprintf(head, sizeof head,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                        "X-Page-Generated: 2026-06-01T12:00:00+00:00\r\n%s"
                        "Content-Length: %zu\r\n\r\n",
                        packed ? "Content-Encoding: gzip\r\n" : "", length);
    sync_send(fd, head, (size_t)size);
    sync_send(fd, body, length);
}

static inline void
sync_answer_orders(const struct sync_pages *pages, int fd, const char *target)
{
    static char page[4 * 1024 * 1024];
    const char *at = strstr(target, "page=");
    unsigned number = at ? (unsigned)strtoul(at + 5, NULL, 10) - 1 : 0;
    if (strstr(target, "modified_since"))
        number += pages->pages;
    long from = pages->from[number], length = pages->from[number + 1] - from;
    if (pread(fileno(pages->file), page, (size_t)length, from) != length)
        _exit(1);
    sync_answer(fd, page, (size_t)length, true);
}

static inline void
sync_answer_to(const struct sync_pages *pages, int fd, const char *target)
{
    static const char event[] =
        "{\"slug\":\"bench\",\"name\":{\"en\":\"Bench\"},\"timezone\":\"Asia/"
        "Shanghai\","
        "\"date_from\":\"2026-06-01T08:00:00Z\",\"has_subevents\":false,"
        "\"valid_keys\":{}}";
    static const char item[] = "{\"count\":1,\"next\":null,\"results\":[{\"id\":1,"
                               "\"name\":{\"en\":\"Ticket\"},\"variations\":[]}]}";
    static const char list[] =
        "{\"count\":1,\"next\":null,\"results\":[{\"id\":1,\"name\":\"All\","
        "\"all_products\":true,\"limit_products\":[],\"subevent\":null,\"rules\":{}}]}";
    static const char info[] = "{\"device\":{\"name\":\"bench\",\"gate\":null,"
                               "\"security_profile\":\"full\"},\"server\":{}}";
    static const char none[] = "{\"count\":0,\"next\":null,\"results\":[]}";
    const char *body = strstr(target, "/device/info")      ? info
                       : strstr(target, "/items/")         ? item
                       : strstr(target, "/checkinlists/")  ? list
                       : strstr(target, "/settings/")      ? "{}"
                       : strstr(target, "/events/bench/ ") ? event
                                                           : none;
    if (strstr(target, "/orders/"))
        sync_answer_orders(pages, fd, target);
    else
        sync_answer(fd, body, strlen(body), false);
}

static inline void
sync_serve(const struct sync_pages *pages, int fd)
{
    char asked[16384];
    size_t length = 0;
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (;;) {
        ssize_t got = read(fd, asked + length, sizeof asked - 1 - length);
        if (got <= 0)
            _exit(0);
        length += (size_t)got;
        asked[length] = '\0';
        if (!strstr(asked, "\r\n\r\n"))
            continue;
        asked[strcspn(asked, "\r")] = '\0';
        sync_answer_to(pages, fd, asked);
        length = 0;
    }
}

static inline void
sync_start(struct sync_pages *pages, uint64_t positions)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    uint64_t orders = (positions + ORDER_POSITIONS - 1) / ORDER_POSITIONS;
    *pages = (struct sync_pages){ .positions = positions };
    pages->pages = (unsigned)((orders + PAGE_ORDERS - 1) / PAGE_ORDERS);
    pages->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(pages->listening, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(pages->listening, 16) != 0 ||
        getsockname(pages->listening, (struct sockaddr *)&address, &size) != 0)
        abort();
    pages->port = ntohs(address.sin_port);
    sync_make(pages);
    pages->child = fork();
    if (pages->child != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept(pages->listening, NULL, NULL);
        if (fd >= 0 && fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            sync_serve(pages, fd);
        }
        close(fd);
    }
}

static inline void
sync_stop(struct sync_pages *pages)
{
    kill(pages->child, SIGKILL);
    waitpid(pages->child, NULL, 0);
    close(pages->listening);
    fclose(pages->file);
    free(pages->from);
}

#endif
