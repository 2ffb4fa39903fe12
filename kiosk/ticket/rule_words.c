#include "ticket/rule.h"

#include <assert.h>

#include "base/moment.h"

const char *
rule_reason_name(enum rule_reason reason)
{
    static const char *const names[RULE_REASON_COUNT] = {
        [RULE_WHY_OTHER] = "other",
        [RULE_WHY_NEVER] = "never",
        [RULE_WHY_PRODUCT] = "product",
        [RULE_WHY_VARIATION] = "variation",
        [RULE_WHY_GATE] = "gate",
        [RULE_WHY_FROM] = "from",
        [RULE_WHY_UNTIL] = "until",
        [RULE_WHY_WEEKDAY] = "weekday",
        [RULE_WHY_ENTRIES] = "entries",
        [RULE_WHY_ENTRIES_TODAY] = "entries-today",
        [RULE_WHY_ENTRY_DAYS] = "entry-days",
        [RULE_WHY_SINCE_LAST] = "since-last",
        [RULE_WHY_SINCE_FIRST] = "since-first",
        [RULE_WHY_ENTRIES_SINCE] = "entries-since",
        [RULE_WHY_ENTRIES_BEFORE] = "entries-before",
        [RULE_WHY_ENTRY_DAYS_SINCE] = "entry-days-since",
        [RULE_WHY_ENTRY_DAYS_BEFORE] = "entry-days-before",
        [RULE_WHY_INSIDE] = "inside",
        [RULE_WHY_OUTSIDE] = "outside",
    };
    assert(reason < RULE_REASON_COUNT);
    return names[reason];
}

/* "11:50", or with its date if its day of UTC is not today's: which day it is the
 * server asks before it turns to the event's clock. */
static void
add_time(const struct rule_facts *facts, int64_t now_ms, int64_t at_ms,
         struct str *text)
{
    struct zone_time at, at_utc, now;
    moment_local(facts->zone, at_ms, &at);
    moment_local(NULL, at_ms, &at_utc);
    moment_local(NULL, now_ms, &now);
    if (at_utc.year != now.year || at_utc.month != now.month || at_utc.day != now.day)
        str_addf(text, "%04d-%02d-%02d ", at.year, at.month, at.day);
    str_addf(text, "%02d:%02d", at.hour, at.minute);
}

/* What is counted: "number of entries since 23:00". */
static void
add_subject(const struct rule_why *why, const struct rule_facts *facts, int64_t now_ms,
            struct str *text)
{
    static const char *const subjects[RULE_REASON_COUNT] = {
        [RULE_WHY_WEEKDAY] = "week day",
        [RULE_WHY_ENTRIES] = "number of entries",
        [RULE_WHY_ENTRIES_TODAY] = "number of entries today",
        [RULE_WHY_ENTRY_DAYS] = "number of days with an entry",
        [RULE_WHY_SINCE_LAST] = "time since last entry",
        [RULE_WHY_SINCE_FIRST] = "time since first entry",
        [RULE_WHY_ENTRIES_SINCE] = "number of entries since ",
        [RULE_WHY_ENTRIES_BEFORE] = "number of entries before ",
        [RULE_WHY_ENTRY_DAYS_SINCE] = "number of days with an entry since ",
        [RULE_WHY_ENTRY_DAYS_BEFORE] = "number of days with an entry before ",
    };
    str_add_text(text, subjects[why->reason]);
    if (why->reason >= RULE_WHY_ENTRIES_SINCE &&
        why->reason <= RULE_WHY_ENTRY_DAYS_BEFORE)
        add_time(facts, now_ms, why->at_ms, text);
}

static void
add_number(const struct rule_why *why, struct str *text)
{
    static const char *const days[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday" };
    int day = why->number >= 1 && why->number <= 7 ? (int)why->number : 0;
    if (why->reason == RULE_WHY_WEEKDAY && day > 0 && day == why->number)
        str_add_text(text, days[day - 1]);
    else
        str_addf(text, "%.15g", why->number);
}

static void
add_count(const struct rule_why *why, const struct rule_facts *facts, int64_t now_ms,
          struct str *text)
{
    bool equality = why->compare == RULE_EQUAL || why->compare == RULE_UNEQUAL;
    bool most = why->compare == RULE_LESS || why->compare == RULE_AT_MOST;
    if (!equality)
        str_add_text(text, most ? "Maximum " : "Minimum ");
    add_subject(why, facts, now_ms, text);
    if (!equality) {
        str_add_text(text, " exceeded");
        return;
    }
    str_add_text(text, why->compare == RULE_EQUAL ? " is not " : " is ");
    add_number(why, text);
}

static void
add_why(const struct rule_why *why, const struct rule_facts *facts, int64_t now_ms,
        struct str *text)
{
    switch (why->reason) {
    case RULE_WHY_OTHER:
    case RULE_REASON_COUNT:
        str_add_text(text, "Unknown reason");
        break;
    case RULE_WHY_NEVER:
        str_add_text(text, "Always false");
        break;
    case RULE_WHY_PRODUCT:
    case RULE_WHY_VARIATION:
        str_add_text(text, "Ticket type not allowed");
        break;
    case RULE_WHY_GATE:
        str_add_text(text, "Wrong entrance gate");
        break;
    case RULE_WHY_FROM:
    case RULE_WHY_UNTIL:
        str_addf(text, "Only allowed %s ",
                 why->reason == RULE_WHY_FROM ? "after" : "before");
        add_time(facts, now_ms, why->at_ms, text);
        break;
    case RULE_WHY_INSIDE:
        str_add_text(text, "Attendee is already checked in");
        break;
    case RULE_WHY_OUTSIDE:
        str_add_text(text, "Attendee is checked out");
        break;
    default:
        add_count(why, facts, now_ms, text);
        break;
    }
}

void
rule_explain(const struct rule_answer *answer, const struct rule_facts *facts,
             int64_t now_ms, struct str *text)
{
    for (unsigned i = 0; i < answer->count; i++) {
        if (i > 0)
            str_add_text(text, ", ");
        add_why(&answer->whys[i], facts, now_ms, text);
    }
}
