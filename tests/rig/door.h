#ifndef YUELAI_DOOR_H
#define YUELAI_DOOR_H

/* door: a desk at the door of a small conference, on a real database, with a clock, a
 * loop and a claim that a test turns by hand. What it publishes is kept here.
 *
 *     lists   main      everybody
 *             vip       kind vip only          n2        session n2 only
 *             again     several entries        back      entry after exit
 *             lenient   unpaid too             evening   opens in an hour
 *     tickets, by code (T-…):  ANA LI UNPAID CANCELLED BLOCKED REVOKED EARLY LATE N2
 *             all of event citec, session main; LI is a VIP; N2 has session n2 beside it;
 *             OTHER is of event fair, which has a list main too
 */

#include "base/feed.h"
#include "desk/desk.h"
#include "hand_loop.h"
#include "random.h"
#include "store/db.h"
#include "store/outbox.h"
#include "store/seal.h"
#include "str.h"

enum { DOOR_READERS = 2, DOOR_START_S = 1795500000 };

struct door_question {
    bool open;
    claim_answer_fn *answer;
    void *self;
    struct claim_question asked; /* its texts are gone */
    char ref[ROSTER_REF_MAX + 1], list[ROSTER_KEY_MAX + 1];
};

struct door {
    char dir[64];
    struct hand_loop hand;
    struct random_seeded random;
    struct log log;
    struct str logged;
    struct seal *seal;
    struct db *db;
    struct feed feed;
    struct desk_setting setting;
    struct desk *desk;

    struct desk_outcome last; /* what the feed said last, and how often */
    unsigned published, answered;
    struct spool_job job;
    unsigned jobs, roles, stations;

    struct claim claim;
    bool claim_asks;
    char claim_notes[64]; /* of its answers: for staff; "" = none */
    struct door_question questions[DOOR_READERS + 1];
    unsigned asked, forgotten;
};

/* A door with this role; everything asserted. NULL: no role. */
void door_open(struct door *door, const char *role);
void door_restart(struct door *door); /* power off, power on: only the disk stays */
void door_close(struct door *door); /* and removes its directory */

/* Starts the desk again with another role of the configuration. */
void door_take_role(struct door *door, const char *role);

/* Scans at reader 0 and returns the last outcome. */
const struct desk_outcome *door_scan(struct door *door, const char *code);
const struct desk_outcome *door_scan_at(struct door *door, unsigned reader,
                                        const char *code);

/* The ticket's reference, by its code; good until the next call but three. */
const char *door_ref(struct door *door, const char *code);
/* Moves the ticket's newest job on, step by step, until it is in that state. */
void door_move_job(struct door *door, const char *code, enum spool_state to);
/* The code on the ticket's newest badge. */
const char *door_badge(struct door *door, const char *code);

void door_answer(struct door *door, unsigned reader, enum verdict verdict);

int64_t door_outbox(struct door *door, enum outbox_kind kind); /* rows */

#endif
