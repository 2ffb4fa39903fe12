#ifndef YUELAI_PREFLIGHT_RUN_H
#define YUELAI_PREFLIGHT_RUN_H

/* preflight_run: the station's preflight, one at a time, whoever began it. What it found
 * stays until the next one begins, for whoever looks.
 *
 *     IDLE -begin-> GOING -> DONE | STOPPED | FAILED -begin-> GOING …
 *
 * It belongs to the station and to no session: a person who logs out comes back to it, and
 * two see the same. Findings are kept in memory, never on a disk, so that nothing of them
 * is left behind by a station that loses its power: their texts, and the same as a table,
 * up to 8 MiB each (some 80,000), and of each kind of finding the first 100 pictures (5 KB each of a 62 x 100 mm badge at
 * 203 dpi), up to 8 MiB in all. Somebody who looks at a hundred pictures of one fault has
 * seen it. What is not kept is counted. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "err.h"
#include "print/preflight.h"
#include "str.h"

struct preflight_run;

enum { PREFLIGHT_WHO_MAX = 63, PREFLIGHT_PICTURES_EACH = 100 };

enum preflight_state {
    PREFLIGHT_IDLE, /* none since the start */
    PREFLIGHT_GOING,
    PREFLIGHT_DONE,
    PREFLIGHT_STOPPED,
    PREFLIGHT_BROKEN, /* text says why */
    PREFLIGHT_STATE_COUNT
};

const char *preflight_state_name(enum preflight_state state); /* "going" */

/* FEED_PREFLIGHT: four times a second while it goes, and at its end. */
struct preflight_status {
    enum preflight_state state;
    int64_t number; /* of this run since the start of the station, from 1 */
    char event[ROSTER_KEY_MAX + 1]; /* "" = all */
    char who[PREFLIGHT_WHO_MAX + 1]; /* began it */
    int64_t began_ms, ended_ms; /* UTC; 0 = not yet */
    struct preflight_counts counts;
    int64_t unlisted; /* findings that there was no room for */
    char text[256]; /* BROKEN */
};

struct preflight_run_setting {
    const struct preflight_means *means; /* borrowed */
    const struct feed *feed; /* NULL = nobody is told */
};

struct preflight_order {
    const char *event, *design; /* NULL or "": all, each badge's own */
    const char *who;
    /* Hears all as preflight_setting has it; NULL: nobody. `ended` comes after the state
     * has changed, with ERR_BUSY for one that somebody stopped. */
    bool (*found)(const struct preflight_finding *finding, const struct page *page,
                  void *self, struct err *err);
    void (*ended)(const struct err *err, void *self);
    void *self;
};

bool preflight_run_create(const struct preflight_run_setting *setting,
                          struct preflight_run **run, struct err *err);
void preflight_run_destroy(struct preflight_run *run); /* takes NULL */

/* ERR_BUSY if one is going: it says since when and whose. */
bool preflight_run_begin(struct preflight_run *run, const struct preflight_order *order,
                         struct err *err);
/* What it found so far stays. Nothing happens if none is going. */
void preflight_run_stop(struct preflight_run *run);
/* Whoever gave the order has gone: it hears no more, and the run stops. */
void preflight_run_leave(struct preflight_run *run);

const struct preflight_status *preflight_run_status(const struct preflight_run *run);

/* A finding that was kept; texts are good until the run changes. */
struct preflight_row {
    struct preflight_finding finding;
    unsigned number; /* among all, from 0 */
    bool has_picture;
};

/* Those of one kind, from the `skip`-th on, until `each` says false. */
void preflight_run_each(const struct preflight_run *run, enum preflight_what what,
                        unsigned skip, bool (*each)(const struct preflight_row *, void *),
                        void *self);
/* How many of that kind are kept. */
unsigned preflight_run_kept(const struct preflight_run *run, enum preflight_what what);

/* A row's PNG file, good until the run changes; ERR_ABSENT. */
bool preflight_run_picture(const struct preflight_run *run, int64_t run_number,
                           unsigned row, const char **png, size_t *length,
                           struct err *err);

/* All that is kept, in the order found, as preflight_table has it; "" before the first. */
const struct str *preflight_run_table(const struct preflight_run *run);

#endif
