#include "sim_check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STUCK_MS = 60 * 1000 };

struct checking {
    struct sim_station *station;
    struct sim_seen *seen;
    char *wrong;
    size_t size;
    bool ok;

    char ref[ROSTER_REF_MAX + 1]; /* the guest that is looked at */
    uint32_t top;
    unsigned on_way, entries, admissions;
};

static void
break_rule(struct checking *checking, const char *rule, const char *ref, int64_t job)
{
    if (checking->ok)
        snprintf(checking->wrong, checking->size,
                 "invariant %s: station %s, %s, job %" PRId64, rule,
                 checking->station->letters, ref, job);
    checking->ok = false;
}

static unsigned
copies(const struct checking *checking, const struct spool_job *job)
{
    char name[PRINTER_JOB_NAME_MAX + 1];
    sim_job_name(job, name);
    return hand_spooler_copies(&checking->station->spooler, name);
}

/* 4: PRINTED carries its evidence, and the evidence is true: the guests of this play
 * look before they speak, so also what was said must lie on paper. */
static void
check_printed(struct checking *checking, const struct spool_job *job)
{
    if (job->state != SPOOL_PRINTED)
        return;
    if (job->evidence == SPOOL_EVIDENCE_NONE)
        break_rule(checking, "4: printed without evidence", job->ref, job->id);
    else if (copies(checking, job) == 0)
        break_rule(checking, "4: printed, and there is no paper", job->ref, job->id);
}

/* In trouble, or at work on somebody else's badge: then the screen says "waiting". */
static bool
has_reason(const struct checking *checking, const struct spool_job *job)
{
    struct printq_status status;
    printq_status(checking->station->printq, 0, &status);
    return status.health == PRINTQ_TROUBLE || status.health == PRINTQ_UNREACHABLE ||
           (status.job != 0 && status.job != job->id);
}

/* 6: no job is stuck without a reason on the screen. */
static void
check_moving(struct checking *checking, const struct spool_job *job)
{
    int64_t *since = &checking->seen->stuck_since_ms[job->id % 2048];
    int64_t now_ms = checking->station->hand->now_us / 1000;
    bool asks = job->state == SPOOL_FAILED || job->state == SPOOL_UNCERTAIN ||
                job->state == SPOOL_UNKNOWN;
    if (asks && job->why[0] == '\0')
        break_rule(checking, "6: in trouble without a word", job->ref, job->id);
    if (!spool_on_its_way(job->state) || has_reason(checking, job))
        *since = 0;
    else if (*since == 0)
        *since = now_ms;
    else if (now_ms - *since > STUCK_MS)
        break_rule(checking, "6: stuck without a reason", job->ref, job->id);
}

static bool
on_job(const struct spool_job *job, void *self)
{
    struct checking *checking = self;
    checking->on_way += spool_on_its_way(job->state);
    check_printed(checking, job);
    check_moving(checking, job);
    return true;
}

static bool
on_row(const struct journal_row *row, void *self)
{
    struct checking *checking = self;
    checking->entries += row->kind == JOURNAL_ENTRY;
    return true;
}

/* 3: at most one valid badge of a ticket lies on paper: one sheet of its highest issue.
 */
static void
check_paper(struct checking *checking)
{
    const struct hand_spooler *spooler = &checking->station->spooler;
    unsigned valid = 0;
    for (unsigned i = 0; i < spooler->paper_count; i++) {
        struct spool_job job;
        struct err err;
        char letters[4];
        int64_t id;
        unsigned issue;
        bool found;
        int read = sscanf(spooler->paper[i], "kiosk-%3[A-Z]-%" SCNd64 "-%u", letters,
                          &id, &issue);
        assert(read == 3);
        if (issue == checking->top &&
            spool_get(checking->station->db, id, &found, &job, &err) && found)
            valid += strcmp(job.ref, checking->ref) == 0;
    }
    if (valid > 1)
        break_rule(checking, "3: two valid badges on paper", checking->ref, 0);
}

/* One guest at this station: 1, 3, 4, 5, 6. */
static void
check_guest(struct checking *checking, unsigned guest)
{
    struct sim_station *station = checking->station;
    struct err err;
    char ref[16], letters[4];
    unsigned welcomes = 0;
    sim_guest_ref(guest, ref);
    str_copy(checking->ref, sizeof checking->ref, ref);
    checking->on_way = checking->entries = 0;
    bool ok = spool_top_issue(station->db, ref, &checking->top, letters, &err) &&
              spool_each_of(station->db, ref, on_job, checking, &err) &&
              journal_each(station->db, ref, 0, 0, on_row, checking, &err);
    if (!ok)
        break_rule(checking, err.text, ref, 0);
    for (unsigned i = 0; i < station->welcome_count; i++)
        welcomes += strcmp(station->welcomes[i].ref, ref) == 0;
    if (welcomes > checking->entries)
        break_rule(checking, "1: welcomed, and the row is gone", ref, 0);
    if (checking->on_way > 1)
        break_rule(checking, "5: two badges on their way", ref, 0);
    check_paper(checking);
}

/* 9: what is in the outbox stays, in one state or another. */
static void
check_outbox(struct checking *checking)
{
    struct outbox_counts counts;
    struct err err;
    int64_t rows = 0;
    if (!outbox_counts(checking->station->db, &counts, &err)) {
        break_rule(checking, err.text, "outbox", 0);
        return;
    }
    for (int i = 0; i < OUTBOX_STATE_COUNT; i++)
        rows += counts.rows[i];
    if (rows < checking->seen->outbox_rows)
        break_rule(checking, "9: the outbox lost a row", "outbox", 0);
    checking->seen->outbox_rows = rows;
}

bool
sim_check(struct sim_station *station, struct sim_seen *seen, char *wrong, size_t size)
{
    struct checking checking = {
        .station = station, .seen = seen, .wrong = wrong, .size = size, .ok = true
    };
    if (station->wrong[0]) {
        str_copy(wrong, size, station->wrong);
        return false;
    }
    if (!station->on)
        return true;
    for (unsigned guest = 0; guest < SIM_GUESTS && checking.ok; guest++)
        check_guest(&checking, guest);
    check_outbox(&checking);
    return checking.ok;
}

/* ---- at the end ------------------------------------------------------------- */

static bool
is_undrawable(const char *ref)
{
    char undrawable[16];
    sim_guest_ref(SIM_GUEST_UNDRAWABLE, undrawable);
    return strcmp(ref, undrawable) == 0;
}

static bool
on_last_job(const struct spool_job *job, void *self)
{
    struct checking *checking = self;
    if (spool_on_its_way(job->state))
        break_rule(checking, "10: still on its way", job->ref, job->id);
    if (is_undrawable(job->ref) && job->state == SPOOL_PRINTED)
        break_rule(checking, "10: printed what cannot be drawn", job->ref, job->id);
    return true;
}

static bool
on_last_row(const struct outbox_row *row, void *self)
{
    struct checking *checking = self;
    char nonce[SIM_NONCE_SIZE];
    sim_hex(row->nonce, nonce);
    if (row->state == OUTBOX_PENDING)
        break_rule(checking, "10: a row waits behind another", "outbox", row->id);
    if (row->kind == OUTBOX_CHECKIN && row->state == OUTBOX_SENT) {
        checking->admissions++;
        if (!sim_server_by_nonce(checking->station->wire.server, nonce))
            break_rule(checking, "2: the server lacks an admission", nonce, row->id);
    }
    return true;
}

bool
sim_check_healed(struct sim_station *station, char *wrong, size_t size)
{
    struct checking checking = {
        .station = station, .wrong = wrong, .size = size, .ok = true
    };
    struct err err;
    bool ok = spool_each(station->db, (1u << SPOOL_STATE_COUNT) - 1, 0, on_last_job,
                         &checking, &err) &&
              outbox_each(station->db, (1u << OUTBOX_STATE_COUNT) - 1, 0, 0,
                          on_last_row, &checking, &err);
    if (!ok)
        break_rule(&checking, err.text, "end", 0);
    return checking.ok;
}
