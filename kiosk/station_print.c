#include "station_parts.h"

#include <stdio.h>
#include <string.h>

#include "print/easel.h"
#include "print/printq.h"

bool
station_build_print(struct station *station, struct err *err)
{
    char cache[SETUP_PATH_MAX + 1], layouts[SETUP_PATH_MAX + 1];
    const struct setup *setup = station->setup;
    const struct station_world *world = &station->world;
    if (snprintf(cache, sizeof cache, "%s/designs", setup->data) >= (int)sizeof cache ||
        snprintf(layouts, sizeof layouts, "%s/layouts", setup->data) >=
            (int)sizeof layouts)
        return err_set(err, ERR_LIMIT, "data: path over %d bytes", SETUP_PATH_MAX - 8);

    struct easel_setting easel = { .helper = setup->helper,
                                   .designs = setup->designs,
                                   .layouts = layouts,
                                   .cache = cache,
                                   .fonts = setup->fonts,
                                   .loop = world->loop,
                                   .clock = world->clock,
                                   .log = world->log };
    if (!easel_create(&easel, &station->easel, err))
        return false;

    struct printq_setting printq = { .printers = setup->printers,
                                     .count = setup->printer_count,
                                     .drivers = world->printer_drivers,
                                     .encoders = world->encoders,
                                     .db = station->db,
                                     .artist = printq_easel(station->easel),
                                     .random = world->random,
                                     .loop = world->loop,
                                     .task = world->task,
                                     .clock = world->clock,
                                     .log = world->log,
                                     .feed = &station->feed,
                                     .layouts = layouts,
                                     .station = setup->station,
                                     .deadline_ms = setup->job_deadline_ms };
    return printq_create(&printq, &station->printq, err);
}
