#ifndef YUELAI_PRINTER_SETUP_H
#define YUELAI_PRINTER_SETUP_H

/* printer_setup: from a printer on the table to a section in yuelai.conf. Every step is
 * shown before it is done, and done only if agreed:
 *
 *     printer -> profile -> labels, design -> queue          printer_choose.c
 *     backend once -> queue in CUPS -> CUPS' settings        printer_queue.c
 *     label, placed and heated -> section of yuelai.conf     printer_setup.c
 *
 * What is not agreed to is said as a command line, and the rest goes on. */

#include <stdbool.h>

#include "ctl/command.h"
#include "ctl/cups_files.h"
#include "ctl/printer_find.h"
#include "err.h"
#include "print/printq.h"
#include "spooler.h"

struct setting_up {
    const struct command_request *request;
    const struct command_parts *parts;
    const struct talk *talk;
    struct spooler_setting spooler;
    struct cups_files files;
    struct found_printer found;
    struct printq_printer printer; /* as yuelai.conf will have it */
    struct profile pristine; /* its profile, before it was calibrated */
    char queue[SPOOLER_NAME_MAX + 1];
    char device[SPOOLER_URI_MAX + 1]; /* as the queue will have it */
    char driver[128]; /* "raw", "everywhere", a PPD's name */
    bool is_there; /* the queue … */
    struct spooler_queue was; /* … as it was */
    bool made, settings, section, label; /* what was done */
};

/* printer_choose.c: what is to be set up. */
bool printer_choose(struct setting_up *up, struct err *err);

/* printer_queue.c */
bool printer_make_queue(struct setting_up *up, struct err *err);
bool printer_settings(struct setting_up *up, struct err *err);

/* printer_section.c: shows what is written into the station's configuration, and writes
 * it. `before`: the profile as the configuration has it. */
bool printer_section(struct setting_up *up, struct err *err);
bool printer_keep_calibration(const struct command_parts *parts,
                              const struct printq_printer *printer,
                              const struct profile *before, bool *kept, struct err *err);

#endif
