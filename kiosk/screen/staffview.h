#ifndef YUELAI_STAFFVIEW_H
#define YUELAI_STAFFVIEW_H

/* staffview: the staff's corner of the screen, one for each session.
 *
 *     find -> guest (fields, doors, badges; check in, new badge)
 *     role      which doors, entry or exit, what work
 *     printers  state, set aside, take back, test label
 *     problems  badges that failed or may be out: again, it came out, it did not
 *     server    the ticketing server: how it stands, now, by hand; and its work lists
 *       conflicts  let in twice, here and elsewhere      dead  what it will not take
 *       enrol      a code, whose it is, how it goes, the first load
 *
 * Each session has its own surface, cookie and stream; what staff look up never appears
 * on the guests' screen. What may be done by whom is asked of desk/staff.h before, and
 * what was done is recorded by the desk. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "base/json.h"
#include "clock.h"
#include "desk/desk.h"
#include "desk/pin.h"
#include "desk/staff.h"
#include "err.h"
#include "log.h"
#include "screen/surface.h"
#include "verdict.h"

struct db;
struct printq;
struct staffview;
struct uplink;

/* The last guest somebody scanned here, for "last scan". */
struct staffview_last {
    bool has;
    char ref[ROSTER_REF_MAX + 1], name[ROSTER_TEXT_MAX + 1];
    enum verdict verdict;
    int64_t at_ms;
    uint64_t scan;
    bool attention, may_let_in; /* unpaid, and the list leaves it to staff */
    char notes[3 * ROSTER_TEXT_MAX + 3]; /* for staff; by lines */
    char alert[ROSTER_TEXT_MAX + 1]; /* of the kind of guest, for staff */
    char questions[16384]; /* JSON of what is to be asked; "" = nothing */
};

/* What all sessions share; borrowed, lives longer than they. */
struct staffview_setting {
    struct db *db;
    struct desk *desk;
    struct printq *printq; /* NULL = none (tests) */
    struct uplink *uplink; /* NULL = no ticketing server */
    const struct clock *clock;
    const struct log *log;
    const struct surface_identity *identity;
    const char *station;
    const char *zone; /* IANA, of the event; may change under us; "" = the machine's */
    const char *const *languages; /* those of the station, its own first */
    unsigned language_count;
    const struct staffview_last *last;
};

bool staffview_create(const struct staffview_setting *setting, const char *token,
                      const struct pin_session *session, struct staffview **view,
                      struct err *err);
void staffview_destroy(struct staffview *view); /* takes NULL */

struct surface *staffview_surface(struct staffview *view);
const char *staffview_token(const struct staffview *view);

/* Does what a touch asked for: `act` is the last part of the path, body its parameters.
 *
 *     show {screen}   find {query}   open {ref}   admit {ref}
 *     let-in {ref, text}   answer {scan, question, text}
 *     reprint {ref, reason, text}   role {lists, direction, work}   role-clear {}
 *     drain {number, drained}   test {number}   retry {job}   said {job, came_out}
 *     server-now {}   server-full {}   server-offline {offline}   server-believe {}
 *     conflict-done {id}   outbox-retry {id}, 0: all
 *     enrol-code {text}   enrol-start {leave_behind}   enrol-back {}
 *
 * Fails with ERR_ABSENT (no such act, no such thing), ERR_INPUT, ERR_BUSY, or ERR_LIMIT if
 * this person may not; the failure is on the screen too. */
bool staffview_act(struct staffview *view, const char *act, const struct json *body,
                   struct err *err);

/* A scanned code, taken if it is awaited here (an enrolment's); false: it is not. */
bool staffview_take_code(struct staffview *view, const char *text, size_t length);

/* Something of the station has changed (topics: 1 << topic, several): shows it. Reads the
 * database, so it is not for the inside of a feed's call. */
void staffview_tell(struct staffview *view, unsigned topics);

#endif
