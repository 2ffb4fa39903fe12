#include "sync/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ERROR = -1, HARD_ON = -2, HARD_OFF = -3, END = -9 };

struct way {
    int64_t limit_ms;
    bool offline; /* at the start */
    int events[8];
    bool offline_after[8];
};

static void
two_errors_among_five_or_slowness_lead_out_and_calm_leads_back(void **state)
{
    (void)state;
    static const struct way ways[] = {
        { 5000, false, { ERROR, END }, { false } },
        { 5000, false, { ERROR, 100, ERROR, END }, { false, false, true } },
        { 5000, false, { ERROR, 9, 9, 9, 9, 9, ERROR, END }, { false } },
        { 5000,
          true,
          { ERROR, 100, 100, 100, 100, 100, END },
          { true, true, true, true, true, false } },
        { 1000, false, { 1000, 1200, END }, { false, true } },
        { 1000, false, { 2000, END }, { false } },
        { 0, false, { ERROR, ERROR, ERROR, END }, { false, false, false } },
        { 5000, false, { 9, HARD_ON, 9, HARD_OFF, END }, { false, true, true, false } },
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct reach reach;
        reach_init(&reach, ways[i].limit_ms, ways[i].offline);
        for (size_t n = 0; ways[i].events[n] != END; n++) {
            int event = ways[i].events[n];
            if (event == ERROR)
                reach_fail(&reach);
            else if (event == HARD_ON || event == HARD_OFF)
                reach_hard(&reach, event == HARD_ON);
            else
                reach_note(&reach, event);
            if (reach_is_offline(&reach) != ways[i].offline_after[n])
                fail_msg("way %zu, after event %zu", i, n);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            two_errors_among_five_or_slowness_lead_out_and_calm_leads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
