#ifndef YUELAI_NOTIFY_H
#define YUELAI_NOTIFY_H

/* notify: what systemd is told of a running service (sd_notify(3)), by its socket
 * protocol: datagrams of VARIABLE=value lines to the socket that NOTIFY_SOCKET names.
 *
 *     READY=1 -> (WATCHDOG=1 …, STATUS=…) -> RELOADING=1 -> READY=1 -> STOPPING=1
 *
 * Without that variable every call does nothing. Nothing here fails loudly: a service
 * that cannot be heard goes on serving.
 */

#include <stdbool.h>
#include <stdint.h>

struct notify {
    int fd; /* connected; -1: nobody listens */
    int64_t watchdog_us; /* a sign of life is wanted this often; 0 = none is */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the
 * environment, so that no child speaks in our name. */
void notify_open(struct notify *notify);
void notify_close(struct notify *notify);

void notify_ready(const struct notify *notify);
void notify_reloading(const struct notify *notify);
void notify_stopping(const struct notify *notify);
void notify_alive(const struct notify *notify); /* feeds the watchdog */
/* One line for `systemctl status`. */
void notify_status(const struct notify *notify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
