/* scan-probe URI [COUNTRY]: the station's own reader and drivers on one scanner,
 * without a station behind them: prints a line for each state and each code. To try a
 * scanner out, and for tests/vm.
 *
 *     state absent        state ready        state failed
 *     code CITEC2026      malformed byte 0x1B in place 2: …      detail HF680 */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/loop_real.h"
#include "desk/desk.h"
#include "desk/reader.h"

struct desk { /* a desk that only says what it is told */
    enum scanner_state state;
    bool has_state;
};

void
desk_scan(struct desk *desk, unsigned reader, const char *code, size_t length,
          int64_t at_us)
{
    (void)desk, (void)reader, (void)length, (void)at_us;
    printf("code %s\n", code);
}

void
desk_malformed(struct desk *desk, unsigned reader, const char *reason)
{
    (void)desk, (void)reader;
    printf("malformed %s\n", reason);
}

static void
on_status(enum feed_topic topic, const void *what, void *self)
{
    static const char *const words[] = { "absent", "ready", "failed" };
    const struct reader_status *status = what;
    struct desk *desk = self;
    (void)topic;
    if (desk->has_state && desk->state == status->state)
        return;
    desk->has_state = true;
    desk->state = status->state;
    printf("state %s\ndetail %s\n", words[status->state], status->detail);
}

static void
write_line(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    fprintf(stderr, "<%d>%s: %s\n", (int)level, module, text);
}

static void
on_signal(int number, void *self)
{
    (void)number;
    loop_real_stop(self);
}

static bool
run(struct loop_real *real, const struct reader_scanner *scanner, struct err *err)
{
    static const struct scanner_driver *const drivers[] = { &scan_evdev, &scan_serial,
                                                            &scan_fifo, NULL };
    const struct log log = { .write = write_line, .threshold = LOG_LEVEL_INFO };
    struct desk desk = { .has_state = false };
    struct reader *reader;
    struct feed feed;

    feed_init(&feed);
    feed_listen(&feed, 1u << FEED_SCANNER, on_status, &desk);
    const struct reader_setting setting = { .scanners = scanner,
                                            .count = 1,
                                            .drivers = drivers,
                                            .loop = loop_real_door(real),
                                            .clock = &clock_system,
                                            .log = &log,
                                            .feed = &feed,
                                            .desk = &desk };
    if (!loop_real_on_signal(real, SIGTERM, on_signal, real, err) ||
        !loop_real_on_signal(real, SIGINT, on_signal, real, err) ||
        !reader_create(&setting, &reader, err))
        return false;
    loop_real_run(real);
    reader_destroy(reader);
    return true;
}

int
main(int argc, char **argv)
{
    struct reader_scanner scanner = { .name = "probe",
                                      .repeat_ms = 3000,
                                      .grab = true };
    struct loop_real *real = NULL;
    struct err err;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: scan-probe URI [COUNTRY]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(scanner.uri, sizeof scanner.uri, "%s", argv[1]);
    snprintf(scanner.country, sizeof scanner.country, "%s", argc == 3 ? argv[2] : "us");
    bool done = loop_real_create(&real, &err) && run(real, &scanner, &err);
    if (!done)
        fprintf(stderr, "scan-probe: %s\n", err.text);
    loop_real_destroy(real);
    return done ? 0 : 1;
}
