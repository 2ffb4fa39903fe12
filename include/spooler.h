#ifndef YUELAI_SPOOLER_H
#define YUELAI_SPOOLER_H

/* spooler: the door to the print service for whoever sets a station up (kioskctl printer
 * setup, kioskctl doctor): which printers are there, what its queues are like, changing one.
 * printer.h is the door that badges go through.
 *
 * A person waits at a terminal, so calls block; none for longer than its time, also if
 * the service hangs. Why not lpadmin, lpinfo and lpstat, run as programs: their words
 * are made for people and in the user's language, say less (no policy, no reasons), and
 * block for ever where the service hangs. IPP says each of these as an attribute. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "printer.h"

enum { SPOOLER_NAME_MAX = 127, SPOOLER_URI_MAX = 1023, SPOOLER_TEXT_MAX = 255 };

/* A printer that could have a queue. Borrowed within the callback; "" = not said. */
struct spooler_device {
    const char *uri;   /* "usb://Zebra/ZD421?serial=1" */
    const char *about; /* for people */
    const char *model; /* make and model, as CUPS guesses them */
    const char *id;    /* IEEE 1284: "MFG:Zebra;CMD:ZPL;MDL:ZD421;" */
};

struct spooler_queue {
    char name[SPOOLER_NAME_MAX + 1];
    char device[SPOOLER_URI_MAX + 1];
    char model[SPOOLER_TEXT_MAX + 1];
    char policy[32];  /* "abort-job" */
    char media[64];   /* its default, "" = it has none */
    char scaling[32]; /* print-scaling-default, "" = none set */
    char message[SPOOLER_TEXT_MAX + 1];
    enum printer_state state;
    unsigned reasons; /* enum printer_reason */
    int32_t dpi;      /* its default resolution across the head; 0 = not said */
    bool raw;         /* it has no driver: bytes pass as they are */
    bool accepting, shared;
    bool fits;        /* the option fit-to-page is on */
    bool found;       /* nobody made it: cups-browsed or CUPS itself did, and removes it */
};

/* What is NULL or "" stays as it is; a queue that is not there is made. */
struct spooler_change {
    const char *name;
    const char *device;
    const char *driver; /* "everywhere", a PPD's name; "raw": none (a new queue's default) */
    const char *policy;
    const char *media;
    const char *about;
    bool private;      /* not shared with the network */
    bool unscaled;     /* print-scaling none, fit-to-page gone */
};

struct spooler_setting {
    const char *server; /* as printer_setting has it */
    const char *user;   /* who prints; "" = whoever runs the program */
    const struct clock *clock;
};

struct spooler_door {
    /* Looks for printers, for at most so long; ones that are seen twice come twice. */
    bool (*devices)(const struct spooler_setting *setting, int seconds,
                    void (*each)(const struct spooler_device *device, void *self),
                    void *self, struct err *err);
    /* ERR_ABSENT: nobody listens there; ERR_REMOTE: it does not answer. */
    bool (*queues)(const struct spooler_setting *setting,
                   void (*each)(const struct spooler_queue *queue, void *self),
                   void *self, struct err *err);
    /* A driverless queue is whole when this comes back. */
    bool (*put)(const struct spooler_setting *setting,
                const struct spooler_change *change, struct err *err);
    /* Takes jobs and prints them again. */
    bool (*resume)(const struct spooler_setting *setting, const char *queue,
                   struct err *err);
    /* Prints one document and waits for its end, at most so long; *text (of
     * PRINTER_TEXT_MAX + 1 bytes) says what the queue says. */
    bool (*print)(const struct spooler_setting *setting, const char *queue,
                  struct printer_request *request, int64_t wait_ms, struct err *err);
    /* Why documents of a format, in that language, cannot be right there; NULL: they may. */
    const char *(*wrong)(const char *format, const char *language, const char *model,
                         const char *device);
};

extern const struct spooler_door spooler_cups;

#endif
