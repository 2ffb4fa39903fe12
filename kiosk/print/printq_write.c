#include "print/printq_parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "store/db.h"
#include "store/outbox.h"

/* The step that the drawing in spool.h wants before `to`; `to` itself if none. */
static enum spool_state
step_before(enum spool_state from, enum spool_state to)
{
    if (from == SPOOL_QUEUED && to == SPOOL_SENDING)
        return SPOOL_DRAWN;
    if (from == SPOOL_SENDING && to == SPOOL_UNCERTAIN)
        return SPOOL_UNKNOWN;
    if (from == SPOOL_SENDING && to == SPOOL_PRINTED)
        return SPOOL_SENT;
    if (from == SPOOL_UNKNOWN && (to == SPOOL_PRINTED || to == SPOOL_FAILED))
        return SPOOL_SENT;
    return to;
}

/* Its nonce is its name: the same badge is reported once, however often it is tried. */
static bool
add_printed(struct printq *printq, const struct spool_job *job, struct err *err)
{
    struct outbox_row row = { .kind = OUTBOX_PRINTED, .about = job->id };
    struct str body;
    random_fill(printq->set.random, row.nonce, sizeof row.nonce);
    row.at_ms = clock_utc_ms(printq->set.clock);
    str_copy(row.event, sizeof row.event, job->event);
    str_init(&body, OUTBOX_BODY_MAX);
    json_open_object(&body, NULL);
    json_add_text(&body, "ref", job->ref);
    json_add_text(&body, "station", job->station);
    json_add_int(&body, "issue", job->issue);
    json_add_text(&body, "evidence", spool_evidence_name(job->evidence));
    json_add_text(&body, "printer", job->printer);
    json_close_object(&body);
    bool good = str_ok(&body) && str_copy(row.body, sizeof row.body, body.data);
    str_finish(&body);
    if (!good)
        return err_set(err, ERR_LIMIT, "outbox: over %d bytes", OUTBOX_BODY_MAX);
    return outbox_add(printq->set.db, &row, err);
}

static bool
write_steps(struct printq *printq, struct spool_job *job, enum spool_state to,
            bool again, struct err *err)
{
    struct db *db = printq->set.db;
    enum spool_state before = step_before(job->state, to);
    if (before != to && !spool_move(db, job, before, err))
        return false;
    if (!spool_move(db, job, to, err))
        return false;
    if (to == SPOOL_PRINTED)
        return add_printed(printq, job, err);
    return !again || spool_retry(db, job, err);
}

static bool
in_transaction(struct printq *printq, struct spool_job *job, enum spool_state to,
               bool again, struct err *err)
{
    struct db *db = printq->set.db;
    if (!db_begin(db, err))
        return false;
    if (write_steps(printq, job, to, again, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

/* `job` is as it is now; `to` is where it was taken. */
static void
note(struct printq *printq, const struct spool_job *job, enum spool_state to,
     const char *why)
{
    char quoted[64];
    bool ended = job->state == SPOOL_FAILED || job->state == SPOOL_UNCERTAIN;
    if (job->state == SPOOL_PRINTED || job->state == SPOOL_VOID) {
        printq_trace_drop(printq, job->id);
        return;
    }
    printq_note(printq, job->id, "%s%s%s%s", spool_state_name(to), why[0] ? ": " : "",
                str_quote(quoted, sizeof quoted, why, strlen(why)),
                job->state == to ? "" : "; queued again");
    if (ended)
        printq_trace_log(printq, job->id);
}

static void
report(struct printq *printq, const struct spool_job *job, enum spool_state to,
       const char *why)
{
    char quoted[256];
    bool bad = to == SPOOL_FAILED || to == SPOOL_UNCERTAIN || to == SPOOL_UNKNOWN;
    log_line(printq->set.log, bad ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "printq",
             "job=%" PRId64 " issue=%" PRIu32 " ref=%s state=%s printer=%s evidence=%s"
             " why=\"%s\"%s",
             job->id, job->issue, job->ref, spool_state_name(to), job->printer,
             spool_evidence_name(job->evidence),
             str_quote(quoted, sizeof quoted, why, strlen(why)),
             job->state == to ? "" : " queued=again");
    note(printq, job, to, why);
    feed_publish(printq->set.feed, FEED_JOB, job);
}

/* A COMMIT that failed may have been one: the row itself is asked. */
static enum printq_wrote
read_again(struct printq *printq, struct spool_job *job, enum spool_state to,
           uint32_t issue)
{
    struct err err;
    bool found;
    struct spool_job stored;
    if (!spool_get(printq->set.db, job->id, &found, &stored, &err))
        return PRINTQ_NOT;
    if (!found || stored.issue != issue)
        return PRINTQ_GONE;
    *job = stored;
    return stored.state == to ? PRINTQ_WROTE : PRINTQ_NOT;
}

enum printq_wrote
printq_write(struct printq *printq, struct spool_job *job, enum spool_state to,
             const char *why, bool again)
{
    struct err err = { 0 };
    struct spool_job next = *job;
    str_copy(next.why, sizeof next.why, why);
    if (in_transaction(printq, &next, to, again, &err)) {
        *job = next;
        report(printq, job, to, why);
        return PRINTQ_WROTE;
    }
    log_line(printq->set.log, err.code == ERR_BUSY ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
             "printq", "job=%" PRId64 " to=%s not written: %s", job->id,
             spool_state_name(to), err.text);
    if (err.code == ERR_BUSY || err.code == ERR_ABSENT)
        return PRINTQ_GONE;
    return again ? PRINTQ_NOT : read_again(printq, job, to, job->issue);
}

/* ---- tries --------------------------------------------------------------- */

bool
printq_may_try(struct spool_job *job)
{
    if (job->tries >= TRIES_MAX)
        return false;
    job->tries++;
    return true;
}

bool
printq_was_tried(const struct spool_job *job)
{
    return job->tries > 0 || strcmp(job->cause, "retry") == 0;
}
