#ifndef YUELAI_PRETIX_H
#define YUELAI_PRETIX_H

/* pretix: the server's words and ours. JSON in, rows out; verdicts in, bodies out. Pure:
 * no clock, no I/O, no database; runs on any thread.
 *
 * A page of orders becomes a batch, which owns all it holds: parsed on the odds thread,
 * written on the loop's thread a few milliseconds at a time (or on the thread that builds
 * a roster). Unknown members are passed over; a wrong one of a row costs that row, counted
 * and named, never the page. Source: the server's HTTP interface, version 2026.8. */

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "err.h"
#include "store/catalog.h"
#include "store/outbox.h"
#include "store/roster.h"
#include "verdict.h"

/* ---- what a reader of pages has to know ----------------------------------------- */

struct pretix_kind {
    int64_t product; /* id; 0: by name */
    char name[ROSTER_TEXT_MAX + 1]; /* of the product, any language; "" = by id */
    char kind[ROSTER_KEY_MAX + 1];
};

struct pretix_reading {
    const char *event; /* slug */
    const char *language; /* "zh-Hans": which of several names is taken; NULL = first */
    const struct pretix_kind *kinds;
    unsigned kind_count;
    bool with_cancelled; /* cancelled positions were asked for: see below */
};

/* ---- orders ----------------------------------------------------------------------- */

struct pretix_checkin {
    int64_t id, list, device, at_us; /* device: the organizer's number of it; 0 = none */
    int64_t gate;
    bool exit;
    bool automatic; /* made by the server by itself: nobody stood at a door */
    bool ours; /* found in the journal (whoever reads the page beside it says so) */
};

struct pretix_print {
    int64_t at_ms;
    bool successful;
    char station[4]; /* from info, "" = not of ours */
    unsigned issue; /* from info, 0 = not of ours */
};

/* A cancelled position that was asked for is there for the media that lead to it, and for
 * nothing else: it has no code (row.secret NULL; at the server another may have it by
 * now), no answers, check-ins and prints, and its only contact is its medium
 * (ROSTER_MEDIUM_CONTACT). */
struct pretix_position {
    struct roster_row row; /* its texts point into the batch */
    unsigned checkin_first, checkin_count; /* in the batch's checkins */
    unsigned print_first, print_count;
};

struct pretix_order {
    char code[ROSTER_KEY_MAX + 1];
    char datetime[64], last_modified[64]; /* as the server wrote them */
    bool testmode;
    unsigned first, count; /* in the batch's positions */
};

/* Owns its rows and, through the tree and the pieces, all their texts. */
struct pretix_batch {
    struct pretix_order *orders;
    struct pretix_position *positions;
    struct pretix_checkin *checkins;
    struct pretix_print *prints;
    unsigned order_count, position_count, checkin_count, print_count;
    unsigned bad; /* rows passed over; the first is told in first_bad */
    char first_bad[256];
    char next[2048]; /* address of the next page, "" = the last one */
    int64_t total; /* "count" of the answer; -1 = it did not say */
    struct json *root;
    struct pretix_piece *pieces;
};

/* `results` of a page. ERR_INPUT: the page as a whole is not what it should be. */
bool pretix_read_orders(const char *body, size_t length,
                        const struct pretix_reading *reading,
                        struct pretix_batch **batch, struct err *err);
void pretix_batch_free(struct pretix_batch *batch); /* takes NULL */

/* ---- everything else: small, straight to the pen ------------------------------------ */

/* Each takes one object of the server's list. ERR_INPUT names the member. */
bool pretix_put_event(const struct pen *pen, const struct pretix_reading *reading,
                      const struct json *object, struct err *err);
bool pretix_put_session(const struct pen *pen, const struct pretix_reading *reading,
                        const struct json *object, struct err *err);
bool pretix_put_product(const struct pen *pen, const struct pretix_reading *reading,
                        const struct json *object, struct err *err);
bool pretix_put_question(const struct pen *pen, const struct pretix_reading *reading,
                         const struct json *object, struct err *err);
bool pretix_put_list(const struct pen *pen, const struct pretix_reading *reading,
                     const struct json *object, struct err *err);
bool pretix_put_revoked(const struct pen *pen, const struct pretix_reading *reading,
                        const struct json *object, struct err *err);
bool pretix_put_blocked(const struct pen *pen, const struct pretix_reading *reading,
                        const struct json *object, struct err *err);
/* event: reading's is not used; media are the organizer's. */
bool pretix_put_medium(const struct pen *pen, const struct json *object,
                       struct err *err);
bool pretix_put_layout(const struct pen *pen, const struct pretix_reading *reading,
                       const struct json *object, const char *background,
                       struct err *err);

/* An order with its positions and their check-ins, to the roster in use (within
 * roster_begin). Own check-ins (of device `own`) that the journal has are not written
 * twice. Or, for slices, its beginning (what it does not name goes) and then each of its
 * positions, by their number in the batch. */
struct db;
bool pretix_apply_order_begin(struct db *db, const struct pretix_reading *reading,
                              const struct pretix_batch *batch, unsigned order,
                              struct err *err);
bool pretix_apply_position(struct db *db, const struct pretix_batch *batch,
                           unsigned position, int64_t own, struct err *err);
bool pretix_apply_order(struct db *db, const struct pretix_reading *reading,
                        const struct pretix_batch *batch, unsigned order, int64_t own,
                        struct err *err);

/* ---- times, names ------------------------------------------------------------------- */

/* "2026-06-01T12:00:00.123456+02:00", or with Z; false if it is none. */
bool pretix_read_time(const char *text, int64_t *utc_us);
enum { PRETIX_TIME_SIZE = 80 };
void pretix_write_time(int64_t utc_us, char text[PRETIX_TIME_SIZE]); /* …Z, six decimals */
/* A text that may be {"en":…,"de":…}: in that language, else English, else any. */
const char *pretix_i18n(const struct json *value, const char *language);

/* ---- verdicts ----------------------------------------------------------------------- */

/* The server's spelling: "already_redeemed"; "ok" for those that pass. A ticket of
 * another session than the list's is `invalid` when it came by its own code. */
const char *pretix_reason(enum verdict verdict);
/* NULL or an unknown one: false. */
bool pretix_verdict(const char *reason, enum verdict *verdict);

#endif
