#include "sync/push.h"

#include "serving.h"

#include "store/conflict.h"

/* One row at a time unless a test says otherwise. */
struct scene {
    struct serving serving;
    struct push_setting setting;
    struct push *push;
    unsigned results;
};

static void
open_push(struct scene *scene, unsigned at_once)
{
    struct serving *serving = &scene->serving;
    scene->setting = (struct push_setting){ .db = serving->store.db,
                                            .loop = &serving->hand.loop,
                                            .clock = &serving->hand.clock,
                                            .random = &serving->store.random,
                                            .log = &serving->store.log,
                                            .api = &serving->api,
                                            .station = "A",
                                            .at_once = at_once };
    push_destroy(scene->push);
    assert_ok(push_create(&scene->setting, &scene->push, err));
}

static int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    serving_prepare(&scene->serving);
    serving_put_event(&scene->serving, "dummy", "pretix");
    serving_put_list(&scene->serving, "dummy", "1", "");
    serving_put_ticket(&scene->serving, "dummy", "TICKETA", "secret-a", 201);
    serving_put_ticket(&scene->serving, "dummy", "TICKETB", "secret-b", 202);
    open_push(scene, 1);
    *state = scene;
    return 0;
}

static int
teardown(void **state)
{
    struct scene *scene = *state;
    push_destroy(scene->push);
    assert_int_equal(scene->serving.open, 0);
    serving_finish(&scene->serving);
    free(scene);
    return 0;
}

#define push_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

enum { AT_MS = 1795499000 };
static const char taken[] = "{\"status\":\"ok\",\"position\":{\"checkins\":[]}}";
static const char not_found[] =
    "{\"detail\":\"Not found.\",\"status\":\"error\",\"reason\":\"invalid\"}";

static struct serving_deed
entry(const char *ref, const char *secret, int64_t after_ms)
{
    return (struct serving_deed){ .kind = OUTBOX_CHECKIN,
                                  .event = "dummy",
                                  .ref = ref,
                                  .secret = secret,
                                  .at_ms = AT_MS * INT64_C(1000) + after_ms };
}

static void
poke(struct scene *scene)
{
    push_poke(scene->push);
}

/* Ends are written a moment later. */
static enum outbox_state
state_of(struct scene *scene, int64_t id)
{
    hand_loop_turn(&scene->serving.hand, 60);
    return serving_row(&scene->serving, id).state;
}

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

/* ---- when
 * ------------------------------------------------------------------------------
 */

static void
a_silent_server_is_left_alone_longer_and_longer(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0)), waits[14];
    int64_t other = serving_add(serving, entry("TICKETB", "secret-b", 1));
    for (unsigned i = 0; i < 14; i++) {
        int64_t began_us = serving->hand.now_us;
        for (poke(scene); serving->open == 0; poke(scene))
            hand_loop_turn(&serving->hand, 100);
        waits[i] = (serving->hand.now_us - began_us) / 1000;
        serving_answer_at(serving, 0,
                          (struct serving_answer){ WIRE_UNREACHABLE, 0, "", 0 });
    }
    assert_int_equal(waits[0], 0);
    assert_in_range(waits[1], 1000, 1400);
    assert_in_range(waits[4], 6000, 10100);
    assert_in_range(waits[13], 225000, 300100);
    assert_int_equal(state_of(scene, id), OUTBOX_PENDING);
    assert_int_equal(state_of(scene, other), OUTBOX_PENDING);
    struct push_status status;
    push_status(scene->push, &status);
    assert_int_equal(status.pending, 2);
    assert_int_equal(status.oldest_ms, AT_MS * INT64_C(1000));

    hand_loop_turn(&serving->hand, 300 * 1000);
    poke(scene);
    serving_answer(serving, 201, taken);
    assert_int_equal(serving->open, 1); /* the line is good: the next at once */
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
retry_after_is_respected(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    serving_add(serving, entry("TICKETA", "secret-a", 0));
    serving_add(serving, entry("TICKETB", "secret-b", 1));
    poke(scene);
    serving_answer_at(
        serving, 0,
        (struct serving_answer){ WIRE_OK, 429, "{\"detail\":\"x\"}", 90000 });
    hand_loop_turn(&serving->hand, 89 * 1000);
    poke(scene);
    assert_int_equal(serving->open, 0);
    hand_loop_turn(&serving->hand, 1100);
    poke(scene);
    assert_int_equal(serving->open, 1);
    serving_answer(serving, 201, taken);
    serving_answer(serving, 201, taken);
}

static void
one_bad_row_does_not_block_those_behind_it(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t ids[20];
    for (unsigned i = 0; i < 20; i++)
        ids[i] = serving_add(serving, entry(i == 3 ? "TICKETB" : "TICKETA",
                                            i == 3 ? "secret-b" : "secret-a", i));
    poke(scene);
    for (unsigned n = 0; serving->open > 0 && n < 100; n++) {
        bool bad = strcmp(serving_text(serving, "secret"), "secret-b") == 0;
        serving_answer(serving, bad ? 500 : 201, bad ? "<h1>Server Error</h1>" : taken);
    }
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(state_of(scene, ids[i]),
                         i == 3 ? OUTBOX_PENDING : OUTBOX_SENT);
    hand_loop_turn(&serving->hand, 2000);
    poke(scene);
    serving_answer(serving, 404, not_found);
    assert_int_equal(state_of(scene, ids[3]), OUTBOX_DEAD);
}

static void
rows_go_in_order_of_time_and_never_two_of_one_ticket(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    open_push(scene, 4);
    serving_add(serving, entry("TICKETA", "secret-a", 30));
    serving_add(serving, entry("TICKETA", "secret-a", 10));
    serving_add(serving, entry("TICKETB", "secret-b", 20));
    poke(scene);
    assert_int_equal(serving->open, 2);
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T05:43:20.010000Z");
    serving_answer_at(serving, 1, (struct serving_answer){ WIRE_OK, 201, taken, 0 });
    assert_int_equal(serving->open, 1); /* the other of A still waits */
    serving_answer(serving, 201, taken);
    assert_int_equal(serving->open, 1);
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T05:43:20.030000Z");
    serving_answer(serving, 201, taken);
}

static void
rows_of_an_event_from_a_file_are_left_alone(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct push_status status;
    serving_put_event(serving, "fair", "csv");
    struct serving_deed deed = entry("TICKETA", "secret-a", 0);
    deed.event = "fair";
    int64_t ours = 0, id = serving_add(serving, deed);
    for (unsigned i = 0; i < 100; i++)
        serving_add(serving, deed);
    deed.event = "dummy";
    deed.at_ms += 1000;
    ours = serving_add(serving, deed);
    poke(scene);
    assert_int_equal(serving->started, 1);
    push_status(scene->push, &status);
    assert_int_equal(status.pending, 1);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, ours), OUTBOX_SENT);
    assert_int_equal(state_of(scene, id), OUTBOX_PENDING);
    assert_int_equal(serving_row(serving, id).tries, 0);
    assert_int_equal(serving->started, 1);
}

/* ---- held, dead, again
 * ------------------------------------------------------------------
 */

static void
an_unknown_device_holds_all_and_a_new_token_frees_them(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct push_status status;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0));
    int64_t other = serving_add(serving, entry("TICKETB", "secret-b", 1));
    poke(scene);
    serving_answer(serving, 401, "{\"detail\":\"Invalid token.\"}");
    assert_int_equal(serving->open, 0);
    assert_int_equal(state_of(scene, id), OUTBOX_HOLD);
    push_status(scene->push, &status);
    assert_true(status.locked);
    assert_int_equal(status.hold, 1);
    hand_loop_turn(&serving->hand, 20000);
    poke(scene);
    assert_int_equal(serving->open, 0);
    push_release(scene->push);
    assert_int_equal(serving->open, 1);
    serving_answer(serving, 201, taken);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
    assert_int_equal(state_of(scene, other), OUTBOX_SENT);
}

static void
an_event_that_is_closed_to_us_holds_its_own_rows_alone(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    serving_put_event(serving, "other", "pretix");
    struct serving_deed deed = entry("", "secret-c", 0);
    deed.kind = OUTBOX_REFUSAL;
    deed.verdict = VERDICT_NOT_IN_COPY;
    deed.event = "other";
    int64_t closed[3], open_id;
    for (unsigned i = 0; i < 3; i++)
        closed[i] = serving_add(serving, deed);
    open_id = serving_add(serving, entry("TICKETA", "secret-a", 9));
    poke(scene);
    serving_answer(serving, 403, "{\"detail\":\"You do not have permission\"}");
    for (unsigned i = 0; i < 10; i++) {
        hand_loop_turn(&serving->hand, 60);
        while (serving->open > 0) {
            bool redeem = strstr(serving->requests[0]->url, "redeem") != NULL;
            serving_answer(serving, redeem ? 201 : 403,
                           redeem ? taken : "{\"detail\":\"x\"}");
        }
        poke(scene);
    }
    assert_int_equal(state_of(scene, open_id), OUTBOX_SENT);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(state_of(scene, closed[i]), OUTBOX_HOLD);
    /* Tried again by itself, later, under a key that the server has no answer to. */
    hand_loop_turn(&serving->hand, 300 * 1000);
    poke(scene);
    assert_int_equal(serving->open, 1);
    assert_non_null(strchr(serving_header(serving, "X-Idempotency-Key"), '-'));
    for (unsigned i = 0; i < 3; i++)
        serving_answer(serving, 201, "{}");
    assert_int_equal(state_of(scene, closed[2]), OUTBOX_SENT);
}

static void
a_dead_row_keeps_the_servers_words_and_can_be_tried_again(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0));
    char key[80];
    poke(scene);
    str_copy(key, sizeof key, serving_header(serving, "X-Idempotency-Key"));
    serving_answer(serving, 404, not_found);
    assert_int_equal(state_of(scene, id), OUTBOX_DEAD);
    assert_string_equal(serving_row(serving, id).answer, "404 invalid");
    assert_fails(push_retry(scene->push, 999, "staff:li", err), ERR_ABSENT, "999");
    assert_ok(push_retry(scene->push, id, "staff:li", err));
    assert_int_equal(serving->open, 1);
    assert_string_not_equal(serving_header(serving, "X-Idempotency-Key"), key);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
    assert_fails(push_retry(scene->push, id, "staff:li", err), ERR_INPUT,
                 "has been sent");
}

static void
a_row_on_its_way_when_the_program_stops_is_sent_again_alike(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    int64_t id = serving_add(serving, entry("TICKETA", "secret-a", 0));
    char body[1024], key[80];
    poke(scene);
    str_copy(body, sizeof body, serving->requests[0]->body);
    str_copy(key, sizeof key, serving_header(serving, "X-Idempotency-Key"));
    push_destroy(scene->push);
    scene->push = NULL;
    assert_int_equal(serving->aborted, 1);
    store_reopen(&serving->store);
    open_push(scene, 1);
    poke(scene);
    assert_string_equal(serving->requests[0]->body, body);
    assert_string_equal(serving_header(serving, "X-Idempotency-Key"), key);
    serving_answer(serving, 201, taken);
    assert_int_equal(state_of(scene, id), OUTBOX_SENT);
}

static void
a_withdrawn_device_sends_nothing_more(void **state)
{
    struct scene *scene = *state;
    serving_add(&scene->serving, entry("TICKETA", "secret-a", 0));
    scene->serving.account.state = ACCOUNT_REVOKED;
    poke(scene);
    hand_loop_turn(&scene->serving.hand, 600 * 1000);
    poke(scene);
    assert_int_equal(scene->serving.started, 0);
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
        push_test(a_code_that_is_no_text_goes_as_the_servers_own_devices_send_it),
        push_test(a_printed_badge_goes_to_the_print_log),
        push_test(each_answer_has_its_end),
        push_test(a_silent_server_is_left_alone_longer_and_longer),
        push_test(retry_after_is_respected),
        push_test(one_bad_row_does_not_block_those_behind_it),
        push_test(rows_go_in_order_of_time_and_never_two_of_one_ticket),
        push_test(rows_of_an_event_from_a_file_are_left_alone),
        push_test(an_unknown_device_holds_all_and_a_new_token_frees_them),
        push_test(an_event_that_is_closed_to_us_holds_its_own_rows_alone),
        push_test(a_dead_row_keeps_the_servers_words_and_can_be_tried_again),
        push_test(a_row_on_its_way_when_the_program_stops_is_sent_again_alike),
        push_test(a_withdrawn_device_sends_nothing_more),
        cmocka_unit_test(
            an_entry_of_another_station_is_a_conflict_unless_the_list_allows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
