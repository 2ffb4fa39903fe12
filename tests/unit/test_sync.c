#include "sync/sync.h"

#include "store/given.h"
#include "syncing.h"

/* ---- runs
 * ---------------------------------------------------------------------------------
 */

static void
a_run_uploads_then_tells_its_version_then_downloads(void **state)
{
    struct scene *scene = *state;
    struct sync_status status;
    int64_t id = add_entry(scene);
    sync_start(scene->sync);
    turn(scene, 10);
    assert_true(find(scene, "redeem") >= 0);
    turn(scene, 3000);
    assert_int_equal(the_pull->runs, 0); /* it waits for the upload */
    assert_int_equal(find(scene, "device/update"), -1);
    answer(scene, "redeem", 201, "{\"status\":\"ok\"}");
    turn(scene, 1100);
    assert_int_equal(serving_row(&scene->serving, id).state, OUTBOX_SENT);
    answer(scene, "device/update", 200, DEVICE);
    turn(scene, 10);
    assert_int_equal(the_pull->runs, 1);
    assert_int_equal(the_pull->count, 1);
    assert_string_equal(the_pull->events[0], "dummy");
    sync_status(scene->sync, &status);
    assert_true(status.running);
    assert_string_equal(status.account.token, "");
    end_pull(API_OK);
    turn(scene, SYNC_DOWNLOAD_MS - 2000);
    assert_int_equal(the_pull->runs, 1);
    turn(scene, 4000);
    assert_int_equal(the_pull->runs, 2); /* the version is told once */
    end_pull(API_OK);
    answer(scene, "/version", 200, "{}");
}

static bool
count_given(const struct roster_answer *answer, void *self)
{
    (void)answer;
    ++*(unsigned *)self;
    return true;
}

static unsigned
given(struct scene *scene)
{
    unsigned count = 0;
    assert_ok(given_each(scene->serving.store.db, "TICKETA", count_given, &count, err));
    return count;
}

static void
put_answer(struct scene *scene)
{
    struct roster_answer answer = { 5, "1" };
    struct roster_row row = store_row("dummy", "TICKETA", "secret-a", "Wei Zhang");
    str_copy(row.ticket.ref, sizeof row.ticket.ref, "TICKETA");
    row.answers = &answer;
    row.answer_count = 1;
    store_put(&scene->serving.store, &row);
}

/* The run that uploads it, and a download that fails behind that, show nothing yet. */
static void
an_answer_given_at_the_door_is_kept_until_a_later_download_brings_it(void **state)
{
    struct scene *scene = *state;
    struct db *db = scene->serving.store.db;
    run_through(scene);
    assert_ok(db_begin(db, err));
    assert_ok(given_keep(db, "TICKETA", 5, "1", err));
    assert_ok(db_commit(db, err));
    add_entry(scene);
    put_answer(scene);
    sync_now(scene->sync, false, NULL, NULL);
    turn(scene, 16500); /* the download goes on before the upload was answered */
    assert_int_equal(the_pull->runs, 2);
    answer(scene, "redeem", 201, "{\"status\":\"ok\"}");
    turn(scene, 1100);
    end_pull(API_OK);
    assert_int_equal(given(scene), 1);

    sync_now(scene->sync, false, NULL, NULL);
    turn(scene, 10);
    end_pull(API_SILENT);
    assert_int_equal(given(scene), 1);

    sync_now(scene->sync, false, NULL, NULL);
    turn(scene, 10);
    assert_int_equal(the_pull->runs, 4);
    end_pull(API_OK);
    assert_int_equal(given(scene), 0);
}

static void
an_upload_that_hangs_does_not_hold_the_download_for_ever(void **state)
{
    struct scene *scene = *state;
    add_entry(scene);
    sync_start(scene->sync);
    turn(scene, 16500);
    answer(scene, "device/update", 200, DEVICE);
    turn(scene, 10);
    assert_int_equal(the_pull->runs, 1);
}

static void
a_run_that_failed_is_tried_again_sooner_but_not_at_once(void **state)
{
    struct scene *scene = *state;
    run_through(scene);
    sync_now(scene->sync, false, on_end, scene);
    turn(scene, 10);
    end_pull(API_SILENT);
    assert_int_equal(scene->ended, 1);
    assert_false(scene->ok);
    turn(scene, 28000);
    assert_int_equal(the_pull->runs, 2);
    turn(scene, 4000);
    assert_int_equal(the_pull->runs, 3);
    sync_now(scene->sync, true, on_end, scene);
    sync_now(scene->sync, false, on_end, scene);
    end_pull(API_OK);
    assert_int_equal(scene->ended, 3);
    assert_true(scene->ok);
}

static void
without_configured_events_the_role_decides_then_the_live_ones(void **state)
{
    struct scene *scene = *state;
    struct role role = { .list_count = 2 };
    scene->setting.event_count = 0;
    open_sync(scene);
    sync_start(scene->sync);
    turn(scene, 10);
    answer(scene, "/version", 200, "{}");
    turn(scene, 1000);
    answer(scene, "device/update", 200, DEVICE);
    turn(scene, 10);
    answer(scene, "organizers/dummy/events/", 200,
           "{\"next\":\"https://t.example/api/v1/organizers/dummy/events/?page=2\","
           "\"results\":[{\"slug\":\"one\",\"live\":true,\"date_from\":"
           "\"2026-11-24T00:00:00Z\"},{\"slug\":\"draft\",\"live\":false},"
           "{\"slug\":\"old\",\"live\":true,\"date_from\":\"2025-01-01T00:00:00Z\"}]}");
    answer(scene, "?page=2", 200,
           "{\"next\":\"https://evil.example/x\",\"results\":[{\"slug\":\"two\","
           "\"live\":true,\"date_from\":\"2026-12-24T00:00:00Z\"}]}");
    turn(scene, 10);
    assert_int_equal(the_pull->count, 2);
    assert_string_equal(the_pull->events[0], "one");
    assert_string_equal(the_pull->events[1], "two");
    end_pull(API_OK);

    serving_put_event(&scene->serving, "fair", "csv");
    str_copy(role.lists[0].event, sizeof role.lists[0].event, "fair");
    str_copy(role.lists[1].event, sizeof role.lists[1].event, "three");
    sync_set_role(scene->sync, &role);
    turn(scene, 1100);
    assert_int_equal(the_pull->count, 1);
    assert_string_equal(the_pull->events[0], "three");
}

/* ---- the copy, the selection
 * ------------------------------------------------------------------
 */

static void
a_copy_grows_old_and_is_fresh_again(void **state)
{
    struct scene *scene = *state;
    struct db *db = scene->serving.store.db;
    struct sync_status status;
    run_through(scene);
    assert_int_equal(scene->rosters, 1); /* never whole: old */
    assert_ok(roster_begin(db, err));
    assert_ok(roster_set_complete(db, clock_utc_ms(&scene->serving.hand.clock), err));
    assert_ok(roster_commit(db, err));
    turn(scene, 6000);
    assert_int_equal(scene->rosters, 2);
    sync_set_hard_offline(scene->sync, true);
    turn(scene, SYNC_OLD_MS + 6000);
    assert_int_equal(scene->rosters, 3);
    sync_status(scene->sync, &status);
    assert_true(status.old);
    assert_true(status.age_ms > SYNC_OLD_MS);
}

static void
the_role_follows_what_the_server_selects(void **state)
{
    struct scene *scene = *state;
    struct role role = { .list_count = 1 };
    scene->setting.follow_selection = true;
    open_sync(scene);
    str_copy(role.lists[0].event, sizeof role.lists[0].event, "dummy");
    str_copy(role.lists[0].list, sizeof role.lists[0].list, "2");
    sync_set_role(scene->sync, &role);
    sync_start(scene->sync);
    turn(scene, 10);
    answer(scene, "/version", 200, "{}");
    turn(scene, 1000);
    answer(scene, "device/update", 200, DEVICE);
    turn(scene, 10);
    int at = find(scene, "eventselection");
    assert_true(at >= 0);
    assert_non_null(strstr(scene->serving.requests[at]->url,
                           "?current_event=dummy&current_subevent=9&"
                           "current_checkinlist=2"));
    answer(scene, "eventselection", 304, "");
    turn(scene, 10);
    assert_int_equal(scene->selections, 0);
    end_pull(API_OK);
    turn(scene, 62000);
    answer(scene, "eventselection", 404, "{\"detail\":\"Not found.\"}");
    assert_int_equal(scene->selections, 0);
    turn(scene, 62000);
    answer(scene, "eventselection", 200,
           "{\"event\":{\"slug\":\"dummy\",\"name\":\"x\"},\"subevent\":null,"
           "\"checkinlist\":1}");
    assert_int_equal(scene->selections, 1);
    assert_string_equal(scene->selection.list, "1");
    assert_string_equal(scene->selection.session, "");
    assert_true(scene->selection.known);
    turn(scene, 62000);
    answer(scene, "eventselection", 200,
           "{\"event\":{\"slug\":\"next\"},\"subevent\":4,\"checkinlist\":77}");
    assert_int_equal(scene->selections, 2);
    assert_false(scene->selection.known);
    turn(scene, 2000); /* its event is fetched at once */
    if (find(scene, "eventselection") >= 0)
        answer(scene, "eventselection", 304, "");
    turn(scene, 10);
    assert_int_equal(the_pull->count, 2);
    assert_string_equal(the_pull->events[1], "next");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        sync_test(a_run_uploads_then_tells_its_version_then_downloads),
        sync_test(an_answer_given_at_the_door_is_kept_until_a_later_download_brings_it),
        sync_test(an_upload_that_hangs_does_not_hold_the_download_for_ever),
        sync_test(a_run_that_failed_is_tried_again_sooner_but_not_at_once),
        sync_test(without_configured_events_the_role_decides_then_the_live_ones),
        sync_test(a_copy_grows_old_and_is_fresh_again),
        sync_test(the_role_follows_what_the_server_selects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
