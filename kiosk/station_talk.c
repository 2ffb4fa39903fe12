#include "station_parts.h"

#include <stdio.h>

#include "base/loop_real.h"
#include "ctl/control.h"
#include "screen/screen.h"

/* What people see, then what programs see: the socket is there when all the rest is. */

void
station_screen_setting(struct station *station, const struct setup *setup,
                       struct screen_setting *setting)
{
    const struct station_world *world = &station->world;
    *setting = (struct screen_setting){
        .event_base = loop_real_event_base(world->loop_real),
        .loop = world->loop,
        .clock = world->clock,
        .random = world->random,
        .log = world->log,
        .feed = &station->feed,
        .db = station->db,
        .desk = station->desk,
        .pin = station->pin,
        .printq = station->printq,
        .reader = station->reader,
        .sync = station->sync,
        .station = setup->station,
        .port = setup->port,
        .page = setup->page,
        .languages = setup->languages,
        .language_count = setup->language_count,
        .shown = setup->shown_languages,
    };
}

static bool
build_screen(struct station *station, struct err *err)
{
    struct screen_setting setting;
    station_screen_setting(station, station->setup, &setting);
    return screen_create(&setting, &station->screen, err);
}

static bool
build_control(struct station *station, struct err *err)
{
    const struct setup *setup = station->setup;
    const struct station_world *world = &station->world;
    snprintf(station->cache, sizeof station->cache, "%s/designs", setup->data);
    station->drawing = (struct command_drawing){
        .designs = setup->designs,
        .cache = station->cache,
        .fonts = setup->fonts,
        .printers = setup->printers,
        .printer_count = &setup->printer_count,
        .kinds = setup->kinds,
        .kind_count = &setup->kind_count,
    };
    station->parts = (struct command_parts){
        .db = station->db,
        .seal = station->seal,
        .desk = station->desk,
        .reader = station->reader,
        .printq = station->printq,
        .pin = station->pin,
        .sync = station->sync,
        .feed = &station->feed,
        .loop = world->loop,
        .task = world->task,
        .clock = world->clock,
        .random = world->random,
        .log = world->log,
        .station = setup->station,
        .station_name = setup->station_name,
        .zone = setup->zone,
        .helper = setup->helper,
        .profiles = setup->profiles,
        .drawing = &station->drawing,
        .started_ms = clock_utc_ms(world->clock),
        .reload = world->reload,
    };
    return setup_make_parent(setup->socket, err) &&
           control_create(setup->socket, &station->parts, &station->control, err);
}
bool
station_build_talk(struct station *station, struct err *err)
{
    return build_screen(station, err) && build_control(station, err);
}
