/* Scanners of a mock kernel (umockdev): real libudev and libevdev on devices made here.
 * Run under umockdev's preloaded library, as tests/CMakeLists.txt does. What a mock
 * cannot show (that a grab keeps others out) is shown by tests/vm. */

#include "scanning.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <umockdev.h>

#include "mock_scanner.h"

struct bed {
    UMockdevTestbed *mock;
    char directory[64];
    struct scanning scanning;
};

static void
bed_init(struct bed *bed)
{
    memset(bed, 0, sizeof *bed);
    bed->mock = umockdev_testbed_new();
    assert_true(umockdev_in_mock_environment()); /* else: run it by ctest */
    snprintf(bed->directory, sizeof bed->directory, "/tmp/yuelai-evdev-XXXXXX");
    assert_non_null(mkdtemp(bed->directory));
    scanning_init(&bed->scanning, &scan_evdev);
}

static void
bed_finish(struct bed *bed)
{
    scanning_finish(&bed->scanning);
    g_object_unref(bed->mock);
    assert_int_equal(rmdir(bed->directory), 0);
}

static void
start(struct bed *bed, const char *uri)
{
    struct err err;
    assert_true(scanning_open(&bed->scanning, uri, &err));
}

static void
load_ioctls(const struct bed *bed, const struct model *model)
{
    char path[128], node[64];
    GError *error = NULL;

    snprintf(path, sizeof path, "%s/ioctls", bed->directory);
    snprintf(node, sizeof node, "/dev/input/event%u", model->number);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    print_ioctls(file, model);
    assert_int_equal(fclose(file), 0);
    if (!umockdev_testbed_load_ioctl(bed->mock, node, path, &error))
        fail_msg("%s", error->message);
    unlink(path);
}

/* ---- what hands do ---------------------------------------------------------- */

/* Makes the device without telling anybody: it is there when the station starts. */
static void
place(const struct bed *bed, const struct model *model)
{
    char text[2048];
    GError *error = NULL;

    describe(model, text, sizeof text);
    umockdev_testbed_disable(bed->mock); /* nobody sees it half-made */
    if (!umockdev_testbed_add_from_string(bed->mock, text, &error))
        fail_msg("%s", error->message);
    load_ioctls(bed, model);
    umockdev_testbed_enable(bed->mock);
}

static void
plug(const struct bed *bed, const struct model *model)
{
    char path[256];
    place(bed, model);
    event_path(model, path, sizeof path);
    umockdev_testbed_uevent(bed->mock, path, "add");
}

static void
unplug(const struct bed *bed, const struct model *model)
{
    char path[256];
    event_path(model, path, sizeof path);
    umockdev_testbed_uevent(bed->mock, path, "remove");
    umockdev_testbed_remove_device(bed->mock, path);
    input_path(model, path, sizeof path);
    umockdev_testbed_remove_device(bed->mock, path);
    char *root = umockdev_testbed_get_root_dir(bed->mock);
    snprintf(path, sizeof path, "%s/dev/input/by-id/usb-%s-event-kbd", root,
             model->port); /* umockdev leaves it */
    unlink(path);
    g_free(root);
}

static void
send(const struct bed *bed, const struct model *model, unsigned type, unsigned code,
     int value)
{
    char node[64];
    struct input_event event = { .type = (uint16_t)type,
                                 .code = (uint16_t)code,
                                 .value = value };
    snprintf(node, sizeof node, "/dev/input/event%u", model->number);
    int fd = umockdev_testbed_get_dev_fd(bed->mock, node);
    assert_int_equal(write(fd, &event, sizeof event), sizeof event);
}

static void
press(const struct bed *bed, const struct model *model, unsigned key, int value)
{
    send(bed, model, EV_KEY, key, value);
    send(bed, model, EV_SYN, SYN_REPORT, 0);
}

static void
strike(const struct bed *bed, const struct model *model, unsigned key)
{
    press(bed, model, key, 1);
    press(bed, model, key, 0);
}

static void
type_abc(const struct bed *bed, const struct model *model)
{
    press(bed, model, KEY_LEFTSHIFT, 1);
    strike(bed, model, KEY_A);
    strike(bed, model, KEY_B);
    press(bed, model, KEY_LEFTSHIFT, 0);
    strike(bed, model, KEY_C);
    strike(bed, model, KEY_ENTER);
}

/* ---- tests ------------------------------------------------------------------ */

static void
a_scanner_is_opened_when_it_comes_and_closed_when_it_goes(void **state)
{
    (void)state;
    static const struct model first = {
        .number = 1, .vendor = 0x0c2e, .product = 0x0b61, .name = "HF680", .port = "1-2"
    };
    static const struct model again = {
        .number = 2, .vendor = 0x0c2e, .product = 0x0b61, .name = "HF680", .port = "1-2"
    };
    struct bed bed;

    bed_init(&bed);
    start(&bed, "evdev:0c2e:0b61");
    assert_string_equal(bed.scanning.heard, "|absent");
    assert_non_null(strstr(bed.scanning.detail, "0c2e:0b61"));

    plug(&bed, &first);
    scanning_until(&bed.scanning, "|absent|ready");
    assert_string_equal(bed.scanning.detail, "HF680");
    type_abc(&bed, &first);
    scanning_until(&bed.scanning, "ready|0:ABc$");

    unplug(&bed, &first);
    scanning_until(&bed.scanning, "$|lost 0|absent");
    plug(&bed, &again); /* under another number, as while somebody held the old one */
    scanning_until(&bed.scanning, "lost 0|absent|ready");
    type_abc(&bed, &again);
    scanning_until(&bed.scanning, "absent|ready|0:ABc$");
    bed_finish(&bed);
}

static void
one_that_is_there_at_the_start_is_opened_at_once(void **state)
{
    (void)state;
    static const struct model model = { .number = 3,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "DS9308",
                                        .port = "1-1" };
    struct bed bed;

    bed_init(&bed);
    place(&bed, &model);
    start(&bed, "evdev:05E0:1200");
    assert_string_equal(bed.scanning.heard, "|ready");
    type_abc(&bed, &model);
    scanning_until(&bed.scanning, "0:ABc$");
    bed_finish(&bed);
}

static void
what_is_not_named_is_never_opened(void **state)
{
    (void)state;
    static const struct model keyboard = { .number = 4,
                                           .vendor = 0x046d,
                                           .product = 0xc31c,
                                           .name = "Keyboard",
                                           .port = "1-3" };
    static const struct model volume = { .number = 5,
                                         .vendor = 0x05e0,
                                         .product = 0x1200,
                                         .name = "DS9308 keys",
                                         .port = "1-1:1.1",
                                         .mute = true };
    static const struct model scanner = { .number = 6,
                                          .vendor = 0x05e0,
                                          .product = 0x1200,
                                          .name = "DS9308",
                                          .port = "1-1:1.0" };
    struct bed bed;

    bed_init(&bed);
    place(&bed, &keyboard);
    place(&bed, &volume);
    start(&bed, "evdev:05e0:1200");
    assert_string_equal(bed.scanning.heard, "|absent");
    plug(&bed, &scanner);
    scanning_until(&bed.scanning, "ready");
    type_abc(&bed, &keyboard);
    type_abc(&bed, &scanner);
    scanning_until(&bed.scanning, "ABc$");
    assert_string_equal(bed.scanning.heard, "|absent|ready|0:ABc$");
    bed_finish(&bed);
}

static void
a_tag_or_a_path_names_a_scanner_too(void **state)
{
    (void)state;
    static const struct model other = { .number = 7,
                                        .vendor = 1,
                                        .product = 2,
                                        .name = "Other",
                                        .port = "1-5",
                                        .tag = "seat" };
    static const struct model tagged = { .number = 8,
                                         .vendor = 1,
                                         .product = 2,
                                         .name = "Tagged",
                                         .port = "1-6",
                                         .tag = "yuelai-scanner" };
    static const struct model linked = {
        .number = 9, .vendor = 1, .product = 2, .name = "Linked", .port = "1-7"
    };
    struct bed bed;

    bed_init(&bed);
    start(&bed, "evdev:tag=yuelai-scanner");
    plug(&bed, &other);
    plug(&bed, &tagged);
    scanning_until(&bed.scanning, "ready");
    assert_string_equal(bed.scanning.detail, "Tagged");
    scanning_finish(&bed.scanning);

    scanning_init(&bed.scanning, &scan_evdev);
    start(&bed, "evdev:/dev/input/event8");
    assert_string_equal(bed.scanning.heard, "|ready");
    assert_string_equal(bed.scanning.detail, "Tagged");
    scanning_finish(&bed.scanning);

    scanning_init(&bed.scanning, &scan_evdev);
    start(&bed, "evdev:/dev/input/by-id/usb-1-7-event-kbd");
    plug(&bed, &linked);
    scanning_until(&bed.scanning, "|absent|ready");
    assert_string_equal(bed.scanning.detail, "Linked");
    bed_finish(&bed);
}

static void
two_of_a_kind_are_two_sources_and_keep_them_over_an_unplug(void **state)
{
    (void)state;
    static const struct model left = {
        .number = 10, .vendor = 0x05e0, .product = 0x1200, .name = "Left", .port = "1-1"
    };
    static const struct model right = { .number = 11,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "Right",
                                        .port = "1-2" };
    static const struct model right_again = { .number = 12,
                                              .vendor = 0x05e0,
                                              .product = 0x1200,
                                              .name = "Right",
                                              .port = "1-2" };
    static const struct model left_again = {
        .number = 13, .vendor = 0x05e0, .product = 0x1200, .name = "Left", .port = "1-1"
    };
    struct bed bed;

    bed_init(&bed);
    start(&bed, "evdev:05e0:1200");
    plug(&bed, &left);
    scanning_until(&bed.scanning, "ready");
    plug(&bed, &right);
    scanning_until(&bed.scanning, "|ready|ready");
    assert_string_equal(bed.scanning.detail, "Left, Right");
    strike(&bed, &left, KEY_1);
    scanning_until(&bed.scanning, "|0:1");
    strike(&bed, &right, KEY_2);
    scanning_until(&bed.scanning, "|1:2");

    unplug(&bed, &left);
    scanning_until(&bed.scanning, "|lost 0|ready");
    unplug(&bed, &right);
    scanning_until(&bed.scanning, "|lost 1|absent");
    plug(&bed, &right_again); /* the other way round */
    scanning_until(&bed.scanning, "|absent|ready");
    strike(&bed, &right_again, KEY_3);
    scanning_until(&bed.scanning, "|1:3");
    plug(&bed, &left_again);
    scanning_until(&bed.scanning, "|1:3|ready");
    strike(&bed, &left_again, KEY_4);
    scanning_until(&bed.scanning, "|0:4");
    bed_finish(&bed);
}

static void
a_key_that_is_down_delays_the_grab_until_it_is_up(void **state)
{
    (void)state;
    static const struct model model = { .number = 14,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "DS9308",
                                        .port = "1-1",
                                        .held = KEY_ENTER };
    struct bed bed;

    bed_init(&bed);
    place(&bed, &model);
    start(&bed, "evdev:05e0:1200");
    assert_string_equal(bed.scanning.heard, "|failed");
    assert_non_null(strstr(bed.scanning.detail, "held down"));
    press(&bed, &model, KEY_ENTER, 0);
    scanning_until(&bed.scanning, "|failed|ready");
    type_abc(&bed, &model);
    scanning_until(&bed.scanning, "ABc$");
    assert_string_equal(bed.scanning.heard, "|failed|ready|0:ABc$");
    bed_finish(&bed);
}

static void
a_held_key_repeats_nothing(void **state)
{
    (void)state;
    static const struct model model = { .number = 15,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "DS9308",
                                        .port = "1-1" };
    struct bed bed;

    bed_init(&bed);
    place(&bed, &model);
    start(&bed, "evdev:05e0:1200");
    press(&bed, &model, KEY_7, 1);
    press(&bed, &model, KEY_7, 2);
    press(&bed, &model, KEY_7, 2);
    press(&bed, &model, KEY_7, 0);
    strike(&bed, &model, KEY_ENTER);
    scanning_until(&bed.scanning, "7$");
    assert_string_equal(bed.scanning.heard, "|ready|0:7$");
    bed_finish(&bed);
}

static void
an_overrun_of_the_kernels_queue_loses_the_code_and_no_more(void **state)
{
    (void)state;
    static const struct model model = { .number = 16,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "DS9308",
                                        .port = "1-1" };
    struct bed bed;

    bed_init(&bed);
    place(&bed, &model);
    start(&bed, "evdev:05e0:1200");
    press(&bed, &model, KEY_LEFTSHIFT, 1);
    strike(&bed, &model, KEY_A);
    scanning_until(&bed.scanning, "0:A");
    send(&bed, &model, EV_SYN, SYN_DROPPED, 0);
    send(&bed, &model, EV_SYN, SYN_REPORT, 0);
    scanning_until(&bed.scanning, "0:A|lost 0");
    strike(&bed, &model, KEY_B); /* the shift key came up among what was lost */
    strike(&bed, &model, KEY_ENTER);
    scanning_until(&bed.scanning, "lost 0|0:b$");
    bed_finish(&bed);
}

static void
a_scanner_of_another_country_is_understood(void **state)
{
    (void)state;
    static const struct model model = { .number = 17,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "DS9308",
                                        .port = "1-1" };
    struct bed bed;

    bed_init(&bed);
    place(&bed, &model);
    bed.scanning.setting.country = "fr";
    start(&bed, "evdev:05e0:1200");
    strike(&bed, &model, KEY_Q);
    strike(&bed, &model, KEY_A);
    press(&bed, &model, KEY_LEFTSHIFT, 1);
    strike(&bed, &model, KEY_1);
    press(&bed, &model, KEY_LEFTSHIFT, 0);
    strike(&bed, &model, KEY_KPENTER);
    scanning_until(&bed.scanning, "0:aq1$");
    bed_finish(&bed);
}

static void
one_that_cannot_be_opened_is_tried_again_and_logged_once(void **state)
{
    (void)state;
    static const struct model model = { .number = 18,
                                        .vendor = 0x05e0,
                                        .product = 0x1200,
                                        .name = "DS9308",
                                        .port = "1-1" };
    struct bed bed;
    char node[256];

    bed_init(&bed);
    place(&bed, &model);
    char *root = umockdev_testbed_get_root_dir(bed.mock);
    snprintf(node, sizeof node, "%s/dev/input/event%u", root, model.number);
    assert_true(unlink(node) == 0 && mkdir(node, 0755) == 0); /* no device any more */
    g_free(root);
    start(&bed, "evdev:05e0:1200");
    scanning_until(&bed.scanning, "|failed|failed|failed");
    assert_int_equal(bed.scanning.warnings, 1);
    bed_finish(&bed);
}

static void
a_uri_that_names_no_one_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *country, *says;
    } samples[] = {
        { "evdev:", "us", "never every keyboard" },
        { "evdev:*", "us", "never every keyboard" },
        { "evdev:05e0", "us", "VENDOR:PRODUCT" },
        { "evdev:05e0:12g0", "us", "VENDOR:PRODUCT" },
        { "evdev:tag=", "us", "tag=NAME" },
        { "evdev:event5", "us", "/dev/input/by-id" },
        { "evdev:05e0:1200", "cn", "want one of us gb fr" },
    };
    struct bed bed;

    bed_init(&bed);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct err err;
        bed.scanning.setting.country = samples[i].country;
        assert_false(scanning_open(&bed.scanning, samples[i].uri, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_non_null(strstr(err.text, samples[i].says));
    }
    bed_finish(&bed);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scanner_is_opened_when_it_comes_and_closed_when_it_goes),
        cmocka_unit_test(one_that_is_there_at_the_start_is_opened_at_once),
        cmocka_unit_test(what_is_not_named_is_never_opened),
        cmocka_unit_test(a_tag_or_a_path_names_a_scanner_too),
        cmocka_unit_test(two_of_a_kind_are_two_sources_and_keep_them_over_an_unplug),
        cmocka_unit_test(a_key_that_is_down_delays_the_grab_until_it_is_up),
        cmocka_unit_test(a_held_key_repeats_nothing),
        cmocka_unit_test(an_overrun_of_the_kernels_queue_loses_the_code_and_no_more),
        cmocka_unit_test(a_scanner_of_another_country_is_understood),
        cmocka_unit_test(one_that_cannot_be_opened_is_tried_again_and_logged_once),
        cmocka_unit_test(a_uri_that_names_no_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
