#include "print/supply.h"

void
supply_fill(struct supply *supply, int32_t labels)
{
    supply->counted = true;
    supply->left = labels;
}

int32_t
supply_left_after(const struct supply *supply, int32_t labels)
{
    return supply->left > labels ? supply->left - labels : 0;
}

bool
supply_is_low(const struct supply *supply)
{
    return supply->counted && supply->left <= supply->warn_at;
}

bool
supply_took(struct supply *supply, int32_t labels, int64_t at_ms)
{
    bool was_low = supply_is_low(supply);
    supply->takes[supply->take_count++ % SUPPLY_TAKES_MAX] =
        (struct supply_take){ .at_ms = at_ms, .labels = labels };
    if (supply->counted)
        supply->left = supply_left_after(supply, labels);
    return supply_is_low(supply) && !was_low;
}

/* The first one of those that count only begins the time in which the others came. */
bool
supply_minutes(const struct supply *supply, int64_t now_ms, int64_t *minutes)
{
    unsigned known =
        supply->take_count < SUPPLY_TAKES_MAX ? supply->take_count : SUPPLY_TAKES_MAX;
    int64_t labels = 0, took_ms = 0, before = 0;
    for (unsigned i = 1; i <= known; i++) { /* the newest first */
        const struct supply_take *take =
            &supply->takes[(supply->take_count - i) % SUPPLY_TAKES_MAX];
        int64_t age_ms = now_ms - take->at_ms;
        if (age_ms > SUPPLY_WINDOW_MS)
            break;
        labels += before;
        before = take->labels;
        took_ms = age_ms;
    }
    if (!supply->counted || supply->left <= 0 || labels < SUPPLY_RATE_MIN ||
        took_ms <= 0)
        return false;
    *minutes = supply->left * took_ms / labels / 60000;
    return true;
}
