#include "scan_evdev_device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libevdev/libevdev.h>

#include "str.h"

enum { STAMP_OLDEST_US = 10 * 1000 * 1000 };

void
evdev_device_init(struct evdev_device *device, const struct scanner_setting *setting,
                  unsigned source)
{
    *device = (struct evdev_device){ .setting = setting, .source = source, .fd = -1 };
}

void
evdev_device_close(struct evdev_device *device)
{
    loop_unwatch(device->setting->loop, device->watch);
    libevdev_free(device->evdev); /* takes NULL; the grab goes with the descriptor */
    if (device->fd >= 0)
        close(device->fd);
    device->watch = NULL;
    device->evdev = NULL;
    device->fd = -1;
    device->state = EVDEV_CLOSED;
}

static void
go_away(struct evdev_device *device)
{
    const struct scanner_host *host = &device->setting->host;
    evdev_device_close(device);
    host->lost(device->source, host->self);
    device->changed(device, device->self);
}

static bool
is_any_key_down(const struct evdev_device *device)
{
    for (unsigned key = 0; key <= KEY_MAX; key++) {
        if (libevdev_get_event_value(device->evdev, EV_KEY, key))
            return true;
    }
    return false;
}

/* HELD becomes READY as soon as that is fit. */
static bool
try_take(struct evdev_device *device, struct err *err)
{
    if (!device->setting->grab) {
        device->state = EVDEV_READY;
        return true;
    }
    if (is_any_key_down(device))
        return true;
    int error = -libevdev_grab(device->evdev, LIBEVDEV_GRAB);
    if (error == EBUSY)
        return err_set(err, ERR_BUSY,
                       "%s: another program has grabbed it (another kioskd, evtest): "
                       "stop it",
                       device->node);
    if (error)
        return err_set(err, ERR_IO, "%s: cannot take it for ourselves: %s",
                       device->node, strerror(error));
    device->state = EVDEV_READY;
    return true;
}

/* The moment of an event. Stamps that cannot be right (of another clock) are not
 * believed: the moment of reading is at most a little late. */
static int64_t
moment_us(const struct evdev_device *device, const struct input_event *event)
{
    int64_t now_us = clock_mono_us(device->setting->clock);
    int64_t stamp_us =
        (int64_t)event->input_event_sec * 1000000 + (int64_t)event->input_event_usec;
    bool fits = stamp_us <= now_us && now_us - stamp_us < STAMP_OLDEST_US;
    return device->stamps && fits ? stamp_us : now_us;
}

static void
on_key(struct evdev_device *device, const struct input_event *event)
{
    const struct scanner_host *host = &device->setting->host;
    uint8_t bytes[KEYMAP_BYTES_MAX];

    size_t length = keymap_key(&device->keymap, event->code, event->value, bytes);
    if (length > 0)
        host->bytes(device->source, bytes, length, moment_us(device, event),
                    host->self);
}

/* A key came up while we waited for just that. */
static bool
on_held(struct evdev_device *device)
{
    const struct log *log = device->setting->log;
    struct err err;

    if (!try_take(device, &err)) {
        log_warning(log, "evdev", "%s", err.text);
        return false;
    }
    if (device->state == EVDEV_READY)
        device->changed(device, device->self);
    return true;
}

static bool
on_event(struct evdev_device *device, const struct input_event *event)
{
    if (device->state == EVDEV_READY && event->type == EV_KEY)
        on_key(device, event);
    if (device->state == EVDEV_HELD && event->type == EV_SYN)
        return on_held(device);
    return true;
}

/* The kernel's queue overran: what is held must be asked, the code is lost. */
static void
on_dropped(struct evdev_device *device)
{
    const struct scanner_host *host = &device->setting->host;
    log_warning(device->setting->log, "evdev", "node=%s lost events", device->node);
    keymap_reset(&device->keymap);
    host->lost(device->source, host->self);
}

static void
resume(struct evdev_device *device)
{
    static const unsigned modifiers[] = { KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_LEFTCTRL,
                                          KEY_RIGHTCTRL, KEY_LEFTALT,    KEY_RIGHTALT };
    uint8_t bytes[KEYMAP_BYTES_MAX];
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
        if (libevdev_get_event_value(device->evdev, EV_KEY, modifiers[i]))
            keymap_key(&device->keymap, modifiers[i], 1, bytes);
    }
}

/* Reads all there is: libevdev takes more from the descriptor than it gives out, so a
 * rest left in it would not wake us again. */
static void
on_readable(int fd, int events, void *self)
{
    struct evdev_device *device = self;
    unsigned flag = LIBEVDEV_READ_FLAG_NORMAL;
    (void)fd, (void)events;

    for (;;) {
        struct input_event event;
        int status = libevdev_next_event(device->evdev, flag, &event);
        if (status == -EAGAIN && flag == LIBEVDEV_READ_FLAG_NORMAL)
            return;
        if (status == -EAGAIN) {
            flag = LIBEVDEV_READ_FLAG_NORMAL;
            resume(device);
        } else if (status == LIBEVDEV_READ_STATUS_SYNC) {
            if (flag == LIBEVDEV_READ_FLAG_NORMAL)
                on_dropped(device);
            flag = LIBEVDEV_READ_FLAG_SYNC;
        } else if (status < 0 || !on_event(device, &event)) {
            go_away(device);
            return;
        }
    }
}

/* A node that is there but types no digits: a scanner's second face (volume keys), or a
 * mouse that shares its numbers. */
static bool
types_digits(const struct evdev_device *device)
{
    return libevdev_has_event_code(device->evdev, EV_KEY, KEY_1) &&
           libevdev_has_event_code(device->evdev, EV_KEY, KEY_ENTER);
}

static bool
refuse(const char *node, int error, struct err *err)
{
    if (error == ENOENT || error == ENODEV || error == ENXIO)
        return err_set(err, ERR_ABSENT, "%s is gone", node);
    if (error == EACCES || error == EPERM)
        return err_set(err, ERR_IO,
                       "%s: no permission: install Yuelai's udev rules, or add this "
                       "user to the group input",
                       node);
    return err_set(err, ERR_IO, "%s: cannot open it: %s", node, strerror(error));
}

static bool
attach(struct evdev_device *device, struct err *err)
{
    int error = -libevdev_new_from_fd(device->fd, &device->evdev);
    if (error)
        return refuse(device->node, error, err);
    if (!types_digits(device))
        return err_set(err, ERR_ABSENT, "%s types no digits", device->node);

    const char *name = libevdev_get_name(device->evdev);
    str_copy(device->name, sizeof device->name, name && name[0] ? name : device->node);
    device->stamps = libevdev_set_clock_id(device->evdev, CLOCK_BOOTTIME) == 0;
    keymap_init(&device->keymap, device->country);
    device->watch =
        loop_watch(device->setting->loop, device->fd, LOOP_READ, on_readable, device);
    return device->watch ? true : err_no_memory(err);
}

bool
evdev_device_open(struct evdev_device *device, const char *node, struct err *err)
{
    str_copy(device->node, sizeof device->node, node);
    device->fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (device->fd < 0)
        return refuse(node, errno, err);
    device->state = EVDEV_HELD;
    if (!attach(device, err) || !try_take(device, err)) {
        evdev_device_close(device);
        return false;
    }
    return true;
}
