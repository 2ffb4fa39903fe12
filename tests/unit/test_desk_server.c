/* The desk at an event of a ticketing server: questions that continue their scan, staff
 * who let somebody in, and tickets that vouch for themselves. */

#include "at_door.h"

#include "base/json.h"
#include "store/catalog.h"
#include "store/settings.h"
#include "ticket/badgecode.h"

static const char signed_code[] = "=UgeXlL0k0ijiubYwgHa/"
                                  "7E8HPlEhz+"
                                  "YKBb0aCe9Yka7T5QCISSq2FbOecMcfQS36UxawlIViuhWrtIJwHV"
                                  "thnMAwAAKHABZlV2cldGZhJWCKAEARAQA";
static const char key[] =
    "[\"LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQUE2RUh2L1BPRUw0ZGNOMFk"
    "1MHZBbVdmazFqQ2JwUTFmSGR5R1pCSlZNYmc9Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQo=\"]";

static const char size_question[] =
    "{\"id\":5,\"question\":{\"en\":\"Size\"},\"type\":\"C\",\"required\":true,"
    "\"items\":[7],"
    "\"ask_during_checkin\":true,\"options\":[{\"id\":1,\"identifier\":\"S\","
    "\"answer\":"
    "{\"en\":\"S\"}},{\"id\":2,\"identifier\":\"M\",\"answer\":{\"en\":\"M\"}}]}";
static const char why_question[] =
    "{\"id\":6,\"question\":{\"en\":\"Why "
    "S?\"},\"type\":\"S\",\"required\":true,\"items\":[7],"
    "\"ask_during_checkin\":true,\"dependency_question\":5,\"dependency_values\":["
    "\"S\"]}";

static void
tell(struct door *door)
{
    const struct roster_age age = { .complete_ms = 1 };
    feed_publish(&door->feed, FEED_ROSTER, &age);
}

/* Makes the conference a server's, with a product 7 that T-ANA and T-UNPAID bought. */
static void
turn_into_servers(struct door *door)
{
    static const char *const codes[] = { "T-ANA", "T-UNPAID" };
    const struct pen *pen = roster_pen(door->db);
    struct event event = {
        .slug = "citec", .name = "CITEC", .zone = "Asia/Shanghai", .source = "pretix"
    };
    struct product product = { .id = 7, .name = "Day ticket", .note = "Programme" };
    struct list list = { .event = "citec",
                         .key = "main",
                         .name = "Main hall",
                         .all_kinds = true,
                         .include_unpaid = true };
    assert_ok(roster_begin(door->db, err));
    assert_ok(catalog_put_event(pen, &event, err));
    assert_ok(catalog_put_keys(pen, "citec", key, err));
    assert_ok(catalog_put_product(pen, "citec", &product, err));
    assert_ok(catalog_put_list(pen, &list, NULL, 0, "", err));
    for (unsigned i = 0; i < 2; i++) {
        struct roster_row row = { .secret = codes[i], .import_key = codes[i] };
        int64_t id;
        bool made;
        row.ticket.status = i == 0 ? TICKET_PAID : TICKET_UNPAID;
        row.ticket.origin = (struct ticket_origin){ .position = 100 + i, .product = 7 };
        str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
        str_copy(row.ticket.name, sizeof row.ticket.name, codes[i]);
        str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
        assert_ok(roster_put_ticket(door->db, &row, &id, &made, err));
    }
    assert_ok(roster_commit(door->db, err));
    tell(door);
}

static void
ask(struct door *door)
{
    const struct pen *pen = roster_pen(door->db);
    assert_ok(roster_begin(door->db, err));
    assert_ok(catalog_put_question(pen, "citec", 5, 0, size_question, err));
    assert_ok(catalog_put_question(pen, "citec", 6, 1, why_question, err));
    assert_ok(roster_commit(door->db, err));
    tell(door);
}

struct newest {
    struct outbox_row row;
};

static bool
take_newest(const struct outbox_row *row, void *self)
{
    ((struct newest *)self)->row = *row;
    return true;
}

static const char *
newest_body(struct door *door)
{
    static struct newest newest;
    assert_ok(
        outbox_each(door->db, 1u << OUTBOX_PENDING, 0, 0, take_newest, &newest, err));
    return newest.row.body;
}

static bool
answer(struct door *door, int64_t question, const char *text, struct err *err)
{
    const struct desk_reply reply = { question, text };
    return desk_answer(door->desk, door->last.number, &reply, 1, err);
}

/* ---- questions ----------------------------------------------------------------------
 */

static void
a_question_continues_the_scan_and_its_answer_goes_along(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask(door);
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_int_equal(outcome->phase, DESK_ASKING_QUESTIONS);
    assert_non_null(strstr(outcome->questions, "\"id\":5"));
    assert_non_null(strstr(outcome->questions, "\"id\":6"));
    assert_int_equal(door_outbox(door, OUTBOX_REFUSAL), 0);
    uint64_t number = outcome->number;

    assert_fails(answer(door, 5, "XXL", err), ERR_INPUT, "question 5: no-option");
    assert_fails(answer(door, 99, "1", err), ERR_INPUT, "question 99");
    assert_ok(answer(door, 5, "S", err)); /* so the other one applies */
    assert_int_equal(door->last.phase, DESK_ASKING_QUESTIONS);
    assert_null(strstr(door->last.questions, "\"id\":5"));
    assert_ok(answer(door, 6, "It is small", err));
    assert_int_equal(door->last.phase, DESK_ANSWERED);
    assert_int_equal(door->last.number, number);
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_true(door->last.recorded);
    assert_non_null(strstr(newest_body(door), "{\"5\":\"1\",\"6\":\"It is small\"}"));
    assert_fails(answer(door, 6, "again", err), ERR_BUSY, "scan the code again");

    door_restart(door); /* what was answered once is not asked again */
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_PRINT_ONLY);
}

static void
what_does_not_concern_the_guest_is_not_asked(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask(door);
    door_scan(door, "T-ANA");
    assert_ok(answer(door, 5, "M", err));
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_non_null(strstr(newest_body(door), "\"questions_supported\":false"));
}

static void
a_question_that_nobody_answers_leaves_nothing(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask(door);
    door_scan(door, "T-ANA");
    hand_loop_turn(&door->hand, 121 * 1000);
    assert_int_equal(door->last.phase, DESK_DROPPED);
    door_scan(door, "T-ANA");
    assert_int_equal(door->last.phase, DESK_ASKING_QUESTIONS);
    door_scan(door, "T-LI"); /* the next guest; of no product that is asked */
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_int_equal(door_outbox(door, OUTBOX_CHECKIN), 1);
    assert_int_equal(door_outbox(door, OUTBOX_REFUSAL), 0);
}

static void
the_server_is_asked_again_under_the_same_nonce_with_the_answers(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask(door);
    door->claim_asks = true;
    door_scan(door, "T-ANA");
    struct claim_question first = door->questions[0].asked;
    assert_null(first.answers);
    door_answer(door, 0, VERDICT_QUESTIONS);
    assert_int_equal(door->last.phase, DESK_ASKING_QUESTIONS);
    assert_ok(answer(door, 5, "M", err));
    assert_int_equal(door->asked, 2);
    struct claim_question second = door->questions[0].asked;
    assert_memory_equal(first.nonce, second.nonce, sizeof first.nonce);
    assert_non_null(second.answers);
    assert_true(second.questions_unsupported);
    door_answer(door, 0, VERDICT_ADMIT);
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_true(door->last.confirmed);
}

static void
what_the_server_says_for_staff_reaches_them(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    door->claim_asks = true;
    str_copy(door->claim_notes, sizeof door->claim_notes, "Give a lanyard");
    door_scan(door, "NOT-IN-THE-COPY");
    door_answer(door, 0, VERDICT_ADMIT);
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_true(door->last.attention);
    assert_string_equal(door->last.notes, "Give a lanyard");
    door->claim_notes[0] = '\0'; /* what the copy knows stays */
    door_scan(door, "T-ANA");
    door_answer(door, 0, VERDICT_ADMIT);
    assert_false(door->last.attention);
    assert_string_equal(door->last.notes, "Programme");
}

/* Questions 7 and 8: a photo that must be there, and one that need not. */
static void
ask_for_photos(struct door *door, bool required)
{
    char body[256];
    for (int64_t id = 7; id <= 8; id++) {
        snprintf(body, sizeof body,
                 "{\"id\":%d,\"question\":{\"de\":\"Foto\",\"en\":\"Photo\"},"
                 "\"type\":\"F\",\"required\":%s,\"items\":[7],"
                 "\"ask_during_checkin\":true}",
                 (int)id, id == 7 && required ? "true" : "false");
        assert_ok(roster_begin(door->db, err));
        assert_ok(
            catalog_put_question(roster_pen(door->db), "citec", id, id, body, err));
        assert_ok(roster_commit(door->db, err));
    }
    tell(door);
}

static void
a_file_that_must_be_there_is_for_the_help_desk_and_asks_nothing_else(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask(door);
    ask_for_photos(door, true);
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_int_equal(outcome->phase, DESK_ANSWERED);
    assert_verdict(outcome, VERDICT_QUESTIONS);
    assert_true(outcome->wants_file);
    assert_null(outcome->questions);
    assert_string_equal(outcome->reason, "Photo");
    assert_int_equal(door_outbox(door, OUTBOX_CHECKIN), 0);
    assert_int_equal(door_outbox(door, OUTBOX_REFUSAL), 0);

    door->claim_asks = true; /* the server has it by now: it decides */
    door_scan(door, "T-ANA");
    door_answer(door, 0, VERDICT_QUESTIONS);
    assert_true(door->last.wants_file);
    door_scan(door, "T-ANA");
    door_answer(door, 0, VERDICT_ADMIT);
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_false(door->last.wants_file);
}

static void
a_file_that_may_be_left_out_is_left_out_unasked(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask_for_photos(door, false);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ADMIT);
    assert_non_null(strstr(newest_body(door), "\"answers\":{\"7\":\"\",\"8\":\"\"}"));
    assert_null(strstr(newest_body(door), "questions_supported"));
}

static void
no_text_passes_for_a_file(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    ask(door);
    ask_for_photos(door, false);
    door_scan(door, "T-ANA");
    assert_int_equal(door->last.phase, DESK_ASKING_QUESTIONS);
    assert_null(strstr(door->last.questions, "\"F\""));
    assert_fails(answer(door, 7, "file:9d3", err), ERR_INPUT,
                 "question 7: wants a file");
    assert_ok(answer(door, 5, "M", err));
    assert_verdict(&door->last, VERDICT_ADMIT);
}

/* "False" and 0 are taken by the server and forgotten: the next entry asks again. */
static void
what_the_server_forgets_is_asked_again_here_too(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    assert_ok(roster_begin(door->db, err));
    assert_ok(catalog_put_question(roster_pen(door->db), "citec", 9, 0,
                                   "{\"id\":9,\"question\":\"Lunch?\",\"type\":\"B\","
                                   "\"required\":false,\"items\":[7],"
                                   "\"ask_during_checkin\":true}",
                                   err));
    assert_ok(roster_commit(door->db, err));
    tell(door);
    door_scan(door, "T-ANA");
    assert_ok(answer(door, 9, "False", err));
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_non_null(strstr(newest_body(door), "{\"9\":\"False\"}"));
    door_scan(door, "T-ANA");
    assert_int_equal(door->last.phase, DESK_ASKING_QUESTIONS);
}

/* ---- unpaid
 * ---------------------------------------------------------------------------- */

static void
staff_let_an_unpaid_one_in_where_the_list_allows_it(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    const char *ref = door_ref(door, "T-UNPAID");
    const struct desk_outcome *outcome = door_scan(door, "T-UNPAID");
    assert_verdict(outcome, VERDICT_UNPAID);
    assert_true(outcome->may_ignore_unpaid);
    assert_fails(desk_let_in(door->desk, ref, " ", "staff:li", err), ERR_INPUT,
                 "reason");
    assert_fails(desk_let_in(door->desk, "NOBODY", "paid in cash", "staff:li", err),
                 ERR_ABSENT, "NOBODY");
    assert_ok(desk_let_in(door->desk, ref, "paid in cash", "staff:li", err));
    assert_verdict(&door->last, VERDICT_ADMIT);
    assert_string_equal(door->last.reason, "paid in cash");
    assert_non_null(strstr(newest_body(door), "\"ignore_unpaid\":true"));

    door_take_role(door, "list=citec/back direction=entry work=admit-only");
    assert_verdict(door_scan(door, "T-UNPAID"), VERDICT_UNPAID);
    assert_false(door->last.may_ignore_unpaid);
    assert_fails(desk_let_in(door->desk, ref, "paid in cash", "staff:li", err),
                 ERR_INPUT, "this list");
}

/* ---- signed
 * ----------------------------------------------------------------------------- */

static void
a_signed_ticket_has_a_badge_that_is_known_again(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    const struct desk_outcome *outcome = door_scan(door, signed_code);
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_true(outcome->is_signed);
    assert_true(outcome->made_job);
    assert_string_equal(outcome->product, "Day ticket");

    struct badgecode badge = { .issue = outcome->job.issue };
    char text[BADGECODE_TEXT_MAX + 1];
    str_copy(badge.ref, sizeof badge.ref, outcome->ticket.ref);
    str_copy(badge.station, sizeof badge.station, outcome->job.station);
    badgecode_format(&badge, text);
    door_restart(door);
    outcome = door_scan(door, text);
    assert_true(outcome->by_badge);
    assert_verdict(outcome, VERDICT_ALREADY_IN);
    assert_string_equal(outcome->ticket.ref, badge.ref);
}

static void
when_its_order_comes_a_signed_ticket_keeps_its_past(void **state)
{
    struct door *door = *state;
    struct roster_row row = { .secret = signed_code, .import_key = "late" };
    int64_t id;
    bool made;
    turn_into_servers(door);
    assert_verdict(door_scan(door, signed_code), VERDICT_ADMIT);
    int64_t job = door->last.job.id;

    row.ticket.origin = (struct ticket_origin){ .position = 900, .product = 7 };
    str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
    str_copy(row.ticket.name, sizeof row.ticket.name, "Late Comer");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    assert_ok(roster_begin(door->db, err));
    assert_ok(roster_put_ticket(door->db, &row, &id, &made, err));
    assert_ok(roster_commit(door->db, err));
    tell(door);
    const struct desk_outcome *outcome = door_scan(door, signed_code);
    assert_false(outcome->is_signed);
    assert_string_equal(outcome->ticket.name, "Late Comer");
    assert_int_equal(outcome->history.entries, 1);
    assert_int_equal(outcome->job.id, job); /* its badge is on its way */
    assert_verdict(outcome, VERDICT_PRINT_ONLY);
    assert_false(outcome->made_job);
}

/* Links the medium to T-ANA, or to nobody. */
static void
put_medium(struct door *door, unsigned links, const char *enforced)
{
    const struct pen *pen = roster_pen(door->db);
    struct medium medium = {
        .id = 1, .active = true, .positions = { 100 }, .count = links
    };
    assert_ok(roster_begin(door->db, err));
    assert_ok(catalog_put_medium(pen, &medium, "barcode", "WRIST-1", err));
    assert_ok(catalog_set_mark(pen, "citec", "settings.reusable_media_usage_enforced",
                               enforced, err));
    assert_ok(roster_commit(door->db, err));
    tell(door);
}

static void
a_product_with_wristbands_wants_one_handed_out_first(void **state)
{
    struct door *door = *state;
    struct product product = {
        .id = 7, .name = "Day ticket", .media_policy = "new", .media_type = "barcode"
    };
    turn_into_servers(door);
    assert_ok(roster_begin(door->db, err));
    assert_ok(catalog_put_product(roster_pen(door->db), "citec", &product, err));
    assert_ok(roster_commit(door->db, err));
    put_medium(door, 0, "false");
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_EXCHANGE);

    put_medium(door, 1, "true");
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_EXCHANGED);
    assert_verdict(door_scan(door, "WRIST-1"), VERDICT_ADMIT);

    put_medium(door, 1, "false");
    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_true(outcome->verdict == VERDICT_ALREADY_IN ||
                outcome->verdict == VERDICT_PRINT_ONLY);
}

/* As the download leaves it: without a code, named by its medium. */
static void
put_cancelled(struct door *door, const char *medium)
{
    char contact[64];
    const char *contacts[] = { contact };
    struct roster_row row = { .import_key = "cancelled",
                              .contacts = contacts,
                              .contact_count = 1 };
    int64_t id;
    bool made;
    snprintf(contact, sizeof contact, "%s%s", ROSTER_MEDIUM_CONTACT, medium);
    row.ticket.status = TICKET_CANCELLED;
    row.ticket.origin = (struct ticket_origin){ .position = 200, .product = 7 };
    str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
    str_copy(row.ticket.name, sizeof row.ticket.name, "Gone Guest");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    assert_ok(roster_begin(door->db, err));
    assert_ok(roster_put_ticket(door->db, &row, &id, &made, err));
    assert_ok(roster_commit(door->db, err));
    tell(door);
}

static void
a_mediums_cancelled_ticket_counts(void **state)
{
    struct door *door = *state;
    turn_into_servers(door);
    put_medium(door, 0, "false");
    assert_verdict(door_scan(door, "WRIST-1"), VERDICT_NOT_IN_COPY);
    put_cancelled(door, "WRIST-1");
    assert_verdict(door_scan(door, "WRIST-1"), VERDICT_CANCELLED);
    assert_true(door->last.by_medium);
    assert_string_equal(door->last.ticket.name, "Gone Guest");
    assert_non_null(strstr(newest_body(door), "\"sealed\":\"")); /* the medium's */
    put_medium(door, 1, "false");
    assert_verdict(door_scan(door, "WRIST-1"), VERDICT_AMBIGUOUS);
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ADMIT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        door_test(a_question_continues_the_scan_and_its_answer_goes_along),
        door_test(what_does_not_concern_the_guest_is_not_asked),
        door_test(a_question_that_nobody_answers_leaves_nothing),
        door_test(the_server_is_asked_again_under_the_same_nonce_with_the_answers),
        door_test(what_the_server_says_for_staff_reaches_them),
        door_test(a_file_that_must_be_there_is_for_the_help_desk_and_asks_nothing_else),
        door_test(a_file_that_may_be_left_out_is_left_out_unasked),
        door_test(no_text_passes_for_a_file),
        door_test(what_the_server_forgets_is_asked_again_here_too),
        door_test(staff_let_an_unpaid_one_in_where_the_list_allows_it),
        door_test(a_signed_ticket_has_a_badge_that_is_known_again),
        door_test(when_its_order_comes_a_signed_ticket_keeps_its_past),
        door_test(a_product_with_wristbands_wants_one_handed_out_first),
        door_test(a_mediums_cancelled_ticket_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
