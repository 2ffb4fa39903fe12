#ifndef YUELAI_REACH_H
#define YUELAI_REACH_H

/* reach: is it worth asking the server while a guest waits? A pure state machine over the
 * last five exchanges.
 *
 *     ONLINE --two errors among five, or slow on the average--> OFFLINE
 *     OFFLINE --no error among them, at least two, fast again--> ONLINE
 *
 * `hard` (no network at all, or staff said so) is offline whatever the exchanges say.
 * While OFFLINE nobody asks for a guest; probes and uploads go on and bring it back. */

#include <stdbool.h>
#include <stdint.h>

enum { REACH_SAMPLES = 5 };

struct reach {
    int64_t limit_ms; /* mean duration that is too slow; 0: never offline by itself */
    bool offline, hard;
    unsigned count, next;
    int64_t samples[REACH_SAMPLES]; /* ms; -1 = error */
};

void reach_init(struct reach *reach, int64_t limit_ms, bool offline);
void reach_note(struct reach *reach, int64_t took_ms); /* an exchange that came through */
void reach_fail(struct reach *reach);
void reach_hard(struct reach *reach, bool hard);
bool reach_is_offline(const struct reach *reach);
bool reach_failed_last(const struct reach *reach); /* nothing came through since */

#endif
