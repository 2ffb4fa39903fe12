#include "desk/desk_parts.h"

void
desk_limit_init(struct desk_limit *limit)
{
    *limit = (struct desk_limit){ .tokens = DESK_REFUSAL_BURST };
}

/* FNV-1a: only to know the same code again within seconds. */
uint64_t
desk_limit_hash(const char *code, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)code[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void
refill(struct desk_limit *limit, int64_t mono_ms)
{
    limit->tokens += (double)(mono_ms - limit->at_ms) / (double)DESK_REFUSAL_EVERY_MS;
    if (limit->tokens > DESK_REFUSAL_BURST)
        limit->tokens = DESK_REFUSAL_BURST;
    limit->at_ms = mono_ms;
}

bool
desk_limit_allows(struct desk_limit *limit, uint64_t hash, int64_t mono_ms,
                  int64_t *skipped)
{
    bool is_same = limit->has_last && limit->last == hash &&
                   mono_ms - limit->last_ms < DESK_REFUSAL_SAME_MS;
    refill(limit, mono_ms);
    if (is_same || limit->tokens < 1) {
        limit->skipped++;
        return false;
    }
    limit->tokens -= 1;
    limit->has_last = true;
    limit->last = hash;
    limit->last_ms = mono_ms;
    *skipped = limit->skipped;
    limit->skipped = 0;
    return true;
}
