#ifndef YUELAI_LABEL_H
#define YUELAI_LABEL_H

/* label: the calibration label, drawn and printed by kioskctl itself: a printer that is
 * being set up is in no configuration yet. Also: what the drawing helper can draw. */

#include <stdbool.h>

#include "ctl/command.h"
#include "err.h"
#include "print/printq.h"

/* Prints it on the printer's queue, placed and heated as its profile says, and waits for
 * its end. */
bool label_print(const struct command_parts *parts, const struct printq_printer *printer,
                 struct err *err);

/* Draws a badge with names in several scripts; *missing: how many letters no typeface
 * has. Fails as the helper does: no typeface at all, no helper. */
bool label_try(const struct command_parts *parts, int *missing, struct err *err);

#endif
