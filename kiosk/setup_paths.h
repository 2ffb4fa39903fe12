#ifndef YUELAI_SETUP_PATHS_H
#define YUELAI_SETUP_PATHS_H

/* setup_paths: where things are, when the configuration does not say (setup.h has the
 * rules). For setup.c alone. */

#include "setup.h"

/* Fills setup->file with the usual one; false if none is there. */
bool setup_find_file(struct setup *setup);

/* Fills in every path that is still "". `templates` is the option, "" = find them. */
bool setup_fill_paths(struct setup *setup, const char *templates, struct err *err);

#endif
