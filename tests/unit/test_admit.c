#include "ticket/admit.h"

#include "judging.h"

/* A paid ticket, never seen before, at a door that admits and prints. */
static struct admit_facts
good(void)
{
    return good_at(ROLE_ADMIT_PRINT, false);
}

/* ---- one thing wrong, and two ------------------------------------------------ */

static void
make_malformed(struct admit_facts *facts)
{
    facts->code = ADMIT_CODE_MALFORMED;
}

static void
make_revoked(struct admit_facts *facts)
{
    facts->revoked = true;
}

static void
make_unknown(struct admit_facts *facts)
{
    if (facts->code == ADMIT_CODE_TICKET || facts->code == ADMIT_CODE_SEVERAL)
        facts->code = ADMIT_CODE_UNKNOWN;
}

static void
make_forged(struct admit_facts *facts)
{
    facts->by_badge = true;
    facts->forged = true;
}

static void
make_ambiguous(struct admit_facts *facts)
{
    if (facts->code == ADMIT_CODE_TICKET)
        facts->code = ADMIT_CODE_SEVERAL;
}

static void
make_replaced(struct admit_facts *facts)
{
    facts->by_badge = true;
    facts->replaced = true;
}

static void
make_cancelled(struct admit_facts *facts)
{
    facts->cancelled = true;
}

static void
make_blocked(struct admit_facts *facts)
{
    facts->blocked = true;
}

static void
make_too_early(struct admit_facts *facts)
{
    facts->valid_from_ms = LATER;
}

static void
make_too_late(struct admit_facts *facts)
{
    facts->valid_until_ms = EARLIER;
}

static void
make_wrong_list(struct admit_facts *facts)
{
    facts->list = ADMIT_LIST_OTHER_KIND;
}

static void
make_unpaid(struct admit_facts *facts)
{
    facts->unpaid = true;
}

static void
make_not_open(struct admit_facts *facts)
{
    facts->opens_ms = LATER;
}

static void
make_closed(struct admit_facts *facts)
{
    facts->closes_ms = EARLIER;
}

static void
make_against_rules(struct admit_facts *facts)
{
    facts->rule = ADMIT_RULE_NO;
}

static void
make_unanswered(struct admit_facts *facts)
{
    facts->questions = true;
}

static void
make_entered(struct admit_facts *facts)
{
    facts->entries = 1;
    facts->entered_here = true;
    facts->badge = ADMIT_BADGE_OUT;
}

/* In the order of the checks; where each applies. */
static const struct wrong {
    const char *name;
    void (*make)(struct admit_facts *facts);
    enum verdict verdict;
    bool on_exit, on_print;
    bool claims; /* who knows more may change it */
} wrongs[] = {
    { "malformed", make_malformed, VERDICT_MALFORMED, true, true, false },
    { "forged", make_forged, VERDICT_FORGED, true, true, false },
    { "revoked", make_revoked, VERDICT_REVOKED, true, true, false },
    { "unknown", make_unknown, VERDICT_NOT_IN_COPY, true, true, true },
    { "ambiguous", make_ambiguous, VERDICT_AMBIGUOUS, true, true, true },
    { "replaced", make_replaced, VERDICT_REPLACED, true, true, false },
    { "cancelled", make_cancelled, VERDICT_CANCELLED, true, true, true },
    { "blocked", make_blocked, VERDICT_BLOCKED, true, true, false },
    { "too early", make_too_early, VERDICT_NOT_YET_VALID, false, false, true },
    { "too late", make_too_late, VERDICT_NO_LONGER_VALID, false, true, true },
    { "wrong list", make_wrong_list, VERDICT_WRONG_LIST, true, true, true },
    { "unpaid", make_unpaid, VERDICT_UNPAID, true, true, true },
    { "not open", make_not_open, VERDICT_NOT_YET_VALID, false, false, true },
    { "closed", make_closed, VERDICT_NO_LONGER_VALID, false, false, true },
    { "rules", make_against_rules, VERDICT_RULES, false, false, true },
    { "questions", make_unanswered, VERDICT_QUESTIONS, false, false, true },
    { "entered", make_entered, VERDICT_ALREADY_IN, false, false, false },
};
enum { WRONG_COUNT = sizeof wrongs / sizeof *wrongs };

static void
each_thing_that_is_wrong_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        struct admit_facts facts = good();
        wrongs[i].make(&facts);
        struct admit_answer answer = answer_to(&facts);

        assert_int_equal(answer.verdict, wrongs[i].verdict);
        assert_int_equal(answer.record, ADMIT_RECORD_REFUSED);
        assert_int_equal(answer.report, wrongs[i].verdict != VERDICT_QUESTIONS);
        assert_int_equal(answer.ask_claim, wrongs[i].claims);
        assert_false(answer.print);
    }
}

static void
of_two_things_wrong_the_earlier_check_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        for (size_t j = i + 1; j < WRONG_COUNT; j++) {
            struct admit_facts facts = good();
            wrongs[i].make(&facts);
            wrongs[j].make(&facts);
            if (answer_to(&facts).verdict != wrongs[i].verdict)
                fail_msg("%s and %s: %s", wrongs[i].name, wrongs[j].name,
                         verdict_name(answer_to(&facts).verdict));
        }
    }
}

static void
an_exit_and_a_printing_desk_skip_the_checks_of_an_entry(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        struct admit_facts facts = good();
        wrongs[i].make(&facts);
        facts.direction = ROLE_EXIT;
        enum verdict want = wrongs[i].on_exit ? wrongs[i].verdict : VERDICT_EXIT;
        assert_int_equal(answer_to(&facts).verdict, want);

        facts.direction = ROLE_ENTRY;
        facts.work = ROLE_PRINT_ONLY;
        want = wrongs[i].on_print ? wrongs[i].verdict : VERDICT_PRINT_ONLY;
        assert_int_equal(answer_to(&facts).verdict, want);
        assert_false(answer_to(&facts).report);
        assert_false(answer_to(&facts).ask_claim);
    }
}

static void
a_station_that_asks_refuses_first_what_either_way_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        struct admit_facts facts = good();
        wrongs[i].make(&facts);
        facts.direction = ROLE_ASK;
        struct admit_answer answer = answer_to(&facts);
        assert_int_equal(answer.ask_direction, !wrongs[i].on_exit);
        if (wrongs[i].on_exit)
            assert_int_equal(answer.verdict, wrongs[i].verdict);
        else
            assert_int_equal(answer.record, ADMIT_RECORD_NONE);
    }
}

/* ---- bounds ------------------------------------------------------------------ */

static void
bounds_are_inclusive_and_told(void **state)
{
    (void)state;
    static const struct {
        int64_t from, until, opens, closes;
        enum verdict verdict;
        int64_t bound;
        bool is_list;
    } samples[] = {
        { 0, 0, 0, 0, VERDICT_ADMIT, 0, false },
        { NOW, NOW, NOW, NOW, VERDICT_ADMIT, 0, false },
        { LATER, 0, 0, 0, VERDICT_NOT_YET_VALID, LATER, false },
        { 0, EARLIER, 0, 0, VERDICT_NO_LONGER_VALID, EARLIER, false },
        { 0, 0, LATER, 0, VERDICT_NOT_YET_VALID, LATER, true },
        { 0, 0, 0, EARLIER, VERDICT_NO_LONGER_VALID, EARLIER, true },
        { EARLIER, LATER, EARLIER, LATER, VERDICT_ADMIT, 0, false },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct admit_facts facts = good();
        facts.valid_from_ms = samples[i].from;
        facts.valid_until_ms = samples[i].until;
        facts.opens_ms = samples[i].opens;
        facts.closes_ms = samples[i].closes;
        struct admit_answer answer = answer_to(&facts);
        assert_int_equal(answer.verdict, samples[i].verdict);
        assert_int_equal(answer.bound_ms, samples[i].bound);
        assert_int_equal(answer.bound_is_list, samples[i].is_list);
        assert_false(answer.time_unsure);

        facts.clock_suspect = true;
        answer = answer_to(&facts);
        assert_int_equal(answer.verdict, VERDICT_ADMIT);
        assert_int_equal(answer.time_unsure, samples[i].bound != 0);
    }
}

/* ---- history and badge ------------------------------------------------------- */

static void
a_second_entry_needs_a_list_that_allows_it(void **state)
{
    (void)state;
    static const struct {
        unsigned entries;
        bool last_is_exit, several, after_exit;
        enum verdict verdict;
    } samples[] = {
        { 0, false, false, false, VERDICT_ADMIT },
        { 0, true, false, false, VERDICT_ADMIT }, /* only exits so far */
        { 1, false, false, false, VERDICT_ALREADY_IN },
        { 1, true, false, false, VERDICT_ALREADY_IN },
        { 1, false, true, false, VERDICT_ADMIT_AGAIN },
        { 1, true, true, false, VERDICT_ADMIT_AGAIN },
        { 1, false, false, true, VERDICT_ALREADY_IN },
        { 1, true, false, true, VERDICT_ADMIT_AGAIN },
        { 7, true, true, true, VERDICT_ADMIT_AGAIN },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct admit_facts facts = good();
        facts.entries = samples[i].entries;
        facts.last_is_exit = samples[i].last_is_exit;
        facts.several_entries = samples[i].several;
        facts.entry_after_exit = samples[i].after_exit;
        facts.badge = ADMIT_BADGE_OUT;
        assert_int_equal(answer_to(&facts).verdict, samples[i].verdict);
    }
}

enum { P = 1, S = 2, A = 4 }; /* print, show_job, ask_came_out */

static unsigned
badge_bits(const struct admit_answer *answer)
{
    return (answer->print ? P : 0u) | (answer->show_job ? S : 0u) |
           (answer->ask_came_out ? A : 0u);
}

static void
the_badge_follows_the_table_of_the_header(void **state)
{
    (void)state;
    static const struct {
        enum admit_badge badge;
        unsigned passes;
        enum verdict already;
        unsigned already_does, print_only;
    } table[] = {
        { ADMIT_BADGE_NONE, P, VERDICT_PRINT_ONLY, P, P },
        { ADMIT_BADGE_FAILED, P, VERDICT_PRINT_ONLY, P, P },
        { ADMIT_BADGE_ON_ITS_WAY, S, VERDICT_PRINT_ONLY, S, S },
        { ADMIT_BADGE_UNCERTAIN, S | A, VERDICT_PRINT_ONLY, S | A, S | A },
        { ADMIT_BADGE_OUT, 0, VERDICT_ALREADY_IN, S, S },
        { ADMIT_BADGE_ELSEWHERE, 0, VERDICT_ALREADY_IN, S, P },
    };
    assert_int_equal(sizeof table / sizeof *table, ADMIT_BADGE_COUNT);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct admit_facts facts = good();
        facts.badge = table[i].badge;
        struct admit_answer answer = answer_to(&facts);
        assert_int_equal(answer.verdict, VERDICT_ADMIT);
        assert_int_equal(badge_bits(&answer), table[i].passes);

        facts.entries = 1;
        answer = answer_to(&facts);
        assert_int_equal(answer.verdict, table[i].already);
        assert_int_equal(badge_bits(&answer), table[i].already_does);

        facts.work = ROLE_PRINT_ONLY;
        answer = answer_to(&facts);
        assert_int_equal(answer.verdict, VERDICT_PRINT_ONLY);
        assert_int_equal(badge_bits(&answer), table[i].print_only);
        assert_int_equal(answer.record, ADMIT_RECORD_NONE);
    }
}

/* ---- after a claim ----------------------------------------------------------- */

static struct admit_answer
confirmed(const struct admit_facts *facts, enum verdict theirs)
{
    struct admit_answer answer;
    admit_confirmed(facts, theirs, &answer);
    return answer;
}

static void
what_the_server_says_holds(void **state)
{
    (void)state;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        enum verdict theirs = (enum verdict)i;
        struct admit_facts facts = good();
        facts.unpaid = true; /* our copy would refuse */
        struct admit_answer answer = confirmed(&facts, theirs);

        if (theirs != VERDICT_EXIT)
            assert_int_equal(answer.verdict, theirs);
        bool passes = verdict_passes(theirs);
        assert_int_equal(answer.record,
                         passes ? ADMIT_RECORD_ENTRY : ADMIT_RECORD_REFUSED);
        assert_int_equal(answer.print, passes);

        facts.direction = ROLE_EXIT;
        answer = confirmed(&facts, theirs);
        assert_int_equal(answer.verdict, passes ? VERDICT_EXIT : theirs);
        assert_int_equal(answer.record,
                         passes ? ADMIT_RECORD_EXIT : ADMIT_RECORD_REFUSED);
        assert_false(answer.print);
    }
}

static void
a_ticket_let_in_from_outside_the_copy_has_no_badge_to_print(void **state)
{
    (void)state;
    struct admit_facts facts = good();
    facts.code = ADMIT_CODE_UNKNOWN;
    struct admit_answer answer = confirmed(&facts, VERDICT_ADMIT);
    assert_int_equal(answer.verdict, VERDICT_ADMIT);
    assert_int_equal(answer.record, ADMIT_RECORD_ENTRY);
    assert_false(answer.print);
}

static void
already_in_by_the_server_still_prints_a_badge_that_failed_here(void **state)
{
    (void)state;
    struct admit_facts facts = good();
    assert_int_equal(confirmed(&facts, VERDICT_ALREADY_IN).verdict, VERDICT_ALREADY_IN);
    facts.badge = ADMIT_BADGE_FAILED;
    struct admit_answer answer = confirmed(&facts, VERDICT_ALREADY_IN);
    assert_int_equal(answer.verdict, VERDICT_PRINT_ONLY);
    assert_true(answer.print);
    facts.badge = ADMIT_BADGE_NONE; /* entered by an admit-only door, known here */
    facts.entries = 1;
    assert_true(confirmed(&facts, VERDICT_ALREADY_IN).print);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_that_is_wrong_has_its_verdict),
        cmocka_unit_test(of_two_things_wrong_the_earlier_check_is_told),
        cmocka_unit_test(an_exit_and_a_printing_desk_skip_the_checks_of_an_entry),
        cmocka_unit_test(a_station_that_asks_refuses_first_what_either_way_is_refused),
        cmocka_unit_test(bounds_are_inclusive_and_told),
        cmocka_unit_test(a_second_entry_needs_a_list_that_allows_it),
        cmocka_unit_test(the_badge_follows_the_table_of_the_header),
        cmocka_unit_test(what_the_server_says_holds),
        cmocka_unit_test(a_ticket_let_in_from_outside_the_copy_has_no_badge_to_print),
        cmocka_unit_test(
            already_in_by_the_server_still_prints_a_badge_that_failed_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
