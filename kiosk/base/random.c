#include "random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void
system_fill(void *bytes, size_t length, void *self)
{
    (void)self;
    unsigned char *at = bytes;
    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort(); /* no such system call: every nonce would be guessable */
        at += got;
        length -= (size_t)got;
    }
}

const struct random random_system = { .fill = system_fill };

/* splitmix64 (Steele, Lea, Flood 2014): one word of state, full period, and any seed
 * is a good one. */
static uint64_t
next(struct random_seeded *seeded)
{
    uint64_t z = seeded->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void
seeded_fill(void *bytes, size_t length, void *self)
{
    unsigned char *at = bytes;
    while (length > 0) {
        uint64_t word = next(self);
        size_t n = length < sizeof word ? length : sizeof word;
        memcpy(at, &word, n);
        at += n;
        length -= n;
    }
}

void
random_seeded_init(struct random_seeded *seeded, uint64_t seed)
{
    *seeded = (struct random_seeded){
        .random = { .fill = seeded_fill, .self = seeded },
        .state = seed,
    };
}
