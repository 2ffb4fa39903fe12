#include "store/roster_build.h"

#include <sys/stat.h>

#include "store/roster_search.h"
#include "storing.h"

static struct roster_build *
open_build(struct store *store)
{
    static const struct event event = { .slug = "citec", .zone = "Asia/Shanghai" };
    static const struct list list = { .event = "citec", .key = "main" };
    static const char *const kinds[] = { "guest" };
    struct roster_build *build;
    assert_ok(roster_build_open(store->dir, store->seal, &store->random, &build, err));
    assert_ok(roster_build_event(build, &event, err));
    assert_ok(roster_build_list(build, &list, kinds, 1, err));
    return build;
}

static void
add(struct roster_build *build, int number)
{
    static const char *const sessions[] = { "forum" };
    char key[32], secret[32], name[32];
    snprintf(key, sizeof key, "key-%d", number);
    snprintf(secret, sizeof secret, "secret-%d-secret", number);
    snprintf(name, sizeof name, "张伟%d Ana%d", number % 7, number);
    struct roster_row row = store_row("citec", key, secret, name);
    row.sessions = sessions;
    row.session_count = 1;
    row.ticket.status = number % 10 == 0 ? TICKET_CANCELLED : TICKET_PAID;
    assert_ok(roster_build_ticket(build, &row, err));
}

static void
note_progress(int percent, void *self)
{
    int *last = self;
    assert_true(percent >= *last && percent <= 100);
    *last = percent;
}

static void
finish_and_swap(struct store *store, struct roster_build *build, int64_t complete_ms)
{
    int percent = 0;
    assert_ok(roster_build_finish(build, complete_ms, note_progress, &percent, err));
    assert_int_equal(percent, 100);
    roster_build_close(build);
    assert_ok(db_swap_roster(store->db, err));
}

static bool
knows(struct store *store, const char *secret, struct ticket *ticket)
{
    enum roster_found found;
    assert_ok(roster_by_secret(store->db, secret, strlen(secret), &found, ticket, err));
    return found == ROSTER_ONE;
}

static void
a_built_roster_takes_the_place_of_the_old_one(void **state)
{
    struct store *store = *state;
    struct roster_age age;
    struct ticket ticket, hits[4];
    struct list list;
    enum list_answer answer;
    unsigned count;
    bool found;
    store_put_event(store, "old");
    struct roster_row row = store_row("old", "k", "old-secret-old", "Old One");
    store_put(store, &row);
    assert_true(knows(store, "old-secret-old", &ticket));

    struct roster_build *build = open_build(store);
    for (int i = 0; i < 3000; i++)
        add(build, i);
    finish_and_swap(store, build, 4711);
    for (int round = 0; round < 2; round++) {
        assert_false(knows(store, "old-secret-old", &ticket));
        assert_true(knows(store, "secret-1234-secret", &ticket));
        assert_string_equal(ticket.name, "张伟2 Ana1234");
        assert_ok(roster_age(store->db, &age, err));
        assert_int_equal(age.tickets, 2700);
        assert_int_equal(age.complete_ms, 4711);
        assert_ok(roster_search(store->db, "", "ana1234", hits, 4, &count, err));
        assert_int_equal(count, 1);
        assert_ok(roster_list(store->db, "citec", "main", &found, &list, err));
        assert_true(found);
        assert_ok(roster_list_takes(store->db, &list, &ticket, &answer, err));
        assert_int_equal(answer, LIST_TAKES);
        store_reopen(store); /* and so it is after a restart */
    }
    assert_int_not_equal(access(store_path(store, "roster.new"), F_OK), 0);

    row = store_row("citec", "key-1234", NULL, "Ana Changed");
    store_put(store, &row); /* a delta goes on from there */
    assert_ok(roster_search(store->db, "", "ana1234", hits, 4, &count, err));
    assert_int_equal(count, 0);
    assert_ok(roster_search(store->db, "", "changed", hits, 4, &count, err));
    assert_int_equal(count, 1);
}

static void
a_roster_built_anew_has_the_same_refs(void **state)
{
    struct store *store = *state;
    struct ticket first, second, third;
    for (int round = 0; round < 2; round++) {
        struct roster_build *build = open_build(store);
        for (int i = round; i < 5; i++)
            add(build, i);
        finish_and_swap(store, build, 1);
        assert_true(knows(store, "secret-3-secret", round ? &second : &first));
    }
    assert_string_equal(first.ref, second.ref);
    struct roster_row row = store_row("citec", "key-0", "secret-0-secret", "Ana");
    store_put(store, &row); /* nor does it matter which way the row came */
    struct roster_build *build = open_build(store);
    add(build, 0);
    assert_true(knows(store, "secret-0-secret", &first));
    finish_and_swap(store, build, 1);
    assert_true(knows(store, "secret-0-secret", &third));
    assert_string_equal(first.ref, third.ref);
}

static void
what_comes_twice_is_refused_and_changes_nothing(void **state)
{
    struct store *store = *state;
    struct roster_build *build = open_build(store);
    struct roster_age age;
    for (int i = 1; i < 400; i++)
        add(build, i);
    for (int i = 1; i < 400; i++) { /* more than are looked for without an index */
        char key[32], secret[32];
        snprintf(key, sizeof key, "key-%d", i);
        snprintf(secret, sizeof secret, "secret-%d-secret", i);
        struct roster_row same_key = store_row("citec", key, NULL, "Eve");
        struct roster_row same_code = store_row("citec", NULL, secret, "Eve");
        assert_fails(roster_build_ticket(build, &same_key, err), ERR_INPUT,
                     "import key");
        assert_fails(roster_build_ticket(build, &same_code, err), ERR_INPUT, "code");
    }
    struct roster_row row = store_row("citec", NULL, NULL, "Bob");
    str_copy(row.ticket.ref, sizeof row.ticket.ref, "SAMEREF");
    assert_ok(roster_build_ticket(build, &row, err));
    assert_fails(roster_build_ticket(build, &row, err), ERR_INPUT, "ref");
    add(build, 400);
    finish_and_swap(store, build, 1);
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 400 - 40 + 1);
}

static void
a_bad_row_is_named_and_the_good_ones_go_on(void **state)
{
    struct store *store = *state;
    struct roster_build *build = open_build(store);
    struct roster_row nowhere = store_row("nowhere", "k", "c", "Eve");
    struct roster_row odd_ref = store_row("citec", "k", "c", "Eve");
    struct ticket ticket;
    str_copy(odd_ref.ticket.ref, sizeof odd_ref.ticket.ref, "no way");
    assert_fails(roster_build_ticket(build, &nowhere, err), ERR_ABSENT, "nowhere");
    assert_fails(roster_build_ticket(build, &odd_ref, err), ERR_INPUT, "ref");
    add(build, 1);
    finish_and_swap(store, build, 1);
    assert_true(knows(store, "secret-1-secret", &ticket));
}

static void
an_unfinished_build_leaves_no_file(void **state)
{
    struct store *store = *state;
    struct roster_build *build = open_build(store);
    add(build, 1);
    roster_build_close(build);
    roster_build_close(NULL);
    assert_int_not_equal(access(store_path(store, "roster.new"), F_OK), 0);
    assert_fails(db_swap_roster(store->db, err), ERR_ABSENT, "roster.new");
    assert_fails(roster_build_open(store->dir, NULL, &store->random, &build, err),
                 ERR_INPUT, "key");
}

static void
a_bad_new_roster_leaves_the_old_one(void **state)
{
    struct store *store = *state;
    static const char *const contents[] = { "",
                                            "not a database, and longer than its head "
                                            "of a hundred bytes should be, which is "
                                            "what SQLite looks at first of all" };
    struct ticket ticket;
    store_put_event(store, "old");
    struct roster_row row = store_row("old", "k", "old-secret-old", "Old One");
    store_put(store, &row);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        FILE *file = fopen(store_path(store, "roster.new"), "w");
        assert_non_null(file);
        fputs(contents[i], file);
        fclose(file);
        assert_fails(db_swap_roster(store->db, err), i ? ERR_IO : ERR_INPUT,
                     "the old one stays");
        assert_true(knows(store, "old-secret-old", &ticket));
        store_reopen(store);
        assert_true(knows(store, "old-secret-old", &ticket));
    }
    assert_ok(db_begin(store->db, err));
    assert_fails(db_swap_roster(store->db, err), ERR_BUSY, "transaction");
    db_rollback(store->db);
}

static void
what_others_did_comes_along(void **state)
{
    struct store *store = *state;
    struct roster_build *build = open_build(store);
    struct roster_elsewhere row = { .nonce = { 1 },
                                    .event = "citec",
                                    .list = "main",
                                    .ref = "AAA",
                                    .at_ms = 5,
                                    .station = "kiosk 9" };
    struct journal_history history;
    assert_ok(roster_build_elsewhere(build, &row, err));
    assert_ok(roster_build_elsewhere(build, &row, err));
    finish_and_swap(store, build, 1);
    assert_ok(journal_history(store->db, "AAA", "citec", "main", &history, err));
    assert_int_equal(history.entries, 1);
    assert_string_equal(history.last_station, "kiosk 9");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_built_roster_takes_the_place_of_the_old_one),
        store_test(a_roster_built_anew_has_the_same_refs),
        store_test(what_comes_twice_is_refused_and_changes_nothing),
        store_test(a_bad_row_is_named_and_the_good_ones_go_on),
        store_test(an_unfinished_build_leaves_no_file),
        store_test(a_bad_new_roster_leaves_the_old_one),
        store_test(what_others_did_comes_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
