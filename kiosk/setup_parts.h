#ifndef YUELAI_SETUP_PARTS_H
#define YUELAI_SETUP_PARTS_H

/* setup_parts: what the files that read a setup share. */

#include "setup.h"

/* What is wrong, gathered: the table's errors and ours look alike. */
struct complaints {
    struct str *report; /* may be NULL */
    struct err first;
    unsigned count;
};

void setup_complain(struct complaints *complaints, const struct err *err);

/* setup_printers.c: there is a design of that name. */
bool setup_has_design(const struct setup *setup, const char *name);

/* setup_server.c */
void setup_take_server(struct setup *setup, struct complaints *complaints);

#endif
