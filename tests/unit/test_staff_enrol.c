#include "at_server.h"
#include "store/badgekey.h"

#define CODE                                                                    \
    "{\\\"handshake_version\\\":1,\\\"url\\\":\\\"https://tickets.example\\\"," \
    "\\\"token\\\":\\\"s3cret\\\"}"

static void
only_a_supervisor_sees_the_enrolment(void **state)
{
    struct scene *scene = *state;
    log_in_as(scene, "li");
    assert_int_equal(show(scene, "enrol"), 403);
    assert_int_equal(act(scene, "enrol-code", "\"text\":\"" CODE "\""), 403);
    assert_false(corner_shows(scene->corner, "\"screen\":\"enrol\""));
}

static void
a_code_is_read_confirmed_and_followed_to_its_end(void **state)
{
    struct scene *scene = *state;
    log_in_as(scene, "wang");
    assert_int_equal(show(scene, "enrol"), 200);
    assert_int_equal(act(scene, "enrol-start", ""), 400); /* there is no code */
    assert_int_equal(act(scene, "enrol-code", "\"text\":\"" CODE "\""), 200);
    assert_shown(scene,
                 "\"url\":\"https://tickets.example\",\"host\":\"tickets.example\","
                 "\"secure\":true");
    assert_int_equal(scene->enrols, 0);
    assert_int_equal(act(scene, "enrol-start", ""), 200);
    assert_string_equal(scene->code.token, "s3cret");
    assert_false(scene->code.again);
    assert_shown(scene, "\"state\":\"asking\"");
    assert_false(corner_shows(scene->corner, "\"host\""));
    scene->enrolment = (struct uplink_enrolment){ .failure = ENROL_FINE };
    enrolled(scene);
    wait_ms(scene, 250);
    assert_shown(scene, "\"state\":\"done\"");
    assert_shown(scene, "\"device\":\"North door\"");
    assert_audited(scene, "staff:wang enrol url=https://tickets.example\n", true);
    assert_audited(scene, "s3cret", false);
}

static void
a_refusal_is_shown_with_its_words_until_the_next_code(void **state)
{
    struct scene *scene = *state;
    log_in_as(scene, "wang");
    act(scene, "enrol-code", "\"text\":\"" CODE "\"");
    act(scene, "enrol-start", "");
    scene->enrolment =
        (struct uplink_enrolment){ .failure = ENROL_REFUSED, .text = "used already" };
    wait_ms(scene, 250);
    assert_shown(scene, "\"state\":\"refused\",\"failure\":\"refused\","
                        "\"text\":\"used already\"");
    assert_int_equal(act(scene, "enrol-code", "\"text\":\"" CODE "\""), 200);
    assert_shown(scene, "\"state\":\"none\"");
    assert_int_equal(act(scene, "enrol-back", ""), 200);
    assert_false(corner_shows(scene->corner, "\"host\""));
}

static void
what_is_no_code_is_said_and_the_one_before_is_forgotten(void **state)
{
    struct scene *scene = *state;
    log_in_as(scene, "wang");
    act(scene, "enrol-code", "\"text\":\"" CODE "\"");
    assert_int_equal(act(scene, "enrol-code", "\"text\":\"CITEC-1234\""), 400);
    assert_shown(scene, "\"problem\":\"unreadable\"");
    assert_false(corner_shows(scene->corner, "\"host\""));
    assert_int_equal(act(scene, "enrol-code",
                         "\"text\":\"{\\\"handshake_version\\\":9,\\\"url\\\":"
                         "\\\"https://x.example\\\",\\\"token\\\":\\\"t\\\"}\""),
                     400);
    assert_shown(scene, "\"problem\":\"newer\"");
    assert_int_equal(act(scene, "enrol-start", ""), 400);
}

static void
an_address_that_is_not_safe_is_told_as_such(void **state)
{
    struct scene *scene = *state;
    log_in_as(scene, "wang");
    act(scene, "enrol-code",
        "\"text\":\"{\\\"handshake_version\\\":1,\\\"url\\\":\\\"http://"
        "10.0.0.7:81/x\\\",\\\"token\\\":\\\"t\\\"}\"");
    assert_shown(scene, "\"host\":\"10.0.0.7:81\",\"secure\":false");
}

static void
a_code_from_the_scanner_goes_to_who_awaits_it(void **state)
{
    struct scene *scene = *state;
    static const char code[] = "{\"handshake_version\":1,\"url\":\"https://b.example\","
                               "\"token\":\"t\"}";
    log_in_as(scene, "wang");
    assert_false(api_take_code(scene->corner->api, code, sizeof code - 1));
    show(scene, "enrol");
    assert_false(api_take_code(scene->corner->api, "T-ANA", 5)); /* a guest's */
    uint64_t since = corner_staff(scene->corner)->since;
    assert_true(api_take_code(scene->corner->api, code, sizeof code - 1));
    assert_shown(scene, "\"host\":\"b.example\"");
    assert_true(corner_staff(scene->corner)->since > since);
    show(scene, "find"); /* who turns away confirms nothing later */
    show(scene, "enrol");
    assert_false(corner_shows(scene->corner, "\"host\""));
}

/* Only after a supervisor said so, only once, and only the code right behind it. */
static void
a_badge_key_is_taken_when_a_supervisor_awaits_it(void **state)
{
    struct scene *scene = *state;
    char line[BADGEKEY_TEXT_MAX + 1], audited[128], seed[2 * SIGNATURE_SEED_BYTES + 1];
    struct badgekeys keys;
    struct db *db = scene->corner->door.db;
    assert_ok(badgekey_make(db, "citec", &random_system, err));
    assert_ok(badgekey_export(db, "citec", line, err));
    assert_ok(badgekey_remove(db, "citec", err));

    log_in_as(scene, "li");
    assert_int_equal(act(scene, "key-wait", ""), 403);
    log_in_as(scene, "wang");
    assert_false(api_take_code(scene->corner->api, line, strlen(line)));
    assert_int_equal(act(scene, "key-wait", ""), 200);
    assert_shown(scene, "\"key\":\"key-wait\"");
    show(scene, "find");
    assert_false(api_take_code(scene->corner->api, line, strlen(line)));
    act(scene, "key-wait", "");
    assert_true(api_take_code(scene->corner->api, "T-ANA", 5));
    assert_shown(scene, "badge key: want the line");
    act(scene, "key-wait", "");
    assert_true(api_take_code(scene->corner->api, line, strlen(line)));
    assert_shown(scene, "\"key\":\"key-taken\",\"text\":\"citec\"");
    assert_ok(badgekey_of(db, "citec", &keys, err));
    assert_int_equal(keys.count, 1);
    assert_audited(scene, "staff:wang key import event=citec", true);
    snprintf(audited, sizeof audited, "event=citec key=%s\n", keys.prints[0]);
    assert_audited(scene, audited, true);
    assert_audited(scene, strchr(line, ':'), false);
    str_copy(seed, sizeof seed, line + strlen("YLKEY1:citec:"));
    assert_int_equal(strlen(seed), sizeof seed - 1);
    assert_audited(scene, seed, false);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(only_a_supervisor_sees_the_enrolment),
        scene_test(a_code_is_read_confirmed_and_followed_to_its_end),
        scene_test(a_refusal_is_shown_with_its_words_until_the_next_code),
        scene_test(what_is_no_code_is_said_and_the_one_before_is_forgotten),
        scene_test(an_address_that_is_not_safe_is_told_as_such),
        scene_test(a_badge_key_is_taken_when_a_supervisor_awaits_it),
        scene_test(a_code_from_the_scanner_goes_to_who_awaits_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
