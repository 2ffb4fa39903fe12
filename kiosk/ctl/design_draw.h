#ifndef YUELAI_DESIGN_DRAW_H
#define YUELAI_DESIGN_DRAW_H

/* design_draw: draws one design file for guests, again and again, with a drawing helper
 * that stays warm.
 *
 *     FILE --copied--> a directory of its own --> easel --> drawn(each) ... ended
 *
 * The copy is what an editor saved, whole, whatever it does with the file meanwhile, and
 * lets the file have any name. */

#include <stdbool.h>

#include "ctl/sample.h"
#include "desk/desk.h"
#include "err.h"
#include "print/easel.h"

struct design_draw;

struct design_draw_setting {
    struct easel_setting easel; /* its designs are ours to set */
    struct desk_badges badges; /* kinds, station: no db is needed */
    const struct sample *samples; /* of these */
    unsigned sample_count;
    /* page: good within the call only. */
    bool (*drawn)(unsigned sample, const struct easel_request *answer, void *self,
                  struct err *err);
    /* Once for each design_draw_start. problem: as easel tells it, "" = all were drawn. It
     * may start again, or destroy it. */
    void (*ended)(const char *problem, void *self);
    void *self;
};

bool design_draw_create(const struct design_draw_setting *setting,
                        struct design_draw **draw, struct err *err);
void design_draw_destroy(struct design_draw *draw); /* takes NULL */

/* Not while it draws. What is wrong with the file is a problem, told by `ended` from the
 * loop. */
void design_draw_start(struct design_draw *draw, const char *path,
                       const struct easel_target *target);

#endif
