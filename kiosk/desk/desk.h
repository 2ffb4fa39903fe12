#ifndef YUELAI_DESK_H
#define YUELAI_DESK_H

/* desk: takes a code, decides, records, and only then lets the screen say welcome.
 *
 *     desk_scan -> facts (roster, journal, spool) -> admit (pure)
 *                    |                                  |
 *                    |              refusal that needs no server, or no claim set
 *                    '-> claim asked: READING ----------+  answer, or deadline
 *                                                       v
 *                          ONE transaction: journal + spool + outbox
 *                                                       v
 *                               feed: FEED_SCAN, phase ANSWERED
 *
 * One open scan a reader. A new code from the same reader while a claim is out waits for
 * that answer (the deadline is short; of several that wait the newest stays); a new code
 * while a guest is asked for the direction is the next guest: the former scan is over and
 * nothing of it is recorded. Codes of different readers do not wait for each other. desk knows neither printing nor network: it writes rows, pokes the feed, and the
 * workers find them. Everything that the screen needs to explain the answer is in the
 * outcome, by value. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/feed.h"
#include "claim.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"
#include "store/journal.h"
#include "store/roster.h"
#include "store/spool.h"
#include "ticket/admit.h"
#include "ticket/role.h"
#include "ticket/rule.h"
#include "verdict.h"

struct db;
struct desk;

/* What a kind of guest means at this event; "" = as the house has it. */
struct desk_kind {
    char key[ROSTER_KEY_MAX + 1]; /* "phd" */
    char label[ROSTER_KEY_MAX + 1]; /* on the badge: "OVERSEAS PhD" */
    char band[16], icon[24]; /* badge fields of these names, for the designs' conditions */
    char design[ROSTER_KEY_MAX + 1]; /* of its badges; "" = the printer's */
    char alert[ROSTER_TEXT_MAX + 1]; /* for staff's screen when one comes; "" = none */
};

struct desk_setting {
    struct db *db;
    const struct loop *loop;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    struct feed *feed;
    const struct claim *claim; /* NULL = none */
    const char *station; /* letters, 1 to 3 of A-Z */
    unsigned readers; /* how many scanners; slot `readers` is the staff's */
    int64_t claim_deadline_ms; /* 0: 800 */
    int64_t direction_ms; /* how long ask waits for entry or exit; 0: 20,000 */
    int64_t questions_ms; /* how long a guest may answer; 0: 120,000 */
    int64_t gate; /* the server's id of this station's gate; 0 = none */
    bool refuse_unsigned; /* badges without a signature, of events that have a key */
    bool trust_clock; /* of a clock that is turned by hand: going back is meant */
    const struct desk_kind *kinds; /* before the house's own labels; borrowed */
    unsigned kind_count;
    int64_t built_ms; /* no clock of this program is right before; 0 = not known */
    struct role role; /* from the configuration; one set by hand, kept in settings,
                         comes first unless the table has moved on since */
    struct role_table table;
};

enum desk_phase {
    DESK_READING, /* a claim is being asked */
    DESK_ASKING_DIRECTION, /* role says ask: entry or exit? answer: desk_choose */
    DESK_ANSWERED,
    DESK_DROPPED, /* nobody chose or answered, or the next guest came: nothing recorded */
    DESK_ASKING_QUESTIONS /* verdict QUESTIONS: outcome.questions; answer: desk_answer */
};

/* How far an organiser's questions are asked. */
enum desk_asking {
    DESK_ASK, /* what concerns this guest */
    DESK_ASK_AS_SERVER, /* and what does not, as the server would: for comparing */
    DESK_ASK_NOTHING
};

/* How a code is presented, beside its text. */
struct desk_read {
    const char *medium; /* "nfc_uid"; NULL = "barcode" */
    bool ignore_unpaid;
    enum desk_asking asking;
};

struct desk_reply {
    int64_t question;
    const char *text; /* any spelling that ticket/question takes */
};

/* FEED_SCAN. Borrowed by listeners for the call. */
struct desk_outcome {
    uint64_t number; /* of the scan, counts up from 1 in this run */
    unsigned reader; /* slot; setting.readers = staff */
    enum desk_phase phase;
    enum verdict verdict; /* ANSWERED only, as is all that follows */
    bool has_ticket;
    struct ticket ticket;
    bool has_list;
    struct list list; /* the list that was asked */
    bool has_right_list;
    struct list right_list; /* WRONG_LIST: where this ticket is right, soonest first */
    struct journal_history history; /* as it was before this scan */
    bool has_job;
    struct spool_job job; /* the badge: just made, on its way, or the last one */
    bool made_job; /* this scan made it */
    bool ask_came_out; /* job is UNCERTAIN: "did your badge come out?" */
    bool by_badge; /* the code was a badge's */
    bool confirmed; /* a claim answered */
    bool recorded; /* a journal row is durable: welcome may be shown */
    bool unrecorded; /* it should have been, but the disk failed: nobody is welcomed,
                        staff are called; FEED_STATION says what is wrong */
    bool badge_out; /* PRINT_ONLY, no job made: the badge is out already, say so */
    bool clock_suspect; /* the station's clock may be wrong; no bound refused anybody */
    int64_t bound_ms; /* NOT_YET_VALID, NO_LONGER_VALID: the moment; else 0 */
    bool bound_is_list; /* … of the list, not of the ticket */
    char who[64]; /* "" = the guest; "staff:li" presented it */
    int64_t at_ms; /* moment of the scan, UTC */
    int64_t local_us; /* our share: arrival of the code to answer, without the claim's */
    struct roster_age age;
    char reason[ROSTER_TEXT_MAX + 1]; /* the claim's or the rule's words */
    /* of a ticketing server's tickets */
    bool from_server;
    bool by_medium, is_signed;
    bool hidden; /* WRONG_LIST: the server would not find it */
    bool may_ignore_unpaid; /* UNPAID: staff may let it in (desk_let_in) */
    bool attention; /* staff are asked to look at this guest */
    char notes[3 * ROSTER_TEXT_MAX + 3]; /* order's, variation's, product's; by lines */
    char alert[ROSTER_TEXT_MAX + 1]; /* of its kind of guest, for staff; "" = none */
    char product[ROSTER_TEXT_MAX + 1], variation[ROSTER_TEXT_MAX + 1]; /* names */
    struct rule_answer why; /* RULES: every condition that fails; count 0: not known */
    char rule_text[ROSTER_TEXT_MAX + 1]; /* … in English, for staff; "" unless RULES */
    /* JSON array of what is to be asked, in order; NULL = nothing. Borrowed: good until
     * the next scan of this reader. [{"id":7,"text":{"en":…},"help":{…},"type":"C",
     * "required":true,"parent":5,"values":["True"],"options":[{"id":3,"text":{…}}]}] */
    const char *questions;
    bool wants_file; /* QUESTIONS: one wants a file; reason says which, staff take it */
};

enum station_trouble {
    STATION_READY,
    STATION_NO_ROLE, /* no list to check against */
    STATION_NO_ROSTER, /* the copy was never filled */
    STATION_SEALED, /* the organiser has withdrawn this station: nobody is admitted by
                       events of that server */
    STATION_DISK_FULL, /* nothing can be recorded: nobody is admitted */
    STATION_DISK_BAD
};

const char *station_trouble_name(enum station_trouble trouble); /* "disk full" … */

/* FEED_STATION: what the desk knows; whether a printer works it does not. */
struct station_status {
    enum station_trouble trouble;
    char text[256]; /* for staff */
    bool clock_suspect; /* the clock is before this program was built, or over two
                           minutes before the newest journal row */
};

/* What this station's desk did since its start, for status and metrics. */
struct desk_counts {
    int64_t scans;
    int64_t verdicts[VERDICT_COUNT];
    int64_t unrecorded; /* answers that the disk would not take */
    int64_t refusals_skipped; /* refusals beyond the bound on rows (below) */
    int64_t claims, claims_answered, claims_late; /* late: after the deadline */
    int64_t local_us_max, local_us_sum;
};

/* Refusals are recorded, but a scanner held against a poster cannot fill the disk: the
 * same code refused again within DESK_REFUSAL_SAME_MS is not recorded twice; of others
 * each reader may record a burst, then one a second. The row that follows names how many
 * were skipped. */
enum {
    DESK_REFUSAL_SAME_MS = 3000,
    DESK_REFUSAL_BURST = 20,
    DESK_REFUSAL_EVERY_MS = 1000
};

bool desk_create(const struct desk_setting *setting, struct desk **desk,
                 struct err *err);
void desk_destroy(struct desk *desk); /* takes NULL; an open claim is forgotten */

/* A whole code from a reader, cleaned by ticket/code; at_us is the clock's mono_us of its
 * arrival. Never fails: trouble is an outcome or a station status. */
void desk_scan(struct desk *desk, unsigned reader, const char *code, size_t length,
               int64_t at_us);

/* The same, presented in another way; read NULL: a scanner's. */
void desk_scan_as(struct desk *desk, unsigned reader, const struct desk_read *read,
                  const char *code, size_t length, int64_t at_us);

/* Something was read that cannot be a code (too long, stray bytes): answered as
 * VERDICT_MALFORMED, nothing recorded. `reason` is for staff, one line, borrowed. */
void desk_malformed(struct desk *desk, unsigned reader, const char *reason);

/* Staff present a ticket they found: as a scan of it, by `who` ("staff:li"). */
void desk_present(struct desk *desk, const char *ref, const char *who);

/* Staff let somebody in whose order is not paid yet, where the list allows that (outcome's
 * may_ignore_unpaid); the scan and its outcome are as with desk_present, and the audit has
 * it. Fails with ERR_INPUT without a reason or where the list does not allow it,
 * ERR_ABSENT for no such ticket. */
bool desk_let_in(struct desk *desk, const char *ref, const char *reason, const char *who,
                 struct err *err);

/* Answers to DESK_ASKING_QUESTIONS of scan `number`: some or all; then the rest is asked,
 * or the scan goes on with the nonce it has. They are kept from here on as if the server
 * had them, and uploaded with the check-in. Fails with ERR_BUSY if that scan is over,
 * ERR_INPUT naming the question and what is wrong (none of the answers is then taken). */
bool desk_answer(struct desk *desk, uint64_t number, const struct desk_reply *replies,
                 unsigned count, struct err *err);

/* The server's id of the gate this station stands at; 0 = none. */
void desk_set_gate(struct desk *desk, int64_t gate);

/* The answer to DESK_ASKING_DIRECTION of scan `number`; ignored if that is over. */
void desk_choose(struct desk *desk, uint64_t number, bool exit);

/* "Did your badge come out?": yes makes the job PRINTED(said), no queues the next issue.
 * who "" = the guest. Fails with ERR_BUSY if the job is not UNCERTAIN any more. */
bool desk_badge_said(struct desk *desk, int64_t job_id, bool came_out, const char *who,
                     struct err *err);

/* A reprint by staff: a new job with the next issue; the former badge is void from its
 * commit on. Fails with ERR_ABSENT (no such ticket), ERR_INPUT (no reason given). */
bool desk_reprint(struct desk *desk, const char *ref, const char *reason,
                  const char *who, struct spool_job *job, struct err *err);

const struct role *desk_role(const struct desk *desk);
/* Checked against the roster (ERR_ABSENT names the list), audited, durable; takes effect
 * when no scan is open. */
bool desk_set_role(struct desk *desk, const struct role *role, const char *who,
                   struct err *err);
/* Back to the configuration's role and time table. */
bool desk_clear_role(struct desk *desk, const char *who, struct err *err);
/* Codes that are no tickets (an organiser's enrolment code) are first offered to `other`:
 * true = it is somebody else's business, and no scan. */
typedef bool desk_other_fn(const char *code, size_t length, void *self);
void desk_set_other(struct desk *desk, desk_other_fn *other, void *self);
/* The organiser has withdrawn this station (true), or it is enrolled anew. */
void desk_seal(struct desk *desk, bool sealed);
/* New values from a reloaded configuration. Kinds are borrowed, as at the start; a badge
 * that is drawn already keeps its words. */
void desk_configure(struct desk *desk, const struct role *role,
                    const struct role_table *table);
void desk_set_kinds(struct desk *desk, const struct desk_kind *kinds, unsigned count);
void desk_set_claim_deadline(struct desk *desk, int64_t deadline_ms); /* of the next */
void desk_set_refuse_unsigned(struct desk *desk, bool refuse);

/* What stands on a ticket's next badge, as a job for the spool: its fields, issue, kind and
 * design. list: whose session the badge names; NULL: the ticket's own. Needs no desk: who
 * looks at badges before the event has none. */
struct desk_badges {
    struct db *db;
    const struct log *log;
    const char *station; /* letters */
    const struct desk_kind *kinds;
    unsigned kind_count;
};
bool desk_badge(const struct desk_badges *badges, const struct ticket *ticket,
                const struct list *list, struct spool_job *job, struct err *err);

/* What the station thinks of its clock. It is suspect before this program was built, and
 * while it is over two minutes before the newest check-in: then it went back, or it was
 * ahead once. In the latter case somebody must look at it. */
struct desk_clock {
    bool suspect, before_built;
    int64_t now_ms, built_ms, newest_ms; /* UTC; newest_ms 0 = no check-in yet */
    int64_t confirmed_ms; /* when somebody last said that it is right; 0 = never */
};
void desk_clock(const struct desk *desk, struct desk_clock *clock);
/* Somebody has looked: it is right now. Durable, audited. ERR_INPUT if that cannot be. */
bool desk_confirm_clock(struct desk *desk, const char *who, struct err *err);

void desk_status(const struct desk *desk, struct station_status *status);
void desk_counts(const struct desk *desk, struct desk_counts *counts);

/* ---- for the bench and the case runner ---------------------------------------- */

/* What desk_scan would find and admit would say of a code now; nothing is recorded. */
bool desk_judge(struct desk *desk, const char *code, size_t length,
                struct admit_facts *facts, struct admit_answer *answer, struct err *err);

#endif
