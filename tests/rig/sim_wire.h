#ifndef YUELAI_SIM_WIRE_H
#define YUELAI_SIM_WIRE_H

/* sim_wire: a ticketing server of one list, and a network to it (wire.h) that loses what
 * it can lose.
 *
 *     request --(DOWN: gone)--> server acts --(LOST, CUT: gone)--> answer, later
 *
 * The server knows entries by their nonce: the same nonce gets the same answer. A claim of
 * a ticket that somebody has entered with is "already-in"; an upload is always taken, but
 * for the ticket `bad_ref`, which it cannot. */

#include <stdbool.h>
#include <stdint.h>

#include "hand_loop.h"
#include "random.h"
#include "wire.h"

enum { SIM_ENTRIES_MAX = 1024, SIM_TRANSFERS_MAX = 8, SIM_NONCE_SIZE = 33 };

struct sim_entry {
    char nonce[SIM_NONCE_SIZE]; /* hexadecimal */
    char ref[17];
    char station[4];
};

struct sim_server {
    struct sim_entry entries[SIM_ENTRIES_MAX];
    unsigned count;
    char bad_ref[17];
    bool lies; /* says "already-in" of tickets that nobody entered with */
};

const struct sim_entry *sim_server_by_nonce(const struct sim_server *server,
                                            const char *nonce);
const struct sim_entry *sim_server_by_ref(const struct sim_server *server,
                                          const char *ref);

enum sim_wire_mood { SIM_WIRE_GOOD, SIM_WIRE_DOWN, SIM_WIRE_SLOW, SIM_WIRE_LOST,
                     SIM_WIRE_CUT, SIM_WIRE_MOODS };

struct sim_transfer {
    struct sim_wire *wire;
    struct wire_request *request; /* NULL = free */
    struct loop_timer *timer;
    enum sim_wire_mood mood;
    int status;
    char answer[128];
};

struct sim_wire {
    struct wire wire;
    struct hand_loop *hand;
    const struct random *dice;
    struct sim_server *server;
    enum sim_wire_mood mood;
    struct sim_transfer transfers[SIM_TRANSFERS_MAX];
};

void sim_wire_init(struct sim_wire *wire, struct hand_loop *hand,
                   const struct random *dice, struct sim_server *server);
void sim_wire_finish(struct sim_wire *wire);

#endif
