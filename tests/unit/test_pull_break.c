#include "pulling.h"

/* Every kind of break at every question of a run; then the run is made once more,
 * without one. Whatever happened, the roster is in the end what an undisturbed run
 * brings, and at no time less than it was. */

static const char world[] =
    "{\"organizer\":\"dummy\",\"load\":["
    "{\"kind\":\"event\",\"object\":{\"slug\":\"demo\",\"name\":{\"en\":\"Demo\"},"
    "\"live\":true,\"date_from\":\"2026-06-01T08:00:00Z\",\"date_to\":null,"
    "\"date_admission\":null,\"timezone\":\"Asia/Shanghai\","
    "\"plugins\":[\"pretix.plugins.badges\"],\"valid_keys\":{\"pretix_sig1\":[]}}},"
    "{\"kind\":\"item\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":{\"en\":"
    "\"Ticket\"},"
    "\"active\":true,\"admission\":true,\"variations\":[],\"has_variations\":false}},"
    "{\"kind\":\"checkinlist\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":"
    "\"All\"}},"
    "{\"kind\":\"revokedsecret\",\"event\":\"demo\",\"object\":{\"id\":1,\"secret\":"
    "\"old\","
    "\"created\":\"2026-05-01T08:00:00Z\"}}"
    "]}";

enum { ORDERS = 130, TICKETS = ORDERS };

static void
fresh_world(struct pulling *self)
{
    pulling_tell(self, "reset", world);
    pulling_tell(self, "bulk",
                 "{\"event\":\"demo\",\"orders\":130,\"positions\":1,\"items\":[1]}");
}

static char *
undisturbed(struct pulling *self)
{
    fresh_world(self);
    pulling_open(self);
    assert_pulled(self, "demo");
    char *all = pulling_all(self);
    pulling_close(self);
    return all;
}

/* The questions of a run, each by a part of its address, and how many come before it.
 */
static const struct place {
    const char *route;
    unsigned skip;
} places[] = {
    { "device/info", 0 },      { "/subevents/", 0 },      { "events/demo/ ", 0 },
    { "/items/", 0 },          { "/questions/", 0 },      { "/checkinlists/", 0 },
    { "/revokedsecrets/", 0 }, { "/blockedsecrets/", 0 }, { "/orders/", 0 },
    { "/orders/", 1 },         { "/orders/", 2 },         { "/reusablemedia/", 0 },
};

static const char *const breaks[] = {
    "{\"kind\":\"status\",\"status\":503",
    "{\"kind\":\"status\",\"status\":429,\"retry_after\":0",
    "{\"kind\":\"portal\"",
    "{\"kind\":\"redirect\",\"location\":\"https://login.invalid/\"",
    "{\"kind\":\"reset\"",
    "{\"kind\":\"lost\"",
    "{\"kind\":\"cut\"",
    "{\"kind\":\"cut\",\"chunked\":true",
    "{\"kind\":\"content_type\",\"value\":\"text/plain\"",
    "{\"kind\":\"huge\",\"bytes\":9000000",
    "{\"kind\":\"garbage\"",
};

/* All of them at all places take minutes. Each place is broken in three of eleven ways,
 * and over all places each way has its turns; which ones, the seed says, and with
 * YUELAI_SEED=all it is all of them. */
static bool
is_sampled(size_t way, size_t place)
{
    enum { EVERY = 4 };
    const char *text = getenv("YUELAI_SEED");
    long long seed = 0;
    if (text && strcmp(text, "all") == 0)
        return true;
    if (text && !str_read_int(text, 0, INT32_MAX, &seed))
        fail_msg("YUELAI_SEED=%s: want a whole number or all", text);
    return (way + place + (size_t)seed) % EVERY == 0;
}

static void
break_at(struct pulling *self, const char *fault, const struct place *place,
         const char *count)
{
    char body[512];
    const char *route = strcmp(place->route, "events/demo/ ") == 0
                            ? "events/demo/(\\\\?|$)"
                            : place->route;
    snprintf(body, sizeof body, "%s,\"route\":\"%s\",\"skip\":%u,\"count\":%s}", fault,
             route, place->skip, count);
    pulling_tell(self, "fault", body);
}

/* ---- one that passes: the run is none the wiser --------------------------- */

static void
a_break_that_passes_costs_a_retry(void **state)
{
    struct pulling *self = *state;
    char *wanted = undisturbed(self);
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        fresh_world(self);
        pulling_open(self);
        for (size_t p = 0; p < sizeof places / sizeof *places; p++)
            break_at(self, breaks[i], &places[p], "1");
        if (pulling_run(self, "demo", NULL, false) != API_OK)
            fail_msg("%s: %s\n%s", breaks[i], self->status.trouble, self->store.logged);
        char *got = pulling_all(self);
        assert_string_equal(wanted, got);
        free(got);
        pulling_close(self);
    }
    free(wanted);
}

/* ---- one that stays: the run ends, the next one goes on ------------------- */

static void
restart(struct pulling *self)
{
    pull_destroy(self->pull);
    store_reopen(&self->store);
    self->setting.db = self->store.db;
    assert_ok(pull_create(&self->setting, &self->pull, err));
}

static void
check_mended(struct pulling *self, const char *wanted, const char *what,
             const struct place *place)
{
    pulling_tell(self, "fault", "{\"kind\":\"clear\"}");
    for (unsigned run = 0; run < 2; run++) {
        if (pulling_run(self, "demo", NULL, false) != API_OK)
            fail_msg("%s at %s+%u, mended: %s", what, place->route, place->skip,
                     self->status.trouble);
    }
    char *got = pulling_all(self);
    if (strcmp(wanted, got) != 0)
        fail_msg("%s at %s+%u: another roster", what, place->route, place->skip);
    free(got);
}

static void
a_first_load_that_breaks_anywhere_ends_as_if_it_had_not(void **state)
{
    struct pulling *self = *state;
    char *wanted = undisturbed(self);
    self->setting.retries = 0;
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            if (!is_sampled(i, p))
                continue;
            fresh_world(self);
            pulling_open(self);
            break_at(self, breaks[i], &places[p], "null");
            enum api_result result = pulling_run(self, "demo", NULL, false);
            if (result == API_OK || self->status.trouble[0] == '\0')
                fail_msg("%s at %s+%u goes unnoticed", breaks[i], places[p].route,
                         places[p].skip);
            int64_t there = pulling_tickets(self);
            int64_t pages = strcmp(places[p].route, "/orders/") == 0 ? places[p].skip
                            : strcmp(places[p].route, "/reusablemedia/") == 0 ? 3
                                                                              : 0;
            int64_t due = pages * 50 < TICKETS ? pages * 50 : TICKETS;
            if (there != due)
                fail_msg("%s at %s+%u: %lld tickets are kept, %lld had come", breaks[i],
                         places[p].route, places[p].skip, (long long)there,
                         (long long)due);
            if ((i + p / 2) % 2 == 0)
                restart(self);
            check_mended(self, wanted, breaks[i], &places[p]);
            pulling_close(self);
        }
    }
    free(wanted);
}

/* Orders one by one, as they are changed by people: two pages of a delta. */
static void
add_orders(struct pulling *self, int first, int count, const char *modified)
{
    struct str out;
    str_init(&out, 1 << 20);
    str_add_text(&out, "{\"load\":[");
    for (int i = first; i < first + count; i++)
        str_addf(
            &out,
            "%s{\"kind\":\"order\",\"event\":\"demo\",\"object\":{\"code\":\"N%03d\","
            "\"status\":\"p\",\"datetime\":\"2026-05-02T10:%02d:00Z\","
            "\"last_modified\":\"%s\",\"positions\":["
            "{\"id\":%d,\"positionid\":1,\"item\":1,\"secret\":\"new%d\","
            "\"attendee_name\":\"New %d\",\"pseudonymization_id\":\"NEWREF%d\"}]}}",
            i > first ? "," : "", i, i % 60, modified, 900001 + i, i, i, i);
    str_add_text(&out, "]}");
    pulling_tell(self, "load", out.data);
    str_finish(&out);
}

static void
before_the_delta(struct pulling *self)
{
    pulling_tell(self, "reset", world);
    add_orders(self, 0, 70, "2026-05-02T10:00:00Z");
    pulling_open(self);
    assert_pulled(self, "demo");
    assert_int_equal(pulling_tickets(self), 70);
    add_orders(self, 60, 60, "2099-01-01T00:00:00Z");
}

static char *
undisturbed_delta(struct pulling *self)
{
    before_the_delta(self);
    assert_pulled(self, "demo");
    assert_int_equal(self->status.done, 60);
    assert_int_equal(pulling_tickets(self), 120);
    char *all = pulling_all(self);
    pulling_close(self);
    return all;
}

static void
a_delta_that_breaks_anywhere_ends_as_if_it_had_not(void **state)
{
    struct pulling *self = *state;
    char *wanted = undisturbed_delta(self);
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            if (places[p].skip > 1 || !is_sampled(i, p + 2))
                continue;
            before_the_delta(self);
            break_at(self, breaks[i], &places[p], "null");
            if (pulling_run(self, "demo", NULL, (i + p) % 3 == 2) == API_OK)
                fail_msg("%s at %s goes unnoticed", breaks[i], places[p].route);
            assert_true(pulling_tickets(self) >= 70);
            if ((i + p / 2) % 2 == 0)
                restart(self);
            check_mended(self, wanted, breaks[i], &places[p]);
            pulling_close(self);
        }
    }
    free(wanted);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_break_that_passes_costs_a_retry),
        cmocka_unit_test(a_first_load_that_breaks_anywhere_ends_as_if_it_had_not),
        cmocka_unit_test(a_delta_that_breaks_anywhere_ends_as_if_it_had_not),
    };
    return cmocka_run_group_tests(tests, pulling_begin_all, pulling_end_all);
}
