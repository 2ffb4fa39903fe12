#ifndef YUELAI_RANDOM_H
#define YUELAI_RANDOM_H

/* random: where nonces, made codes, salts and jitter come from. The real one is
 * the kernel's generator and cannot fail once the machine is up; a test's is
 * seeded, which is one half of "same seed, same log bytes" (clock is the other). */

#include <stddef.h>
#include <stdint.h>

struct random {
    void (*fill)(void *bytes, size_t length, void *self);
    void *self;
};

/* The kernel's generator (kiosk/base/random.c). */
extern const struct random random_system;

/* The same seed gives the same bytes for ever; not for secrets. Stays where it is:
 * `random` points into it. */
struct random_seeded {
    struct random random;
    uint64_t state;
};

void random_seeded_init(struct random_seeded *seeded, uint64_t seed);

static inline void
random_fill(const struct random *random, void *bytes, size_t length)
{
    random->fill(bytes, length, random->self);
}

static inline uint64_t
random_u64(const struct random *random)
{
    uint64_t value;
    random->fill(&value, sizeof value, random->self);
    return value;
}

#endif
