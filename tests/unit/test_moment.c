#include "base/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void
moments_are_read_as_other_programs_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t at_ms;
        int offset_minutes;
        bool has_offset, has_time;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0, 0, true, true },
        { "1970-01-01T01:00:00+01:00", 0, 60, true, true },
        { "1970-01-01 00:00", 0, 0, false, true },
        { "1970-01-02", 86400000, 0, false, false },
        { "2026-11-24T13:30:00.123456+0530", 1795507200123, 330, true, true },
        { "2026-11-24T13:30:00.5-08", 1795555800500, -480, true, true },
        { "2026-11-24T13:30:00,25z", 1795527000250, 0, true, true },
        { "2028-02-29T23:59:59Z", 1835481599000, 0, true, true },
        { "1969-12-31T23:59:59.999Z", -1, 0, true, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct moment got;
        if (!moment_read(rows[i].text, strlen(rows[i].text), &got))
            fail_msg("%s is not read", rows[i].text);
        if (got.at_ms != rows[i].at_ms ||
            got.offset_minutes != rows[i].offset_minutes ||
            got.has_offset != rows[i].has_offset || got.has_time != rows[i].has_time)
            fail_msg("%s: got %lld, %d", rows[i].text, (long long)got.at_ms,
                     (int)got.offset_minutes);
    }
}

static void
what_is_no_moment_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-02-29",
        "2026-00-10",
        "2026-01-32",
        "0000-01-01",
        "2026-1-1",
        "2026-11-24T",
        "2026-11-24T24:00",
        "2026-11-24T12:60",
        "2026-11-24T12:00:60",
        "2026-11-24T12:00:00.",
        "2026-11-24T12:00:00+",
        "2026-11-24T12:00:00+1",
        "2026-11-24T12:00:00+01:",
        "2026-11-24T12:00:00+24:00",
        "2026-11-24T12:00:00ZZ",
        " 2026-11-24",
        "2026-11-24 ",
        "24.11.2026",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct moment got;
        if (moment_read(rows[i], strlen(rows[i]), &got))
            fail_msg("\"%s\" was taken", rows[i]);
    }
}

static void
clocks_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int second_of_day; /* -1: refused */
    } rows[] = {
        { "09:05", 32700 }, { "9:05", 32700 },
        { "7:5", 25500 },   { "21:30:15", 77415 },
        { "00:00", 0 },     { "23:59:59", 86399 },
        { "12 am", 0 },     { "12:00pm", 43200 },
        { "11PM", 82800 },  { "24:00", -1 },
        { "12:60", -1 },    { "12", -1 },
        { "", -1 },         { ":30", -1 },
        { "13pm", -1 },     { "0am", -1 },
        { "10:00 x", -1 },  { "123:00", -1 },
        { "12:00:61", -1 }, { "12:", -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct zone_time got = { 0 };
        bool good = moment_read_clock(rows[i].text, strlen(rows[i].text), &got);
        int second = good ? (got.hour * 60 + got.minute) * 60 + got.second : -1;
        if (second != rows[i].second_of_day)
            fail_msg("\"%s\": got %d", rows[i].text, second);
    }
}

static void
what_is_written_is_read_again(void **state)
{
    (void)state;
    char text[MOMENT_TEXT_MAX];
    struct moment got;
    assert_string_equal(moment_write(1795507200123, text), "2026-11-24T08:00:00.123Z");
    for (int64_t at = -62135596800000; at < 253402300799999; at += 7919 * 86399999ll) {
        moment_write(at, text);
        assert_true(moment_read(text, strlen(text), &got));
        assert_int_equal(got.at_ms, at);
    }
}

static void
weekdays_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t s = -86400 * 900; s < 2000000000; s += 86400 * 3 + 17) {
        struct tm tm;
        time_t t = (time_t)s;
        gmtime_r(&t, &tm);
        assert_int_equal(moment_weekday(NULL, s * 1000), tm.tm_wday ? tm.tm_wday : 7);
    }
}

static int64_t
ms(const char *text)
{
    struct moment moment;
    assert_true(moment_read(text, strlen(text), &moment));
    return moment.at_ms;
}

static void
clocks_on_the_wall_go_on_when_they_are_changed(void **state)
{
    (void)state;
    struct zone *berlin;
    struct err err;
    assert_true(zone_open("Europe/Berlin", &berlin, &err));
    static const struct {
        const char *from, *to;
        int minutes;
    } rows[] = {
        { "2026-06-01T10:00:00Z", "2026-06-01T12:00:00Z", 120 },
        { "2026-10-24T23:30:00.5Z", "2026-10-25T02:30:00.5Z", 120 }, /* 01:30, 03:30 */
        { "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z", 60 },
        { "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", 120 }, /* 01:30, 03:30 */
        { "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z", -60 }, /* the first 02:30 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            moment_add_local(berlin, ms(rows[i].from), rows[i].minutes * 60000ll),
            ms(rows[i].to));
    zone_close(berlin);
}

static void
the_hour_that_comes_twice_is_told_apart(void **state)
{
    (void)state;
    struct zone *berlin;
    struct err err;
    assert_true(zone_open("Europe/Berlin", &berlin, &err));
    assert_false(moment_is_second(berlin, ms("2026-10-25T00:59:59.999Z")));
    assert_true(moment_is_second(berlin, ms("2026-10-25T01:00:00.001Z")));
    assert_true(moment_is_second(berlin, ms("2026-10-25T01:59:59.999Z")));
    assert_false(moment_is_second(berlin, ms("2026-10-25T02:00:00Z")));
    assert_false(moment_is_second(NULL, ms("2026-10-25T01:00:00Z")));
    struct zone_time twice = { 2026, 10, 25, 2, 30, 0 },
                     once = { 2026, 10, 25, 3, 30, 0 };
    assert_int_equal(moment_utc_ms(berlin, &twice), ms("2026-10-25T00:30:00Z"));
    assert_int_equal(moment_utc_second_ms(berlin, &twice), ms("2026-10-25T01:30:00Z"));
    assert_int_equal(moment_utc_second_ms(berlin, &once), ms("2026-10-25T02:30:00Z"));
    zone_close(berlin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read_as_other_programs_write_them),
        cmocka_unit_test(what_is_no_moment_is_refused),
        cmocka_unit_test(clocks_are_read),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(weekdays_agree_with_the_c_library),
        cmocka_unit_test(clocks_on_the_wall_go_on_when_they_are_changed),
        cmocka_unit_test(the_hour_that_comes_twice_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
