#include "ticket/admit.h"

/* Sentences that hold for the answer to every combination of facts, one by one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000, EARLIER = NOW - 1, LATER = NOW + 1 };

static struct admit_answer
answer_to(const struct admit_facts *facts)
{
    struct admit_answer answer;
    admit(facts, &answer);
    return answer;
}

#define PASSES verdict_passes(a->verdict)
#define INVARIANT(name, holds)                                                  \
    static bool name(const struct admit_facts *f, const struct admit_answer *a) \
    {                                                                           \
        (void)f, (void)a;                                                       \
        return a->ask_direction || (holds);                                     \
    }

static bool
is_time_verdict(enum verdict verdict)
{
    return verdict == VERDICT_NOT_YET_VALID || verdict == VERDICT_NO_LONGER_VALID;
}

static bool
is_sound(const struct admit_facts *f) /* whatever the direction */
{
    return f->code == ADMIT_CODE_TICKET && !f->revoked && !f->cancelled &&
           !f->blocked && !(f->by_badge && (f->replaced || f->forged)) &&
           f->list == ADMIT_LIST_TAKES && (!f->unpaid || f->include_unpaid);
}

static bool
is_timely(const struct admit_facts *f)
{
    return f->clock_suspect || (f->valid_from_ms <= NOW && f->opens_ms <= NOW &&
                                (!f->valid_until_ms || f->valid_until_ms >= NOW) &&
                                (!f->closes_ms || f->closes_ms >= NOW));
}

static bool
may_enter_again(const struct admit_facts *f)
{
    return f->several_entries || (f->entry_after_exit && f->last_is_exit);
}

static bool
is_missing(enum admit_badge badge)
{
    return badge == ADMIT_BADGE_NONE || badge == ADMIT_BADGE_FAILED;
}

static bool
is_known_to_be_out(const struct admit_facts *f)
{
    return f->by_badge || f->badge == ADMIT_BADGE_OUT ||
           f->badge == ADMIT_BADGE_ELSEWHERE;
}

INVARIANT(nobody_unsound_passes_or_prints, is_sound(f) || (!PASSES && !a->print))
INVARIANT(who_passes_is_recorded_as_the_verdict_says,
          (a->record == ADMIT_RECORD_EXIT) == (a->verdict == VERDICT_EXIT) &&
              (a->record == ADMIT_RECORD_ENTRY) ==
                  (PASSES && a->verdict != VERDICT_EXIT))
INVARIANT(who_does_not_pass_is_refused_or_gets_a_badge,
          PASSES ||
              (a->record == ADMIT_RECORD_NONE) == (a->verdict == VERDICT_PRINT_ONLY))
INVARIANT(a_refusal_prints_nothing, a->record != ADMIT_RECORD_REFUSED || !a->print)
INVARIANT(already_in_needs_an_entry, a->verdict != VERDICT_ALREADY_IN || f->entries > 0)
INVARIANT(where_badges_are_made_already_in_needs_a_badge_that_is_out,
          a->verdict != VERDICT_ALREADY_IN || f->work == ROLE_ADMIT_ONLY ||
              is_known_to_be_out(f))
INVARIANT(a_badge_on_its_way_is_not_made_twice,
          f->badge != ADMIT_BADGE_ON_ITS_WAY || !a->print)
INVARIANT(a_badge_on_its_way_is_shown, f->badge != ADMIT_BADGE_ON_ITS_WAY ||
                                           f->by_badge || f->work == ROLE_ADMIT_ONLY ||
                                           a->record == ADMIT_RECORD_REFUSED ||
                                           a->verdict == VERDICT_EXIT || a->show_job)
INVARIANT(an_uncertain_badge_is_not_made_twice,
          f->badge != ADMIT_BADGE_UNCERTAIN || !a->print)
INVARIANT(only_an_uncertain_badge_is_asked_about,
          !a->ask_came_out || (f->badge == ADMIT_BADGE_UNCERTAIN && !f->by_badge &&
                               a->show_job && f->work != ROLE_ADMIT_ONLY))
INVARIANT(an_uncertain_badge_is_asked_about,
          f->badge != ADMIT_BADGE_UNCERTAIN || f->by_badge ||
              f->work == ROLE_ADMIT_ONLY || a->record == ADMIT_RECORD_REFUSED ||
              a->verdict == VERDICT_EXIT || a->ask_came_out)
INVARIANT(a_badge_that_is_out_is_not_made_again,
          f->badge != ADMIT_BADGE_OUT || !a->print)
INVARIANT(a_scanned_badge_prints_nothing, !f->by_badge || !a->print)
INVARIANT(an_admit_only_station_prints_nothing, f->work != ROLE_ADMIT_ONLY || !a->print)
INVARIANT(a_print_only_station_records_nobody_and_asks_no_server,
          f->work != ROLE_PRINT_ONLY ||
              (!PASSES && !a->report && !a->ask_claim &&
               a->record != ADMIT_RECORD_ENTRY && a->record != ADMIT_RECORD_EXIT))
INVARIANT(who_enters_and_lacks_a_badge_gets_one,
          a->record != ADMIT_RECORD_ENTRY || f->work != ROLE_ADMIT_PRINT ||
              f->by_badge || a->print == is_missing(f->badge))
INVARIANT(who_is_in_and_lacks_a_badge_gets_one,
          a->verdict != VERDICT_PRINT_ONLY || f->work != ROLE_ADMIT_PRINT ||
              (f->entries > 0 && a->print == is_missing(f->badge)))
INVARIANT(an_exit_is_refused_only_to_the_unsound,
          f->work == ROLE_PRINT_ONLY || f->direction != ROLE_EXIT ||
              (a->verdict == VERDICT_EXIT) == is_sound(f))
INVARIANT(an_exit_prints_nothing, a->verdict != VERDICT_EXIT || !a->print)
INVARIANT(who_is_sound_timely_and_within_the_rules_enters,
          f->work == ROLE_PRINT_ONLY || f->direction != ROLE_ENTRY ||
              (a->record == ADMIT_RECORD_ENTRY) ==
                  (is_sound(f) && is_timely(f) && f->rule != ADMIT_RULE_NO &&
                   !f->questions && (f->entries == 0 || may_enter_again(f))))
INVARIANT(again_is_said_exactly_to_who_entered_before,
          a->record != ADMIT_RECORD_ENTRY ||
              (a->verdict == VERDICT_ADMIT_AGAIN) == (f->entries > 0))
INVARIANT(a_suspect_clock_refuses_nobody,
          !f->clock_suspect || !is_time_verdict(a->verdict))
INVARIANT(a_bound_is_told_exactly_where_time_refuses,
          is_time_verdict(a->verdict) == (a->bound_ms != 0))
INVARIANT(the_time_of_entry_stops_no_badge_the_night_before,
          f->work != ROLE_PRINT_ONLY || a->verdict != VERDICT_NOT_YET_VALID)
INVARIANT(rules_and_questions_stop_entries_only,
          (a->verdict != VERDICT_RULES && a->verdict != VERDICT_QUESTIONS) ||
              (f->work != ROLE_PRINT_ONLY && f->direction == ROLE_ENTRY))
INVARIANT(whoever_passes_is_told_to_the_server_and_asked_about,
          !PASSES || (a->report && a->ask_claim))
INVARIANT(nobody_waits_for_a_server_that_need_not_be_asked,
          !a->ask_claim ||
              (a->verdict != VERDICT_MALFORMED && a->verdict != VERDICT_REVOKED &&
               a->verdict != VERDICT_BLOCKED && a->verdict != VERDICT_REPLACED &&
               a->verdict != VERDICT_FORGED && a->verdict != VERDICT_PRINT_ONLY &&
               !(a->verdict == VERDICT_ALREADY_IN && f->entered_here)))

static bool
a_direction_is_asked_exactly_where_both_are_possible(const struct admit_facts *f,
                                                     const struct admit_answer *a)
{
    bool open = f->direction == ROLE_ASK && f->work != ROLE_PRINT_ONLY && is_sound(f);
    return a->ask_direction == open &&
           (!a->ask_direction || (a->record == ADMIT_RECORD_NONE && !a->report &&
                                  !a->print && !a->ask_claim && !a->show_job));
}

#define RULE(name)  \
    {               \
#name, name \
    }
static const struct {
    const char *sentence;
    bool (*holds)(const struct admit_facts *f, const struct admit_answer *a);
} invariants[] = {
    RULE(nobody_unsound_passes_or_prints),
    RULE(who_passes_is_recorded_as_the_verdict_says),
    RULE(who_does_not_pass_is_refused_or_gets_a_badge),
    RULE(a_refusal_prints_nothing),
    RULE(already_in_needs_an_entry),
    RULE(where_badges_are_made_already_in_needs_a_badge_that_is_out),
    RULE(a_badge_on_its_way_is_not_made_twice),
    RULE(a_badge_on_its_way_is_shown),
    RULE(an_uncertain_badge_is_not_made_twice),
    RULE(only_an_uncertain_badge_is_asked_about),
    RULE(an_uncertain_badge_is_asked_about),
    RULE(a_badge_that_is_out_is_not_made_again),
    RULE(a_scanned_badge_prints_nothing),
    RULE(an_admit_only_station_prints_nothing),
    RULE(a_print_only_station_records_nobody_and_asks_no_server),
    RULE(who_enters_and_lacks_a_badge_gets_one),
    RULE(who_is_in_and_lacks_a_badge_gets_one),
    RULE(an_exit_is_refused_only_to_the_unsound),
    RULE(an_exit_prints_nothing),
    RULE(who_is_sound_timely_and_within_the_rules_enters),
    RULE(again_is_said_exactly_to_who_entered_before),
    RULE(a_suspect_clock_refuses_nobody),
    RULE(a_bound_is_told_exactly_where_time_refuses),
    RULE(the_time_of_entry_stops_no_badge_the_night_before),
    RULE(rules_and_questions_stop_entries_only),
    RULE(whoever_passes_is_told_to_the_server_and_asked_about),
    RULE(nobody_waits_for_a_server_that_need_not_be_asked),
    RULE(a_direction_is_asked_exactly_where_both_are_possible),
};

static void
check_invariants(const struct admit_facts *facts)
{
    struct admit_answer answer = answer_to(facts);
    for (size_t i = 0; i < sizeof invariants / sizeof *invariants; i++) {
        if (!invariants[i].holds(facts, &answer))
            fail_msg("%s: verdict %s record %d print %d, work %d direction %d badge %d "
                     "entries %u by_badge %d code %d",
                     invariants[i].sentence, verdict_name(answer.verdict),
                     (int)answer.record, answer.print, (int)facts->work,
                     (int)facts->direction, (int)facts->badge, facts->entries,
                     facts->by_badge, (int)facts->code);
    }
}

/* Takes a digit off a mixed-radix number. */
static unsigned
take(uint64_t *number, unsigned values)
{
    unsigned digit = (unsigned)(*number % values);
    *number /= values;
    return digit;
}

static void
take_window(uint64_t *number, int64_t *from_ms, int64_t *until_ms)
{
    unsigned which = take(number, 3); /* around now, not yet, no longer */
    *from_ms = which == 1 ? LATER : which == 0 ? NOW : 0;
    *until_ms = which == 2 ? EARLIER : which == 0 ? NOW : 0;
}

static struct admit_facts
combination(uint64_t number, enum admit_code code)
{
    struct admit_facts f = { .code = code, .now_ms = NOW };
    f.by_badge = take(&number, 2);
    unsigned badge = take(&number, 3);
    f.replaced = badge == 1;
    f.forged = badge == 2;
    f.revoked = take(&number, 2);
    f.cancelled = take(&number, 2);
    f.blocked = take(&number, 2);
    f.unpaid = take(&number, 2);
    f.include_unpaid = take(&number, 2);
    f.list = take(&number, 2) ? ADMIT_LIST_TAKES : ADMIT_LIST_OTHER_SESSION;
    f.rule = take(&number, 2) ? ADMIT_RULE_NO : ADMIT_RULE_YES;
    f.questions = take(&number, 2);
    take_window(&number, &f.valid_from_ms, &f.valid_until_ms);
    take_window(&number, &f.opens_ms, &f.closes_ms);
    f.clock_suspect = take(&number, 2);
    f.direction = (enum role_direction)take(&number, 3);
    f.work = (enum role_work)take(&number, 3);
    f.badge = (enum admit_badge)take(&number, ADMIT_BADGE_COUNT);
    f.entries = take(&number, 2);
    f.last_is_exit = take(&number, 2);
    f.entered_here = take(&number, 2);
    f.several_entries = take(&number, 2);
    f.entry_after_exit = take(&number, 2);
    return f;
}

enum {
    GATES = 1536 * 9 * 2 * 9,            /* code, ticket, list, bounds, clock, role */
    ALL = GATES * ADMIT_BADGE_COUNT * 32 /* … and badge and history */
};

static void
every_combination_of_facts_keeps_the_invariants(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < ALL; number++) {
        struct admit_facts facts = combination(number, ADMIT_CODE_TICKET);
        check_invariants(&facts);
    }
    for (uint64_t number = 0; number < GATES; number++) {
        static const enum admit_code codes[] = { ADMIT_CODE_MALFORMED,
                                                 ADMIT_CODE_UNKNOWN,
                                                 ADMIT_CODE_SEVERAL };
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
            struct admit_facts facts = combination(number, codes[i]);
            check_invariants(&facts);
        }
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_of_facts_keeps_the_invariants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
