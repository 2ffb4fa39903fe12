#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../drivers/print_cups.h"
#include "press.h"
#include "str.h"

/* A real cupsd with a printer that is a program: nothing here is made up. */

static struct press_room room;
static struct press press;

static const char document[] = "^XA^PW16^LL2^FO0,0^GFA,4,4,2,!,^FS^XZ\n";

static struct printer_request
request_for(enum printer_op op, const char *job_name)
{
    struct printer_request request = { .op = op, .deadline_ms = 4000 };
    str_copy(request.job_name, sizeof request.job_name, job_name);
    return request;
}

static struct printer_request
submit(const char *job_name)
{
    static char bytes[sizeof document];
    memcpy(bytes, document, sizeof bytes);
    struct printer_request request = request_for(PRINTER_SUBMIT, job_name);
    request.document = (struct printer_document){
        bytes, sizeof document - 1, "application/vnd.cups-raw", 62000, 100000, ""
    };
    press_ask(&press, &request);
    return request;
}

static struct printer_request
ask(enum printer_op op, const char *job_name)
{
    struct printer_request request = request_for(op, job_name);
    press_ask(&press, &request);
    return request;
}

static struct printer_request
watch_until_over(const char *job_name)
{
    struct printer_request request;
    for (int i = 0; i < 500; i++) {
        request = ask(PRINTER_STATUS, job_name);
        if (request.outcome != PRINTER_ANSWERED || request.job >= PRINTER_JOB_COMPLETED)
            break;
        press_wait(&press, 10);
    }
    return request;
}

static void
a_job_is_accepted_printed_once_and_found_by_its_name(void **state)
{
    (void)state;
    int before = press_room_count(&room, "files", ".doc");
    struct printer_request request = submit("kiosk-A-1-1");
    assert_int_equal(request.outcome, PRINTER_ACCEPTED);
    assert_int_not_equal(request.epoch, 0);
    uint64_t epoch = request.epoch;

    request = watch_until_over("kiosk-A-1-1");
    assert_int_equal(request.job, PRINTER_JOB_COMPLETED);
    assert_true(request.started);
    assert_true(request.accepting);
    assert_int_equal(request.reasons, 0);
    assert_int_equal(request.epoch, epoch);
    assert_int_equal(press_room_count(&room, "files", ".doc"), before + 1);

    assert_int_equal(ask(PRINTER_FIND, "kiosk-A-1-1").job, PRINTER_JOB_COMPLETED);
    request = ask(PRINTER_FIND, "kiosk-A-1-2");
    assert_int_equal(request.outcome, PRINTER_ANSWERED);
    assert_int_equal(request.job, PRINTER_JOB_ABSENT);
}

static void
a_waiting_job_is_cancelled_and_known_never_to_have_started(void **state)
{
    (void)state;
    press_room_control(&room, "files", "hang=1\n");
    assert_int_equal(submit("kiosk-A-2-1").outcome, PRINTER_ACCEPTED);
    assert_int_equal(submit("kiosk-A-3-1").outcome, PRINTER_ACCEPTED);
    press_wait(&press, 100);
    struct printer_request first = ask(PRINTER_STATUS, "kiosk-A-2-1");
    assert_int_equal(first.job, PRINTER_JOB_PRINTING);
    assert_true(first.started);
    assert_int_equal(first.queue, PRINTER_BUSY);

    struct printer_request second = ask(PRINTER_CANCEL, "kiosk-A-3-1");
    assert_int_equal(second.job, PRINTER_JOB_CANCELED);
    assert_false(second.started);

    ask(PRINTER_CANCEL, "kiosk-A-2-1");
    first = watch_until_over("kiosk-A-2-1");
    assert_int_equal(first.job, PRINTER_JOB_CANCELED);
    assert_true(first.started);
    press_room_control(&room, "files", "");
}

static void
a_queue_that_is_not_there_refuses(void **state)
{
    (void)state;
    struct press lost;
    struct err err = { 0 };
    assert_true(press_open(&lost, &print_cups, "cups:nowhere", room.server, &err));
    struct printer_request request = request_for(PRINTER_SUBMIT, "kiosk-A-9-1");
    char bytes[] = "x";
    request.document =
        (struct printer_document){ bytes, 1, "application/vnd.cups-raw", 1, 1, "" };
    press_ask(&lost, &request);
    assert_int_equal(request.outcome, PRINTER_REFUSED);
    assert_true(request.text[0] != '\0');
    request = request_for(PRINTER_STATUS, "");
    press_ask(&lost, &request);
    assert_int_equal(request.outcome, PRINTER_ANSWERED);
    assert_int_equal(request.queue, PRINTER_STOPPED);
    assert_true(request.reasons & PRINTER_NO_QUEUE);
    press_close(&lost);
}

static void
a_printer_without_labels_says_so_and_goes_on_when_refilled(void **state)
{
    (void)state;
    int before = press_room_count(&room, "files", ".doc");
    press_room_control(&room, "files", "labels=0\n");
    assert_int_equal(submit("kiosk-A-4-1").outcome, PRINTER_ACCEPTED);
    struct printer_request request;
    for (int i = 0; i < 200; i++) {
        request = ask(PRINTER_STATUS, "kiosk-A-4-1");
        if (request.reasons)
            break;
        press_wait(&press, 10);
    }
    assert_int_equal(request.reasons, PRINTER_MEDIA_EMPTY);
    assert_int_equal(request.job, PRINTER_JOB_PRINTING);
    press_room_control(&room, "files", "labels=5\n");
    request = watch_until_over("kiosk-A-4-1");
    assert_int_equal(request.job, PRINTER_JOB_COMPLETED);
    assert_int_equal(request.reasons, 0);
    assert_int_equal(press_room_count(&room, "files", ".doc"), before + 1);
    press_room_control(&room, "files", "");
}

static void
a_cupsd_that_hangs_is_unknown_within_the_deadline(void **state)
{
    (void)state;
    int before = press_room_count(&room, "files", ".doc");
    uint64_t epoch = ask(PRINTER_STATUS, "").epoch;
    press_room_cupsd(&room, "-STOP");
    char bytes[] = "x";
    struct printer_request request = request_for(PRINTER_SUBMIT, "kiosk-A-5-1");
    request.document =
        (struct printer_document){ bytes, 1, "application/vnd.cups-raw", 1, 1, "" };
    request.deadline_ms = 1500;
    int64_t took_ms = press_ask(&press, &request);
    assert_int_equal(request.outcome, PRINTER_UNKNOWN);
    assert_true(took_ms < 1500 + 1500);

    request = request_for(PRINTER_STATUS, "");
    request.deadline_ms = 1000; /* a connection is made, an answer never comes */
    took_ms = press_ask(&press, &request);
    assert_int_equal(request.outcome, PRINTER_UNKNOWN);
    assert_true(took_ms < 1000 + 1500);

    press_room_cupsd(&room, "-CONT");
    press_wait(&press, 300);
    request =
        ask(PRINTER_FIND, "kiosk-A-5-1"); /* it woke up and read on: there, or not */
    assert_int_equal(request.outcome, PRINTER_ANSWERED);
    assert_int_equal(request.epoch, epoch); /* the same cupsd as before */
    int came = request.job == PRINTER_JOB_ABSENT ? 0 : 1;
    if (came)
        watch_until_over("kiosk-A-5-1");
    assert_int_equal(press_room_count(&room, "files", ".doc"), before + came);
}

static void
a_cupsd_started_anew_has_another_epoch_and_the_same_jobs(void **state)
{
    (void)state;
    press_room_control(&room, "files", "hang=1\n");
    uint64_t epoch = submit("kiosk-A-6-1").epoch;
    press_room_cupsd(&room, "-KILL");
    struct printer_request request = request_for(PRINTER_STATUS, "");
    press_ask(&press, &request);
    assert_int_equal(request.outcome, PRINTER_UNKNOWN);
    request = submit("kiosk-A-7-1");
    assert_int_equal(request.outcome, PRINTER_REFUSED); /* surely nothing was taken */

    assert_true(press_room_cupsd(&room, "restart"));
    request = ask(PRINTER_FIND, "kiosk-A-6-1");
    assert_int_equal(request.outcome, PRINTER_ANSWERED);
    assert_int_not_equal(request.job, PRINTER_JOB_ABSENT); /* accepted is on disk */
    assert_int_not_equal(request.epoch, epoch);
    assert_int_not_equal(request.epoch, 0);
    assert_int_equal(ask(PRINTER_FIND, "kiosk-A-7-1").job, PRINTER_JOB_ABSENT);
    ask(PRINTER_CANCEL, "kiosk-A-6-1");
    press_room_control(&room, "files", "");
}

static void
reasons_are_read_by_their_stem(void **state)
{
    (void)state;
    static const struct {
        const char *keyword;
        unsigned reason;
    } samples[] = {
        { "none", 0 },
        { "media-empty", PRINTER_MEDIA_EMPTY },
        { "media-empty-error", PRINTER_MEDIA_EMPTY },
        { "media-empty-report", PRINTER_MEDIA_EMPTY },
        { "media-needed-warning", PRINTER_MEDIA_EMPTY },
        { "media-low-report", PRINTER_MEDIA_LOW },
        { "media-jam-error", PRINTER_MEDIA_JAM },
        { "cover-open-warning", PRINTER_COVER_OPEN },
        { "door-open", PRINTER_COVER_OPEN },
        { "offline-report", PRINTER_OFFLINE },
        { "paused", PRINTER_PAUSED },
        { "marker-supply-empty-error", PRINTER_SUPPLY_EMPTY },
        { "cups-missing-filter-warning", PRINTER_FILTER_FAILED },
        { "cups-waiting-for-job-completed", 0 },
        { "com.vendor-strange-error", PRINTER_OTHER },
        { "com.vendor-strange-report", 0 },
        { "", 0 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_int_equal(cups_reason(samples[i].keyword), samples[i].reason);
}

static void
an_address_that_cannot_be_right_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *server, *says;
    } samples[] = {
        { "cups:", "", "want cups:QUEUE" },  { "cups:two words", "", "two words" },
        { "cups:../etc", "", "../etc" },     { "cups:q", "host:", "host:" },
        { "cups:q", "host:99999", "99999" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct press broken;
        struct err err = { 0 };
        assert_false(
            press_open(&broken, &print_cups, samples[i].uri, samples[i].server, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_non_null(strstr(err.text, samples[i].says));
        press_close(&broken);
    }
}

static int
open_room(void **state)
{
    (void)state;
    struct err err = { 0 };
    if (access("/usr/sbin/cupsd", X_OK) != 0)
        return 0;
    return press_room_open(&room, "files=shelf") &&
                   press_open(&press, &print_cups, "cups:files", room.server, &err)
               ? 0
               : -1;
}

static int
close_room(void **state)
{
    (void)state;
    if (press.printer)
        press_close(&press);
    press_room_close(&room);
    return 0;
}

static void
a_spooler_that_is_not_there_is_told_from_one_that_is_silent(void **state)
{
    struct press away;
    struct err err = { 0 };
    (void)state;
    if (!press_open(&away, &print_cups, "cups:files", "/tmp/nobody-listens.sock", &err))
        fail_msg("%s", err.text);
    struct printer_request request = request_for(PRINTER_STATUS, "");
    press_ask(&away, &request);
    assert_int_equal(request.outcome, PRINTER_UNKNOWN);
    assert_int_equal(request.reasons, PRINTER_NO_SPOOLER);
    assert_non_null(strstr(request.text, "/tmp/nobody-listens.sock"));
    press_close(&away);

    assert_true(press_room_cupsd(&room, "-STOP"));
    request = request_for(PRINTER_STATUS, "");
    request.deadline_ms = 700;
    press_ask(&press, &request);
    assert_true(press_room_cupsd(&room, "-CONT"));
    assert_int_equal(request.outcome, PRINTER_UNKNOWN);
    assert_int_equal(request.reasons, 0);
}

static void
a_queue_that_cannot_be_right_for_the_profile_is_named(void **state)
{
    static const char raw[] = "application/vnd.cups-raw", pwg[] = "image/pwg-raster";
    static const char raster[] = "application/vnd.cups-raster";
    static const struct {
        const char *format, *language, *model, *device;
        bool wrong;
    } rows[] = {
        { raw, "zpl", "Local Raw Printer", "socket://10.0.0.5:9100", false },
        { raw, "zpl", "Zebra ZPL Label Printer", "usb://Zebra/ZD421", false },
        { raw, "zpl", "Printer - IPP Everywhere", "ipp://printer.local/ipp/print",
          true },
        { raw, "zpl", "HP Laser, driverless, cups-filters 1.28.17", "ipp://x/", true },
        { raw, "zpl", "DYMO LabelWriter 450", "usb://DYMO/LW450", true },
        { raw, "zpl", "Brother QL-820NWB CUPS v1.1", "socket://10.0.0.6", true },
        { pwg, "pwg", "Local Raw Printer", "socket://10.0.0.5:9100", true },
        { pwg, "pwg", "Local Raw Printer", "usb://Zebra/ZD421", true },
        { pwg, "pwg", "Local Raw Printer", "ipp://printer.local/ipp/print", false },
        { pwg, "pwg", "Printer - IPP Everywhere", "ipp://printer.local/ipp/print",
          false },
        { pwg, "pwg", "Zebra ZPL Label Printer", "socket://10.0.0.5", false },
        { "application/pdf", "pdf1", "Local Raw Printer", "socket://10.0.0.5", false },
        { "application/pdf", "pdf1", "", "", false },
        { raw, "dymo_lw", "DYMO LabelWriter 450", "usb://DYMO/LW450", false },
        { raw, "brother_ql", "Brother QL-820NWB CUPS v1.1", "socket://10.0.0.6",
          false },
        { raw, "dymo_lw", "Brother QL-820NWB CUPS v1.1", "socket://10.0.0.6", true },
        { raster, "cups-raster", "Local Raw Printer", "usb://DYMO/LW450", true },
        { raster, "cups-raster", "DYMO LabelWriter 450", "usb://DYMO/LW450", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool wrong = cups_wrong_driver(rows[i].format, rows[i].language, rows[i].model,
                                       rows[i].device) != NULL;
        if (wrong != rows[i].wrong)
            fail_msg("%s (%s) on \"%s\", %s", rows[i].format, rows[i].language,
                     rows[i].model, rows[i].device);
    }
}

int
main(void)
{
    static const struct CMUnitTest with_cupsd[] = {
        cmocka_unit_test(a_job_is_accepted_printed_once_and_found_by_its_name),
        cmocka_unit_test(a_waiting_job_is_cancelled_and_known_never_to_have_started),
        cmocka_unit_test(a_queue_that_is_not_there_refuses),
        cmocka_unit_test(a_printer_without_labels_says_so_and_goes_on_when_refilled),
        cmocka_unit_test(a_spooler_that_is_not_there_is_told_from_one_that_is_silent),
        cmocka_unit_test(a_cupsd_that_hangs_is_unknown_within_the_deadline),
        cmocka_unit_test(a_cupsd_started_anew_has_another_epoch_and_the_same_jobs),
    };
    static const struct CMUnitTest alone[] = {
        cmocka_unit_test(a_queue_that_cannot_be_right_for_the_profile_is_named),
        cmocka_unit_test(reasons_are_read_by_their_stem),
        cmocka_unit_test(an_address_that_cannot_be_right_is_named),
    };
    int failed = cmocka_run_group_tests(alone, NULL, NULL);
    if (access("/usr/sbin/cupsd", X_OK) != 0) {
        print_message("SKIP: no cupsd on this machine\n");
        return failed;
    }
    return failed + cmocka_run_group_tests(with_cupsd, open_room, close_room);
}
