#include "store/settings.h"

#include "storing.h"

static void
a_value_is_kept_over_a_restart(void **state)
{
    struct store *store = *state;
    char value[64];
    int64_t number;
    assert_ok(settings_get(store->db, "role", value, sizeof value, err));
    assert_string_equal(value, "");
    assert_ok(settings_set(store->db, "role", "list=citec/main", err));
    assert_ok(settings_set(store->db, "role", "list=citec/悦来 '\"; --", err));
    assert_ok(settings_set_int(store->db, "least", INT64_MIN, err));
    store_reopen(store);
    assert_ok(settings_get(store->db, "role", value, sizeof value, err));
    assert_string_equal(value, "list=citec/悦来 '\"; --");
    assert_ok(settings_get_int(store->db, "least", 7, &number, err));
    assert_true(number == INT64_MIN);
    assert_ok(settings_remove(store->db, "role", err));
    assert_ok(settings_remove(store->db, "role", err));
    assert_ok(settings_get(store->db, "role", value, sizeof value, err));
    assert_string_equal(value, "");
}

static void
what_does_not_fit_is_told(void **state)
{
    struct store *store = *state;
    char value[8];
    int64_t number;
    assert_ok(settings_set(store->db, "long", "12345678", err));
    assert_fails(settings_get(store->db, "long", value, sizeof value, err), ERR_LIMIT,
                 "long");
    assert_ok(settings_set(store->db, "long", "1234567", err));
    assert_ok(settings_get(store->db, "long", value, sizeof value, err));
    assert_ok(settings_set(store->db, "word", "seven", err));
    assert_fails(settings_get_int(store->db, "word", 0, &number, err), ERR_INPUT,
                 "word");
    assert_ok(settings_get_int(store->db, "absent", -3, &number, err));
    assert_int_equal(number, -3);
}

static void
a_value_goes_with_its_transaction(void **state)
{
    struct store *store = *state;
    char value[8];
    assert_ok(db_begin(store->db, err));
    assert_ok(settings_set(store->db, "a", "1", err));
    db_rollback(store->db);
    assert_ok(settings_get(store->db, "a", value, sizeof value, err));
    assert_string_equal(value, "");
    assert_ok(db_begin(store->db, err));
    assert_ok(settings_set(store->db, "a", "2", err));
    assert_ok(db_commit(store->db, err));
    assert_ok(settings_get(store->db, "a", value, sizeof value, err));
    assert_string_equal(value, "2");
}

struct walk {
    struct db *db;
    char keys[256];
    bool stop;
};

static bool
remove_each(const char *key, const char *value, void *self)
{
    struct walk *walk = self;
    size_t used = strlen(walk->keys);
    snprintf(walk->keys + used, sizeof walk->keys - used, "%s=%s ", key, value);
    assert_ok(settings_remove(walk->db, key, err));
    return !walk->stop;
}

static void
a_walk_goes_over_a_prefix_in_order(void **state)
{
    struct store *store = *state;
    static const char *const keys[] = { "pin.li", "pin", "pin.", "pin.an", "pio", "a" };
    struct walk walk = { .db = store->db };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_ok(settings_set(store->db, keys[i], "x", err));
    assert_ok(settings_each(store->db, "pin.", remove_each, &walk, err));
    assert_string_equal(walk.keys, "pin.=x pin.an=x pin.li=x ");
    walk = (struct walk){ .db = store->db, .stop = true };
    assert_ok(settings_each(store->db, "pi", remove_each, &walk, err));
    assert_string_equal(walk.keys, "pin=x ");
}

static bool
collect(const struct audit_row *row, void *self)
{
    struct audit_row *last = self;
    assert_true(row->id > last->id);
    *last = *row;
    return true;
}

static void
the_audit_says_who_did_what_and_when(void **state)
{
    struct store *store = *state;
    struct audit_row last = { 0 };
    assert_ok(audit_add(store->db, "uid:0", "import", "rows=1", err));
    store->now_ms += 5;
    assert_ok(audit_add(store->db, "staff:li", "reprint", "ref=A \"lost\"", err));
    assert_ok(audit_each(store->db, 0, collect, &last, err));
    assert_int_equal(last.id, 2);
    assert_int_equal(last.at_ms, store->now_ms);
    assert_string_equal(last.who, "staff:li");
    assert_string_equal(last.what, "reprint");
    assert_string_equal(last.detail, "ref=A \"lost\"");
    assert_ok(audit_each(store->db, 2, collect, &last, err));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_value_is_kept_over_a_restart),
        store_test(what_does_not_fit_is_told),
        store_test(a_value_goes_with_its_transaction),
        store_test(a_walk_goes_over_a_prefix_in_order),
        store_test(the_audit_says_who_did_what_and_when),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
