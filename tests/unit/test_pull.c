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
begin_all(void **state)
{
    struct pulling *self = calloc(1, sizeof *self);
    assert_non_null(self);
    assert_ok(pretix_server_start(&self->server, NULL, err));
    *state = self;
    return 0;
}

static int
end_all(void **state)
{
    struct pulling *self = *state;
    pretix_server_stop(self->server);
    free(self);
    return 0;
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

/* ---- whole runs
 * -------------------------------------------------------------------------- */

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_first_load_brings_all_and_a_second_run_nothing_new, setup, teardown),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
