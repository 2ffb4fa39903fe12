#include "sync/reach.h"

void
reach_init(struct reach *reach, int64_t limit_ms, bool offline)
{
    *reach = (struct reach){ .limit_ms = limit_ms, .offline = offline };
}

/* Errors and mean duration of what is known; the mean of nothing is 0. */
static unsigned
look(const struct reach *reach, int64_t *mean_ms)
{
    unsigned errors = 0;
    int64_t sum = 0;
    for (unsigned i = 0; i < reach->count; i++) {
        if (reach->samples[i] < 0)
            errors++;
        else
            sum += reach->samples[i];
    }
    unsigned good = reach->count - errors;
    *mean_ms = good > 0 ? sum / good : 0;
    return errors;
}

static void
add(struct reach *reach, int64_t sample)
{
    int64_t mean_ms;
    reach->samples[reach->next] = sample;
    reach->next = (reach->next + 1) % REACH_SAMPLES;
    if (reach->count < REACH_SAMPLES)
        reach->count++;
    if (reach->limit_ms == 0)
        return;
    unsigned errors = look(reach, &mean_ms);
    if (reach->offline)
        reach->offline =
            !(errors == 0 && reach->count >= 2 && mean_ms < reach->limit_ms);
    else
        reach->offline =
            errors >= 2 || (reach->count >= 2 && mean_ms >= reach->limit_ms);
}

void
reach_note(struct reach *reach, int64_t took_ms)
{
    add(reach, took_ms < 0 ? 0 : took_ms);
}

void
reach_fail(struct reach *reach)
{
    add(reach, -1);
}

void
reach_hard(struct reach *reach, bool hard)
{
    reach->hard = hard;
}

bool
reach_is_offline(const struct reach *reach)
{
    return reach->hard || reach->offline;
}

bool
reach_failed_last(const struct reach *reach)
{
    unsigned last = (reach->next + REACH_SAMPLES - 1) % REACH_SAMPLES;
    return reach->count > 0 && reach->samples[last] < 0;
}
