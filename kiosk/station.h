#ifndef YUELAI_STATION_H
#define YUELAI_STATION_H

/* station: the parts of one station, built in order and taken down in reverse.
 *
 *     seal -> db -> easel -> printq -> desk -> staff's pins -> reader -> screen -> control
 *
 * It decides nothing: it hands each part what it may use. Drivers are named by main.
 *
 *     station_create -> running -> station_configure (a reload) …
 *                          '-> station_drain -> (drained) -> station_destroy
 */

#include <stdbool.h>

#include "clock.h"
#include "encoder.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "printer.h"
#include "random.h"
#include "scanner.h"
#include "setup.h"
#include "task.h"
#include "wire.h"

struct loop_real;
struct reload;
struct reload_door;
struct station;

/* What the parts live on; borrowed, and outlives the station. */
struct station_world {
    struct loop_real *loop_real;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    const struct scanner_driver *const *scanner_drivers; /* these end with NULL */
    const struct printer_driver *const *printer_drivers;
    const struct encoder *const *encoders;
    const struct wire *wire; /* NULL = no ticketing server */
    const struct reload_door *reload; /* for kioskctl; NULL = none */
};

/* What of a setup no table can check: that there is a driver for each scanner and printer.
 * All errors go to report. */
bool station_check(const struct setup *setup, const struct station_world *world,
                   struct str *report, struct err *err);

/* Prepares the design of each printer, which takes seconds: for `kioskd --check`. What is
 * wrong with one is reported with its file, line and element. */
bool station_check_designs(const struct setup *setup, const struct station_world *world,
                           struct str *report, struct err *err);

/* The setup, with its printers, is the station's from here on, also if it fails. ERR_BUSY:
 * another process holds the data directory. */
bool station_create(struct setup *setup, const struct station_world *world,
                    struct station **station, struct err *err);
void station_destroy(struct station *station); /* takes NULL */

/* Takes over what can change while people come in: all but what a station is bound to for
 * life (letters, data, key, socket, the page's port, the drawing helper and its fonts). What
 * was taken and what waits, and for what, is added to `said`, a line each. The new setup is
 * the station's from here on. */
void station_configure(struct station *station, struct setup *setup,
                       struct reload *said);

/* Closes the scanners, lets the open scan end and the badges that are being sent arrive,
 * for at most 10 s; then calls. */
void station_drain(struct station *station, loop_fn *drained, void *self);

/* One line for `systemctl status`. */
void station_status(const struct station *station, struct str *text);

#endif
