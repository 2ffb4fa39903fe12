#ifndef YUELAI_DESIGN_TARGET_H
#define YUELAI_DESIGN_TARGET_H

/* design_target: what a designer wants a design looked at on, by the options "target",
 * "printer" and "media" of a command. */

#include <stdbool.h>

#include "ctl/command.h"
#include "err.h"
#include "print/easel.h"

/* 203 dots an inch, in the design's own size, where nothing is said. */
bool design_target_read(const struct command_request *request,
                        struct easel_target *target, struct err *err);

#endif
