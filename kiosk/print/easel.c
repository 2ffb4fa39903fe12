#include "print/easel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

struct easel {
    char path[EASEL_PATH_MAX];
    struct easel_environment environment;
    struct easel_designs *designs;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    int64_t draw_ms;

    struct easel_request *first, **end; /* all that are not answered, in order */
    struct easel_request *drawing;      /* with the helper; still in the list */
    struct easel_design *drawing_design;
    uint64_t number;
    int64_t sent_us;

    struct easel_child *child;
    int socket;
    struct loop_watch *watch;
    bool is_ready, was_ready, is_late; /* was: since its start */
    int failures;                      /* starts in a row that came to nothing */
    struct loop_timer *limit;          /* of the start, or of the drawing */
    struct loop_timer *restart, *pump;
};

void
easel_environment_make(struct easel_environment *environment, const char *fonts,
                       const char *cache)
{
    snprintf(environment->fonts, sizeof environment->fonts, "FONTCONFIG_FILE=%s",
             fonts);
    snprintf(environment->cache, sizeof environment->cache, "XDG_CACHE_HOME=%s", cache);
    environment->list[0] = environment->fonts;
    environment->list[1] = environment->cache;
    environment->list[2] = "LC_ALL=C.UTF-8";
    environment->list[3] = "PATH=/usr/bin:/bin";
    environment->list[4] = NULL;
}

/* ---- requests ----------------------------------------------------------- */

static void
unlink_request(struct easel *easel, struct easel_request *request)
{
    struct easel_request **at = &easel->first;
    while (*at && *at != request)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = request->next;
    if (easel->end == &request->next)
        easel->end = at;
    request->next = NULL;
}

/* The request leaves every list before its owner hears of it. */
static void
finish(struct easel *easel, struct easel_request *request, enum easel_outcome outcome,
       const char *text)
{
    unlink_request(easel, request);
    if (easel->drawing == request)
        easel->drawing = NULL;
    request->outcome = outcome;
    str_copy(request->text, sizeof request->text, text);
    request->done(request);
}

static void
clear_answer(struct easel_request *request)
{
    memset(&request->page, 0, sizeof request->page);
    request->text[0] = '\0';
    request->overflow = request->qr_is_small = false;
    request->missing = 0;
    request->took_us = 0;
}

/* ---- the helper --------------------------------------------------------- */

static void start_helper(struct easel *easel);

static void
hang_up(struct easel *easel)
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
static void
give_up(struct easel *easel, const char *why)
{
    if (!easel->child)
        return;
    log_warning(easel->log, "easel", "helper=%d state=killed reason=\"%s\"",
                (int)easel_child_pid(easel->child), why);
    hang_up(easel);
    easel_child_kill(easel->child);
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

/* With no helper to be had, nobody is left waiting for one. */
static void
fail_all(struct easel *easel, const char *text)
{
    struct easel_request *last = NULL;
    for (struct easel_request *at = easel->first; at; at = at->next)
        last = at;
    while (last && easel->first) {
        struct easel_request *request = easel->first;
        bool was_last = request == last;
        finish(easel, request, EASEL_CRASHED, text);
        if (was_last)
            break;
    }
}

static void
on_end(bool good, const char *words, void *self)
{
    struct easel *easel = self;
    struct easel_request *request = easel->drawing;
    char text[128];
    (void)good;

    bool was_ready = easel->was_ready;
    snprintf(text, sizeof text, "the drawing helper %s%s",
             easel->is_late ? "took too long" : "ended: ", easel->is_late ? "" : words);
    log_warning(easel->log, "easel", "helper state=ended reason=\"%s\"", text);
    easel->child = NULL;
    hang_up(easel);
    easel->failures = was_ready ? 0 : easel->failures + 1;
    loop_timer_arm(easel->loop, easel->restart, restart_delay_ms(easel));
    if (request)
        finish(easel, request, EASEL_CRASHED, text);
    else if (!was_ready)
        fail_all(easel, text);
}

static void
on_limit(void *self)
{
    struct easel *easel = self;
    easel->is_late = true;
    give_up(easel, easel->drawing ? "a badge took too long" : "it did not get ready");
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

static bool
take_page(struct easel *easel, const struct protocol_reply *reply, int fd)
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
    request->qr_is_small = reply->qr_is_small != 0;
    request->took_us = clock_mono_us(easel->clock) - easel->sent_us;
    finish(easel, request, EASEL_DRAWN, "");
    munmap(bits, length);
    return true;
}

static void pump(void *self);

static bool
take_answer(struct easel *easel, struct protocol_reply *reply, int fd)
{
    struct easel_request *request = easel->drawing;

    reply->text[sizeof reply->text - 1] = '\0';
    if (!request || reply->number != easel->number)
        return false;
    loop_timer_disarm(easel->loop, easel->limit);
    switch (reply->outcome) {
    case PROTOCOL_DRAWN:
        return take_page(easel, reply, fd);
    case PROTOCOL_REFUSED:
        finish(easel, request, EASEL_REFUSED, reply->text);
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
            give_up(easel, err.text);
        return;
    }
    if (inbox.length == 0) { /* it is ending: on_end says how */
        hang_up(easel);
        easel_child_kill(easel->child); /* no more than a push if it is */
        return;
    }
    bool good = inbox.length == sizeof reply && take_reply(easel, &reply, inbox.fd);
    if (inbox.fd >= 0)
        close(inbox.fd);
    if (!good)
        give_up(easel, "an answer that cannot be right");
    pump(easel);
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
    return good;
}

static void
start_helper(struct easel *easel)
{
    struct err err;

    easel->is_late = easel->was_ready = false;
    easel->sent_us = clock_mono_us(easel->clock);
    if (spawn(easel, &err)) {
        loop_timer_arm(easel->loop, easel->limit, START_MS);
        return;
    }
    hang_up(easel);
    easel->failures++;
    log_error(easel->log, "easel", "helper state=absent reason=\"%s\"", err.text);
    loop_timer_arm(easel->loop, easel->restart, restart_delay_ms(easel));
    fail_all(easel, err.text);
}

static void
on_restart(void *self)
{
    struct easel *easel = self;
    if (!easel->child)
        start_helper(easel);
}

/* ---- the queue ---------------------------------------------------------- */

static bool
send_request(struct easel *easel, const struct easel_request *request,
             const struct easel_design *design, struct err *err)
{
    size_t fields = strlen(request->fields), qr = strlen(request->qr);
    if (fields > PROTOCOL_FIELDS_MAX || qr > PROTOCOL_QR_MAX)
        return err_set(err, ERR_INPUT, "the guest's texts have over %d bytes",
                       fields > PROTOCOL_FIELDS_MAX ? PROTOCOL_FIELDS_MAX
                                                    : PROTOCOL_QR_MAX);
    struct protocol_request head = { .version = PROTOCOL_VERSION,
                                     .fields_bytes = (uint32_t)fields,
                                     .qr_bytes = (uint32_t)qr,
                                     .number = ++easel->number,
                                     .design_key = easel_design_key(design) };
    struct str body;
    str_init(&body, PROTOCOL_PACKET_MAX);
    str_add(&body, request->fields, fields);
    str_add(&body, request->qr, qr);
    struct protocol_packet packet = { &head, body.data, sizeof head, body.length,
                                      easel_design_fd(design) };
    bool good =
        str_ok(&body) ? protocol_send(easel->socket, &packet, err) : err_no_memory(err);
    str_finish(&body);
    return good;
}

static void
send_to_helper(struct easel *easel, struct easel_request *request,
               struct easel_design *design)
{
    struct err err;

    easel->sent_us = clock_mono_us(easel->clock);
    if (send_request(easel, request, design, &err)) {
        easel->drawing = request;
        easel->drawing_design = design;
        loop_timer_arm(easel->loop, easel->limit, easel->draw_ms);
        return;
    }
    if (err.code == ERR_INPUT) {
        finish(easel, request, EASEL_REFUSED, err.text);
        return;
    }
    easel->drawing = request; /* lost with the helper */
    give_up(easel, err.text);
}

/* True if the request needs no more of this round. */
static bool
move(struct easel *easel, struct easel_request *request)
{
    struct easel_design *design;
    struct err err;

    if (!easel_designs_find(easel->designs, request->design, &request->target, &design,
                            &err)) {
        finish(easel, request, EASEL_REFUSED, err.text);
        return true;
    }
    if (easel_design_state(design) == EASEL_DESIGN_REFUSED) {
        finish(easel, request, EASEL_REFUSED, easel_design_problem(design));
        return true;
    }
    if (easel_design_state(design) != EASEL_DESIGN_READY || !easel->is_ready ||
        easel->drawing)
        return false;
    send_to_helper(easel, request, design);
    return true;
}

/* From the top again after each move: `done` may have changed the list. */
static void
pump(void *self)
{
    struct easel *easel = self;
    bool moved;
    do {
        moved = false;
        struct easel_request *request = easel->first;
        for (; request && !moved; request = request->next) {
            if (request == easel->drawing)
                continue;
            moved = move(easel, request);
            if (moved)
                break;
        }
    } while (moved && !easel->drawing);
}

void
easel_draw(struct easel *easel, struct easel_request *request)
{
    clear_answer(request);
    request->next = NULL;
    *easel->end = request;
    easel->end = &request->next;
    loop_timer_arm(easel->loop, easel->pump, 0);
}

void
easel_warm(struct easel *easel, const char *name, const struct easel_target *target)
{
    struct easel_design *design;
    struct err err;
    if (!easel_designs_find(easel->designs, name, target, &design, &err))
        log_warning(easel->log, "easel", "%s", err.text);
}

const char *
easel_problem(const struct easel *easel, const char *design)
{
    return easel_designs_problem(easel->designs, design);
}

bool
easel_is_ready(const struct easel *easel)
{
    return easel->is_ready;
}

int
easel_helper_pid(const struct easel *easel)
{
    return easel->child ? (int)easel_child_pid(easel->child) : 0;
}

/* ---- life --------------------------------------------------------------- */

static bool
make_timers(struct easel *easel, struct err *err)
{
    easel->limit = loop_timer_create(easel->loop, on_limit, easel);
    easel->restart = loop_timer_create(easel->loop, on_restart, easel);
    easel->pump = loop_timer_create(easel->loop, pump, easel);
    return easel->limit && easel->restart && easel->pump ? true : err_no_memory(err);
}

bool
easel_create(const struct easel_setting *setting, struct easel **easel, struct err *err)
{
    struct easel *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    self->socket = -1;
    self->end = &self->first;
    self->loop = setting->loop;
    self->clock = setting->clock;
    self->log = setting->log;
    self->draw_ms = setting->draw_limit_ms > 0 ? setting->draw_limit_ms : EASEL_DRAW_MS;
    easel_environment_make(&self->environment, setting->fonts, setting->cache);
    bool good = str_copy(self->path, sizeof self->path, setting->helper) ||
                err_set(err, ERR_LIMIT, "a path is over %d bytes", EASEL_PATH_MAX - 1);
    if (!good || !make_timers(self, err) ||
        !easel_designs_create(setting, pump, self, &self->designs, err)) {
        easel_destroy(self);
        return err_wrap(err, "easel");
    }
    start_helper(self);
    *easel = self;
    return true;
}

void
easel_destroy(struct easel *easel)
{
    if (!easel)
        return;
    hang_up(easel);
    easel_child_destroy(easel->child);
    easel->child = NULL;
    easel_designs_destroy(easel->designs);
    fail_all(easel, "the drawing has been stopped");
    loop_timer_destroy(easel->loop, easel->limit);
    loop_timer_destroy(easel->loop, easel->restart);
    loop_timer_destroy(easel->loop, easel->pump);
    free(easel);
}
