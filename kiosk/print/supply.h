#ifndef YUELAI_SUPPLY_H
#define YUELAI_SUPPLY_H

/* supply: how many labels are left on a printer's roll, and for how long they will do.
 * Arithmetic alone; who keeps the number over a restart is printq_roll.c.
 *
 *     a new roll --> left = 400 --(a badge is PRINTED or UNCERTAIN)--> left - its labels
 *                                    left <= warn_at: low
 *
 * A count is no proof: a roll may be longer than it says, and a label may have been
 * wasted by hand. So the count stops at 0 and stops nothing; that the roll is empty is
 * what the printer says. */

#include <stdbool.h>
#include <stdint.h>

enum {
    SUPPLY_LABELS_MAX = 100000, /* on a roll */
    SUPPLY_TAKES_MAX = 64, /* of the last ones are remembered */
    SUPPLY_WINDOW_MS = 600000, /* the rate is that of the last ten minutes … */
    SUPPLY_RATE_MIN = 3 /* … in which so many were taken, or nobody can say */
};

struct supply_take {
    int64_t at_ms;
    int32_t labels;
};

struct supply {
    bool counted; /* else nothing is known of a roll */
    int32_t left, warn_at; /* labels */
    struct supply_take takes[SUPPLY_TAKES_MAX]; /* a ring */
    unsigned take_count; /* ever */
};

/* Somebody has put in a roll of so many. What is known of the rate stays. */
void supply_fill(struct supply *supply, int32_t labels);
/* What is left after so many more; at least 0. */
int32_t supply_left_after(const struct supply *supply, int32_t labels);
/* So many came out; at_ms: a clock that only goes forward. True if it is low since now. */
bool supply_took(struct supply *supply, int32_t labels, int64_t at_ms);
bool supply_is_low(const struct supply *supply);
/* In about how many minutes the roll ends at the rate of the last minutes, whole ones,
 * rounded down. False: it is not counted, is at its end, or too few came out lately. */
bool supply_minutes(const struct supply *supply, int64_t now_ms, int64_t *minutes);

#endif
