#include "print/easel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/protocol.h"
#include "print/easel_child.h"
#include "print/easel_designs.h"
#include "print/easel_inside.h"
#include "str.h"

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
void
easel_finish(struct easel *easel, struct easel_request *request,
             enum easel_outcome outcome, const char *text)
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
    request->misfit[0] = '\0';
    request->took_us = 0;
}

/* With no helper to be had, nobody is left waiting for one. */
void
easel_fail_all(struct easel *easel, const char *text)
{
    struct easel_request *last = NULL;
    for (struct easel_request *at = easel->first; at; at = at->next)
        last = at;
    while (last && easel->first) {
        struct easel_request *request = easel->first;
        bool was_last = request == last;
        easel_finish(easel, request, EASEL_CRASHED, text);
        if (was_last)
            break;
    }
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
        easel_finish(easel, request, EASEL_REFUSED, err.text);
        return;
    }
    easel->drawing = request; /* lost with the helper */
    easel_give_up(easel, err.text);
}

/* True if the request needs no more of this round. */
static bool
move(struct easel *easel, struct easel_request *request)
{
    struct easel_design *design;
    struct err err;

    if (!easel_designs_find(easel->designs, request->design, &request->target, &design,
                            &err)) {
        easel_finish(easel, request, EASEL_REFUSED, err.text);
        return true;
    }
    if (easel_design_state(design) == EASEL_DESIGN_REFUSED) {
        easel_finish(easel, request, EASEL_REFUSED, easel_design_problem(design));
        return true;
    }
    if (easel_design_state(design) != EASEL_DESIGN_READY || !easel->is_ready ||
        easel->drawing)
        return false;
    send_to_helper(easel, request, design);
    return true;
}

/* From the top again after each move: `done` may have changed the list. */
void
easel_pump(void *self)
{
    struct easel *easel = self;
    bool moved;
    do {
        moved = false;
        easel_renew(easel);
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
    easel->limit = loop_timer_create(easel->loop, easel_on_limit, easel);
    easel->restart = loop_timer_create(easel->loop, easel_on_restart, easel);
    easel->pump = loop_timer_create(easel->loop, easel_pump, easel);
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
    self->nice = setting->nice;
    self->heap_limit_kib =
        setting->heap_limit_kib > 0 ? setting->heap_limit_kib : EASEL_HEAP_KIB;
    easel_environment_make(&self->environment, setting->fonts, setting->cache);
    bool good = str_copy(self->path, sizeof self->path, setting->helper) ||
                err_set(err, ERR_LIMIT, "a path is over %d bytes", EASEL_PATH_MAX - 1);
    if (!good || !make_timers(self, err) ||
        !easel_designs_create(setting, easel_pump, self, &self->designs, err)) {
        easel_destroy(self);
        return err_wrap(err, "easel");
    }
    easel_start_helper(self);
    *easel = self;
    return true;
}

void
easel_destroy(struct easel *easel)
{
    if (!easel)
        return;
    easel_hang_up(easel);
    easel_child_destroy(easel->child);
    easel->child = NULL;
    easel_designs_destroy(easel->designs);
    easel_fail_all(easel, "the drawing has been stopped");
    loop_timer_destroy(easel->loop, easel->limit);
    loop_timer_destroy(easel->loop, easel->restart);
    loop_timer_destroy(easel->loop, easel->pump);
    free(easel);
}
