#ifndef YUELAI_IMPORT_H
#define YUELAI_IMPORT_H

/* import: an organiser's tables become the roster.
 *
 *     guests.csv, lists.csv --lane--> every row checked, problems told
 *                                     imports/0007.part: the good rows, sealed
 *                                |
 *                  replace, and over 20 % would go? -> ASKS, nothing is changed
 *                                |
 *                     imports/0007.sealed  (durable: the roster can be built of these)
 *              roster without tickets |            | else
 *        lane: roster_build, then swap              loop: slices of 2 ms; scans go on
 *
 * Rows are told apart by a key: the code column; or the e-mail or number column if that
 * is said; or, where there is none of them, the person (e-mail and name, else name and
 * organisation). A row whose key is known is an update: its reference, check-ins and
 * badges stay, and so do fields whose columns the file does not have. Rows without a
 * code get one (ticket/madecode.h) that comes from the key file and the row's key, so
 * the same row has the same code at every import, and after the loss of roster.db.
 *
 * Rows that a later file lacks stay, unless `replace`: then they are cancelled and
 * told. Every list.session that guests name has a list (made if need be), and the list
 * "main", which takes everybody, is always there.
 *
 * Telephone and passport numbers are not kept; e-mail addresses only in the sealed
 * files, for invitations.
 */

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"
#include "store/roster.h"
#include "task.h"

struct db;
struct import;

enum import_phase {
    IMPORT_READING,   /* done, of: bytes of the tables (of 0: not known) */
    IMPORT_BUILDING,  /* per cent */
    IMPORT_COMPARING, /* rows */
    IMPORT_WRITING,   /* rows */
    IMPORT_CANCELLING /* rows of the roster that were looked at */
};

struct import_progress {
    enum import_phase phase;
    int64_t done, of;
    int64_t rows; /* read so far, good or bad */
};

const char *import_phase_name(enum import_phase phase); /* "reading" … */

enum import_state {
    IMPORT_DONE,
    IMPORT_ASKS,  /* `missing` of `known` would be cancelled: again with yes */
    IMPORT_FAILED /* err says why; what was written before is whole rows */
};

struct import_result {
    enum import_state state;
    int64_t rows;      /* of guests, read */
    int64_t good, bad; /* rows taken, rows left out (each told) */
    int64_t added, updated;
    int64_t known;     /* before: tickets of the event, not cancelled */
    int64_t missing;   /* with replace: known, but not in the file */
    int64_t cancelled; /* of them */
    int64_t codes_made;
    int64_t lists;             /* check-in lists written */
    int64_t duplicates;        /* rows that look like another one of the file */
    int64_t problems_left_out; /* beyond what is told one by one */
    char event[ROSTER_KEY_MAX + 1];
    char key[16];      /* "code", "email", "number", "person" */
    char encoding[32]; /* of the guests */
    char columns[1024]; /* how the header was understood: "code=Ticket, name=姓名, …" */
    struct err err;
};

/* What is told of a row, an object of JSON on one line:
 *     {"file":"guests","level":"error","line":12,"field":"status","text":"…"}
 * level: error (the row is left out), warning (the row is in, this value is not),
 * duplicate (looks like line "other"), cancelled ("ref", "name": of the roster, by
 * replace), kind (a kind of guest of the organiser's own: "key", "rows"). */
struct import_listener {
    void (*told)(const char *json, void *self);
    void (*progress)(const struct import_progress *progress, void *self);
    void (*done)(const struct import_result *result, void *self); /* last, once */
    void *self;
};

struct import_setting {
    struct db *db;           /* opened with the seal */
    const struct loop *loop; /* NULL: everything happens inside import_start */
    const struct task *task; /* NULL if loop is */
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    const char *who; /* for the audit: "uid:0" */

    int guests_fd, lists_fd;        /* -1: none; stay the caller's, until done */
    const char *event, *event_name; /* NULL: the one event there is, or "event" */
    const char
        *zone; /* IANA, of the tables' times; NULL: the event's, or the system's */
    const char *encoding;  /* NULL: found out */
    const char *separator; /* ",", ";", "\t"; NULL: found out */
    const char *map; /* "code=Ticket,name=Full name"; NULL: by the header's words */
    const char *key; /* "code", "email", "number", "person"; NULL: as above */
    bool replace, yes;
};

/* Checks the setting and starts. Texts are copied. ERR_INPUT: an option is wrong.
 * ERR_BUSY: one import at a time. The listener is called on the loop's thread (without
 * a loop: before this returns); *import is good until import_destroy, also from done.
 */
bool import_start(const struct import_setting *setting,
                  const struct import_listener *listener, struct import **import,
                  struct err *err);

/* Stops it where it is, unless it is done: rows written stay. Takes NULL. */
void import_destroy(struct import *import);

/* Builds the roster of all imports kept in the data directory, in their order: after
 * the loss of roster.db, or where an import was interrupted (import_pending).
 * guests_fd, lists_fd and the table options are ignored. */
bool import_rebuild(const struct import_setting *setting,
                    const struct import_listener *listener, struct import **import,
                    struct err *err);

/* True (in *pending) if there are kept imports that did not reach the roster wholly, or
 * the roster is empty although there are some. */
bool import_pending(struct db *db, bool *pending, struct err *err);

#endif
