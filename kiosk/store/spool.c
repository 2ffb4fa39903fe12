#include "store/spool.h"

#include <assert.h>
#include <string.h>

#include "store/db_internal.h"
#include "str.h"

#define COLUMNS                                                                     \
    "id, event, ref, station, issue, state, evidence, cause, who, printer, design," \
    " kind, made_ms, changed_ms, sent_ms, epoch, draws, tries, why, fields"

static const char *const state_names[SPOOL_STATE_COUNT] = {
    [SPOOL_QUEUED] = "queued",   [SPOOL_DRAWN] = "drawn",
    [SPOOL_SENDING] = "sending", [SPOOL_SENT] = "sent",
    [SPOOL_UNKNOWN] = "unknown", [SPOOL_UNCERTAIN] = "uncertain",
    [SPOOL_FAILED] = "failed",   [SPOOL_PRINTED] = "printed",
    [SPOOL_VOID] = "void",
};

#define TO(state) (1u << (SPOOL_##state))

/* The drawing in the header: from -> to. */
static const unsigned allowed[SPOOL_STATE_COUNT] = {
    [SPOOL_QUEUED] = TO(QUEUED) | TO(DRAWN) | TO(FAILED) | TO(VOID),
    [SPOOL_DRAWN] = TO(DRAWN) | TO(SENDING) | TO(QUEUED) | TO(FAILED) | TO(VOID),
    [SPOOL_SENDING] =
        TO(SENDING) | TO(SENT) | TO(UNKNOWN) | TO(FAILED) | TO(DRAWN) | TO(VOID),
    [SPOOL_SENT] =
        TO(SENT) | TO(PRINTED) | TO(FAILED) | TO(UNCERTAIN) | TO(UNKNOWN) | TO(VOID),
    [SPOOL_UNKNOWN] = TO(UNKNOWN) | TO(SENT) | TO(UNCERTAIN) | TO(DRAWN) | TO(VOID),
    [SPOOL_UNCERTAIN] = TO(UNCERTAIN) | TO(PRINTED) | TO(VOID),
    [SPOOL_FAILED] = TO(VOID),
    [SPOOL_PRINTED] = 0,
    [SPOOL_VOID] = TO(VOID),
};

/* What spool_again takes. */
static const unsigned again_from =
    TO(FAILED) | TO(UNCERTAIN) | TO(UNKNOWN) | TO(QUEUED);

const char *
spool_state_name(enum spool_state state)
{
    return (unsigned)state < SPOOL_STATE_COUNT ? state_names[state] : "?";
}

const char *
spool_evidence_name(enum spool_evidence evidence)
{
    static const char *const names[] = { "none", "said", "transport", "ipp",
                                         "printer" };
    return (size_t)evidence < sizeof names / sizeof *names ? names[evidence] : "?";
}

bool
spool_on_its_way(enum spool_state state)
{
    return state <= SPOOL_UNKNOWN;
}

static void
take_job(struct query *q, struct spool_job *job)
{
    job->id = take_int(q);
    take_text(q, job->event, sizeof job->event);
    take_text(q, job->ref, sizeof job->ref);
    take_text(q, job->station, sizeof job->station);
    job->issue = (uint32_t)take_int(q);
    job->state = (enum spool_state)take_enum(q, SPOOL_STATE_COUNT);
    job->evidence = (enum spool_evidence)take_enum(q, SPOOL_EVIDENCE_PRINTER + 1);
    take_text(q, job->cause, sizeof job->cause);
    take_text(q, job->who, sizeof job->who);
    take_text(q, job->printer, sizeof job->printer);
    take_text(q, job->design, sizeof job->design);
    take_text(q, job->kind, sizeof job->kind);
    job->made_ms = take_int(q);
    job->changed_ms = take_int(q);
    job->sent_ms = take_int(q);
    job->epoch = (uint64_t)take_int(q);
    job->draws = (unsigned)take_int(q);
    job->tries = (unsigned)take_int(q);
    take_text(q, job->why, sizeof job->why);
    take_text(q, job->fields, sizeof job->fields);
}

/* Steps, takes what there is, and ends. */
static bool
take_only(struct query *q, bool *found, struct spool_job *job, struct err *err)
{
    if (!query_next(q, found, err))
        return err_wrap(err, "spool");
    if (*found)
        take_job(q, job);
    query_end(q);
    return true;
}

/* ---- issues --------------------------------------------------------------------- */

static bool
top_of(struct query *q, const char *ref, uint32_t *issue, char *station,
       struct err *err)
{
    bool row;
    query_text(q, ref);
    if (!query_next(q, &row, err))
        return err_wrap(err, "spool");
    uint32_t heard = row ? (uint32_t)take_int(q) : 0;
    if (heard > *issue) {
        *issue = heard;
        take_text(q, station, 4);
    }
    query_end(q);
    return true;
}

static bool
find_top(struct db *db, const char *ref, struct db_memory *memory, struct err *err)
{
    struct query own =
        query(&db->journal, "SELECT issue, station FROM spool"
                            " WHERE ref = ?1 ORDER BY issue DESC LIMIT 1");
    struct query heard =
        query(&db->journal, "SELECT max(issue), station FROM heard"
                            " WHERE ref = ?1"); /* the station of that row; no sort */
    memory->has_top = false;
    memory->issue = 0;
    memory->station[0] = '\0';
    if (!top_of(&own, ref, &memory->issue, memory->station, err) ||
        !top_of(&heard, ref, &memory->issue, memory->station, err))
        return false;
    memory->has_top = str_copy(memory->ref, sizeof memory->ref, ref);
    return true;
}

/* A scan asks three times, in different places, before it writes. */
bool
spool_top_issue(struct db *db, const char *ref, uint32_t *issue, char *station,
                struct err *err)
{
    struct db_memory *memory = &db->memory;
    bool known = memory->has_top && strcmp(memory->ref, ref) == 0;
    if (!known && !find_top(db, ref, memory, err))
        return false;
    *issue = memory->issue;
    if (station)
        str_copy(station, 4, memory->station);
    return true;
}

bool
spool_heard(struct db *db, const char *ref, const char *station, uint32_t issue,
            struct err *err)
{
    struct query q =
        query(&db->journal, "INSERT INTO heard(ref, station, issue) VALUES(?1, ?2, ?3)"
                            " ON CONFLICT(ref, station) DO UPDATE"
                            " SET issue = excluded.issue WHERE excluded.issue > issue");
    query_text(&q, ref);
    query_text(&q, station);
    query_int(&q, issue);
    db->memory.has_top = false;
    return query_run(&q, err) ? true : err_wrap(err, "spool");
}

static bool
next_issue(struct db *db, const char *ref, uint32_t *issue, struct err *err)
{
    enum { ISSUE_MAX = 999999999 }; /* what a badge code can say */
    uint32_t top;
    if (!spool_top_issue(db, ref, &top, NULL, err))
        return false;
    if (top >= ISSUE_MAX)
        return err_set(err, ERR_LIMIT, "ticket %s: no issue after %u", ref, top);
    *issue = top + 1;
    return true;
}

/* ---- writing -------------------------------------------------------------------- */

/* Those that void_others is about to void, by what they are now. */
static bool
note_void(struct db *db, const struct spool_job *job, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT state FROM spool"
                            " WHERE ref = ?1 AND id <> ?2 AND state NOT IN (7, 8)");
    query_text(&q, job->ref);
    query_int(&q, job->id);
    for (bool row = true; row;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            break;
        tally_note(db, TALLY_SPOOL, take_enum(&q, SPOOL_STATE_COUNT), -1);
        tally_note(db, TALLY_SPOOL, SPOOL_VOID, 1);
    }
    return true;
}

static bool
void_others(struct db *db, const struct spool_job *job, int64_t now_ms, struct err *err)
{
    if (!note_void(db, job, err))
        return false;
    struct query q =
        query(&db->journal, "UPDATE spool SET state = 8, changed_ms = ?3"
                            " WHERE ref = ?1 AND id <> ?2 AND state NOT IN (7, 8)");
    static_assert(SPOOL_PRINTED == 7 && SPOOL_VOID == 8, "see the SQL above");
    query_text(&q, job->ref);
    query_int(&q, job->id);
    query_int(&q, now_ms);
    return query_run(&q, err);
}

static void
bind_job(struct query *q, const struct spool_job *job)
{
    query_text(q, job->event);
    query_text(q, job->ref);
    query_text(q, job->station);
    query_int(q, job->issue);
    query_int(q, job->state);
    query_int(q, job->evidence);
    query_text(q, job->cause);
    query_text(q, job->who);
    query_text(q, job->printer);
    query_text(q, job->design);
    query_text(q, job->kind);
    query_int(q, job->made_ms);
    query_int(q, job->changed_ms);
    query_int(q, job->sent_ms);
    query_int(q, (int64_t)job->epoch);
    query_int(q, job->draws);
    query_int(q, job->tries);
    query_text(q, job->why);
    query_text(q, job->fields);
}

bool
spool_add(struct db *db, struct spool_job *job, struct err *err)
{
    uint32_t issue;
    if (!db_writing(db, err) || !next_issue(db, job->ref, &issue, err))
        return false;
    int64_t now_ms = clock_utc_ms(db->clock);
    struct query q = query(
        &db->journal, "INSERT INTO spool(event, ref, station, issue, state,"
                      " evidence, cause, who, printer, design, kind, made_ms,"
                      " changed_ms, sent_ms, epoch, draws, tries, why, fields) VALUES"
                      "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
                      "?17,?18,?19)");
    job->issue = issue;
    job->state = SPOOL_QUEUED;
    job->evidence = SPOOL_EVIDENCE_NONE;
    job->changed_ms = now_ms;
    if (job->made_ms == 0)
        job->made_ms = now_ms;
    bind_job(&q, job);
    db->memory.has_top = false;
    if (!query_run(&q, err))
        return err_wrap(err, "spool");
    job->id = sqlite3_last_insert_rowid(db->sql);
    tally_note(db, TALLY_SPOOL, job->state, 1);
    return issue == 1 || void_others(db, job, now_ms, err); /* 1: there are none */
}

/* The stored state must be one of `from`: it is about to become `to`. */
static bool
check_state(struct db *db, const struct spool_job *job, unsigned from,
            enum spool_state to, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT state, issue FROM spool WHERE id = ?1");
    bool found;
    query_int(&q, job->id);
    if (!query_next(&q, &found, err))
        return err_wrap(err, "spool");
    if (!found)
        return err_set(err, ERR_ABSENT, "job %lld is not there", (long long)job->id);
    unsigned state = (unsigned)take_int(&q);
    uint32_t issue = (uint32_t)take_int(&q);
    query_end(&q);
    if (issue != job->issue)
        return err_set(err, ERR_BUSY, "job %lld is at issue %u by now, not %u",
                       (long long)job->id, issue, job->issue);
    if (state >= SPOOL_STATE_COUNT || !(from & 1u << state))
        return err_set(err, ERR_BUSY, "job %lld cannot go from %s to %s",
                       (long long)job->id, spool_state_name((enum spool_state)state),
                       spool_state_name(to));
    tally_note(db, TALLY_SPOOL, state, -1);
    tally_note(db, TALLY_SPOOL, to, 1);
    return true;
}

static unsigned
states_before(enum spool_state to)
{
    unsigned from = 0;
    for (unsigned state = 0; state < SPOOL_STATE_COUNT; state++) {
        if (allowed[state] & 1u << to)
            from |= 1u << state;
    }
    return from;
}

bool
spool_move(struct db *db, struct spool_job *job, enum spool_state to, struct err *err)
{
    if (!db_writing(db, err) || !check_state(db, job, states_before(to), to, err))
        return false;
    int64_t now_ms = clock_utc_ms(db->clock);
    struct query q =
        query(&db->journal, "UPDATE spool SET state=?2, evidence=?3, printer=?4,"
                            " design=?5, sent_ms=?6, epoch=?7, draws=?8, tries=?9,"
                            " why=?10, changed_ms=?11 WHERE id=?1");
    query_int(&q, job->id);
    query_int(&q, to);
    query_int(&q, job->evidence);
    query_text(&q, job->printer);
    query_text(&q, job->design);
    query_int(&q, job->sent_ms);
    query_int(&q, (int64_t)job->epoch);
    query_int(&q, job->draws);
    query_int(&q, job->tries);
    query_text(&q, job->why);
    query_int(&q, now_ms);
    if (!query_run(&q, err))
        return err_wrap(err, "spool");
    job->state = to;
    job->changed_ms = now_ms;
    return true;
}

static bool
queue_again(struct db *db, struct spool_job *job, const char *cause, const char *who,
            struct err *err)
{
    uint32_t issue;
    if (!db_writing(db, err) || !check_state(db, job, again_from, SPOOL_QUEUED, err) ||
        !next_issue(db, job->ref, &issue, err))
        return false;
    struct query q =
        query(&db->journal, "UPDATE spool SET state=?2, issue=?3, cause=?4, who=?5,"
                            " changed_ms=?6, evidence=0, sent_ms=0, epoch=0, draws=0,"
                            " tries=?7, printer='', why='' WHERE id=?1");
    int64_t now_ms = clock_utc_ms(db->clock);
    query_int(&q, job->id);
    query_int(&q, SPOOL_QUEUED);
    query_int(&q, issue);
    query_text(&q, cause);
    query_text(&q, who);
    query_int(&q, now_ms);
    query_int(&q, job->tries);
    bool found;
    db->memory.has_top = false;
    return query_run(&q, err) && void_others(db, job, now_ms, err) &&
           spool_get(db, job->id, &found, job, err);
}

bool
spool_again(struct db *db, struct spool_job *job, const char *cause, const char *who,
            struct err *err)
{
    job->tries = 0;
    return queue_again(db, job, cause && cause[0] ? cause : "retry", who ? who : "",
                       err);
}

bool
spool_retry(struct db *db, struct spool_job *job, struct err *err)
{
    return queue_again(db, job, "retry", "", err);
}

/* ---- reading -------------------------------------------------------------------- */

bool
spool_get(struct db *db, int64_t id, bool *found, struct spool_job *job,
          struct err *err)
{
    struct query q = query(&db->journal, "SELECT " COLUMNS " FROM spool WHERE id = ?1");
    query_int(&q, id);
    return take_only(&q, found, job, err);
}

bool
spool_latest(struct db *db, const char *ref, bool *found, struct spool_job *job,
             struct err *err)
{
    struct query q = query(&db->journal, "SELECT " COLUMNS " FROM spool WHERE ref = ?1"
                                         " AND state <> 8 ORDER BY issue DESC LIMIT 1");
    query_text(&q, ref);
    return take_only(&q, found, job, err);
}

/* The lowest id after `after` in any of the states; 0: none. */
static bool
next_in(struct db *db, unsigned states, int64_t after, int64_t *next, struct err *err)
{
    *next = 0;
    for (unsigned state = 0; state < SPOOL_STATE_COUNT; state++) {
        if (!(states & 1u << state))
            continue;
        struct query q = query(&db->journal, "SELECT id FROM spool WHERE state = ?1"
                                             " AND id > ?2 ORDER BY id LIMIT 1");
        bool row;
        query_int(&q, state);
        query_int(&q, after);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "spool");
        if (!row)
            continue;
        int64_t id = take_int(&q);
        query_end(&q);
        if (*next == 0 || id < *next)
            *next = id;
    }
    return true;
}

/* One job at a time, so that `each` may move it. */
bool
spool_each(struct db *db, unsigned states, unsigned max,
           bool (*each)(const struct spool_job *job, void *self), void *self,
           struct err *err)
{
    int64_t id = 0;
    for (unsigned count = 0; max == 0 || count < max; count++) {
        struct spool_job job;
        bool found;
        if (!next_in(db, states, id, &id, err))
            return false;
        if (id == 0)
            return true;
        if (!spool_get(db, id, &found, &job, err))
            return false;
        if (found && !each(&job, self))
            return true;
    }
    return true;
}

bool
spool_each_of(struct db *db, const char *ref,
              bool (*each)(const struct spool_job *job, void *self), void *self,
              struct err *err)
{
    struct spool_job job = { .id = 0 };
    for (bool found = true; found;) {
        struct query q =
            query(&db->journal, "SELECT " COLUMNS " FROM spool WHERE ref = ?1"
                                " AND id > ?2 ORDER BY id LIMIT 1");
        query_text(&q, ref);
        query_int(&q, job.id);
        if (!take_only(&q, &found, &job, err))
            return false;
        if (found && !each(&job, self))
            return true;
    }
    return true;
}

bool
spool_counts(struct db *db, int64_t counts[SPOOL_STATE_COUNT], struct err *err)
{
    return tally_ask(db, TALLY_SPOOL, counts, SPOOL_STATE_COUNT, err)
               ? true
               : err_wrap(err, "spool");
}
