#ifndef YUELAI_STATION_PARTS_H
#define YUELAI_STATION_PARTS_H

/* station_parts: what a station is made of, for the files of the station family alone. */

#include "base/feed.h"
#include "ctl/command.h"
#include "station.h"

struct control;
struct db;
struct desk;
struct easel;
struct import;
struct pin;
struct printq;
struct reader;
struct screen;
struct screen_setting;
struct seal;
struct sync;

struct station {
    struct station_world world;
    struct setup *setup;
    struct feed feed;

    struct seal *seal;
    struct import *import; /* a roster that is being made again; NULL = none was */
    int64_t mend_after_ms; /* mono: not looked at before */
    unsigned mends; /* since the start */
    struct db *db;
    struct easel *easel;
    struct printq *printq;
    struct desk *desk;
    struct pin *pin;
    struct reader *reader;
    struct screen *screen;
    struct sync *sync; /* NULL = no wire */
    struct control *control;
    struct command_parts parts; /* control borrows it */
    struct command_drawing drawing; /* the parts' */
    char cache[SETUP_PATH_MAX + 1 + 8]; /* of prepared designs */

    struct loop_timer *drain; /* looks whether all has ended */
    int64_t drain_until_ms; /* of the monotonic clock */
    loop_fn *drained;
    void *drained_self;
};

/* Steps of station_create; each leaves its part NULL if it fails. */
bool station_build_print(struct station *station, struct err *err);
bool station_mend_roster(struct station *station, struct err *err);
/* When idle: a roster that was found damaged meanwhile is set aside and made again. */
void station_mend_look(struct station *station);
bool station_build_sync(struct station *station, struct err *err);
/* All parts are there. */
void station_start_sync(struct station *station);
bool station_build_talk(struct station *station, struct err *err);

/* What the screen is built of, with the options of `setup`. */
void station_screen_setting(struct station *station, const struct setup *setup,
                            struct screen_setting *setting);

/* Badges that are being drawn or sent now. */
unsigned station_badges_out(const struct station *station);

#endif
