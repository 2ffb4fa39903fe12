#ifndef YUELAI_PRESS_H
#define YUELAI_PRESS_H

/* press: a printer driver on a real loop and a real lane, asked one question after the
 * other; and the virtual printers of tests/rig/printers in a directory that is removed
 * again. For tests and the bench. */

#include <stdbool.h>
#include <stdint.h>

#include "base/loop_real.h"
#include "base/task_real.h"
#include "err.h"
#include "printer.h"

struct press {
    struct loop_real *loop;
    struct task_real *task;
    const struct printer_driver *driver;
    struct printer *printer;
    struct log log;
};

bool press_open(struct press *press, const struct printer_driver *driver,
                const char *uri, const char *server, struct err *err);
void press_close(struct press *press);

/* Starts the request and turns the loop until it is done; returns milliseconds. */
int64_t press_ask(struct press *press, struct printer_request *request);

/* Turns the loop for so long. */
void press_wait(struct press *press, int64_t ms);

/* Runs a command of the shell; true if it ended with 0. */
bool press_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct press_room {
    char root[64];   /* "/tmp/yl-XXXXXX" */
    char server[80]; /* its cupsd's socket */
};

/* printers: "zebra=zpl files=shelf", as tests/rig/printers takes them. */
bool press_room_open(struct press_room *room, const char *printers);
void press_room_close(struct press_room *room);
/* "stop", "restart", or signals: "-STOP", "-CONT", "-KILL" to this room's cupsd. */
bool press_room_cupsd(const struct press_room *room, const char *what);
/* Writes ROOT/name/control. */
bool press_room_control(const struct press_room *room, const char *name,
                        const char *lines);
/* Files in ROOT/name whose names end so. */
int press_room_count(const struct press_room *room, const char *name,
                     const char *ending);
/* Waits until there are so many, at most 10 s. */
bool press_room_wait(const struct press_room *room, const char *name,
                     const char *ending, int count);

#endif
