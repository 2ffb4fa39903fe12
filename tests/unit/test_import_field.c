#include "desk/import_field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/zone.h"

static void
fields_are_cleaned_and_moments_are_read(void **state)
{
    (void)state;
    char text[32];
    assert_true(
        field_clean(text, sizeof text, "  a\nb\x1B[2J\xE2\x80\xAE c\xE3\x80\x80"));
    assert_string_equal(text, "a b [2J c");
    assert_true(field_clean(text, sizeof text, "'=1+1"));
    assert_string_equal(text, "=1+1");
    assert_false(field_clean(text, 4, "abcd"));
    assert_true(field_clean(text, 4, "abc   "));
    field_slug(text, sizeof text, " AI Forum, Hall 2! ");
    assert_string_equal(text, "ai-forum-hall-2");
    field_slug(text, sizeof text, "人工智能 论坛（N2）");
    assert_string_equal(text, "人工智能-论坛-n2");

    static const struct {
        const char *text;
        bool end;
        int64_t ms;
    } moments[] = {
        { "2026-11-25 09:30", false, 1795570200000 },
        { "2026/11/25 9:30:00", false, 1795570200000 },
        { "2026年11月25日 9:30", false, 1795570200000 },
        { "2026-11-25T01:30:00Z", false, 1795570200000 },
        { "2026-11-25T03:30:00+02:00", false, 1795570200000 },
        { "2026-11-25", false, 1795536000000 },
        { "2026-11-25", true, 1795536000000 + 86399000 },
        { "25.11.2026", false, -1 },
        { "2026-02-29", false, -1 },
        { "2026-11-25 25:00", false, -1 },
        { "2026-11-25 09:30 x", false, -1 },
        { "", false, -1 },
    };
    struct zone *zone;
    struct err err;
    assert_true(zone_open("Asia/Shanghai", &zone, &err));
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        int64_t ms = -1;
        bool good = field_moment(zone, moments[i].text, moments[i].end, &ms);
        if (good != (moments[i].ms >= 0) || (good && ms != moments[i].ms))
            fail_msg("%s: %lld", moments[i].text, (long long)ms);
    }
    zone_close(zone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_cleaned_and_moments_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
