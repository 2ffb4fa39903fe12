#include "sync/sync.h"

#include "store/given.h"
#include "syncing.h"

/* ---- the link
 * -------------------------------------------------------------------------------
 */

static void
two_failures_take_the_link_down_and_probes_bring_it_back(void **state)
{
    struct scene *scene = *state;
    const struct claim *claim = sync_claim(scene->sync);
    struct sync_status status;
    run_through(scene);
    assert_int_equal(scene->links, 1);
    assert_true(scene->up);
    assert_true(claim->asks(claim->self));
    add_entry(scene);
    sync_poke(scene->sync);
    fall_silent(scene, "redeem");
    assert_true(claim->asks(claim->self));
    turn(scene, 3000);
    while (find(scene, "redeem") >= 0)
        fall_silent(scene, "redeem");
    if (find(scene, "/version") >= 0)
        fall_silent(scene, "/version");
    assert_int_equal(scene->links, 2);
    assert_false(scene->up);
    assert_false(claim->asks(claim->self));
    sync_status(scene->sync, &status);
    assert_true(status.offline);
    assert_true(status.offline_since_ms > 0);
    for (unsigned i = 0; i < 400 && !scene->up; i++) {
        turn(scene, 100);
        if (find(scene, "/version") >= 0)
            answer(scene, "/version", 200, "{}");
        if (find(scene, "redeem") >= 0)
            answer(scene, "redeem", 201, "{\"status\":\"ok\"}");
    }
    assert_true(scene->up);
    assert_true(claim->asks(claim->self));
    sync_status(scene->sync, &status);
    assert_int_equal(status.offline_since_ms, 0);
    assert_int_equal(status.push.pending, 0);
}

static void
a_quiet_line_is_looked_at_now_and_then(void **state)
{
    struct scene *scene = *state;
    run_through(scene);
    turn(scene, 25000);
    assert_int_equal(scene->serving.open, 0);
    turn(scene, 8000);
    assert_true(find(scene, "/version") >= 0);
    fall_silent(scene, "/version");
    turn(scene, 6000);
    fall_silent(scene, "/version");
    assert_false(scene->up);
}

static void
staff_may_say_that_there_is_no_network(void **state)
{
    struct scene *scene = *state;
    const struct claim *claim = sync_claim(scene->sync);
    struct sync_status status;
    run_through(scene);
    add_entry(scene);
    sync_poke(scene->sync);
    assert_int_equal(scene->serving.open, 1);
    sync_set_hard_offline(scene->sync, true);
    assert_int_equal(scene->serving.open, 0);
    assert_false(scene->up);
    assert_false(claim->asks(claim->self));
    sync_poke(scene->sync);
    sync_now(scene->sync, false, on_end, scene);
    assert_int_equal(scene->ended, 1);
    assert_false(scene->ok);
    turn(scene, 600 * 1000);
    assert_int_equal(scene->serving.open, 0);
    assert_int_equal(the_pull->runs, 1);
    sync_status(scene->sync, &status);
    assert_true(status.hard);
    sync_set_hard_offline(scene->sync, false);
    assert_true(scene->up);
    turn(scene, 1000);
    answer(scene, "redeem", 201, "{\"status\":\"ok\"}");
}

static void
no_answer(const struct claim_answer *answer, void *self)
{
    (void)answer;
    (void)self;
    fail_msg("answered");
}

/* One guest has waited for nothing: a look soon after says whether the next one is
 * to be asked about. */
static void
after_a_guest_who_waited_a_probe_decides(void **state)
{
    struct scene *scene = *state;
    const struct claim *claim = sync_claim(scene->sync);
    struct claim_question question = {
        .event = "dummy", .list = "1", .ref = "TICKETA", .code = "secret-a"
    };
    run_through(scene);
    claim->ask(0, &question, no_answer, scene, claim->self);
    turn(scene, 800);
    claim->forget(0, claim->self);
    assert_false(claim->asks(claim->self));
    assert_true(scene->up);
    turn(scene, 2100);
    answer(scene, "/version", 200, "{}");
    assert_true(claim->asks(claim->self));

    claim->ask(0, &question, no_answer, scene, claim->self);
    turn(scene, 800);
    claim->forget(0, claim->self);
    turn(scene, 3100);
    fall_silent(scene, "/version");
    assert_false(claim->asks(claim->self));
    assert_false(scene->up);
}

/* Probes have become rare when an upload comes through: they look at once. */
static void
what_comes_through_brings_the_probes_back(void **state)
{
    struct scene *scene = *state;
    run_through(scene);
    turn(scene, 33000);
    for (unsigned i = 0; i < 5; i++) {
        fall_silent(scene, "/version");
        turn(scene, 31000);
    }
    fall_silent(scene, "/version"); /* the next one is half a minute away */
    assert_false(scene->up);
    turn(scene, 1000);
    assert_int_equal(find(scene, "/version"), -1);
    add_entry(scene);
    sync_poke(scene->sync);
    answer(scene, "redeem", 201, "{\"status\":\"ok\"}");
    turn(scene, 1000);
    answer(scene, "/version", 200, "{}");
}

static void
a_probe_comes_no_sooner_than_the_server_wants(void **state)
{
    struct scene *scene = *state;
    run_through(scene);
    turn(scene, 33000);
    serving_answer_at(
        &scene->serving, (unsigned)find(scene, "/version"),
        (struct serving_answer){ WIRE_OK, 429, "{\"detail\":\"x\"}", 60000 });
    turn(scene, 59000);
    assert_int_equal(find(scene, "/version"), -1);
    turn(scene, 2100);
    answer(scene, "/version", 200, "{}");
}

static void
the_servers_clock_is_compared_with_ours(void **state)
{
    struct scene *scene = *state;
    struct sync_status status;
    sync_start(scene->sync);
    turn(scene, 10);
    int at = find(scene, "/version");
    assert_true(at >= 0);
    scene->serving.requests[at]->date_ms =
        clock_utc_ms(&scene->serving.hand.clock) + 90 * 1000;
    answer(scene, "/version", 200, "{}");
    sync_status(scene->sync, &status);
    assert_in_range(status.clock_apart_ms, 90000, 90600);
    assert_true(status.heard_ms > 0);
}

/* ---- the account
 * ---------------------------------------------------------------------------
 */

static void
a_withdrawn_device_is_sealed_and_keeps_what_waits(void **state)
{
    struct scene *scene = *state;
    const struct claim *claim = sync_claim(scene->sync);
    struct account kept;
    struct sync_status status;
    run_through(scene);
    int64_t id = add_entry(scene);
    scene->ended = 0;
    sync_now(scene->sync, false, on_end, scene);
    unsigned before = scene->changed;
    answer(scene, "redeem", 401, "{\"detail\":\"Device access has been revoked.\"}");
    assert_true(scene->changed > before);
    turn(scene, 20);
    assert_int_equal(scene->ended, 1); /* who waited for this run is told */
    sync_status(scene->sync, &status);
    assert_true(status.sealed);
    assert_false(claim->asks(claim->self));
    unsigned asked = scene->serving.started;
    turn(scene, 3600 * 1000);
    sync_poke(scene->sync);
    sync_now(scene->sync, true, on_end, scene);
    assert_false(scene->ok);
    assert_int_equal(scene->serving.started, asked);
    assert_int_equal(serving_row(&scene->serving, id).state, OUTBOX_PENDING);
    assert_ok(account_load(scene->serving.store.db, &kept, err));
    assert_int_equal(kept.state, ACCOUNT_REVOKED);
    assert_true(kept.revoked_ms > 0);
    /* Enrolled again, it goes on. */
    assert_ok(enrol_start(sync_enrol(scene->sync), "https://t.example", "code", false,
                          NULL, NULL, err));
    answer(scene, "device/initialize", 200, DEVICE);
    answer(scene, "redeem", 201, "{\"status\":\"ok\"}");
    turn(scene, 1100);
    assert_int_equal(serving_row(&scene->serving, id).state, OUTBOX_SENT);
    sync_status(scene->sync, &status);
    assert_false(status.sealed);
}

static void
any_part_may_hear_of_the_withdrawal(void **state)
{
    static const char revoked[] = "{\"detail\":\"Device access has been revoked.\"}";
    for (unsigned i = 0; i < 3; i++) {
        setup(state);
        struct scene *scene = *state;
        struct sync_status status;
        const struct claim *claim = sync_claim(scene->sync);
        struct claim_question question = {
            .event = "dummy", .list = "1", .ref = "", .code = "secret-a"
        };
        run_through(scene);
        if (i == 0) {
            claim->ask(0, &question, NULL, NULL, claim->self);
            answer(scene, "redeem", 401, revoked);
        } else if (i == 1) {
            sync_now(scene->sync, false, NULL, NULL);
            turn(scene, 10);
            end_pull(API_REVOKED);
        } else {
            turn(scene, 32000);
            answer(scene, "/version", 401, revoked);
        }
        sync_status(scene->sync, &status);
        assert_true(status.sealed);
        teardown(state);
    }
}

static void
another_organisers_tickets_leave_with_the_account(void **state)
{
    struct scene *scene = *state;
    struct event event;
    bool found;
    run_through(scene);
    struct db *db = scene->serving.store.db;
    char kept[8];
    add_entry(scene);
    assert_ok(db_begin(db, err));
    assert_ok(given_keep(db, "TICKETA", 5, "1", err));
    assert_ok(db_commit(db, err));
    enrol_leave_behind(sync_enrol(scene->sync));
    serving_put_event(&scene->serving, "fair", "csv");
    for (int i = 0; i < 2 * ACCOUNT_EVENTS_MAX; i++) {
        char slug[16];
        snprintf(slug, sizeof slug, "day-%d", i);
        serving_put_event(&scene->serving, slug, "pretix");
    }
    assert_ok(enrol_start(sync_enrol(scene->sync), "https://other.example", "code",
                          true, NULL, NULL, err));
    answer(scene, "device/initialize", 200,
           "{\"organizer\":\"rivals\",\"device_id\":1,\"unique_serial\":\"S\","
           "\"api_token\":\"s3cret-2\"}");
    assert_ok(roster_event(scene->serving.store.db, "dummy", &found, &event, err));
    assert_false(found);
    assert_ok(roster_event(db, "day-31", &found, &event, err));
    assert_false(found);
    assert_ok(roster_event(scene->serving.store.db, "fair", &found, &event, err));
    assert_true(found);
    assert_ok(settings_get(db, "answer.TICKETA.5", kept, sizeof kept, err));
    assert_string_equal(kept, "");
    turn(scene, 2000);
    assert_int_equal(the_pull->runs, 2);
}

static void
a_station_without_an_account_asks_nothing(void **state)
{
    struct scene *scene = *state;
    struct account none = { .state = ACCOUNT_NONE };
    struct sync_status status;
    assert_ok(account_save(scene->serving.store.db, &none, err));
    open_sync(scene);
    sync_start(scene->sync);
    turn(scene, 600 * 1000);
    assert_int_equal(scene->serving.started, 0);
    assert_int_equal(scene->links, 0);
    sync_status(scene->sync, &status);
    assert_false(status.sealed || status.offline || status.old);
}

static void
what_the_server_says_of_the_device_is_kept(void **state)
{
    struct scene *scene = *state;
    struct pull_info info = { .gate_id = 4 };
    struct account kept;
    str_copy(info.name, sizeof info.name, "Door 3");
    str_copy(info.server, sizeof info.server, "2026.8.0");
    the_pull->info(&info, the_pull->info_self);
    assert_ok(account_load(scene->serving.store.db, &kept, err));
    assert_string_equal(kept.name, "Door 3");
    assert_string_equal(kept.server, "2026.8.0");
    assert_int_equal(kept.gate_id, 4);
    assert_string_equal(kept.token, "s3cret-token");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        sync_test(two_failures_take_the_link_down_and_probes_bring_it_back),
        sync_test(a_quiet_line_is_looked_at_now_and_then),
        sync_test(staff_may_say_that_there_is_no_network),
        sync_test(after_a_guest_who_waited_a_probe_decides),
        sync_test(what_comes_through_brings_the_probes_back),
        sync_test(a_probe_comes_no_sooner_than_the_server_wants),
        sync_test(the_servers_clock_is_compared_with_ours),
        sync_test(a_withdrawn_device_is_sealed_and_keeps_what_waits),
        cmocka_unit_test(any_part_may_hear_of_the_withdrawal),
        sync_test(another_organisers_tickets_leave_with_the_account),
        sync_test(a_station_without_an_account_asks_nothing),
        sync_test(what_the_server_says_of_the_device_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
