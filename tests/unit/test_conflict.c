#include "store/conflict.h"

#include "storing.h"

static bool
count_conflict(const struct conflict *conflict, void *self)
{
    assert_string_equal(conflict->theirs, "Door 2");
    ++*(unsigned *)self;
    return true;
}

static void
a_conflict_is_found_once_and_dealt_with_once(void **state)
{
    struct store *store = *state;
    struct conflict conflict = { .event = "citec",
                                 .list = "1",
                                 .ref = "R",
                                 .ours = "A",
                                 .ours_ms = 5,
                                 .theirs = "Door 2",
                                 .theirs_ms = 7,
                                 .found_ms = 9 };
    int64_t open;
    bool made;
    assert_ok(db_begin(store->db, err));
    assert_ok(conflict_add(store->db, &conflict, &made, err));
    assert_true(made);
    assert_ok(conflict_add(store->db, &conflict, &made, err));
    assert_false(made);
    assert_ok(db_commit(store->db, err));
    assert_ok(conflict_count(store->db, &open, err));
    assert_int_equal(open, 1);
    assert_ok(db_begin(store->db, err));
    assert_ok(conflict_done(store->db, conflict.id, 11, "staff:li", err));
    assert_fails(conflict_done(store->db, 99, 11, "staff:li", err), ERR_ABSENT, "99");
    assert_ok(db_commit(store->db, err));
    assert_ok(conflict_count(store->db, &open, err));
    assert_int_equal(open, 0);
    unsigned all = 0, left = 0;
    assert_ok(conflict_each(store->db, false, 0, 0, count_conflict, &all, err));
    assert_ok(conflict_each(store->db, true, 0, 0, count_conflict, &left, err));
    assert_int_equal(all, 1);
    assert_int_equal(left, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_conflict_is_found_once_and_dealt_with_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
