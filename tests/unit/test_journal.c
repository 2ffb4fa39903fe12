#include "store/journal.h"

#include "storing.h"

static void
add(struct store *store, struct journal_row *row)
{
    assert_ok(db_begin(store->db, err));
    assert_ok(journal_add(store->db, row, err));
    assert_ok(db_commit(store->db, err));
}

static void
a_row_comes_back_as_it_was_written(void **state)
{
    struct store *store = *state;
    struct journal_row row = store_journal_row(store, JOURNAL_EXIT, "MHTQYULGFM"), read;
    bool found;
    row.mode = JOURNAL_CONFIRMED;
    row.verdict = VERDICT_EXIT;
    row.clock_suspect = true;
    str_copy(row.who, sizeof row.who, "staff:li");
    str_copy(row.reason, sizeof row.reason, "\"'; DROP TABLE journal; -- \x1b[2J 张伟");
    add(store, &row);
    assert_true(row.id > 0);

    store_reopen(store);
    assert_ok(journal_by_nonce(store->db, row.nonce, &found, &read, err));
    assert_true(found);
    assert_int_equal(read.id, row.id);
    assert_int_equal(read.kind, row.kind);
    assert_int_equal(read.mode, row.mode);
    assert_int_equal(read.verdict, row.verdict);
    assert_string_equal(read.event, row.event);
    assert_string_equal(read.list, row.list);
    assert_string_equal(read.ref, row.ref);
    assert_string_equal(read.station, row.station);
    assert_string_equal(read.gate, row.gate);
    assert_string_equal(read.who, row.who);
    assert_string_equal(read.reason, row.reason);
    assert_int_equal(read.at_ms, row.at_ms);
    assert_true(read.clock_suspect);
    assert_memory_equal(read.nonce, row.nonce, sizeof row.nonce);

    row.nonce[0] ^= 1;
    assert_ok(journal_by_nonce(store->db, row.nonce, &found, &read, err));
    assert_false(found);
}

static void
a_nonce_is_recorded_once(void **state)
{
    struct store *store = *state;
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, "AAA");
    struct journal_counts counts;
    add(store, &row);
    assert_ok(db_begin(store->db, err));
    assert_fails(journal_add(store->db, &row, err), ERR_INPUT, "nonce");
    db_rollback(store->db);
    assert_ok(journal_counts(store->db, &counts, err));
    assert_int_equal(counts.entries, 1);
}

static void
what_was_rolled_back_never_happened(void **state)
{
    struct store *store = *state;
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, "AAA");
    struct journal_counts counts;
    bool found;
    assert_ok(db_begin(store->db, err));
    assert_ok(journal_add(store->db, &row, err));
    db_rollback(store->db);
    assert_ok(journal_by_nonce(store->db, row.nonce, &found, &row, err));
    assert_false(found);
    assert_ok(journal_counts(store->db, &counts, err));
    assert_int_equal(counts.entries + counts.guests_in, 0);
}

static void
guests_in_counts_people_and_not_entries(void **state)
{
    struct store *store = *state;
    static const struct {
        enum journal_kind kind;
        const char *ref;
    } deeds[] = {
        { JOURNAL_ENTRY, "AAA" }, { JOURNAL_ENTRY, "AAA" },   { JOURNAL_EXIT, "AAA" },
        { JOURNAL_ENTRY, "BBB" }, { JOURNAL_REFUSED, "CCC" }, { JOURNAL_REFUSED, "" },
        { JOURNAL_EXIT, "DDD" },
    };
    struct journal_counts counts;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        struct journal_row row = store_journal_row(store, deeds[i].kind, deeds[i].ref);
        add(store, &row);
    }
    assert_ok(journal_counts(store->db, &counts, err));
    assert_int_equal(counts.entries, 3);
    assert_int_equal(counts.exits, 2);
    assert_int_equal(counts.refused, 2);
    assert_int_equal(counts.guests_in, 2);
}

/* ---- history ---------------------------------------------------------------- */

static void
add_elsewhere(struct store *store, const struct journal_row *like, const char *station,
              int64_t at_ms)
{
    struct roster_elsewhere row = { .exit = like->kind == JOURNAL_EXIT,
                                    .at_ms = at_ms };
    memcpy(row.nonce, like->nonce, sizeof row.nonce);
    str_copy(row.event, sizeof row.event, like->event);
    str_copy(row.list, sizeof row.list, like->list);
    str_copy(row.ref, sizeof row.ref, like->ref);
    str_copy(row.station, sizeof row.station, station);
    str_copy(row.gate, sizeof row.gate, "South");
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_elsewhere(store->db, &row, err));
    assert_ok(roster_commit(store->db, err));
}

static struct journal_history
history_of(struct store *store, const char *ref)
{
    struct journal_history history;
    assert_ok(journal_history(store->db, ref, "citec", "main", &history, err));
    return history;
}

static void
history_merges_ours_and_theirs_with_each_nonce_once(void **state)
{
    struct store *store = *state;
    int64_t at_ms = store->now_ms;
    struct journal_row ours = store_journal_row(store, JOURNAL_ENTRY, "AAA");
    struct journal_row theirs = store_journal_row(store, JOURNAL_EXIT, "AAA");
    add(store, &ours);
    add_elsewhere(store, &ours, "elsewhere", at_ms); /* came back from the server */
    add_elsewhere(store, &theirs, "kiosk 9", at_ms + 5000);
    add_elsewhere(store, &theirs, "kiosk 9", at_ms + 5000);

    struct journal_history history = history_of(store, "AAA");
    assert_int_equal(history.entries, 1);
    assert_int_equal(history.exits, 1);
    assert_true(history.has_last);
    assert_int_equal(history.last_kind, JOURNAL_EXIT);
    assert_int_equal(history.last_at_ms, at_ms + 5000);
    assert_int_equal(history.first_entry_ms, at_ms);
    assert_string_equal(history.last_station, "kiosk 9");
    assert_string_equal(history.last_gate, "South");

    struct journal_row again = store_journal_row(store, JOURNAL_ENTRY, "AAA");
    again.at_ms = at_ms + 5000; /* the same moment: ours is the later */
    add(store, &again);
    history = history_of(store, "AAA");
    assert_int_equal(history.entries, 2);
    assert_int_equal(history.last_kind, JOURNAL_ENTRY);
    assert_string_equal(history.last_station, "A");
}

static void
history_is_of_one_ticket_on_one_list_and_of_deeds_only(void **state)
{
    struct store *store = *state;
    struct journal_row rows[] = {
        store_journal_row(store, JOURNAL_ENTRY, "AAB"),
        store_journal_row(store, JOURNAL_ENTRY, "AAA"),
        store_journal_row(store, JOURNAL_ENTRY, "AAA"),
        store_journal_row(store, JOURNAL_REFUSED, "AAA"),
    };
    str_copy(rows[1].list, sizeof rows[1].list, "dinner");
    str_copy(rows[2].event, sizeof rows[2].event, "workshops");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add(store, &rows[i]);
    struct journal_history history = history_of(store, "AAA");
    assert_int_equal(history.entries + history.exits, 0);
    assert_false(history.has_last);
}

/* ---- walking ---------------------------------------------------------------- */

struct walk {
    struct store *store;
    unsigned seen, stop_at;
    int64_t last_id;
};

static bool
step(const struct journal_row *row, void *self)
{
    struct walk *walk = self;
    assert_true(row->id > walk->last_id);
    walk->last_id = row->id;
    walk->seen++;
    assert_ok(settings_set_int(walk->store->db, "cursor", row->id, err));
    return walk->seen != walk->stop_at;
}

static void
a_walk_goes_in_slices_and_may_write(void **state)
{
    struct store *store = *state;
    for (int i = 0; i < 10; i++) {
        struct journal_row row =
            store_journal_row(store, JOURNAL_ENTRY, i % 2 ? "ODD" : "EVEN");
        add(store, &row);
    }
    struct walk walk = { .store = store };
    assert_ok(journal_each(store->db, NULL, 0, 4, step, &walk, err));
    assert_int_equal(walk.seen, 4);
    assert_ok(journal_each(store->db, NULL, walk.last_id, 0, step, &walk, err));
    assert_int_equal(walk.seen, 10);

    walk = (struct walk){ .store = store };
    assert_ok(journal_each(store->db, "ODD", 0, 0, step, &walk, err));
    assert_int_equal(walk.seen, 5);
    walk = (struct walk){ .store = store, .stop_at = 2 };
    assert_ok(journal_each(store->db, "ODD", 0, 0, step, &walk, err));
    assert_int_equal(walk.seen, 2);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_row_comes_back_as_it_was_written),
        store_test(a_nonce_is_recorded_once),
        store_test(what_was_rolled_back_never_happened),
        store_test(guests_in_counts_people_and_not_entries),
        store_test(history_merges_ours_and_theirs_with_each_nonce_once),
        store_test(history_is_of_one_ticket_on_one_list_and_of_deeds_only),
        store_test(a_walk_goes_in_slices_and_may_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
