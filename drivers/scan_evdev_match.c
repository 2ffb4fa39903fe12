#include "scan_evdev_match.h"

#include <string.h>
#include <strings.h>

#include <libudev.h>

#include "str.h"

static const char scheme[] = "evdev:";

static bool
is_hex(const char *text, size_t length)
{
    return strspn(text, "0123456789abcdefABCDEF") >= length;
}

bool
evdev_match_read(const char *uri, struct evdev_match *match, struct err *err)
{
    const char *rest = uri + sizeof scheme - 1;
    if (!str_starts(uri, scheme) || strlen(rest) >= EVDEV_MATCH_TEXT_MAX)
        return err_set(err, ERR_INPUT, "want evdev: and at most %d characters",
                       EVDEV_MATCH_TEXT_MAX - 1);
    str_copy(match->text, sizeof match->text, rest);
    if (strlen(rest) == 9 && is_hex(rest, 4) && rest[4] == ':' && is_hex(rest + 5, 4)) {
        match->kind = EVDEV_MATCH_PRODUCT;
        str_copy_bytes(match->vendor, sizeof match->vendor, rest, 4);
        str_copy_bytes(match->product, sizeof match->product, rest + 5, 4);
        return true;
    }
    if (str_starts(rest, "tag=") && rest[4]) {
        match->kind = EVDEV_MATCH_TAG;
        str_copy(match->text, sizeof match->text, rest + 4);
        return true;
    }
    match->kind = EVDEV_MATCH_PATH;
    if (str_starts(rest, "/dev/"))
        return true;
    return err_set(
        err, ERR_INPUT,
        "\"%s\": want evdev:VENDOR:PRODUCT (four hexadecimal digits each, see "
        "lsusb), evdev:tag=NAME or evdev:/dev/input/by-id/…; never every "
        "keyboard",
        uri);
}

const char *
evdev_attribute(struct udev_device *device, const char *name)
{
    struct udev_device *input =
        udev_device_get_parent_with_subsystem_devtype(device, "input", NULL);
    const char *value = input ? udev_device_get_sysattr_value(input, name) : NULL;
    return value ? value : "";
}

/* By the kernel's own numbers: Bluetooth devices have no others. */
static bool
is_product(const struct evdev_match *match, struct udev_device *device)
{
    return strcasecmp(evdev_attribute(device, "id/vendor"), match->vendor) == 0 &&
           strcasecmp(evdev_attribute(device, "id/product"), match->product) == 0;
}

static bool
is_at(const struct evdev_match *match, struct udev_device *device)
{
    struct udev_list_entry *link;
    if (strcmp(udev_device_get_devnode(device), match->text) == 0)
        return true;
    udev_list_entry_foreach(link, udev_device_get_devlinks_list_entry(device))
    {
        if (strcmp(udev_list_entry_get_name(link), match->text) == 0)
            return true;
    }
    return false;
}

bool
evdev_match_wants(const struct evdev_match *match, struct udev_device *device)
{
    const char *node = udev_device_get_devnode(device);
    if (!node || !str_starts(node, "/dev/input/event"))
        return false;
    switch (match->kind) {
    case EVDEV_MATCH_PRODUCT:
        return is_product(match, device);
    case EVDEV_MATCH_TAG:
        return udev_device_has_tag(device, match->text);
    case EVDEV_MATCH_PATH:
        return is_at(match, device);
    }
    return false;
}
