#include "pulling.h"

/* The download from a whole server, by the real wire: what comes, what comes again, and
 * what a break at any place leaves behind. */

static const char world[] =
    "{\"organizer\":\"dummy\",\"load\":["
    "{\"kind\":\"event\",\"object\":{\"slug\":\"demo\",\"name\":{\"en\":\"Demo\"},"
    "\"live\":true,"
    "\"date_from\":\"2026-06-01T08:00:00Z\",\"date_to\":null,\"date_admission\":null,"
    "\"timezone\":\"Asia/Shanghai\",\"plugins\":[\"pretix.plugins.badges\"],"
    "\"valid_keys\":{\"pretix_sig1\":[]}}},"
    "{\"kind\":\"event\",\"object\":{\"slug\":\"other\",\"name\":{\"en\":\"Other\"},"
    "\"live\":true,"
    "\"has_subevents\":true,\"date_from\":\"2026-06-01T08:00:00Z\",\"date_to\":null,"
    "\"date_admission\":null,\"timezone\":\"Europe/Berlin\",\"plugins\":[],"
    "\"valid_keys\":{\"pretix_sig1\":[]}}},"
    "{\"kind\":\"item\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":{\"en\":"
    "\"Ticket\"},"
    "\"active\":true,\"admission\":true,\"variations\":[],\"has_variations\":false}},"
    "{\"kind\":\"item\",\"event\":\"demo\",\"object\":{\"id\":2,\"name\":{\"en\":"
    "\"Crew\"},"
    "\"active\":true,\"admission\":true,\"variations\":[],\"has_variations\":false}},"
    "{\"kind\":\"item\",\"event\":\"other\",\"object\":{\"id\":3,\"name\":{\"en\":"
    "\"Seat\"},"
    "\"active\":true,\"admission\":true,\"variations\":[],\"has_variations\":false}},"
    "{\"kind\":\"checkinlist\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":"
    "\"All\"}},"
    "{\"kind\":\"checkinlist\",\"event\":\"demo\",\"object\":{\"id\":2,\"name\":"
    "\"Hall\"}},"
    "{\"kind\":\"checkinlist\",\"event\":\"other\",\"object\":{\"id\":3,\"name\":"
    "\"Other\"}},"
    "{\"kind\":\"subevent\",\"event\":\"other\",\"object\":{\"id\":7,\"name\":{\"en\":"
    "\"Seven\"},"
    "\"active\":true,\"date_from\":\"2026-06-01T08:00:00Z\",\"date_to\":null,"
    "\"date_admission\":null}}"
    "]}";

static void
fill(struct pulling *self)
{
    pulling_tell(self, "reset", world);
    pulling_tell(self, "bulk",
                 "{\"event\":\"demo\",\"orders\":120,\"positions\":2,\"items\":[1,2]}");
}

static int
setup(void **state)
{
    struct pulling *self = *state;
    fill(self);
    pulling_open(self);
    return 0;
}

static int
teardown(void **state)
{
    pulling_close(*state);
    return 0;
}

/* ---- whole runs ----------------------------------------------------------- */

/* What was heard before is asked for by its date, compressed, over the connections that
 * are open already. */
static void
a_second_run_asks_for_what_has_changed_alone(void **state)
{
    struct pulling *self = *state;
    struct json *answer;
    pulling_tell(self, "step",
                 "{\"op\":\"server_now\",\"value\":\"2026-11-24T06:00:00Z\"}");
    pulling_tell(self, "step",
                 "{\"op\":\"patch\",\"kind\":\"item\",\"event\":\"demo\",\"id\":1,"
                 "\"set\":{\"position\":3}}");
    pulling_tell(self, "step",
                 "{\"op\":\"server_now\",\"value\":\"2026-11-24T06:01:00Z\"}");
    assert_pulled(self, "demo");
    pulling_tell(self, "requests", "{}");
    assert_pulled(self, "demo");
    assert_ok(pretix_server_control(self->server, "requests", "{}", &answer, err));
    unsigned dated = 0, deltas = 0;
    const struct json *row = json_first(json_member(answer, "requests"));
    for (; row; row = json_next(row)) {
        const char *path, *encoding, *since;
        assert_ok(json_text(row, "path", &path, err));
        if (strstr(path, "/_stub/"))
            continue;
        assert_ok(json_text_or(json_member(row, "headers"), "accept-encoding", "",
                               &encoding, err));
        assert_string_equal(encoding, "gzip");
        assert_ok(json_text_or(json_member(row, "headers"), "if-modified-since", "",
                               &since, err));
        dated += strstr(path, "/items/") && since[0] != '\0';
        deltas += strstr(path, "/orders/") != NULL;
    }
    assert_int_equal(dated, 1);
    assert_int_equal(deltas, 1); /* one page, of those that were touched */
    json_free(answer);
}

static void
a_first_load_brings_all_and_a_second_run_nothing_new(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    assert_int_equal(pulling_tickets(self), 240);
    assert_true(self->status.first_load);
    assert_int_equal(self->status.done, 120);
    assert_int_equal(self->status.bad, 0);
    assert_string_equal(self->info.profile, "full");
    char *before = pulling_all(self);
    assert_non_null(strstr(before, "product 2 Crew"));
    assert_non_null(strstr(before, "list 2 Hall"));
    assert_non_null(strstr(before, "orders=complete"));
    assert_pulled(self, "demo");
    assert_false(self->status.first_load);
    assert_pulled(self, "demo");
    char *after = pulling_all(self);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_well_behaved(self);
}

/* ---- deltas --------------------------------------------------------------- */

/* The first of the event's tickets, with its code. */
struct one {
    struct ticket ticket;
    char secret[ROSTER_SECRET_MAX + 1];
};

static bool
take_one(const struct ticket *ticket, void *self)
{
    ((struct one *)self)->ticket = *ticket;
    return false;
}

static struct one *
first_ticket(struct pulling *self)
{
    struct one *one = calloc(1, sizeof *one);
    bool found;
    assert_non_null(one);
    assert_ok(roster_each_ticket(self->store.db, "demo", 0, 1, take_one, one, err));
    assert_ok(roster_secret(self->store.db, one->ticket.id, &found, one->secret, err));
    assert_true(found);
    return one;
}

static void
patch_order(struct pulling *self, const char *code, const char *set)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"op\":\"patch\",\"kind\":\"order\",\"id\":\"%s\",\"set\":%s}", code,
             set);
    pulling_tell(self, "step", body);
}

/* An entry of that device, by the server's own door. */
static void
redeem(struct pulling *self, const struct one *one, unsigned device, const char *at)
{
    char body[2048], url[256], token[65];
    memset(token, 'x', 64);
    token[64] = '\0';
    memcpy(token, device == 2 ? "devicetoken2" : "devicetoken1", 12);
    snprintf(url, sizeof url, "%s/api/v1/organizers/dummy/checkinrpc/redeem/",
             pretix_server_url(self->server));
    snprintf(body, sizeof body,
             "{\"lists\":[1],\"secret\":\"%s\",\"force\":true,\"nonce\":\"n%u%s\","
             "\"datetime\":\"%s\"}",
             one->secret, device, at, at);
    static const char *const headers[] = { "Content-Type: application/json", NULL };
    struct wire_request request = { .method = "POST",
                                    .url = url,
                                    .token = token,
                                    .headers = headers,
                                    .body = body,
                                    .body_length = strlen(body),
                                    .deadline_ms = 10000,
                                    .body_max = 1 << 20 };
    pretix_server_exchange(self->server, &request);
    if (request.status != 201)
        fail_msg("redeem: %d %s", request.status, request.answer.data);
    str_finish(&request.answer);
}

static void
what_changed_comes_and_what_is_not_named_goes(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    struct one *one = first_ticket(self);
    redeem(self, one, 2,
           "2026-06-01T09:00:00Z"); /* the stub makes a real order of it */
    patch_order(self, one->ticket.order_code, "{\"status\":\"c\"}");
    assert_pulled(self, "demo");
    assert_int_equal(pulling_tickets(self), 238);
    char body[256];
    snprintf(body, sizeof body, "{\"op\":\"remove\",\"kind\":\"position\",\"id\":%lld}",
             (long long)one->ticket.origin.position);
    pulling_tell(self, "step", body);
    assert_pulled(self, "demo");
    bool found;
    assert_ok(roster_by_position(self->store.db, "demo", one->ticket.origin.position,
                                 &found, &one->ticket, err));
    assert_false(found);
    free(one);
    assert_well_behaved(self);
}

static void
a_delta_and_a_refresh_tell_the_same(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    struct one *one = first_ticket(self);
    redeem(self, one, 2, "2026-06-01T09:00:00Z");
    patch_order(self, one->ticket.order_code, "{\"email\":\"new@example.org\"}");
    pulling_tell(self, "step",
                 "{\"op\":\"patch\",\"kind\":\"item\",\"event\":\"demo\",\"id\":2,"
                 "\"set\":{\"name\":{\"en\":\"Staff\"}}}");
    pulling_tell(
        self, "step",
        "{\"op\":\"remove\",\"kind\":\"checkinlist\",\"event\":\"demo\",\"id\":2}");
    assert_pulled(self, "demo");
    char *delta = pulling_all(self);
    assert_non_null(strstr(delta, "entry on 1"));
    assert_non_null(strstr(delta, "product 2 Staff"));
    assert_null(strstr(delta, "list 2 Hall"));
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    char *full = pulling_all(self);
    assert_string_equal(delta, full);
    free(delta);
    free(full);
    free(one);
}

static void
two_events_and_a_series_come_together_and_one_goes_again(void **state)
{
    struct pulling *self = *state;
    pulling_tell(self, "bulk",
                 "{\"event\":\"other\",\"orders\":30,\"positions\":1,\"items\":[3]}");
    assert_int_equal(pulling_run(self, "demo", "other", false), API_OK);
    assert_int_equal(pulling_tickets(self), 270);
    char *all = pulling_all(self);
    assert_non_null(strstr(all, "session 7 Seven"));
    assert_int_equal(pulling_run(self, "demo", "other", false), API_OK);
    char *again = pulling_all(self);
    assert_string_equal(all, again);
    assert_int_equal(pulling_run(self, "demo", NULL, false), API_OK);
    assert_int_equal(pulling_tickets(self), 240);
    bool found;
    struct event event;
    assert_ok(roster_event(self->store.db, "other", &found, &event, err));
    assert_false(found);
    assert_int_equal(pulling_run(self, "other", "demo", false), API_OK);
    char *back = pulling_all(self);
    assert_string_equal(all, back);
    free(all);
    free(again);
    free(back);
    assert_well_behaved(self);
}

static void
another_source_stays_and_the_first_load_comes_in_slices(void **state)
{
    struct pulling *self = *state;
    store_put_event(&self->store, "paper");
    struct roster_row row = store_row("paper", "k", "papersecret", "Paper Guest");
    store_put(&self->store, &row);
    assert_pulled(self, "demo");
    assert_int_equal(pulling_tickets(self), 241);
    char *slices = pulling_all(self);
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    char *full = pulling_all(self);
    assert_string_equal(slices, full);
    free(slices);
    free(full);
}

/* ---- our own deeds -------------------------------------------------------- */

static void
enter(struct pulling *self, const struct one *one, int64_t at_ms)
{
    struct journal_row row = { .nonce = { 1 },
                               .kind = JOURNAL_ENTRY,
                               .event = "demo",
                               .list = "1",
                               .station = "A",
                               .at_ms = at_ms };
    str_copy(row.ref, sizeof row.ref, one->ticket.ref);
    assert_ok(db_begin(self->store.db, err));
    assert_ok(journal_add(self->store.db, &row, err));
    assert_ok(db_commit(self->store.db, err));
}

static bool
keep_conflict(const struct conflict *conflict, void *self)
{
    *(struct conflict *)self = *conflict;
    return true;
}

static void
check_conflict(struct pulling *self, const struct one *one)
{
    struct conflict conflict;
    int64_t open;
    assert_ok(conflict_count(self->store.db, &open, err));
    assert_int_equal(open, 1);
    assert_ok(conflict_each(self->store.db, true, 0, 0, keep_conflict, &conflict, err));
    assert_string_equal(conflict.ref, one->ticket.ref);
    assert_string_equal(conflict.list, "1");
    assert_string_equal(conflict.ours, "A");
    assert_string_equal(conflict.theirs, "device 2");
    assert_int_equal(conflict.theirs_ms - conflict.ours_ms, 60000);
}

/* 2026-06-01T09:00:00Z */
static const int64_t nine_ms = INT64_C(1780304400000);

static void
the_same_ticket_at_another_station_is_a_conflict_once(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    struct one *one = first_ticket(self);
    enter(self, one, nine_ms);
    redeem(self, one, 1, "2026-06-01T09:00:00Z");
    assert_pulled(self, "demo");
    int64_t open;
    assert_ok(conflict_count(self->store.db, &open, err));
    assert_int_equal(open, 0);
    redeem(self, one, 2, "2026-06-01T09:01:00Z");
    assert_pulled(self, "demo");
    check_conflict(self, one);
    assert_pulled(self, "demo");
    check_conflict(self, one);
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    check_conflict(self, one);
    free(one);
}

static void
our_own_entry_is_counted_once_by_delta_and_by_refresh(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    struct one *one = first_ticket(self);
    enter(self, one, nine_ms);
    redeem(self, one, 1, "2026-06-01T09:00:00Z");
    for (int full = 0; full < 2; full++) {
        struct journal_history history;
        assert_int_equal(pulling_run(self, "demo", NULL, full), API_OK);
        assert_ok(journal_history(self->store.db, one->ticket.ref, "demo", "1",
                                  &history, err));
        assert_int_equal(history.entries, 1);
    }
    free(one);
}

/* ---- what must not empty a roster ----------------------------------------- */

static void
a_server_without_tickets_is_not_believed_until_staff_say_so(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    pulling_tell(self, "reset", world);
    pulling_tell(self, "bulk",
                 "{\"event\":\"demo\",\"orders\":10,\"positions\":1,\"items\":[1]}");
    assert_int_not_equal(pulling_run(self, "demo", NULL, true), API_OK);
    assert_true(self->status.suspicious);
    assert_non_null(strstr(self->status.trouble, "10 tickets where there were 240"));
    assert_int_equal(pulling_tickets(self), 240);
    pull_believe(self->pull);
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    assert_false(self->status.suspicious);
    assert_int_equal(pulling_tickets(self), 10);
}

static void
neither_is_it_where_another_source_stands_beside(void **state)
{
    struct pulling *self = *state;
    store_put_event(&self->store, "paper");
    assert_pulled(self, "demo");
    pulling_tell(self, "reset", world);
    assert_int_not_equal(pulling_run(self, "demo", NULL, true), API_OK);
    assert_true(self->status.suspicious);
    assert_int_equal(pulling_tickets(self), 240);
    pull_believe(self->pull);
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    assert_int_equal(pulling_tickets(self), 0);
}

static void
rows_that_wait_keep_their_event(void **state)
{
    struct pulling *self = *state;
    pulling_tell(self, "bulk",
                 "{\"event\":\"other\",\"orders\":3,\"positions\":1,\"items\":[3]}");
    assert_int_equal(pulling_run(self, "demo", "other", false), API_OK);
    struct outbox_row row = {
        .nonce = { 9 }, .event = "other", .about = 1, .body = "{}"
    };
    assert_ok(db_begin(self->store.db, err));
    assert_ok(outbox_add(self->store.db, &row, err));
    assert_ok(db_commit(self->store.db, err));
    for (int full = 0; full < 2; full++) {
        assert_int_equal(pulling_run(self, "demo", NULL, full), API_OK);
        assert_int_equal(pulling_tickets(self), 243);
    }
    assert_ok(db_begin(self->store.db, err));
    assert_ok(outbox_move(self->store.db, &row, OUTBOX_SENT, err));
    assert_ok(db_commit(self->store.db, err));
    assert_pulled(self, "demo");
    assert_int_equal(pulling_tickets(self), 240);
}

static void
a_roster_that_was_lost_is_loaded_anew(void **state)
{
    struct pulling *self = *state;
    assert_pulled(self, "demo");
    char *before = pulling_all(self);
    pull_destroy(self->pull);
    db_close(self->store.db);
    unlink(store_path(&self->store, "roster.db"));
    unlink(store_path(&self->store, "roster.db-wal"));
    store_open(&self->store);
    self->setting.db = self->store.db;
    assert_ok(pull_create(&self->setting, &self->pull, err));
    assert_pulled(self, "demo");
    assert_true(self->status.first_load);
    char *after = pulling_all(self);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

int
main(void)
{
#define pull_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        pull_test(a_second_run_asks_for_what_has_changed_alone),
        pull_test(a_first_load_brings_all_and_a_second_run_nothing_new),
        pull_test(what_changed_comes_and_what_is_not_named_goes),
        pull_test(a_delta_and_a_refresh_tell_the_same),
        pull_test(two_events_and_a_series_come_together_and_one_goes_again),
        pull_test(another_source_stays_and_the_first_load_comes_in_slices),
        pull_test(the_same_ticket_at_another_station_is_a_conflict_once),
        pull_test(our_own_entry_is_counted_once_by_delta_and_by_refresh),
        pull_test(a_server_without_tickets_is_not_believed_until_staff_say_so),
        pull_test(neither_is_it_where_another_source_stands_beside),
        pull_test(rows_that_wait_keep_their_event),
        pull_test(a_roster_that_was_lost_is_loaded_anew),
    };
    return cmocka_run_group_tests(tests, pulling_begin_all, pulling_end_all);
}
