#ifndef YUELAI_CONFLICT_H
#define YUELAI_CONFLICT_H

/* conflict: the same ticket let in by two stations that did not know of each other. A
 * work list for staff: nothing is undone by itself.
 *
 * Both stations find it: the later one in the answer to its upload, the earlier one when
 * the other's entry comes back with the orders. Found again, it is still one row. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"

struct db;

struct conflict {
    int64_t id; /* filled in by conflict_add */
    char event[ROSTER_KEY_MAX + 1], list[ROSTER_KEY_MAX + 1];
    char ref[ROSTER_REF_MAX + 1];
    int64_t ours_ms, theirs_ms; /* the two entries, by their doors' clocks */
    char ours[ROSTER_KEY_MAX + 1]; /* station, by its letters */
    char theirs[ROSTER_KEY_MAX + 1]; /* as the server names it; "" = it did not say */
    char gate[ROSTER_KEY_MAX + 1]; /* theirs; "" = unknown */
    int64_t found_ms;
    int64_t done_ms; /* staff have dealt with it; 0 = open */
    char who[64]; /* … this one */
};

/* Within a transaction. *made false: it was there before. */
bool conflict_add(struct db *db, struct conflict *conflict, bool *made,
                  struct err *err);
/* Audit is the caller's. ERR_ABSENT: no such row. */
bool conflict_done(struct db *db, int64_t id, int64_t at_ms, const char *who,
                   struct err *err);
/* In order of id from after_id on; open_only leaves out those dealt with. */
bool conflict_each(struct db *db, bool open_only, int64_t after_id, unsigned max,
                   bool (*each)(const struct conflict *, void *self), void *self,
                   struct err *err);
bool conflict_count(struct db *db, int64_t *open, struct err *err);

#endif
