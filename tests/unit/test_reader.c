#include "desk/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/desk.h"

/* A reader on a loop and a clock turned by hand, with a driver that says what the test
 * makes it say, in front of a desk that only writes down. */

struct loop_timer {
    loop_fn *call;
    void *self;
    int64_t due_us; /* -1 = not armed */
};

struct scanner { /* the driver of the test */
    struct scanner_setting setting;
};

struct desk {
    char said[4096];
    int64_t at_us; /* of the last code */
};

enum { TIMERS_MAX = 128 };

static struct {
    int64_t now_us, utc_ms;
    struct loop_timer timers[TIMERS_MAX];
    unsigned timers_made, timers_gone, opened, closed;
    struct scanner scanners[READER_SCANNERS_MAX];
    struct reader_status published;
    unsigned publications;
    char logged[8192];
} world;

static void say(struct desk *desk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct desk *desk, const char *format, ...)
{
    size_t used = strlen(desk->said);
    va_list args;
    va_start(args, format);
    vsnprintf(desk->said + used, sizeof desk->said - used, format, args);
    va_end(args);
}

void
desk_scan(struct desk *desk, unsigned reader, const char *code, size_t length,
          int64_t at_us)
{
    assert_int_equal(strlen(code), length);
    desk->at_us = at_us;
    say(desk, "|%u:%s", reader, code);
}

void
desk_malformed(struct desk *desk, unsigned reader, const char *reason)
{
    assert_true(strlen(reason) > 0);
    say(desk, "|%u!", reader);
}

static int64_t
now_us(void *self)
{
    (void)self;
    return world.now_us;
}

static int64_t
utc_ms(void *self)
{
    (void)self;
    return world.utc_ms;
}

static struct loop_timer *
timer_create_(loop_fn *call, void *call_self, void *self)
{
    (void)self;
    assert_true(world.timers_made < TIMERS_MAX);
    struct loop_timer *timer = &world.timers[world.timers_made++];
    *timer = (struct loop_timer){ call, call_self, -1 };
    return timer;
}

static void
timer_arm(struct loop_timer *timer, int64_t delay_ms, void *self)
{
    (void)self;
    timer->due_us = world.now_us + delay_ms * 1000;
}

static void
timer_disarm(struct loop_timer *timer, void *self)
{
    (void)self;
    timer->due_us = -1;
}

static void
timer_destroy(struct loop_timer *timer, void *self)
{
    (void)self;
    timer->due_us = -1;
    world.timers_gone++;
}

/* Lets time pass, a millisecond at a time. */
static void
pass_ms(int64_t ms)
{
    for (; ms > 0; ms--) {
        world.now_us += 1000;
        world.utc_ms++;
        for (unsigned i = 0; i < world.timers_made; i++) {
            struct loop_timer *timer = &world.timers[i];
            if (timer->due_us < 0 || timer->due_us > world.now_us)
                continue;
            timer->due_us = -1;
            timer->call(timer->self);
        }
    }
}

static struct scanner *
driver_open(const struct scanner_setting *setting, struct err *err)
{
    if (strcmp(setting->uri, "test:bad") == 0) {
        err_set(err, ERR_INPUT, "\"%s\": want test:good", setting->uri);
        return NULL;
    }
    struct scanner *scanner = &world.scanners[world.opened++];
    scanner->setting = *setting;
    setting->host.state(SCANNER_ABSENT, "plug it in", setting->host.self);
    return scanner;
}

static void
driver_close(struct scanner *scanner)
{
    (void)scanner;
    world.closed++;
}

static void
on_feed(enum feed_topic topic, const void *what, void *self)
{
    (void)self;
    assert_int_equal(topic, FEED_SCANNER);
    world.published = *(const struct reader_status *)what;
    world.publications++;
}

static void
on_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self, (void)level, (void)module;
    size_t used = strlen(world.logged);
    snprintf(world.logged + used, sizeof world.logged - used, "%s\n", text);
}

static const struct loop loop = { .timer_create = timer_create_,
                                  .timer_arm = timer_arm,
                                  .timer_disarm = timer_disarm,
                                  .timer_destroy = timer_destroy };
static const struct clock turned = { .utc_ms = utc_ms, .mono_us = now_us };
static const struct log log_here = { .write = on_log, .threshold = LOG_LEVEL_DEBUG };
static const struct scanner_driver driver = { .scheme = "test",
                                              .open = driver_open,
                                              .close = driver_close };
static const struct scanner_driver *const drivers[] = { &driver, NULL };

struct scene {
    struct feed feed;
    struct desk desk;
    struct reader *reader;
};

static bool
start(struct scene *scene, const struct reader_scanner *scanners, unsigned count,
      struct err *err)
{
    memset(&world, 0, sizeof world);
    memset(scene, 0, sizeof *scene);
    world.utc_ms = 1795500000000;
    feed_init(&scene->feed);
    feed_listen(&scene->feed, 1u << FEED_SCANNER, on_feed, NULL);
    const struct reader_setting setting = { .scanners = scanners,
                                            .count = count,
                                            .drivers = drivers,
                                            .loop = &loop,
                                            .clock = &turned,
                                            .log = &log_here,
                                            .feed = &scene->feed,
                                            .desk = &scene->desk };
    return reader_create(&setting, &scene->reader, err);
}

static void
start_usual(struct scene *scene)
{
    static const struct reader_scanner usual[] = {
        { .name = "front", .uri = "test:a", .repeat_ms = 3000 },
        { .name = "side", .uri = "test:b", .repeat_ms = 3000, .strip_prefix = "<<" },
    };
    struct err err;
    assert_true(start(scene, usual, 2, &err));
}

static void
stop(struct scene *scene)
{
    reader_destroy(scene->reader);
    assert_int_equal(world.closed, world.opened);
    assert_int_equal(world.timers_gone, world.timers_made);
}

static void
send(unsigned scanner, unsigned source, const char *text)
{
    const struct scanner_host *host = &world.scanners[scanner].setting.host;
    host->bytes(source, (const uint8_t *)text, strlen(text), world.now_us, host->self);
}

static void
lose(unsigned scanner, unsigned source)
{
    const struct scanner_host *host = &world.scanners[scanner].setting.host;
    host->lost(source, host->self);
}

static bool
is_it(const char *text, size_t length, void *self)
{
    return length == strlen(self) && memcmp(text, self, length) == 0;
}

static void
codes_go_to_the_desk_with_their_scanner_and_moment(void **state)
{
    (void)state;
    struct scene scene;
    struct reader_status status;

    start_usual(&scene);
    pass_ms(70);
    send(0, 0, "]Q1CITEC\r\n");
    assert_int_equal(scene.desk.at_us, 70000);
    reader_on_code(scene.reader, is_it, "MINE"); /* somebody else's is taken before */
    send(0, 0, "MINE\r");
    send(1, 0, "<<VIP\r");
    assert_string_equal(scene.desk.said, "|0:CITEC|1:VIP");
    reader_status(scene.reader, 0, &status);
    assert_int_equal(status.codes, 2);
    assert_int_equal(status.last_ms, world.utc_ms);
    assert_string_equal(status.name, "front");
    assert_int_equal(world.published.reader, 1);
    assert_int_equal(world.published.codes, 1);
    stop(&scene);
}

static void
devices_interleaved_byte_by_byte_are_kept_apart(void **state)
{
    (void)state;
    static const char *const codes[] = { "AAAAAAAAAA\r", "BBBBBBBBBB\r", "CCCCCCCCCC\r",
                                         "DDDDDDDDDD\r" };
    struct scene scene;

    start_usual(&scene);
    for (size_t at = 0; at < 11; at++) {
        for (unsigned i = 0; i < 4; i++) {
            char byte[2] = { codes[i][at], '\0' };
            send(i / 2, i % 2 ? 7 : 0, byte);
        }
    }
    assert_string_equal(scene.desk.said,
                        "|0:AAAAAAAAAA|0:BBBBBBBBBB|1:CCCCCCCCCC|1:DDDDDDDDDD");
    stop(&scene);
}

static void
a_silence_of_one_device_ends_its_code_and_not_its_neighbours(void **state)
{
    (void)state;
    struct scene scene;

    start_usual(&scene);
    send(0, 0, "FIRST");
    for (int i = 0; i < 4; i++) {
        pass_ms(40);
        send(0, 1, "x");
    }
    assert_string_equal(scene.desk.said, "|0:FIRST");
    pass_ms(149);
    assert_string_equal(scene.desk.said, "|0:FIRST");
    pass_ms(2);
    assert_string_equal(scene.desk.said, "|0:FIRST|0:xxxx");
    stop(&scene);
}

static void
a_loss_forgets_the_code_of_that_device_alone(void **state)
{
    (void)state;
    struct scene scene;

    start_usual(&scene);
    send(0, 0, "HA");
    send(0, 1, "GO");
    lose(0, 0);
    send(0, 0, "LF\rNEXT\r");
    send(0, 1, "OD\r");
    assert_string_equal(scene.desk.said, "|0:NEXT|0:GOOD");
    lose(0, 0);
    pass_ms(200);
    send(0, 0, "LAST\r");
    assert_string_equal(scene.desk.said, "|0:NEXT|0:GOOD|0:LAST");
    stop(&scene);
}

static void
a_code_in_sight_is_told_once_and_counted(void **state)
{
    (void)state;
    struct scene scene;
    struct reader_status status;

    start_usual(&scene);
    for (int i = 0; i < 5; i++) {
        send(0, 0, "CITEC\r");
        pass_ms(1000);
    }
    send(0, 1, "CITEC\r"); /* another device: another guest's hand */
    pass_ms(3001);
    send(0, 0, "CITEC\r");
    assert_string_equal(scene.desk.said, "|0:CITEC|0:CITEC|0:CITEC");
    reader_status(scene.reader, 0, &status);
    assert_int_equal(status.codes, 3);
    assert_int_equal(status.repeats, 4);
    stop(&scene);
}

static void
what_is_no_code_is_told_once_with_its_reason(void **state)
{
    (void)state;
    struct scene scene;
    struct reader_status status;

    start_usual(&scene);
    for (int i = 0; i < 4296; i++)
        send(0, 0, "A");
    send(0, 0, "\r");
    send(1, 0, "A\x1B[2J\r");
    assert_string_equal(scene.desk.said, "|0!|1!");
    assert_non_null(strstr(world.logged, "over 1024"));
    assert_non_null(strstr(world.logged, "0x1B in place 2"));
    reader_status(scene.reader, 1, &status);
    assert_int_equal(status.malformed, 1);
    assert_int_equal(status.codes, 0);
    stop(&scene);
}

static void
the_log_never_holds_a_code(void **state)
{
    (void)state;
    struct scene scene;

    start_usual(&scene);
    send(0, 0, "SECRETCODE\r");
    send(0, 0, "SECRETCODE\x01\r");
    reader_inject(scene.reader, 0, "SECRETCODE", 10);
    assert_null(strstr(world.logged, "SECRET"));
    assert_non_null(strstr(world.logged, "scanner=front code bytes=10"));
    stop(&scene);
}

static void
a_state_is_published_when_it_changes(void **state)
{
    (void)state;
    struct scene scene;

    start_usual(&scene);
    assert_int_equal(world.publications, 2); /* both absent */
    const struct scanner_host *host = &world.scanners[1].setting.host;
    host->state(SCANNER_READY, "HF680", host->self);
    assert_int_equal(world.publications, 3);
    assert_int_equal(world.published.reader, 1);
    assert_int_equal(world.published.state, SCANNER_READY);
    assert_string_equal(world.published.detail, "HF680");
    host->state(SCANNER_READY, "HF680", host->self);
    assert_int_equal(world.publications, 3);
    host->state(SCANNER_FAILED, "a\nb", host->self);
    assert_non_null(strstr(world.logged, "a\\x0Ab"));
    stop(&scene);
}

static void
typed_codes_go_the_same_way_each_time(void **state)
{
    (void)state;
    struct scene scene;

    start_usual(&scene);
    reader_inject(scene.reader, 1, "<<CITEC\n", 8);
    reader_inject(scene.reader, 1, "CITEC", 5);
    reader_inject(scene.reader, READER_STAFF, " STAFF ", 7); /* the staff's slot */
    reader_inject(scene.reader, READER_STAFF, "A\0B", 3);
    reader_inject(scene.reader, 0, "", 0);
    reader_inject(scene.reader, READER_STAFF, " ", 1); /* whoever types is answered */
    assert_string_equal(scene.desk.said, "|1:CITEC|1:CITEC|8:STAFF|8!|8!");
    stop(&scene);
}

static void
a_reader_that_stopped_lets_go_of_its_devices_once(void **state)
{
    (void)state;
    struct scene scene;
    struct reader_status status;

    start_usual(&scene);
    const struct scanner_host *host = &world.scanners[0].setting.host;
    host->bytes(0, (const uint8_t *)"HALF", 4, 0, host->self);
    reader_stop(scene.reader);
    reader_inject(scene.reader, 0, "WHOLE", 5);
    reader_inject(scene.reader, READER_STAFF, "TYPED", 5);
    pass_ms(1000);
    assert_string_equal(scene.desk.said, "");
    assert_int_equal(world.closed, 2);
    reader_status(scene.reader, 1, &status);
    assert_string_equal(status.name, "side");
    stop(&scene);
    assert_int_equal(world.closed, 2);
}

static void
a_scanner_that_cannot_be_right_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *says;
    } samples[] = {
        { "test:bad", "scanner \"side\": \"test:bad\": want test:good" },
        { "usb:1",
          "scanner \"side\": \"usb:1\": no such kind of scanner; there are test:" },
        { "tes:1", "no such kind" },
        { "", "no such kind" },
        { "test:a", "scanner \"side\": \"test:a\" is another scanner's already" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct reader_scanner scanners[] = { { .name = "front", .uri = "test:a" },
                                             { .name = "side" } };
        struct scene scene;
        struct err err;
        snprintf(scanners[1].uri, sizeof scanners[1].uri, "%s", samples[i].uri);
        assert_false(start(&scene, scanners, 2, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_non_null(strstr(err.text, samples[i].says));
        stop(&scene);
    }
    struct scene scene;
    struct err err;
    assert_false(start(&scene, NULL, READER_SCANNERS_MAX + 1, &err));
    assert_int_equal(err.code, ERR_LIMIT);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_go_to_the_desk_with_their_scanner_and_moment),
        cmocka_unit_test(devices_interleaved_byte_by_byte_are_kept_apart),
        cmocka_unit_test(a_silence_of_one_device_ends_its_code_and_not_its_neighbours),
        cmocka_unit_test(a_loss_forgets_the_code_of_that_device_alone),
        cmocka_unit_test(a_code_in_sight_is_told_once_and_counted),
        cmocka_unit_test(what_is_no_code_is_told_once_with_its_reason),
        cmocka_unit_test(the_log_never_holds_a_code),
        cmocka_unit_test(a_state_is_published_when_it_changes),
        cmocka_unit_test(typed_codes_go_the_same_way_each_time),
        cmocka_unit_test(a_reader_that_stopped_lets_go_of_its_devices_once),
        cmocka_unit_test(a_scanner_that_cannot_be_right_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
