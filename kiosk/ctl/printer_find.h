#ifndef YUELAI_PRINTER_FIND_H
#define YUELAI_PRINTER_FIND_H

/* printer_find: the printers that the print service can see, and the profiles for them. */

#include <stdbool.h>

#include "ctl/command.h"
#include "err.h"
#include "print/profile.h"
#include "spooler.h"

enum { FOUND_MAX = 32, FOUND_FITS_MAX = 6, FOUND_SECONDS = 5 };

struct found_printer {
    char uri[SPOOLER_URI_MAX + 1];
    char about[SPOOLER_TEXT_MAX + 1]; /* for people; its model, if nothing better */
    char model[SPOOLER_TEXT_MAX + 1], id[512];
    char queue[SPOOLER_NAME_MAX + 1]; /* one that prints there, "" = none */
    char fits[FOUND_FITS_MAX][PROFILE_NAME_MAX + 1]; /* all that fit equally well */
    unsigned fit_count;
    char refused[PROFILE_REASON_MAX + 1]; /* why it cannot be used, "" = it can */
};

struct found {
    struct found_printer printers[FOUND_MAX];
    unsigned count;
};

/* Looks around for FOUND_SECONDS. */
bool printer_find(const struct command_parts *parts,
                  const struct spooler_setting *setting, struct found *found,
                  struct err *err);

/* Which profiles fit, by model, id and URI; where no model is known, those named
 * generic- of the language that the id names. */
bool printer_fit(const char *profiles, struct found_printer *printer, struct err *err);

#endif
