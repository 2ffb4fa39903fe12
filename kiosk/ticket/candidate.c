#include "ticket/candidate.h"

/* A place among the candidates, and how many others would do as well. */
struct found {
    size_t count, first;
};

static bool
fits(const struct candidate *candidate)
{
    return candidate->product_allowed &&
           (candidate->addon_match || !candidate->is_addon);
}

/* The end is exclusive here, though a single ticket still passes at that moment. */
static bool
is_valid(const struct candidate *candidate, int64_t now_ms)
{
    return !(candidate->has_from && candidate->valid_from_ms > now_ms) &&
           !(candidate->has_until && candidate->valid_until_ms <= now_ms);
}

static struct found
find(const struct candidate *candidates, size_t count, const int64_t *now_ms)
{
    struct found found = { 0, 0 };
    for (size_t i = 0; i < count; i++) {
        if (!fits(&candidates[i]) || (now_ms && !is_valid(&candidates[i], *now_ms)))
            continue;
        if (found.count++ == 0)
            found.first = i;
    }
    return found;
}

/* Where none is left, of all: the one that will be valid first. */
static bool
find_next(const struct candidate *candidates, size_t count, int64_t now_ms,
          size_t *which)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const struct candidate *one = &candidates[i];
        if (!one->has_from || one->valid_from_ms <= now_ms)
            continue;
        if (!found || one->valid_from_ms < candidates[*which].valid_from_ms)
            *which = i;
        found = true;
    }
    return found;
}

/* … the one that was last. One that ends at this very moment has not been. */
static bool
find_last(const struct candidate *candidates, size_t count, int64_t now_ms,
          size_t *which)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const struct candidate *one = &candidates[i];
        if (!one->has_until || one->valid_until_ms >= now_ms)
            continue;
        if (!found || one->valid_until_ms > candidates[*which].valid_until_ms)
            *which = i;
        found = true;
    }
    return found;
}

enum candidate_choice
candidate_choose(const struct candidate *candidates, size_t count, int64_t now_ms,
                 size_t *which)
{
    size_t place = 0;
    if (count == 0)
        return CANDIDATE_NONE;
    *which = 0;
    if (count == 1)
        return CANDIDATE_ONE;
    struct found left = find(candidates, count, NULL);
    if (left.count > 1)
        left = find(candidates, count, &now_ms);
    *which = left.first;
    if (left.count > 0)
        return left.count == 1 ? CANDIDATE_ONE : CANDIDATE_AMBIGUOUS;
    if (find_next(candidates, count, now_ms, &place) ||
        find_last(candidates, count, now_ms, &place))
        *which = place;
    return CANDIDATE_ONE;
}
