#include "ctl/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "print/printq.h"
#include "store/settings.h"
#include "store/spool.h"
#include "store/spool_write.h"

static bool
add_job(const struct spool_job *job, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    spool_write(job, out);
    json_close_object(out);
    return str_ok(out);
}

static void
run_queue(struct command_request *request)
{
    unsigned states = ~(1u << SPOOL_PRINTED | 1u << SPOOL_VOID);
    if (command_flag(request, "all"))
        states = ~0u;
    struct str out;
    struct err err;
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!spool_each(request->parts->db, states, 10000, add_job, &out, &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_queue = {
    .name = "queue",
    .summary = "badges that are not out yet, and what became of them",
    .place = COMMAND_EITHER,
    .options = { { "all", COMMAND_FLAG, false, NULL, "printed and void ones too" } },
    .columns = {
        { "job", "JOB", CELL_INT },
        { "state", "STATE", CELL_TEXT },
        { "ref", "TICKET", CELL_TEXT },
        { "issue", "ISSUE", CELL_INT },
        { "printer", "PRINTER", CELL_TEXT },
        { "changed_ms", "SINCE", CELL_AGE },
        { "evidence", "EVIDENCE", CELL_TEXT },
        { "cause", "CAUSE", CELL_TEXT },
        { "why", "WHY", CELL_TEXT },
    },
    .run = run_queue,
};

static void
answer_job(struct command_request *request, int64_t id)
{
    struct spool_job job;
    struct err err;
    struct str out;
    bool found;
    if (!spool_get(request->parts->db, id, &found, &job, &err)) {
        command_fail(request, &err);
        return;
    }
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (found)
        add_job(&job, &out);
    json_close_array(&out);
    command_done(request, &out);
}

/* ---- one badge, and what happened with it ----------------------------------- */

struct lines {
    struct str *out;
    int64_t first_ms;
};

static void
add_line(int64_t at_ms, const char *text, void *self)
{
    struct lines *lines = self;
    if (lines->first_ms == 0)
        lines->first_ms = at_ms;
    json_open_object(lines->out, NULL);
    json_add_int(lines->out, "at_ms", at_ms);
    json_add_int(lines->out, "after_ms", at_ms - lines->first_ms);
    json_add_text(lines->out, "text", text);
    json_close_object(lines->out);
}

static void
run_queue_show(struct command_request *request)
{
    const struct printq *printq = request->parts->printq;
    struct spool_job job;
    struct err err;
    struct str out;
    bool found;
    int64_t id;
    if (!command_id(request, "job", &id))
        return;
    if (!spool_get(request->parts->db, id, &found, &job, &err) ||
        (!found &&
         !err_set(&err, ERR_ABSENT, "print job %" PRId64 ": there is none", id))) {
        command_fail(request, &err);
        return;
    }
    struct lines lines = { .out = &out };
    command_open_result(&out);
    spool_write(&job, &out);
    json_open_array(&out, "rows");
    if (printq)
        printq_trace(printq, id, add_line, &lines);
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_queue_show = {
    .name = "queue show",
    .summary = "one badge, and what happened with it",
    .place = COMMAND_EITHER,
    .options = { { "job", COMMAND_ARGUMENT, true, "JOB", "number from kioskctl queue" } },
    .facts = {
        { "job", "Job", CELL_INT },
        { "state", "State", CELL_TEXT },
        { "why", "Why", CELL_TEXT },
        { "ref", "Ticket", CELL_TEXT },
        { "issue", "Issue", CELL_INT },
        { "printer", "Printer", CELL_TEXT },
        { "evidence", "Evidence", CELL_TEXT },
        { "cause", "Cause", CELL_TEXT },
        { "who", "By", CELL_TEXT },
        { "tries", "Tries", CELL_INT },
        { "made_ms", "Made", CELL_TIME },
        { "changed_ms", "Changed", CELL_TIME },
    },
    .columns = {
        { "at_ms", "AT", CELL_TIME },
        { "after_ms", "AFTER MS", CELL_INT },
        { "text", "WHAT", CELL_TEXT },
    },
    .note = "The last 64 lines of a badge that is not printed are kept until kioskd ends;\n"
            "of one that failed or is uncertain they are in the log too.",
    .run = run_queue_show,
};

static void
run_queue_retry(struct command_request *request)
{
    int64_t id;
    struct err err;
    if (!command_id(request, "job", &id))
        return;
    if (printq_retry(request->parts->printq, id, request->who, &err))
        answer_job(request, id);
    else
        command_fail(request, &err);
}

const struct command command_queue_retry = {
    .name = "queue retry",
    .summary = "print a failed or uncertain badge again, under the next issue",
    .place = COMMAND_DAEMON,
    .options = { { "job", COMMAND_ARGUMENT, true, "JOB", "number from kioskctl queue" } },
    .columns = {
        { "job", "JOB", CELL_INT },
        { "state", "STATE", CELL_TEXT },
        { "ref", "TICKET", CELL_TEXT },
        { "issue", "ISSUE", CELL_INT },
    },
    .run = run_queue_retry,
};

static void
run_printers(struct command_request *request)
{
    struct str out;
    char advice[256];
    command_open_result(&out);
    json_open_array(&out, "rows");
    for (unsigned i = 0; i < printq_count(request->parts->printq); i++) {
        struct printq_status status;
        printq_status(request->parts->printq, i, &status);
        if (status.name[0] == '\0')
            continue;
        json_open_object(&out, NULL);
        json_add_text(&out, "name", status.name);
        json_add_text(&out, "uri", status.uri);
        json_add_text(&out, "profile", status.profile);
        json_add_text(&out, "state", printq_health_name(status.health));
        json_add_text(&out, "problem", printq_problem_name(status.problem));
        json_add_text(&out, "advice", printq_advice(&status, advice, sizeof advice));
        json_add_int(&out, "reasons", status.reasons);
        json_add_text(&out, "text", status.text);
        json_add_int(&out, "job", status.job);
        json_add_int(&out, "printed", status.printed);
        json_add_int(&out, "median_ms", status.median_ms);
        json_add_bool(&out, "on_trial", status.on_trial);
        if (status.next_try_ms)
            json_add_int(&out, "next_try_ms", status.next_try_ms);
        json_close_object(&out);
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_printers = {
    .name = "printers",
    .summary = "the station's printers and what they say",
    .place = COMMAND_DAEMON,
    .columns = {
        { "name", "PRINTER", CELL_TEXT },
        { "state", "STATE", CELL_TEXT },
        { "printed", "PRINTED", CELL_INT },
        { "median_ms", "MEDIAN", CELL_SECONDS },
        { "profile", "PROFILE", CELL_TEXT },
        { "uri", "QUEUE", CELL_TEXT },
        { "next_try_ms", "NEXT TRY", CELL_TIME },
        { "text", "IT SAYS", CELL_TEXT },
        { "advice", "ADVICE", CELL_TEXT },
    },
    .run = run_printers,
};

/* The printer named in the request; answers with an error if there is none. */
static bool
find_printer(struct command_request *request, unsigned *number)
{
    const char *name = command_text(request, "printer");
    unsigned count = printq_count(request->parts->printq);
    struct printq_status status;
    for (*number = 0; *number < count; (*number)++) {
        printq_status(request->parts->printq, *number, &status);
        if (name[0] && strcmp(status.name, name) == 0)
            return true;
    }
    char quoted[80];
    struct err err;
    err_set(&err, ERR_ABSENT, "printer \"%s\": no such printer (kioskctl printers)",
            str_quote(quoted, sizeof quoted, name, strlen(name)));
    command_fail(request, &err);
    return false;
}

/* What people do to a printer is in the audit, before it is done. */
static bool
note(struct command_request *request, const char *what, struct err *err)
{
    char detail[PRINTQ_NAME_MAX + 16];
    snprintf(detail, sizeof detail, "printer=%s", command_text(request, "printer"));
    return audit_add(request->parts->db, request->who, what, detail, err);
}

static void
run_printer_test(struct command_request *request)
{
    unsigned number;
    struct err err;
    if (!find_printer(request, &number))
        return;
    bool ok = note(request, "printer test", &err) &&
              printq_test(request->parts->printq, number, &err);
    command_did(request, "printer", "test label sent", ok, &err);
}

static void
drain(struct command_request *request, bool drained)
{
    unsigned number;
    struct err err;
    if (!find_printer(request, &number))
        return;
    bool ok = note(request, drained ? "printer drain" : "printer resume", &err) &&
              printq_drain(request->parts->printq, number, drained, &err);
    command_did(request, "printer", drained ? "set aside" : "taken back", ok, &err);
}

static void
run_printer_drain(struct command_request *request)
{
    drain(request, true);
}

static void
run_printer_resume(struct command_request *request)
{
    drain(request, false);
}

#define PRINTER_OPTION                                    \
    {                                                     \
        {                                                 \
            "printer", COMMAND_ARGUMENT, true, "PRINTER", \
                "name from kioskctl printers"             \
        }                                                 \
    }
#define PRINTER_FACTS                                                      \
    {                                                                      \
        { "printer", "Printer", CELL_TEXT }, { "did", "Done", CELL_TEXT }, \
    }

const struct command command_printer_test = {
    .name = "printer test",
    .summary = "print a label with frame, ruler and QR code",
    .place = COMMAND_DAEMON,
    .options = PRINTER_OPTION,
    .facts = PRINTER_FACTS,
    .run = run_printer_test,
};

const struct command command_printer_drain = {
    .name = "printer drain",
    .summary = "set a printer aside: what it has begun ends, nothing new goes there",
    .place = COMMAND_DAEMON,
    .options = PRINTER_OPTION,
    .facts = PRINTER_FACTS,
    .run = run_printer_drain,
};

const struct command command_printer_resume = {
    .name = "printer resume",
    .summary = "take a printer back that was set aside",
    .place = COMMAND_DAEMON,
    .options = PRINTER_OPTION,
    .facts = PRINTER_FACTS,
    .run = run_printer_resume,
};
