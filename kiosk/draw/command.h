#ifndef YUELAI_DRAW_COMMAND_H
#define YUELAI_DRAW_COMMAND_H

/* command: what the two programs of this room have in common: their command line, how
 * they fail, and the order in which they lock themselves in.
 *
 *     kiosk-draw           serve qr       Pango, Cairo, qrencode; stays
 *     kiosk-draw-prepare   prepare png    librsvg, expat, poppler too; a process for each design
 *
 * Either knows the other's commands and hands them over, so that people need to know one
 * name only. */

#include <stdbool.h>

#include "draw/badge.h"
#include "err.h"

enum {
    COMMAND_WRONG = 1,   /* the design or what is asked for; the reason is on stdout */
    COMMAND_USAGE = 2,   /* the command line */
    COMMAND_TROUBLE = 3, /* PROTOCOL_EXIT_TROUBLE: a file, a limit; nobody's mistake */
};

struct command_options {
    const char *design, *target, *out, *fields, *qr, *module;
    bool report;
};

/* NULL ends the table. */
struct command {
    const char *name;
    int (*run)(const struct command_options *options); /* gives the exit status */
};

/* The whole of main: --help, --version, one's own commands, the sibling's (`other`, a
 * program beside this one). */
struct command_program {
    const struct command *commands;
    const char *const *others; /* names of the sibling's commands; NULL ends them */
    const char *other;
};
int command_main(const struct command_program *program, int count, char **arguments);

/* Says on stdout what is wrong, and gives the exit status. */
int command_complain(const struct err *err);
int command_usage(void);

/* All of the jail, cpu_s: 0 for no limit. Fonts are opened in between: fontconfig may
 * have its cache to write, Pango has a thread to start. */
bool command_enter_jail(struct badge **badge, unsigned cpu_s, bool warm,
                        struct err *err);

#endif
