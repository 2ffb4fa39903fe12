#ifndef YUELAI_SCAN_EVDEV_DEVICE_H
#define YUELAI_SCAN_EVDEV_DEVICE_H

/* scan_evdev_device: one keyboard-wedge scanner, opened. Part of scan_evdev.
 *
 *     CLOSED --open--> HELD --no key is down--> READY     (grabbed, if asked for)
 *       ^                '-------gone-------------'|
 *       '------------------------------------------'
 *
 * A device is grabbed only while none of its keys is down: whoever else reads it would
 * never see the key come up, and repeat it for ever. What it sends before is dropped. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "scan_keymap.h"
#include "scanner.h"

struct libevdev;
struct evdev_device;

enum evdev_state { EVDEV_CLOSED, EVDEV_HELD, EVDEV_READY };

typedef void evdev_changed_fn(struct evdev_device *device, void *self);

struct evdev_device {
    const struct scanner_setting *setting;
    const struct keymap_country *country;
    unsigned source;
    evdev_changed_fn *changed; /* to READY, or to CLOSED because it went away */
    void *self;

    enum evdev_state state;
    char node[64]; /* "/dev/input/event5" */
    char name[96]; /* as the device says; text from outside */
    char syspath[256]; /* udev's name for it */
    char place[192]; /* tells it again after an unplug; kept when closed; "" = new */
    int fd;
    struct libevdev *evdev;
    struct loop_watch *watch;
    struct keymap keymap;
    bool stamps; /* its events bear the moments of our clock */
};

/* Sets up a closed device. */
void evdev_device_init(struct evdev_device *device,
                       const struct scanner_setting *setting, unsigned source);

/* Opens node; syspath and place are the caller's to set. The device is then HELD or
 * READY, and `changed` has not been called. Fails with ERR_ABSENT if this is no device
 * that types digits (a scanner's volume keys, or gone again), else with what would help. */
bool evdev_device_open(struct evdev_device *device, const char *node, struct err *err);

/* Closes it if it is open; says nothing to anybody. */
void evdev_device_close(struct evdev_device *device);

#endif
