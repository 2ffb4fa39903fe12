#include "sync/online.h"

#include "asking.h"

#include "store/catalog.h"
#include "sync/online_answer.h"

static void
a_question_is_a_redeem_without_force_under_the_scans_nonce(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    bool yes;
    assert_true(asks(scene));
    ask(scene, 0, (struct claim_question){ .code = "secret-a", .ref = "TICKETA" });
    assert_string_equal(serving->requests[0]->url,
                        "https://t.example/api/v1/organizers/dummy/checkinrpc/redeem/");
    assert_string_equal(serving_text(serving, "secret"), "secret-a");
    assert_string_equal(serving_text(serving, "nonce"),
                        "abababababababababababababababab");
    assert_string_equal(serving_text(serving, "datetime"),
                        "2026-11-24T06:00:00.000000Z");
    assert_ok(json_bool(serving_body(serving), "force", &yes, err));
    assert_false(yes);
    assert_ok(json_bool(serving_body(serving), "questions_supported", &yes, err));
    assert_true(yes);
    assert_string_equal(serving_header(serving, "Accept-Language"), "en");
    serving_answer(serving, 201, "{\"status\":\"ok\"}");
    assert_int_equal(scene->answered, 1);
    assert_int_equal(scene->answer.outcome, CLAIM_ANSWERED);
    assert_int_equal(scene->answer.verdict, VERDICT_ADMIT);
}

static void
what_the_guest_has_answered_and_staff_have_said_goes_along(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    bool yes;
    ask(scene, 0,
        (struct claim_question){ .code = "04A224",
                                 .medium = "nfc_uid",
                                 .answers = "{\"7\":\"M\"}",
                                 .questions_unsupported = true,
                                 .ignore_unpaid = true });
    assert_string_equal(serving_text(serving, "source_type"), "nfc_uid");
    assert_string_equal(serving_text(serving, "answers.7"), "M");
    assert_ok(json_bool(serving_body(serving), "questions_supported", &yes, err));
    assert_false(yes);
    assert_ok(json_bool(serving_body(serving), "ignore_unpaid", &yes, err));
    assert_true(yes);
    serving_answer(serving, 201, "{\"status\":\"ok\"}");
    assert_int_equal(scene->answer.verdict, VERDICT_ADMIT);
}

static void
a_badges_code_is_asked_about_by_its_tickets_own(void **state)
{
    struct scene *scene = *state;
    ask(scene, 0,
        (struct claim_question){
            .code = "YL1-TICKETA-A1-0000", .ref = "TICKETA", .exit = true });
    assert_string_equal(serving_text(&scene->serving, "secret"), "secret-a");
    assert_string_equal(serving_text(&scene->serving, "type"), "exit");
    serving_answer(&scene->serving, 201, "{\"status\":\"ok\"}");
    assert_int_equal(scene->answer.verdict, VERDICT_EXIT);
}

#define ERROR(reason, more)                      \
    "{\"status\":\"error\",\"reason\":\"" reason \
    "\",\"reason_explanation\":\"Because.\"" more "}"
#define SILENT VERDICT_COUNT

static const struct {
    struct serving_answer answer;
    enum verdict verdict;
    const char *ref, *list;
    bool bad_line;
} answers[] = {
    { { WIRE_OK, 201, "{\"status\":\"ok\"}", 0 }, VERDICT_ADMIT, "", "1", false },
    { { WIRE_OK, 400, ERROR("already_redeemed", ""), 0 },
      VERDICT_ALREADY_IN,
      "",
      "1",
      false },
    { { WIRE_OK, 400, ERROR("unpaid", ""), 0 }, VERDICT_UNPAID, "", "1", false },
    { { WIRE_OK, 400, ERROR("canceled", ""), 0 }, VERDICT_CANCELLED, "", "1", false },
    { { WIRE_OK, 400, ERROR("blocked", ""), 0 }, VERDICT_BLOCKED, "", "1", false },
    { { WIRE_OK, 400, ERROR("revoked", ""), 0 }, VERDICT_REVOKED, "", "1", false },
    { { WIRE_OK, 400, ERROR("unapproved", ""), 0 },
      VERDICT_UNAPPROVED,
      "",
      "1",
      false },
    { { WIRE_OK, 400, ERROR("product", ""), 0 }, VERDICT_WRONG_LIST, "", "1", false },
    { { WIRE_OK, 400, ERROR("rules", ""), 0 }, VERDICT_RULES, "", "1", false },
    { { WIRE_OK, 400, ERROR("ambiguous", ""), 0 }, VERDICT_AMBIGUOUS, "", "1", false },
    { { WIRE_OK, 400, ERROR("error", ""), 0 }, VERDICT_ERROR, "", "1", false },
    { { WIRE_OK, 400, ERROR("ok", ""), 0 }, VERDICT_ERROR, "", "1", false },
    { { WIRE_OK, 400, ERROR("medium_invalid", ""), 0 }, VERDICT_ERROR, "", "1", false },
    { { WIRE_OK, 400,
        ERROR("invalid_time",
              ",\"position\":{\"valid_from\":\"2026-12-01T00:00:00Z\"}"),
        0 },
      VERDICT_NOT_YET_VALID,
      "",
      "1",
      false },
    { { WIRE_OK, 400,
        ERROR("invalid_time",
              ",\"position\":{\"valid_from\":\"2026-01-01T00:00:00Z\"}"),
        0 },
      VERDICT_NO_LONGER_VALID,
      "",
      "1",
      false },
    { { WIRE_OK, 404, ERROR("invalid", ""), 0 }, VERDICT_NOT_IN_COPY, "", "1", false },
    { { WIRE_OK, 404, ERROR("invalid", ""), 0 },
      VERDICT_NOT_IN_COPY,
      "TICKETA",
      "1",
      false },
    { { WIRE_OK, 404, ERROR("invalid", ""), 0 },
      VERDICT_WRONG_LIST,
      "TICKETA",
      "2",
      false },
    { { WIRE_OK, 400, "{\"status\":\"exchange\",\"media_type\":\"barcode\"}", 0 },
      VERDICT_EXCHANGE,
      "",
      "1",
      false },
    { { WIRE_OK, 400, "[\"No check-in list passed.\"]", 0 }, SILENT, "", "1", false },
    { { WIRE_OK, 400, "{\"lists\":[\"Invalid pk\"]}", 0 }, SILENT, "", "1", false },
    { { WIRE_OK, 404, "{\"detail\":\"Not found.\"}", 0 }, SILENT, "", "1", false },
    { { WIRE_OK, 404, "<h1>Not Found</h1>", 0 }, SILENT, "", "1", true },
    { { WIRE_OK, 200, "<h1>Log in</h1>", 0 }, SILENT, "", "1", true },
    { { WIRE_OK, 200, "{}", 0 }, SILENT, "", "1", false },
    { { WIRE_OK, 302, "", 0 }, SILENT, "", "1", true },
    { { WIRE_OK, 409, "{\"detail\":\"x\"}", 5000 }, SILENT, "", "1", true },
    { { WIRE_OK, 429, "{\"detail\":\"x\"}", 7000 }, SILENT, "", "1", true },
    { { WIRE_OK, 500, "<h1>Server Error</h1>", 0 }, SILENT, "", "1", true },
    { { WIRE_CUT, 201, "", 0 }, SILENT, "", "1", true },
    { { WIRE_TIMEOUT, 0, "", 0 }, SILENT, "", "1", true },
    { { WIRE_UNREACHABLE, 0, "", 0 }, SILENT, "", "1", true },
    { { WIRE_UNTRUSTED, 0, "", 0 }, SILENT, "", "1", true },
};

static void
every_answer_of_the_server_is_a_verdict_or_silence(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        open_online(scene, ONLINE_FIRST);
        ask(scene, 0,
            (struct claim_question){
                .code = "secret-a", .ref = answers[i].ref, .list = answers[i].list });
        serving_answer_at(&scene->serving, 0, answers[i].answer);
        assert_int_equal(scene->answered, 1);
        enum verdict got =
            scene->answer.outcome == CLAIM_SILENT ? SILENT : scene->answer.verdict;
        bool bad_line = scene->reach.count == 1 && scene->reach.samples[0] < 0;
        if (got != answers[i].verdict || bad_line != answers[i].bad_line)
            fail_msg("case %zu: %d %s: verdict %d, bad line %d", i,
                     answers[i].answer.status, answers[i].answer.body, got, bad_line);
        if (strstr(answers[i].answer.body, "Because."))
            assert_string_equal(scene->answer.reason, "Because.");
    }
}

static void
only_what_the_mode_and_the_event_allow_is_asked(void **state)
{
    struct scene *scene = *state;
    static const struct {
        enum online_mode mode;
        const char *event, *list, *ref, *code;
        bool asked;
    } cases[] = {
        { ONLINE_FIRST, "dummy", "1", "TICKETA", "secret-a", true },
        { ONLINE_FIRST, "fair", "1", "", "secret-a", false },
        { ONLINE_FIRST, "unknown", "1", "", "secret-a", true },
        { ONLINE_FIRST, "dummy", "main", "", "secret-a", false },
        { ONLINE_FIRST, "dummy", "1", "", "YL1-TICKETX-A1-0000", false },
        { ONLINE_LOCAL_FIRST, "dummy", "1", "TICKETA", "secret-a", false },
        { ONLINE_LOCAL_FIRST, "dummy", "1", "", "secret-z", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_online(scene, cases[i].mode);
        assert_true(asks(scene));
        ask(scene, 0,
            (struct claim_question){ .code = cases[i].code,
                                     .ref = cases[i].ref,
                                     .event = cases[i].event,
                                     .list = cases[i].list });
        if (scene->serving.open != cases[i].asked)
            fail_msg("case %zu: %u requests", i, scene->serving.open);
        if (cases[i].asked) {
            serving_answer(&scene->serving, 201, "{\"status\":\"ok\"}");
            continue;
        }
        hand_loop_turn(&scene->serving.hand, 0);
        assert_int_equal(scene->answered, 1);
        assert_int_equal(scene->answer.outcome, CLAIM_SILENT);
    }
    open_online(scene, ONLINE_OFF);
    assert_false(asks(scene));
    open_online(scene, ONLINE_FIRST);
    scene->serving.account.state = ACCOUNT_REVOKED;
    assert_false(asks(scene));
}

/* ---- questions
 * ----------------------------------------------------------------------- */

#define QUESTION(id, required, depends, values)                                    \
    "{\"id\":" id ",\"question\":{\"en\":\"Q" id                                   \
    "\"},\"type\":\"B\",\"required\":" required                                    \
    ",\"ask_during_checkin\":true,\"options\":[],\"dependency_question\":" depends \
    ",\"dependency_values\":[" values "]}"
#define INCOMPLETE(questions, answers)                     \
    "{\"status\":\"incomplete\",\"questions\":[" questions \
    "],\"position\":{\"answers\":[" answers "]}}"
#define SAID(id, text)                        \
    "{\"question\":" id ",\"answer\":\"" text \
    "\",\"options\":[],\"option_identifiers\":[]}"

static void
put_question(struct scene *scene, int64_t id, const char *body)
{
    struct db *db = scene->serving.store.db;
    assert_ok(roster_begin(db, err));
    assert_ok(catalog_put_question(roster_pen(db), "dummy", id, 0, body, err));
    assert_ok(roster_commit(db, err));
}

static void
a_required_question_that_concerns_the_guest_is_told_others_are_passed_by(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *answer, *missing; /* NULL: asked once more */
    } cases[] = {
        { INCOMPLETE(QUESTION("2", "true", "null", ""), ""), "Q2" },
        { INCOMPLETE(QUESTION("2", "false", "null", ""), ""), NULL },
        { INCOMPLETE(QUESTION("2", "true", "1", "\"True\""), SAID("1", "True")), "Q2" },
        { INCOMPLETE(QUESTION("2", "true", "1", "\"True\""), SAID("1", "False")),
          NULL },
        { INCOMPLETE(QUESTION("2", "true", "1", "\"True\""), ""), NULL },
        { INCOMPLETE(QUESTION("1", "true", "null", "") "," QUESTION("2", "true", "1",
                                                                    "\"True\""),
                     ""),
          "Q1" },
        { INCOMPLETE(QUESTION("2", "true", "77", "\"True\""), ""), NULL },
    };
    put_question(scene, 1, QUESTION("1", "true", "null", ""));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool supported;
        ask(scene, 0, (struct claim_question){ .code = "secret-a", .ref = "TICKETA" });
        serving_answer(&scene->serving, 400, cases[i].answer);
        if (cases[i].missing) {
            if (scene->answered != 1 || scene->answer.verdict != VERDICT_QUESTIONS ||
                strcmp(scene->answer.reason, cases[i].missing) != 0)
                fail_msg("case %zu: %d \"%s\"", i, scene->answer.verdict,
                         scene->answer.reason);
            continue;
        }
        if (scene->answered != 0 || scene->serving.open != 1)
            fail_msg("case %zu: not asked again", i);
        assert_ok(json_bool(serving_body(&scene->serving), "questions_supported",
                            &supported, err));
        assert_false(supported);
        assert_string_equal(serving_text(&scene->serving, "nonce"),
                            "abababababababababababababababab");
        serving_answer(&scene->serving, 201, "{\"status\":\"ok\"}");
        assert_int_equal(scene->answer.verdict, VERDICT_ADMIT);
    }
    /* Once more, not for ever. */
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer(&scene->serving, 400, cases[1].answer);
    serving_answer(&scene->serving, 400, cases[1].answer);
    assert_int_equal(scene->answered, 1);
    assert_int_equal(scene->answer.verdict, VERDICT_QUESTIONS);
    assert_string_equal(scene->answer.reason, "Q2");
    /* Forgotten between the two. */
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer(&scene->serving, 400, cases[1].answer);
    scene->claim->forget(0, scene->claim->self);
    assert_int_equal(scene->serving.open, 0);
    assert_int_equal(scene->answered, 0);
}

static void
keep(const struct online_answer *answer, void *self)
{
    *(struct online_answer *)self = *answer;
}

static void
what_the_server_says_of_the_ticket_is_there_for_staff(void **state)
{
    struct scene *scene = *state;
    struct online_answer got = { 0 };
    online_on_answer(scene->online, keep, &got);
    ask(scene, 0, (struct claim_question){ .code = "secret-a" });
    serving_answer(
        &scene->serving, 400,
        "{\"status\":\"error\",\"reason\":\"unpaid\",\"require_attention\":true,"
        "\"checkin_texts\":[\"B\",\"A\"],\"list\":{\"event\":\"dummy\","
        "\"include_pending\":true},\"position\":{\"order\":\"FOO\","
        "\"positionid\":3,\"attendee_name\":\"Peter\",\"order__status\":\"n\"}}");
    assert_string_equal(got.order, "FOO");
    assert_int_equal(got.number, 3);
    assert_string_equal(got.name, "Peter");
    assert_string_equal(got.texts, "B\nA");
    assert_true(got.attention);
    assert_true(got.may_insist);
    assert_string_equal(scene->answer.notes, "B\nA");
    assert_true(scene->answer.attention);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        online_test(a_question_is_a_redeem_without_force_under_the_scans_nonce),
        online_test(what_the_guest_has_answered_and_staff_have_said_goes_along),
        online_test(a_badges_code_is_asked_about_by_its_tickets_own),
        online_test(every_answer_of_the_server_is_a_verdict_or_silence),
        online_test(only_what_the_mode_and_the_event_allow_is_asked),
        online_test(
            a_required_question_that_concerns_the_guest_is_told_others_are_passed_by),
        online_test(what_the_server_says_of_the_ticket_is_there_for_staff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
