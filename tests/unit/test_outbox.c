#include "store/outbox.h"

#include "storing.h"

static struct outbox_row
add(struct store *store, int64_t at_ms)
{
    struct outbox_row row = { .kind = OUTBOX_CHECKIN, .at_ms = at_ms, .about = 3 };
    random_fill(&store->random, row.nonce, sizeof row.nonce);
    str_copy(row.event, sizeof row.event, "citec");
    str_copy(row.body, sizeof row.body, "{\"list\":\"main\"}");
    assert_ok(db_begin(store->db, err));
    assert_ok(outbox_add(store->db, &row, err));
    assert_ok(db_commit(store->db, err));
    return row;
}

static void
move(struct store *store, struct outbox_row *row, enum outbox_state to)
{
    assert_ok(db_begin(store->db, err));
    assert_ok(outbox_move(store->db, row, to, err));
    assert_ok(db_commit(store->db, err));
}

struct walk {
    struct store *store;
    char ids[256];        /* "3,1,2," */
    enum outbox_state to; /* where each goes, unless PENDING */
    struct outbox_row last;
};

static bool
note(const struct outbox_row *row, void *self)
{
    struct walk *walk = self;
    size_t used = strlen(walk->ids);
    snprintf(walk->ids + used, sizeof walk->ids - used, "%d,", (int)row->id);
    walk->last = *row;
    if (walk->to != OUTBOX_PENDING) {
        struct outbox_row copy = *row;
        move(walk->store, &copy, walk->to);
    }
    return true;
}

static const char *
rows_in(struct store *store, unsigned states, int64_t now_ms, unsigned max)
{
    static struct walk walk;
    walk = (struct walk){ .store = store };
    assert_ok(outbox_each(store->db, states, now_ms, max, note, &walk, err));
    return walk.ids;
}

static void
rows_go_in_the_order_of_what_happened(void **state)
{
    struct store *store = *state;
    enum { PENDING = 1u << OUTBOX_PENDING, HOLD = 1u << OUTBOX_HOLD };
    static const int64_t at_ms[] = { 50, 20, 50, 10, 20, -5 };
    struct outbox_row rows[6];
    for (size_t i = 0; i < 6; i++)
        rows[i] = add(store, at_ms[i]);
    assert_string_equal(rows_in(store, PENDING, 0, 0), "6,4,2,5,1,3,");
    assert_string_equal(rows_in(store, PENDING, 0, 2), "6,4,");
    rows[1].next_ms = 1000;
    move(store, &rows[1], OUTBOX_PENDING); /* tried in vain */
    move(store, &rows[2], OUTBOX_HOLD);
    assert_string_equal(rows_in(store, PENDING, 999, 0), "6,4,5,1,");
    assert_string_equal(rows_in(store, PENDING, 1000, 0), "6,4,2,5,1,");
    assert_string_equal(rows_in(store, PENDING | HOLD, 1000, 0), "6,4,2,5,1,3,");
    assert_string_equal(rows_in(store, HOLD, 1000, 0), "3,");
    assert_string_equal(rows_in(store, 0, 1000, 0), "");
}

static void
a_walk_may_move_what_it_meets(void **state)
{
    struct store *store = *state;
    struct walk walk = { .store = store, .to = OUTBOX_HOLD };
    for (int i = 0; i < 3; i++)
        add(store, i);
    assert_ok(outbox_each(store->db, 1u << OUTBOX_PENDING | 1u << OUTBOX_HOLD, 0, 0,
                          note, &walk, err));
    assert_string_equal(walk.ids, "1,2,3,");
}

static void
a_row_comes_back_as_it_was_written(void **state)
{
    struct store *store = *state;
    struct outbox_row row = add(store, 77);
    struct walk walk = { .store = store };
    row.tries = 4;
    row.next_ms = 5;
    str_copy(row.answer, sizeof row.answer, "503 <html>\n悦");
    move(store, &row, OUTBOX_DEAD);
    store_reopen(store);
    assert_ok(outbox_each(store->db, 1u << OUTBOX_DEAD, 0, 0, note, &walk, err));
    assert_int_equal(walk.last.id, row.id);
    assert_memory_equal(walk.last.nonce, row.nonce, sizeof row.nonce);
    assert_int_equal(walk.last.kind, OUTBOX_CHECKIN);
    assert_int_equal(walk.last.state, OUTBOX_DEAD);
    assert_string_equal(walk.last.event, "citec");
    assert_int_equal(walk.last.about, 3);
    assert_int_equal(walk.last.at_ms, 77);
    assert_int_equal(walk.last.next_ms, 5);
    assert_int_equal(walk.last.tries, 4);
    assert_string_equal(walk.last.answer, "503 <html>\n悦");
    assert_string_equal(walk.last.body, "{\"list\":\"main\"}");
}

static void
every_step_is_one_of_the_drawing_and_no_other(void **state)
{
    struct store *store = *state;
    /* rows from, columns to: Pending Hold Sent Dead */
    static const char *const drawing[] = { "PHSD", "PHSD", "----", "P---" };
    for (unsigned from = 0; from < OUTBOX_STATE_COUNT; from++) {
        for (unsigned to = 0; to < OUTBOX_STATE_COUNT; to++) {
            struct outbox_row row = add(store, 0);
            if (from != OUTBOX_PENDING)
                move(store, &row, from);
            if (drawing[from][to] != '-') {
                move(store, &row, to);
                continue;
            }
            assert_ok(db_begin(store->db, err));
            assert_fails(outbox_move(store->db, &row, to, err), ERR_BUSY, "cannot go");
            db_rollback(store->db);
            assert_int_equal(row.state, from);
        }
    }
}

static void
counts_say_how_many_and_how_old(void **state)
{
    struct store *store = *state;
    struct outbox_counts counts;
    struct outbox_row rows[] = { add(store, 30), add(store, 10), add(store, 20) };
    assert_ok(outbox_counts(store->db, &counts, err));
    assert_int_equal(counts.rows[OUTBOX_PENDING], 3);
    assert_int_equal(counts.oldest_pending_ms, 10);
    move(store, &rows[1], OUTBOX_SENT);
    move(store, &rows[2], OUTBOX_HOLD);
    assert_ok(outbox_counts(store->db, &counts, err));
    assert_int_equal(counts.rows[OUTBOX_PENDING], 1);
    assert_int_equal(counts.rows[OUTBOX_SENT], 1);
    assert_int_equal(counts.rows[OUTBOX_HOLD], 1);
    assert_int_equal(counts.oldest_pending_ms, 30);
    move(store, &rows[0], OUTBOX_DEAD);
    assert_ok(outbox_counts(store->db, &counts, err));
    assert_int_equal(counts.oldest_pending_ms, 0);
}

static void
rows_are_held_and_freed_together(void **state)
{
    struct store *store = *state;
    struct outbox_row dead = add(store, 3);
    struct outbox_counts counts;
    int64_t count, waiting, oldest_ms, ids[4];
    unsigned found;
    add(store, 1);
    add(store, 2);
    move(store, &dead, OUTBOX_DEAD);
    assert_ok(db_begin(store->db, err));
    assert_ok(outbox_hold(store->db, "elsewhere", dead.kind, "no", err));
    assert_ok(outbox_hold(store->db, dead.event, dead.kind, "no", err));
    assert_ok(db_commit(store->db, err));
    assert_ok(outbox_counts(store->db, &counts, err));
    assert_int_equal(counts.rows[OUTBOX_HOLD], 2);
    assert_int_equal(counts.rows[OUTBOX_PENDING], 0);
    assert_ok(outbox_waiting(store->db, &waiting, &oldest_ms, err));
    assert_int_equal(waiting, 0);
    assert_ok(db_begin(store->db, err));
    assert_ok(outbox_release(store->db, OUTBOX_HOLD, 0, &count, err));
    assert_int_equal(count, 2);
    assert_ok(outbox_release(store->db, OUTBOX_DEAD, 999, &count, err));
    assert_int_equal(count, 0);
    assert_ok(db_commit(store->db, err));
    assert_ok(outbox_counts(store->db, &counts, err));
    assert_int_equal(counts.rows[OUTBOX_PENDING], 2);
    assert_int_equal(counts.rows[OUTBOX_DEAD], 1);
    assert_ok(outbox_waiting(store->db, &waiting, &oldest_ms, err));
    assert_int_equal(waiting, 2);
    assert_int_equal(oldest_ms, 1);
    assert_ok(outbox_due(store->db, store->now_ms, ids, 4, &found, err));
    assert_int_equal(found, 2);
    store_reopen(store);
    assert_ok(outbox_counts(store->db, &counts, err));
    assert_int_equal(counts.rows[OUTBOX_PENDING], 2);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(rows_go_in_the_order_of_what_happened),
        store_test(a_walk_may_move_what_it_meets),
        store_test(a_row_comes_back_as_it_was_written),
        store_test(every_step_is_one_of_the_drawing_and_no_other),
        store_test(counts_say_how_many_and_how_old),
        store_test(rows_are_held_and_freed_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
