/* scan_evdev: keyboard-wedge scanners, taken from the keyboard's world for ourselves.
 *
 *     evdev:05e0:1200              every scanner of this vendor and product (lsusb)
 *     evdev:tag=yuelai-scanner     every device that the station's udev rule tags
 *     evdev:/dev/input/by-id/usb-Honeywell_…-event-kbd    this one
 *
 *     udev monitor, then enumeration --> wanted? --> its former source, or a free one
 *     unplugged (udev, or ENODEV)    --> closed, the code that was open is lost
 *     refused (permission, grabbed)  --> FAILED with advice, tried again every 2 s
 *
 * Only what is named is opened, and only if it types digits: never every keyboard, for
 * the staff's own would then be dead. While a scanner is grabbed nobody else sees its
 * keys, not the page, not the login; should this process die, a udev rule
 * (LIBINPUT_IGNORE_DEVICE) still keeps them off the screen. */

#include "scanner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libudev.h>

#include "scan_evdev_device.h"
#include "scan_evdev_match.h"
#include "scan_keymap.h"
#include "str.h"

enum { RETRY_MS = 2000 };

struct scanner {
    struct scanner_setting setting; /* uri is not kept */
    struct evdev_match match;
    struct udev *udev;
    struct udev_monitor *monitor;
    struct loop_watch *watch;
    struct loop_timer *retry;
    struct evdev_device devices[SCANNER_SOURCES_MAX];
    char trouble[256]; /* why a wanted device is not open; "" = none */
    char logged[256];  /* the trouble that the log has; tried again, it is said once */
};

/* ---- the state of all together ---------------------------------------------- */

static unsigned
count(const struct scanner *scanner, enum evdev_state state)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++)
        n += scanner->devices[i].state == state;
    return n;
}

static void
list_names(const struct scanner *scanner, enum evdev_state state, struct str *out)
{
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        const struct evdev_device *device = &scanner->devices[i];
        if (device->state == state)
            str_addf(out, "%s%s", out->length ? ", " : "", device->name);
    }
}

static void
tell(struct scanner *scanner)
{
    const struct scanner_host *host = &scanner->setting.host;
    enum scanner_state state = SCANNER_ABSENT;
    struct str names;

    str_init(&names, 1024);
    if (count(scanner, EVDEV_READY) > 0) {
        state = SCANNER_READY;
        list_names(scanner, EVDEV_READY, &names);
    } else if (count(scanner, EVDEV_HELD) > 0) {
        state = SCANNER_FAILED;
        list_names(scanner, EVDEV_HELD, &names);
        str_add_text(&names, ": a key is held down: let it go, or plug it in again");
    } else if (scanner->trouble[0]) {
        state = SCANNER_FAILED;
        str_add_text(&names, scanner->trouble);
    } else {
        str_addf(&names, "no scanner %s is there: plug it in", scanner->match.text);
    }
    host->state(state, names.data, host->self);
    str_finish(&names);
}

/* ---- devices come and go ---------------------------------------------------- */

static bool
is_open(const struct evdev_device *device)
{
    return device->state != EVDEV_CLOSED;
}

static struct evdev_device *
find_open(struct scanner *scanner, const char *syspath)
{
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        struct evdev_device *device = &scanner->devices[i];
        if (is_open(device) && strcmp(device->syspath, syspath) == 0)
            return device;
    }
    return NULL;
}

/* The source for what is plugged in at `place`: the one it had, else one that nobody
 * ever had, else any that is free. */
static struct evdev_device *
find_free(struct scanner *scanner, const char *place)
{
    const char *const wanted[] = { place, "" };
    for (size_t w = 0; w < 2; w++) {
        for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
            struct evdev_device *device = &scanner->devices[i];
            if (!is_open(device) && strcmp(device->place, wanted[w]) == 0)
                return device;
        }
    }
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        if (!is_open(&scanner->devices[i]))
            return &scanner->devices[i];
    }
    return NULL;
}

static void
note_trouble(struct scanner *scanner, const char *why)
{
    str_copy(scanner->trouble, sizeof scanner->trouble, why);
    if (strcmp(scanner->logged, scanner->trouble) != 0)
        log_warning(scanner->setting.log, "evdev", "%s", why);
    str_copy(scanner->logged, sizeof scanner->logged, why);
    loop_timer_arm(scanner->setting.loop, scanner->retry, RETRY_MS);
}

static void
on_changed(struct evdev_device *device, void *self)
{
    struct scanner *scanner = self;
    log_notice(scanner->setting.log, "evdev", "node=%s source=%u %s", device->node,
               device->source, is_open(device) ? "ready" : "gone");
    if (!is_open(device)) /* perhaps not unplugged, only refused: look again */
        loop_timer_arm(scanner->setting.loop, scanner->retry, RETRY_MS);
    tell(scanner);
}

static void
add(struct scanner *scanner, struct udev_device *found)
{
    const char *syspath = udev_device_get_syspath(found);
    const char *node = udev_device_get_devnode(found);
    char place[sizeof scanner->devices->place];
    struct err err;

    if (!evdev_match_wants(&scanner->match, found) || find_open(scanner, syspath))
        return;
    snprintf(place, sizeof place, "%s %s", evdev_attribute(found, "phys"),
             evdev_attribute(found, "uniq"));
    struct evdev_device *device = find_free(scanner, place);
    if (!device) {
        log_warning(scanner->setting.log, "evdev", "node=%s not used: %d are open",
                    node, SCANNER_SOURCES_MAX);
        return;
    }
    if (!evdev_device_open(device, node, &err)) {
        if (err.code != ERR_ABSENT)
            note_trouble(scanner, err.text);
        return;
    }
    str_copy(device->syspath, sizeof device->syspath, syspath);
    str_copy(device->place, sizeof device->place, place);
    scanner->trouble[0] = scanner->logged[0] = '\0';
    log_notice(scanner->setting.log, "evdev", "node=%s source=%u clock=%s %s", node,
               device->source, device->stamps ? "kernel" : "own",
               device->state == EVDEV_READY ? "ready" : "held");
}

static void
drop(struct scanner *scanner, struct udev_device *found)
{
    const struct scanner_host *host = &scanner->setting.host;
    struct evdev_device *device = find_open(scanner, udev_device_get_syspath(found));
    if (device) {
        evdev_device_close(device);
        log_notice(scanner->setting.log, "evdev", "node=%s source=%u unplugged",
                   device->node, device->source);
        host->lost(device->source, host->self);
    }
    if (evdev_match_wants(&scanner->match, found))
        scanner->trouble[0] = '\0';
}

static void
look_around(struct scanner *scanner)
{
    struct udev_enumerate *list = udev_enumerate_new(scanner->udev);
    struct udev_list_entry *entry;
    if (!list)
        return;
    udev_enumerate_add_match_subsystem(list, "input");
    udev_enumerate_scan_devices(list);
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(list))
    {
        struct udev_device *found = udev_device_new_from_syspath(
            scanner->udev, udev_list_entry_get_name(entry));
        if (found) {
            add(scanner, found);
            udev_device_unref(found);
        }
    }
    udev_enumerate_unref(list);
}

static void
on_retry(void *self)
{
    struct scanner *scanner = self;
    scanner->trouble[0] = '\0';
    look_around(scanner);
    tell(scanner);
}

static void
on_udev(int fd, int events, void *self)
{
    struct scanner *scanner = self;
    struct udev_device *found;
    (void)fd, (void)events;

    errno = 0;
    while ((found = udev_monitor_receive_device(scanner->monitor))) {
        const char *action = udev_device_get_action(found);
        if (action && strcmp(action, "remove") == 0)
            drop(scanner, found);
        else
            add(scanner, found);
        udev_device_unref(found);
    }
    if (errno == ENOBUFS) /* more came than the kernel keeps for us */
        look_around(scanner);
    tell(scanner);
}

/* ---- life ------------------------------------------------------------------- */

/* The monitor listens before the first look, so that nothing falls between. */
static bool
start_monitor(struct scanner *scanner, struct err *err)
{
    scanner->udev = udev_new();
    if (!scanner->udev)
        return err_no_memory(err);
    scanner->monitor = udev_monitor_new_from_netlink(scanner->udev, "udev");
    if (!scanner->monitor ||
        udev_monitor_filter_add_match_subsystem_devtype(scanner->monitor, "input",
                                                        NULL) < 0 ||
        udev_monitor_enable_receiving(scanner->monitor) < 0)
        return err_set(err, ERR_IO, "udev: cannot listen for devices: %s",
                       strerror(errno));
    scanner->watch =
        loop_watch(scanner->setting.loop, udev_monitor_get_fd(scanner->monitor),
                   LOOP_READ, on_udev, scanner);
    scanner->retry = loop_timer_create(scanner->setting.loop, on_retry, scanner);
    return scanner->watch && scanner->retry ? true : err_no_memory(err);
}

static bool
country_is_known(const char *code, struct err *err)
{
    return keymap_find(code) ||
           err_set(err, ERR_INPUT, "country \"%s\": want one of %s", code,
                   keymap_countries());
}

static bool
check_evdev(const struct scanner_setting *setting, struct err *err)
{
    struct evdev_match match;
    return evdev_match_read(setting->uri, &match, err) &&
           country_is_known(setting->country ? setting->country : "us", err);
}

static bool
set_up(struct scanner *scanner, const struct scanner_setting *setting, struct err *err)
{
    const char *code = setting->country ? setting->country : "us";
    const struct keymap_country *country = keymap_find(code);

    scanner->setting = *setting;
    scanner->setting.uri = NULL;
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        struct evdev_device *device = &scanner->devices[i];
        evdev_device_init(device, &scanner->setting, i);
        device->country = country;
        device->changed = on_changed;
        device->self = scanner;
    }
    return country_is_known(code, err) &&
           evdev_match_read(setting->uri, &scanner->match, err) &&
           start_monitor(scanner, err);
}

static void
close_evdev(struct scanner *scanner)
{
    if (!scanner)
        return;
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++)
        evdev_device_close(&scanner->devices[i]);
    loop_timer_destroy(scanner->setting.loop, scanner->retry);
    loop_unwatch(scanner->setting.loop, scanner->watch);
    udev_monitor_unref(scanner->monitor); /* takes NULL */
    udev_unref(scanner->udev);
    free(scanner);
}

static struct scanner *
open_evdev(const struct scanner_setting *setting, struct err *err)
{
    struct scanner *scanner = calloc(1, sizeof *scanner);
    if (!scanner) {
        err_no_memory(err);
        return NULL;
    }
    if (!set_up(scanner, setting, err)) {
        close_evdev(scanner);
        return NULL;
    }
    look_around(scanner);
    tell(scanner);
    return scanner;
}

const struct scanner_driver scan_evdev = {
    .scheme = "evdev", .open = open_evdev, .close = close_evdev, .check = check_evdev
};
