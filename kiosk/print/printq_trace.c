#include "print/printq_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What happened with the last few jobs, line by line, for whoever must find out why a
 * badge did not come. A job's lines go when it is printed; of the others those that
 * were touched last are kept: 32 jobs of 64 lines, under 256 KiB. The log gets them
 * when a job fails or is uncertain, and so has them after a restart too. */

enum { TRACES_MAX = 32, LINE_MAX = 103 };

struct trace {
    int64_t job;
    uint64_t touched;
    unsigned count; /* of all lines; the last PRINTQ_TRACE_LINES are kept */
    struct {
        int64_t at_ms;
        char text[LINE_MAX + 1];
    } lines[PRINTQ_TRACE_LINES];
};

struct printq_traces {
    struct trace *slots[TRACES_MAX]; /* made when first needed */
    uint64_t touches;
};

struct printq_traces *
printq_traces_create(void)
{
    return calloc(1, sizeof(struct printq_traces));
}

void
printq_traces_destroy(struct printq_traces *traces)
{
    for (size_t i = 0; traces && i < TRACES_MAX; i++)
        free(traces->slots[i]);
    free(traces);
}

static struct trace *
find(const struct printq_traces *traces, int64_t job)
{
    for (size_t i = 0; i < TRACES_MAX; i++) {
        if (traces->slots[i] && traces->slots[i]->job == job)
            return traces->slots[i];
    }
    return NULL;
}

/* An empty place, else that of the job that was touched longest ago; NULL: no memory.
 */
static struct trace *
make_room(struct printq_traces *traces)
{
    struct trace *oldest = NULL;
    for (size_t i = 0; i < TRACES_MAX; i++) {
        struct trace **slot = &traces->slots[i];
        if (!*slot)
            *slot = calloc(1, sizeof **slot);
        if (*slot && (!oldest || (*slot)->touched < oldest->touched))
            oldest = *slot;
        if (oldest && oldest->job == 0)
            break;
    }
    return oldest;
}

void
printq_note(struct printq *printq, int64_t job, const char *format, ...)
{
    struct printq_traces *traces = printq->traces;
    struct trace *trace = find(traces, job);
    if (job == 0)
        return;
    if (!trace) {
        trace = make_room(traces);
        if (!trace)
            return;
        trace->job = job;
        trace->count = 0;
    }
    trace->touched = ++traces->touches;
    unsigned at = trace->count++ % PRINTQ_TRACE_LINES;
    trace->lines[at].at_ms = clock_utc_ms(printq->set.clock);
    va_list values;
    va_start(values, format);
    vsnprintf(trace->lines[at].text, sizeof trace->lines[at].text, format, values);
    va_end(values);
}

void
printq_trace_drop(struct printq *printq, int64_t job)
{
    struct trace *trace = find(printq->traces, job);
    if (trace)
        trace->job = 0, trace->touched = 0;
}

unsigned
printq_trace(const struct printq *printq, int64_t job,
             void (*each)(int64_t at_ms, const char *text, void *self), void *self)
{
    const struct trace *trace = job ? find(printq->traces, job) : NULL;
    if (!trace)
        return 0;
    unsigned first =
        trace->count > PRINTQ_TRACE_LINES ? trace->count - PRINTQ_TRACE_LINES : 0;
    for (unsigned i = first; i < trace->count; i++) {
        unsigned at = i % PRINTQ_TRACE_LINES;
        each(trace->lines[at].at_ms, trace->lines[at].text, self);
    }
    return trace->count - first;
}

struct teller {
    const struct log *log;
    int64_t job, now_ms;
};

static void
log_one(int64_t at_ms, const char *text, void *self)
{
    const struct teller *teller = self;
    log_notice(teller->log, "printq", "job=%" PRId64 " trace_ms=-%" PRId64 " %s",
               teller->job, teller->now_ms - at_ms, text);
}

void
printq_trace_log(const struct printq *printq, int64_t job)
{
    struct teller teller = { printq->set.log, job, clock_utc_ms(printq->set.clock) };
    printq_trace(printq, job, log_one, &teller);
}

/* ---- what a look saw ------------------------------------------------------------- */

static const char *
job_word(enum printer_job_state state)
{
    static const char *const words[] = {
        [PRINTER_JOB_ABSENT] = "absent",   [PRINTER_JOB_WAITING] = "waiting",
        [PRINTER_JOB_HELD] = "held",       [PRINTER_JOB_PRINTING] = "printing",
        [PRINTER_JOB_STOPPED] = "stopped", [PRINTER_JOB_COMPLETED] = "completed",
        [PRINTER_JOB_ABORTED] = "aborted", [PRINTER_JOB_CANCELED] = "cancelled",
    };
    return (size_t)state < sizeof words / sizeof *words ? words[state] : "?";
}

static const char *
queue_word(const struct printq_lane *lane)
{
    return lane->queue == PRINTER_STOPPED ? "stopped"
           : !lane->accepting             ? "rejecting"
           : lane->queue == PRINTER_BUSY  ? "busy"
                                          : "idle";
}

static void
write_look(const struct printq_lane *lane, char line[LINE_MAX + 1])
{
    const struct printer_request *ask = &lane->ask;
    char text[64], reasons[96];
    str_quote(text, sizeof text, ask->text, strlen(ask->text));
    if (ask->outcome == PRINTER_UNKNOWN)
        snprintf(line, LINE_MAX + 1, "no answer: %s", text);
    else if (ask->op != PRINTER_STATUS)
        snprintf(line, LINE_MAX + 1, "cups job %s%s", job_word(ask->job),
                 ask->started ? ", begun" : "");
    else
        snprintf(line, LINE_MAX + 1, "cups job %s%s, queue %s%s%s%s%s",
                 job_word(ask->job), ask->started ? ", begun" : "", queue_word(lane),
                 lane->reasons ? ", " : "",
                 printq_reasons_text(lane->reasons, reasons, sizeof reasons),
                 text[0] ? ": " : "", text);
}

void
printq_note_look(struct printq_lane *lane)
{
    char line[LINE_MAX + 1];
    if (lane->testing || lane->phase < LANE_WATCHING)
        return;
    write_look(lane, line);
    if (strcmp(line, lane->seen) == 0)
        return;
    str_copy(lane->seen, sizeof lane->seen, line);
    printq_note(lane->printq, lane->job.id, "%s: %s", lane->spec.name, line);
}
