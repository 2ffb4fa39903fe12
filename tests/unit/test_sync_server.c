#include "sync/sync.h"

#include "stations.h"

#include "store/conflict.h"
#include "sync/pretix.h"

/* ---- the server's rows
 * ----------------------------------------------------------------- */

static struct json *
server_rows(struct scene *scene)
{
    struct json *answer;
    assert_ok(pretix_server_control(scene->server, "checkins", "{}", &answer, err));
    return answer;
}

/* Each door's time once, under nonces of their own, successful. */
static void
assert_each_once(struct scene *scene)
{
    struct json *answer = server_rows(scene);
    const struct json *rows = json_member(answer, "checkins");
    unsigned char *seen = calloc(scene->count, 1);
    assert_non_null(seen);
    assert_int_equal(json_count(rows), scene->count);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *at;
        int64_t at_us;
        bool good;
        assert_ok(json_text(row, "datetime", &at, err));
        assert_true(pretix_read_time(at, &at_us));
        assert_ok(json_bool(row, "successful", &good, err));
        assert_true(good);
        int64_t place = (at_us / 1000 - BEGAN_S * INT64_C(1000)) / 1009;
        assert_in_range(place, 0, scene->count - 1);
        assert_int_equal(at_us / 1000, door_ms((unsigned)place));
        assert_int_equal(seen[place], 0);
        seen[place] = 1;
    }
    free(seen);
    json_free(answer);
}

static void
assert_well_behaved(struct scene *scene)
{
    struct json *answer;
    const char *text = "";
    struct err ignored;
    assert_ok(pretix_server_control(scene->server, "complaints", "{}", &answer, err));
    const struct json *first = json_first(json_member(answer, "complaints"));
    if (first && json_text(first, "", &text, &ignored))
        fail_msg("the server complains: %s", text);
    json_free(answer);
}

/* ---- tests
 * ------------------------------------------------------------------------------ */

static void
a_thousand_entries_without_a_network_are_each_there_once(void **state)
{
    struct scene *scene = *state;
    struct sync_status status;
    download(scene, 1, TICKETS);
    let_all_in(scene, 1);
    sync_start(scene->stations[0].sync);
    sync_set_hard_offline(scene->stations[0].sync, false);
    wait_for(scene, all_is_sent);
    assert_each_once(scene);
    assert_well_behaved(scene);
    sync_status(scene->stations[0].sync, &status);
    assert_int_equal(status.push.sent, TICKETS);
    assert_int_equal(status.push.dead, 0);
    assert_int_equal(status.conflicts, 0);
}

static void
answers_that_are_lost_after_the_server_acted_make_nothing_twice(void **state)
{
    struct scene *scene = *state;
    static const char *const faults[] = {
        "{\"kind\":\"lost\",\"route\":\"redeem\",\"skip\":5,\"count\":2}",
        "{\"kind\":\"cut\",\"route\":\"redeem\",\"skip\":20,\"count\":1}",
        "{\"kind\":\"portal\",\"route\":\"redeem\",\"skip\":30,\"count\":1}",
        "{\"kind\":\"garbage\",\"route\":\"redeem\",\"skip\":40,\"count\":1}",
        "{\"kind\":\"status\",\"status\":503,\"route\":\"redeem\",\"skip\":50,"
        "\"count\":2}",
        "{\"kind\":\"status\",\"status\":500,\"route\":\"redeem\",\"skip\":60,"
        "\"count\":2}",
        "{\"kind\":\"reset\",\"route\":\"redeem\",\"skip\":70,\"count\":1}",
    };
    download(scene, 1, 100);
    let_all_in(scene, 1);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        tell(scene, "fault", faults[i]);
    sync_start(scene->stations[0].sync);
    sync_set_hard_offline(scene->stations[0].sync, false);
    wait_for(scene, all_is_sent);
    assert_each_once(scene);
    assert_well_behaved(scene);
}

static unsigned halfway;

static bool
half_is_there(struct scene *scene)
{
    struct json *answer = server_rows(scene);
    bool there = json_count(json_member(answer, "checkins")) >= halfway;
    json_free(answer);
    return there;
}

static void
a_program_that_stops_in_the_middle_goes_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    struct station *station = &scene->stations[0];
    download(scene, 1, 200);
    let_all_in(scene, 1);
    for (unsigned part = 1; part <= 3; part++) {
        sync_set_hard_offline(station->sync, false);
        sync_start(station->sync);
        halfway = part * 50;
        wait_for(scene, half_is_there);
        sync_destroy(station->sync);
        store_reopen(&station->store);
        open_sync(scene, 1);
    }
    sync_start(station->sync);
    wait_for(scene, all_is_sent);
    assert_each_once(scene);
}

static void
what_the_server_can_never_take_is_kept_with_its_words(void **state)
{
    struct scene *scene = *state;
    struct store *store = &scene->stations[0].store;
    struct sync_status status;
    struct outbox_row row;
    struct ticket ticket;
    bool found;
    char body[128];
    download(scene, 1, 3);
    let_all_in(scene, 1);
    sync_set_hard_offline(scene->stations[0].sync, false);
    sync_start(scene->stations[0].sync);
    wait_for(scene, all_is_sent);
    /* Cancelled at the server; this station does not know yet. */
    assert_ok(roster_by_ref(store->db, scene->refs[1], &found, &ticket, err));
    snprintf(body, sizeof body,
             "{\"op\":\"patch\",\"kind\":\"position\",\"id\":%lld,\"set\":"
             "{\"canceled\":true}}",
             (long long)ticket.origin.position);
    tell(scene, "step", body);
    assert_ok(db_begin(store->db, err));
    int64_t id = let_in(scene, 1, scene->refs[1], 7);
    let_in(scene, 1, scene->refs[2], 8);
    assert_ok(db_commit(store->db, err));
    sync_poke(scene->stations[0].sync);
    wait_for(scene, all_is_sent);
    sync_status(scene->stations[0].sync, &status);
    assert_int_equal(status.push.sent, 4);
    assert_int_equal(status.push.dead, 1);
    assert_ok(outbox_get(store->db, id, &found, &row, err));
    assert_int_equal(row.state, OUTBOX_DEAD);
    assert_string_equal(row.answer, "404 invalid");
}

static bool
keep_conflict(const struct conflict *conflict, void *self)
{
    *(struct conflict *)self = *conflict;
    return true;
}

static void
two_stations_apart_let_the_same_ticket_in_and_both_hear_of_it(void **state)
{
    struct scene *scene = *state;
    struct conflict a, b;
    download(scene, 1, 3);
    download(scene, 2, 3);
    for (unsigned number = 1; number <= 2; number++) {
        struct store *store = &scene->stations[number - 1].store;
        assert_ok(db_begin(store->db, err));
        let_in(scene, number, scene->refs[0], number); /* A first */
        let_in(scene, number, scene->refs[number], 9 + number);
        assert_ok(db_commit(store->db, err));
        sync_set_hard_offline(scene->stations[number - 1].sync, false);
        sync_start(scene->stations[number - 1].sync);
        run(scene, number);
    }
    struct sync_status status;
    sync_status(scene->stations[1].sync, &status);
    assert_int_equal(status.conflicts, 1);
    assert_ok(
        conflict_each(scene->stations[1].store.db, true, 0, 0, keep_conflict, &b, err));
    assert_string_equal(b.ref, scene->refs[0]);
    assert_string_equal(b.ours, "B");
    assert_string_equal(b.theirs, "device 1");
    assert_int_equal(b.ours_ms, door_ms(2));
    assert_int_equal(b.theirs_ms, door_ms(1));

    run(scene, 1); /* the earlier one hears of it with the orders */
    sync_status(scene->stations[0].sync, &status);
    assert_int_equal(status.conflicts, 1);
    assert_ok(
        conflict_each(scene->stations[0].store.db, true, 0, 0, keep_conflict, &a, err));
    assert_string_equal(a.ref, scene->refs[0]);
    assert_string_equal(a.ours, "A");
    assert_string_equal(a.theirs, "device 2");
    assert_int_equal(a.theirs_ms, door_ms(2));
    run(scene, 1);
    run(scene, 2);
    sync_status(scene->stations[0].sync, &status);
    assert_int_equal(status.conflicts, 1);
    sync_status(scene->stations[1].sync, &status);
    assert_int_equal(status.conflicts, 1);
}

static bool
one_is_there(struct scene *scene)
{
    halfway = 1;
    return half_is_there(scene);
}

static void
never(const struct claim_answer *answer, void *self)
{
    (void)answer, (void)self;
    fail_msg("forgotten, and answered all the same");
}

/* The guest is asked about, the answer comes too late, the copy admits: one entry. */
static void
a_late_answer_and_the_upload_are_one_entry(void **state)
{
    struct scene *scene = *state;
    struct station *station = &scene->stations[0];
    struct store *store = &station->store;
    struct claim_question question = { .event = "demo", .list = "1", .code = "" };
    struct outbox_row row;
    bool found;
    download(scene, 1, 1);
    sync_set_hard_offline(station->sync, false);
    assert_ok(db_begin(store->db, err));
    int64_t id = let_in(scene, 1, scene->refs[0], 0);
    assert_ok(db_commit(store->db, err));
    assert_ok(outbox_get(store->db, id, &found, &row, err));
    memcpy(question.nonce, row.nonce, sizeof question.nonce);
    question.ref = scene->refs[0];
    question.at_ms = door_ms(0);
    tell(scene, "fault", "{\"kind\":\"silence\",\"route\":\"nothing\"}");
    tell(scene, "fault", "{\"kind\":\"delay\",\"seconds\":30,\"route\":\"redeem\"}");
    const struct claim *claim = sync_claim(station->sync);
    assert_true(claim->asks(claim->self));
    claim->ask(0, &question, never, scene, claim->self);
    wait_for(scene, one_is_there); /* the server has let the guest in */
    claim->forget(0, claim->self);
    sync_start(station->sync);
    wait_for(scene, all_is_sent);
    assert_each_once(scene);
    assert_ok(outbox_get(store->db, id, &found, &row, err));
    assert_int_equal(row.state, OUTBOX_SENT);
}

static bool
copy_is_whole(struct scene *scene)
{
    struct sync_status status;
    sync_status(scene->stations[0].sync, &status);
    return status.pull.last_ok_ms > 0 && !status.running;
}

static bool
is_sealed(struct scene *scene)
{
    struct sync_status status;
    sync_status(scene->stations[0].sync, &status);
    return status.sealed;
}

static void
on_enrolled(bool ok, const char *text, void *self)
{
    struct station *station = self;
    if (!ok)
        fail_msg("%s", text);
    station->ended = true;
}

static void
the_organisers_code_starts_all_and_their_word_ends_it(void **state)
{
    struct scene *scene = *state;
    struct station *station = &scene->stations[0];
    struct roster_age age;
    struct account kept;
    char first[ACCOUNT_TOKEN_MAX + 1];
    tell(scene, "bulk", "{\"event\":\"demo\",\"orders\":5,\"items\":[1]}");
    tell(scene, "load",
         "{\"load\":[{\"kind\":\"device\",\"object\":{\"id\":3,"
         "\"initialization_token\":\"kpp4jn8g2ynzonp6\"}}]}");
    open_station(scene, 1);
    forget_account(scene, 1);
    sync_start(station->sync);
    station->waiting = true;
    assert_ok(enrol_start(sync_enrol(station->sync), pretix_server_url(scene->server),
                          "kpp4jn8g2ynzonp6", false, on_enrolled, station, err));
    wait_for(scene, runs_have_ended);
    wait_for(scene, copy_is_whole);
    assert_ok(roster_age(station->store.db, &age, err));
    assert_int_equal(age.tickets, 5);
    assert_ok(account_load(station->store.db, &kept, err));
    assert_int_equal(kept.device_id, 3);
    assert_string_equal(kept.server, "2026.8.0");
    str_copy(first, sizeof first, kept.token);

    station->ended = false;
    assert_ok(enrol_roll(sync_enrol(station->sync), on_enrolled, station, err));
    wait_for(scene, runs_have_ended);
    assert_ok(account_load(station->store.db, &kept, err));
    assert_string_not_equal(kept.token, first);
    run(scene, 1); /* by the new token */
    assert_well_behaved(scene);

    tell(scene, "step", "{\"op\":\"server_device\",\"id\":3,\"state\":\"revoked\"}");
    sync_now(station->sync, false, NULL, NULL);
    wait_for(scene, is_sealed);
    assert_ok(account_load(station->store.db, &kept, err));
    assert_int_equal(kept.state, ACCOUNT_REVOKED);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        server_test(a_thousand_entries_without_a_network_are_each_there_once),
        server_test(answers_that_are_lost_after_the_server_acted_make_nothing_twice),
        server_test(a_program_that_stops_in_the_middle_goes_on_where_it_was),
        server_test(what_the_server_can_never_take_is_kept_with_its_words),
        server_test(two_stations_apart_let_the_same_ticket_in_and_both_hear_of_it),
        server_test(a_late_answer_and_the_upload_are_one_entry),
        server_test(the_organisers_code_starts_all_and_their_word_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
