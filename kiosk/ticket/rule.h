#ifndef YUELAI_RULE_H
#define YUELAI_RULE_H

/* rule: may this ticket enter this list now, as an organiser of the ticketing server pretix
 * has put it together there: a small language in JSON, evaluated as that server does.
 *
 *     {"and": [{"inList": [{"var": "product"}, {"objectList": [{"lookup": ["product", "7", "VIP"]}]}]},
 *              {"isAfter": [{"var": "now"}, {"buildTime": ["date_admission"]}, 10]}]}
 *
 *     rule_parse once a list  ->  rule_eval each scan  ->  YES | NO, and why | RAISED
 *
 * An object is an operation: its first member whose name does not begin with "__" names it
 * and gives its arguments. Everything else stands for itself. All arguments are evaluated,
 * always; "and" and "or" then choose among the values. Besides the door's own operations
 * (the variables below, inList, objectList, lookup, buildTime, isBefore, isAfter, entries_since,
 * entries_before, entries_days_since, entries_days_before) the whole of JsonLogic is there.
 * Values compare as in the server's language, Python: if either side of == is a text, both
 * are compared as texts ("true" is not true, 5.0 is "5.0"); < and <= chain.
 *
 *     product variation gate   ids; null if there is none      now            a time
 *     now_isoweekday           1 Monday to 7 Sunday            entry_status   "present", "absent"
 *     entries_number           entries_today                   entries_days   whole numbers
 *     minutes_since_last_entry minutes_since_first_entry       5.0; -1 if there was no entry
 *
 * Days, weekdays and "customtime" are the event's zone's. Pure: no clock, no I/O. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"
#include "err.h"
#include "str.h"

enum {
    RULE_TEXT_MAX = 256 * 1024, /* bytes */
    RULE_DEPTH_MAX = 64,
    RULE_NODES_MAX = 20000,
    RULE_WHYS_MAX = 8 /* conditions that an answer names */
};

struct rule;

/* Reads a list's `rules`. Fails with ERR_INPUT (line and column) or ERR_LIMIT, never for what
 * the rule means. A caller whose list has a rule that fails here refuses like RULE_RAISED:
 * nobody comes in by a rule that could not be read. `json` is not kept. */
bool rule_parse(const char *json, size_t length, struct rule **rule, struct err *err);
void rule_free(struct rule *rule); /* takes NULL */

struct rule_checkin {
    int64_t at_ms; /* UTC */
    bool is_exit;
};

struct rule_facts {
    int64_t product; /* item id */
    int64_t variation; /* 0: none */
    int64_t gate; /* the station's gate id, 0: none */
    int64_t now_ms; /* the moment of the scan, not of asking */
    const struct zone *zone; /* the event's; NULL is UTC */
    /* Of the position's sub-event if it has one, else of the event; only the first must be
     * there, the others then count as equal to it. */
    int64_t date_from_ms;
    int64_t date_to_ms;
    int64_t date_admission_ms;
    bool has_date_to, has_date_admission;
    /* The ticket's successful check-ins on this list, synced and queued, by time, then id. */
    const struct rule_checkin *checkins;
    size_t count;
};

enum rule_outcome {
    RULE_YES,
    RULE_NO,
    /* The evaluation itself failed. No, too; and the server says `rules` even to force. */
    RULE_RAISED
};

/* Why not: the kind of condition that fails, so that a screen can say it in the guest's
 * language, and the value that goes with it. */
enum rule_reason {
    RULE_WHY_OTHER, /* no kind of condition that we have words for */
    RULE_WHY_NEVER, /* a plain false: this way is closed */
    RULE_WHY_PRODUCT, /* not this kind of ticket */
    RULE_WHY_VARIATION,
    RULE_WHY_GATE,
    RULE_WHY_FROM, /* only after `at_ms` */
    RULE_WHY_UNTIL, /* only before `at_ms` */
    RULE_WHY_WEEKDAY, /* `number` is a weekday, 1 Monday: `compare` says how */
    RULE_WHY_ENTRIES, /* entries: `number`, `compare` */
    RULE_WHY_ENTRIES_TODAY,
    RULE_WHY_ENTRY_DAYS,
    RULE_WHY_SINCE_LAST, /* minutes since the last entry: `number`, `compare` */
    RULE_WHY_SINCE_FIRST,
    RULE_WHY_ENTRIES_SINCE, /* entries since `at_ms`: `number`, `compare` */
    RULE_WHY_ENTRIES_BEFORE,
    RULE_WHY_ENTRY_DAYS_SINCE,
    RULE_WHY_ENTRY_DAYS_BEFORE,
    RULE_WHY_INSIDE, /* entered and has not left */
    RULE_WHY_OUTSIDE, /* must have entered, and has not */
    RULE_REASON_COUNT
};

/* "product", "from", …: for JSON and the languages' tables. */
const char *rule_reason_name(enum rule_reason reason);

/* How the value would have to stand to `number`. */
enum rule_compare {
    RULE_LESS, /* < */
    RULE_AT_MOST, /* <= */
    RULE_MORE, /* > */
    RULE_AT_LEAST, /* >= */
    RULE_EQUAL, /* == */
    RULE_UNEQUAL, /* != */
    RULE_COMPARE_COUNT
};

struct rule_why {
    enum rule_reason reason;
    enum rule_compare compare;
    double number;
    int64_t at_ms; /* UTC, tolerance included */
};

struct rule_answer {
    /* All failing conditions of the way in that is nearest for this guest, in the rule's
     * order: "from 11:00, and at least 3 entries". None if RAISED. */
    struct rule_why whys[RULE_WHYS_MAX];
    unsigned count;
    /* The rule says no, but the server cannot say why and answers 500 in place of `rules`:
     * a station that asked it has heard nothing and goes by its own copy, whose no stands. */
    bool server_fails;
};

/* The answer for these facts. `answer` may be NULL. */
enum rule_outcome rule_eval(const struct rule *rule, const struct rule_facts *facts,
                            struct rule_answer *answer);

/* The server's English words for an answer, joined by ", ", as of `now_ms`: a time is told
 * with its date unless it is of the same day of UTC. For logs and staff. Where several ways
 * are about as near, the server may name another one, or the same in another order. */
void rule_explain(const struct rule_answer *answer, const struct rule_facts *facts,
                  int64_t now_ms, struct str *text);

/* What the rule gives with other variables than a door's: `data` is JSON that was read with
 * rule_parse. The value is appended as JSON. Fails with ERR_INPUT if the evaluation raises.
 * The door's operations are unknown here. For tests of the language. */
bool rule_value(const struct rule *rule, const struct rule *data, struct str *json,
                struct err *err);

#endif
