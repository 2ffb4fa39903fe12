#include "pull_hand.h"

#include "store/roster_build.h"

/* The download against a server played by hand. */

/* ---- silence, haste, old pages
 * ----------------------------------------------------------- */

static void
a_first_load_bears_a_minute_of_silence_and_keeps_what_came(void **state)
{
    struct hand *hand = *state;
    hand->silent_orders = true;
    hand->silent_from = 3;
    assert_int_equal(run(hand, false), API_SILENT);
    assert_int_equal(pulling_tickets(&hand->base), 8);
    char value[CATALOG_MARK_MAX + 1];
    assert_ok(catalog_mark(hand->base.store.db, "demo", "orders.state", value, err));
    assert_string_equal(value, "incomplete:2026-05-01T10:07:00Z");
    struct roster_age age;
    assert_ok(roster_age(hand->base.store.db, &age, err));
    assert_int_equal(age.complete_ms, 0);
    hand->silent_orders = false;
    hand->generated = "2026-06-01T13:00:00Z";
    assert_runs(hand);
    assert_non_null(strstr(hand->urls, "created_since=2026-05-01T10%3A07%3A00Z"));
    assert_int_equal(pulling_tickets(&hand->base), 10);
    assert_ok(
        catalog_mark(hand->base.store.db, "demo", "orders.generated", value, err));
    assert_string_equal(value, "2026-06-01T12:00:00Z");
    assert_runs(hand);
    assert_non_null(strstr(hand->urls, "modified_since=2026-06-01T12%3A00%3A00Z"));
}

static void
who_is_told_to_wait_waits(void **state)
{
    struct hand *hand = *state;
    hand->broken_status = 429;
    hand->broken_body = "{\"detail\":\"throttled\"}";
    hand->retry_after_ms = 30000;
    begin(hand, "demo", NULL, false);
    for (int i = 0; i < 200 && hand->asked_orders == 0; i++)
        hand_loop_turn(&hand->loop, 5);
    assert_int_equal(hand->asked_orders, 1);
    hand_loop_turn(&hand->loop, 29000);
    assert_int_equal(hand->asked_orders, 1);
    hand->broken_status = 0;
    for (int i = 0; i < 2000 && !hand->base.ended; i++)
        hand_loop_turn(&hand->loop, 5);
    assert_true(hand->base.ended);
    assert_int_equal(hand->base.result, API_OK);
}

static void
an_old_page_replayed_is_not_believed(void **state)
{
    struct hand *hand = *state;
    assert_runs(hand);
    hand->orders = 5;
    hand->changed = 0;
    hand->generated = "2026-06-01T11:00:00Z";
    assert_int_equal(run(hand, false), API_NOT_HERE);
    assert_non_null(strstr(hand->base.status.trouble, "older than the last one"));
    assert_int_equal(pulling_tickets(&hand->base), 10);
    hand->orders = 10;
    hand->generated = "2026-06-01T12:30:00Z";
    assert_runs(hand); /* all anew, to be sure */
    assert_null(strstr(hand->urls, "modified_since"));
    assert_int_equal(pulling_tickets(&hand->base), 10);
}

static void
the_next_page_is_fetched_at_home_whatever_it_is_called(void **state)
{
    struct hand *hand = *state;
    hand->next_host = "http://inside.invalid:8080"; /* `start` looks at the token */
    assert_runs(hand);
    assert_int_equal(pulling_tickets(&hand->base), 10);
    assert_null(strstr(hand->urls, "inside.invalid"));
}

/* ---- denied
 * --------------------------------------------------------------------------------- */

static void
a_revoked_device_hears_so_and_keeps_its_roster(void **state)
{
    struct hand *hand = *state;
    assert_runs(hand);
    hand->broken_status = 401;
    hand->broken_body = "{\"detail\":\"Device access has been revoked.\"}";
    assert_int_equal(run(hand, false), API_REVOKED);
    assert_int_equal(hand->asked_orders, 1);
    assert_int_equal(pulling_tickets(&hand->base), 10);
}

static void
a_denied_event_goes_only_if_a_whole_answer_says_so(void **state)
{
    struct hand *hand = *state;
    hand->orders = 30;
    assert_runs(hand);
    hand->demo_denied = true;
    hand->demo_listed = true;
    assert_int_equal(run(hand, false), API_LOCKED);
    assert_int_equal(pulling_tickets(&hand->base), 30);
    hand->demo_listed = false;
    assert_int_equal(run(hand, false), API_REFUSED);
    pull_status(hand->base.pull, &hand->base.status);
    assert_true(hand->base.status.suspicious);
    assert_int_equal(pulling_tickets(&hand->base), 30);
    pull_believe(hand->base.pull);
    assert_runs(hand);
    assert_int_equal(pulling_tickets(&hand->base), 0);
}

static void
a_profile_without_orders_is_not_asked_for_them(void **state)
{
    struct hand *hand = *state;
    hand->profile = "pretixscan_online_kiosk";
    assert_runs(hand);
    assert_int_equal(hand->asked_orders, 0);
    assert_null(strstr(hand->urls, "reusablemedia"));
    assert_string_equal(hand->base.info.gate, "West");
    assert_int_equal(hand->base.info.gate_id, 4);
    assert_string_equal(hand->base.info.server, "2026.8.0");
}

static void
no_lists_all_at_once_are_not_believed(void **state)
{
    struct hand *hand = *state;
    assert_runs(hand);
    hand->lists = "";
    assert_int_equal(run(hand, false), API_REFUSED);
    struct list list;
    bool found;
    assert_ok(roster_list(hand->base.store.db, "demo", "1", &found, &list, err));
    assert_true(found);
}

/* ---- badges
 * ------------------------------------------------------------------------------------
 */

static void
check_layout(struct hand *hand, int64_t product, int64_t layout)
{
    struct product row;
    bool found;
    assert_ok(catalog_product(hand->base.store.db, "demo", product, &found, &row, err));
    assert_true(found);
    assert_int_equal(row.layout, layout);
}

static void
picture_of(struct hand *hand, char name[ROSTER_TEXT_MAX + 1])
{
    struct str body;
    bool found;
    str_init(&body, CATALOG_LAYOUT_MAX);
    assert_ok(catalog_layout(hand->base.store.db, "demo", 7, &found, &body, name, err));
    assert_true(found);
    str_finish(&body);
}

static bool
is_file(struct hand *hand, const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/pictures/%s", hand->base.store.dir, name);
    return access(path, R_OK) == 0;
}

static void
layouts_come_with_their_backgrounds_once_and_old_ones_go(void **state)
{
    struct hand *hand = *state;
    char first[ROSTER_TEXT_MAX + 1], second[ROSTER_TEXT_MAX + 1], path[600];
    hand->layouts = "{\"id\":7,\"default\":true,\"layout\":[],"
                    "\"background\":\"https://home.example/media/picture1.pdf\"}";
    hand->badges = "{\"id\":1,\"item\":1,\"layout\":7},"
                   "{\"id\":2,\"item\":2,\"layout\":null}";
    assert_runs(hand);
    check_layout(hand, 1, 7);
    check_layout(hand, 2, CATALOG_LAYOUT_NONE);
    picture_of(hand, first);
    assert_true(first[0] != '\0' && is_file(hand, first));
    assert_runs(hand);
    assert_int_equal(hand->asked_pictures, 0);
    hand->layouts = "{\"id\":7,\"default\":true,\"layout\":[],"
                    "\"background\":\"https://elsewhere.example/picture2.pdf\"}";
    hand->badges = "{\"id\":2,\"item\":2,\"layout\":null}";
    assert_runs(hand);
    picture_of(hand, second);
    check_layout(hand, 1, CATALOG_LAYOUT_DEFAULT);
    assert_true(is_file(hand, second) && !is_file(hand, first));
    snprintf(path, sizeof path, "%s/pictures/%s", hand->base.store.dir, second);
    unlink(path);
}

static void
a_guest_is_of_the_kind_that_the_products_name_says(void **state)
{
    static const struct pretix_kind kinds[] = { { .name = "ticket", .kind = "vip" } };
    struct hand *hand = *state;
    pull_destroy(hand->base.pull);
    hand->base.setting.kinds = kinds;
    hand->base.setting.kind_count = 1;
    open_pull(hand);
    for (unsigned delta = 0; delta < 2; delta++) {
        struct ticket ticket;
        bool found;
        assert_runs(hand);
        assert_ok(roster_by_ref(hand->base.store.db, "REF0", &found, &ticket, err));
        assert_true(found);
        assert_string_equal(ticket.kind, "vip");
        hand->changed = 0;
    }
}

static void
a_badge_printed_elsewhere_is_heard_of(void **state)
{
    struct hand *hand = *state;
    uint32_t issue;
    char station[4];
    hand->prints = "{\"id\":1,\"type\":\"badge\",\"successful\":true,\"datetime\":"
                   "\"2026-06-01T09:00:00Z\",\"info\":{\"station\":\"K\",\"issue\":3}},"
                   "{\"id\":2,\"type\":\"badge\",\"successful\":false,\"datetime\":"
                   "\"2026-06-01T09:01:00Z\",\"info\":{\"station\":\"K\",\"issue\":4}}";
    assert_runs(hand); /* a first load */
    assert_ok(spool_top_issue(hand->base.store.db, "REF0", &issue, station, err));
    assert_int_equal(issue, 3);
    assert_string_equal(station, "K");
    hand->prints = "{\"id\":3,\"type\":\"badge\",\"successful\":true,\"datetime\":"
                   "\"2026-06-01T09:00:00Z\",\"info\":{\"station\":\"L\",\"issue\":5}}";
    hand->changed = 0;
    assert_runs(hand);
    assert_ok(spool_top_issue(hand->base.store.db, "REF0", &issue, station, err));
    assert_int_equal(issue, 5);
}

/* ---- conflicts
 * ------------------------------------------------------------------------------------
 */

static void
add_deed(struct hand *hand, enum journal_kind kind, int64_t at_ms)
{
    struct journal_row row = { .kind = kind,
                               .event = "demo",
                               .list = "1",
                               .ref = "REF0",
                               .station = "A",
                               .at_ms = at_ms };
    random_fill(&hand->dice.random, row.nonce, sizeof row.nonce);
    assert_ok(db_begin(hand->base.store.db, err));
    assert_ok(journal_add(hand->base.store.db, &row, err));
    assert_ok(db_commit(hand->base.store.db, err));
}

/* 2026-06-01T09:00:00Z; theirs is five minutes later */
static const int64_t nine_ms = INT64_C(1780304400000);
#define THEIRS(more)                                                                 \
    "{\"id\":1,\"list\":1,\"type\":\"entry\",\"datetime\":\"2026-06-01T09:05:00Z\"," \
    "\"device_id\":2" more "}"

static void
what_is_a_conflict_and_what_is_not(void **state)
{
    static const char several[] = "{\"id\":1,\"name\":\"All\",\"all_products\":true,"
                                  "\"allow_multiple_entries\":true}";
    static const struct {
        const char *what, *checkins, *lists;
        int exit_min; /* ours, after nine; 0 = none */
        int64_t conflicts;
    } cases[] = {
        { "another's entry", THEIRS(""), NULL, 0, 1 },
        { "an exit of ours between", THEIRS(""), NULL, 2, 0 },
        { "an exit of ours behind", THEIRS(""), NULL, 8, 1 },
        { "an exit of theirs between",
          THEIRS("") ",{\"id\":2,\"list\":1,\"type\":\"exit\",\"datetime\":"
                     "\"2026-06-01T09:03:00Z\",\"device_id\":2}",
          NULL, 0, 0 },
        { "several entries allowed", THEIRS(""), several, 0, 0 },
        { "made by the server", THEIRS(",\"auto_checked_in\":true"), NULL, 0, 0 },
        { "no device",
          "{\"id\":1,\"list\":1,\"type\":\"entry\",\"datetime\":"
          "\"2026-06-01T09:05:00Z\",\"device_id\":null}",
          NULL, 0, 0 },
        { "another list",
          "{\"id\":1,\"list\":2,\"type\":\"entry\",\"datetime\":"
          "\"2026-06-01T09:05:00Z\",\"device_id\":2}",
          NULL, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        void *fresh = NULL;
        size_t at = i / 2;
        bool first_load = i % 2;
        setup(&fresh);
        struct hand *hand = fresh;
        if (cases[at].lists)
            hand->lists = cases[at].lists;
        if (!first_load)
            assert_runs(hand);
        add_deed(hand, JOURNAL_ENTRY, nine_ms);
        if (cases[at].exit_min)
            add_deed(hand, JOURNAL_EXIT, nine_ms + 60000 * cases[at].exit_min);
        hand->checkins = cases[at].checkins;
        hand->changed = 0;
        assert_runs(hand);
        int64_t open;
        assert_ok(conflict_count(hand->base.store.db, &open, err));
        if (open != cases[at].conflicts)
            fail_msg("%s, first load %d: %lld conflicts", cases[at].what, first_load,
                     (long long)open);
        teardown(&fresh);
    }
}

/* ---- under the run
 * ------------------------------------------------------------------------------------
 */

static void
a_roster_lost_under_a_delta_is_not_called_complete(void **state)
{
    struct hand *hand = *state;
    assert_runs(hand);
    hand->changed = 0;
    begin(hand, "demo", NULL, false);
    for (int i = 0; i < 2000 && hand->asked_orders < 2; i++)
        hand_loop_turn(&hand->loop, 1);
    struct roster_build *build;
    struct event event = { .slug = "demo", .name = "Demo", .source = "pretix" };
    assert_ok(roster_build_open(hand->base.store.dir, hand->base.store.seal,
                                &hand->dice.random, &build, err));
    assert_ok(roster_build_event(build, &event, err));
    assert_ok(roster_build_finish(build, 0, NULL, NULL, err));
    roster_build_close(build);
    assert_ok(db_swap_roster(hand->base.store.db, err)); /* one without tickets */
    for (int i = 0; i < 20000 && !hand->base.ended; i++)
        hand_loop_turn(&hand->loop, 5);
    assert_true(hand->base.ended);
    assert_int_not_equal(hand->base.result, API_OK);
    assert_runs(hand);
    assert_int_equal(pulling_tickets(&hand->base), 10);
}

static void
a_program_that_ends_anywhere_goes_on_where_it_was(void **state)
{
    enum { STEP_MS = 14, MOMENTS = 60 };
    struct hand *hand = *state;
    assert_runs(hand);
    char *wanted = pulling_all(&hand->base);
    for (int moment = 0; moment < MOMENTS; moment++) {
        void *fresh = NULL;
        setup(&fresh);
        struct hand *other = fresh;
        bool delta = moment % 2;
        if (delta)
            assert_runs(other);
        other->changed = delta ? 0 : ORDERS_MAX;
        begin(other, "demo", NULL, moment % 3 == 2);
        hand_loop_turn(&other->loop, moment * STEP_MS);
        pull_destroy(other->base.pull);
        store_reopen(&other->base.store);
        open_pull(other);
        assert_runs(other);
        assert_runs(other);
        char *got = pulling_all(&other->base);
        if (strcmp(wanted, got) != 0)
            fail_msg("ended after %d ms: another roster", moment * STEP_MS);
        free(got);
        teardown(&fresh);
    }
    free(wanted);
}

int
main(void)
{
#define hand_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        hand_test(a_first_load_bears_a_minute_of_silence_and_keeps_what_came),
        hand_test(who_is_told_to_wait_waits),
        hand_test(an_old_page_replayed_is_not_believed),
        hand_test(the_next_page_is_fetched_at_home_whatever_it_is_called),
        hand_test(a_revoked_device_hears_so_and_keeps_its_roster),
        hand_test(a_denied_event_goes_only_if_a_whole_answer_says_so),
        hand_test(a_profile_without_orders_is_not_asked_for_them),
        hand_test(no_lists_all_at_once_are_not_believed),
        hand_test(layouts_come_with_their_backgrounds_once_and_old_ones_go),
        hand_test(a_guest_is_of_the_kind_that_the_products_name_says),
        hand_test(a_badge_printed_elsewhere_is_heard_of),
        hand_test(what_is_a_conflict_and_what_is_not),
        hand_test(a_roster_lost_under_a_delta_is_not_called_complete),
        hand_test(a_program_that_ends_anywhere_goes_on_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
