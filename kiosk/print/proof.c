#include "print/proof.h"

#include <stdlib.h>
#include <unistd.h>

enum { AHEAD = 2, TRIES_MAX = 3, NICE = 19 };

struct place {
    struct proof *proof;
    struct easel *easel;
    struct proof_sheet sheet;
    unsigned tries;
    bool is_out;
};

struct proof {
    struct proof_setting set;
    struct loop_timer *timer;
    struct easel *easels[PROOF_HELPERS_MAX];
    unsigned helpers, places_count, out;
    struct place *places;
    bool no_more, closing, failed;
    struct err err;
};

static void
fail(struct proof *proof, const struct err *err)
{
    if (!proof->failed)
        proof->err = *err;
    proof->failed = proof->no_more = true;
}

static void
on_drawn(struct easel_request *request)
{
    struct place *place = request->owner;
    struct proof *proof = place->proof;
    struct err err;
    if (proof->closing)
        return;
    if (request->outcome == EASEL_CRASHED && ++place->tries < TRIES_MAX &&
        !proof->failed) {
        loop_timer_arm(proof->set.easel.loop, proof->timer, 0);
        return; /* still out: asked again from the loop */
    }
    if (!proof->failed && !proof->set.drawn(&place->sheet, proof->set.self, &err))
        fail(proof, &err);
    place->is_out = false;
    proof->out--;
    loop_timer_arm(proof->set.easel.loop, proof->timer, 0);
}

static void
ask(struct place *place)
{
    struct proof_sheet *sheet = &place->sheet;
    sheet->answer = (struct easel_request){ .design = sheet->design,
                                            .target = sheet->target,
                                            .fields = sheet->fields,
                                            .qr = sheet->qr,
                                            .done = on_drawn,
                                            .owner = place };
    easel_draw(place->easel, &sheet->answer);
}

static void
fill(struct proof *proof, struct place *place)
{
    struct err err;
    bool more = true;
    if (!proof->set.next(&place->sheet, &more, proof->set.self, &err)) {
        fail(proof, &err);
    } else if (!more) {
        proof->no_more = true;
    } else {
        place->is_out = true;
        place->tries = 0;
        proof->out++;
        ask(place);
    }
}

/* Was its helper lost, and it waits to be asked again? */
static bool
is_to_repeat(const struct place *place)
{
    return place->is_out && place->tries > 0 &&
           place->sheet.answer.outcome == EASEL_CRASHED;
}

static void
pump(void *self)
{
    struct proof *proof = self;
    for (unsigned i = 0; i < proof->places_count; i++) {
        struct place *place = &proof->places[i];
        if (is_to_repeat(place))
            ask(place);
        else if (!place->is_out && !proof->no_more)
            fill(proof, place);
    }
    if (proof->no_more && proof->out == 0)
        proof->set.ended(proof->failed ? &proof->err : NULL, proof->set.self);
}

/* ---- life ------------------------------------------------------------------- */

static unsigned
count_helpers(unsigned wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = wanted > 0 ? wanted : cores > 1 ? (unsigned)cores - 1 : 1;
    return count < PROOF_HELPERS_MAX ? count : PROOF_HELPERS_MAX;
}

bool
proof_create(const struct proof_setting *setting, struct proof **proof, struct err *err)
{
    struct proof *self = calloc(1, sizeof *self);
    if (!self)
        return err_no_memory(err);
    self->set = *setting;
    self->set.easel.nice = NICE;
    self->helpers = count_helpers(setting->helpers);
    self->places_count = self->helpers * AHEAD;
    self->places = calloc(self->places_count, sizeof *self->places);
    self->timer = loop_timer_create(setting->easel.loop, pump, self);
    bool ok = (self->places && self->timer) || err_no_memory(err);
    for (unsigned i = 0; ok && i < self->helpers; i++)
        ok = easel_create(&self->set.easel, &self->easels[i], err);
    if (!ok) {
        proof_destroy(self);
        return false;
    }
    for (unsigned i = 0; i < self->places_count; i++) {
        self->places[i].proof = self;
        self->places[i].easel = self->easels[i % self->helpers];
    }
    loop_timer_arm(setting->easel.loop, self->timer, 0);
    *proof = self;
    return true;
}

void
proof_destroy(struct proof *proof)
{
    if (!proof)
        return;
    proof->closing = true;
    for (unsigned i = 0; i < proof->helpers; i++)
        easel_destroy(proof->easels[i]);
    loop_timer_destroy(proof->set.easel.loop, proof->timer);
    free(proof->places);
    free(proof);
}
