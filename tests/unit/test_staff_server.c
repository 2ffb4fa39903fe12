/* The ticketing server in the staff's corner: its card and its work lists. */

#include "at_server.h"

/* ---- the card --------------------------------------------------------------- */

static void
a_station_without_a_server_part_knows_no_server_screen(void **state)
{
    struct scene *scene = *state;
    api_destroy(scene->corner->api);
    struct uplink *uplink = scene->corner->uplink;
    scene->corner->uplink = NULL;
    corner_build_api(scene->corner);
    scene->corner->uplink = uplink;
    log_in_as(scene, "wang");
    assert_false(corner_shows(scene->corner, "\"server\":{"));
    assert_int_equal(show(scene, "server"), 404);
    assert_int_equal(act(scene, "server-now", ""), 404);
    assert_int_equal(act(scene, "enrol-code", "\"text\":\"x\""), 404);
    assert_int_equal(act(scene, "enrol-start", ""), 404);
}

static void
the_card_tells_who_we_are_there_and_how_it_stands(void **state)
{
    struct scene *scene = *state;
    enrolled(scene);
    scene->status.push.pending = 3;
    scene->status.push.dead = 2;
    scene->status.conflicts = 1;
    uplink_look(scene->corner->uplink);
    log_in_as(scene, "ana");
    assert_shown(scene, "\"conflicts\":1,\"dead\":2}"); /* badges, on every screen */
    assert_int_equal(show(scene, "server"), 200);
    assert_shown(scene, "\"link\":\"online\"");
    assert_shown(scene,
                 "\"organizer\":\"citec\",\"device\":\"North door\",\"number\":7");
    assert_shown(scene, "\"upload\":{\"waiting\":3,\"held\":0,\"dead\":2");
    assert_false(corner_shows(scene->corner, "s3cret"));

    uint64_t seq = corner_staff(scene->corner)->seq;
    wait_ms(scene, 1000);
    assert_int_equal(corner_staff(scene->corner)->seq, seq); /* nothing happened */
    scene->status.pull = (struct pull_status){
        .phase = PULL_ORDERS, .first_load = true, .done = 12400, .total = 100000
    };
    wait_ms(scene, 1000);
    assert_shown(scene, "\"phase\":\"orders\"");
    assert_shown(scene, "\"done\":12400,\"total\":100000");
}

static void
the_most_urgent_trouble_comes_first(void **state)
{
    (void)state;
    static const struct {
        struct sync_status status;
        const char *trouble;
    } cases[] = {
        { { .age_ms = 1 }, "" },
        { { .sealed = true, .offline = true }, "sealed" },
        { { .pull = { .suspicious = true }, .offline = true }, "suspicious" },
        { { .push = { .locked = true, .hold = 4 } }, "locked" },
        { { .hard = true, .offline = true }, "by-hand" },
        { { .offline = true, .old = true }, "silent" },
        { { .push = { .hold = 4 } }, "held" },
        { { .pull = { .trouble = "500" }, .old = true }, "download" },
        { { .push = { .trouble = "500" } }, "upload" },
        { { .pull = { .bad = 2 } }, "bad" },
        { { .old = true, .clock_apart_ms = 9000 }, "old" },
        { { .clock_apart_ms = -2001 }, "clock" },
        { { .clock_apart_ms = 2000 }, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sync_status status = cases[i].status;
        status.account.state = ACCOUNT_ACTIVE;
        assert_string_equal(uplink_trouble(&status), cases[i].trouble);
        status.account.state = ACCOUNT_NONE;
        status.sealed = false;
        assert_string_equal(uplink_trouble(&status), "");
    }
}

static void
a_first_load_is_one_from_its_first_question_on(void **state)
{
    (void)state;
    struct sync_status status = { .running = true, .age_ms = -1 };
    assert_false(uplink_is_loading(&status)); /* no account */
    status.account.state = ACCOUNT_ACTIVE;
    assert_true(uplink_is_loading(&status));
    status.running = false;
    assert_false(uplink_is_loading(&status));
    status.pull = (struct pull_status){ .phase = PULL_ORDERS, .first_load = true };
    assert_true(uplink_is_loading(&status));
    status.pull.first_load = false; /* a delta */
    assert_false(uplink_is_loading(&status));
}

static void
who_may_asks_now_and_goes_offline_and_it_is_audited(void **state)
{
    struct scene *scene = *state;
    enrolled(scene);
    uplink_look(scene->corner->uplink);
    log_in_as(scene, "ana");
    assert_int_equal(act(scene, "server-now", ""), 403);
    assert_int_equal(act(scene, "server-offline", "\"offline\":true"), 403);
    log_in_as(scene, "li");
    assert_int_equal(act(scene, "server-now", ""), 200);
    assert_int_equal(act(scene, "server-full", ""), 403);
    assert_int_equal(scene->nows, 1);
    assert_audited(scene, "staff:li sync now", true);
    assert_int_equal(act(scene, "server-offline", ""), 400);
    assert_int_equal(act(scene, "server-offline", "\"offline\":true"), 200);
    assert_audited(scene, "staff:li sync offline", true);
    show(scene, "server");
    assert_shown(scene, "\"link\":\"by-hand\"");
    assert_int_equal(act(scene, "server-now", ""), 409);
    assert_int_equal(act(scene, "server-offline", "\"offline\":false"), 200);
    assert_audited(scene, "staff:li sync online", true);
    assert_shown(scene, "\"link\":\"online\"");
    log_in_as(scene, "wang");
    assert_int_equal(act(scene, "server-full", ""), 200);
    assert_int_equal(scene->fulls, 1);
}

static void
a_server_is_believed_only_where_it_was_doubted_and_by_a_supervisor(void **state)
{
    struct scene *scene = *state;
    enrolled(scene);
    uplink_look(scene->corner->uplink);
    log_in_as(scene, "wang");
    assert_int_equal(act(scene, "server-believe", ""), 400);
    scene->status.pull.suspicious = true;
    uplink_look(scene->corner->uplink);
    log_in_as(scene, "li");
    assert_int_equal(act(scene, "server-believe", ""), 403);
    log_in_as(scene, "wang");
    assert_int_equal(act(scene, "server-believe", ""), 200);
    assert_int_equal(scene->believed, 1);
    assert_audited(scene, "staff:wang sync believe", true);
}

/* ---- work lists ------------------------------------------------------------- */

static int64_t
add_conflict(struct scene *scene, const char *code)
{
    struct db *db = scene->corner->door.db;
    bool made;
    struct conflict conflict = { .event = "citec",
                                 .list = "main",
                                 .ours = "A",
                                 .theirs = "Door 2",
                                 .gate = "South",
                                 .ours_ms = 5000,
                                 .theirs_ms = 7000,
                                 .found_ms = 9000 };
    str_copy(conflict.ref, sizeof conflict.ref, door_ref(&scene->corner->door, code));
    assert_ok(db_begin(db, err));
    assert_ok(conflict_add(db, &conflict, &made, err));
    assert_ok(db_commit(db, err));
    return conflict.id;
}

static void
a_conflict_is_shown_with_both_doors_and_dealt_with_once(void **state)
{
    struct scene *scene = *state;
    char more[48];
    snprintf(more, sizeof more, "\"id\":%lld", (long long)add_conflict(scene, "T-ANA"));
    log_in_as(scene, "ana");
    assert_int_equal(show(scene, "conflicts"), 200);
    assert_shown(scene, "\"name\":\"Ана Жижић\",\"list\":\"Main hall\",\"ours\":\"A\","
                        "\"ours_ms\":5000,\"theirs\":\"Door 2\",\"gate\":\"South\","
                        "\"theirs_ms\":7000");
    assert_int_equal(act(scene, "conflict-done", more), 403);
    log_in_as(scene, "li");
    show(scene, "conflicts");
    assert_int_equal(act(scene, "conflict-done", more), 200);
    assert_shown(scene, "\"rows\":[]");
    assert_audited(scene, "staff:li conflict done conflict=", true);
    assert_int_equal(act(scene, "conflict-done", "\"id\":99"), 404);
    assert_audited(scene, "conflict=99", false);
}

static int64_t
kill_newest(struct scene *scene)
{
    struct db *db = scene->corner->door.db;
    struct outbox_row row;
    bool found;
    int64_t id = 0;
    do
        assert_ok(outbox_get(db, id + 1, &found, &row, err));
    while (found && ++id);
    assert_ok(outbox_get(db, id, &found, &row, err));
    str_copy(row.answer, sizeof row.answer, "Ticket <b>cancelled</b>");
    assert_ok(db_begin(db, err));
    assert_ok(outbox_move(db, &row, OUTBOX_DEAD, err));
    assert_ok(db_commit(db, err));
    return id;
}

static void
what_the_server_will_not_take_names_its_guest_and_its_words(void **state)
{
    struct scene *scene = *state;
    char more[48];
    enrolled(scene);
    uplink_look(scene->corner->uplink);
    door_scan(&scene->corner->door, "T-ANA");
    int64_t id = kill_newest(scene);
    snprintf(more, sizeof more, "\"id\":%lld", (long long)id);
    log_in_as(scene, "li");
    assert_int_equal(show(scene, "dead"), 200);
    assert_shown(scene, "\"what\":\"entry\"");
    assert_shown(scene, "\"name\":\"Ана Жижић\",\"list\":\"Main hall\"");
    assert_shown(scene, "\"answer\":\"Ticket <b>cancelled</b>\"");
    assert_int_equal(act(scene, "outbox-retry", more), 200);
    assert_int_equal(scene->retried, id);
    assert_string_equal(scene->who, "staff:li");
    assert_int_equal(act(scene, "outbox-retry", "\"id\":0"), 200);
    assert_int_equal(scene->retried, 0);
    assert_audited(scene, "staff:li outbox retry all", true);
    log_in_as(scene, "ana");
    assert_int_equal(act(scene, "outbox-retry", "\"id\":0"), 403);
    assert_int_equal(scene->retries, 2);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(a_station_without_a_server_part_knows_no_server_screen),
        scene_test(the_card_tells_who_we_are_there_and_how_it_stands),
        cmocka_unit_test(the_most_urgent_trouble_comes_first),
        cmocka_unit_test(a_first_load_is_one_from_its_first_question_on),
        scene_test(who_may_asks_now_and_goes_offline_and_it_is_audited),
        scene_test(a_server_is_believed_only_where_it_was_doubted_and_by_a_supervisor),
        scene_test(a_conflict_is_shown_with_both_doors_and_dealt_with_once),
        scene_test(what_the_server_will_not_take_names_its_guest_and_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
