#ifndef YUELAI_PRINTER_H
#define YUELAI_PRINTER_H

/* printer: the door to a print queue. print/printq decides what is printed, when and
 * again; a driver only carries four questions to the spooler and its answers back.
 *
 *     SUBMIT  one document under one job name   -> ACCEPTED | REFUSED | UNKNOWN
 *     FIND    is a job of that name known?      -> its state, or ABSENT
 *     STATUS  the queue, and the job if named   -> states and reasons
 *     CANCEL  the job of that name              -> its state after that
 *
 * Jobs are known by name (kiosk-<station>-<job>-<issue>), never by the spooler's
 * number, which is used again after a crash. A request is embedded in the caller's own
 * struct, belongs to the driver from printer_start until `done`, and comes back exactly
 * once, on the loop's thread, at the latest after its deadline. One request at a time
 * for each printer; the driver runs it on a lane of its own (task.h).
 *
 * "Accepted" is the spooler's word and no more. Whether there is paper is the
 * question of `evidence`, which print/printq judges by the profile.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "task.h"

enum {
    PRINTER_JOB_NAME_MAX = 63, /* bytes */
    PRINTER_TEXT_MAX = 255 /* bytes of a message */
};

enum printer_op { PRINTER_SUBMIT, PRINTER_FIND, PRINTER_STATUS, PRINTER_CANCEL };

enum printer_outcome {
    PRINTER_ANSWERED, /* the answer's fields hold */
    PRINTER_ACCEPTED, /* SUBMIT: the spooler has the whole document */
    PRINTER_REFUSED, /* SUBMIT: surely nothing was taken; text says why */
    PRINTER_UNKNOWN /* no reply in time: it may or may not have been taken */
};

enum printer_job_state {
    PRINTER_JOB_ABSENT, /* the spooler knows no such job */
    PRINTER_JOB_WAITING, /* pending */
    PRINTER_JOB_HELD, /* pending-held: will not print by itself */
    PRINTER_JOB_PRINTING, /* processing */
    PRINTER_JOB_STOPPED, /* processing-stopped */
    PRINTER_JOB_COMPLETED,
    PRINTER_JOB_ABORTED,
    PRINTER_JOB_CANCELED
};

/* What became of a job's bytes, from a backend that lets each job through once
 * (drivers/backend_once.h); it holds whatever the spooler has gone through. */
enum printer_once {
    PRINTER_ONCE_UNSAID, /* no such backend, or it has not ended */
    PRINTER_ONCE_SENT, /* all of them went out, and only once */
    PRINTER_ONCE_NOTHING, /* not one did */
    PRINTER_ONCE_CUT /* some did, or nobody knows; it will not be sent again */
};

enum printer_state { PRINTER_IDLE, PRINTER_BUSY, PRINTER_STOPPED };

/* Reasons by their stem (RFC 8011 5.4.12), severity suffix ignored; bits. */
enum printer_reason {
    PRINTER_MEDIA_EMPTY = 1 << 0, /* media-empty, media-needed */
    PRINTER_MEDIA_LOW = 1 << 1,
    PRINTER_MEDIA_JAM = 1 << 2,
    PRINTER_COVER_OPEN = 1 << 3, /* cover-open, door-open, interlock-open */
    PRINTER_OFFLINE = 1 << 4, /* offline, connecting-to-device, timed-out, shutdown */
    PRINTER_PAUSED = 1 << 5,
    PRINTER_SUPPLY_EMPTY = 1 << 6, /* marker-supply-empty: ribbon, ink */
    PRINTER_SUPPLY_LOW = 1 << 7,
    PRINTER_FILTER_FAILED = 1 << 8, /* cups-missing-filter-…, filter failures */
    PRINTER_OTHER = 1 << 9, /* something else; message has the words */
    PRINTER_NO_QUEUE = 1 << 10, /* the spooler has no queue of that name */
    PRINTER_NO_SPOOLER = 1 << 11, /* with PRINTER_UNKNOWN: nobody listens there */
    PRINTER_WRONG_DRIVER = 1 << 12 /* what the queue does with documents of the format
                                      asked about cannot be right; text says why */
};

struct printer_document {
    char *bytes; /* the request's owner keeps and frees it, after done */
    size_t length;
    const char *format; /* MIME type; static */
    int32_t media_width_um, media_height_um;
    char media[64]; /* IPP media keyword to name, "" = none */
};

struct printer_request {
    /* asked */
    enum printer_op op;
    char job_name[PRINTER_JOB_NAME_MAX + 1]; /* "" in STATUS: the queue alone */
    struct printer_document document; /* SUBMIT; STATUS: its format alone, or NULL, to
                                         hear whether the queue is made for it */
    const char *language; /* the document's: its encoder's name, NULL = not told; static */
    int64_t deadline_ms; /* from its start on; the driver answers by then */

    /* answered */
    enum printer_outcome outcome;
    enum printer_job_state job;
    bool started; /* the job was handed to the printer at least once: a job that ended
                     without this left nothing on paper */
    int64_t started_s; /* when it was last handed over, by the spooler's clock; 0 = not said */
    enum printer_once once; /* of the job */
    enum printer_state queue;
    bool accepting;
    bool guarded; /* STATUS: the queue's backend lets each job through once */
    unsigned reasons; /* enum printer_reason */
    /* Changes whenever the spooler was started anew; 0 while unknown. An absent job
     * under the same epoch never reached it; under another, nobody can know. */
    uint64_t epoch;
    char text[PRINTER_TEXT_MAX + 1]; /* the spooler's or printer's own words */

    /* the way back */
    void (*done)(struct printer_request *request);
    void *owner;

    struct task_job job_slot; /* the driver's */
    struct printer *printer; /* the driver's */
};

/* All a driver may use; borrowed, lives longer than the printer. */
struct printer_setting {
    const char *uri; /* "cups:Zebra_ZD421", "file:/var/tmp/labels", whole */
    const char *server; /* cups: socket path or host:port; "" = libcups' default */
    const char *user; /* requesting-user-name; "kiosk" */
    const struct task *task;
    const struct clock *clock;
    const struct log *log;
};

struct printer; /* each driver's own */

struct printer_driver {
    const char *scheme; /* without the ':' */
    /* Makes the printer; does not speak to it yet. A URI that cannot be right fails. */
    struct printer *(*open)(const struct printer_setting *setting, struct err *err);
    void (*start)(struct printer *printer, struct printer_request *request);
    /* Waits for the request that is out (its done is called). Takes NULL. */
    void (*close)(struct printer *printer);
    /* What open would refuse: uri, server. NULL: nothing can be said. */
    bool (*check)(const struct printer_setting *setting, struct err *err);
};

extern const struct printer_driver print_cups;
extern const struct printer_driver print_file; /* writes DIR/<job name>.<ext> */

#endif
