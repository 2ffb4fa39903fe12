#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct zone *
open_zone(const char *name)
{
    struct zone *zone;
    struct err err;
    if (!zone_open(name, &zone, &err))
        fail_msg("%s", err.text);
    return zone;
}

static int64_t
moment(const struct zone *zone, const char *text)
{
    struct zone_time time;
    struct err err;
    assert_true(zone_read(text, &time, &err));
    return zone_utc_ms(zone, &time);
}

static void
local_times_are_moments(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *local;
        int64_t utc_s;
    } samples[] = {
        { "Asia/Shanghai", "2026-11-24 13:30", 1795498200 },
        { "UTC", "2026-11-24 13:30:05", 1795527005 },
        { "Europe/Berlin", "2026-07-01T12:00", 1782900000 },    /* +2 */
        { "Europe/Berlin", "2026-12-01 12:00", 1796122800 },    /* +1 */
        { "Europe/Berlin", "2026-10-25 02:30", 1792888200 },    /* twice: the first */
        { "Europe/Berlin", "2026-03-29 02:30", 1774747800 },    /* never: 03:30 */
        { "America/St_Johns", "2026-01-15 00:00", 1768447800 }, /* -3:30 */
        { "Asia/Shanghai", "1970-01-01 08:00", 0 },
        { "UTC", "2028-02-29 00:00", 1835395200 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct zone *zone = open_zone(samples[i].zone);
        assert_int_equal(moment(zone, samples[i].local), samples[i].utc_s * 1000);
        zone_close(zone);
    }
}

static void
every_hour_agrees_with_the_c_library(void **state)
{
    (void)state;
    static const char *const names[] = { "Asia/Shanghai", "Europe/Belgrade",
                                         "America/Sao_Paulo", "Australia/Lord_Howe" };
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        struct zone *zone = open_zone(names[n]);
        setenv("TZ", names[n], 1);
        tzset();
        for (int64_t s = -86400 * 400; s < 2000000000; s += 3600 * 7 + 1) {
            struct zone_time ours;
            struct tm theirs;
            time_t t = (time_t)s;
            zone_local(zone, s * 1000, &ours);
            localtime_r(&t, &theirs);
            if (ours.year != theirs.tm_year + 1900 || ours.month != theirs.tm_mon + 1 ||
                ours.day != theirs.tm_mday || ours.hour != theirs.tm_hour ||
                ours.minute != theirs.tm_min || ours.second != theirs.tm_sec)
                fail_msg("%s at %lld", names[n], (long long)s);
        }
        zone_close(zone);
    }
    unsetenv("TZ");
}

static void
what_is_no_zone_or_time_is_refused(void **state)
{
    (void)state;
    static const char *const zones[] = { "Asia/Peking", "../../../etc/passwd",
                                         "/etc/passwd", "Asia",
                                         "a b",         "tzdata.zi" };
    static const char *const times[] = { "",
                                         "2026-11-24",
                                         "2026-11-24 13:60",
                                         "2026-11-24 24:00",
                                         "2026-13-01 00:00",
                                         "2026-02-29 00:00",
                                         "2026-11-24 13:30 ",
                                         "2026-11-24 1:30",
                                         "26-11-24 13:30",
                                         "1969-12-31 23:59" };
    struct err err;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct zone *zone;
        assert_false(zone_open(zones[i], &zone, &err));
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct zone_time time;
        assert_false(zone_read(times[i], &time, &err));
        assert_non_null(strstr(err.text, "2026-11-24 13:30"));
    }
    zone_close(open_zone("")); /* the system's */
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_times_are_moments),
        cmocka_unit_test(every_hour_agrees_with_the_c_library),
        cmocka_unit_test(what_is_no_zone_or_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
