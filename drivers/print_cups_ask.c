#include "print_cups.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend_once.h"
#include "str.h"

/* ---- words --------------------------------------------------------------- */

unsigned
cups_reason(const char *keyword)
{
    static const struct {
        const char *stem;
        unsigned reason;
    } table[] = {
        { "media-empty", PRINTER_MEDIA_EMPTY },
        { "media-needed", PRINTER_MEDIA_EMPTY },
        { "media-low", PRINTER_MEDIA_LOW },
        { "media-jam", PRINTER_MEDIA_JAM },
        { "cover-open", PRINTER_COVER_OPEN },
        { "door-open", PRINTER_COVER_OPEN },
        { "interlock-open", PRINTER_COVER_OPEN },
        { "offline", PRINTER_OFFLINE },
        { "connecting-to-device", PRINTER_OFFLINE },
        { "timed-out", PRINTER_OFFLINE },
        { "shutdown", PRINTER_OFFLINE },
        { "paused", PRINTER_PAUSED },
        { "moving-to-paused", PRINTER_PAUSED },
        { "marker-supply-empty", PRINTER_SUPPLY_EMPTY },
        { "toner-empty", PRINTER_SUPPLY_EMPTY },
        { "marker-supply-low", PRINTER_SUPPLY_LOW },
        { "toner-low", PRINTER_SUPPLY_LOW },
        { "cups-missing-filter", PRINTER_FILTER_FAILED },
        { "cups-insecure-filter", PRINTER_FILTER_FAILED },
        { "cups-pki", PRINTER_OTHER },
    };
    static const char *const severities[] = { "-error", "-warning", "-report" };
    static const char *const news[] = { "none", "spool-area-full-cleared",
                                        "cups-waiting" };
    char stem[64];
    str_copy(stem, sizeof stem, keyword);
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
        size_t length = strlen(stem), tail = strlen(severities[i]);
        if (length > tail && strcmp(stem + length - tail, severities[i]) == 0)
            stem[length - tail] = '\0';
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(stem, table[i].stem) == 0)
            return table[i].reason;
    }
    for (size_t i = 0; i < sizeof news / sizeof *news; i++) {
        if (str_starts(stem, news[i]))
            return 0;
    }
    size_t length = strlen(keyword);
    bool grave = length > 6 && strcmp(keyword + length - 6, "-error") == 0;
    return grave || strcmp(stem, "other") == 0 ? PRINTER_OTHER : 0;
}

enum printer_once
cups_once(const char *message)
{
    static const char *const words[] = { [PRINTER_ONCE_UNSAID] = "",
                                         [PRINTER_ONCE_SENT] = ONCE_SENT,
                                         [PRINTER_ONCE_NOTHING] = ONCE_NOTHING,
                                         [PRINTER_ONCE_CUT] = ONCE_CUT };
    if (!str_starts(message, ONCE_WORDS))
        return PRINTER_ONCE_UNSAID;
    const char *word = message + strlen(ONCE_WORDS);
    size_t length = strcspn(word, ":");
    for (int once = PRINTER_ONCE_SENT; once <= PRINTER_ONCE_CUT; once++) {
        if (strlen(words[once]) == length && memcmp(words[once], word, length) == 0)
            return (enum printer_once)once;
    }
    return PRINTER_ONCE_UNSAID;
}

/* "once: nothing: The printer is not responding." -> what the printer's own backend
 * said last; other messages as they are. */
static const char *
own_words(const char *message)
{
    if (cups_once(message) == PRINTER_ONCE_UNSAID)
        return message;
    const char *words = strstr(message + strlen(ONCE_WORDS), ": ");
    return words ? words + 2 : "";
}

static enum printer_job_state
job_state(int ipp)
{
    switch (ipp) {
    case IPP_JSTATE_PENDING:
        return PRINTER_JOB_WAITING;
    case IPP_JSTATE_HELD:
        return PRINTER_JOB_HELD;
    case IPP_JSTATE_PROCESSING:
        return PRINTER_JOB_PRINTING;
    case IPP_JSTATE_STOPPED:
        return PRINTER_JOB_STOPPED;
    case IPP_JSTATE_COMPLETED:
        return PRINTER_JOB_COMPLETED;
    case IPP_JSTATE_CANCELED:
        return PRINTER_JOB_CANCELED;
    default:
        return PRINTER_JOB_ABORTED;
    }
}

/* ---- one exchange ----------------------------------------------------------- */

static ipp_t *
question(const struct cups_asked *asked, ipp_op_t op)
{
    ipp_t *ipp = ippNewRequest(op);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, asked->uri);
    return ipp;
}

/* After the target, as IPP wants it. */
static void
sign(ipp_t *ipp, const struct cups_asked *asked)
{
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL,
                 asked->user);
}

/* What is known of a failure, in the request's text. */
static void
explain(struct printer_request *request, const char *fallback)
{
    const char *words = cupsLastErrorString();
    str_copy(request->text, sizeof request->text, words && *words ? words : fallback);
}

/* Sends a question without a document and takes the answer; NULL: none came. */
static ipp_t *
exchange(const struct cups_asked *asked, struct cups_link *link, ipp_t *ipp,
         struct printer_request *request)
{
    ipp_t *answer = cupsDoRequest(link->http, ipp, asked->resource);
    request->epoch = link->epoch;
    if (answer && cups_link_same(link))
        return answer;
    explain(request, "CUPS does not answer");
    ippDelete(answer);
    cups_link_close(link);
    request->epoch = 0;
    request->outcome = PRINTER_UNKNOWN;
    return NULL;
}

/* ---- submit -------------------------------------------------------------- */

static ipp_t *
print_job(const struct cups_asked *asked, const struct printer_request *request)
{
    const struct printer_document *document = &request->document;
    ipp_t *ipp = question(asked, IPP_OP_PRINT_JOB);
    sign(ipp, asked);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL,
                 request->job_name);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL,
                 document->format);
    if (document->media[0])
        ippAddString(ipp, IPP_TAG_JOB, IPP_TAG_KEYWORD, "media", NULL, document->media);
    return ipp;
}

static void
judge_reply(struct cups_asked *asked, ipp_t *answer, struct printer_request *request)
{
    ipp_attribute_t *id = ippFindAttribute(answer, "job-id", IPP_TAG_INTEGER);
    if (ippGetStatusCode(answer) < IPP_STATUS_REDIRECTION_OTHER_SITE && id) {
        request->outcome = PRINTER_ACCEPTED;
        request->job = PRINTER_JOB_WAITING;
        asked->job_id = ippGetInteger(id, 0);
        str_copy(asked->job_name, sizeof asked->job_name, request->job_name);
        return;
    }
    request->outcome = PRINTER_REFUSED;
    explain(request, ippErrorString(ippGetStatusCode(answer)));
}

/* One Print-Job with its document behind it: cut off half way, it leaves no job. Only
 * a whole reply is believed. */
void
cups_ask_submit(struct cups_asked *asked, struct cups_link *link,
                struct printer_request *request)
{
    ipp_t *ipp = print_job(asked, request);
    size_t length = ippLength(ipp) + request->document.length;
    http_status_t status = cupsSendRequest(link->http, ipp, asked->resource, length);
    if (status == HTTP_STATUS_CONTINUE || status == HTTP_STATUS_OK)
        status = cupsWriteRequestData(link->http, request->document.bytes,
                                      request->document.length);
    ippDelete(ipp);
    ipp_t *answer = NULL;
    if (status == HTTP_STATUS_CONTINUE || status == HTTP_STATUS_OK)
        answer = cupsGetResponse(link->http, asked->resource);
    request->epoch = link->epoch;
    if (answer) {
        judge_reply(asked, answer, request);
    } else {
        bool said_no = status >= HTTP_STATUS_BAD_REQUEST && status < 600;
        request->outcome = said_no ? PRINTER_REFUSED : PRINTER_UNKNOWN;
        explain(request, "CUPS did not confirm the job");
    }
    if (!answer || !cups_link_same(link)) {
        cups_link_close(link);
        request->epoch = 0;
    }
    ippDelete(answer);
}

/* ---- the queue -------------------------------------------------------------- */

static void
read_queue(ipp_t *answer, struct printer_request *request)
{
    ipp_attribute_t *state = ippFindAttribute(answer, "printer-state", IPP_TAG_ENUM);
    ipp_attribute_t *accepting =
        ippFindAttribute(answer, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
    ipp_attribute_t *reasons =
        ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD);
    ipp_attribute_t *message =
        ippFindAttribute(answer, "printer-state-message", IPP_TAG_TEXT);
    int value = state ? ippGetInteger(state, 0) : IPP_PSTATE_STOPPED;

    request->queue = value == IPP_PSTATE_IDLE         ? PRINTER_IDLE
                     : value == IPP_PSTATE_PROCESSING ? PRINTER_BUSY
                                                      : PRINTER_STOPPED;
    request->accepting = accepting && ippGetBoolean(accepting, 0);
    for (int i = 0; reasons && i < ippGetCount(reasons); i++)
        request->reasons |= cups_reason(ippGetString(reasons, i, NULL));
    if (request->queue == PRINTER_STOPPED)
        request->reasons |= PRINTER_PAUSED;
    if (message)
        str_copy(request->text, sizeof request->text,
                 own_words(ippGetString(message, 0, NULL)));
}

static const char *
text_of(ipp_t *answer, const char *name, ipp_tag_t tag)
{
    ipp_attribute_t *attribute = ippFindAttribute(answer, name, tag);
    const char *text = attribute ? ippGetString(attribute, 0, NULL) : NULL;
    return text ? text : "";
}

const char *
cups_wrong_driver(const char *format, const char *language, const char *model,
                  const char *device)
{
    static const char *const wires[] = { "socket:", "usb:", "lpd:", "serial:",
                                         "parallel:" };
    bool is_raw = strcmp(model, "Local Raw Printer") == 0;
    if (strcmp(format, "application/vnd.cups-raw") == 0) {
        if (strstr(model, "IPP Everywhere") || strstr(model, "driverless"))
            return "the queue is a driverless one, the profile speaks the printer's "
                   "own "
                   "language";
        bool is_dymo = strcasestr(model, "dymo"), is_ql = strstr(model, "Brother QL");
        if ((is_dymo && strcmp(language, "dymo_lw") != 0) ||
            (is_ql && strcmp(language, "brother_ql") != 0))
            return "the queue's printer does not speak the profile's language";
    }
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++) {
        if (is_raw && strcmp(format, "image/pwg-raster") == 0 &&
            str_starts(device, wires[i]))
            return "the queue is raw, the profile wants a driverless (IPP) one";
    }
    if (is_raw && strcmp(format, "application/vnd.cups-raster") == 0)
        return "the queue is raw, the profile wants one with a driver";
    return NULL;
}

static void
judge_device(ipp_t *answer, struct printer_request *request)
{
    const char *format = request->document.format;
    const char *language = request->language ? request->language : "";
    const char *model = text_of(answer, "printer-make-and-model", IPP_TAG_TEXT);
    const char *device = text_of(answer, "device-uri", IPP_TAG_URI);
    request->guarded = str_starts(device, ONCE_SCHEME ":");
    if (request->guarded)
        device += strlen(ONCE_SCHEME ":");
    const char *wrong =
        format ? cups_wrong_driver(format, language, model, device) : NULL;
    if (!wrong)
        return;
    request->reasons |= PRINTER_WRONG_DRIVER;
    snprintf(request->text, sizeof request->text, "%s (%.100s)", wrong, model);
}

bool
cups_ask_queue(struct cups_asked *asked, struct cups_link *link,
               struct printer_request *request)
{
    static const char *const wanted[] = { "printer-state",
                                          "printer-state-reasons",
                                          "printer-state-message",
                                          "printer-is-accepting-jobs",
                                          "device-uri",
                                          "printer-make-and-model" };
    int count = request->document.format ? 6 : 5;
    ipp_t *ipp = question(asked, IPP_OP_GET_PRINTER_ATTRIBUTES);
    sign(ipp, asked);
    ippAddStrings(ipp, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  count, NULL, wanted);
    ipp_t *answer = exchange(asked, link, ipp, request);
    if (!answer)
        return false;
    request->outcome = PRINTER_ANSWERED;
    if (ippGetStatusCode(answer) < IPP_STATUS_REDIRECTION_OTHER_SITE) {
        read_queue(answer, request);
        judge_device(answer, request);
    } else {
        bool absent = ippGetStatusCode(answer) == IPP_STATUS_ERROR_NOT_FOUND;
        request->queue = PRINTER_STOPPED;
        request->reasons |= absent ? PRINTER_NO_QUEUE : PRINTER_OTHER;
        snprintf(request->text, sizeof request->text, "queue %.100s: %.100s",
                 asked->queue, ippErrorString(ippGetStatusCode(answer)));
    }
    ippDelete(answer);
    return true;
}

/* ---- jobs ------------------------------------------------------------------- */

struct job {
    int id, state;
    bool named;
    int started_s;
    enum printer_once once;
};

static void
read_job_attribute(ipp_attribute_t *attribute, const char *job_name, struct job *job)
{
    const char *name = ippGetName(attribute);
    if (strcmp(name, "job-id") == 0)
        job->id = ippGetInteger(attribute, 0);
    else if (strcmp(name, "job-state") == 0)
        job->state = ippGetInteger(attribute, 0);
    else if (strcmp(name, "job-name") == 0)
        job->named = strcmp(ippGetString(attribute, 0, NULL), job_name) == 0;
    else if (strcmp(name, "job-printer-state-message") == 0)
        job->once = cups_once(ippGetString(attribute, 0, NULL));
    else if (strcmp(name, "time-at-processing") == 0)
        job->started_s = ippGetValueTag(attribute) == IPP_TAG_INTEGER
                             ? ippGetInteger(attribute, 0)
                             : 0;
}

/* Takes the better of two jobs of one name: one that is not over, else the later. */
static void
keep_better(struct job *best, const struct job *job)
{
    bool open = job->state < IPP_JSTATE_CANCELED;
    bool best_open = best->id && best->state < IPP_JSTATE_CANCELED;
    if (job->id && job->named &&
        (!best->id || (open && !best_open) ||
         (open == best_open && job->id > best->id)))
        *best = *job;
}

static struct job
pick_job(ipp_t *answer, const char *job_name)
{
    struct job best = { 0 }, job = { 0 };
    for (ipp_attribute_t *at = ippFirstAttribute(answer); at;
         at = ippNextAttribute(answer)) {
        if (ippGetGroupTag(at) == IPP_TAG_JOB && ippGetName(at)) {
            read_job_attribute(at, job_name, &job);
        } else { /* a nameless one parts two jobs */
            keep_better(&best, &job);
            job = (struct job){ 0 };
        }
    }
    keep_better(&best, &job);
    return best;
}

static void
want_job_attributes(ipp_t *ipp)
{
    static const char *const wanted[] = { "job-id", "job-name", "job-state",
                                          "time-at-processing",
                                          "job-printer-state-message" };
    ippAddStrings(ipp, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", 5,
                  NULL, wanted);
}

/* True if an answer came; job->id is 0 if it was no such job. */
static bool
job_by_number(struct cups_asked *asked, struct cups_link *link,
              struct printer_request *request, struct job *job)
{
    ipp_t *ipp = question(asked, IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddInteger(ipp, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", asked->job_id);
    sign(ipp, asked);
    want_job_attributes(ipp);
    ipp_t *answer = exchange(asked, link, ipp, request);
    if (!answer)
        return false;
    *job = pick_job(answer, request->job_name);
    ippDelete(answer);
    return true;
}

static bool
job_by_name(struct cups_asked *asked, struct cups_link *link,
            struct printer_request *request, struct job *job)
{
    ipp_t *ipp = question(asked, IPP_OP_GET_JOBS);
    sign(ipp, asked);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "which-jobs", NULL, "all");
    ippAddBoolean(ipp, IPP_TAG_OPERATION, "my-jobs", 1);
    want_job_attributes(ipp);
    ipp_t *answer = exchange(asked, link, ipp, request);
    if (!answer)
        return false;
    *job = pick_job(answer, request->job_name);
    ippDelete(answer);
    return true;
}

bool
cups_ask_job(struct cups_asked *asked, struct cups_link *link,
             struct printer_request *request)
{
    struct job job = { 0 };
    if (asked->job_id && strcmp(asked->job_name, request->job_name) == 0 &&
        !job_by_number(asked, link, request, &job))
        return false;
    if (!job.id && !job_by_name(asked, link, request, &job))
        return false;
    request->outcome = PRINTER_ANSWERED;
    request->job = job.id ? job_state(job.state) : PRINTER_JOB_ABSENT;
    request->started_s = job.started_s;
    request->started = job.started_s > 0;
    request->once = job.once;
    asked->job_id = job.id;
    str_copy(asked->job_name, sizeof asked->job_name, request->job_name);
    return true;
}

bool
cups_ask_cancel(struct cups_asked *asked, struct cups_link *link,
                struct printer_request *request)
{
    if (!cups_ask_job(asked, link, request))
        return false;
    if (request->job == PRINTER_JOB_ABSENT || request->job >= PRINTER_JOB_COMPLETED)
        return true;
    ipp_t *ipp = question(asked, IPP_OP_CANCEL_JOB);
    ippAddInteger(ipp, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", asked->job_id);
    sign(ipp, asked);
    ipp_t *answer = exchange(asked, link, ipp, request);
    if (!answer)
        return false;
    if (ippGetStatusCode(answer) >= IPP_STATUS_REDIRECTION_OTHER_SITE)
        explain(request, "CUPS does not cancel the job");
    ippDelete(answer);
    return cups_ask_job(asked, link, request);
}
