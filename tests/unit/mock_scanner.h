#ifndef YUELAI_TEST_MOCK_SCANNER_H
#define YUELAI_TEST_MOCK_SCANNER_H

/* mock_scanner: a keyboard-wedge scanner as sysfs, udev and the kernel's ioctls show it, in
 * the words of umockdev. For test_scan_evdev. */

#include <linux/input.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_BYTES = 96 };

/* One scanner that can be plugged in. umockdev wants each node's name once in a life.
 */
struct model {
    unsigned number; /* input/eventN */
    unsigned vendor, product;
    const char *name, *port, *tag;
    unsigned held; /* a key that is down when it is plugged in; 0 = none */
    bool mute;     /* has volume keys only */
};

static inline void
input_path(const struct model *model, char *path, size_t size)
{
    snprintf(path, size, "/sys/devices/usb1/%s/input/input%u", model->port,
             model->number);
}

static inline void
event_path(const struct model *model, char *path, size_t size)
{
    snprintf(path, size, "/sys/devices/usb1/%s/input/input%u/event%u", model->port,
             model->number, model->number);
}

static inline void
describe(const struct model *model, char *text, size_t size)
{
    unsigned n = model->number;
    snprintf(text, size,
             "P: /devices/usb1/%s/input/input%u/event%u\n"
             "N: input/event%u\n"
             "S: input/by-id/usb-%s-event-kbd\n"
             "E: DEVNAME=/dev/input/event%u\n"
             "E: DEVLINKS=/dev/input/by-id/usb-%s-event-kbd\n"
             "E: SUBSYSTEM=input\n"
             "E: ID_INPUT=1\n"
             "E: ID_INPUT_KEYBOARD=1\n"
             "E: MAJOR=13\n"
             "E: MINOR=%u\n"
             "%s%s%s"
             "A: dev=13:%u\n"
             "L: device=../../input%u\n"
             "\n"
             "P: /devices/usb1/%s/input/input%u\n"
             "E: SUBSYSTEM=input\n"
             "E: NAME=\"%s\"\n"
             "A: name=%s\n"
             "A: phys=usb-0000:00:14.0-%s/input0\n"
             "A: uniq=\n"
             "A: id/vendor=%04x\n"
             "A: id/product=%04x\n",
             model->port, n, n, n, model->port, n, model->port, 64 + n,
             model->tag ? "E: TAGS=:" : "", model->tag ? model->tag : "",
             model->tag ? ":\n" : "", 64 + n, n, model->port, n, model->name,
             model->name, model->port, model->vendor, model->product);
}

static inline void
print_hex(FILE *file, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        fprintf(file, "%02X", bytes[i]);
    fprintf(file, "\n");
}

static inline void
print_text(FILE *file, const char *request, const char *text)
{
    uint8_t bytes[255] = { 0 };
    memcpy(bytes, text, strlen(text));
    fprintf(file, "%s(0) %zu ", request, strlen(text) + 1);
    print_hex(file, bytes, sizeof bytes);
}

static inline void
print_bits(FILE *file, const char *request, const unsigned *bits, size_t bytes_length)
{
    uint8_t bytes[KEYS_BYTES] = { 0 };
    for (; *bits; bits++)
        bytes[*bits / 8] = (uint8_t)(bytes[*bits / 8] | 1u << *bits % 8);
    fprintf(file, "%s %zu ", request, bytes_length);
    print_hex(file, bytes, bytes_length);
}

static inline void
print_keys(FILE *file, const struct model *model)
{
    unsigned keys[256], n = 0;
    for (unsigned key = KEY_ESC; key <= KEY_RIGHTMETA && !model->mute; key++)
        keys[n++] = key;
    keys[n++] = KEY_VOLUMEUP;
    keys[n] = 0;
    print_bits(file, "EVIOCGBIT(1)", keys, KEYS_BYTES);
    print_bits(file, "EVIOCGKEY(0)", (const unsigned[]){ model->held, 0 }, KEYS_BYTES);
}

/* The answers to libevdev's questions, with the very sizes that it asks for. */
static inline void
print_ioctls(FILE *file, const struct model *model)
{
    static const unsigned none[] = { 0 };
    static const char *const empty[] = { "EVIOCGBIT(2)",  "EVIOCGBIT(3)",
                                         "EVIOCGBIT(5)",  "EVIOCGBIT(18)",
                                         "EVIOCGPROP(0)", "EVIOCGLED(0)",
                                         "EVIOCGSND(0)",  "EVIOCGSW(0)" };
    fprintf(file, "@DEV /dev/input/event%u\n", model->number);
    fprintf(file, "EVIOCGVERSION 0 01000100\n");
    fprintf(file, "EVIOCGID 0 0300%02X%02X%02X%02X1101\n", model->vendor & 0xFF,
            model->vendor >> 8, model->product & 0xFF, model->product >> 8);
    print_text(file, "EVIOCGNAME", model->name);
    print_text(file, "EVIOCGPHYS", model->port);
    print_text(file, "EVIOCGUNIQ", "");
    fprintf(file, "EVIOCGBIT(0) 8 1300120000000000\n"); /* SYN KEY MSC LED REP */
    print_keys(file, model);
    fprintf(file, "EVIOCGBIT(4) 8 1000000000000000\n");
    fprintf(file, "EVIOCGBIT(17) 8 1F00000000000000\n");
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        print_bits(file, empty[i], none, 8);
    print_bits(file, "EVIOCGBIT(21)", none, 16);
    fprintf(file, "EVIOCGREP 0 FA00000021000000\n");
}

#endif
