#include "ctl/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "desk/desk.h"
#include "desk/reader.h"
#include "store/spool.h"

enum { SCAN_ANSWERS_WITHIN_MS = 10000, BADGE_WITHIN_MS = 120000 };

/* A scan that waits for its answer, and with --wait for its badge.
 *
 * The feed's rule is that a listener only takes note, so what it hears is copied here
 * and answered from the timer. */
struct scan_work {
    struct command_request *request;
    struct loop_timer *timer;
    struct desk_outcome outcome;
    struct spool_job job;
    bool answered, asks, dropped, job_moved;
    unsigned slot;
};

static void
scan_work_free(struct command_request *request)
{
    struct scan_work *work = request->work;
    feed_unlisten(request->parts->feed, work);
    loop_timer_destroy(request->parts->loop, work->timer);
    request->work = NULL;
    request->cancel = NULL;
    free(work);
}

static void
scan_heard(enum feed_topic topic, const void *what, void *self)
{
    struct scan_work *work = self;
    if (topic == FEED_SCAN) {
        const struct desk_outcome *outcome = what;
        if (outcome->reader != work->slot || work->answered ||
            outcome->phase == DESK_READING)
            return;
        work->outcome = *outcome;
        work->asks = outcome->phase == DESK_ASKING_DIRECTION;
        work->dropped = outcome->phase == DESK_DROPPED;
        work->answered = !work->asks && !work->dropped;
        work->job = outcome->job;
    } else {
        const struct spool_job *job = what;
        if (!work->answered || !work->outcome.has_job ||
            job->id != work->outcome.job.id)
            return;
        work->job = *job;
        work->job_moved = true;
    }
    loop_timer_arm(work->request->parts->loop, work->timer, 0);
}

static void
add_outcome(const struct desk_outcome *outcome, struct str *out)
{
    json_add_text(out, "verdict", verdict_name(outcome->verdict));
    json_add_bool(out, "recorded", outcome->recorded);
    json_add_bool(out, "confirmed", outcome->confirmed);
    json_add_bool(out, "by_badge", outcome->by_badge);
    json_add_bool(out, "ask_came_out", outcome->ask_came_out);
    json_add_int(out, "local_us", outcome->local_us);
    if (outcome->reason[0])
        json_add_text(out, "reason", outcome->reason);
    if (outcome->has_ticket) {
        json_add_text(out, "ref", outcome->ticket.ref);
        json_add_text(out, "ticket_name", outcome->ticket.name);
        json_add_text(out, "kind", outcome->ticket.kind);
    }
    if (outcome->has_list)
        json_add_text(out, "list", outcome->list.key);
    if (outcome->has_right_list)
        json_add_text(out, "right_list", outcome->right_list.key);
    if (outcome->history.entries) {
        json_add_int(out, "first_entry_ms", outcome->history.first_entry_ms);
        json_add_text(out, "station", outcome->history.last_station);
    }
}

static void
add_badge(const struct spool_job *job, struct str *out)
{
    json_add_int(out, "job", job->id);
    json_add_int(out, "issue", job->issue);
    json_add_text(out, "badge", spool_state_name(job->state));
    json_add_text(out, "evidence", spool_evidence_name(job->evidence));
    json_add_text(out, "printer", job->printer);
    if (job->why[0])
        json_add_text(out, "why", job->why);
}

static void
scan_answer(struct scan_work *work)
{
    struct command_request *request = work->request;
    struct str out;
    command_open_result(&out);
    add_outcome(&work->outcome, &out);
    if (work->outcome.has_job)
        add_badge(&work->job, &out);
    scan_work_free(request);
    command_done(request, &out);
}

static void
scan_fail(struct scan_work *work, enum err_code code, const char *text)
{
    struct command_request *request = work->request;
    struct err err;
    err_set(&err, code, "%s", text);
    scan_work_free(request);
    command_fail(request, &err);
}

static void
scan_goes_on(void *self)
{
    struct scan_work *work = self;
    struct command_request *request = work->request;
    bool wait = command_flag(request, "wait");

    if (work->asks) {
        work->asks = false;
        loop_timer_arm(request->parts->loop, work->timer, SCAN_ANSWERS_WITHIN_MS);
        desk_choose(request->parts->desk, work->outcome.number,
                    command_flag(request, "exit"));
    } else if (work->dropped) {
        scan_fail(work, ERR_BUSY,
                  "scan: a newer code took its place, or nobody chose a direction");
    } else if (!work->answered) {
        scan_fail(work, ERR_BUSY, "scan: no answer within 10 s");
    } else if (work->outcome.unrecorded) { /* whatever the verdict: nobody comes in */
        scan_fail(work, ERR_IO,
                  "scan: it could not be recorded, so nobody is let in: see kioskctl "
                  "status");
    } else if (!wait || !work->outcome.has_job || !spool_on_its_way(work->job.state)) {
        scan_answer(work);
    } else if (work->job_moved || work->outcome.number != 0) {
        struct str out;
        command_open_progress(&out);
        add_badge(&work->job, &out);
        command_progress(request, &out);
        work->job_moved = false;
        work->outcome.number = 0; /* the first stage has been told */
        loop_timer_arm(request->parts->loop, work->timer, BADGE_WITHIN_MS);
    } else {
        scan_answer(work);
    }
}

static void
run_scan(struct command_request *request)
{
    const struct command_parts *parts = request->parts;
    struct err err;
    struct scan_work *work = calloc(1, sizeof *work);
    if (work)
        work->timer = loop_timer_create(parts->loop, scan_goes_on, work);
    if (!work || !work->timer || parts->feed->count + 4 > FEED_LISTENERS_MAX) {
        if (work)
            loop_timer_destroy(parts->loop, work->timer);
        free(work);
        err_set(&err, ERR_BUSY, "scan: too many scans by kioskctl at once");
        command_fail(request, &err);
        return;
    }
    work->request = request;
    work->slot = READER_STAFF;
    request->work = work;
    request->cancel = scan_work_free;
    feed_listen(parts->feed, 1u << FEED_SCAN | 1u << FEED_JOB, scan_heard, work);
    loop_timer_arm(parts->loop, work->timer, SCAN_ANSWERS_WITHIN_MS);
    const char *code = command_text(request, "code");
    reader_inject(parts->reader, work->slot, code, strlen(code));
}

const struct command command_scan = {
    .name = "scan",
    .summary = "present a code, as a scanner would",
    .place = COMMAND_DAEMON,
    .options = {
        { "code", COMMAND_ARGUMENT, true, "CODE", "the ticket's or the badge's code" },
        { "exit", COMMAND_FLAG, false, NULL, "where the station asks: this is an exit" },
        { "wait", COMMAND_FLAG, false, NULL, "until the badge is out, or cannot be" },
    },
    .facts = {
        { "verdict", "Verdict", CELL_TEXT },
        { "ref", "Ticket", CELL_TEXT },
        { "ticket_name", "Name", CELL_TEXT },
        { "list", "List", CELL_TEXT },
        { "right_list", "Right list", CELL_TEXT },
        { "reason", "Reason", CELL_TEXT },
        { "badge", "Badge", CELL_TEXT },
        { "printer", "Printer", CELL_TEXT },
        { "why", "Why", CELL_TEXT },
    },
    .note = "Exit status 0: may pass. 3: may not.",
    .run = run_scan,
};

static void
run_role(struct command_request *request)
{
    const char *text = command_text(request, "role");
    struct desk *desk = request->parts->desk;
    struct role role;
    struct err err;
    bool ok = true;
    if (strcmp(text, "clear") == 0)
        ok = desk_clear_role(desk, request->who, &err);
    else if (text[0] != '\0' && strcmp(text, "show") != 0)
        ok = role_parse(text, &role, &err) &&
             desk_set_role(desk, &role, request->who, &err);
    if (!ok) {
        command_fail(request, &err);
        return;
    }
    char now[ROLE_TEXT_MAX + 1];
    struct str out;
    role_format(desk_role(desk), now);
    command_open_result(&out);
    json_add_text(&out, "role", now);
    command_done(request, &out);
}

const struct command command_role = {
    .name = "role",
    .summary = "show or set what this station does now",
    .place = COMMAND_DAEMON,
    .options = { { "role", COMMAND_REST, false, "ROLE",
                   "the new role; \"clear\" goes back to the configuration's" } },
    .facts = { { "role", "Role", CELL_TEXT } },
    .note = "A role is written as in yuelai.conf(5):\n"
            "  list=citec/main direction=entry work=admit+print gate=North",
    .run = run_role,
};

static void
run_reprint(struct command_request *request)
{
    struct spool_job job;
    struct err err;
    if (!desk_reprint(request->parts->desk, command_text(request, "ref"),
                      command_text(request, "reason"), request->who, &job, &err)) {
        command_fail(request, &err);
        return;
    }
    struct str out;
    command_open_result(&out);
    json_add_text(&out, "ref", job.ref);
    add_badge(&job, &out);
    command_done(request, &out);
}

const struct command command_reprint = {
    .name = "reprint",
    .summary = "print a guest's badge again; the former one is void from then on",
    .place = COMMAND_DAEMON,
    .options = {
        { "ref", COMMAND_ARGUMENT, true, "TICKET", "reference from kioskctl lookup" },
        { "reason", COMMAND_TEXT, true, "REASON", "lost, damaged, misprint, name, …" },
    },
    .facts = {
        { "ref", "Ticket", CELL_TEXT },
        { "job", "Job", CELL_INT },
        { "issue", "Issue", CELL_INT },
        { "badge", "Badge", CELL_TEXT },
    },
    .run = run_reprint,
};

static void
run_said(struct command_request *request)
{
    int64_t id;
    struct err err;
    if (!command_id(request, "job", &id))
        return;
    const char *answer = command_text(request, "answer");
    bool yes = strcmp(answer, "yes") == 0;
    if (!yes && strcmp(answer, "no") != 0) {
        err_set(&err, ERR_INPUT, "answer: want yes or no");
        command_fail(request, &err);
        return;
    }
    struct spool_job job;
    bool found = false;
    if (!desk_badge_said(request->parts->desk, id, yes, request->who, &err) ||
        !spool_get(request->parts->db, id, &found, &job, &err)) {
        command_fail(request, &err);
        return;
    }
    struct str out;
    command_open_result(&out);
    if (found)
        add_badge(&job, &out);
    command_done(request, &out);
}

const struct command command_said = {
    .name = "queue said",
    .summary = "say whether an uncertain badge came out",
    .place = COMMAND_DAEMON,
    .options = {
        { "job", COMMAND_ARGUMENT, true, "JOB", "number from kioskctl queue" },
        { "answer", COMMAND_ARGUMENT, true, "yes|no", "did the badge come out?" },
    },
    .facts = { { "job", "Job", CELL_INT }, { "badge", "Badge", CELL_TEXT } },
    .run = run_said,
};
