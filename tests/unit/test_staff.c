#include "at_door.h"

#include "desk/staff.h"
#include "store/settings.h"

enum { ROWS = 10 };

static struct staff_row rows[ROWS];
static struct staff_detail detail;

static unsigned
find(struct door *door, const char *typed)
{
    unsigned count;
    assert_ok(staff_find(door->desk, typed, rows, ROWS, &count, err));
    return count;
}

static bool
keep_row(const struct journal_row *row, void *self)
{
    *(struct journal_row *)self = *row;
    return true;
}

static void
staff_present_a_ticket_in_their_own_name(void **state)
{
    struct door *door = *state;
    struct journal_row row = { 0 };
    desk_present(door->desk, door_ref(door, "T-ANA"), "staff:li");
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_int_equal(door->last.reader, DOOR_READERS);
    assert_string_equal(door->last.who, "staff:li");
    assert_true(door->last.made_job);
    assert_string_equal(door->last.job.who, "staff:li");
    assert_ok(journal_each(door->db, NULL, 0, 0, keep_row, &row, err));
    assert_string_equal(row.who, "staff:li");
    desk_present(door->desk, "NOSUCHREF", "staff:li");
    assert_verdict(&door->last, VERDICT_NOT_IN_COPY);
}

/* ---- finding ---------------------------------------------------------------- */

static void
a_guest_is_found_by_what_people_type(void **state)
{
    struct door *door = *state;
    static const struct {
        const char *typed, *name;
    } samples[] = {
        { "小龙", "李小龙" },     { "lixiao", "李小龙" },   { "zizic", "Ана Жижић" },
        { "ab3xy", "Ана Жижић" }, { "T-ANA", "Ана Жижић" }, { "YL3-2026-0001", "Yara" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (find(door, samples[i].typed) != 1)
            fail_msg("%s: not found", samples[i].typed);
        assert_string_equal(rows[0].ticket.name, samples[i].name);
    }
    assert_int_equal(find(door, ""), 0);
    assert_int_equal(find(door, "nobody of that name"), 0);
    assert_int_equal(find(door, "\xff"), 0);
}

static void
a_badge_code_typed_from_the_badge_finds_its_guest(void **state)
{
    struct door *door = *state;
    char typed[64] = " ";
    door_scan(door, "T-ANA");
    const char *badge = door_badge(door, "T-ANA");
    for (size_t i = 0; badge[i]; i++)
        typed[i + 1] =
            (char)(badge[i] >= 'A' && badge[i] <= 'Z' ? badge[i] + 32 : badge[i]);
    assert_int_equal(find(door, typed), 1);
    assert_string_equal(rows[0].ticket.name_latin, "Ana Žižić");
}

static void
a_row_tells_where_guest_and_badge_are(void **state)
{
    struct door *door = *state;
    assert_int_equal(find(door, "zizic"), 1);
    assert_int_equal(rows[0].presence, STAFF_NEVER);
    assert_false(rows[0].has_badge);
    assert_int_equal(rows[0].issue, 0);

    door_scan(door, "T-ANA");
    find(door, "zizic");
    assert_int_equal(rows[0].presence, STAFF_INSIDE);
    assert_int_equal(rows[0].last_at_ms, (int64_t)DOOR_START_S * 1000);
    assert_true(rows[0].has_badge);
    assert_int_equal(rows[0].badge, SPOOL_QUEUED);
    assert_int_equal(rows[0].issue, 1);

    door_take_role(door, "list=citec/main direction=exit");
    hand_loop_turn(&door->hand, 1);
    door_scan(door, "T-ANA");
    find(door, "zizic");
    assert_int_equal(rows[0].presence, STAFF_LEFT);
}

static void
the_detail_shows_history_badges_and_lists(void **state)
{
    struct door *door = *state;
    struct spool_job job;
    const char *ref = door_ref(door, "T-N2");
    door_scan(door, "T-N2");
    assert_ok(staff_reprint(door->desk, ref, "lost", "", "staff:li", &job, err));
    assert_ok(staff_detail(door->desk, ref, &detail, err));
    assert_string_equal(detail.summary.ticket.name, "Nina");
    assert_int_equal(detail.row_count, 1);
    assert_int_equal(detail.rows[0].kind, JOURNAL_ENTRY);
    assert_int_equal(detail.job_count, 2);
    assert_int_equal(detail.jobs[0].state, SPOOL_VOID);
    assert_int_equal(detail.jobs[1].issue, 2);
    assert_string_equal(detail.jobs[1].cause, "lost");

    bool has_main = false, has_n2 = false, has_vip = false;
    for (unsigned i = 0; i < detail.list_count; i++) {
        const struct staff_list *list = &detail.lists[i];
        bool is_main = strcmp(list->list.key, "main") == 0;
        has_main = has_main || is_main;
        has_n2 = has_n2 || strcmp(list->list.key, "n2") == 0;
        has_vip = has_vip || strcmp(list->list.key, "vip") == 0;
        assert_int_equal(list->is_ours, is_main);
        assert_int_equal(list->history.entries, is_main);
    }
    assert_true(has_main && has_n2 && !has_vip);
    assert_fails(staff_detail(door->desk, "NOSUCHREF", &detail, err), ERR_ABSENT,
                 "NOSUCHREF");
}

static void
of_a_long_history_the_newest_is_shown(void **state)
{
    struct door *door = *state;
    door_take_role(door, "list=citec/again work=admit-only");
    for (int i = 0; i < STAFF_HISTORY_MAX + 3; i++) {
        hand_loop_turn(&door->hand, 1);
        door_scan(door, "T-ANA");
    }
    assert_ok(staff_detail(door->desk, door_ref(door, "T-ANA"), &detail, err));
    assert_int_equal(detail.row_count, STAFF_HISTORY_MAX);
    assert_int_equal(detail.rows[STAFF_HISTORY_MAX - 1].at_ms,
                     clock_utc_ms(&door->hand.clock));
    assert_int_equal(detail.rows[0].id, 4);
}

/* ---- reprint ---------------------------------------------------------------- */

static bool
keep_audit(const struct audit_row *row, void *self)
{
    *(struct audit_row *)self = *row;
    return true;
}

static void
a_reprint_wants_a_reason_and_is_audited(void **state)
{
    struct door *door = *state;
    struct spool_job job;
    struct audit_row audit;
    const char *ref = door_ref(door, "T-ANA");
    static const struct {
        const char *key, *text, *says;
    } refused[] = {
        { "", "", "want lost" },
        { "because", "", "want lost" },
        { "other", "", "wants words" },
        { "other", "  ", "wants words" },
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_fails(staff_reprint(door->desk, ref, refused[i].key, refused[i].text,
                                   "staff:li", &job, err),
                     ERR_INPUT, refused[i].says);
    assert_int_equal(door->jobs, 0);
    assert_fails(desk_reprint(door->desk, ref, "", "staff:li", &job, err), ERR_INPUT,
                 "reason");
    assert_fails(
        staff_reprint(door->desk, "NOSUCHREF", "lost", "", "staff:li", &job, err),
        ERR_ABSENT, "NOSUCHREF");

    assert_ok(
        staff_reprint(door->desk, ref, "other", "coffee 咖啡", "staff:li", &job, err));
    assert_string_equal(job.cause, "other: coffee 咖啡");
    assert_string_equal(job.who, "staff:li");
    assert_int_equal(door->jobs, 1);
    assert_ok(audit_each(door->db, 0, keep_audit, &audit, err));
    assert_string_equal(audit.who, "staff:li");
    assert_string_equal(audit.what, "reprint");
    assert_non_null(strstr(audit.detail, "reason=other: coffee"));
}

static void
each_reprint_takes_the_next_issue_and_voids_the_former_job(void **state)
{
    struct door *door = *state;
    struct spool_job job;
    const char *ref = door_ref(door, "T-ANA");
    door_scan(door, "T-ANA");
    for (uint32_t issue = 2; issue < 6; issue++) {
        assert_ok(staff_reprint(door->desk, ref, "damaged", "", "staff:li", &job, err));
        assert_int_equal(job.issue, issue);
        assert_non_null(strstr(job.fields, "\"name_latin\":\"Ana Žižić\""));
    }
    assert_ok(staff_detail(door->desk, ref, &detail, err));
    assert_int_equal(detail.job_count, 5);
    for (unsigned i = 0; i + 1 < detail.job_count; i++)
        assert_int_equal(detail.jobs[i].state, SPOOL_VOID);
}

static void
each_level_may_what_the_one_below_may(void **state)
{
    (void)state;
    static const bool may[][STAFF_ACT_COUNT] = {
        [PIN_HELPER] = { true, true, true, false, false, false, false, false },
        [PIN_DESK] = { true, true, true, true, false, false, true, false },
        [PIN_SUPERVISOR] = { true, true, true, true, true, true, true, true },
    };
    for (int level = 0; level <= PIN_SUPERVISOR; level++) {
        for (int act = 0; act < STAFF_ACT_COUNT; act++)
            assert_int_equal(staff_may((enum pin_level)level, (enum staff_act)act),
                             may[level][act]);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        door_test(staff_present_a_ticket_in_their_own_name),
        door_test(a_guest_is_found_by_what_people_type),
        door_test(a_badge_code_typed_from_the_badge_finds_its_guest),
        door_test(a_row_tells_where_guest_and_badge_are),
        door_test(the_detail_shows_history_badges_and_lists),
        door_test(of_a_long_history_the_newest_is_shown),
        door_test(a_reprint_wants_a_reason_and_is_audited),
        door_test(each_reprint_takes_the_next_issue_and_voids_the_former_job),
        door_test(each_level_may_what_the_one_below_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
