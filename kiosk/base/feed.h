#ifndef YUELAI_FEED_H
#define YUELAI_FEED_H

/* feed: an in-process publish list. A worker says what has happened and does not know
 * who listens; screen and ctl listen and do not know who spoke.
 *
 * feed_publish calls every listener of the topic at once, in the order they joined, with
 * a pointer that is borrowed for the call. What the pointer is stands beside each topic
 * and in the header of the module that publishes it. A listener only takes note (copies,
 * arms a timer); it does not publish or unlisten from inside a call.
 */

#include <stdbool.h>

enum feed_topic {
    FEED_SCAN, /* struct desk_outcome (desk/desk.h): a scan was answered, or is being read */
    FEED_JOB, /* struct spool_job (store/spool.h): a print job changed its state */
    FEED_PRINTER, /* struct printq_status (print/printq.h): a printer's state changed */
    FEED_SCANNER, /* struct reader_status (desk/reader.h): a scanner came, went or failed */
    FEED_ROLE, /* struct role (ticket/role.h): the station's role changed */
    FEED_ROSTER, /* struct roster_age (store/roster.h): the copy changed or grew old */
    FEED_LINK, /* struct link_status (base/link.h): the server is there or not */
    FEED_STATION, /* struct station_status (desk/desk.h): ready, offline, out of order */
    FEED_TOPIC_COUNT
};

typedef void feed_fn(enum feed_topic topic, const void *what, void *self);

enum { FEED_LISTENERS_MAX = 16 };

struct feed {
    struct {
        unsigned topics; /* 1 << topic, several */
        feed_fn *call;
        void *self;
    } listeners[FEED_LISTENERS_MAX];
    unsigned count;
};

void feed_init(struct feed *feed);

/* Calls `call` for each topic whose bit (1u << topic) is set. Asserts that there is
 * room: who listens is fixed when the station is built. */
void feed_listen(struct feed *feed, unsigned topics, feed_fn *call, void *self);
void feed_unlisten(struct feed *feed, void *self);
void feed_publish(const struct feed *feed, enum feed_topic topic, const void *what);

#endif
