#ifndef YUELAI_DOCTOR_H
#define YUELAI_DOCTOR_H

/* doctor: looks a station over for every trap that is known to cost a badge or a minute
 * at the door, says why it does, and mends what it can.
 *
 *     doctor_cups.c      the print service: settings, cups-browsed, the backend `once`
 *     doctor_queue.c     a queue for each printer of yuelai.conf
 *     doctor_station.c   kioskd's own view, data, key, typefaces, clock
 *     doctor_scanner.c   scanners: rule, plugged in, may be read
 *
 * A check only looks, and tells what it found; what is found is shown, one after the
 * other, each with its mend, when all has been looked at. */

#include <stdbool.h>
#include <stdint.h>

#include "ctl/command.h"
#include "ctl/cups_files.h"
#include "err.h"
#include "print/printq.h"
#include "spooler.h"

enum {
    DOCTOR_FINDINGS_MAX = 96,
    DOCTOR_QUEUES_MAX = 64,
    DOCTOR_TEXT_MAX = 511,
    DOCTOR_PATH_MAX = 1023
};

struct doctor;

struct finding {
    const char *id; /* "snmp": for scripts */
    char where[128]; /* "printer left", "CUPS" */
    char what[DOCTOR_TEXT_MAX + 1];
    const char *why; /* it matters at a door */
    char mend[DOCTOR_TEXT_MAX + 1]; /* by hand */
    /* Does it; NULL: a person must. */
    bool (*fix)(struct doctor *doctor, const struct finding *finding, struct err *err);
    unsigned queue; /* the fix's own: which queue, … */
    unsigned lacks; /* … what it lacks */
    bool fixed;
};

struct doctor {
    const struct command_parts *parts;
    const struct talk *talk;
    const char *root; /* in front of this machine's paths, "" = none */
    struct spooler_setting spooler;
    struct cups_files files;
    bool cups; /* it answered; these are its queues */
    struct spooler_queue queues[DOCTOR_QUEUES_MAX];
    unsigned queue_count;
    bool daemon; /* kioskd answers */
    struct finding findings[DOCTOR_FINDINGS_MAX];
    unsigned count;
};

/* All checks. */
void doctor_look(struct doctor *doctor);

/* Adds a finding; the caller fills in mend, fix and what that needs. Never NULL: what is
 * over the number is written over the last. */
struct finding *doctor_found(struct doctor *doctor, const char *id, const char *where,
                             const char *why, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A path of this machine, under the root. */
const char *doctor_path(const struct doctor *doctor, const char *path,
                        char to[DOCTOR_PATH_MAX + 1]);

void doctor_look_at_cups(struct doctor *doctor);
void doctor_look_at_queues(struct doctor *doctor);
void doctor_look_at_station(struct doctor *doctor);
void doctor_look_at_scanners(struct doctor *doctor);

/* The uid that kioskd runs as: who owns its data, else the user yuelai; (uid_t)-1: nobody
 * of that name. */
unsigned doctor_user(const struct doctor *doctor);

#endif
