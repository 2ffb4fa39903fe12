#include "sync/push.h"

#include "pushing.h"

#include "store/conflict.h"

/* ---- what is sent
 * --------------------------------------------------------------------
 */

static void
an_entry_is_sent_with_force_its_nonce_and_the_time_of_the_door(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 123)), list;
    bool yes;
    char nonce[33];
    serving_hex(serving_row(serving, id).nonce, 16, nonce);
    poke(scene);
    assert_int_equal(serving->open, 1);
    assert_string_equal(serving->requests[0]->method, "POST");
    assert_string_equal(serving->requests[0]->url,
                        "https://t.example/api/v1/organizers/dummy/checkinrpc/redeem/");
    assert_string_equal(serving_text(serving, "secret"), "secret-a");
    assert_string_equal(serving_text(serving, "nonce"), nonce);
    assert_string_equal(serving_text(serving, "type"), "entry");
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T05:43:20.123000Z");
    assert_string_equal(serving_text(serving, "source_type"), "barcode");
    assert_string_equal(serving_header(serving, "X-Idempotency-Key"), nonce);
    const struct json *body = serving_body(serving);
    assert_ok(json_int(json_first(json_at(body, "lists")), "", &list, err));
    assert_int_equal(list, 1);
    assert_ok(json_bool(body, "force", &yes, err));
    assert_true(yes);
    assert_ok(json_bool(body, "ignore_unpaid", &yes, err));
    assert_false(yes);
    assert_ok(json_bool(body, "questions_supported", &yes, err));
    assert_false(yes);
    assert_int_equal(json_kind(json_at(body, "answers")), JSON_OBJECT);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
a_badge_that_was_scanned_sends_its_tickets_code(void **state)
{
    struct scene *scene = *state;
    struct serving_deed deed = entry("TICKETB", NULL, 0);
    deed.exit = true;
    int64_t id = serving_add(&scene->serving, deed);
    poke(scene);
    assert_string_equal(serving_text(&scene->serving, "secret"), "secret-b");
    assert_string_equal(serving_text(&scene->serving, "type"), "exit");
    serving_answer(&scene->serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
without_a_code_anywhere_the_row_is_dead_and_says_so(void **state)
{
    struct scene *scene = *state;
    int64_t gone = serving_add(&scene->serving, entry("TICKETX", NULL, 0));
    int64_t good = serving_add(&scene->serving, entry("TICKETA", "secret-a", 1));
    poke(scene);
    assert_string_equal(serving_text(&scene->serving, "secret"), "secret-a");
    serving_answer(&scene->serving, 201, taken);
    assert_int_equal(state_of(scene, gone), OUTBOX_DEAD);
    assert_non_null(strstr(serving_row(&scene->serving, gone).answer, "code"));
    assert_int_equal(state_of(scene, good), OUTBOX_SENT);
}

static void
a_refusal_is_told_in_the_servers_words(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct serving_deed deed = entry("TICKETA", "secret-a", 5);
    deed.kind = OUTBOX_REFUSAL;
    deed.verdict = VERDICT_ALREADY_IN;
    deed.reason = "first at 09:12, station B";
    int64_t id = serving_add(serving, deed), position;
    poke(scene);
    assert_string_equal(serving->requests[0]->url,
                        "https://t.example/api/v1/organizers/dummy/events/dummy/"
                        "checkinlists/1/failed_checkins/");
    assert_string_equal(serving_text(serving, "raw_barcode"), "secret-a");
    assert_string_equal(serving_text(serving, "error_reason"), "already_redeemed");
    assert_string_equal(serving_text(serving, "error_explanation"),
                        "first at 09:12, station B");
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T05:43:20.005000Z");
    assert_ok(json_int(serving_body(serving), "position", &position, err));
    assert_int_equal(position, 201);
    /* The server has lost that position: the same without it, under another key. */
    char key[80];
    str_copy(key, sizeof key, serving_header(serving, "X-Idempotency-Key"));
    serving_answer(serving, 400, "{\"position\":[\"Invalid pk\"]}");
    assert_int_equal(serving->open, 1);
    assert_null(json_at(serving_body(serving), "position"));
    assert_string_not_equal(serving_header(serving, "X-Idempotency-Key"), key);
    serving_answer(serving, 201, "{}");
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

/* Of another session's ticket the server says `invalid`, and so does its history; where
 * it was found by its badge or name, `product`. */
static void
a_ticket_that_the_server_would_not_find_is_invalid_to_it(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    static const struct {
        const char *more, *reason, *type;
        enum verdict verdict;
    } cases[] = {
        { ",\"hidden\":true", "invalid", "entry", VERDICT_WRONG_LIST },
        { "", "product", "entry", VERDICT_WRONG_LIST },
        { ",\"hidden\":true,\"type\":\"exit\"", "invalid", "exit", VERDICT_WRONG_LIST },
        { "", "unpaid", "entry", VERDICT_UNPAID },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct serving_deed deed = entry("TICKETA", "secret-a", (int64_t)i);
        deed.kind = OUTBOX_REFUSAL;
        deed.verdict = cases[i].verdict;
        deed.more = cases[i].more;
        int64_t id = serving_add(serving, deed);
        poke(scene);
        assert_string_equal(serving_text(serving, "error_reason"), cases[i].reason);
        assert_string_equal(serving_text(serving, "type"), cases[i].type);
        assert_null(json_at(serving_body(serving), "hidden"));
        serving_answer(serving, 201, "{}");
        assert_int_equal(state_of(scene, id), OUTBOX_SENT);
    }
}

static void
what_staff_and_guests_said_at_the_door_goes_along(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct serving_deed deed = entry("TICKETA", "secret-a", 0);
    bool yes;
    deed.more = ",\"ignore_unpaid\":true,\"source_type\":\"nfc_uid\","
                "\"answers\":{\"5\":\"1\",\"6\":\"It is small\"},"
                "\"questions_supported\":true";
    int64_t id = serving_add(serving, deed);
    poke(scene);
    assert_ok(json_bool(serving_body(serving), "ignore_unpaid", &yes, err));
    assert_true(yes);
    assert_string_equal(serving_text(serving, "source_type"), "nfc_uid");
    assert_string_equal(serving_text(serving, "answers.6"), "It is small");
    assert_ok(json_bool(serving_body(serving), "questions_supported", &yes, err));
    assert_false(yes); /* nobody is there to be asked any more */
    assert_ok(json_bool(serving_body(serving), "force", &yes, err));
    assert_true(yes);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
a_code_that_is_no_text_goes_as_the_servers_own_devices_send_it(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *code, *sent;
    } cases[] = { { "\x1b", "binary:Gw==" },
                  { "a\x1d", "binary:YR0=" },
                  { "\xff\xfe\xfd", "binary://79" },
                  { "悦来", "悦来" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct serving_deed deed = entry("", cases[i].code, 0);
        deed.kind = OUTBOX_REFUSAL;
        deed.verdict = VERDICT_NOT_IN_COPY;
        serving_add(&scene->serving, deed);
        poke(scene);
        assert_string_equal(serving_text(&scene->serving, "raw_barcode"),
                            cases[i].sent);
        assert_string_equal(serving_text(&scene->serving, "error_reason"), "invalid");
        serving_answer(&scene->serving, 201, "{}");
    }
}

static void
a_printed_badge_goes_to_the_print_log(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct serving_deed deed = entry("TICKETB", NULL, 0);
    deed.kind = OUTBOX_PRINTED;
    int64_t id = serving_add(serving, deed), issue;
    poke(scene);
    assert_string_equal(serving->requests[0]->url,
                        "https://t.example/api/v1/organizers/dummy/events/dummy/"
                        "orderpositions/202/printlog/");
    assert_string_equal(serving_text(serving, "type"), "badge");
    assert_string_equal(serving_text(serving, "info.station"), "A");
    assert_string_equal(serving_text(serving, "info.ref"), "TICKETB");
    assert_ok(json_int(serving_body(serving), "info.issue", &issue, err));
    assert_int_equal(issue, 2);
    serving_answer(serving, 201, "{\"id\":1}");
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

/* ---- answers
 * ---------------------------------------------------------------------------
 */

static void
each_answer_has_its_end(void **state)
{
    struct scene *scene = *state;
    static const struct {
        struct serving_answer answer;
        enum outbox_state ends;
        const char *words;
    } cases[] = {
        { { WIRE_OK, 201, "{\"status\":\"ok\"}", 0 }, OUTBOX_SENT, "" },
        { { WIRE_OK, 200, "{\"status\":\"ok\"}", 0 }, OUTBOX_SENT, "" },
        { { WIRE_OK, 404,
            "{\"detail\":\"Not found.\",\"status\":\"error\",\"reason\":\"invalid\"}",
            0 },
          OUTBOX_DEAD,
          "404 invalid" },
        { { WIRE_OK, 400,
            "{\"status\":\"error\",\"reason\":\"rules\",\"reason_explanation\":\"No."
            "\"}",
            0 },
          OUTBOX_DEAD,
          "400 rules: No." },
        { { WIRE_OK, 400, "{\"lists\":[\"Invalid pk \\\"5\\\"\"]}", 0 },
          OUTBOX_DEAD,
          "lists: Invalid pk" },
        { { WIRE_OK, 200, "{\"status\":\"error\",\"reason\":\"error\"}", 0 },
          OUTBOX_DEAD,
          "error" },
        { { WIRE_OK, 401, "{\"detail\":\"Invalid token.\"}", 0 },
          OUTBOX_HOLD,
          "Invalid token." },
        { { WIRE_OK, 401, "{\"detail\":\"Device access has been revoked.\"}", 0 },
          OUTBOX_HOLD,
          "revoked" },
        { { WIRE_OK, 403, "{\"detail\":\"Not yours.\"}", 0 },
          OUTBOX_HOLD,
          "Not yours." },
        { { WIRE_OK, 404, "<h1>Not Found</h1>", 0 }, OUTBOX_PENDING, "address" },
        { { WIRE_OK, 200, "<h1>Log in</h1>", 0 }, OUTBOX_PENDING, "login" },
        { { WIRE_OK, 200, "{\"welcome\":\"to the hotel\"}", 0 },
          OUTBOX_PENDING,
          "without the answer" },
        { { WIRE_OK, 201, "", 0 }, OUTBOX_PENDING, "without the answer" },
        { { WIRE_OK, 302, "", 0 }, OUTBOX_PENDING, "302" },
        { { WIRE_OK, 409, "{\"detail\":\"busy\"}", 5000 }, OUTBOX_PENDING, "busy" },
        { { WIRE_OK, 409, "{\"detail\":\"clash\"}", 0 }, OUTBOX_PENDING, "clash" },
        { { WIRE_OK, 413, "{\"detail\":\"too large\"}", 0 },
          OUTBOX_PENDING,
          "too large" },
        { { WIRE_OK, 429, "{\"detail\":\"slow down\"}", 7000 },
          OUTBOX_PENDING,
          "slow" },
        { { WIRE_OK, 500, "<h1>Server Error</h1>", 0 }, OUTBOX_PENDING, "500" },
        { { WIRE_OK, 502, "", 0 }, OUTBOX_PENDING, "502" },
        { { WIRE_CUT, 201, "", 0 }, OUTBOX_PENDING, "" },
        { { WIRE_TIMEOUT, 0, "", 0 }, OUTBOX_PENDING, "" },
        { { WIRE_UNREACHABLE, 0, "", 0 }, OUTBOX_PENDING, "" },
        { { WIRE_TOO_LARGE, 0, "", 0 }, OUTBOX_PENDING, "" },
        { { WIRE_UNTRUSTED, 0, "", 0 }, OUTBOX_PENDING, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t id = serving_add(&scene->serving, entry("TICKETA", "secret-a", 0));
        open_push(scene, 1);
        poke(scene);
        serving_answer_at(&scene->serving, 0, cases[i].answer);
        assert_int_equal(scene->serving.open, 0);
        enum outbox_state ends = state_of(scene, id);
        struct outbox_row row = serving_row(&scene->serving, id);
        if (ends != cases[i].ends || !strstr(row.answer, cases[i].words))
            fail_msg("case %zu: %d %s: row is %d, \"%s\"", i, cases[i].answer.status,
                     cases[i].answer.body, ends, row.answer);
        if (ends == OUTBOX_PENDING)
            assert_true(row.next_ms >= clock_utc_ms(&scene->serving.hand.clock) + 700);
        if (ends == OUTBOX_SENT || ends == OUTBOX_DEAD)
            continue;
        assert_ok(db_begin(scene->serving.store.db, err));
        row.next_ms = 0;
        assert_ok(outbox_move(scene->serving.store.db, &row, OUTBOX_DEAD, err));
        assert_ok(db_commit(scene->serving.store.db, err));
    }
}

/* ---- conflicts
 * --------------------------------------------------------------------------
 */

static bool
keep_conflict(const struct conflict *conflict, void *self)
{
    *(struct conflict *)self = *conflict;
    return true;
}

#define CHECKIN(type, list, device, minute, more)                             \
    "{\"id\":7,\"type\":\"" type "\",\"list\":" list ",\"device_id\":" device \
    ",\"datetime\":\"2026-11-24T05:" minute ":00Z\",\"gate\":null" more "}"
#define ANSWER(checkins) \
    "{\"status\":\"ok\",\"position\":{\"checkins\":[" checkins "]}}"

static void
an_entry_of_another_station_is_a_conflict_unless_the_list_allows_it(void **state)
{
    static const struct {
        const char *answer;
        bool again, several;
        int64_t conflicts;
    } cases[] = {
        { ANSWER(""), false, false, 0 },
        { ANSWER(CHECKIN("entry", "1", "2", "30", "")), false, false, 1 },
        { ANSWER(CHECKIN("entry", "1", "2", "59", "")), false, false, 1 },
        { ANSWER(CHECKIN("entry", "2", "2", "30", "")), false, false, 0 },
        { ANSWER(CHECKIN("entry", "1", "1", "30", "")), false, false, 0 },
        { ANSWER(CHECKIN("entry", "1", "null", "30", ",\"auto_checked_in\":true")),
          false, false, 0 },
        { ANSWER(CHECKIN("exit", "1", "2", "30", "")), false, false, 0 },
        { ANSWER(CHECKIN("entry", "1", "2", "30", "")), false, true, 0 },
        { ANSWER(CHECKIN("entry", "1", "2", "30", "") "," CHECKIN("exit", "1", "2",
                                                                  "35", "")),
          true, false, 0 },
        { ANSWER(CHECKIN("entry", "1", "2", "30", "") "," CHECKIN("exit", "1", "2",
                                                                  "35", "")),
          false, false, 1 },
        { ANSWER(CHECKIN("entry", "1", "2", "30", "") "," CHECKIN("exit", "1", "2",
                                                                  "20", "")),
          true, false, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setup(state);
        struct scene *scene = *state;
        struct serving *serving = &scene->serving;
        struct list list = { .all_kinds = true,
                             .several_entries = cases[i].several,
                             .entry_after_exit = cases[i].again };
        str_copy(list.event, sizeof list.event, "dummy");
        str_copy(list.key, sizeof list.key, "1");
        assert_ok(roster_begin(serving->store.db, err));
        assert_ok(roster_put_list(serving->store.db, &list, NULL, 0, err));
        assert_ok(roster_commit(serving->store.db, err));
        int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0)), open = -1;
        poke(scene);
        serving_answer(serving, 201, cases[i].answer);
        assert_int_equal(state_of(scene, id), OUTBOX_SENT);
        assert_ok(conflict_count(serving->store.db, &open, err));
        if (open != cases[i].conflicts)
            fail_msg("case %zu: %d conflicts", i, (int)open);
        if (open == 1) {
            struct conflict conflict;
            assert_ok(conflict_each(serving->store.db, true, 0, 0, keep_conflict,
                                    &conflict, err));
            assert_string_equal(conflict.theirs, "device 2");
            assert_string_equal(conflict.ours, "A");
            assert_string_equal(conflict.ref, "TICKETA");
            assert_int_equal(conflict.ours_ms, AT_MS * INT64_C(1000));
        }
        teardown(state);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        push_test(an_entry_is_sent_with_force_its_nonce_and_the_time_of_the_door),
        push_test(a_badge_that_was_scanned_sends_its_tickets_code),
        push_test(without_a_code_anywhere_the_row_is_dead_and_says_so),
        push_test(a_refusal_is_told_in_the_servers_words),
        push_test(a_ticket_that_the_server_would_not_find_is_invalid_to_it),
        push_test(what_staff_and_guests_said_at_the_door_goes_along),
        push_test(a_code_that_is_no_text_goes_as_the_servers_own_devices_send_it),
        push_test(a_printed_badge_goes_to_the_print_log),
        push_test(each_answer_has_its_end),
        cmocka_unit_test(
            an_entry_of_another_station_is_a_conflict_unless_the_list_allows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
