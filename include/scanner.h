#ifndef YUELAI_SCANNER_H
#define YUELAI_SCANNER_H

/* scanner: the door between a reading device and desk/reader.
 *
 * A driver owns its device: it opens, grabs, re-opens after an unplug, and hands up
 * raw bytes as they come with the moment they came. It does not know what a code is:
 * where one ends, which prefix it bears and whether it was read twice is decided by
 * ticket/code for all drivers alike. (evdev turns key codes into the bytes that the
 * scanner meant; that is its wire format, not an interpretation.)
 *
 * One configured scanner may stand for several devices ("every 05e0:1200"). Each
 * gets a `source` from 0 up, so that two guests' bytes never mix.
 *
 * A driver is chosen by the scheme of its URI: evdev: serial: fifo:
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"

enum { SCANNER_SOURCES_MAX = 8 }; /* devices behind one configured scanner */

enum scanner_state {
    SCANNER_ABSENT, /* not plugged in; the driver waits for it */
    SCANNER_READY,
    SCANNER_FAILED /* there, but cannot be used; detail says what would help */
};

/* Whom a driver calls, always on the loop's thread. */
struct scanner_host {
    /* 1 or more bytes from one device. at_us: clock's mono_us of the last of them. */
    void (*bytes)(unsigned source, const uint8_t *bytes, size_t length, int64_t at_us,
                  void *self);
    /* What was read of this source so far cannot be trusted (a driver lost events, a
     * device went away): forget the unfinished code. */
    void (*lost)(unsigned source, void *self);
    /* The whole scanner's state, at each change; detail is for staff, one line. */
    void (*state)(enum scanner_state state, const char *detail, void *self);
    void *self;
};

/* All a driver may use; borrowed, lives longer than the scanner. */
struct scanner_setting {
    const char *uri; /* "serial:/dev/serial/by-id/usb-Honeywell…", whole */
    const char *country; /* keyboard country the scanner is set to: "us" "fr" "de" */
    int32_t baud; /* serial only */
    bool grab; /* evdev: take the device for ourselves (default true) */
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    struct scanner_host host;
};

struct scanner; /* each driver's own */

struct scanner_driver {
    const char *scheme; /* without the ':' */
    /* Starts; an absent device is no error, a URI that cannot be right is. Calls
     * host.state before it returns or soon after. */
    struct scanner *(*open)(const struct scanner_setting *setting, struct err *err);
    void (*close)(struct scanner *scanner); /* takes NULL */
    /* What open would refuse, found without touching a device: uri, country, baud, grab;
     * the rest of setting is not there. NULL: nothing can be said. */
    bool (*check)(const struct scanner_setting *setting, struct err *err);
};

extern const struct scanner_driver scan_evdev;
extern const struct scanner_driver scan_serial;
extern const struct scanner_driver scan_fifo;

#endif
