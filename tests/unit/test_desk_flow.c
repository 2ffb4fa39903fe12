#include "at_door.h"

#include "bad_disk.h"
#include "store/settings.h"

static struct journal_counts
journal(struct door *door)
{
    struct journal_counts counts;
    assert_ok(journal_counts(door->db, &counts, err));
    return counts;
}

static enum station_trouble
trouble(struct door *door)
{
    struct station_status status;
    desk_status(door->desk, &status);
    return status.trouble;
}

static void
set_role(struct door *door, const char *text)
{
    struct role role;
    assert_ok(role_parse(text, &role, err));
    assert_ok(desk_set_role(door->desk, &role, "staff:li", err));
}

/* ---- the claim -------------------------------------------------------------- */

static void
a_claim_that_answers_decides_and_its_wait_is_not_our_share(void **state)
{
    struct door *door = *state;
    door->claim_asks = true;
    const struct desk_outcome *outcome = door_scan(door, "T-UNPAID");
    assert_int_equal(outcome->phase, DESK_READING);
    assert_int_equal(journal(door).entries, 0);
    assert_int_equal(door->jobs, 0);
    assert_string_equal(door->questions[0].ref, door_ref(door, "T-UNPAID"));
    assert_string_equal(door->questions[0].list, "main");

    hand_loop_turn(&door->hand, 300);
    door_answer(door, 0, VERDICT_ADMIT); /* paid a minute ago */
    assert_int_equal(outcome->phase, DESK_ANSWERED);
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_true(outcome->confirmed && outcome->recorded && outcome->made_job);
    assert_int_equal(outcome->local_us, 0);
    assert_string_equal(outcome->reason, "the server says so");
    assert_int_equal(journal(door).entries, 1);
    hand_loop_turn(&door->hand, 5000); /* its deadline is over for nobody */
    assert_int_equal(door->answered, 1);
}

static bool
keep_outbox(const struct outbox_row *row, void *self)
{
    *(struct outbox_row *)self = *row;
    return true;
}

static void
what_the_server_confirmed_need_not_be_sent_again(void **state)
{
    struct door *door = *state;
    struct outbox_row *row = calloc(1, sizeof *row);
    assert_non_null(row);
    door->claim_asks = true;
    door_scan(door, "T-ANA");
    door_answer(door, 0, VERDICT_ADMIT);
    assert_ok(outbox_each(door->db, 1u << OUTBOX_SENT, 0, 0, keep_outbox, row, err));
    assert_int_equal(row->kind, OUTBOX_CHECKIN);
    assert_memory_equal(row->nonce, door->questions[0].asked.nonce, 16);

    door_scan(door,
              "T-LI"); /* silence: ours to send, under the nonce of the question */
    hand_loop_turn(&door->hand, 800);
    assert_ok(outbox_each(door->db, 1u << OUTBOX_PENDING, 0, 0, keep_outbox, row, err));
    assert_memory_equal(row->nonce, door->questions[0].asked.nonce, 16);
    assert_non_null(strstr(row->body, "\"sealed\":\""));
    assert_null(strstr(row->body, "T-LI"));
    free(row);
}

static void
a_silent_claim_leaves_it_to_the_copy_and_a_late_answer_is_ignored(void **state)
{
    struct door *door = *state;
    door->claim_asks = true;
    door_scan(door, "T-ANA");
    hand_loop_turn(&door->hand, 799);
    assert_int_equal(door->answered, 0);
    hand_loop_turn(&door->hand, 1);
    assert_int_equal(door->answered, 1);
    assert_int_equal(door->forgotten, 1);
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_false(door->last.confirmed);

    struct claim_answer late = { .outcome = CLAIM_ANSWERED,
                                 .verdict = VERDICT_BLOCKED };
    door->questions[0].answer(&late, door->questions[0].self);
    assert_int_equal(door->answered, 1);
    assert_int_equal(journal(door).entries, 1);
}

static void
a_refusal_that_needs_no_server_does_not_wait(void **state)
{
    struct door *door = *state;
    static const char *const codes[] = { "T-REVOKED", "T-BLOCKED",
                                         "YL1-MHTQYULGFM-B2-EA84", "\x01" };
    door->claim_asks = true;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(door_scan(door, codes[i])->phase, DESK_ANSWERED);
    assert_int_equal(door->asked, 0);

    door_scan(door, "T-ANA");
    door_answer(door, 0, VERDICT_ADMIT);
    assert_int_equal(door_scan(door, "T-ANA")->phase, DESK_ANSWERED);
    assert_int_equal(door->asked, 1);
}

static void
an_answer_lost_in_a_crash_is_asked_for_again_under_the_same_nonce(void **state)
{
    struct door *door = *state;
    uint8_t nonce[CLAIM_NONCE_BYTES];
    door->claim_asks = true;
    door_scan(door, "T-ANA");
    memcpy(nonce, door->questions[0].asked.nonce, sizeof nonce);
    door_restart(door);
    assert_int_equal(door->forgotten, 1);

    door_scan(door, "T-ANA");
    assert_memory_equal(door->questions[0].asked.nonce, nonce, sizeof nonce);
    door_answer(door, 0, VERDICT_ADMIT);
    assert_true(door->last.recorded && door->last.made_job);

    door_restart(door); /* settled: nobody takes it a third time */
    door_scan(door, "T-LI");
    assert_memory_not_equal(door->questions[0].asked.nonce, nonce, sizeof nonce);
}

static void
our_own_refusal_does_not_use_up_the_nonce_of_a_silent_question(void **state)
{
    struct door *door = *state;
    uint8_t nonce[CLAIM_NONCE_BYTES];
    door->claim_asks = true;
    door_scan(door, "T-UNPAID");
    memcpy(nonce, door->questions[0].asked.nonce, sizeof nonce);
    hand_loop_turn(&door->hand, 800);
    assert_verdict(&door->last, VERDICT_UNPAID);
    hand_loop_turn(&door->hand, 5000);
    door_scan(door, "T-UNPAID");
    assert_memory_equal(door->questions[0].asked.nonce, nonce, sizeof nonce);
    door_answer(door, 0, VERDICT_ADMIT);
    assert_int_equal(journal(door).entries, 1);
    assert_int_equal(journal(door).refused, 1);
}

static void
readers_do_not_wait_for_each_other_and_the_newest_code_waits(void **state)
{
    struct door *door = *state;
    door->claim_asks = true;
    door_scan_at(door, 0, "T-ANA");
    door_scan_at(door, 1, "T-LI");
    door_answer(door, 1, VERDICT_ADMIT);
    assert_int_equal(door->last.reader, 1);
    assert_int_equal(door->answered, 1);

    door_scan_at(door, 0, "T-EARLY"); /* waits, and gives way to the next */
    door_scan_at(door, 0, "T-N2");
    assert_int_equal(door->asked, 2);
    door_answer(door, 0, VERDICT_ADMIT);
    assert_int_equal(door->answered, 2);
    assert_int_equal(door->last.phase, DESK_READING);
    assert_string_equal(door->questions[0].ref, door_ref(door, "T-N2"));
    door_answer(door, 0, VERDICT_ADMIT);
    assert_string_equal(door->last.ticket.name, "Nina");
    assert_int_equal(journal(door).entries, 3);
}

/* ---- entry or exit? --------------------------------------------------------- */

static void
a_guest_is_asked_for_the_direction_and_answered(void **state)
{
    struct door *door = *state;
    door_take_role(door, "list=citec/back direction=ask work=admit-only");
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_int_equal(outcome->phase, DESK_ASKING_DIRECTION);
    assert_int_equal(journal(door).entries, 0);
    uint64_t number = outcome->number;
    desk_choose(door->desk, number + 1, false); /* another scan's */
    assert_int_equal(door->answered, 0);
    desk_choose(door->desk, number, false);
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_true(outcome->recorded);
    desk_choose(door->desk, number, true); /* over */
    assert_int_equal(door->answered, 1);

    hand_loop_turn(&door->hand, 1000);
    number = door_scan(door, "T-ANA")->number;
    desk_choose(door->desk, number, true);
    assert_verdict(outcome, VERDICT_EXIT);
    assert_verdict(door_scan(door, "T-BLOCKED"), VERDICT_BLOCKED); /* not asked */
}

static void
a_direction_nobody_chooses_leaves_nothing_behind(void **state)
{
    struct door *door = *state;
    door_take_role(door, "list=citec/back direction=ask work=admit-only");
    uint64_t number = door_scan(door, "T-ANA")->number;
    hand_loop_turn(&door->hand, 19999);
    assert_int_equal(door->last.phase, DESK_ASKING_DIRECTION);
    hand_loop_turn(&door->hand, 1);
    assert_int_equal(door->last.phase, DESK_DROPPED);
    desk_choose(door->desk, number, false);
    assert_int_equal(journal(door).entries, 0);

    number = door_scan(door, "T-ANA")->number; /* the next guest ends the question */
    door_scan(door, "T-LI");
    assert_int_equal(door->last.phase, DESK_ASKING_DIRECTION);
    assert_string_equal(door->last.ticket.name_latin, "Li Xiaolong");
    desk_choose(door->desk, number, false);
    assert_int_equal(journal(door).entries, 0);
    assert_int_equal(door->answered, 0);
}

/* ---- roles ------------------------------------------------------------------ */

static bool
keep_audit(const struct audit_row *row, void *self)
{
    *(struct audit_row *)self = *row;
    return true;
}

static struct audit_row
newest_audit(struct door *door)
{
    struct audit_row row = { 0 };
    assert_ok(audit_each(door->db, 0, keep_audit, &row, err));
    return row;
}

static void
a_role_set_by_hand_is_audited_and_outlives_a_restart(void **state)
{
    struct door *door = *state;
    struct role wrong = { .list_count = 1 };
    set_role(door, "list=citec/vip work=admit-only");
    assert_int_equal(door->roles, 1);
    assert_string_equal(newest_audit(door).who, "staff:li");
    assert_non_null(strstr(newest_audit(door).detail, "list=citec/vip"));
    door_restart(door);
    assert_string_equal(desk_role(door->desk)->lists[0].list, "vip");

    str_copy(wrong.lists[0].event, sizeof wrong.lists[0].event, "citec");
    str_copy(wrong.lists[0].list, sizeof wrong.lists[0].list, "moon");
    assert_fails(desk_set_role(door->desk, &wrong, "staff:li", err), ERR_ABSENT,
                 "citec/moon");
    assert_string_equal(desk_role(door->desk)->lists[0].list, "vip");
    assert_ok(desk_clear_role(door->desk, "staff:li", err));
    assert_string_equal(desk_role(door->desk)->lists[0].list, "main");
}

static void
a_role_does_not_change_in_the_middle_of_a_scan(void **state)
{
    struct door *door = *state;
    door->claim_asks = true;
    door_scan(door, "T-ANA");
    set_role(door, "list=citec/vip");
    assert_string_equal(desk_role(door->desk)->lists[0].list, "main");
    assert_int_equal(door->roles, 0);
    door_answer(door, 0, VERDICT_ADMIT);
    assert_string_equal(door->last.list.key, "main");
    assert_string_equal(desk_role(door->desk)->lists[0].list, "vip");
    assert_int_equal(door->roles, 1);
}

static void
the_time_table_changes_the_role_at_its_moment(void **state)
{
    struct door *door = *state;
    struct role n2, main_role = door->setting.role;
    static struct role_table table;
    int64_t start_ms = (int64_t)DOOR_START_S * 1000;
    table.count = 0;
    assert_ok(role_parse("list=citec/n2", &n2, err));
    assert_ok(role_table_add(&table, start_ms + 60000, &n2, err));
    assert_ok(role_table_add(&table, start_ms + 300000, &main_role, err));
    desk_configure(door->desk, &main_role, &table);

    hand_loop_turn(&door->hand, 59999);
    assert_string_equal(desk_role(door->desk)->lists[0].list, "main");
    hand_loop_turn(&door->hand, 1);
    assert_string_equal(desk_role(door->desk)->lists[0].list, "n2");
    assert_string_equal(newest_audit(door).who, "table");

    set_role(door, "list=citec/vip"); /* by hand: until the table's next moment */
    hand_loop_turn(&door->hand, 239999);
    assert_string_equal(desk_role(door->desk)->lists[0].list, "vip");
    hand_loop_turn(&door->hand, 1);
    assert_string_equal(desk_role(door->desk)->lists[0].list, "main");
}

static void
a_station_without_role_or_list_says_so(void **state)
{
    struct door *door = *state;
    assert_int_equal(trouble(door), STATION_READY);
    door_take_role(door, NULL);
    assert_int_equal(trouble(door), STATION_NO_ROLE);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_WRONG_LIST);
    door_take_role(door, "list=citec/moon");
    struct station_status status;
    desk_status(door->desk, &status);
    assert_int_equal(status.trouble, STATION_NO_ROLE);
    assert_non_null(strstr(status.text, "citec/moon"));
}

/* ---- the disk --------------------------------------------------------------- */

static void
a_full_disk_welcomes_nobody_and_heals_by_itself(void **state)
{
    static const struct {
        enum bad_disk_mood mood;
        enum station_trouble trouble;
    } samples[] = {
        { BAD_DISK_FULL, STATION_DISK_FULL },
        { BAD_DISK_BROKEN, STATION_DISK_BAD },
    };
    struct door *door = *state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *code = i == 0 ? "T-ANA" : "T-LI";
        bad_disk_set(samples[i].mood);
        const struct desk_outcome *outcome = door_scan(door, code);
        assert_true(outcome->unrecorded);
        assert_false(outcome->recorded || outcome->made_job);
        assert_int_equal(trouble(door), samples[i].trouble);
        hand_loop_turn(&door->hand, 10000);
        assert_int_equal(trouble(door), samples[i].trouble);

        bad_disk_set(BAD_DISK_SOUND);
        hand_loop_turn(&door->hand, 2000);
        assert_int_equal(trouble(door), STATION_READY);
        outcome = door_scan(door, code);
        assert_verdict(outcome, VERDICT_ADMIT);
        assert_true(outcome->recorded && outcome->made_job);
        assert_int_equal(outcome->job.issue, 1);
    }
    assert_int_equal(journal(door).entries, 2);
    assert_int_equal(door_outbox(door, OUTBOX_CHECKIN), 2);
}

/* ---- floods ----------------------------------------------------------------- */

static void
the_same_refusal_within_three_seconds_is_not_recorded_twice(void **state)
{
    struct door *door = *state;
    door_scan(door, "T-NOBODY");
    door_scan(door, "T-NOBODY");
    hand_loop_turn(&door->hand, 2999);
    door_scan(door, "T-NOBODY");
    assert_int_equal(door->answered, 3); /* answered all the same */
    assert_int_equal(journal(door).refused, 1);
    hand_loop_turn(&door->hand, 1);
    door_scan(door, "T-NOBODY");
    assert_int_equal(journal(door).refused, 2);
    door_scan_at(door, 1, "T-NOBODY"); /* another reader, another guest */
    assert_int_equal(journal(door).refused, 3);
}

static bool
find_skipped(const struct journal_row *row, void *self)
{
    bool *found = self;
    *found = *found || strstr(row->reason, "refusals just before") != NULL;
    return true;
}

static void
a_flood_of_codes_cannot_fill_the_disk(void **state)
{
    struct door *door = *state;
    struct desk_counts counts;
    bool told = false;
    hand_loop_turn(&door->hand, 1);
    for (unsigned i = 0; i < 1000; i++) { /* ten seconds */
        char code[32];
        snprintf(code, sizeof code, "GUESS-%u", i);
        door_scan(door, code);
        hand_loop_turn(&door->hand, 10);
    }
    assert_in_range(journal(door).refused, 28, DESK_REFUSAL_BURST + 10);
    desk_counts(door->desk, &counts);
    assert_int_equal(counts.scans, 1000);
    assert_int_equal(counts.refusals_skipped + journal(door).refused, 1000);
    assert_ok(journal_each(door->db, NULL, 0, 0, find_skipped, &told, err));
    assert_true(told);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ADMIT); /* and guests go on */
}

/* ---- the clock -------------------------------------------------------------- */

static void
a_suspect_clock_refuses_nobody_and_is_told(void **state)
{
    struct door *door = *state;
    struct station_status status;
    hand_loop_turn(&door->hand, 60000);
    door_scan(door, "T-ANA");
    door->hand.utc_ms -= 120 * 1000; /* as the newest row allows */
    assert_verdict(door_scan(door, "T-EARLY"), VERDICT_NOT_YET_VALID);
    door->hand.utc_ms -= 1;
    const struct desk_outcome *outcome = door_scan(door, "T-EARLY");
    assert_true(outcome->clock_suspect);
    assert_verdict(outcome, VERDICT_ADMIT);
    desk_status(door->desk, &status);
    assert_true(status.clock_suspect);
    assert_int_equal(status.trouble, STATION_READY);

    door->hand.utc_ms += 120 * 1000;
    assert_false(door_scan(door, "T-LI")->clock_suspect);
    desk_status(door->desk, &status);
    assert_false(status.clock_suspect);
    door->setting.built_ms = clock_utc_ms(&door->hand.clock) + 1;
    door_restart(door);
    desk_status(door->desk, &status);
    assert_true(status.clock_suspect);
}

/* ---- looking only ----------------------------------------------------------- */

static void
to_judge_records_nothing(void **state)
{
    struct door *door = *state;
    struct admit_facts facts;
    struct admit_answer answer;
    assert_ok(desk_judge(door->desk, "T-ANA", 5, &facts, &answer, err));
    assert_int_equal(answer.verdict, VERDICT_ADMIT);
    assert_int_equal(facts.code, ADMIT_CODE_TICKET);
    assert_int_equal(journal(door).entries, 0);
    assert_int_equal(door->published, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        door_test(a_claim_that_answers_decides_and_its_wait_is_not_our_share),
        door_test(what_the_server_confirmed_need_not_be_sent_again),
        door_test(a_silent_claim_leaves_it_to_the_copy_and_a_late_answer_is_ignored),
        door_test(a_refusal_that_needs_no_server_does_not_wait),
        door_test(an_answer_lost_in_a_crash_is_asked_for_again_under_the_same_nonce),
        door_test(our_own_refusal_does_not_use_up_the_nonce_of_a_silent_question),
        door_test(readers_do_not_wait_for_each_other_and_the_newest_code_waits),
        door_test(a_guest_is_asked_for_the_direction_and_answered),
        door_test(a_direction_nobody_chooses_leaves_nothing_behind),
        door_test(a_role_set_by_hand_is_audited_and_outlives_a_restart),
        door_test(a_role_does_not_change_in_the_middle_of_a_scan),
        door_test(the_time_table_changes_the_role_at_its_moment),
        door_test(a_station_without_role_or_list_says_so),
        door_test(a_full_disk_welcomes_nobody_and_heals_by_itself),
        door_test(the_same_refusal_within_three_seconds_is_not_recorded_twice),
        door_test(a_flood_of_codes_cannot_fill_the_disk),
        door_test(a_suspect_clock_refuses_nobody_and_is_told),
        door_test(to_judge_records_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
