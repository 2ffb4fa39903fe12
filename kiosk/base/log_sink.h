#ifndef YUELAI_LOG_SINK_H
#define YUELAI_LOG_SINK_H

/* log_sink: where a program's log (log.h) goes: a descriptor, usually stderr.
 *
 *     for journald, files, pipes    <6>printq: job=12 printer=left state=sent
 *     for a person at a terminal    13:30:07.123 printq   job=12 printer=left state=sent
 *
 * "<6>" is the level as journald reads it (sd-daemon(3)); it adds the time itself. At a
 * terminal warnings and errors are coloured, unless NO_COLOR is set. A line is written
 * whole by one write, from whatever thread; one that cannot be written is dropped: a full
 * disk under a log must not stop a door.
 */

#include <pthread.h>
#include <stdbool.h>

#include "log.h"

struct log_sink {
    struct log log; /* what parts are given */
    int fd; /* the caller's */
    bool for_people, coloured;
    pthread_mutex_t lock;
};

void log_sink_init(struct log_sink *sink, int fd, enum log_level threshold);
void log_sink_finish(struct log_sink *sink);

/* Any thread; takes effect with the next line. */
void log_sink_set_level(struct log_sink *sink, enum log_level threshold);

/* "error" "warning" "notice" "info" "debug"; in this order, as a configuration's choice
 * counts them: LOG_LEVEL_ERROR + n. */
extern const char log_level_words[];

#endif
