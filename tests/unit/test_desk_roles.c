#include "at_door.h"

static struct journal_counts
journal(struct door *door)
{
    struct journal_counts counts;
    assert_ok(journal_counts(door->db, &counts, err));
    return counts;
}

static void
badges_printed_the_night_before_admit_without_a_second_print(void **state)
{
    struct door *door = *state;
    door_take_role(door, "list=citec/main work=print-only");
    const struct desk_outcome *outcome = door_scan(door, "T-EARLY");
    assert_verdict(outcome, VERDICT_PRINT_ONLY);
    assert_true(outcome->made_job);
    assert_false(outcome->recorded);
    door_move_job(door, "T-EARLY", SPOOL_PRINTED);
    outcome = door_scan(door, "T-EARLY");
    assert_true(outcome->badge_out);
    assert_false(outcome->made_job);
    assert_int_equal(journal(door).entries, 0);
    assert_int_equal(door_outbox(door, OUTBOX_CHECKIN), 0);

    hand_loop_turn(&door->hand, 2 * 3600 * 1000);
    door_take_role(door, "list=citec/main");
    outcome = door_scan(door, "T-EARLY");
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_false(outcome->made_job);
    assert_int_equal(door->jobs, 1);
}

static void
an_admit_only_door_prints_nothing_and_a_printing_one_makes_up_for_it(void **state)
{
    struct door *door = *state;
    door_take_role(door, "list=citec/main work=admit-only");
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ADMIT);
    assert_int_equal(door->jobs, 0);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ALREADY_IN);
    door_take_role(door, "list=citec/main");
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_PRINT_ONLY);
    assert_true(outcome->made_job);
}

static void
who_entered_elsewhere_is_in_and_gets_no_second_badge_here(void **state)
{
    struct door *door = *state;
    struct roster_elsewhere row = { .nonce = { 9 }, .at_ms = 1, .station = "Gate 7" };
    str_copy(row.event, sizeof row.event, "citec");
    str_copy(row.list, sizeof row.list, "main");
    str_copy(row.ref, sizeof row.ref, door_ref(door, "T-ANA"));
    assert_ok(roster_begin(door->db, err));
    assert_ok(roster_put_elsewhere(door->db, &row, err));
    assert_ok(roster_commit(door->db, err));
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_ALREADY_IN);
    assert_string_equal(outcome->history.last_station, "Gate 7");
    assert_false(outcome->made_job);
}

static void
exits_and_entries_take_turns_where_the_list_allows_it(void **state)
{
    struct door *door = *state;
    door_take_role(door, "list=citec/back direction=exit work=admit-only");
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_EXIT);
    door_take_role(door, "list=citec/back work=admit-only");
    hand_loop_turn(&door->hand, 10);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ADMIT);
    hand_loop_turn(&door->hand, 10);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ALREADY_IN);
    door_take_role(door, "list=citec/back direction=exit work=admit-only");
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_EXIT);
    door_take_role(door, "list=citec/back work=admit-only");
    hand_loop_turn(&door->hand, 10);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ADMIT_AGAIN);
    assert_int_equal(journal(door).entries, 2);
    assert_int_equal(journal(door).exits, 2);
}

static bool
keep_refusal(const struct outbox_row *row, void *self)
{
    if (row->kind == OUTBOX_REFUSAL)
        *(struct outbox_row *)self = *row;
    return true;
}

static void
the_server_is_told_that_a_refused_guest_wanted_out(void **state)
{
    struct door *door = *state;
    struct outbox_row *row = calloc(1, sizeof *row);
    assert_non_null(row);
    door_take_role(door, "list=citec/back direction=exit work=admit-only");
    assert_verdict(door_scan(door, "T-CANCELLED"), VERDICT_CANCELLED);
    assert_ok(
        outbox_each(door->db, 1u << OUTBOX_PENDING, 0, 0, keep_refusal, row, err));
    assert_non_null(strstr(row->body, "\"type\":\"exit\""));
    free(row);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        door_test(badges_printed_the_night_before_admit_without_a_second_print),
        door_test(an_admit_only_door_prints_nothing_and_a_printing_one_makes_up_for_it),
        door_test(who_entered_elsewhere_is_in_and_gets_no_second_badge_here),
        door_test(exits_and_entries_take_turns_where_the_list_allows_it),
        door_test(the_server_is_told_that_a_refused_guest_wanted_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
