#ifndef YUELAI_PULL_H
#define YUELAI_PULL_H

/* pull: the download. Everything a door needs, in the order that the server's own devices
 * use, delta by delta.
 *
 *     IDLE -> INFO -> per event: EVENT CATEGORIES … LISTS WITHDRAWN ORDERS -> MEDIA -> IDLE
 *                                                      |
 *                        first load: pages -> odds thread -> roster.new -> swapped in
 *                        delta:      pages -> odds thread (parse) -> slices of 2 ms
 *
 * How far it has come stands in the roster's marks, so that a run that breaks anywhere goes
 * on where it was, with nothing missed and nothing twice:
 *
 *     orders.generated   X-Page-Generated of the first page of the last whole run (of the
 *                        first run, as long as that is not whole)
 *     orders.state       "complete" | "incomplete:<datetime of the last order written>"
 *     orders.texts       "1": with the texts of badges; other than wanted: all anew
 *     items.modified …   Last-Modified of the last 200, for If-Modified-Since
 *     lists.print …      of what the server cannot say that of: a fingerprint of its answer
 *     revoked.newest …   the newest row of what is only added to
 *
 * The server's own devices ask for its categories too; no door needs them, so they are
 * not asked for.
 *
 * A mark is written in the transaction of the last row it tells of. A first load (or full
 * refresh) is built beside the roster and swapped in, unless the roster has events of
 * another source, or others of this one that must stay as they are; then it comes in
 * slices like a delta. A roster that was set aside has no marks: the next run loads all.
 *
 * A server that suddenly names no tickets, or far fewer (under half) where there were
 * many, does not empty the roster: the run ends with a suspicion, told to staff, until it is
 * confirmed by hand or a later run is sane. Once a night, when the station is idle, all is
 * fetched anew (deletions). */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"
#include "sync/api.h"
#include "sync/pretix.h"
#include "task.h"

struct pull;

struct pull_setting {
    struct db *db;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    struct feed *feed; /* FEED_ROSTER after each change */
    const struct api_client *api;
    const char *layouts; /* directory for backgrounds; made if absent */
    const char *language;
    const struct pretix_kind *kinds;
    unsigned kind_count;
    bool badges; /* pdf_data is wanted: the station prints */
    int64_t slice_ms; /* 0: 2 */
    int retries; /* of one request; 0: 3, under 0: none */
    int64_t retry_ms; /* the first wait, each is twice the one before; 0: 1,000 */
    int64_t patience_ms; /* a first load bears a silence this long; 0: 60,000 */
};

enum pull_phase {
    PULL_IDLE,
    PULL_INFO,
    PULL_SESSIONS,
    PULL_EVENT,
    PULL_PRODUCTS,
    PULL_QUESTIONS,
    PULL_LAYOUTS,
    PULL_LISTS,
    PULL_WITHDRAWN,
    PULL_ORDERS,
    PULL_BUILDING, /* indexes of a first load */
    PULL_MEDIA,
    PULL_SETTINGS
};

struct pull_status {
    enum pull_phase phase;
    char event[ROSTER_KEY_MAX + 1]; /* whose turn it is */
    bool first_load;
    int64_t done, total; /* orders of this run so far, of all; total -1 = unknown */
    int64_t bad; /* rows passed over in the last run */
    char first_bad[256];
    int64_t last_ok_ms; /* UTC: when a run last ended well; 0 = never */
    int64_t last_try_ms;
    char trouble[256]; /* why the last run ended early; "" = it did not */
    bool suspicious; /* the server says "no tickets": confirm by hand */
};

/* What the server says of this device; whoever owns the account keeps it. */
struct pull_info {
    char name[ACCOUNT_NAME_MAX + 1], profile[64];
    int64_t gate_id; /* 0 = none */
    char gate[ACCOUNT_NAME_MAX + 1];
    char server[64]; /* its version */
};

bool pull_create(const struct pull_setting *setting, struct pull **pull,
                 struct err *err);
void pull_destroy(struct pull *pull); /* takes NULL; an open run is given up */

/* Starts a run over these events (slugs, copied) unless one is on; done is called once at
 * its end. full: everything anew. */
bool pull_start(struct pull *pull, const char *const *events, unsigned count, bool full,
                void (*done)(enum api_result result, void *self), void *done_self);
/* The run that is on is given up: it ends with API_SILENT, and the next one goes on where
 * it was. Of none: nothing. */
void pull_stop(struct pull *pull);
/* Removes what roster_leave has left, a little at a time; a run that is started waits for
 * it, and begins it where a restart came between. done is called once it is gone. */
void pull_forget(struct pull *pull, void (*done)(void *self), void *done_self);
/* Called in each run once the server has answered; one listener. */
void pull_on_info(struct pull *pull, void (*call)(const struct pull_info *, void *self),
                  void *call_self);
/* Staff say: the server is right, there are so few. Holds for the next run. */
void pull_believe(struct pull *pull);
void pull_status(const struct pull *pull, struct pull_status *status);

#endif
