#include "print/printq_parts.h"

#include <stdio.h>
#include <string.h>

/* What an answer about the job in flight means. One question a look; nothing is
 * believed that was not asked in this life of the spooler (epoch), but for what a
 * backend that lets each job through once has said of it (once):
 *
 *                     the same cupsd              started anew since
 *     completed       PRINTED, by the profile's   UNCERTAIN: it prints anew
 *                     evidence; none: UNCERTAIN   what was printing when it went
 *       once: sent    PRINTED, as above           PRINTED, as above
 *       once: else    as ended                    as ended
 *     ended, begun    UNCERTAIN                   UNCERTAIN
 *       not begun     FAILED, and queued again    UNCERTAIN
 *       once: nothing FAILED, and queued again    FAILED, and queued again
 *     open            wait; over the deadline:    cancel, then as ended;
 *                     cancel, then as ended       with once: wait
 *       waits again   cancel, then as ended: the queue would send it from the start
 *     absent          UNCERTAIN                   UNCERTAIN
 *       unconfirmed   DRAWN, the same issue       UNCERTAIN
 *       with once     DRAWN, the same issue: if the first came out, it is not sent */

static bool
is_anew(const struct printq_lane *lane)
{
    return lane->job.epoch && lane->ask.epoch && lane->job.epoch != lane->ask.epoch;
}

static bool
is_open(enum printer_job_state state)
{
    return state >= PRINTER_JOB_WAITING && state <= PRINTER_JOB_STOPPED;
}

/* ---- ends ------------------------------------------------------------------- */

static void
settle(struct printq_lane *lane, enum spool_state to, const char *why, bool again)
{
    char text[ROSTER_TEXT_MAX + 1];
    str_copy(text, sizeof text, why);
    if (printq_write(lane->printq, &lane->job, to, text, again) != PRINTQ_NOT)
        printq_lane_leave(lane);
}

static void
printed(struct printq_lane *lane)
{
    struct spool_job before = lane->job;
    lane->job.evidence = lane->spec.profile.evidence;
    switch (printq_write(lane->printq, &lane->job, SPOOL_PRINTED, "", false)) {
    case PRINTQ_NOT:
        lane->job = before;
        return;
    case PRINTQ_WROTE:
        lane->took_ms[lane->took_count++ % TOOK_MAX] =
            lane->job.changed_ms > lane->queued_ms
                ? lane->job.changed_ms - lane->queued_ms
                : 0;
        lane->printed++;
        break;
    case PRINTQ_GONE:
        break;
    }
    printq_lane_leave(lane);
}

/* Nothing is on paper. The printer that could not begin rests, so that another one, or
 * the same when it is mended, takes the badge. */
static void
failed(struct printq_lane *lane)
{
    char why[PRINTER_TEXT_MAX + 1];
    unsigned before = lane->job.tries;
    bool again = printq_may_try(&lane->job);
    snprintf(why, sizeof why, "%s%.200s",
             lane->cancelled ? "did not begin in time" : "the queue gave it up",
             lane->text[0] ? ": " : "");
    size_t used = strlen(why);
    str_copy(why + used, sizeof why - used, lane->text);
    if (!lane->overdue && !(lane->reasons & BLOCKING) && lane->queue != PRINTER_STOPPED)
        printq_lane_rest(lane, why);
    settle(lane, SPOOL_FAILED, why, again);
    if (lane->phase != LANE_IDLE) /* not written: the same try is judged again */
        lane->job.tries = before;
}

static void
ended(struct printq_lane *lane)
{
    const char *how = lane->cancelled ? "it took too long and was cancelled"
                                      : "the queue gave it up half way";
    bool nothing_out = lane->ask.once == PRINTER_ONCE_NOTHING;
    if (nothing_out || (!lane->started && !is_anew(lane)))
        failed(lane);
    else
        settle(lane, SPOOL_UNCERTAIN,
               is_anew(lane) ? "the print service was started anew while it printed"
                             : how,
               false);
}

/* CUPS calls a job cancelled at once; what became of its bytes is known when the
 * backend has ended, and the queue with it. */
static bool
may_hear_more(const struct printq_lane *lane)
{
    return lane->guarded && lane->ask.once == PRINTER_ONCE_UNSAID &&
           lane->queue == PRINTER_BUSY && lane->left_ms > 0;
}

static void
completed(struct printq_lane *lane)
{
    if (is_anew(lane) && lane->ask.once != PRINTER_ONCE_SENT)
        settle(lane, SPOOL_UNCERTAIN,
               "the print service was started anew while it printed", false);
    else if (lane->resent)
        settle(lane, SPOOL_UNCERTAIN, "the queue sent it more than once", false);
    else if (lane->spec.profile.evidence == SPOOL_EVIDENCE_NONE)
        settle(lane, SPOOL_UNCERTAIN, "sent; this printer cannot tell what it printed",
               false);
    else
        printed(lane);
}

/* Wherever it is sent now, its claim is there. */
static bool
is_safe_to_send_again(const struct printq_lane *lane)
{
    const struct printq *printq = lane->printq;
    for (unsigned i = 0; i < printq->count; i++) {
        const struct printq_lane *other = &printq->lanes[i];
        if (!other->gone &&
            (!other->guarded || strcmp(other->spec.server, lane->spec.server) != 0))
            return false;
    }
    return true;
}

static void
draw_again(struct printq_lane *lane)
{
    lane->job.sent_ms = 0;
    if (lane->job.state == SPOOL_SENT &&
        printq_write(lane->printq, &lane->job, SPOOL_UNKNOWN,
                     "the print service has lost it", false) == PRINTQ_NOT)
        return;
    if (printq_write(lane->printq, &lane->job, SPOOL_DRAWN, "", false) != PRINTQ_NOT)
        printq_lane_leave(lane);
}

/* Two looks: a spooler that hung may still read the job from the line it was sent on
 * after it has answered the first. */
static void
absent(struct printq_lane *lane)
{
    bool never_confirmed = lane->job.sent_ms == 0;
    bool same = lane->job.epoch && lane->job.epoch == lane->ask.epoch;
    bool safe = is_safe_to_send_again(lane);
    if ((!never_confirmed || !same) && !safe) {
        settle(lane, SPOOL_UNCERTAIN,
               same ? "the print service has lost it"
                    : "the print service was started anew and does not know it",
               false);
        return;
    }
    if (++lane->absent >= 2)
        draw_again(lane);
}

/* ---- open ------------------------------------------------------------------- */

/* Time counts only while the printer has no excuse that a person can mend. */
static void
count_down(struct printq_lane *lane)
{
    int64_t now_ms = printq_mono_ms(lane->printq);
    unsigned excuses = BLOCKING & ~(unsigned)(PRINTER_OFFLINE | PRINTER_FILTER_FAILED);
    bool excused = lane->known && !lane->cancelled &&
                   (lane->reasons & excuses || lane->queue == PRINTER_STOPPED);
    if (!excused)
        lane->left_ms -= now_ms - lane->looked_ms;
    lane->looked_ms = now_ms;
}

static void
cancel(struct printq_lane *lane)
{
    if (!lane->cancelled)
        lane->left_ms = CANCEL_MS;
    lane->cancelled = true;
    printq_lane_ask(lane, PRINTER_CANCEL);
}

/* The spooler does not end a cancelled job, or does not answer at all. */
static void
lose_sight(struct printq_lane *lane, const char *why)
{
    lane->phase = LANE_FINDING;
    if (lane->job.state != SPOOL_UNKNOWN &&
        printq_write(lane->printq, &lane->job, SPOOL_UNKNOWN, why, false) ==
            PRINTQ_GONE)
        lane->voided = true;
}

static void
still_open(struct printq_lane *lane)
{
    bool blocked = lane->reasons & BLOCKING || lane->queue == PRINTER_STOPPED;
    bool elsewhere = blocked && !lane->started && printq_has_other(lane);
    bool anew = is_anew(lane) && !lane->guarded;
    if (lane->phase == LANE_FINDING) {
        lane->phase = LANE_WATCHING;
        lane->left_ms = lane->cancelled ? CANCEL_MS : lane->printq->set.deadline_ms;
        if (lane->job.sent_ms == 0)
            lane->job.sent_ms = clock_utc_ms(lane->printq->set.clock);
        printq_write(lane->printq, &lane->job, SPOOL_SENT, "", false);
    }
    if (lane->cancelled && lane->left_ms <= 0)
        lose_sight(lane, "it was cancelled, and the print service does not end it");
    else if (!lane->cancelled && (lane->left_ms <= 0 || lane->voided || elsewhere ||
                                  anew || lane->resent)) {
        printq_note(lane->printq, lane->job.id, "%s: taken back: %s", lane->spec.name,
                    lane->left_ms <= 0 ? "over its deadline"
                    : lane->voided     ? "a later issue took its place"
                    : elsewhere        ? "another printer can print it"
                    : lane->resent     ? "the queue would send it again"
                                       : "the print service was started anew");
        if (lane->left_ms <= 0)
            printq_lane_hang(lane);
        cancel(lane);
    }
}

/* ---- a test label, which is in no row --------------------------------------- */

static void
end_test(struct printq_lane *lane, const char *how)
{
    log_info(lane->printq->set.log, "printq", "printer=%s test=%s %s", lane->spec.name,
             lane->job_name, how);
    printq_lane_leave(lane);
}

static void
judge_test(struct printq_lane *lane)
{
    enum printer_job_state state = lane->ask.job;
    if (state == PRINTER_JOB_COMPLETED) {
        if (lane->spec.profile.evidence != SPOOL_EVIDENCE_NONE)
            printq_lane_mended(lane);
        end_test(lane, "came out");
    } else if (!is_open(state)) {
        if (!lane->cancelled && state != PRINTER_JOB_ABSENT)
            printq_lane_rest(lane, "the queue gave the test label up");
        end_test(lane, "did not come out");
    } else if (lane->left_ms > 0) {
        return;
    } else if (lane->cancelled) {
        end_test(lane, "was cancelled, and the print service does not end it");
    } else {
        printq_lane_hang(lane);
        cancel(lane);
    }
}

/* ---- the look --------------------------------------------------------------- */

void
printq_watch(struct printq_lane *lane)
{
    if (lane->phase == LANE_FINDING)
        printq_lane_ask(lane, lane->cancelled || lane->voided ? PRINTER_CANCEL
                                                              : PRINTER_FIND);
    else
        printq_lane_ask(lane, PRINTER_STATUS);
}

/* A queue that stopped or failed in the middle of a job, and does not give it up, sends
 * it again from its first byte when it goes on. */
static void
note_begin(struct printq_lane *lane)
{
    enum printer_job_state state = lane->ask.job;
    bool begun = lane->started || lane->ask.started;
    bool waits = state == PRINTER_JOB_WAITING || state == PRINTER_JOB_HELD ||
                 state == PRINTER_JOB_STOPPED;
    bool later = lane->began_s > 0 && lane->ask.started_s > lane->began_s;
    if (!lane->guarded && !is_anew(lane) && ((begun && waits) || later))
        lane->resent = true;
    if (lane->ask.started_s > 0)
        lane->began_s = lane->ask.started_s;
    lane->started = lane->started || lane->ask.started;
}

/* Completed, and its backend, where one says anything, does not say otherwise. */
static bool
is_completed(const struct printq_lane *lane)
{
    return lane->ask.job == PRINTER_JOB_COMPLETED &&
           lane->ask.once != PRINTER_ONCE_NOTHING && lane->ask.once != PRINTER_ONCE_CUT;
}

static void
judge(struct printq_lane *lane)
{
    enum printer_job_state state = lane->ask.job;
    bool whole = is_completed(lane);
    note_begin(lane);
    if (state != PRINTER_JOB_ABSENT)
        lane->absent = 0;
    if (whole && (!is_anew(lane) || lane->ask.once == PRINTER_ONCE_SENT))
        printq_lane_mended(lane);
    if (lane->voided && !is_open(state))
        printq_lane_leave(lane);
    else if (state == PRINTER_JOB_ABSENT)
        absent(lane);
    else if (whole)
        completed(lane);
    else if (is_open(state))
        still_open(lane);
    else if (!may_hear_more(lane))
        ended(lane);
}

void
printq_looked(struct printq_lane *lane)
{
    count_down(lane);
    printq_note_look(lane);
    if (lane->ask.outcome == PRINTER_ANSWERED && lane->testing)
        judge_test(lane);
    else if (lane->ask.outcome == PRINTER_ANSWERED)
        judge(lane);
    else if (lane->testing && lane->left_ms <= 0)
        end_test(lane, "is unknown: the print service does not answer");
    else if (lane->phase == LANE_WATCHING && lane->left_ms <= 0)
        lose_sight(lane, "the print service does not answer");
    if (lane->phase == LANE_IDLE || lane->ask_out)
        return;
    bool silent = lane->ask.outcome != PRINTER_ANSWERED;
    printq_lane_later(lane, silent                        ? PROBE_SOON_MS
                            : lane->phase == LANE_FINDING ? FIND_MS
                                                          : POLL_MS);
}

/* A job that this station sent in a former life, or that waits for somebody to look. */
void
printq_recover(struct printq_lane *lane, const struct spool_job *job)
{
    struct printq *printq = lane->printq;
    lane->job = *job;
    lane->queued_ms = job->made_ms;
    lane->left_ms = printq->set.deadline_ms;
    lane->looked_ms = printq_mono_ms(printq);
    snprintf(lane->job_name, sizeof lane->job_name, "kiosk-%.3s-%lld-%u", job->station,
             (long long)job->id, (unsigned)job->issue);
    lane->phase = job->state == SPOOL_SENT ? LANE_WATCHING : LANE_FINDING;
    printq_note(printq, job->id, "%s: taken up again, %s", lane->spec.name,
                spool_state_name(job->state));
    if (job->state == SPOOL_SENDING)
        printq_write(printq, &lane->job, SPOOL_UNKNOWN,
                     "the station stopped while it was sent", false);
    if (!lane->ask_out)
        printq_lane_later(lane, 0);
    printq_lane_tell(lane);
}
