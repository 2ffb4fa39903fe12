#include "print/printq_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/settings.h"

/* ---- its questions ------------------------------------------------------- */

static void
note_reasons(struct printq_lane *lane, const struct printer_request *ask)
{
    int64_t now_ms = printq_mono_ms(lane->printq);
    bool saw_driver = ask->document.format != NULL;
    unsigned unseen = saw_driver ? 0 : lane->reasons & PRINTER_WRONG_DRIVER;
    lane->reasons = ask->reasons | unseen;
    if (!(lane->reasons & PRINTER_OFFLINE))
        lane->connecting_ms = 0;
    else if (lane->connecting_ms == 0)
        lane->connecting_ms = now_ms;
    /* every job begins with a connection; only one that is not made is trouble */
    if (lane->phase != LANE_IDLE && now_ms - lane->connecting_ms < CONNECTING_MS)
        lane->reasons &= ~(unsigned)PRINTER_OFFLINE;
}

/* What an answer says of the queue. FIND, SUBMIT and CANCEL say nothing of it. */
static void
note_health(struct printq_lane *lane, const struct printer_request *ask)
{
    bool answered =
        ask->outcome == PRINTER_ANSWERED || ask->outcome == PRINTER_ACCEPTED;
    if (ask->epoch)
        lane->epoch = ask->epoch;
    if (ask->op == PRINTER_STATUS && answered) {
        lane->known = true;
        lane->queue = ask->queue;
        lane->accepting = ask->accepting;
        lane->guarded = ask->guarded;
        note_reasons(lane, ask);
        /* CUPS keeps what a printer that is well said last ("Waiting for printer …") */
        bool well = ask->queue == PRINTER_IDLE && ask->reasons == 0;
        if (!printq_lane_rests(lane))
            str_copy(lane->text, sizeof lane->text, well ? "" : ask->text);
    } else if (ask->outcome == PRINTER_UNKNOWN) {
        lane->known = false;
        lane->reasons = ask->reasons;
        str_copy(lane->text, sizeof lane->text, ask->text);
    }
}

/* An answer to a question of before the job's time says nothing of the job. */
static void
go_on(struct printq_lane *lane, bool about_job)
{
    switch (lane->phase) {
    case LANE_READY:
        printq_send(lane);
        break;
    case LANE_SENDING:
        printq_sent(lane);
        break;
    case LANE_WATCHING:
    case LANE_FINDING:
        if (about_job)
            printq_looked(lane);
        else
            printq_lane_later(lane, 0);
        break;
    case LANE_DRAWING:
        printq_lane_later(lane, PROBE_MS);
        break;
    case LANE_IDLE:
        printq_lane_later(lane, printq_lane_clean(lane) ? PROBE_MS : PROBE_SOON_MS);
        break;
    }
}

static void
answered(struct printer_request *ask)
{
    struct printq_lane *lane = ask->owner;
    bool was_clean = printq_lane_clean(lane);
    lane->ask_out = false;
    lane->heard = true;
    note_health(lane, ask);
    if (lane->printq->closing)
        return;
    if (ask->op == PRINTER_STATUS && ask->outcome == PRINTER_ANSWERED)
        printq_lane_probe(lane);
    go_on(lane, ask->job_name[0] != '\0');
    if (!was_clean && printq_lane_clean(lane))
        printq_turn_soon(lane->printq);
    printq_lane_tell(lane);
}

void
printq_lane_ask(struct printq_lane *lane, enum printer_op op)
{
    bool about_job = lane->phase >= LANE_SENDING;
    lane->ask = (struct printer_request){
        .op = op,
        .language = lane->encoder->name,
        .deadline_ms = op == PRINTER_SUBMIT ? SUBMIT_MS : QUESTION_MS,
        .done = answered,
        .owner = lane,
    };
    if (about_job)
        str_copy(lane->ask.job_name, sizeof lane->ask.job_name, lane->job_name);
    else
        lane->ask.document.format = lane->encoder->format;
    if (op == PRINTER_SUBMIT) {
        const struct profile_media *media =
            &lane->spec.profile.media[lane->spec.profile.medium];
        lane->ask.document.bytes = lane->document.data;
        lane->ask.document.length = lane->document.length;
        lane->ask.document.format = lane->encoder->format;
        lane->ask.document.media_width_um = media->width_um;
        lane->ask.document.media_height_um = media->height_um;
        str_copy(lane->ask.document.media, sizeof lane->ask.document.media,
                 media->keyword);
    }
    lane->ask_out = true;
    lane->driver->start(lane->printer, &lane->ask);
}

void
printq_lane_later(struct printq_lane *lane, int64_t ms)
{
    loop_timer_arm(lane->printq->set.loop, lane->timer, ms);
}

static void
time_to_ask(void *self)
{
    struct printq_lane *lane = self;
    if (lane->ask_out)
        return; /* its answer arms the timer again */
    if (lane->phase == LANE_WATCHING || lane->phase == LANE_FINDING)
        printq_watch(lane);
    else if (lane->phase == LANE_IDLE || lane->phase == LANE_DRAWING)
        printq_lane_ask(lane, PRINTER_STATUS);
}

void
printq_lane_leave(struct printq_lane *lane)
{
    lane->phase = LANE_IDLE;
    if (lane->overdue)
        printq_lane_back_off(lane);
    lane->testing = lane->voided = lane->cancelled = lane->started = false;
    lane->overdue = lane->resent = false;
    lane->absent = 0;
    lane->began_s = 0;
    lane->seen[0] = '\0';
    lane->used_ms = printq_mono_ms(lane->printq);
    str_clear(&lane->document);
    if (!lane->ask_out)
        printq_lane_later(lane, lane->reasons ? PROBE_SOON_MS : PROBE_MS);
    printq_turn_soon(lane->printq);
    printq_lane_tell(lane);
}

/* ---- its parts -------------------------------------------------------------- */

static bool
find_parts(struct printq_lane *lane, struct err *err)
{
    const struct printq_setting *set = &lane->printq->set;
    for (unsigned i = 0; set->drivers[i]; i++) {
        size_t length = strlen(set->drivers[i]->scheme);
        if (strncmp(lane->spec.uri, set->drivers[i]->scheme, length) == 0 &&
            lane->spec.uri[length] == ':')
            lane->driver = set->drivers[i];
    }
    for (unsigned i = 0; set->encoders[i]; i++) {
        if (strcmp(lane->spec.profile.language, set->encoders[i]->name) == 0)
            lane->encoder = set->encoders[i];
    }
    if (!lane->driver)
        return err_set(err, ERR_INPUT,
                       "printer \"%s\": nothing here drives \"%s\"; want cups:QUEUE or "
                       "file:/DIR",
                       lane->spec.name, lane->spec.uri);
    if (!lane->encoder)
        return err_set(err, ERR_INPUT,
                       "printer \"%s\": nothing here speaks its profile's language "
                       "\"%s\"",
                       lane->spec.name, lane->spec.profile.language);
    return true;
}

/* The page is the printable box; the encoder lays it where the box is on the label. */
struct easel_target
printq_target(const struct printq_printer *printer)
{
    const struct profile *profile = &printer->profile;
    const struct profile_media *media = &profile->media[profile->medium];
    int32_t dpi = profile->dpi;
    return (struct easel_target){
        .dpi = dpi,
        .width_dots = encoder_dots(media->box_width_um, dpi),
        .height_dots = encoder_dots(media->box_height_um, dpi),
        .offset_x_dots = -encoder_dots(media->box_x_um, dpi),
        .offset_y_dots = -encoder_dots(media->box_y_um, dpi),
        .rotate_degrees = profile->rotate_degrees,
    };
}

static void
measure(struct printq_lane *lane)
{
    const struct profile *profile = &lane->spec.profile;
    const struct profile_media *media = &profile->media[profile->medium];
    int32_t dpi = profile->dpi;
    lane->target = printq_target(&lane->spec);
    lane->setting = (struct encoder_setting){
        .media_width_um = media->width_um,
        .media_height_um = media->height_um,
        .offset_x_dots =
            encoder_dots(profile->offset_x_um, dpi) - lane->target.offset_x_dots,
        .offset_y_dots =
            encoder_dots(profile->offset_y_um, dpi) - lane->target.offset_y_dots,
        .darkness = profile->darkness,
        .speed = profile->speed,
        .tracking = media->tracking,
        .cut = profile->cut,
        .box = { -lane->target.offset_x_dots, -lane->target.offset_y_dots,
                 lane->target.width_dots, lane->target.height_dots },
        .head_dots = profile->head_dots,
        .pins_right = media->pins_right,
        .packing = profile->packing,
        .quirks = profile->quirks,
        .two_colour = media->two_colour,
    };
}

/* ---- set aside by staff ----------------------------------------------------- */

static void
name_key(const struct printq_lane *lane, char key[96])
{
    snprintf(key, 96, "printer.drained.%s", lane->spec.name);
}

bool
printq_lane_keep_drained(struct printq_lane *lane, bool drained, struct err *err)
{
    struct db *db = lane->printq->set.db;
    char key[96];
    name_key(lane, key);
    return drained ? settings_set_int(db, key, 1, err) : settings_remove(db, key, err);
}

static bool
was_drained(const struct printq_lane *lane)
{
    char key[96];
    int64_t drained = 0;
    struct err err = { 0 };
    name_key(lane, key);
    if (!settings_get_int(lane->printq->set.db, key, 0, &drained, &err))
        log_error(lane->printq->set.log, "printq", "printer=%s: %s", lane->spec.name,
                  err.text);
    return drained != 0;
}

/* ---- life ------------------------------------------------------------------- */

bool
printq_lane_open(struct printq_lane *lane, const struct printq_printer *spec,
                 struct err *err)
{
    const struct printq_setting *set = &lane->printq->set;
    lane->spec = *spec;
    lane->queue = PRINTER_STOPPED;
    lane->drained = was_drained(lane);
    str_init(&lane->document, ENCODER_DOCUMENT_MAX);
    if (!find_parts(lane, err))
        return false;
    measure(lane);
    lane->timer = loop_timer_create(set->loop, time_to_ask, lane);
    lane->art = calloc(1, sizeof *lane->art);
    if (!lane->timer || !lane->art)
        return err_no_memory(err);
    lane->art->lane = lane;
    struct printer_setting setting = { .uri = lane->spec.uri,
                                       .server = lane->spec.server,
                                       .user = "kiosk",
                                       .task = set->task,
                                       .clock = set->clock,
                                       .log = set->log };
    lane->printer = lane->driver->open(&setting, err);
    if (!lane->printer)
        return err_wrap(err, "printer \"%s\"", lane->spec.name);
    if (set->artist.warm)
        set->artist.warm(lane->spec.design, &lane->target, set->artist.self);
    return true;
}

void
printq_lane_close(struct printq_lane *lane)
{
    if (lane->printer)
        lane->driver->close(lane->printer);
    loop_timer_destroy(lane->printq->set.loop, lane->timer);
    printq_art_free(lane);
    free(lane->next);
    lane->next = NULL;
    str_finish(&lane->document);
}
