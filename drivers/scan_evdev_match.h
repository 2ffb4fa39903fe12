#ifndef YUELAI_SCAN_EVDEV_MATCH_H
#define YUELAI_SCAN_EVDEV_MATCH_H

/* scan_evdev_match: which devices an evdev URI names. Part of scan_evdev; the forms stand
 * at its head. */

#include <stdbool.h>

#include "err.h"

struct udev_device;

enum { EVDEV_MATCH_TEXT_MAX = 240 };

enum evdev_match_kind { EVDEV_MATCH_PRODUCT, EVDEV_MATCH_TAG, EVDEV_MATCH_PATH };

struct evdev_match {
    enum evdev_match_kind kind;
    char text[EVDEV_MATCH_TEXT_MAX]; /* the tag, the path, or "05e0:1200" */
    char vendor[5], product[5]; /* PRODUCT: four hexadecimal digits */
};

/* Fails with ERR_INPUT, saying which forms there are. */
bool evdev_match_read(const char *uri, struct evdev_match *match, struct err *err);

/* True for an event node that the URI names. */
bool evdev_match_wants(const struct evdev_match *match, struct udev_device *device);

/* What the kernel says of the input device behind an event node ("phys", "id/vendor");
 * "" if it says nothing. Lives as long as `device`. */
const char *evdev_attribute(struct udev_device *device, const char *name);

#endif
