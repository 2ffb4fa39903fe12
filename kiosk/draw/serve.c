#include "draw/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "draw/protocol.h"
#include "str.h"

enum {
    DESIGNS_KEPT = 8,
    HEAP_EACH = 16 /* answers: looking at the heap takes 20 us */
};

struct kept {
    uint64_t key;  /* 0: free */
    uint64_t used; /* number of the last request */
    struct design design;
};

struct server {
    int socket;
    struct badge *badge;
    struct kept *kept; /* DESIGNS_KEPT of them */
    unsigned answers;
    int32_t heap_kib; /* when last looked at */
    char packet[PROTOCOL_PACKET_MAX];
};

/* A request taken apart; its texts are copies with a NUL. */
struct question {
    struct protocol_request request;
    const char *fields; /* not terminated; fields_bytes */
    char qr[PROTOCOL_QR_MAX + 1];
    int fd; /* of the prepared design, or -1 */
};

static int64_t
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool
take_apart(const char *packet, size_t length, struct question *question,
           struct err *err)
{
    struct protocol_request *request = &question->request;

    if (length < sizeof *request)
        return err_set(err, ERR_INPUT, "request: too short");
    memcpy(request, packet, sizeof *request);
    if (request->version != PROTOCOL_VERSION)
        return err_set(err, ERR_INPUT, "request: of version %u, want %d",
                       request->version, PROTOCOL_VERSION);
    if (request->fields_bytes > PROTOCOL_FIELDS_MAX ||
        request->qr_bytes > PROTOCOL_QR_MAX ||
        length != sizeof *request + request->fields_bytes + request->qr_bytes)
        return err_set(err, ERR_INPUT, "request: its lengths do not agree");
    question->fields = packet + sizeof *request;
    memcpy(question->qr, question->fields + request->fields_bytes, request->qr_bytes);
    question->qr[request->qr_bytes] = '\0';
    return true;
}

/* The design of that key: kept, or read from the file that came along and kept in the
 * place of the one not used for longest. */
static bool
find_design(struct server *server, const struct question *question,
            const struct design **design, struct err *err)
{
    struct kept *oldest = &server->kept[0];
    for (int i = 0; i < DESIGNS_KEPT; i++) {
        struct kept *kept = &server->kept[i];
        if (kept->key == question->request.design_key && kept->key != 0) {
            kept->used = question->request.number;
            *design = &kept->design;
            return true;
        }
        if (kept->used < oldest->used)
            oldest = kept;
    }
    if (question->fd < 0)
        return err_set(err, ERR_ABSENT, "request: its design did not come along");
    design_finish(&oldest->design);
    oldest->key = 0;
    oldest->used = 0;
    if (!design_load(question->fd, &oldest->design, err))
        return false;
    oldest->key = question->request.design_key;
    oldest->used = question->request.number;
    *design = &oldest->design;
    return true;
}

static void
copy_reports(const struct badge_report *from, struct protocol_reply *reply)
{
    reply->overflow = from->overflow;
    reply->missing = from->missing;
    reply->qr_module_dots = from->qr_module_dots;
    reply->qr_is_small = from->qr_is_small;
    for (int i = 0; i < from->slot_count && i < PROTOCOL_REPORTS_MAX; i++) {
        const struct badge_slot_report *slot = &from->slots[i];
        struct protocol_report *to = &reply->reports[reply->report_count++];
        str_copy(to->slot, sizeof to->slot, slot->name);
        to->x = (int32_t)lroundf(slot->box.x);
        to->y = (int32_t)lroundf(slot->box.y);
        to->width = (int32_t)lroundf(slot->box.width);
        to->height = (int32_t)lroundf(slot->box.height);
        to->size_dots = (int32_t)lroundf(slot->size);
        to->lines = slot->lines;
        to->missing = slot->missing;
        to->overflow = slot->overflow;
    }
}

static bool
write_page(int fd, const struct page *page)
{
    size_t length = (size_t)page->stride_bytes * (size_t)page->height_dots;
    return fd_write(fd, page->bits, length) &&
           fcntl(fd, F_ADD_SEALS,
                 F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
}

static bool
seal_page(const struct page *page, int *fd, struct err *err)
{
    *fd = memfd_create("badge", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd >= 0 && write_page(*fd, page))
        return true;
    err_set(err, ERR_IO, "cannot hand over the page: %s", strerror(errno));
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return false;
}

static bool
draw(struct server *server, const struct question *question,
     struct protocol_reply *reply, int *fd, struct err *err)
{
    struct badge_guest guest = { .qr = question->qr };
    struct badge_report report;
    struct fields fields;
    struct page page;

    if (!find_design(server, question, &guest.design, err)) {
        reply->outcome = PROTOCOL_SPOILED;
        return false;
    }
    if (!fields_read(question->fields, question->request.fields_bytes, &fields, err))
        return false;
    guest.fields = &fields;
    bool good = badge_draw(server->badge, &guest, &page, &report, err) &&
                seal_page(&page, fd, err);
    if (good) {
        reply->outcome = PROTOCOL_DRAWN;
        reply->width_dots = page.width_dots;
        reply->height_dots = page.height_dots;
        reply->stride_bytes = page.stride_bytes;
        reply->dpi = page.dpi;
        copy_reports(&report, reply);
    }
    fields_finish(&fields);
    return good;
}

#ifdef __SANITIZE_ADDRESS__ /* its allocator stands in for the library's */
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc 12 has no header of it */
#endif

static size_t
allocated_bytes(void)
{
#ifdef __SANITIZE_ADDRESS__
    return __sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}

/* Nearly all of it glyphs that Cairo keeps, which cannot be told to let go of them. */
static int32_t
heap_kib(const struct server *server)
{
    size_t bytes = allocated_bytes();
    for (int i = 0; i < DESIGNS_KEPT; i++) {
        size_t bits = server->kept[i].design.bits_length;
        bytes -= bits < bytes ? bits : bytes;
    }
    size_t kib = bytes / 1024;
    return kib < INT32_MAX ? (int32_t)kib : INT32_MAX;
}

static bool
answer(struct server *server, struct question *question, size_t length, struct err *err)
{
    int64_t began_us = now_us();
    struct protocol_reply reply = { .version = PROTOCOL_VERSION,
                                    .outcome = PROTOCOL_REFUSED };
    struct err why;
    int fd = -1;

    if (!take_apart(server->packet, length, question, &why) ||
        !draw(server, question, &reply, &fd, &why))
        str_copy(reply.text, sizeof reply.text, why.text);
    reply.number = question->request.number;
    if (server->answers++ % HEAP_EACH == 0)
        server->heap_kib = heap_kib(server);
    reply.heap_kib = server->heap_kib;
    reply.draw_us = (int32_t)(now_us() - began_us);
    struct protocol_packet packet = { .head = &reply,
                                      .head_bytes = sizeof reply,
                                      .fd = fd };
    bool sent = protocol_send(server->socket, &packet, err);
    if (fd >= 0)
        close(fd);
    return sent;
}

static bool
serve_all(struct server *server, struct err *err)
{
    struct protocol_reply ready = { .version = PROTOCOL_VERSION,
                                    .outcome = PROTOCOL_READY };
    struct protocol_packet hello = { .head = &ready,
                                     .head_bytes = sizeof ready,
                                     .fd = -1 };
    if (!protocol_send(server->socket, &hello, err))
        return false;
    for (;;) {
        struct protocol_inbox inbox = { server->packet, sizeof server->packet, 0, -1 };
        struct question question = { .fd = -1 };
        if (!protocol_receive(server->socket, &inbox, err))
            return false;
        if (inbox.length == 0)
            return true;
        question.fd = inbox.fd;
        bool sent = answer(server, &question, inbox.length, err);
        if (inbox.fd >= 0)
            close(inbox.fd);
        if (!sent)
            return false;
    }
}

bool
serve_run(int socket, struct badge *badge, struct err *err)
{
    struct server *server = calloc(1, sizeof *server);
    if (server)
        server->kept = calloc(DESIGNS_KEPT, sizeof *server->kept);
    if (!server || !server->kept) {
        free(server);
        return err_no_memory(err);
    }
    server->socket = socket;
    server->badge = badge;
    bool good = serve_all(server, err);
    for (int i = 0; i < DESIGNS_KEPT; i++)
        design_finish(&server->kept[i].design);
    free(server->kept);
    free(server);
    return good;
}
