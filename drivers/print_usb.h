#ifndef YUELAI_PRINT_USB_H
#define YUELAI_PRINT_USB_H

/* print_usb: what a USB printer's port says of its paper, while nobody prints.
 *
 *     usb://Zebra%20Technologies/ZTC%20ZD421?serial=D2J1    the queue's device, by CUPS
 *       -> /sys/bus/usb/devices/1-2:1.0                     its interface, of class 7
 *       -> GET_PORT_STATUS                                  paper empty, selected, no error
 *
 * CUPS' usb backend never tells it: a queue on an empty USB printer is idle and without
 * reasons until a badge is stuck in it. The three bits are those of the USB printer class
 * (USB Device Class Definition for Printing Devices 1.1, 4.2.2). Who answers: the
 * kernel's usblp where it has the printer (/dev/usb/lp0, linux/lp.h), else the device by
 * usbfs: for many makes, Zebra among them, CUPS never gives a printer back to usblp.
 *
 * They are a hint. Many printers answer them with a constant, so one is believed only
 * after it has said "paper, selected, no error" once. It costs a badge nothing: it is
 * asked only where the queue is idle, by the lane that would send the next one. */

#include <stdbool.h>
#include <stddef.h>

enum { /* of the status byte */
    USB_PORT_NO_ERROR = 0x08,
    USB_PORT_SELECTED = 0x10,
    USB_PORT_PAPER_EMPTY = 0x20
};

struct usb_port {
    char node[64];      /* /dev/usb/lp0, or /dev/bus/usb/001/002 */
    bool is_usblp;      /* the former */
    unsigned interface; /* its number in the device */
};

/* The port of the printer that CUPS calls `uri`, in what stands below `devices`
 * ("/sys/bus/usb/devices"): the one of that serial number, else the only one that may be
 * it. False: none is there now, or it cannot be told which. */
bool usb_port_find(const char *devices, const char *uri, struct usb_port *port);

/* The status byte; false: it does not say (no permission, in use, gone). Takes a second
 * at most, 5 s at usblp. */
bool usb_port_status(const struct usb_port *port, unsigned *status);

/* enum printer_reason bits of a status. `trusted` is kept by the caller for each printer,
 * false at first. */
unsigned usb_port_reasons(unsigned status, bool *trusted);

#endif
