#include "admit.h"

#include <assert.h>
#include <stddef.h>

/* What a scan is about. */
enum step { STEP_ENTRY = 1, STEP_EXIT = 2, STEP_PRINT = 4, STEP_ALL = 7 };

/* ---- the checks -------------------------------------------------------------- */

static bool
is_malformed(const struct admit_facts *facts)
{
    return facts->code == ADMIT_CODE_MALFORMED;
}

static bool
is_forged(const struct admit_facts *facts)
{
    return facts->by_badge && facts->forged;
}

static bool
is_revoked(const struct admit_facts *facts)
{
    return facts->revoked;
}

static bool
is_unknown(const struct admit_facts *facts)
{
    return facts->code == ADMIT_CODE_UNKNOWN;
}

static bool
is_ambiguous(const struct admit_facts *facts)
{
    return facts->code == ADMIT_CODE_SEVERAL;
}

static bool
is_replaced(const struct admit_facts *facts)
{
    return facts->by_badge && facts->replaced;
}

static bool
is_elsewhere(const struct admit_facts *facts)
{
    return facts->list == ADMIT_LIST_NONE || facts->list == ADMIT_LIST_OTHER_SESSION;
}

/* The server does not look there. */
static bool
is_hidden(const struct admit_facts *facts)
{
    return facts->from_server && !facts->by_medium && is_elsewhere(facts);
}

static bool
is_hidden_at_once(const struct admit_facts *facts)
{
    return is_hidden(facts) && !facts->is_signed;
}

static bool
is_cancelled(const struct admit_facts *facts)
{
    return facts->cancelled;
}

static bool
is_blocked(const struct admit_facts *facts)
{
    return facts->blocked;
}

static bool
is_unapproved(const struct admit_facts *facts)
{
    return facts->unapproved;
}

static bool
is_before(int64_t bound_ms, const struct admit_facts *facts)
{
    return bound_ms != 0 && facts->now_ms < bound_ms;
}

static bool
is_after(int64_t bound_ms, const struct admit_facts *facts)
{
    return bound_ms != 0 && facts->now_ms > bound_ms;
}

static bool
is_too_early(const struct admit_facts *facts)
{
    return is_before(facts->valid_from_ms, facts);
}

static bool
is_too_late(const struct admit_facts *facts)
{
    return is_after(facts->valid_until_ms, facts);
}

static bool
is_wrong_list(const struct admit_facts *facts)
{
    return facts->list != ADMIT_LIST_TAKES;
}

static bool
is_gap(const struct admit_facts *facts)
{
    return facts->gap;
}

static bool
is_unpaid(const struct admit_facts *facts)
{
    bool is_included =
        facts->include_unpaid && (!facts->from_server || facts->ignore_unpaid);
    return facts->unpaid && !is_included;
}

static bool
is_not_open(const struct admit_facts *facts)
{
    return is_before(facts->opens_ms, facts);
}

static bool
is_closed(const struct admit_facts *facts)
{
    return is_after(facts->closes_ms, facts);
}

static bool
is_against_rules(const struct admit_facts *facts)
{
    return facts->rule == ADMIT_RULE_NO;
}

static bool
is_unanswered(const struct admit_facts *facts)
{
    return facts->questions;
}

static bool
is_to_exchange(const struct admit_facts *facts)
{
    return facts->exchange;
}

static bool
is_exchanged(const struct admit_facts *facts)
{
    return facts->exchanged;
}

enum bound { BOUND_NONE, BOUND_FROM, BOUND_UNTIL, BOUND_OPENS, BOUND_CLOSES };

static const struct check {
    enum verdict verdict;
    bool (*fails)(const struct admit_facts *facts);
    unsigned steps;   /* to which it applies */
    enum bound bound; /* compares the clock with this */
} checks[] = {
    { VERDICT_MALFORMED, is_malformed, STEP_ALL, BOUND_NONE },
    { VERDICT_FORGED, is_forged, STEP_ALL, BOUND_NONE },
    { VERDICT_REVOKED, is_revoked, STEP_ALL, BOUND_NONE },
    { VERDICT_NOT_IN_COPY, is_unknown, STEP_ALL, BOUND_NONE },
    { VERDICT_AMBIGUOUS, is_ambiguous, STEP_ALL, BOUND_NONE },
    { VERDICT_REPLACED, is_replaced, STEP_ALL, BOUND_NONE },
    { VERDICT_WRONG_LIST, is_hidden_at_once, STEP_ALL, BOUND_NONE },
    { VERDICT_CANCELLED, is_cancelled, STEP_ALL, BOUND_NONE },
    { VERDICT_BLOCKED, is_blocked, STEP_ALL, BOUND_NONE },
    { VERDICT_UNAPPROVED, is_unapproved, STEP_ALL, BOUND_NONE },
    { VERDICT_NOT_YET_VALID, is_too_early, STEP_ENTRY, BOUND_FROM },
    { VERDICT_NO_LONGER_VALID, is_too_late, STEP_ENTRY | STEP_PRINT, BOUND_UNTIL },
    { VERDICT_WRONG_LIST, is_wrong_list, STEP_ALL, BOUND_NONE },
    { VERDICT_ERROR, is_gap, STEP_ALL, BOUND_NONE },
    { VERDICT_UNPAID, is_unpaid, STEP_ALL, BOUND_NONE },
    { VERDICT_NOT_YET_VALID, is_not_open, STEP_ENTRY, BOUND_OPENS },
    { VERDICT_NO_LONGER_VALID, is_closed, STEP_ENTRY, BOUND_CLOSES },
    { VERDICT_RULES, is_against_rules, STEP_ENTRY, BOUND_NONE },
    { VERDICT_QUESTIONS, is_unanswered, STEP_ENTRY, BOUND_NONE },
    { VERDICT_EXCHANGE, is_to_exchange, STEP_ENTRY | STEP_EXIT, BOUND_NONE },
    { VERDICT_EXCHANGED, is_exchanged, STEP_ENTRY | STEP_EXIT, BOUND_NONE },
};
enum { CHECK_COUNT = sizeof checks / sizeof *checks };

static int64_t
bound_ms(const struct admit_facts *facts, enum bound bound)
{
    switch (bound) {
    case BOUND_NONE:
        break;
    case BOUND_FROM:
        return facts->valid_from_ms;
    case BOUND_UNTIL:
        return facts->valid_until_ms;
    case BOUND_OPENS:
        return facts->opens_ms;
    case BOUND_CLOSES:
        return facts->closes_ms;
    }
    return 0;
}

/* The first check that refuses, or NULL. Under a suspect clock no bound refuses. */
static const struct check *
first_failing(const struct admit_facts *facts, unsigned step, bool *time_unsure)
{
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (!(checks[i].steps & step) || !checks[i].fails(facts))
            continue;
        if (checks[i].bound == BOUND_NONE || !facts->clock_suspect)
            return &checks[i];
        *time_unsure = true;
    }
    return NULL;
}

/* ---- the answers ------------------------------------------------------------- */

static enum step
step_of(const struct admit_facts *facts)
{
    if (facts->work == ROLE_PRINT_ONLY)
        return STEP_PRINT;
    return facts->direction == ROLE_ENTRY ? STEP_ENTRY : STEP_EXIT;
}

/* The server is told, unless the guest can still answer, or no door was at stake. */
static void
refuse(const struct admit_facts *facts, enum verdict verdict,
       struct admit_answer *answer)
{
    answer->verdict = verdict;
    answer->record = ADMIT_RECORD_REFUSED;
    answer->report = facts->work != ROLE_PRINT_ONLY && verdict != VERDICT_QUESTIONS;
}

/* Refusals that a newer copy could not change, or that the server cannot know better.
 */
static bool
is_final(const struct admit_facts *facts, enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_MALFORMED:
    case VERDICT_FORGED:
    case VERDICT_REVOKED:
    case VERDICT_BLOCKED:
    case VERDICT_REPLACED:
        return true;
    case VERDICT_NOT_IN_COPY:
        return facts->by_badge; /* a code of ours, not theirs */
    case VERDICT_ALREADY_IN:
        return facts->entered_here;
    default:
        return false;
    }
}

static bool
prints_here(const struct admit_facts *facts)
{
    return facts->work != ROLE_ADMIT_ONLY && facts->code == ADMIT_CODE_TICKET;
}

/* Who holds a badge up has it, whatever its printer said. */
static enum admit_badge
badge_of(const struct admit_facts *facts)
{
    return facts->by_badge ? ADMIT_BADGE_OUT : facts->badge;
}

/* The badge of somebody who may have one; the table of the header. */
static void
settle_badge(const struct admit_facts *facts, struct admit_answer *answer)
{
    if (!prints_here(facts))
        return;
    switch (badge_of(facts)) {
    case ADMIT_BADGE_NONE:
    case ADMIT_BADGE_FAILED:
        answer->print = true;
        break;
    case ADMIT_BADGE_ON_ITS_WAY:
        answer->show_job = true;
        break;
    case ADMIT_BADGE_UNCERTAIN:
        answer->ask_came_out = true;
        answer->show_job = true;
        break;
    case ADMIT_BADGE_OUT:
        answer->show_job = facts->work == ROLE_PRINT_ONLY;
        break;
    case ADMIT_BADGE_ELSEWHERE:
        answer->print = facts->work == ROLE_PRINT_ONLY;
        break;
    case ADMIT_BADGE_COUNT:
        break;
    }
}

static bool
entry_is_allowed(const struct admit_facts *facts)
{
    return facts->entries == 0 || facts->several_entries ||
           (facts->entry_after_exit && facts->last_is_exit);
}

/* Entered before: says so, unless the badge is what is missing. */
static void
answer_entered(const struct admit_facts *facts, struct admit_answer *answer)
{
    enum admit_badge badge = badge_of(facts);
    bool is_out = badge == ADMIT_BADGE_OUT || badge == ADMIT_BADGE_ELSEWHERE;
    if (is_out || !prints_here(facts)) {
        refuse(facts, VERDICT_ALREADY_IN, answer);
        answer->show_job = true;
        return;
    }
    answer->verdict = VERDICT_PRINT_ONLY;
    settle_badge(facts, answer);
}

static void
answer_entry(const struct admit_facts *facts, struct admit_answer *answer)
{
    answer->verdict = facts->entries == 0 ? VERDICT_ADMIT : VERDICT_ADMIT_AGAIN;
    answer->record = ADMIT_RECORD_ENTRY;
    answer->report = true;
    settle_badge(facts, answer);
}

static void
answer_exit(struct admit_answer *answer)
{
    answer->verdict = VERDICT_EXIT;
    answer->record = ADMIT_RECORD_EXIT;
    answer->report = true;
}

static void
answer_refused(const struct admit_facts *facts, const struct check *check,
               struct admit_answer *answer)
{
    refuse(facts, check->verdict, answer);
    answer->bound_ms = bound_ms(facts, check->bound);
    answer->bound_is_list = check->bound == BOUND_OPENS || check->bound == BOUND_CLOSES;
    answer->hidden = check->verdict == VERDICT_WRONG_LIST && is_hidden(facts);
}

void
admit(const struct admit_facts *facts, struct admit_answer *answer)
{
    *answer = (struct admit_answer){ .verdict = VERDICT_MALFORMED };
    enum step step = step_of(facts);
    const struct check *failing = first_failing(facts, step, &answer->time_unsure);

    if (failing) {
        answer_refused(facts, failing, answer);
    } else if (step == STEP_PRINT) {
        answer->verdict = VERDICT_PRINT_ONLY;
        settle_badge(facts, answer);
    } else if (facts->direction == ROLE_ASK) {
        answer->ask_direction = true;
        return;
    } else if (step == STEP_EXIT) {
        answer_exit(answer);
    } else if (entry_is_allowed(facts)) {
        answer_entry(facts, answer);
    } else {
        answer_entered(facts, answer);
    }
    answer->ask_claim = step != STEP_PRINT && answer->verdict != VERDICT_PRINT_ONLY &&
                        !is_final(facts, answer->verdict);
}

void
admit_confirmed(const struct admit_facts *facts, enum verdict theirs,
                struct admit_answer *answer)
{
    assert(facts->work != ROLE_PRINT_ONLY && facts->direction != ROLE_ASK);
    *answer = (struct admit_answer){ .verdict = theirs };

    if (verdict_passes(theirs) && facts->direction == ROLE_EXIT) {
        answer_exit(answer);
    } else if (verdict_passes(theirs)) {
        answer_entry(facts, answer);
        if (theirs == VERDICT_ADMIT_AGAIN)
            answer->verdict = VERDICT_ADMIT_AGAIN;
    } else if (theirs == VERDICT_ALREADY_IN) {
        struct admit_facts known = *facts;
        /* Entered where we know nothing of: so is its badge. */
        if (known.entries == 0 && known.badge == ADMIT_BADGE_NONE)
            known.badge = ADMIT_BADGE_ELSEWHERE;
        answer_entered(&known, answer);
    } else {
        refuse(facts, theirs, answer);
    }
}
