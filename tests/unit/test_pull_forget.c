#include "pulling.h"
#include "store/roster_search.h"

/* What an organiser has given goes when the station leaves them: out of reach at once,
 * and away bit by bit, whatever comes between. */

static const char world[] =
    "{\"organizer\":\"dummy\",\"load\":["
    "{\"kind\":\"event\",\"object\":{\"slug\":\"demo\",\"name\":{\"en\":\"Demo\"},"
    "\"live\":true,\"date_from\":\"2026-06-01T08:00:00Z\",\"date_to\":null,"
    "\"date_admission\":null,\"timezone\":\"Asia/Shanghai\",\"plugins\":[],"
    "\"valid_keys\":{\"pretix_sig1\":[]}}},"
    "{\"kind\":\"item\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":{\"en\":"
    "\"Ticket\"},\"active\":true,\"admission\":true,\"variations\":[],"
    "\"has_variations\":false}},"
    "{\"kind\":\"checkinlist\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":"
    "\"All\"}},"
    "{\"kind\":\"reusablemedium\",\"object\":{\"id\":1,\"type\":\"barcode\","
    "\"identifier\":\"BAND\",\"active\":true,\"expires\":null,\"linked_orderposition\":"
    "null}}]}";

static int
begin(void **state)
{
    struct pulling *self = *state;
    pulling_tell(self, "reset", world);
    pulling_tell(self, "bulk",
                 "{\"event\":\"demo\",\"orders\":130,\"positions\":1,\"items\":[1]}");
    pulling_open(self);
    assert_pulled(self, "demo");
    return 0;
}

static int
end(void **state)
{
    pulling_close(*state);
    return 0;
}

static void
leave(struct pulling *self)
{
    assert_ok(roster_begin(self->store.db, err));
    assert_ok(roster_leave(self->store.db, "pretix", err));
    assert_ok(roster_commit(self->store.db, err));
}

static bool
has_event(struct pulling *self, const char *slug)
{
    struct event event;
    bool found;
    assert_ok(roster_event(self->store.db, slug, &found, &event, err));
    return found;
}

static bool
has_left(struct pulling *self)
{
    bool left;
    assert_ok(roster_has_left(self->store.db, &left, err));
    return left;
}

static void
on_forgotten(void *self_)
{
    struct pulling *self = self_;
    self->ended = true;
    loop_real_stop(self->real);
}

static void
what_is_left_is_out_of_reach_at_once(void **state)
{
    struct pulling *self = *state;
    char value[CATALOG_MARK_MAX + 1];
    leave(self);
    assert_true(has_left(self));
    assert_false(has_event(self, "demo"));
    assert_ok(catalog_mark(self->store.db, "demo", "orders.state", value, err));
    assert_string_equal(value, "");
    assert_ok(catalog_mark(self->store.db, "", "media.generated", value, err));
    assert_string_equal(value, "");
}

static void
it_goes_bit_by_bit_and_wholly(void **state)
{
    struct pulling *self = *state;
    struct roster_age age;
    unsigned slices = 0;
    bool more = true;
    leave(self);
    while (more) {
        int64_t before, after;
        assert_ok(roster_age(self->store.db, &age, err));
        before = age.tickets;
        assert_ok(roster_begin(self->store.db, err));
        assert_ok(roster_remove_left(self->store.db, 8, &more, err));
        assert_ok(roster_commit(self->store.db, err));
        assert_ok(roster_age(self->store.db, &age, err));
        after = age.tickets;
        assert_true(before - after <= 8);
        slices++;
    }
    assert_true(slices >= 130 / 8);
    assert_int_equal(age.tickets, 0);
    assert_false(has_left(self));
    struct ticket hits[4];
    unsigned count;
    assert_ok(roster_search(self->store.db, "", "guest", hits, 4, &count, err));
    assert_int_equal(count, 0);
}

static void
whoever_asked_hears_of_its_end(void **state)
{
    struct pulling *self = *state;
    leave(self);
    self->ended = false;
    pull_forget(self->pull, on_forgotten, self);
    while (!self->ended)
        loop_real_run(self->real);
    assert_false(has_left(self));
}

/* The same slug at another server is another event: nothing of the old one may pass for
 * a part of it. */
static void
a_run_waits_for_it_and_loads_all_anew(void **state)
{
    struct pulling *self = *state;
    char *wanted = pulling_all(self);
    leave(self);
    pull_forget(self->pull, NULL, NULL);
    assert_pulled(self, "demo");
    assert_int_equal(self->status.done, 130);
    assert_true(self->status.first_load);
    assert_false(has_left(self));
    char *got = pulling_all(self);
    assert_string_equal(wanted, got);
    free(wanted);
    free(got);
}

static void
a_restart_in_between_is_made_up_for(void **state)
{
    struct pulling *self = *state;
    char *wanted = pulling_all(self);
    bool more;
    leave(self);
    assert_ok(roster_begin(self->store.db, err));
    assert_ok(roster_remove_left(self->store.db, 8, &more, err));
    assert_ok(roster_commit(self->store.db, err));
    pull_destroy(self->pull);
    store_reopen(&self->store);
    self->setting.db = self->store.db;
    assert_ok(pull_create(&self->setting, &self->pull, err));
    assert_true(has_left(self));
    assert_pulled(self, "demo");
    assert_false(has_left(self));
    char *got = pulling_all(self);
    assert_string_equal(wanted, got);
    free(wanted);
    free(got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_left_is_out_of_reach_at_once, begin,
                                        end),
        cmocka_unit_test_setup_teardown(it_goes_bit_by_bit_and_wholly, begin, end),
        cmocka_unit_test_setup_teardown(whoever_asked_hears_of_its_end, begin, end),
        cmocka_unit_test_setup_teardown(a_run_waits_for_it_and_loads_all_anew, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_restart_in_between_is_made_up_for, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, pulling_begin_all, pulling_end_all);
}
