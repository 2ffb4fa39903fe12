#include "setup_drawing.h"

#include <stdio.h>

#include "desk/desk.h"

static bool
fill(const struct ticket *ticket, struct spool_job *job, void *self, struct err *err)
{
    const struct setup_drawing *drawing = self;
    const struct setup *setup = drawing->setup;
    struct desk_badges badges = { .db = drawing->means.db,
                                  .log = drawing->means.easel.log,
                                  .station = setup->station,
                                  .kinds = setup->kinds,
                                  .kind_count = setup->kind_count };
    return desk_badge(&badges, ticket, NULL, job, err);
}

bool
setup_draw(const struct setup *setup, const struct preflight_means *with,
           struct setup_drawing *drawing, struct err *err)
{
    drawing->setup = setup;
    if (snprintf(drawing->cache, sizeof drawing->cache, "%s/designs", setup->data) >=
            (int)sizeof drawing->cache ||
        snprintf(drawing->layouts, sizeof drawing->layouts, "%s/layouts",
                 setup->data) >= (int)sizeof drawing->layouts)
        return err_set(err, ERR_LIMIT, "data: path over %d bytes", SETUP_PATH_MAX - 8);
    drawing->means = (struct preflight_means){
        .db = with->db,
        .easel = { .helper = setup->helper,
                   .designs = setup->designs,
                   .layouts = drawing->layouts,
                   .cache = drawing->cache,
                   .fonts = setup->fonts,
                   .loop = with->easel.loop,
                   .clock = with->easel.clock,
                   .log = with->easel.log },
        .printers = setup->printers,
        .printer_count = &setup->printer_count,
        .station = setup->station,
        .fill = fill,
        .self = drawing,
    };
    return true;
}
