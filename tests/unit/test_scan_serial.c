#include "scanning.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* A cable: a pseudo terminal behind a link, as udev makes one in /dev/serial/by-id. */
struct cable {
    char directory[64], link[96], uri[128];
    int ours; /* the scanner's end; -1 = unplugged */
};

static void
cable_init(struct cable *cable)
{
    snprintf(cable->directory, sizeof cable->directory, "/tmp/yuelai-serial-XXXXXX");
    assert_non_null(mkdtemp(cable->directory));
    snprintf(cable->link, sizeof cable->link, "%s/usb-Honeywell", cable->directory);
    snprintf(cable->uri, sizeof cable->uri, "serial:%s", cable->link);
    cable->ours = -1;
}

static void
plug(struct cable *cable)
{
    char name[128];
    int theirs;
    assert_int_equal(openpty(&cable->ours, &theirs, name, NULL, NULL), 0);
    assert_int_equal(symlink(name, cable->link), 0);
    close(theirs);
}

static void
unplug(struct cable *cable)
{
    unlink(cable->link);
    close(cable->ours);
    cable->ours = -1;
}

static void
cable_finish(struct cable *cable)
{
    if (cable->ours >= 0)
        unplug(cable);
    assert_int_equal(rmdir(cable->directory), 0);
}

static void
put(const struct cable *cable, const char *text)
{
    assert_int_equal(write(cable->ours, text, strlen(text)), strlen(text));
}

static void
a_line_in_two_pieces_arrives_byte_for_byte(void **state)
{
    (void)state;
    struct cable cable;
    struct scanning scanning;
    struct err err;

    cable_init(&cable);
    plug(&cable);
    scanning_init(&scanning, &scan_serial);
    assert_true(scanning_open(&scanning, cable.uri, &err));
    assert_string_equal(scanning.heard, "|ready");
    put(&cable, "]Q1CITEC2026:7QX4");
    scanning_until(&scanning, "7QX4");
    put(&cable, "-K9MV-2F\r\n");
    scanning_until(&scanning, "2F$$");
    put(&cable, "\x03\x04\x11\x13\x1A\x7F\r"); /* a raw line swallows none of them */
    scanning_until(&scanning, "\x03\x04\x11\x13\x1A\x7F$");
    assert_string_equal(
        scanning.heard,
        "|ready|0:]Q1CITEC2026:7QX4-K9MV-2F$$\x03\x04\x11\x13\x1A\x7F$");
    scanning_finish(&scanning);
    cable_finish(&cable);
}

static void
the_line_is_set_as_the_scanner_wants_it(void **state)
{
    (void)state;
    struct cable cable;
    struct scanning scanning;
    struct termios line;
    struct err err;

    cable_init(&cable);
    plug(&cable);
    scanning_init(&scanning, &scan_serial);
    scanning.setting.baud = 9600;
    assert_true(scanning_open(&scanning, cable.uri, &err));
    assert_int_equal(tcgetattr(cable.ours, &line), 0);
    assert_int_equal(cfgetispeed(&line), B9600);
    assert_int_equal(line.c_lflag & (ECHO | ICANON | ISIG), 0);
    assert_int_equal(line.c_cflag & (CSTOPB | PARENB | CSIZE), CS8);
    assert_true(line.c_cflag & CLOCAL);
    scanning_finish(&scanning);
    cable_finish(&cable);
}

static void
an_unplugged_scanner_is_taken_up_again_when_it_comes_back(void **state)
{
    (void)state;
    struct cable cable;
    struct scanning scanning;
    struct err err;

    cable_init(&cable);
    scanning_init(&scanning, &scan_serial);
    assert_true(scanning_open(&scanning, cable.uri, &err)); /* absent is no error */
    assert_string_equal(scanning.heard, "|absent");
    assert_non_null(strstr(scanning.detail, "plug the scanner in"));

    plug(&cable);
    scanning_until(&scanning, "ready");
    put(&cable, "HALF A CO");
    scanning_until(&scanning, "HALF A CO");
    unplug(&cable);
    scanning_until(&scanning, "|lost 0|absent");
    assert_non_null(strstr(scanning.detail, "unplugged"));

    plug(&cable);
    scanning_until(&scanning, "|lost 0|absent|ready");
    put(&cable, "CITEC\r");
    scanning_until(&scanning, "ready|0:CITEC$");
    scanning_finish(&scanning);
    cable_finish(&cable);
}

static void
what_is_no_serial_line_fails_with_advice_and_is_tried_again(void **state)
{
    (void)state;
    struct cable cable;
    struct scanning scanning;
    struct err err;

    cable_init(&cable);
    assert_int_equal(symlink("/dev/null", cable.link), 0);
    scanning_init(&scanning, &scan_serial);
    assert_true(scanning_open(&scanning, cable.uri, &err));
    assert_string_equal(scanning.heard, "|failed");
    assert_non_null(strstr(scanning.detail, "/dev/serial/by-id"));
    unlink(cable.link);
    plug(&cable);
    scanning_until(&scanning, "|ready");
    scanning_finish(&scanning);
    cable_finish(&cable);
}

/* As another user: root may open everything. */
static void
a_line_without_permission_names_the_group(void **state)
{
    (void)state;
    struct cable cable;
    struct scanning scanning;
    struct err err;

    cable_init(&cable);
    plug(&cable);
    assert_int_equal(chmod(cable.link, 0), 0);
    if (geteuid() == 0) {
        assert_int_equal(chmod(cable.directory, 0755), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    scanning_init(&scanning, &scan_serial);
    assert_true(scanning_open(&scanning, cable.uri, &err));
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_string_equal(scanning.heard, "|failed");
    assert_non_null(strstr(scanning.detail, "dialout"));
    scanning_finish(&scanning);
    cable_finish(&cable);
}

static void
a_uri_that_cannot_be_right_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *says;
        int32_t baud;
    } samples[] = {
        { "serial:", "want serial:/dev", 0 },
        { "serial:ttyACM0", "want serial:/dev", 0 },
        { "serial:/dev/ttyACM0", "baud 12345", 12345 },
        { "serial:/dev/ttyACM0", "baud -1", -1 },
    };
    struct scanning scanning;
    scanning_init(&scanning, &scan_serial);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct err err;
        scanning.setting.baud = samples[i].baud;
        assert_false(scanning_open(&scanning, samples[i].uri, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_non_null(strstr(err.text, samples[i].says));
    }
    scanning_finish(&scanning);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_in_two_pieces_arrives_byte_for_byte),
        cmocka_unit_test(the_line_is_set_as_the_scanner_wants_it),
        cmocka_unit_test(an_unplugged_scanner_is_taken_up_again_when_it_comes_back),
        cmocka_unit_test(what_is_no_serial_line_fails_with_advice_and_is_tried_again),
        cmocka_unit_test(a_line_without_permission_names_the_group),
        cmocka_unit_test(a_uri_that_cannot_be_right_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
