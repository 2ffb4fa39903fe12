#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "draw/protocol.h"
#include "print/easel_child.h"
#include "print/easel_designs.h"
#include "print/easel_inside.h"
#include "str.h"

enum {
    START_MS = 20000, /* a first start reads all fonts, perhaps from a slow card */
    RESTART_MS = 200, /* doubled each time it ends before it was ready */
    RESTART_MAX_MS = 10000
};

/* ---- the helper --------------------------------------------------------- */

void
easel_hang_up(struct easel *easel)
{
    loop_unwatch(easel->loop, easel->watch);
    easel->watch = NULL;
    if (easel->socket >= 0)
        close(easel->socket);
    easel->socket = -1;
    easel->is_ready = false;
    if (easel->limit)
        loop_timer_disarm(easel->loop, easel->limit);
}

/* Whatever it was, the process ends first; the rest happens in on_end. */
void
easel_give_up(struct easel *easel, const char *why)
{
    if (!easel->child)
        return;
    log_warning(easel->log, "easel", "helper=%d state=killed reason=\"%s\"",
                (int)easel_child_pid(easel->child), why);
    easel_hang_up(easel);
    easel_child_kill(easel->child);
}

void
easel_renew(struct easel *easel)
{
    int32_t limit_kib = easel->heap_limit_kib;
    if (easel->first)
        limit_kib = limit_kib < INT32_MAX / 2 ? 2 * limit_kib : INT32_MAX;
    if (!easel->child || !easel->is_ready || easel->drawing ||
        easel->heap_kib <= limit_kib)
        return;
    log_info(easel->log, "easel", "helper=%d state=renewed heap_kib=%" PRId32,
             (int)easel_child_pid(easel->child), easel->heap_kib);
    easel->is_renewed = true;
    easel_hang_up(easel);
    easel_child_kill(easel->child); /* it has nothing to put in order */
}

static int64_t
restart_delay_ms(const struct easel *easel)
{
    int64_t delay_ms = RESTART_MS;
    for (int i = 1; i < easel->failures && delay_ms < RESTART_MAX_MS; i++)
        delay_ms *= 2;
    return easel->failures == 0        ? 0
           : delay_ms < RESTART_MAX_MS ? delay_ms
                                       : RESTART_MAX_MS;
}

static void
on_end(const struct easel_child_end *end, void *self)
{
    struct easel *easel = self;
    struct easel_request *request = easel->drawing;
    char text[128];

    bool was_ready = easel->was_ready, is_late = easel->is_late;
    snprintf(
        text, sizeof text, "the drawing helper %s%s",
        easel->is_late ? "took too long" : "ended: ", easel->is_late ? "" : end->words);
    if (!easel->is_renewed)
        log_warning(easel->log, "easel", "helper state=ended reason=\"%s\"", text);
    easel->child = NULL;
    easel_hang_up(easel);
    easel->failures = was_ready ? 0 : easel->failures + 1;
    loop_timer_arm(easel->loop, easel->restart, restart_delay_ms(easel));
    if (request)
        easel_finish(easel, request, EASEL_CRASHED, text);
    else if (!was_ready && (is_late || !easel_child_was_stopped(end) ||
                            easel->failures >= EASEL_TRIES_MAX))
        easel_fail_all(easel, text);
}

void
easel_on_limit(void *self)
{
    struct easel *easel = self;
    easel->is_late = true;
    easel_give_up(easel,
                  easel->drawing ? "a badge took too long" : "it did not get ready");
}

/* ---- replies ------------------------------------------------------------ */

static bool
is_good_page(const struct protocol_reply *reply, int fd, size_t *length)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    struct stat status;

    if (fd < 0 || reply->width_dots < 1 || reply->width_dots > PAGE_DOTS_MAX ||
        reply->height_dots < 1 || reply->height_dots > PAGE_DOTS_MAX ||
        reply->stride_bytes != (reply->width_dots + 7) / 8)
        return false;
    *length = (size_t)reply->stride_bytes * (size_t)reply->height_dots;
    return (fcntl(fd, F_GET_SEALS) & seals) == seals && fstat(fd, &status) == 0 &&
           (size_t)status.st_size == *length;
}

/* Which texts are not as the design wants them. Names of slots are a file's words. */
static void
take_misfits(struct easel_request *request, struct protocol_reply *reply)
{
    struct str text;
    str_init(&text, sizeof request->misfit - 1);
    for (int i = 0; i < reply->report_count && i < PROTOCOL_REPORTS_MAX; i++) {
        struct protocol_report *slot = &reply->reports[i];
        char quoted[64];
        if (!slot->overflow && slot->missing == 0)
            continue;
        slot->slot[sizeof slot->slot - 1] = '\0';
        str_addf(&text, "%s%s", text.length > 0 ? ", " : "",
                 str_quote(quoted, sizeof quoted, slot->slot, strlen(slot->slot)));
        if (slot->missing > 0)
            str_addf(&text, " lacks %d letters", slot->missing);
    }
    str_copy(request->misfit, sizeof request->misfit, text.data);
    str_finish(&text);
}

static bool
take_page(struct easel *easel, struct protocol_reply *reply, int fd)
{
    struct easel_request *request = easel->drawing;
    size_t length;

    if (!is_good_page(reply, fd, &length))
        return false;
    void *bits = mmap(NULL, length, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (bits == MAP_FAILED)
        return false;
    request->page = (struct page){ .width_dots = reply->width_dots,
                                   .height_dots = reply->height_dots,
                                   .stride_bytes = reply->stride_bytes,
                                   .dpi = reply->dpi,
                                   .bits = bits };
    request->overflow = reply->overflow != 0;
    request->missing = reply->missing;
    take_misfits(request, reply);
    request->qr_is_small = reply->qr_is_small != 0;
    request->took_us = clock_mono_us(easel->clock) - easel->sent_us;
    easel_finish(easel, request, EASEL_DRAWN, "");
    munmap(bits, length);
    return true;
}

static bool
take_answer(struct easel *easel, struct protocol_reply *reply, int fd)
{
    struct easel_request *request = easel->drawing;

    reply->text[sizeof reply->text - 1] = '\0';
    if (!request || reply->number != easel->number)
        return false;
    loop_timer_disarm(easel->loop, easel->limit);
    easel->heap_kib = reply->heap_kib;
    switch (reply->outcome) {
    case PROTOCOL_DRAWN:
        return take_page(easel, reply, fd);
    case PROTOCOL_REFUSED:
        easel_finish(easel, request, EASEL_REFUSED, reply->text);
        return true;
    case PROTOCOL_SPOILED: /* it waits until its design is made anew */
        log_warning(easel->log, "easel", "design=%s state=spoiled reason=\"%s\"",
                    request->design, reply->text);
        easel->drawing = NULL;
        easel_design_spoiled(easel->designs, easel->drawing_design);
        return true;
    default:
        return false;
    }
}

static bool
take_reply(struct easel *easel, struct protocol_reply *reply, int fd)
{
    if (reply->version != PROTOCOL_VERSION)
        return false;
    if (reply->outcome != PROTOCOL_READY)
        return take_answer(easel, reply, fd);
    loop_timer_disarm(easel->loop, easel->limit);
    easel->is_ready = easel->was_ready = true;
    easel->failures = 0;
    log_info(easel->log, "easel", "helper=%d state=ready took_ms=%" PRId64,
             (int)easel_child_pid(easel->child),
             (clock_mono_us(easel->clock) - easel->sent_us) / 1000);
    return true;
}

static void
on_packet(int fd, int events, void *self)
{
    struct easel *easel = self;
    struct protocol_reply reply;
    struct protocol_inbox inbox = { &reply, sizeof reply, 0, -1 };
    struct err err;
    (void)events;

    if (!protocol_receive(fd, &inbox, &err)) {
        if (err.code != ERR_BUSY)
            easel_give_up(easel, err.text);
        return;
    }
    if (inbox.length == 0) { /* it is ending: on_end says how */
        easel_hang_up(easel);
        easel_child_kill(easel->child); /* no more than a push if it is */
        return;
    }
    bool good = inbox.length == sizeof reply && take_reply(easel, &reply, inbox.fd);
    if (inbox.fd >= 0)
        close(inbox.fd);
    if (!good)
        easel_give_up(easel, "an answer that cannot be right");
    easel_pump(easel);
}

/* ---- starting it -------------------------------------------------------- */

static bool
spawn(struct easel *easel, struct err *err)
{
    const char *const arguments[] = { easel->path, "serve", NULL };
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return err_set(err, ERR_IO, "socketpair: %s", strerror(errno));
    struct easel_child_setting setting = { .arguments = arguments,
                                           .environment = easel->environment.list,
                                           .output = -1,
                                           .socket = ends[1],
                                           .loop = easel->loop,
                                           .ended = on_end,
                                           .self = easel };
    easel->socket = ends[0];
    easel->watch = loop_watch(easel->loop, ends[0], LOOP_READ, on_packet, easel);
    bool good = easel->watch && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0
                    ? easel_child_start(&setting, &easel->child, err)
                    : err_no_memory(err);
    close(ends[1]);
    if (good && easel->nice > 0)
        setpriority(PRIO_PROCESS, (id_t)easel_child_pid(easel->child), easel->nice);
    return good;
}

void
easel_start_helper(struct easel *easel)
{
    struct err err;

    easel->is_late = easel->was_ready = easel->is_renewed = false;
    easel->heap_kib = 0;
    easel->sent_us = clock_mono_us(easel->clock);
    if (spawn(easel, &err)) {
        loop_timer_arm(easel->loop, easel->limit, START_MS);
        return;
    }
    easel_hang_up(easel);
    easel->failures++;
    log_error(easel->log, "easel", "helper state=absent reason=\"%s\"", err.text);
    loop_timer_arm(easel->loop, easel->restart, restart_delay_ms(easel));
    if (err.code != ERR_BUSY || easel->failures >= EASEL_TRIES_MAX)
        easel_fail_all(easel, err.text);
}

void
easel_on_restart(void *self)
{
    struct easel *easel = self;
    if (!easel->child)
        easel_start_helper(easel);
}
