#include "desk/desk_parts.h"

#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/settings.h"
#include "str.h"

static void
tell_job(struct desk *desk, const struct spool_job *job)
{
    feed_publish(desk->set.feed, FEED_JOB, job);
}

/* ---- did it come out? ------------------------------------------------------------ */

static bool
write_said(struct desk *desk, struct spool_job *job, bool came_out, const char *who,
           struct err *err)
{
    if (!came_out)
        return spool_again(desk->set.db, job, "retry", who, err);
    job->evidence = SPOOL_EVIDENCE_SAID;
    return spool_move(desk->set.db, job, SPOOL_PRINTED, err);
}

static bool
say(struct desk *desk, struct spool_job *job, bool came_out, const char *who,
    struct err *err)
{
    char detail[128];
    if (!db_begin(desk->set.db, err))
        return false;
    snprintf(detail, sizeof detail, "ref=%s job=%lld issue=%u out=%s", job->ref,
             (long long)job->id, (unsigned)job->issue, came_out ? "yes" : "no");
    if (write_said(desk, job, came_out, who, err) &&
        (who[0] == '\0' || audit_add(desk->set.db, who, "badge", detail, err)) &&
        db_commit(desk->set.db, err))
        return true;
    db_rollback(desk->set.db);
    return false;
}

bool
desk_badge_said(struct desk *desk, int64_t job_id, bool came_out, const char *who,
                struct err *err)
{
    struct spool_job job;
    bool found;
    if (!spool_get(desk->set.db, job_id, &found, &job, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "print job %lld: there is none",
                       (long long)job_id);
    if (job.state != SPOOL_UNCERTAIN)
        return err_set(err, ERR_BUSY, "print job %lld: is %s, nobody need say",
                       (long long)job_id, spool_state_name(job.state));
    if (!say(desk, &job, came_out, who, err)) {
        if (err->code != ERR_BUSY)
            desk_health_note(desk, err);
        return false;
    }
    desk_health_note(desk, NULL);
    log_info(desk->set.log, "desk", "job=%lld issue=%u said=%s by=%s",
             (long long)job.id, (unsigned)job.issue, came_out ? "out" : "not-out",
             who[0] ? who : "guest");
    tell_job(desk, &job);
    return true;
}

/* ---- reprint ----------------------------------------------------------------------
 */

/* The list a badge names its session by: this station's for the ticket's event. */
static bool
find_list(struct desk *desk, const struct ticket *ticket, bool *found,
          struct list *list, struct err *err)
{
    const struct role_list *ours = role_list_of(&desk->role, ticket->event);
    *found = false;
    return !ours ||
           roster_list(desk->set.db, ours->event, ours->list, found, list, err);
}

static bool
fill_reprint(struct desk *desk, const char *ref, struct spool_job *job, struct err *err)
{
    struct ticket ticket;
    struct list list;
    bool found, has_list;
    if (!roster_by_ref(desk->set.db, ref, &found, &ticket, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "reprint: no ticket with reference %.16s", ref);
    return find_list(desk, &ticket, &has_list, &list, err) &&
           desk_fill_job(desk, &ticket, has_list ? &list : NULL, job, err);
}

static bool
add_reprint(struct desk *desk, struct spool_job *job, const char *reason,
            struct err *err)
{
    char detail[512];
    if (!spool_add(desk->set.db, job, err))
        return false;
    snprintf(detail, sizeof detail, "ref=%s issue=%u reason=%s", job->ref,
             (unsigned)job->issue, reason);
    detail[str_cut(detail, strlen(detail), sizeof detail - 1)] = '\0';
    return audit_add(desk->set.db, job->who, "reprint", detail, err);
}

bool
desk_reprint(struct desk *desk, const char *ref, const char *reason, const char *who,
             struct spool_job *job, struct err *err)
{
    if (reason[0] == '\0')
        return err_set(err, ERR_INPUT, "reprint: want a reason");
    if (!db_begin(desk->set.db, err))
        return false;
    bool ok = fill_reprint(desk, ref, job, err);
    if (ok) {
        str_copy(job->cause, sizeof job->cause, reason);
        str_copy(job->who, sizeof job->who, who);
        job->made_ms = job->changed_ms = clock_utc_ms(desk->set.clock);
        ok = add_reprint(desk, job, reason, err) && db_commit(desk->set.db, err);
    }
    if (!ok) {
        db_rollback(desk->set.db);
        if (err->code == ERR_LIMIT || err->code == ERR_IO)
            desk_health_note(desk, err);
        return false;
    }
    desk_health_note(desk, NULL);
    log_info(desk->set.log, "desk", "ref=%s reprint job=%lld issue=%u by=%s", job->ref,
             (long long)job->id, (unsigned)job->issue, job->who);
    tell_job(desk, job);
    return true;
}
