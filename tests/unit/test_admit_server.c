#include "ticket/admit.h"

/* The checks that only a ticketing server's lists and tickets have, in their places. */

#include "judging.h"

static struct admit_facts
good(void)
{
    return good_at(ROLE_ADMIT_ONLY, true);
}

static void
make_hidden(struct admit_facts *facts)
{
    facts->list = ADMIT_LIST_OTHER_SESSION;
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
make_unapproved(struct admit_facts *facts)
{
    facts->unapproved = true;
}

static void
make_too_early(struct admit_facts *facts)
{
    facts->valid_from_ms = NOW + 1;
}

static void
make_wrong_product(struct admit_facts *facts)
{
    facts->list = ADMIT_LIST_OTHER_KIND;
}

static void
make_gap(struct admit_facts *facts)
{
    facts->gap = true;
}

static void
make_unpaid(struct admit_facts *facts)
{
    facts->unpaid = true;
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
}

static const struct {
    void (*make)(struct admit_facts *facts);
    enum verdict verdict;
    bool on_exit;
} wrongs[] = {
    { make_hidden, VERDICT_WRONG_LIST, true },
    { make_cancelled, VERDICT_CANCELLED, true },
    { make_blocked, VERDICT_BLOCKED, true },
    { make_unapproved, VERDICT_UNAPPROVED, true },
    { make_too_early, VERDICT_NOT_YET_VALID, false },
    { make_wrong_product, VERDICT_WRONG_LIST, true },
    { make_gap, VERDICT_ERROR, true },
    { make_unpaid, VERDICT_UNPAID, true },
    { make_against_rules, VERDICT_RULES, false },
    { make_unanswered, VERDICT_QUESTIONS, false },
    { make_entered, VERDICT_ALREADY_IN, false },
};
enum { WRONG_COUNT = sizeof wrongs / sizeof *wrongs };

static void
the_order_of_the_checks_is_the_servers(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        struct admit_facts facts = good();
        wrongs[i].make(&facts);
        assert_int_equal(answer_to(&facts).verdict, wrongs[i].verdict);
        for (size_t j = i + 1; j < WRONG_COUNT; j++) {
            struct admit_facts both = good();
            wrongs[j].make(&both);
            wrongs[i].make(&both);
            if (answer_to(&both).verdict != wrongs[i].verdict)
                fail_msg("%zu and %zu: %s", i, j,
                         verdict_name(answer_to(&both).verdict));
        }
    }
}

static void
an_exit_is_asked_neither_times_nor_rules_nor_questions(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        struct admit_facts facts = good();
        wrongs[i].make(&facts);
        facts.direction = ROLE_EXIT;
        assert_int_equal(answer_to(&facts).verdict,
                         wrongs[i].on_exit ? wrongs[i].verdict : VERDICT_EXIT);
    }
}

static void
another_sessions_ticket_is_hidden_from_its_own_code_only(void **state)
{
    (void)state;
    struct admit_facts facts = good();
    make_hidden(&facts);
    facts.cancelled = true;
    assert_int_equal(answer_to(&facts).verdict, VERDICT_WRONG_LIST);
    assert_true(answer_to(&facts).hidden);

    facts.by_medium = true;
    assert_int_equal(answer_to(&facts).verdict, VERDICT_CANCELLED);
    facts.cancelled = false;
    assert_int_equal(answer_to(&facts).verdict, VERDICT_WRONG_LIST);
    assert_false(answer_to(&facts).hidden);

    facts.by_medium = false;
    facts.is_signed = true;
    facts.blocked = true;
    assert_int_equal(answer_to(&facts).verdict, VERDICT_BLOCKED);
    facts.blocked = false;
    assert_true(answer_to(&facts).hidden);

    make_wrong_product(&facts);
    assert_false(answer_to(&facts).hidden);
}

static void
a_roster_from_a_file_hides_nothing(void **state)
{
    (void)state;
    struct admit_facts facts = good();
    facts.from_server = false;
    make_hidden(&facts);
    facts.cancelled = true;
    assert_int_equal(answer_to(&facts).verdict, VERDICT_CANCELLED);
    facts.cancelled = false;
    assert_int_equal(answer_to(&facts).verdict, VERDICT_WRONG_LIST);
    assert_false(answer_to(&facts).hidden);
}

static void
an_unpaid_one_comes_in_where_the_list_and_staff_say_so(void **state)
{
    (void)state;
    static const struct {
        bool from_server, include, ignore;
        enum verdict verdict;
    } samples[] = {
        { true, false, false, VERDICT_UNPAID }, { true, false, true, VERDICT_UNPAID },
        { true, true, false, VERDICT_UNPAID },  { true, true, true, VERDICT_ADMIT },
        { false, true, false, VERDICT_ADMIT },  { false, false, true, VERDICT_UNPAID },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct admit_facts facts = good();
        facts.unpaid = true;
        facts.from_server = samples[i].from_server;
        facts.include_unpaid = samples[i].include;
        facts.ignore_unpaid = samples[i].ignore;
        assert_int_equal(answer_to(&facts).verdict, samples[i].verdict);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_checks_is_the_servers),
        cmocka_unit_test(an_exit_is_asked_neither_times_nor_rules_nor_questions),
        cmocka_unit_test(another_sessions_ticket_is_hidden_from_its_own_code_only),
        cmocka_unit_test(a_roster_from_a_file_hides_nothing),
        cmocka_unit_test(an_unpaid_one_comes_in_where_the_list_and_staff_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
