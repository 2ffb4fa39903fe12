#include "judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "../../drivers/wire_curl.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "sync/enrol.h"
#include "sync/pull.h"

/* What a station has for its server, for as long as it downloads. */
struct line {
    struct loop_real *real;
    struct task_real *lanes;
    struct wire_curl *curl;
    struct account account;
    struct api_client api;
    struct enrol *enrol;
    struct pull *pull;
    bool ok, ended;
    char text[256];
};

/* Orders of sessions that were over long ago are not downloaded: these were not yet. */
static int64_t
first_of_june(void *self)
{
    (void)self;
    return INT64_C(1780272000000); /* 2026-06-01T00:00:00Z */
}

static int64_t
mono_us(void *self)
{
    (void)self;
    return clock_mono_us(&clock_system);
}

static const struct clock in_time = { first_of_june, mono_us, NULL };

static void
enrolled(bool ok, const char *text, void *self)
{
    struct line *line = self;
    line->ok = ok;
    line->ended = true;
    str_copy(line->text, sizeof line->text, text);
    loop_real_stop(line->real);
}

static void
pulled(enum api_result result, void *self)
{
    struct line *line = self;
    line->ok = result == API_OK;
    line->ended = true;
    loop_real_stop(line->real);
}

static bool
wait_for(struct line *line)
{
    while (!line->ended)
        loop_real_run(line->real);
    line->ended = false;
    return line->ok;
}

static bool
pick_up(struct judge *judge, struct line *line, struct err *err)
{
    if (!loop_real_create(&line->real, err))
        return false;
    const struct loop *loop = loop_real_door(line->real);
    struct wire_curl_setting wire = { .loop = loop, .log = &judge->log };
    if (!task_real_create(loop, &line->lanes, err) ||
        !wire_curl_create(&line->curl, &wire, err))
        return false;
    line->api = (struct api_client){ wire_curl_door(line->curl), &clock_system,
                                     &judge->log, &line->account };
    struct enrol_setting enrol = { .db = judge->db,
                                   .loop = loop,
                                   .clock = &clock_system,
                                   .log = &judge->log,
                                   .wire = line->api.wire,
                                   .account = &line->account,
                                   .station_name = "Judge" };
    struct pull_setting pull = { .db = judge->db,
                                 .loop = loop,
                                 .task = task_real_door(line->lanes),
                                 .clock = &in_time,
                                 .random = &judge->random.random,
                                 .log = &judge->log,
                                 .feed = &judge->feed,
                                 .api = &line->api,
                                 .language = "en" };
    return enrol_create(&enrol, &line->enrol, err) &&
           pull_create(&pull, &line->pull, err);
}

static void
hang_up(struct line *line)
{
    pull_destroy(line->pull);
    enrol_destroy(line->enrol);
    wire_curl_destroy(line->curl);
    task_real_destroy(line->lanes);
    loop_real_destroy(line->real);
}

static bool
download(struct line *line, const char *const *events, unsigned count, bool full,
         struct err *err)
{
    struct pull_status status;
    if (!pull_start(line->pull, events, count, full, pulled, line))
        return err_set(err, ERR_BUSY, "the download does not start");
    bool ok = wait_for(line);
    pull_status(line->pull, &status);
    fprintf(stderr, "downloaded %" PRId64 " orders, %" PRId64 " bad %s\n", status.done,
            status.bad, status.first_bad);
    if (!ok)
        return err_set(err, ERR_IO, "the download: %s", status.trouble);
    return status.bad == 0 ||
           err_set(err, ERR_INPUT, "rows passed over: %s", status.first_bad);
}

bool
judge_sync(struct judge *judge, const char *url, const char *token,
           const char *const *events, unsigned count, struct err *err)
{
    struct line line = { .ok = false };
    bool ok = pick_up(judge, &line, err) &&
              enrol_start(line.enrol, url, token, false, enrolled, &line, err);
    if (ok && !wait_for(&line))
        ok = err_set(err, ERR_INPUT, "enrolment: %s", line.text);
    /* Twice, as a station does: which media lead astray is known once all is there. */
    ok = ok && download(&line, events, count, true, err) &&
         download(&line, events, count, false, err);
    hang_up(&line);
    return ok;
}
