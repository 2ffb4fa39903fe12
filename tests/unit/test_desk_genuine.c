#include "at_door.h"
#include "store/badgekey.h"
#include "store/journal.h"

static void
make_key(struct door *door, const char *event)
{
    assert_ok(badgekey_make(door->db, event, &door->random.random, err));
}

static const char *
print_badge(struct door *door, const char *code)
{
    door_scan(door, code);
    door_move_job(door, code, SPOOL_PRINTED);
    return door_badge(door, code);
}

/* A badge of that ticket with another's key. */
static const char *
forge(struct door *door, const char *code, uint32_t issue)
{
    static char text[BADGECODE_SIGNED_MAX + 1];
    static const uint8_t seed[SIGNATURE_SEED_BYTES] = "not this event's";
    struct badgecode badge = { .station = "A", .issue = issue };
    str_copy(badge.ref, sizeof badge.ref, door_ref(door, code));
    assert_true(badgecode_sign(&badge, seed, text));
    return text;
}

static void
a_signed_badge_is_its_guests_pass(void **state)
{
    struct door *door = *state;
    make_key(door, "citec");
    const char *badge = print_badge(door, "T-ANA");
    assert_int_equal(badgecode_version(badge, strlen(badge)), 2);
    const struct desk_outcome *outcome = door_scan(door, badge);
    assert_verdict(outcome, VERDICT_ALREADY_IN);
    assert_true(outcome->by_badge);
    door_take_role(door, "list=citec/again direction=entry work=admit+print");
    assert_verdict(door_scan(door, badge), VERDICT_ADMIT);
}

static void
a_forged_badge_is_refused_and_voids_no_true_one(void **state)
{
    struct door *door = *state;
    make_key(door, "citec");
    const char *badge = print_badge(door, "T-ANA");
    const struct desk_outcome *outcome = door_scan(door, forge(door, "T-ANA", 2));
    assert_verdict(outcome, VERDICT_FORGED);
    assert_false(outcome->made_job);
    assert_non_null(strstr(outcome->reason, "signature"));
    assert_verdict(door_scan(door, badge), VERDICT_ALREADY_IN);
}

/* Whoever forges a badge of somebody who is not in this copy is told, too. */
static void
a_forged_badge_is_told_without_its_ticket(void **state)
{
    struct door *door = *state;
    static const char unknown[] = "YL2-NOBODY-A1-";
    char text[BADGECODE_SIGNED_MAX + 1];
    const char *forged = forge(door, "T-ANA", 1);
    snprintf(text, sizeof text, "%s%s", unknown, strrchr(forged, '-') + 1);
    assert_verdict(door_scan(door, text), VERDICT_NOT_IN_COPY); /* no key: who knows */
    make_key(door, "citec");
    assert_verdict(door_scan(door, text), VERDICT_FORGED);

    struct badgecode badge = { .ref = "NOBODY", .station = "B", .issue = 1 };
    assert_ok(badgekey_write(door->db, "citec", &badge, text, err));
    assert_verdict(door_scan(door, text), VERDICT_NOT_IN_COPY);
}

static void
a_station_without_a_key_takes_signed_badges(void **state)
{
    struct door *door = *state;
    make_key(door, "citec");
    const char *badge = print_badge(door, "T-ANA");
    assert_ok(badgekey_remove(door->db, "citec", err));
    assert_verdict(door_scan(door, badge), VERDICT_ALREADY_IN);
}

static void
badges_from_before_the_key_are_good_until_they_are_refused(void **state)
{
    struct door *door = *state;
    const char *badge = print_badge(door, "T-ANA");
    assert_int_equal(badgecode_version(badge, strlen(badge)), 1);
    desk_set_refuse_unsigned(door->desk, true);
    assert_verdict(door_scan(door, badge), VERDICT_ALREADY_IN); /* nothing is signed */
    make_key(door, "citec");
    const struct desk_outcome *outcome = door_scan(door, badge);
    assert_verdict(outcome, VERDICT_FORGED);
    assert_non_null(strstr(outcome->reason, "no signature"));
    desk_set_refuse_unsigned(door->desk, false);
    assert_verdict(door_scan(door, badge), VERDICT_ALREADY_IN);
}

static void
a_badge_of_another_event_needs_that_events_key(void **state)
{
    struct door *door = *state;
    make_key(door, "fair");
    make_key(door, "citec");
    const char *badge = print_badge(door, "T-ANA");
    struct badgecode code = { .station = "A", .issue = 1 };
    char text[BADGECODE_SIGNED_MAX + 1];
    str_copy(code.ref, sizeof code.ref, door_ref(door, "T-ANA"));
    assert_ok(badgekey_write(door->db, "fair", &code, text, err));
    assert_verdict(door_scan(door, text), VERDICT_FORGED);
    assert_verdict(door_scan(door, badge), VERDICT_ALREADY_IN);
}

static bool
find_text(const struct outbox_row *row, void *self)
{
    int64_t *rows = self;
    *rows += row->id > 0;
    return true;
}

/* It opens every door of the event: it must not be kept, shown or sent as a code. */
static void
a_scanned_key_is_no_ticket_and_goes_nowhere(void **state)
{
    struct door *door = *state;
    char line[BADGEKEY_TEXT_MAX + 1];
    int64_t rows = 0;
    make_key(door, "citec");
    assert_ok(badgekey_export(door->db, "citec", line, err));
    const struct desk_outcome *outcome = door_scan(door, line);
    assert_verdict(outcome, VERDICT_MALFORMED);
    assert_false(outcome->recorded);
    assert_non_null(strstr(outcome->reason, "badge key"));
    assert_ok(outbox_each(door->db, ~0u, 0, 100, find_text, &rows, err));
    assert_int_equal(rows, 0);
    assert_null(strstr(door->logged.data, line));
    assert_null(strstr(door->logged.data, strrchr(line, ':') - 20));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        door_test(a_signed_badge_is_its_guests_pass),
        door_test(a_forged_badge_is_refused_and_voids_no_true_one),
        door_test(a_forged_badge_is_told_without_its_ticket),
        door_test(a_station_without_a_key_takes_signed_badges),
        door_test(badges_from_before_the_key_are_good_until_they_are_refused),
        door_test(a_badge_of_another_event_needs_that_events_key),
        door_test(a_scanned_key_is_no_ticket_and_goes_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
