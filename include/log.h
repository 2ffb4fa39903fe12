#ifndef YUELAI_LOG_H
#define YUELAI_LOG_H

/* log: one line per thing worth knowing, key=value, for journald and for people.
 *
 *     log_info(self->log, "printq", "job=%" PRId64 " printer=%s", job, printer);
 *
 * There is no global log: a part is given its station's log when it is built, so
 * that two stations in one process keep two logs. A line is complete when it leaves
 * (module, level, text, no newline); the sink adds the time where journald does not.
 *
 * A guest is a ticket reference or a roster id, never a name, a telephone number or
 * a whole code. Text from outside goes through str_quote (str.h).
 *
 * Lines may come from any thread: a sink locks for itself.
 */

#include <stdbool.h>

/* The numbers are syslog's, which journald reads as "<3>" in front of a line. */
enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

enum { LOG_LINE_MAX = 1024 }; /* bytes of one line's text; longer ones are cut */

struct log {
    void (*write)(enum log_level level, const char *module, const char *text,
                  void *self);
    void *self;
    enum log_level threshold; /* lines above this number are not even formatted */
};

void log_line(const struct log *log, enum log_level level, const char *module,
              const char *format, ...) __attribute__((format(printf, 4, 5)));

#define log_error(log, ...) log_line((log), LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(log, ...) log_line((log), LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(log, ...) log_line((log), LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(log, ...) log_line((log), LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(log, ...) log_line((log), LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
