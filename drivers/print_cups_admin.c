#include "print_cups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_once.h"
#include "spooler.h"
#include "str.h"

enum {
    QUESTION_MS = 10000,
    EVERYWHERE_MS = 30000, /* the printer is asked what it can do */
    LOOK_US = 100000,
    FOUND_TYPES = CUPS_PRINTER_REMOTE | 0x01000000 /* CUPS_PRINTER_DISCOVERED */
};

static const char *
no_password(const char *prompt, http_t *http, const char *method, const char *resource,
            void *self)
{
    (void)prompt;
    (void)http;
    (void)method;
    (void)resource;
    (void)self;
    return NULL;
}

static bool
connect_to(const struct spooler_setting *setting, struct cups_link *link,
           int64_t limit_ms, struct err *err)
{
    cupsSetPasswordCB2(no_password, NULL);
    if (!cups_link_init(link, setting->server, err))
        return false;
    link->clock = setting->clock;
    link->until_ms = clock_mono_ms(setting->clock) + limit_ms;
    return cups_link_ready(link, err);
}

/* What came of it, as an error: true if it did what was asked. */
static bool
judge(ipp_t *answer, const char *what, struct err *err)
{
    ipp_status_t status = answer ? ippGetStatusCode(answer) : cupsLastError();
    bool done = answer && status < IPP_STATUS_REDIRECTION_OTHER_SITE;
    bool denied = status == IPP_STATUS_ERROR_FORBIDDEN ||
                  status == IPP_STATUS_ERROR_NOT_AUTHENTICATED ||
                  status == IPP_STATUS_ERROR_NOT_AUTHORIZED ||
                  status == IPP_STATUS_ERROR_CUPS_AUTHENTICATION_CANCELED;
    const char *words = cupsLastErrorString();
    ippDelete(answer);
    if (done)
        return true;
    if (denied)
        return err_set(err, ERR_REMOTE,
                       "%s: CUPS lets only root and the group lpadmin do that (sudo)",
                       what);
    return err_set(err, ERR_REMOTE, "%s: %s", what, words ? words : "no answer");
}

static void
queue_uri(const char *queue, char *uri, size_t size)
{
    httpAssembleURIf(HTTP_URI_CODING_ALL, uri, (int)size, "ipp", NULL, "localhost", 0,
                     "/printers/%s", queue);
}

/* ---- devices ---------------------------------------------------------------- */

struct seen {
    char uri[SPOOLER_URI_MAX + 1], about[SPOOLER_TEXT_MAX + 1];
    char model[SPOOLER_TEXT_MAX + 1], id[1024];
};

static void
take_text(ipp_attribute_t *at, char *to, size_t size)
{
    const char *text = ippGetString(at, 0, NULL);
    str_copy(to, size, text && strcmp(text, "Unknown") != 0 ? text : "");
}

static void
take_seen(ipp_attribute_t *at, const char *name, struct seen *seen)
{
    if (strcmp(name, "device-uri") == 0)
        take_text(at, seen->uri, sizeof seen->uri);
    else if (strcmp(name, "device-info") == 0)
        take_text(at, seen->about, sizeof seen->about);
    else if (strcmp(name, "device-make-and-model") == 0)
        take_text(at, seen->model, sizeof seen->model);
    else if (strcmp(name, "device-id") == 0)
        take_text(at, seen->id, sizeof seen->id);
}

/* A backend that names only itself ("socket") has found nothing. */
static void
tell_seen(struct seen *seen,
          void (*each)(const struct spooler_device *device, void *self), void *self)
{
    struct spooler_device device = { seen->uri, seen->about, seen->model, seen->id };
    if (strchr(seen->uri, ':') && !str_starts(seen->uri, ONCE_SCHEME ":"))
        each(&device, self);
    *seen = (struct seen){ .uri = "" };
}

static bool
devices(const struct spooler_setting *setting, int seconds,
        void (*each)(const struct spooler_device *device, void *self), void *self,
        struct err *err)
{
    struct cups_link link;
    struct seen seen = { .uri = "" };
    if (!connect_to(setting, &link, 1000 * (int64_t)seconds + QUESTION_MS, err))
        return false;
    ipp_t *ipp = ippNewRequest(IPP_OP_CUPS_GET_DEVICES);
    ippAddInteger(ipp, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "timeout", seconds);
    ipp_t *answer = cupsDoRequest(link.http, ipp, "/");
    cups_link_close(&link);
    if (answer && ippGetStatusCode(answer) == IPP_STATUS_ERROR_NOT_FOUND) {
        ippDelete(answer); /* there is none */
        return true;
    }
    if (!answer || ippGetStatusCode(answer) >= IPP_STATUS_REDIRECTION_OTHER_SITE)
        return judge(answer, "looking for printers", err);
    for (ipp_attribute_t *at = ippFirstAttribute(answer); at;
         at = ippNextAttribute(answer)) {
        if (ippGetGroupTag(at) == IPP_TAG_PRINTER && ippGetName(at))
            take_seen(at, ippGetName(at), &seen);
        else
            tell_seen(&seen, each, self);
    }
    tell_seen(&seen, each, self);
    ippDelete(answer);
    return true;
}

/* ---- queues ----------------------------------------------------------------- */

/* What somebody has set comes before what the driver says of itself. */
static void
take_first(ipp_attribute_t *at, char *to, size_t size)
{
    if (to[0] == '\0')
        take_text(at, to, size);
}

static void
take_reasons(ipp_attribute_t *at, struct spooler_queue *queue)
{
    for (int i = 0; i < ippGetCount(at); i++)
        queue->reasons |= cups_reason(ippGetString(at, i, NULL));
}

static void
take_resolution(ipp_attribute_t *at, struct spooler_queue *queue)
{
    int y;
    ipp_res_t units;
    queue->dpi = ippGetResolution(at, 0, &y, &units);
    if (units == IPP_RES_PER_CM)
        queue->dpi = queue->dpi * 254 / 100;
}

static void
take_attribute(ipp_attribute_t *at, const char *name, struct spooler_queue *queue)
{
    if (strcmp(name, "printer-name") == 0)
        take_text(at, queue->name, sizeof queue->name);
    else if (strcmp(name, "device-uri") == 0)
        take_text(at, queue->device, sizeof queue->device);
    else if (strcmp(name, "printer-make-and-model") == 0)
        take_text(at, queue->model, sizeof queue->model);
    else if (strcmp(name, "printer-error-policy") == 0)
        take_text(at, queue->policy, sizeof queue->policy);
    else if (strcmp(name, "media-default") == 0)
        take_first(at, queue->media, sizeof queue->media);
    else if (strcmp(name, "print-scaling-default") == 0)
        take_first(at, queue->scaling, sizeof queue->scaling);
    else if (strcmp(name, "printer-state-message") == 0)
        take_text(at, queue->message, sizeof queue->message);
    else if (strcmp(name, "printer-state-reasons") == 0)
        take_reasons(at, queue);
    else if (strcmp(name, "printer-resolution-default") == 0)
        take_resolution(at, queue);
    else if (strcmp(name, "printer-is-accepting-jobs") == 0)
        queue->accepting = ippGetBoolean(at, 0);
    else if (strcmp(name, "printer-is-shared") == 0)
        queue->shared = ippGetBoolean(at, 0);
    else if (strcmp(name, "printer-type") == 0)
        queue->found = ippGetInteger(at, 0) & FOUND_TYPES;
    else if (strcmp(name, "fit-to-page-default") == 0)
        queue->fits = ippGetValueTag(at) == IPP_TAG_BOOLEAN
                          ? ippGetBoolean(at, 0)
                          : ippGetString(at, 0, NULL) &&
                                strcmp(ippGetString(at, 0, NULL), "false") != 0;
    else if (strcmp(name, "printer-state") == 0)
        queue->state = ippGetInteger(at, 0) == IPP_PSTATE_STOPPED      ? PRINTER_STOPPED
                       : ippGetInteger(at, 0) == IPP_PSTATE_PROCESSING ? PRINTER_BUSY
                                                                       : PRINTER_IDLE;
}

static void
tell_queue(struct spooler_queue *queue,
           void (*each)(const struct spooler_queue *queue, void *self), void *self)
{
    queue->raw = strcmp(queue->model, "Local Raw Printer") == 0;
    if (queue->name[0])
        each(queue, self);
    *queue = (struct spooler_queue){ .state = PRINTER_STOPPED };
}

static bool
queues(const struct spooler_setting *setting,
       void (*each)(const struct spooler_queue *queue, void *self), void *self,
       struct err *err)
{
    struct cups_link link;
    struct spooler_queue queue = { .state = PRINTER_STOPPED };
    if (!connect_to(setting, &link, QUESTION_MS, err))
        return false;
    ipp_t *answer =
        cupsDoRequest(link.http, ippNewRequest(IPP_OP_CUPS_GET_PRINTERS), "/");
    cups_link_close(&link);
    if (answer && ippGetStatusCode(answer) == IPP_STATUS_ERROR_NOT_FOUND) {
        ippDelete(answer); /* it has none */
        return true;
    }
    if (!answer || ippGetStatusCode(answer) >= IPP_STATUS_REDIRECTION_OTHER_SITE)
        return judge(answer, "asking CUPS for its queues", err);
    for (ipp_attribute_t *at = ippFirstAttribute(answer); at;
         at = ippNextAttribute(answer)) {
        if (ippGetGroupTag(at) == IPP_TAG_PRINTER && ippGetName(at))
            take_attribute(at, ippGetName(at), &queue);
        else
            tell_queue(&queue, each, self);
    }
    tell_queue(&queue, each, self);
    ippDelete(answer);
    return true;
}

/* ---- changing one ----------------------------------------------------------- */

static bool
is_given(const char *text)
{
    return text && text[0];
}

static void
add_change(ipp_t *ipp, const struct spooler_change *change)
{
    const char *driver = change->driver;
    if (is_given(driver) && strcmp(driver, "raw") != 0)
        ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "ppd-name", NULL, driver);
    else if (is_given(driver))
        ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "ppd-name", NULL, "raw");
    if (is_given(change->device))
        ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_URI, "device-uri", NULL,
                     change->device);
    if (is_given(change->about))
        ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_TEXT, "printer-info", NULL,
                     change->about);
    if (is_given(change->policy))
        ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_NAME, "printer-error-policy", NULL,
                     change->policy);
    if (is_given(change->media))
        ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_KEYWORD, "media-default", NULL,
                     change->media);
    if (change->private)
        ippAddBoolean(ipp, IPP_TAG_PRINTER, "printer-is-shared", 0);
    if (change->unscaled) {
        ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_KEYWORD, "print-scaling-default",
                     NULL, "none");
        ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_NAME, "fit-to-page-default", NULL,
                     "false");
    }
}

/* ---- a driverless queue: CUPS makes it raw first and asks its printer behind our back
 */

struct watching {
    const char *name;
    bool whole;
};

static void
see_queue(const struct spooler_queue *queue, void *self)
{
    struct watching *watching = self;
    if (strcmp(queue->name, watching->name) == 0)
        watching->whole = !queue->raw;
}

static bool
wait_until_whole(const struct spooler_setting *setting, const char *name,
                 struct err *err)
{
    struct watching watching = { .name = name };
    int64_t until_ms = clock_mono_ms(setting->clock) + EVERYWHERE_MS;
    while (!watching.whole) {
        if (!queues(setting, see_queue, &watching, err))
            return false;
        if (!watching.whole && clock_mono_ms(setting->clock) > until_ms)
            return err_set(err, ERR_REMOTE,
                           "queue %s: the printer did not tell CUPS what it can do; is "
                           "it on, and does it know IPP?",
                           name);
        if (!watching.whole)
            usleep(LOOK_US);
    }
    return true;
}

static bool
ask_admin(const struct spooler_setting *setting, ipp_t *ipp, const char *what,
          struct err *err)
{
    struct cups_link link;
    if (!connect_to(setting, &link, EVERYWHERE_MS, err)) {
        ippDelete(ipp);
        return false;
    }
    ipp_t *answer = cupsDoRequest(link.http, ipp, "/admin/");
    bool done = judge(answer, what, err);
    cups_link_close(&link);
    return done;
}

static ipp_t *
about_queue(ipp_op_t op, const char *queue)
{
    char uri[512];
    ipp_t *ipp = ippNewRequest(op);
    queue_uri(queue, uri, sizeof uri);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, uri);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL,
                 cupsUser());
    return ipp;
}

static bool
put(const struct spooler_setting *setting, const struct spooler_change *change,
    struct err *err)
{
    char what[SPOOLER_NAME_MAX + 16];
    snprintf(what, sizeof what, "queue %s", change->name);
    ipp_t *ipp = about_queue(IPP_OP_CUPS_ADD_MODIFY_PRINTER, change->name);
    add_change(ipp, change);
    if (!ask_admin(setting, ipp, what, err))
        return false;
    bool everywhere = change->driver && strcmp(change->driver, "everywhere") == 0;
    return !everywhere || wait_until_whole(setting, change->name, err);
}

static bool
resume(const struct spooler_setting *setting, const char *queue, struct err *err)
{
    return ask_admin(setting, about_queue(IPP_OP_CUPS_ACCEPT_JOBS, queue), queue,
                     err) &&
           ask_admin(setting, about_queue(IPP_OP_RESUME_PRINTER, queue), queue, err);
}

/* ---- a label to look at ----------------------------------------------------- */

static bool
is_over(const struct printer_request *request)
{
    return request->job == PRINTER_JOB_ABSENT || request->job >= PRINTER_JOB_COMPLETED;
}

static bool
say_end(const struct printer_request *request, const char *queue, struct err *err)
{
    bool out = request->job == PRINTER_JOB_COMPLETED &&
               request->once != PRINTER_ONCE_NOTHING &&
               request->once != PRINTER_ONCE_CUT;
    return out || err_set(err, ERR_REMOTE, "queue %s: the label did not come out%s%s",
                          queue, request->text[0] ? ": " : "", request->text);
}

static bool
print(const struct spooler_setting *setting, const char *queue,
      struct printer_request *request, int64_t wait_ms, struct err *err)
{
    struct cups_link link;
    struct cups_asked asked = { .queue = queue,
                                .user = setting->user[0] ? setting->user : cupsUser() };
    snprintf(asked.resource, sizeof asked.resource, "/printers/%s", queue);
    queue_uri(queue, asked.uri, sizeof asked.uri);
    if (!connect_to(setting, &link, wait_ms, err))
        return false;
    cups_ask_submit(&asked, &link, request);
    bool taken = request->outcome == PRINTER_ACCEPTED;
    int64_t until_ms = link.until_ms;
    while (taken && !is_over(request) && clock_mono_ms(setting->clock) < until_ms) {
        usleep(LOOK_US);
        if (!cups_link_ready(&link, err) || !cups_ask_queue(&asked, &link, request) ||
            !cups_ask_job(&asked, &link, request))
            break;
    }
    bool late = taken && !is_over(request);
    link.until_ms = clock_mono_ms(setting->clock) + QUESTION_MS;
    if (late && cups_link_ready(&link, err))
        cups_ask_cancel(&asked, &link, request);
    cups_link_close(&link);
    if (!taken)
        return err_set(err, ERR_REMOTE, "queue %s: %s", queue, request->text);
    if (late)
        return err_set(err, ERR_REMOTE,
                       "queue %s: the label did not come out in time and was taken "
                       "back%s%s",
                       queue, request->text[0] ? ": " : "", request->text);
    return say_end(request, queue, err);
}

const struct spooler_door spooler_cups = {
    .devices = devices,
    .queues = queues,
    .put = put,
    .resume = resume,
    .print = print,
    .wrong = cups_wrong_driver,
};
