#include "at_door.h"

#include "base/json.h"
#include "store/settings.h"
#include "ticket/badgecode.h"

static struct journal_counts
journal(struct door *door)
{
    struct journal_counts counts;
    assert_ok(journal_counts(door->db, &counts, err));
    return counts;
}

/* ---- one scan ---------------------------------------------------------------------
 */

static void
a_good_ticket_is_recorded_once_with_its_badge_and_its_outbox_row(void **state)
{
    struct door *door = *state;
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");

    assert_verdict(outcome, VERDICT_ADMIT);
    assert_int_equal(outcome->phase, DESK_ANSWERED);
    assert_true(outcome->recorded && outcome->made_job && outcome->has_job);
    assert_false(outcome->unrecorded || outcome->confirmed || outcome->by_badge);
    assert_string_equal(outcome->ticket.name_latin, "Ana Žižić");
    assert_string_equal(outcome->list.key, "main");
    assert_int_equal(outcome->job.issue, 1);
    assert_int_equal(outcome->job.state, SPOOL_QUEUED);
    assert_string_equal(outcome->job.cause, "first");
    assert_string_equal(outcome->job.station, "B");
    assert_int_equal(door->jobs, 1);
    assert_int_equal(door->job.id, outcome->job.id);
    assert_int_equal(journal(door).entries, 1);
    assert_int_equal(door_outbox(door, OUTBOX_CHECKIN), 1);

    door_restart(door); /* it is on disk, not in memory */
    assert_int_equal(journal(door).entries, 1);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_PRINT_ONLY);
}

static bool
keep_row(const struct journal_row *row, void *self)
{
    *(struct journal_row *)self = *row;
    return true;
}

static void
the_journal_keeps_where_when_and_how(void **state)
{
    struct door *door = *state;
    struct journal_row row = { 0 };
    hand_loop_turn(&door->hand, 1234);
    door_scan(door, "T-ANA");
    assert_ok(journal_each(door->db, NULL, 0, 0, keep_row, &row, err));
    assert_int_equal(row.kind, JOURNAL_ENTRY);
    assert_int_equal(row.mode, JOURNAL_LOCAL);
    assert_string_equal(row.event, "citec");
    assert_string_equal(row.list, "main");
    assert_string_equal(row.ref, door_ref(door, "T-ANA"));
    assert_string_equal(row.station, "B");
    assert_string_equal(row.gate, "North");
    assert_string_equal(row.who, "");
    assert_int_equal(row.at_ms, (int64_t)DOOR_START_S * 1000 + 1234);
    assert_false(row.clock_suspect);
}

static void
every_ticket_gets_the_verdict_it_deserves(void **state)
{
    struct door *door = *state;
    static const struct {
        const char *code;
        enum verdict verdict;
    } samples[] = {
        { "T-ANA", VERDICT_ADMIT },
        { "T-UNPAID", VERDICT_UNPAID },
        { "T-CANCELLED", VERDICT_CANCELLED },
        { "T-BLOCKED", VERDICT_BLOCKED },
        { "T-REVOKED", VERDICT_REVOKED },
        { "T-EARLY", VERDICT_NOT_YET_VALID },
        { "T-LATE", VERDICT_NO_LONGER_VALID },
        { "T-OTHER", VERDICT_WRONG_LIST },
        { "T-NOBODY", VERDICT_NOT_IN_COPY },
        { "YL3-2026-0001", VERDICT_ADMIT }, /* an organiser's code, no badge */
        { "YL3-2026-0002", VERDICT_MALFORMED },
        { "YL1-MHTQYULGFM-B2-EA84", VERDICT_NOT_IN_COPY },
        { "YL1-MHTQYULGFM-B2-EA85", VERDICT_MALFORMED },
        { "", VERDICT_MALFORMED },
        { "\x1b[2J", VERDICT_MALFORMED },
        { "\xff\xfe", VERDICT_MALFORMED },
        { "'; DROP TABLE ticket; --", VERDICT_NOT_IN_COPY },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct desk_outcome *outcome = door_scan(door, samples[i].code);
        if (outcome->verdict != samples[i].verdict)
            fail_msg("%s: %s", samples[i].code, verdict_name(outcome->verdict));
        assert_int_equal(outcome->made_job, verdict_passes(outcome->verdict));
    }
}

static void
a_code_of_4296_characters_and_a_nul_are_malformed(void **state)
{
    struct door *door = *state;
    static char huge[4296];
    memset(huge, 'A', sizeof huge);
    desk_scan(door->desk, 0, huge, sizeof huge, 0);
    assert_verdict(&door->last, VERDICT_MALFORMED);
    desk_scan(door->desk, 0, "T-ANA\0X", 7, 0);
    assert_verdict(&door->last, VERDICT_MALFORMED);
    desk_malformed(door->desk, 1, "too long");
    assert_verdict(&door->last, VERDICT_MALFORMED);
    assert_string_equal(door->last.reason, "too long");
    assert_int_equal(door->last.reader, 1);
}

static void
a_refusal_is_recorded_and_says_what_it_needs_to(void **state)
{
    struct door *door = *state;
    const struct desk_outcome *outcome = door_scan(door, "T-EARLY");
    assert_true(outcome->recorded);
    assert_false(outcome->made_job);
    assert_int_equal(outcome->bound_ms, (int64_t)(DOOR_START_S + 3600) * 1000);
    assert_false(outcome->bound_is_list);

    door_take_role(door, "list=citec/evening");
    outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_NOT_YET_VALID);
    assert_true(outcome->bound_is_list);

    door_take_role(door, "list=citec/vip");
    outcome = door_scan(door, "T-N2");
    assert_verdict(outcome, VERDICT_WRONG_LIST);
    assert_true(outcome->has_right_list);

    assert_int_equal(journal(door).refused, 3);
    assert_int_equal(journal(door).entries, 0);
    assert_int_equal(door_outbox(door, OUTBOX_REFUSAL), 3);
}

static void
a_ticket_of_another_event_is_told_where_it_is_right(void **state)
{
    struct door *door = *state;
    const struct desk_outcome *outcome = door_scan(door, "T-OTHER");
    assert_verdict(outcome, VERDICT_WRONG_LIST);
    assert_string_equal(outcome->right_list.event, "fair");

    door_take_role(door, "list=citec/main,fair/main"); /* the ticket picks the list */
    outcome = door_scan(door, "T-OTHER");
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_string_equal(outcome->list.event, "fair");
}

static void
not_in_the_copy_comes_with_the_age_of_the_copy(void **state)
{
    struct door *door = *state;
    const struct desk_outcome *outcome = door_scan(door, "T-NOBODY");
    assert_false(outcome->has_ticket);
    assert_int_equal(outcome->age.complete_ms, (int64_t)DOOR_START_S * 1000);
    assert_true(outcome->age.tickets > 0);
}

static void
no_log_line_has_a_whole_code_or_a_name(void **state)
{
    struct door *door = *state;
    static const char *const secrets[] = { "T-ANA", "T-NOBODY-KNOWS-ME", "T-BLOCKED",
                                           "Žižić", "Жижић" };
    door_scan(door, "T-ANA");
    door_scan(door, "T-BLOCKED");
    door_scan(door, "T-NOBODY-KNOWS-ME");
    assert_non_null(strstr(door->logged.data, "verdict=not-in-copy"));
    assert_non_null(strstr(door->logged.data, "code=\"T-NO\" length=17"));
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        assert_null(strstr(door->logged.data, secrets[i]));
}

/* ---- the badge --------------------------------------------------------------------
 */

static void
the_badge_bears_what_the_design_may_ask_for(void **state)
{
    struct door *door = *state;
    struct json *root;
    static const struct {
        const char *key, *value;
    } wanted[] = {
        { "name", "Ана Жижић" },
        { "name_latin", "Ana Žižić" },
        { "organisation", "Универзитет у Београду" },
        { "country", "Serbia" },
        { "country_code", "RS" },
        { "kind", "guest" },
        { "kind_label", "GUEST" },
        { "seat", "A-12" },
        { "event", "Yuelai Talent Conference" },
        { "issue", "1" },
        { "table", "7" },
        { "year", "1999" },
        { "session", "" },
    };
    door_scan(door, "T-ANA");
    assert_ok(json_parse(door->job.fields, strlen(door->job.fields), &root, err));
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *text;
        assert_ok(json_text(root, wanted[i].key, &text, err));
        assert_string_equal(text, wanted[i].value);
    }
    json_free(root);

    door_scan(door, "T-N2");
    assert_non_null(strstr(door->job.fields, "\"session\":\"Hall N2: AI forum\""));
}

static void
an_event_calls_its_kinds_of_guest_as_it_likes(void **state)
{
    struct door *door = *state;
    static const struct desk_kind kinds[] = { { .key = "vip", .label = "V.I.P." },
                                              { .key = "guest",
                                                .label = "DELEGATE",
                                                .band = "frame",
                                                .icon = "leaf",
                                                .design = "gold-62x100",
                                                .alert = "Call the protocol desk" } };
    door->setting.kinds = kinds;
    door->setting.kind_count = 2;
    door_restart(door);
    door_scan(door, "T-ANA");
    assert_non_null(strstr(door->job.fields, "\"kind_label\":\"DELEGATE\""));
    assert_non_null(strstr(door->job.fields, "\"band\":\"frame\""));
    assert_non_null(strstr(door->job.fields, "\"icon\":\"leaf\""));
    assert_string_equal(door->job.design, "gold-62x100");
    assert_string_equal(door->last.alert, "Call the protocol desk");
}

static void
a_second_scan_shows_the_badge_on_its_way_and_makes_no_second(void **state)
{
    struct door *door = *state;
    static const enum spool_state way[] = { SPOOL_QUEUED, SPOOL_DRAWN, SPOOL_SENDING,
                                            SPOOL_SENT };
    door_scan(door, "T-ANA");
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        door_move_job(door, "T-ANA", way[i]);
        const struct desk_outcome *outcome = door_scan(door, "T-ANA");
        assert_verdict(outcome, VERDICT_PRINT_ONLY);
        assert_false(outcome->made_job || outcome->badge_out);
        assert_int_equal(outcome->job.state, way[i]);
        assert_int_equal(outcome->job.issue, 1);
    }
    assert_int_equal(journal(door).entries, 1);
    assert_int_equal(door->jobs, 1);
}

static void
already_in_is_said_when_the_badge_is_out(void **state)
{
    struct door *door = *state;
    door_scan(door, "T-ANA");
    door_move_job(door, "T-ANA", SPOOL_PRINTED);
    hand_loop_turn(&door->hand, 60000);
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_ALREADY_IN);
    assert_int_equal(outcome->history.last_at_ms, (int64_t)DOOR_START_S * 1000);
    assert_string_equal(outcome->history.last_station, "B");
    assert_int_equal(outcome->job.evidence, SPOOL_EVIDENCE_PRINTER);
    assert_int_equal(journal(door).entries, 1);
    assert_int_equal(journal(door).refused, 1);
}

static void
a_badge_that_failed_is_printed_by_the_next_scan_as_the_next_issue(void **state)
{
    struct door *door = *state;
    door_scan(door, "T-ANA");
    door_move_job(door, "T-ANA", SPOOL_SENT);
    door_move_job(door, "T-ANA", SPOOL_FAILED);
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_PRINT_ONLY);
    assert_true(outcome->made_job);
    assert_int_equal(outcome->job.state, SPOOL_QUEUED);
    assert_int_equal(outcome->job.issue, 2);
    assert_int_equal(journal(door).entries, 1);
}

static void
an_uncertain_badge_is_asked_about_and_the_answer_decides(void **state)
{
    struct door *door = *state;
    for (int came_out = 0; came_out < 2; came_out++) {
        const char *code = came_out ? "T-ANA" : "T-LI";
        door_scan(door, code);
        door_move_job(door, code, SPOOL_SENT);
        door_move_job(door, code, SPOOL_UNCERTAIN);
        const struct desk_outcome *outcome = door_scan(door, code);
        assert_verdict(outcome, VERDICT_PRINT_ONLY);
        assert_true(outcome->ask_came_out);
        assert_false(outcome->made_job);

        int64_t job = outcome->job.id;
        assert_ok(desk_badge_said(door->desk, job, came_out, "", err));
        assert_int_equal(door->job.state, came_out ? SPOOL_PRINTED : SPOOL_QUEUED);
        assert_int_equal(door->job.issue, came_out ? 1 : 2);
        if (came_out)
            assert_int_equal(door->job.evidence, SPOOL_EVIDENCE_SAID);
        assert_fails(desk_badge_said(door->desk, job, true, "", err), ERR_BUSY,
                     "nobody need say");
    }
    assert_fails(desk_badge_said(door->desk, 4711, true, "", err), ERR_ABSENT, "4711");
}

static void
a_badge_is_its_guests_pass_and_prints_nothing(void **state)
{
    struct door *door = *state;
    door_scan(door, "T-ANA");
    door_move_job(door, "T-ANA", SPOOL_PRINTED);
    const char *badge = door_badge(door, "T-ANA");
    const struct desk_outcome *outcome = door_scan(door, badge);
    assert_true(outcome->by_badge);
    assert_verdict(outcome, VERDICT_ALREADY_IN);

    door_take_role(door, "list=citec/again");
    outcome = door_scan(door, badge);
    assert_verdict(outcome, VERDICT_ADMIT); /* the first time at this list */
    assert_false(outcome->made_job);
    hand_loop_turn(&door->hand, 10);
    assert_verdict(door_scan(door, badge), VERDICT_ADMIT_AGAIN);
    assert_int_equal(door->jobs, 1);
}

static void
a_replaced_badge_is_told_as_such(void **state)
{
    struct door *door = *state;
    struct spool_job job;
    door_scan(door, "T-ANA");
    door_move_job(door, "T-ANA", SPOOL_PRINTED);
    const char *former = door_badge(door, "T-ANA");
    assert_ok(desk_reprint(door->desk, door_ref(door, "T-ANA"), "lost", "staff:li",
                           &job, err));
    assert_int_equal(job.issue, 2);
    assert_int_equal(door->job.id, job.id);
    assert_verdict(door_scan(door, former), VERDICT_REPLACED); /* from its commit on */
    door_move_job(door, "T-ANA", SPOOL_PRINTED);
    const char *present = door_badge(door, "T-ANA");
    assert_verdict(door_scan(door, present), VERDICT_ALREADY_IN);
    assert_verdict(door_scan(door, former), VERDICT_REPLACED);
}

static void
a_badge_of_another_station_is_heard_of_by_its_scan(void **state)
{
    struct door *door = *state;
    char code[BADGECODE_TEXT_MAX + 1];
    struct badgecode badge = { .station = "C", .issue = 3 };
    str_copy(badge.ref, sizeof badge.ref, door_ref(door, "T-ANA"));
    badgecode_format(&badge, code);
    const struct desk_outcome *outcome = door_scan(door, code);
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_false(outcome->made_job);

    badge.issue = 2;
    badgecode_format(&badge, code);
    assert_verdict(door_scan(door, code), VERDICT_REPLACED);

    badge.issue = 900000; /* a forger's: it makes no true badge a former one */
    badgecode_format(&badge, code);
    door_scan(door, code);
    badge.issue = 3;
    badgecode_format(&badge, code);
    assert_verdict(door_scan(door, code), VERDICT_ALREADY_IN);
}

static void
who_holds_a_later_badge_of_another_station_gets_none_for_a_failed_one(void **state)
{
    struct door *door = *state;
    door_scan(door, "T-ANA");
    door_move_job(door, "T-ANA", SPOOL_SENT);
    door_move_job(door, "T-ANA", SPOOL_FAILED);
    assert_ok(db_begin(door->db, err));
    assert_ok(spool_heard(door->db, door_ref(door, "T-ANA"), "C", 2, err));
    assert_ok(db_commit(door->db, err));
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_ALREADY_IN);
    assert_false(outcome->made_job);
}

static void
an_organisers_code_in_a_badges_clothes_is_a_ticket(void **state)
{
    struct door *door = *state;
    struct roster_row row = { .secret = "YL1-MHTQYULGFM-B2-EA84", .import_key = "x" };
    int64_t id;
    bool made;
    str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    assert_ok(roster_begin(door->db, err));
    assert_ok(roster_put_ticket(door->db, &row, &id, &made, err));
    assert_ok(roster_commit(door->db, err));
    const struct desk_outcome *outcome = door_scan(door, row.secret);
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_false(outcome->by_badge);
    assert_true(outcome->made_job);
}

static void
a_badge_in_the_hand_is_proof_that_it_came_out(void **state)
{
    struct door *door = *state;
    struct spool_job job;
    bool found;
    door_scan(door, "T-ANA");
    door_move_job(door, "T-ANA", SPOOL_SENT);
    door_move_job(door, "T-ANA", SPOOL_UNCERTAIN);
    const struct desk_outcome *outcome = door_scan(door, door_badge(door, "T-ANA"));
    assert_verdict(outcome, VERDICT_ALREADY_IN);
    assert_ok(spool_latest(door->db, door_ref(door, "T-ANA"), &found, &job, err));
    assert_int_equal(job.state, SPOOL_PRINTED);
    assert_int_equal(job.evidence, SPOOL_EVIDENCE_SAID);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        door_test(a_good_ticket_is_recorded_once_with_its_badge_and_its_outbox_row),
        door_test(the_journal_keeps_where_when_and_how),
        door_test(every_ticket_gets_the_verdict_it_deserves),
        door_test(a_code_of_4296_characters_and_a_nul_are_malformed),
        door_test(a_refusal_is_recorded_and_says_what_it_needs_to),
        door_test(a_ticket_of_another_event_is_told_where_it_is_right),
        door_test(not_in_the_copy_comes_with_the_age_of_the_copy),
        door_test(no_log_line_has_a_whole_code_or_a_name),
        door_test(the_badge_bears_what_the_design_may_ask_for),
        door_test(an_event_calls_its_kinds_of_guest_as_it_likes),
        door_test(a_second_scan_shows_the_badge_on_its_way_and_makes_no_second),
        door_test(already_in_is_said_when_the_badge_is_out),
        door_test(a_badge_that_failed_is_printed_by_the_next_scan_as_the_next_issue),
        door_test(an_uncertain_badge_is_asked_about_and_the_answer_decides),
        door_test(a_badge_is_its_guests_pass_and_prints_nothing),
        door_test(a_replaced_badge_is_told_as_such),
        door_test(a_badge_of_another_station_is_heard_of_by_its_scan),
        door_test(a_badge_in_the_hand_is_proof_that_it_came_out),
        door_test(
            who_holds_a_later_badge_of_another_station_gets_none_for_a_failed_one),
        door_test(an_organisers_code_in_a_badges_clothes_is_a_ticket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
