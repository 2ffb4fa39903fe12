#ifndef YUELAI_IMPORT_REPORT_H
#define YUELAI_IMPORT_REPORT_H

/* import_report: what is told of rows (import.h has the form), kept until the loop's
 * thread hands it on; bounded: beyond that it is counted. */

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum { REPORT_BYTES_MAX = 4 * 1024 * 1024 };

struct import_report {
    struct str lines; /* objects of JSON, each with its NUL */
    int64_t left_out;
};

void report_init(struct import_report *report);
void report_finish(struct import_report *report);

/* Where in which table. */
struct report_place {
    const char *file; /* "guests", "lists" */
    int64_t line;
    const char *field; /* "" = the row as a whole */
};

void report_row(struct import_report *report, const char *level,
                const struct report_place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void report_duplicate(struct import_report *report, const struct report_place *place,
                      int64_t other_line);
void report_kind(struct import_report *report, const char *key, int64_t rows);
void report_cancelled(struct import_report *report, const char *ref, const char *name);

/* Calls for each and empties it. */
void report_tell(struct import_report *report,
                 void (*told)(const char *json, void *self), void *self);

#endif
