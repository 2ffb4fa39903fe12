#ifndef YUELAI_IMPORT_PARTS_H
#define YUELAI_IMPORT_PARTS_H

/* What the files of import share: the work of the lane and the work of the loop. Inside
 * this family only.
 *
 *     import.c        what comes after what; the lane, the timer, the listener
 *     import_read.c   lane: tables -> .part
 *     import_build.c  lane: kept file -> roster.new
 *     import_apply.c  loop: kept file -> roster, a slice at a time */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "desk/import.h"
#include "desk/import_keep.h"
#include "desk/import_record.h"
#include "desk/import_report.h"
#include "desk/import_row.h"
#include "task.h"

struct seal;
struct zone;

enum { IMPORT_LISTS_MAX = 600 };

/* Lists that are there: a made one never goes over them. */
struct import_known_list {
    char key[ROSTER_KEY_MAX + 1], session[ROSTER_KEY_MAX + 1];
};

struct import_known {
    struct import_known_list lists[IMPORT_LISTS_MAX];
    unsigned count;
};

/* Notes the list; false if it is a made one that is not wanted, or one too many. */
bool import_known_wants(struct import_known *known, const struct import_list *list);

enum import_work { WORK_READ, WORK_ACCEPT, WORK_BUILD };

/* What goes to the lane: copies, and what never changes (zone, seal). */
struct import_job {
    struct task_job task;
    enum import_work work;

    /* in */
    char *dir, *encoding, *map;
    char separator;
    const struct seal *seal;
    const struct zone *zone;
    const struct random *random;
    int guests_fd, lists_fd;
    bool key_said;
    enum import_key key;
    struct import_event event;
    int64_t number; /* of the kept file; WORK_READ makes it */
    int64_t now_ms;

    /* out */
    struct import_result *result; /* the job's own copy; the loop takes it when done */
    struct import_report report;
    bool ok;
    struct err err;

    /* seen from the loop while it runs */
    _Atomic int64_t done, of, rows;
    _Atomic bool stop;
};

void import_read(struct import_job *job);
void import_build(struct import_job *job);

/* ---- the loop's part ------------------------------------------------------- */

/* Tickets by their row ids. */
struct import_marks {
    uint8_t *bits;
    int64_t room; /* ids */
};

bool import_mark(struct import_marks *marks, int64_t id, bool *was, struct err *err);
bool import_is_marked(const struct import_marks *marks, int64_t id);

enum { IMPORT_SLICE_US = 1200 };

/* A walk over a kept file and the roster. */
struct import_apply {
    struct db *db;
    const struct clock *clock;
    const struct seal *seal;
    struct import_result *result;
    struct import_report *report;
    struct import_event event; /* of the kept file, once its first record was read */
    struct keep_reader *reader;
    struct import_known *known;
    struct import_marks marks;
    int64_t rows;     /* of the walk so far */
    int64_t after_id; /* of the roster's tickets */
};

bool import_apply_open(struct import_apply *apply, int64_t number, struct err *err);
void import_apply_close(struct import_apply *apply); /* marks stay */
void import_apply_finish(struct import_apply *apply);

/* Each does what fits into a slice and sets *over when nothing is left. */
bool import_apply_compare(struct import_apply *apply, bool *over, struct err *err);
bool import_apply_write(struct import_apply *apply, bool *over, struct err *err);
bool import_apply_count_missing(struct import_apply *apply, bool *over,
                                struct err *err);
bool import_apply_cancel(struct import_apply *apply, bool *over, struct err *err);

#endif
