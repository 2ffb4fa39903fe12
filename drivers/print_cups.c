#include "print_cups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print_request.h"
#include "str.h"

struct printer {
    const struct task *task;
    struct task_lane *lane;
    char queue[256], user[64];
    struct cups_asked asked; /* this and the link: the lane's while a request is out */
    struct cups_link link;
};

/* Nobody is at the keyboard: libcups must not ask for a password. */
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

static void
ask(struct printer *printer, struct printer_request *request)
{
    switch (request->op) {
    case PRINTER_SUBMIT:
        cups_ask_submit(&printer->asked, &printer->link, request);
        break;
    case PRINTER_FIND:
        cups_ask_job(&printer->asked, &printer->link, request);
        break;
    case PRINTER_STATUS:
        if (cups_ask_queue(&printer->asked, &printer->link, request) &&
            request->job_name[0])
            cups_ask_job(&printer->asked, &printer->link, request);
        break;
    case PRINTER_CANCEL:
        cups_ask_cancel(&printer->asked, &printer->link, request);
        break;
    }
}

/* On the lane's thread. */
static void
run(struct task_job *job)
{
    struct printer_request *request = print_request_of(job);
    struct printer *printer = request->printer;
    struct err err = { 0 };

    cupsSetPasswordCB2(no_password, NULL); /* libcups keeps it for each thread */
    printer->link.until_ms = clock_mono_ms(printer->link.clock) + request->deadline_ms;
    if (cups_link_ready(&printer->link, &err)) {
        ask(printer, request);
        return;
    }
    /* Nothing has been sent: what was to be printed surely is not. */
    request->outcome =
        request->op == PRINTER_SUBMIT ? PRINTER_REFUSED : PRINTER_UNKNOWN;
    str_copy(request->text, sizeof request->text, err.text);
    if (err.code == ERR_ABSENT)
        request->reasons |= PRINTER_NO_SPOOLER;
}

static void
start(struct printer *printer, struct printer_request *request)
{
    request->printer = printer;
    print_request_start(printer->task, printer->lane, run, request);
}

/* A queue's name as CUPS takes it: no blanks, '/', '#', '?' or controls. */
static bool
is_queue(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= 127 && strcspn(name, " /#?'\"\\\t\r\n") == length;
}

static bool
check_queue(const struct printer_setting *setting, struct err *err)
{
    struct cups_link link;
    if (!is_queue(strchr(setting->uri, ':') + 1))
        return err_set(err, ERR_INPUT,
                       "printer \"%s\": want cups:QUEUE, the name of a CUPS queue",
                       setting->uri);
    return cups_link_init(&link, setting->server, err); /* connects to nothing */
}

static struct printer *
open_queue(const struct printer_setting *setting, struct err *err)
{
    const char *queue = strchr(setting->uri, ':') + 1;
    if (!check_queue(setting, err))
        return NULL;
    struct printer *printer = calloc(1, sizeof *printer);
    if (!printer) {
        err_no_memory(err);
        return NULL;
    }
    printer->task = setting->task;
    printer->link.clock = setting->clock;
    str_copy(printer->queue, sizeof printer->queue, queue);
    str_copy(printer->user, sizeof printer->user, setting->user);
    printer->asked.queue = printer->queue;
    printer->asked.user = printer->user;
    snprintf(printer->asked.resource, sizeof printer->asked.resource, "/printers/%s",
             printer->queue);
    httpAssembleURI(HTTP_URI_CODING_ALL, printer->asked.uri, sizeof printer->asked.uri,
                    "ipp", NULL, "localhost", 0, printer->asked.resource);
    if (!cups_link_init(&printer->link, setting->server, err)) {
        free(printer);
        return NULL;
    }
    char name[16];
    snprintf(name, sizeof name, "cups-%.10s", printer->queue);
    printer->lane = print_request_lane(setting, name, err);
    if (!printer->lane) {
        free(printer);
        return NULL;
    }
    return printer;
}

static void
close_queue(struct printer *printer)
{
    if (!printer)
        return;
    task_close(printer->task, printer->lane);
    cups_link_close(&printer->link);
    free(printer);
}

const struct printer_driver print_cups = {
    .scheme = "cups",
    .open = open_queue,
    .start = start,
    .close = close_queue,
    .check = check_queue,
};
