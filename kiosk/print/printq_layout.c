#include "print/printq_parts.h"

#include <inttypes.h>

#include "print/badge_secret.h"

void
printq_layout_choose(struct printq_lane *lane, const struct spool_job *job)
{
    const struct printq *printq = lane->printq;
    struct printq_art *art = lane->art;
    const struct layouts_to to = { .design = art->design,
                                   .design_size = sizeof art->design,
                                   .fields = art->fields,
                                   .fields_size = sizeof art->fields };
    const struct printq_printer *printer = printq_prints_for(lane, job->kind);
    struct err err;

    str_copy(art->design, sizeof art->design,
             job->design[0] ? job->design : printer->design);
    str_copy(art->fields, sizeof art->fields, job->fields);
    if (!badge_secret_take(printq->set.db, job->ref, art->secret, &err))
        log_warning(printq->set.log, "printq",
                    "job=%" PRId64 " drawn without its ticket's code: %s", job->id,
                    err.text);
    if (!printer->server_layouts || job->design[0] || !printq->layouts)
        return;
    if (!layouts_use(printq->layouts, job, &to, &err))
        log_warning(printq->set.log, "printq",
                    "job=%" PRId64 " drawn as %s without the server's layout: %s",
                    job->id, art->design, err.text);
}

/* ---- ahead of the first guest ------------------------------------------------ */

static void
warm(const char *design, void *self)
{
    const struct printq *printq = self;
    const struct printq_artist *artist = &printq->set.artist;
    for (unsigned i = 0; i < printq->count; i++) {
        const struct printq_lane *lane = &printq->lanes[i];
        if (!lane->gone && lane->spec.server_layouts)
            artist->warm(design, &lane->target, artist->self);
    }
}

void
printq_layouts_warm(void *self)
{
    const struct printq *printq = self;
    struct err err;
    bool any = false;
    for (unsigned i = 0; i < printq->count; i++)
        any |= !printq->lanes[i].gone && printq->lanes[i].spec.server_layouts;
    if (any && printq->layouts && printq->set.artist.warm &&
        !layouts_make_all(printq->layouts, warm, self, &err))
        log_warning(printq->set.log, "printq", "layouts are not prepared yet: %s",
                    err.text);
}
