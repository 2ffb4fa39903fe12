#ifndef YUELAI_CALIBRATE_H
#define YUELAI_CALIBRATE_H

/* calibrate: where a printer puts things, how hot and how fast: asked of whoever holds
 * the label, or said by options; kept in the printer's section of yuelai.conf.
 *
 *     label -> "which number touches the edge?" -> offset -> label … until content */

#include <stdbool.h>

#include "ctl/command.h"
#include "ctl/conf_text.h"
#include "err.h"
#include "print/printq.h"

enum { CALIBRATE_OPTIONS_MAX = 4 };

/* --offset-x --offset-y --darkness --speed --rotate of the request into the printer's
 * profile. *any: one of them was given. */
bool calibrate_take(const struct command_request *request, struct profile *profile,
                    bool *any, struct err *err);

/* Prints and asks, until they are content. */
bool calibrate_talk(const struct command_parts *parts, struct printq_printer *printer,
                    struct err *err);

/* What differs, as options of the section. */
unsigned calibrate_options(const struct profile *before, const struct profile *after,
                           struct conf_option options[CALIBRATE_OPTIONS_MAX]);

#endif
