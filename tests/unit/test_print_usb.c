#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../drivers/print_usb.h"
#include "printer.h"
#include "str.h"

/* The kernel's side is a directory laid out as /sys is: real ones stand in tests/vm. */

static char root[] = "/tmp/yl-usb-XXXXXX";

static void
put(const char *dir, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Device 1-N, with one interface; lp: usblp has it. */
static void
add_device(unsigned number, const char *class, const char *serial, const char *lp)
{
    char device[128], interface[160], path[200];
    snprintf(device, sizeof device, "%s/1-%u", root, number);
    snprintf(interface, sizeof interface, "%s/1-%u:1.0", root, number);
    assert_int_equal(mkdir(device, 0700), 0);
    assert_int_equal(mkdir(interface, 0700), 0);
    put(device, "busnum", "1\n");
    snprintf(path, sizeof path, "%u\n", number + 10);
    put(device, "devnum", path);
    put(interface, "bInterfaceClass", class);
    put(interface, "bInterfaceNumber", "02\n");
    if (serial)
        put(device, "serial", serial);
    if (!lp)
        return;
    snprintf(path, sizeof path, "%s/usbmisc", interface);
    assert_int_equal(mkdir(path, 0700), 0);
    put(path, lp, "");
}

static int
set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(root));
    add_device(1, "07\n", "D2J190400123\n", "lp0");
    add_device(2, "07\n", "D2J190400999\n", NULL);
    add_device(3, "07\n", NULL, NULL);
    add_device(4, "03\n", "SCANNER\n", NULL);
    return 0;
}

static int
drop(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int
tear_down(void **state)
{
    (void)state;
    return nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void
a_printer_is_found_by_what_cups_calls_it(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *node; /* NULL: none, or it cannot be told */
    } rows[] = {
        { "usb://Zebra%20Technologies/ZTC%20ZD421?serial=D2J190400123",
          "/dev/usb/lp0" },
        { "usb://Zebra/ZTC%20ZD421?serial=D2J190400999&interface=1",
          "/dev/bus/usb/001/012" },
        { "usb://Zebra/ZTC?serial=%442J1904009%39%39", "/dev/bus/usb/001/012" },
        /* a number that stands in the identification only: the one without a number */
        { "usb://Brother/QL-820NWB?serial=E5Z", "/dev/bus/usb/001/013" },
        { "usb://Brother/QL-820NWB", NULL }, /* which of three? */
        { "usb://Brother/QL?serial=%", "/dev/bus/usb/001/013" },
        { "socket://10.0.0.7/?serial=D2J190400123", NULL },
        { "usb:", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct usb_port port = { .node = "" };
        bool found = usb_port_find(root, rows[i].uri, &port);
        if (found != (rows[i].node != NULL))
            fail_msg("%s: %s", rows[i].uri, found ? port.node : "not found");
        if (!found)
            continue;
        assert_string_equal(port.node, rows[i].node);
        assert_int_equal(port.interface, 2);
        assert_int_equal(port.is_usblp, strstr(port.node, "lp") != NULL);
    }
}

static void
where_no_printer_is_plugged_in_none_is_found(void **state)
{
    (void)state;
    struct usb_port port;
    assert_false(usb_port_find("/nowhere", "usb://Brother/QL-820NWB", &port));
}

static void
a_file_that_is_no_port_says_nothing(void **state)
{
    (void)state;
    struct usb_port port = { .is_usblp = false };
    unsigned status;
    put(root, "plain", "");
    snprintf(port.node, sizeof port.node, "%s/plain", root);
    assert_false(usb_port_status(&port, &status));
    port.is_usblp = true;
    assert_false(usb_port_status(&port, &status));
    str_copy(port.node, sizeof port.node, "/nowhere/lp0");
    assert_false(usb_port_status(&port, &status));
}

static void
a_port_is_believed_once_it_has_said_that_all_is_well(void **state)
{
    (void)state;
    static const struct {
        unsigned status, reasons;
        bool trusted; /* afterwards */
    } rows[] = {
        { 0x30, 0, false }, /* always "no paper": many printers say so for ever */
        { 0x00, 0, false },
        { 0xff, 0, false },
        { 0x18, 0, true },
        { 0x38, PRINTER_MEDIA_EMPTY, true },
        { 0x30, PRINTER_MEDIA_EMPTY, true },
        { 0x20, PRINTER_MEDIA_EMPTY, true },
        { 0x10, PRINTER_OTHER, true },
        { 0x08, PRINTER_OFFLINE, true },
        { 0x00, PRINTER_OFFLINE, true },
        { 0x1b, 0, true }, /* the other bits mean nothing */
    };
    bool trusted = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned reasons = usb_port_reasons(rows[i].status, &trusted);
        if (reasons != rows[i].reasons || trusted != rows[i].trusted)
            fail_msg("row %zu, 0x%02x: 0x%x, %d", i, rows[i].status, reasons, trusted);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_is_found_by_what_cups_calls_it),
        cmocka_unit_test(where_no_printer_is_plugged_in_none_is_found),
        cmocka_unit_test(a_file_that_is_no_port_says_nothing),
        cmocka_unit_test(a_port_is_believed_once_it_has_said_that_all_is_well),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
