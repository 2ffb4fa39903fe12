#include "pulling.h"

#include "store/roster_search.h"

/* Cancelled positions: the server names them only if it is asked to, and a station asks
 * only where there are media, for which they count; they are here for those alone. */

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
    "{\"kind\":\"order\",\"event\":\"demo\",\"object\":{\"code\":\"AAA\",\"status\":"
    "\"p\",\"email\":\"ana@example.org\",\"positions\":["
    "{\"id\":11,\"item\":1,\"secret\":\"good-secret-11\",\"attendee_name\":\"Ana\"},"
    "{\"id\":12,\"item\":1,\"secret\":\"gone-secret-12\",\"attendee_name\":\"Bojan\","
    "\"canceled\":true,\"checkins\":[{\"list\":1,\"datetime\":"
    "\"2026-06-01T09:00:00Z\"}]},"
    "{\"id\":13,\"item\":1,\"secret\":\"lunch-secret-13\",\"addon_to\":11,"
    "\"canceled\":true}]}},"
    "{\"kind\":\"order\",\"event\":\"demo\",\"object\":{\"code\":\"BBB\",\"status\":"
    "\"p\",\"positions\":[{\"id\":21,\"item\":1,\"secret\":\"good-secret-21\","
    "\"attendee_name\":\"Vera\"}]}}"
    "]}";

static int
setup(void **state)
{
    struct pulling *self = *state;
    pulling_tell(self, "reset", world);
    pulling_open(self);
    return 0;
}

static int
teardown(void **state)
{
    pulling_close(*state);
    return 0;
}

static void
step(struct pulling *self, const char *text)
{
    pulling_tell(self, "step", text);
}

static void
link_medium(struct pulling *self, const char *positions)
{
    char body[256];
    snprintf(body, sizeof body,
             "{\"op\":\"add\",\"kind\":\"reusablemedium\",\"object\":{\"id\":5,"
             "\"type\":\"barcode\",\"identifier\":\"WRIST\","
             "\"linked_orderpositions\":[%s]}}",
             positions);
    step(self, body);
}

/* What was asked for since the last time: questions for orders, those of them for all,
 * those of them for cancelled ones, too. */
struct asked {
    unsigned orders, whole, cancelled;
};

static bool
has_pair(const struct json *row, const char *name)
{
    const struct json *pair = json_first(json_member(row, "query"));
    for (; pair; pair = json_next(pair)) {
        const char *text;
        assert_ok(json_text(json_first(pair), "", &text, err));
        if (strcmp(text, name) == 0)
            return true;
    }
    return false;
}

static struct asked
asked(struct pulling *self)
{
    struct json *answer;
    struct asked asked = { 0 };
    assert_ok(pretix_server_control(self->server, "requests", "{}", &answer, err));
    const struct json *row = json_first(json_member(answer, "requests"));
    for (; row; row = json_next(row)) {
        const char *path;
        assert_ok(json_text(row, "path", &path, err));
        if (!strstr(path, "/orders/"))
            continue;
        asked.orders++;
        asked.whole += !has_pair(row, "modified_since");
        asked.cancelled += has_pair(row, "include_canceled_positions");
    }
    json_free(answer);
    return asked;
}

#define assert_asked(self, orders_, whole_, cancelled_)   \
    do {                                                  \
        struct asked asked_ = asked(self);                \
        assert_int_equal(asked_.orders, (orders_));       \
        assert_int_equal(asked_.whole, (whole_));         \
        assert_int_equal(asked_.cancelled, (cancelled_)); \
    } while (0)

static bool
is_here(struct pulling *self, int64_t position, struct ticket *ticket)
{
    bool found;
    assert_ok(
        roster_by_position(self->store.db, "demo", position, &found, ticket, err));
    return found;
}

/* How many tickets a code may mean; *first is the position of the first. */
static unsigned
by_code(struct pulling *self, const char *code, int64_t *first)
{
    struct roster_candidates found;
    assert_ok(roster_candidates(self->store.db, "demo", code, strlen(code), true,
                                &found, err));
    *first = found.count > 0 ? found.rows[0].position : 0;
    return found.count;
}

static void
pull_twice(struct pulling *self)
{
    assert_pulled(self, "demo");
    asked(self);
    assert_pulled(self, "demo");
}

/* ---- when they are asked for ---------------------------------------------- */

static void
without_media_they_are_not_asked_for(void **state)
{
    struct pulling *self = *state;
    struct ticket ticket;
    pull_twice(self);
    assert_asked(self, 1, 0, 0);
    assert_false(is_here(self, 12, &ticket));
    assert_int_equal(pulling_tickets(self), 2);
    assert_well_behaved(self);
}

static void
media_bring_them_once_and_then_with_what_changed(void **state)
{
    struct pulling *self = *state;
    struct ticket ticket;
    pull_twice(self);
    assert_asked(self, 1, 0, 0);
    link_medium(self, "11,12,999999");
    pull_twice(self);
    assert_asked(self, 1, 1, 1); /* all of it, once */
    assert_true(is_here(self, 12, &ticket));
    assert_int_equal(ticket.status, TICKET_CANCELLED);
    assert_true(is_here(self, 13, &ticket));
    for (unsigned i = 0; i < 2; i++) {
        assert_pulled(self, "demo");
        assert_asked(self, 1, 0, 1);
    }
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    assert_asked(self, 1, 1, 1);
    assert_true(is_here(self, 12, &ticket));
    assert_pulled(self, "demo");
    assert_asked(self, 1, 0, 1);
    assert_well_behaved(self);
}

static void
a_ticket_cancelled_under_its_medium_stays_for_it(void **state)
{
    struct pulling *self = *state;
    struct ticket ticket;
    link_medium(self, "21");
    pull_twice(self);
    asked(self);
    step(self, "{\"op\":\"patch\",\"kind\":\"position\",\"id\":21,\"set\":"
               "{\"canceled\":true}}");
    assert_pulled(self, "demo");
    assert_asked(self, 1, 0, 1);
    assert_true(is_here(self, 21, &ticket));
    assert_int_equal(ticket.status, TICKET_CANCELLED);
    assert_int_equal(pulling_tickets(self), 1);
}

/* ---- what they are -------------------------------------------------------- */

static bool
count_one(const struct ticket *ticket, void *self)
{
    (void)ticket;
    ++*(unsigned *)self;
    return true;
}

static void
they_are_there_for_the_medium_and_for_nothing_else(void **state)
{
    struct pulling *self = *state;
    struct db *db;
    struct roster_candidates found = { .count = 0 };
    struct ticket hits[4];
    char secret[ROSTER_SECRET_MAX + 1];
    unsigned count;
    bool has;
    int64_t first;
    link_medium(self, "11,12");
    pull_twice(self);
    db = self->store.db;
    assert_int_equal(pulling_tickets(self), 2);
    assert_int_equal(by_code(self, "gone-secret-12", &first), 0);
    assert_int_equal(by_code(self, "good-secret-11", &first), 1);
    assert_ok(roster_search(db, "demo", "bojan", hits, 4, &count, err));
    assert_int_equal(count, 0);
    assert_ok(roster_search(db, "demo", "ana", hits, 4, &count, err));
    assert_int_equal(count, 1);
    count = 0;
    assert_ok(
        roster_by_contact(db, "demo", "ana@example.org", 8, count_one, &count, err));
    assert_int_equal(count, 1);
    assert_true(is_here(self, 12, hits));
    assert_ok(roster_secret(db, hits->id, &has, secret, err));
    assert_false(has);
    char *all = pulling_all(self);
    assert_null(strstr(all, "entry on 1"));
    free(all);

    assert_ok(roster_add_candidates(db, "demo", 11, true, &found, err));
    assert_int_equal(found.count, 2); /* with the add-on */
    assert_ok(roster_add_cancelled(db, "demo", "WRIST", 5, true, &found, err));
    assert_int_equal(found.count, 3);
    assert_int_equal(found.rows[2].position, 12);
    assert_true(found.rows[1].cancelled);
    assert_true(found.rows[2].cancelled);
    assert_ok(roster_add_cancelled(db, "demo", "WRIST", 5, true, &found, err));
    assert_ok(roster_add_cancelled(db, "demo", "WRISTS", 6, true, &found, err));
    assert_int_equal(found.count, 3);
}

static void
a_delta_and_a_refresh_tell_the_same_of_them(void **state)
{
    struct pulling *self = *state;
    link_medium(self, "12");
    pull_twice(self);
    step(self, "{\"op\":\"patch\",\"kind\":\"position\",\"id\":11,\"set\":"
               "{\"canceled\":true}}");
    assert_pulled(self, "demo");
    char *delta = pulling_all(self);
    assert_int_equal(pulling_run(self, "demo", NULL, true), API_OK);
    char *full = pulling_all(self);
    assert_string_equal(delta, full);
    free(delta);
    free(full);
}

static void
a_code_that_moves_on_from_a_cancelled_one_works(void **state)
{
    struct pulling *self = *state;
    struct ticket ticket;
    int64_t first;
    link_medium(self, "12");
    pull_twice(self);
    step(self, "{\"op\":\"patch\",\"kind\":\"order\",\"id\":\"BBB\",\"set\":"
               "{\"positions\":["
               "{\"id\":22,\"item\":1,\"secret\":\"good-secret-21\",\"attendee_name\":"
               "\"Vera\"},"
               "{\"id\":21,\"item\":1,\"secret\":\"good-secret-21\",\"attendee_name\":"
               "\"Vera\",\"canceled\":true}]}}");
    assert_pulled(self, "demo");
    assert_int_equal(self->status.bad, 0);
    assert_int_equal(by_code(self, "good-secret-21", &first), 1);
    assert_int_equal(first, 22);
    assert_true(is_here(self, 21, &ticket));
    assert_int_equal(ticket.status, TICKET_CANCELLED);
    assert_int_equal(pulling_tickets(self), 2);
}

static void
one_that_is_taken_back_has_its_code_again(void **state)
{
    struct pulling *self = *state;
    int64_t first;
    link_medium(self, "12");
    pull_twice(self);
    step(self, "{\"op\":\"patch\",\"kind\":\"position\",\"id\":12,\"set\":"
               "{\"canceled\":false}}");
    assert_pulled(self, "demo");
    assert_int_equal(by_code(self, "gone-secret-12", &first), 1);
    assert_int_equal(first, 12);
    assert_int_equal(pulling_tickets(self), 3);
}

int
main(void)
{
#define pull_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        pull_test(without_media_they_are_not_asked_for),
        pull_test(media_bring_them_once_and_then_with_what_changed),
        pull_test(a_ticket_cancelled_under_its_medium_stays_for_it),
        pull_test(they_are_there_for_the_medium_and_for_nothing_else),
        pull_test(a_delta_and_a_refresh_tell_the_same_of_them),
        pull_test(a_code_that_moves_on_from_a_cancelled_one_works),
        pull_test(one_that_is_taken_back_has_its_code_again),
    };
    return cmocka_run_group_tests(tests, pulling_begin_all, pulling_end_all);
}
