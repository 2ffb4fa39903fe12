#ifndef YUELAI_DEVICE_URI_H
#define YUELAI_DEVICE_URI_H

/* device_uri: what a queue's device is to be called so that CUPS does not wait for
 * nothing. Pure.
 *
 *     socket://192.168.1.50:9100
 *     once:socket://192.168.1.50:9100/?snmp=false&contimeout=10
 *
 * snmp=false: no 4 s of silence at the end of each job. contimeout: a printer that is
 * away is given up after 10 s and not after a week. once: drivers/backend_once.h. */

#include <stdbool.h>

#include "err.h"
#include "str.h"

enum { DEVICE_URI_MAX = 1023, DEVICE_CONNECT_S = 10 };

enum device_lack {
    DEVICE_LACKS_SNMP = 1 << 0, /* snmp=false */
    DEVICE_LACKS_CONTIMEOUT = 1 << 1,
    DEVICE_LACKS_ONCE = 1 << 2
};

/* What a device that works lacks; only what its backend takes. */
unsigned device_lacks(const char *uri);

/* The URI with what is named of it; what it says already stays. Fails if it grows over
 * `size`. */
bool device_mend(const char *uri, unsigned lacks, char *to, size_t size, struct err *err);

/* The real device's URI behind "once:". */
const char *device_real(const char *uri);

/* Its backend runs as root (usb, serial …), not as CUPS' own user. */
bool device_wants_root(const char *uri);

/* "scheme:…" without blanks and controls. */
bool device_is_uri(const char *uri);

#endif
