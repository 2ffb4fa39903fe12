#include "print/printq_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a printer's past says of it.
 *
 *            a job ran out of time            rest over, and the queue says it is idle,
 *     well ------------------------> hung     accepting, without complaint
 *      ^  ^                           | '------------------------------> on trial
 *      |  '--- staff take it back ----'                                   |    |
 *      |       or a test label comes out                                  |    |
 *      '------------------------------ a job or a test label comes out ---'    |
 *     hung, with twice the rest <---------------------- a job runs out of time '
 *
 * The queue's word is weak proof: a printer that is deaf looks idle to CUPS. So one on
 * trial gets a badge only if no other printer is free for it, and each failed trial
 * doubles the rest: the job's deadline at first, five minutes at most, one minute while
 * no other printer is well (its guests have nowhere else to go). */

/* ---- rests ------------------------------------------------------------------ */

/* Monotonic. */
static int64_t
rests_until(const struct printq_lane *lane)
{
    int64_t over_ms = lane->rest_ms - REST_MAX_MS;
    bool cut_short = lane->hung && over_ms > 0 && !printq_other_is_well(lane);
    return lane->rest_until_ms - (cut_short ? over_ms : 0);
}

bool
printq_lane_rests(const struct printq_lane *lane)
{
    return printq_mono_ms(lane->printq) < rests_until(lane);
}

void
printq_lane_back_off(struct printq_lane *lane)
{
    const struct printq *printq = lane->printq;
    int64_t first_ms = lane->hung ? printq->set.deadline_ms : REST_MS;
    int64_t most_ms = lane->hung ? QUARANTINE_MAX_MS : REST_MAX_MS;
    int64_t rest_ms = lane->rest_ms * 2;
    if (rest_ms < first_ms)
        rest_ms = first_ms;
    lane->rest_ms = rest_ms < most_ms ? rest_ms : most_ms;
    lane->rest_until_ms = printq_mono_ms(printq) + lane->rest_ms;
    lane->rest_until_utc_ms = clock_utc_ms(printq->set.clock) + lane->rest_ms;
}

void
printq_lane_rest(struct printq_lane *lane, const char *why)
{
    printq_lane_back_off(lane);
    str_copy(lane->text, sizeof lane->text, why);
}

void
printq_lane_hang(struct printq_lane *lane)
{
    lane->hung = lane->overdue = true;
    lane->trial = false;
}

void
printq_lane_mended(struct printq_lane *lane)
{
    lane->hung = lane->overdue = lane->trial = false;
    lane->rest_until_ms = lane->rest_ms = 0;
}

void
printq_lane_probe(struct printq_lane *lane)
{
    if (!lane->hung || lane->phase != LANE_IDLE || printq_lane_rests(lane) ||
        !lane->known || !lane->accepting || lane->queue != PRINTER_IDLE ||
        lane->reasons & BLOCKING)
        return;
    log_notice(lane->printq->set.log, "printq", "printer=%s hung, on trial again",
               lane->spec.name);
    lane->hung = false;
    lane->trial = true;
}

/* ---- what is told of it ----------------------------------------------------- */

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t
median(const struct printq_lane *lane)
{
    int64_t sorted[TOOK_MAX];
    unsigned count = lane->took_count < TOOK_MAX ? lane->took_count : TOOK_MAX;
    if (count == 0)
        return 0;
    memcpy(sorted, lane->took_ms, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    return sorted[count / 2];
}

static enum printq_health
health(const struct printq_lane *lane)
{
    if (lane->drained && lane->phase == LANE_IDLE)
        return PRINTQ_DRAINED;
    if (!lane->known && lane->phase != LANE_DRAWING)
        return PRINTQ_UNREACHABLE;
    if (lane->queue == PRINTER_STOPPED || !lane->accepting ||
        lane->reasons & BLOCKING || lane->hung ||
        (printq_lane_rests(lane) && lane->phase == LANE_IDLE))
        return PRINTQ_TROUBLE;
    return lane->phase == LANE_IDLE ? PRINTQ_READY : PRINTQ_PRINTING;
}

/* The printer's own words; of having hung it has none. */
static void
say(const struct printq_lane *lane, char *text, size_t room)
{
    int64_t limit_s = (lane->printq->set.deadline_ms + 999) / 1000;
    if (lane->hung && lane->known && !(lane->reasons & BLOCKING))
        snprintf(text, room, "no label within %" PRId64 " s", limit_s);
    else if (lane->trial && lane->known && lane->text[0] == '\0')
        snprintf(text, room, "on trial again after no label within %" PRId64 " s",
                 limit_s);
    else
        str_copy(text, room, lane->text);
}

void
printq_lane_status(const struct printq_lane *lane, struct printq_status *status)
{
    memset(status, 0, sizeof *status); /* compared whole */
    status->number = lane->number;
    str_copy(status->name, sizeof status->name, lane->spec.name);
    str_copy(status->uri, sizeof status->uri, lane->spec.uri);
    str_copy(status->profile, sizeof status->profile, lane->spec.profile.name);
    status->health = health(lane);
    status->problem = printq_lane_problem(lane);
    status->reasons = lane->reasons;
    say(lane, status->text, sizeof status->text);
    status->job = lane->phase == LANE_IDLE || lane->testing ? 0 : lane->job.id;
    status->printed = lane->printed;
    status->median_ms = median(lane);
    status->on_trial = lane->trial;
    if (printq_lane_rests(lane))
        status->next_try_ms =
            lane->rest_until_utc_ms - (lane->rest_until_ms - rests_until(lane));
}

void
printq_lane_tell(struct printq_lane *lane)
{
    struct printq_status status;
    printq_lane_status(lane, &status);
    if (!lane->heard || memcmp(&status, &lane->told, sizeof status) == 0)
        return;
    if (status.health != lane->told.health || status.reasons != lane->told.reasons) {
        char text[200];
        bool bad =
            status.health == PRINTQ_TROUBLE || status.health == PRINTQ_UNREACHABLE;
        log_line(
            lane->printq->set.log, bad ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "printq",
            "printer=%s health=\"%s\" reasons=0x%x rest_ms=%" PRId64 " text=\"%s\"",
            lane->spec.name, printq_health_name(status.health), status.reasons,
            status.next_try_ms ? lane->rest_ms : 0,
            str_quote(text, sizeof text, status.text, strlen(status.text)));
    }
    lane->told = status;
    feed_publish(lane->printq->set.feed, FEED_PRINTER, &status);
}
