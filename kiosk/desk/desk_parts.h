#ifndef YUELAI_DESK_PARTS_H
#define YUELAI_DESK_PARTS_H

/* desk_parts: what the files of the desk share, and nobody else.
 *
 *     desk.c         a scan's way through a slot          FREE -> READING | ASKING -> FREE
 *     desk_come.c    what comes in: codes, guests presented, answers
 *     desk_genuine.c was a badge made by a station of its event?
 *     desk_find.c    a code -> the ticket it means: candidates, media, revoked, signed
 *     desk_signed.c  tickets that vouch for themselves, and what they are known by
 *     desk_event.c   what is read once of an event: zone, keys, questions, rules
 *     desk_past.c    what happened to a ticket on a list, and what the rules make of it
 *     desk_ask.c     an organiser's questions: which, and what was answered
 *     desk_facts.c   ticket, list, history, badge -> facts for admit
 *     desk_claim.c   asks who knows more; keeps the nonce of what was asked
 *     desk_record.c  the one transaction
 *     desk_fields.c  a ticket -> the texts of its badge
 *     desk_badge.c   reprints, and "did it come out?"
 *     desk_limit.c   how many refusals are worth a row
 *     desk_role.c    by hand, by time table, by configuration
 *     desk_health.c  disk, role, roster, clock: can this station admit at all?
 */

#include "base/json.h"
#include "base/zone.h"
#include "desk/desk.h"
#include "store/catalog.h"
#include "store/journal.h"
#include "ticket/admit.h"
#include "store/badgekey.h"
#include "ticket/badgecode.h"
#include "ticket/question.h"
#include "ticket/rule.h"
#include "ticket/signed.h"

enum {
    DESK_READERS_MAX = 16,
    DESK_INTENTS_MAX = 32,
    DESK_WHO_SIZE = 64,
    /* A badge may claim an issue this far above what is known here; a forger could
     * otherwise make any true badge a former one. */
    DESK_HEARD_JUMP_MAX = 20,
    DESK_EVENTS_MAX = ROLE_LISTS_MAX + 2, /* read once and kept */
    DESK_GIVEN_MAX = 32, /* answers of one scan */
    DESK_GIVEN_BYTES = 2000 /* … and their bytes: they must fit an outbox row */
};

/* ---- desk_limit -------------------------------------------------------------- */

struct desk_limit {
    double tokens; /* rows that may be written at once */
    int64_t at_ms; /* mono, when tokens was right */
    bool has_last;
    uint64_t last; /* hash of the code that was last refused */
    int64_t last_ms; /* mono */
    int64_t skipped; /* since the last row */
};

void desk_limit_init(struct desk_limit *limit);
/* True if a refusal of the code with this hash is worth a row now. skipped gets how many
 * were not since the last row. */
bool desk_limit_allows(struct desk_limit *limit, uint64_t hash, int64_t mono_ms,
                       int64_t *skipped);
uint64_t desk_limit_hash(const char *code, size_t length);

/* ---- an event, read once -------------------------------------------------------- */

struct desk_question {
    struct question question; /* its texts stand in `tree`; `asked` is per product */
    struct json *tree;
    const char **values;
    struct question_option *options;
};

/* Good until the roster changes, or another event needs its place: not across a wait. */
struct desk_event {
    bool is_used;
    char slug[ROSTER_KEY_MAX + 1];
    bool from_server;
    bool media_alone; /* a ticket that was exchanged for a medium opens no door */
    struct event event;
    struct zone *zone; /* NULL: UTC */
    struct signed_key keys[SIGNED_KEYS_MAX];
    unsigned key_count;
    struct desk_question *questions; /* in the order of asking */
    unsigned question_count;
};

struct desk_rule {
    bool is_used;
    char event[ROSTER_KEY_MAX + 1], list[ROSTER_KEY_MAX + 1];
    struct rule *rule; /* NULL: it cannot be read, so it lets nobody in */
};

/* ---- a scan ------------------------------------------------------------------ */

/* What came, whichever way. */
struct desk_input {
    char code[ROSTER_SECRET_MAX + 1]; /* "" if presented or malformed */
    size_t length; /* as it came; over ROSTER_SECRET_MAX: code has its beginning only */
    int64_t at_us;
    bool is_presented, is_malformed;
    char ref[ROSTER_REF_MAX + 1]; /* presented */
    char who[DESK_WHO_SIZE];
    char reason[ROSTER_TEXT_MAX + 1]; /* malformed: why; let in: what staff say */
    char medium[ROSTER_KEY_MAX + 1]; /* "barcode", "nfc_uid" */
    bool ignore_unpaid;
    enum desk_asking asking;
};

enum desk_slot_state {
    DESK_SLOT_FREE,
    DESK_SLOT_READING,
    DESK_SLOT_ASKING, /* for the direction */
    DESK_SLOT_QUESTIONS
};

struct desk_slot {
    struct desk *desk;
    unsigned number; /* of its reader */
    enum desk_slot_state state;
    struct desk_input input, next;
    bool has_next;
    struct admit_facts facts;
    struct admit_answer answer;
    struct desk_outcome outcome;
    struct badgecode badge; /* outcome.by_badge */
    const char *text; /* what is looked up at a server's event: the code, trimmed */
    size_t text_length;
    char signed_text[SIGNED_TEXT_MAX + 1]; /* facts.is_signed: its one spelling */
    char session[ROSTER_KEY_MAX + 1]; /* the ticket's, "" = none */
    char alias[ROSTER_REF_MAX + 1]; /* what a signed ticket is known by; "" = none */
    struct question_answer given[DESK_GIVEN_MAX]; /* texts stand in given_text */
    unsigned given_count;
    char given_text[DESK_GIVEN_BYTES];
    size_t given_used;
    bool questions_unsupported; /* what is left to ask concerns other guests */
    bool wants_file; /* … is a file, which no kiosk can take; */
    char file[ROSTER_TEXT_MAX + 1]; /* the question's words for it */
    struct str questions; /* JSON: what outcome.questions points to */
    uint32_t top_issue; /* the highest known of the ticket before this scan */
    uint8_t nonce[JOURNAL_NONCE_BYTES];
    int64_t waited_us, wait_began_us; /* not our share */
    struct loop_timer *timer; /* deadline of READING or ASKING */
    struct desk_limit limit;
};

/* A question that was put and whose end is not recorded: the same ticket asked again is
 * asked with the same nonce, so that an answer that was lost is given again. */
struct desk_intent {
    uint8_t nonce[JOURNAL_NONCE_BYTES]; /* all 0 = free */
    int64_t at_ms;
    char ref[ROSTER_REF_MAX + 1];
    struct role_list list;
    bool exit;
};

struct desk {
    struct desk_setting set; /* texts and doors borrowed, but for station */
    char station[4];
    unsigned slot_count; /* readers + 1 */
    struct desk_slot *slots;
    uint64_t scans;
    struct desk_counts counts;
    struct desk_intent intents[DESK_INTENTS_MAX];
    struct desk_event events[DESK_EVENTS_MAX];
    struct desk_rule rules[DESK_EVENTS_MAX];
    unsigned turn; /* whose place goes next when all are taken */
    int64_t gate; /* the server's id of this station's gate, 0 = none */

    /* desk_role */
    struct role role; /* in force */
    struct role hand; /* set by hand at hand_ms; 0 = not */
    int64_t hand_ms;
    bool role_waits; /* a change waits until no scan is open */
    struct loop_timer *role_timer;

    bool sealed; /* desk_seal */
    desk_other_fn *other;
    void *other_self;

    /* desk_health */
    struct station_status status;
    enum station_trouble disk; /* STATION_READY, DISK_FULL or DISK_BAD */
    char disk_text[256];
    int64_t clock_confirmed_ms; /* UTC; 0 = never */
    int64_t newest_ms; /* of the journal's rows with a clock to be trusted */
    struct loop_timer *health_timer;
};

/* ---- desk.c ------------------------------------------------------------------ */

/* Goes on with a slot whose answer is known: asks, or records and tells. */
void desk_proceed(struct desk_slot *slot);
void desk_finish(struct desk_slot *slot);
/* Begins a scan, or lets it wait behind the one that is being read. */
void desk_take(struct desk_slot *slot, const struct desk_input *input);
/* All of a slot that is one scan's, as new. */
void desk_prepare(struct desk_slot *slot, const struct desk_input *input);
/* A slot that waited for its guest is judged anew with what he said. */
void desk_go_on(struct desk_slot *slot);
/* Nobody waits any more for anything of this slot. */
void desk_slot_free(struct desk_slot *slot);
bool desk_is_busy(const struct desk *desk);

/* ---- desk_event.c ------------------------------------------------------------- */

/* The event, with from_server false if the roster has none of that slug. */
bool desk_event_get(struct desk *desk, const char *slug, const struct desk_event **event,
                    struct err *err);
/* The list's rule; NULL: it cannot be read. */
bool desk_rule_get(struct desk *desk, const struct list *list, const struct rule **rule,
                   struct err *err);
/* The roster has changed: all is read anew. */
void desk_events_forget(struct desk *desk);

/* ---- desk_find.c -------------------------------------------------------------- */

/* Fills outcome's ticket and what facts say of the code. */
bool desk_find(struct desk_slot *slot, struct err *err);

/* ---- desk_genuine.c ----------------------------------------------------------- */

/* facts.forged of a badge's code, and why. */
bool desk_genuine(struct desk_slot *slot, struct err *err);

/* ---- desk_signed.c ------------------------------------------------------------ */

/* Takes the slot's text for a signed ticket of one of the role's events. */
bool desk_signed_find(struct desk_slot *slot, bool *found, struct err *err);
/* Sets slot->alias if the ticket's code is of the kind that may have been here before
 * its order came. */
bool desk_signed_alias(struct desk_slot *slot, const struct desk_event *event,
                       struct err *err);
/* Inside the transaction: keeps the text, sealed, for who scans the badge. */
bool desk_signed_keep(struct desk_slot *slot, struct err *err);
/* The text of a signed ticket of that ref, to the slot's text. */
bool desk_signed_recall(struct desk_slot *slot, const char *ref, bool *found,
                        struct err *err);

/* ---- desk_past.c -------------------------------------------------------------- */

bool desk_past_find(struct desk_slot *slot, const struct desk_event *event,
                    struct err *err);
/* What the list's rule says: facts.rule, outcome's reason and why. */
bool desk_past_judge(struct desk_slot *slot, const struct desk_event *event,
                     struct err *err);

/* ---- desk_ask.c --------------------------------------------------------------- */

/* Sets facts.questions, slot->questions, questions_unsupported and wants_file. */
bool desk_ask_gather(struct desk_slot *slot, const struct desk_event *event,
                     struct err *err);
/* Takes an answer into slot->given, checked; ERR_INPUT says which and why. */
bool desk_ask_take(struct desk_slot *slot, const struct desk_reply *replies,
                   unsigned count, struct err *err);
/* Inside the transaction: what was given counts as stored from now on. */
bool desk_ask_keep(struct desk_slot *slot, struct err *err);
/* What was given, as a JSON object of texts by question; nothing if nothing was. */
void desk_ask_answers(const struct desk_slot *slot, struct str *out);
/* The members of an outbox row's body that tell of answers. */
void desk_ask_write(const struct desk_slot *slot, struct str *out);

/* ---- desk_facts.c ------------------------------------------------------------- */

/* Fills facts and outcome from the slot's input. */
bool desk_gather(struct desk_slot *slot, struct err *err);
/* How a job's state is a badge's, in view of what else is known. */
enum admit_badge desk_badge_state(const struct desk_slot *slot);

/* ---- desk_claim.c ------------------------------------------------------------- */

bool desk_claim_useful(const struct desk_slot *slot);
/* False if the nonce could not be made durable: then the copy decides. */
bool desk_claim_ask(struct desk_slot *slot);
void desk_claim_deadline(struct desk_slot *slot);
void desk_claim_forget(struct desk_slot *slot);
/* Takes the nonce of an unfinished question about this ticket, if there is one. */
void desk_intent_resume(struct desk_slot *slot);
/* Inside the transaction that ends the question. */
bool desk_intent_end(struct desk_slot *slot, struct err *err);
bool desk_intents_load(struct desk *desk, struct err *err);

/* ---- desk_record.c, desk_fields.c ----------------------------------------------- */

/* Writes what the slot's answer says, or nothing. False: nothing is on disk. */
bool desk_record(struct desk_slot *slot, struct err *err);

/* What staff read when a guest of this kind comes; "" = nothing. */
const char *desk_kind_alert(const struct desk *desk, const char *kind);
/* A new job for the ticket: everything but what spool_add fills in. list may be NULL. */
bool desk_fill_job(struct desk *desk, const struct ticket *ticket,
                   const struct list *list, struct spool_job *job, struct err *err);

/* ---- desk_role.c, desk_health.c ------------------------------------------------- */

bool desk_role_create(struct desk *desk);
bool desk_role_start(struct desk *desk, struct err *err);
/* Brings the role in force up to date, now or when no scan is open. */
void desk_role_refresh(struct desk *desk);

bool desk_health_create(struct desk *desk);
bool desk_health_start(struct desk *desk, struct err *err);
/* What a write said: err NULL = it went well. */
void desk_health_note(struct desk *desk, const struct err *err);
/* Looks at everything and tells if something changed. */
void desk_health_check(struct desk *desk);
/* desk_clock.c: after journal_newest at the start, what somebody said of that row. */
bool desk_clock_start(struct desk *desk, struct err *err);
bool desk_clock_suspect(const struct desk *desk, int64_t now_ms);

#endif
