#ifndef YUELAI_SIM_CHECK_H
#define YUELAI_SIM_CHECK_H

/* sim_check: what must hold of a station at every moment, whatever goes wrong around it.
 * The numbers are those of the architecture's list. */

#include <stdbool.h>
#include <stddef.h>

#include "sim_station.h"

/* What a check remembers from step to step. */
struct sim_seen {
    int64_t outbox_rows; /* invariant 9: never fewer */
    int64_t stuck_since_ms[2048]; /* by job id: on its way without a reason; 0 = no */
};

/* Fills wrong ("invariant 3: …") and returns false at the first that is broken. */
bool sim_check(struct sim_station *station, struct sim_seen *seen, char *wrong,
               size_t size);

/* After everything has been well for long: nothing waits any more (10), and the server
 * knows every admission, or the outbox keeps it as DEAD (2). */
bool sim_check_healed(struct sim_station *station, char *wrong, size_t size);

#endif
