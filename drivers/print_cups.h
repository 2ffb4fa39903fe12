#ifndef YUELAI_PRINT_CUPS_H
#define YUELAI_PRINT_CUPS_H

/* print_cups, in three parts, all of libcups that prints stands in them:
 *
 *     print_cups.c       the driver: lane, deadline, which question is asked
 *     print_cups_link.c  one kept connection to cupsd, and which cupsd it is (epoch)
 *     print_cups_ask.c   IPP requests out, attributes back
 *
 * libcups blocks for ever when cupsd hangs: every connection gets httpSetTimeout, whose
 * callback looks at the request's deadline twice a second.
 *
 * The epoch. Nothing that IPP says changes with cupsd's start: printer-up-time is the
 * time of day, subscriptions and job numbers survive or come again. The kernel knows
 * better: a message on a unix socket carries its sender's pid if the receiver asks for
 * it (SO_PASSCRED). It is the process that answered, also where systemd made the socket
 * and SO_PEERCRED would name systemd. Boot id, pid and the process's start time
 * together are one cupsd and no other. A server reached by TCP has no epoch (0): nobody
 * can know. */

#include <cups/cups.h>

#include "printer.h"

struct cups_link {
    char host[256]; /* or the socket's path */
    int port;
    http_t *http;   /* NULL: not connected */
    uint64_t epoch; /* of the cupsd at its other end */
    const struct clock *clock;
    int64_t until_ms; /* monotonic: the present request's end */
};

/* server: "", a path, "host" or "host:port". */
bool cups_link_init(struct cups_link *link, const char *server, struct err *err);
/* Connected when it returns true; else nothing has been sent to anybody: ERR_ABSENT,
 * nobody listens there; ERR_REMOTE, somebody may, but does not answer. */
bool cups_link_ready(struct cups_link *link, struct err *err);
void cups_link_close(struct cups_link *link);
/* After a request: false if libcups has quietly connected anew on the way. */
bool cups_link_same(const struct cups_link *link);
/* The next wait ends at the latest now: 0.5 s steps. */
bool cups_link_over(const struct cups_link *link);

struct cups_asked { /* whom and as whom */
    const char *queue, *user;
    char uri[320];      /* ipp://localhost/printers/QUEUE */
    char resource[300]; /* /printers/QUEUE */
    /* The last job sent or found, so that its state can be asked by number; the name is
     * compared each time, as numbers are used again. */
    char job_name[PRINTER_JOB_NAME_MAX + 1];
    int job_id; /* 0 = none */
};

/* Each fills the request's answer. */
void cups_ask_submit(struct cups_asked *asked, struct cups_link *link,
                     struct printer_request *request);
bool cups_ask_queue(struct cups_asked *asked, struct cups_link *link,
                    struct printer_request *request);
bool cups_ask_job(struct cups_asked *asked, struct cups_link *link,
                  struct printer_request *request);
bool cups_ask_cancel(struct cups_asked *asked, struct cups_link *link,
                     struct printer_request *request);

/* Why documents of that format, in a printer's language ("zpl", "" = not told), cannot be
 * right on such a queue, by its model and device; NULL: they may be. Only what is sure is said: badges do not go to a queue that is
 * named here. */
const char *cups_wrong_driver(const char *format, const char *language,
                              const char *model, const char *device);

/* The last message of a job in a word of backend_once.h. */
enum printer_once cups_once(const char *message);

/* One printer-state-reasons keyword in our bits; 0: nothing to worry about. */
unsigned cups_reason(const char *keyword);

#endif
