#ifndef YUELAI_TEST_SCANNING_H
#define YUELAI_TEST_SCANNING_H

/* scanning: a driver on the real loop, and what it says to its host, as one line:
 *
 *     "|absent|ready|0:CITEC2026$|lost 0|absent"      $ stands for CR and LF
 *
 * For the tests of the scanner drivers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop_real.h"
#include "scanner.h"

struct scanning {
    struct loop_real *real;
    struct loop_timer *deadline;
    char heard[4096];
    char detail[256];  /* of the last state */
    unsigned warnings; /* lines in the log */
    unsigned talker;   /* whose bytes stand last in heard, + 1; 0 = nobody's */
    const char *wanted;
    bool late;
    int64_t last_at_us;
    struct scanner_setting setting;
    const struct scanner_driver *driver;
    struct scanner *scanner;
    struct log log;
};

static inline void
scanning_note(struct scanning *scanning, const char *text)
{
    size_t used = strlen(scanning->heard);
    assert_true(used + strlen(text) < sizeof scanning->heard);
    memcpy(scanning->heard + used, text, strlen(text) + 1);
    if (scanning->wanted && strstr(scanning->heard, scanning->wanted))
        loop_real_stop(scanning->real);
}

static inline void
scanning_on_bytes(unsigned source, const uint8_t *bytes, size_t length, int64_t at_us,
                  void *self)
{
    struct scanning *scanning = self;
    char piece[8];

    assert_true(length > 0 && source < SCANNER_SOURCES_MAX);
    if (scanning->talker != source + 1) {
        snprintf(piece, sizeof piece, "|%u:", source);
        scanning_note(scanning, piece);
    }
    scanning->talker = source + 1;
    scanning->last_at_us = at_us;
    for (size_t i = 0; i < length; i++) {
        bool end = bytes[i] == '\r' || bytes[i] == '\n';
        snprintf(piece, sizeof piece, "%c", end ? '$' : (char)bytes[i]);
        scanning_note(scanning, piece);
    }
}

static inline void
scanning_on_lost(unsigned source, void *self)
{
    struct scanning *scanning = self;
    char piece[16];

    scanning->talker = 0;
    snprintf(piece, sizeof piece, "|lost %u", source);
    scanning_note(scanning, piece);
}

static inline void
scanning_on_state(enum scanner_state state, const char *detail, void *self)
{
    struct scanning *scanning = self;
    scanning->talker = 0;
    snprintf(scanning->detail, sizeof scanning->detail, "%s", detail);
    scanning_note(scanning, state == SCANNER_READY    ? "|ready"
                            : state == SCANNER_ABSENT ? "|absent"
                                                      : "|failed");
}

static inline void
scanning_on_deadline(void *self)
{
    struct scanning *scanning = self;
    scanning->late = true;
    loop_real_stop(scanning->real);
}

static inline void
scanning_on_log(enum log_level level, const char *module, const char *text, void *self)
{
    struct scanning *scanning = self;
    scanning->warnings += level == LOG_LEVEL_WARNING;
    print_message("<%d>%s: %s\n", (int)level, module, text);
}

static inline void
scanning_init(struct scanning *scanning, const struct scanner_driver *driver)
{
    struct err err;
    memset(scanning, 0, sizeof *scanning);
    assert_true(loop_real_create(&scanning->real, &err));
    const struct loop *loop = loop_real_door(scanning->real);
    scanning->deadline = loop_timer_create(loop, scanning_on_deadline, scanning);
    scanning->driver = driver;
    scanning->log = (struct log){ .write = scanning_on_log,
                                  .self = scanning,
                                  .threshold = LOG_LEVEL_DEBUG };
    scanning->setting = (struct scanner_setting){ .country = "us",
                                                  .grab = true,
                                                  .loop = loop,
                                                  .clock = &clock_system,
                                                  .log = &scanning->log,
                                                  .host = { .bytes = scanning_on_bytes,
                                                            .lost = scanning_on_lost,
                                                            .state = scanning_on_state,
                                                            .self = scanning } };
}

static inline bool
scanning_open(struct scanning *scanning, const char *uri, struct err *err)
{
    scanning->setting.uri = uri;
    scanning->scanner = scanning->driver->open(&scanning->setting, err);
    return scanning->scanner != NULL;
}

/* Turns the loop until `wanted` has been heard, at most 10 s. */
static inline void
scanning_until(struct scanning *scanning, const char *wanted)
{
    const struct loop *loop = scanning->setting.loop;
    if (strstr(scanning->heard, wanted))
        return;
    scanning->wanted = wanted;
    loop_timer_arm(loop, scanning->deadline, 10000);
    loop_real_run(scanning->real);
    loop_timer_disarm(loop, scanning->deadline);
    scanning->wanted = NULL;
    if (scanning->late)
        fail_msg("wanted \"%s\", heard \"%s\" (%s)", wanted, scanning->heard,
                 scanning->detail);
}

static inline void
scanning_finish(struct scanning *scanning)
{
    scanning->driver->close(scanning->scanner);
    loop_timer_destroy(scanning->setting.loop, scanning->deadline);
    loop_real_destroy(scanning->real);
}

#endif
