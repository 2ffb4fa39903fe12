#include "print/printq_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* ---- the drawing ------------------------------------------------------------ */

/* The row is as it was, and free for whoever is next. */
static void
give_back(struct printq_lane *lane)
{
    printq_lane_leave(lane);
}

static void
spoil(struct printq_lane *lane, const char *why)
{
    char text[ROSTER_TEXT_MAX + 1];
    str_copy(text, sizeof text, why);
    if (lane->testing)
        printq_lane_rest(lane, text);
    else
        printq_write(lane->printq, &lane->job, SPOOL_FAILED, text, false);
    give_back(lane);
}

/* The helper died on it. Counted in the row, so that no badge can do it for ever. */
static void
crashed(struct printq_lane *lane, const char *text)
{
    char why[ROSTER_TEXT_MAX + 1];
    if (lane->testing || lane->job.draws + 1 >= DRAWS_MAX) {
        snprintf(why, sizeof why, "cannot be drawn: %.200s", text);
        lane->job.draws++;
        spoil(lane, why);
        return;
    }
    lane->job.draws++;
    printq_note(lane->printq, lane->job.id, "the drawing helper died on it, %u of %d",
                lane->job.draws, DRAWS_MAX);
    printq_write(lane->printq, &lane->job, lane->job.state, "", false);
    give_back(lane);
}

static bool
encode(struct printq_lane *lane, struct err *err)
{
    const struct printq *printq = lane->printq;
    int64_t start_us = clock_mono_us(printq->set.clock);
    str_clear(&lane->document);
    if (!lane->encoder->encode(&lane->art->request.page, &lane->setting,
                               &lane->document, err))
        return false;
    log_debug(printq->set.log, "printq",
              "job=%" PRId64 " draw_us=%" PRId64 " encode_us=%" PRId64 " bytes=%zu",
              lane->job.id, lane->art->request.took_us,
              clock_mono_us(printq->set.clock) - start_us, lane->document.length);
    return true;
}

static void
take_drawing(struct printq_lane *lane, const struct easel_request *art)
{
    struct err err = { 0 };
    if (lane->voided) {
        give_back(lane);
    } else if (art->outcome == EASEL_CRASHED) {
        crashed(lane, art->text);
    } else if (art->outcome == EASEL_REFUSED) {
        spoil(lane, art->text);
    } else if (!encode(lane, &err)) {
        spoil(lane, err.text);
    } else {
        if (!lane->testing && (art->overflow || art->missing > 0))
            printq_misfit(lane->printq, &lane->job, art->misfit);
        lane->phase = LANE_READY;
        if (!lane->ask_out) /* else when the question that is out has come back */
            printq_send(lane);
    }
}

static void
drawn(struct easel_request *request)
{
    struct printq_art *art = request->owner;
    struct printq_lane *lane = art->lane;
    if (!lane) {
        free(art);
        return;
    }
    lane->art_out = false;
    take_drawing(lane, request);
}

void
printq_art_free(struct printq_lane *lane)
{
    if (lane->art_out)
        lane->art->lane = NULL;
    else
        free(lane->art);
    lane->art = NULL;
}

static void
draw(struct printq_lane *lane)
{
    struct printq_art *art = lane->art;
    art->request = (struct easel_request){
        .design = art->design,
        .target = lane->target,
        .fields = art->fields,
        .qr = art->qr,
        .done = drawn,
        .owner = art,
    };
    if (lane->testing) /* the label as it is fed: its corner is what is looked for */
        art->request.target.rotate_degrees = 0;
    lane->phase = LANE_DRAWING;
    lane->art_out = true;
    lane->printq->set.artist.draw(&art->request, lane->printq->set.artist.self);
    printq_lane_tell(lane);
}

static void
name_job(struct printq_lane *lane)
{
    snprintf(lane->job_name, sizeof lane->job_name, "kiosk-%.3s-%" PRId64 "-%" PRIu32,
             lane->job.station, lane->job.id, lane->job.issue);
}

/* badgecode_format asserts this; a row may be older than its rules. */
static bool
fill_code(const struct spool_job *job, struct badgecode *code)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits[] = "0123456789";
    char both[sizeof letters + sizeof digits];
    snprintf(both, sizeof both, "%s%s", letters, digits);
    code->issue = job->issue;
    return str_copy(code->ref, sizeof code->ref, job->ref) &&
           str_copy(code->station, sizeof code->station, job->station) &&
           code->ref[0] && strspn(code->ref, both) == strlen(code->ref) &&
           code->station[0] &&
           strspn(code->station, letters) == strlen(code->station) &&
           code->issue >= 1 && code->issue <= BADGECODE_ISSUE_MAX;
}

void
printq_draw(struct printq_lane *lane, const struct spool_job *job)
{
    struct badgecode code;
    lane->job = *job;
    lane->queued_ms = job->changed_ms;
    lane->used_ms = printq_mono_ms(lane->printq);
    str_copy(lane->job.printer, sizeof lane->job.printer, lane->spec.name);
    if (!fill_code(job, &code)) {
        lane->phase = LANE_DRAWING;
        spoil(lane, "its ticket's reference cannot stand in a badge code");
        return;
    }
    struct err err;
    if (!badgekey_write(lane->printq->set.db, job->event, &code, lane->art->qr, &err)) {
        lane->phase = LANE_DRAWING;
        spoil(lane, err.text);
        return;
    }
    printq_note(lane->printq, job->id, "%s: drawn as issue %" PRIu32, lane->spec.name,
                job->issue);
    printq_layout_choose(lane, job);
    name_job(lane);
    draw(lane);
}

/* ---- a test label ----------------------------------------------------------- */

static void
add_size(struct str *out, const char *key, int32_t width_um, int32_t height_um)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRId32 ".%" PRId32 " x %" PRId32 ".%" PRId32 " mm",
             width_um / 1000, width_um / 100 % 10, height_um / 1000,
             height_um / 100 % 10);
    json_add_text(out, key, text);
}

static bool
fill_test(struct printq_lane *lane)
{
    const struct profile *profile = &lane->spec.profile;
    const struct profile_media *media = &profile->media[profile->medium];
    char dpi[32];
    struct str out;
    str_init(&out, SPOOL_FIELDS_MAX);
    snprintf(dpi, sizeof dpi, "%" PRId32 " dpi", profile->dpi);
    json_open_object(&out, NULL);
    json_add_text(&out, "name", lane->spec.name);
    json_add_text(&out, "title", profile->title);
    json_add_text(&out, "profile", profile->name);
    json_add_text(&out, "media", media->name);
    json_add_text(&out, "dpi", dpi);
    add_size(&out, "label", media->width_um, media->height_um);
    add_size(&out, "box", media->box_width_um, media->box_height_um);
    json_close_object(&out);
    bool good = str_ok(&out);
    if (good)
        str_copy(lane->art->fields, sizeof lane->art->fields, out.data);
    str_finish(&out);
    return good;
}

bool
printq_draw_test(struct printq_lane *lane, struct err *err)
{
    struct printq *printq = lane->printq;
    if (lane->phase != LANE_IDLE || lane->art_out)
        return err_set(err, ERR_BUSY, "printer \"%s\" is printing a badge; try again",
                       lane->spec.name);
    if (!fill_test(lane))
        return err_no_memory(err);
    lane->testing = true;
    memset(&lane->job, 0, sizeof lane->job); /* it has no row */
    str_copy(lane->art->qr, sizeof lane->art->qr, "YUELAI TEST LABEL");
    str_copy(lane->art->design, sizeof lane->art->design, "calibration");
    snprintf(lane->job_name, sizeof lane->job_name,
             "kiosk-%.3s-test-%" PRId64 "-%" PRId64, printq->set.station,
             clock_utc_ms(printq->set.clock), ++printq->tests);
    log_info(printq->set.log, "printq", "printer=%s test=%s", lane->spec.name,
             lane->job_name);
    draw(lane);
    return true;
}

/* ---- the sending ------------------------------------------------------------ */

/* SENDING is on disk before the first byte goes out: whatever happens then, the spooler
 * is asked for the job by its name. */
void
printq_send(struct printq_lane *lane)
{
    struct printq *printq = lane->printq;
    if (!lane->testing) {
        lane->job.epoch = lane->epoch;
        if (printq_write(printq, &lane->job, SPOOL_SENDING, "", false) !=
            PRINTQ_WROTE) {
            give_back(lane);
            return;
        }
    }
    lane->left_ms = printq->set.deadline_ms;
    lane->looked_ms = printq_mono_ms(printq);
    lane->phase = LANE_SENDING;
    printq_lane_ask(lane, PRINTER_SUBMIT);
}

/* Surely nothing was taken: the same issue may go out again, here or elsewhere. */
static void
refused(struct printq_lane *lane)
{
    struct printq *printq = lane->printq;
    printq_note(printq, lane->testing ? 0 : lane->job.id, "%s refused it: %.80s",
                lane->spec.name, lane->ask.text);
    bool away = lane->ask.reasons & PRINTER_NO_SPOOLER; /* no fault of job or printer */
    bool again = lane->testing || away || printq_may_try(&lane->job);
    if (away)
        lane->known = false; /* until it is asked again, and answers */
    else
        printq_lane_rest(lane, lane->ask.text);
    if (!lane->testing)
        printq_write(printq, &lane->job, again ? SPOOL_DRAWN : SPOOL_FAILED,
                     again ? "" : lane->ask.text, false);
    printq_lane_leave(lane);
}

static void
accepted(struct printq_lane *lane)
{
    if (!lane->hung && !lane->trial) /* then only a label proves anything */
        lane->rest_until_ms = lane->rest_ms = 0;
    if (lane->ask.epoch)
        lane->job.epoch = lane->ask.epoch;
    lane->job.sent_ms = clock_utc_ms(lane->printq->set.clock);
    lane->phase = LANE_WATCHING;
    if (!lane->testing &&
        printq_write(lane->printq, &lane->job, SPOOL_SENT, "", false) == PRINTQ_GONE)
        lane->voided = true; /* the watch takes it back from the spooler */
    printq_lane_later(lane, 0);
}

void
printq_sent(struct printq_lane *lane)
{
    if (lane->ask.outcome == PRINTER_REFUSED) {
        refused(lane);
    } else if (lane->ask.outcome == PRINTER_ACCEPTED) {
        accepted(lane);
    } else if (lane->testing) { /* nobody waits for it */
        printq_lane_leave(lane);
    } else {
        lane->phase = LANE_FINDING;
        printq_write(lane->printq, &lane->job, SPOOL_UNKNOWN, lane->ask.text, false);
        printq_lane_later(lane, FIND_MS);
    }
}
