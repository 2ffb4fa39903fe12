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

#include "press.h"
#include "str.h"

static char dir[] = "/tmp/yuelai-file-XXXXXX";
static struct press press;

static struct printer_request
ask(enum printer_op op, const char *job_name)
{
    static char bytes[] = "%PDF-1.4 whole";
    struct printer_request request = { .op = op, .deadline_ms = 2000 };
    str_copy(request.job_name, sizeof request.job_name, job_name);
    request.document = (struct printer_document){
        bytes, sizeof bytes - 1, "application/pdf", 1, 1, ""
    };
    press_ask(&press, &request);
    return request;
}

static void
a_document_becomes_a_file_of_its_jobs_name(void **state)
{
    (void)state;
    char path[128], line[64] = "";
    assert_int_equal(ask(PRINTER_FIND, "kiosk-A-1-1").job, PRINTER_JOB_ABSENT);
    struct printer_request request = ask(PRINTER_SUBMIT, "kiosk-A-1-1");
    assert_int_equal(request.outcome, PRINTER_ACCEPTED);
    uint64_t epoch = request.epoch;

    snprintf(path, sizeof path, "%s/kiosk-A-1-1.pdf", dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_string_equal(line, "%PDF-1.4 whole");

    request = ask(PRINTER_STATUS, "kiosk-A-1-1");
    assert_int_equal(request.outcome, PRINTER_ANSWERED);
    assert_int_equal(request.job, PRINTER_JOB_COMPLETED);
    assert_true(request.started && request.accepting);
    assert_int_equal(request.epoch, epoch);
    assert_int_not_equal(epoch, 0);
    assert_int_equal(ask(PRINTER_STATUS, "kiosk-A-1-2").job, PRINTER_JOB_ABSENT);
}

/* Raw documents have one format in CUPS and many languages. */
static void
a_file_ends_as_its_language_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *language, *format, *extension;
    } cases[] = {
        { "zpl", "application/vnd.cups-raw", "zpl" },
        { "brother_ql", "application/vnd.cups-raw", "ql" },
        { "dymo_lw", "application/vnd.cups-raw", "lw" },
        { "epl2", "application/vnd.cups-raw", "epl" },
        { "tspl", "application/vnd.cups-raw", "tspl" },
        { "escpos", "application/vnd.cups-raw", "escpos" },
        { "pwg", "image/pwg-raster", "pwg" },
        { "cups-raster", "application/vnd.cups-raster", "ras" },
        { "pdf1", "application/pdf", "pdf" },
        { NULL, "image/pwg-raster", "pwg" },
        { NULL, "application/vnd.cups-raw", "prn" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[128];
        struct printer_request request = { .op = PRINTER_SUBMIT,
                                           .language = cases[i].language,
                                           .deadline_ms = 2000 };
        snprintf(request.job_name, sizeof request.job_name, "kiosk-B-%zu-1", i);
        request.document =
            (struct printer_document){ "bytes", 5, cases[i].format, 1, 1, "" };
        press_ask(&press, &request);
        assert_int_equal(request.outcome, PRINTER_ACCEPTED);
        snprintf(path, sizeof path, "%s/kiosk-B-%zu-1.%s", dir, i, cases[i].extension);
        assert_int_equal(access(path, F_OK), 0);
        assert_int_equal(ask(PRINTER_STATUS, request.job_name).job,
                         PRINTER_JOB_COMPLETED);
        assert_int_equal(unlink(path), 0);
    }
}

static void
what_cannot_be_written_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    char path[128];
    struct printer_request request = ask(PRINTER_SUBMIT, "no/such/place");
    assert_int_equal(request.outcome, PRINTER_REFUSED);
    assert_non_null(strstr(request.text, "No such file"));
    snprintf(path, sizeof path, "%s/no", dir);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void
a_relative_path_is_an_error_that_says_what_is_wanted(void **state)
{
    (void)state;
    struct press broken;
    struct err err = { 0 };
    assert_false(press_open(&broken, &print_file, "file:labels", "", &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "file:/DIR"));
    press_close(&broken);
}

static int
open_dir(void **state)
{
    (void)state;
    char uri[64];
    struct err err = { 0 };
    if (!mkdtemp(dir))
        return -1;
    snprintf(uri, sizeof uri, "file:%s", dir);
    return press_open(&press, &print_file, uri, "", &err) ? 0 : -1;
}

static int
close_dir(void **state)
{
    (void)state;
    char path[128];
    press_close(&press);
    snprintf(path, sizeof path, "%s/kiosk-A-1-1.pdf", dir);
    unlink(path);
    return rmdir(dir); /* nothing else is there */
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_becomes_a_file_of_its_jobs_name),
        cmocka_unit_test(a_file_ends_as_its_language_is_written),
        cmocka_unit_test(what_cannot_be_written_is_refused_and_leaves_nothing),
        cmocka_unit_test(a_relative_path_is_an_error_that_says_what_is_wanted),
    };
    return cmocka_run_group_tests(tests, open_dir, close_dir);
}
