#include "print_usb.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "printer.h"
#include "str.h"

enum {
    LPGETSTATUS = 0x060b, /* linux/lp.h, whose other contents are of parallel ports */
    CLASS_IN_INTERFACE = 0xA1, /* bmRequestType */
    GET_PORT_STATUS = 1,
    ASK_MS = 1000,
    TEXT_MAX = 127,
    PATH_BYTES = 512
};

/* ---- the device's URI ---------------------------------------------------------- */

static int
hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* A part of a URI up to an '&', without its %XX. */
static void
decode(const char *from, char *to, size_t room)
{
    size_t length = 0, used = strcspn(from, "&");
    for (size_t i = 0; i < used && length + 1 < room; i++) {
        bool coded = from[i] == '%' && i + 2 < used &&
                     isxdigit((unsigned char)from[i + 1]) &&
                     isxdigit((unsigned char)from[i + 2]);
        int value =
            coded ? hex_digit(from[i + 1]) * 16 + hex_digit(from[i + 2]) : from[i];
        to[length++] = (char)value;
        i += coded ? 2 : 0;
    }
    to[length] = '\0';
}

/* False if it is no USB printer's; serial "" if none is said. */
static bool
read_uri(const char *uri, char serial[TEXT_MAX + 1])
{
    const char *options = strchr(uri, '?');
    const char *at = options ? strstr(options, "serial=") : NULL;
    serial[0] = '\0';
    if (at)
        decode(at + strlen("serial="), serial, TEXT_MAX + 1);
    return str_starts(uri, "usb://");
}

/* ---- the kernel's devices ------------------------------------------------------ */

static bool
read_text(const char *device, const char *name, char *text, size_t room)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", device, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, room - 1);
    if (fd >= 0)
        close(fd);
    text[length < 0 ? 0 : length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return length >= 0;
}

static unsigned
read_number(const char *device, const char *name, int base)
{
    char text[TEXT_MAX + 1];
    read_text(device, name, text, sizeof text);
    return (unsigned)strtoul(text, NULL, base);
}

/* usblp's node below an interface, "lp0". */
static bool
find_usblp(const char *interface, char *name, size_t room)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.480s/usbmisc", interface);
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool found = false;
    while (dir && !found && (entry = readdir(dir)) != NULL)
        found = str_starts(entry->d_name, "lp") && str_copy(name, room, entry->d_name);
    if (dir)
        closedir(dir);
    return found;
}

/* interface: ".../1-2:1.0", which stands in its device's directory. */
static void
read_port(const char *interface, const char *device, struct usb_port *port)
{
    char name[32];
    port->interface = read_number(interface, "bInterfaceNumber", 16);
    port->is_usblp = find_usblp(interface, name, sizeof name);
    if (port->is_usblp)
        snprintf(port->node, sizeof port->node, "/dev/usb/%s", name);
    else
        snprintf(port->node, sizeof port->node, "/dev/bus/usb/%03u/%03u",
                 read_number(device, "busnum", 10), read_number(device, "devnum", 10));
}

bool
usb_port_find(const char *devices, const char *uri, struct usb_port *port)
{
    char serial[TEXT_MAX + 1], own[TEXT_MAX + 1];
    char interface[PATH_BYTES], device[PATH_BYTES];
    DIR *dir = read_uri(uri, serial) ? opendir(devices) : NULL;
    struct dirent *entry;
    unsigned same = 0, possible = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        size_t stem = strcspn(entry->d_name, ":"); /* "1-2" of "1-2:1.0" */
        snprintf(interface, sizeof interface, "%.255s/%.200s", devices, entry->d_name);
        if (!entry->d_name[stem] || read_number(interface, "bInterfaceClass", 16) != 7)
            continue;
        snprintf(device, sizeof device, "%.255s/%.*s", devices, (int)stem,
                 entry->d_name);
        bool has_own = read_text(device, "serial", own, sizeof own) && own[0];
        bool is_same = serial[0] && strcmp(own, serial) == 0;
        bool may_be = !serial[0] || !has_own;
        if (is_same || (may_be && same == 0))
            read_port(interface, device, port);
        same += is_same;
        possible += may_be;
    }
    if (dir)
        closedir(dir);
    return same == 1 || (same == 0 && possible == 1);
}

/* ---- what it says -------------------------------------------------------------- */

bool
usb_port_status(const struct usb_port *port, unsigned *status)
{
    int fd = open(port->node, O_RDWR | O_NONBLOCK | O_CLOEXEC), word = 0;
    unsigned char byte = 0;
    struct usbdevfs_ctrltransfer ask = { .bRequestType = CLASS_IN_INTERFACE,
                                         .bRequest = GET_PORT_STATUS,
                                         .wIndex = (unsigned short)port->interface,
                                         .wLength = 1,
                                         .timeout = ASK_MS,
                                         .data = &byte };
    bool good = fd >= 0 && (port->is_usblp ? ioctl(fd, LPGETSTATUS, &word) == 0
                                           : ioctl(fd, USBDEVFS_CONTROL, &ask) == 1);
    if (fd >= 0)
        close(fd);
    *status = port->is_usblp ? (unsigned)word & 0xFF : byte;
    return good;
}

unsigned
usb_port_reasons(unsigned status, bool *trusted)
{
    unsigned known = USB_PORT_NO_ERROR | USB_PORT_SELECTED | USB_PORT_PAPER_EMPTY;
    if ((status & known) == (USB_PORT_NO_ERROR | USB_PORT_SELECTED)) {
        *trusted = true;
        return 0;
    }
    if (!*trusted)
        return 0;
    if (status & USB_PORT_PAPER_EMPTY)
        return PRINTER_MEDIA_EMPTY;
    return status & USB_PORT_SELECTED ? PRINTER_OTHER : PRINTER_OFFLINE;
}
