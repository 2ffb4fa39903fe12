/* Products that have no badge at the ticketing server: admitted, and nothing printed.
 */
#include "at_door.h"

#include "store/catalog.h"

/* Makes the conference a server's; T-ANA has bought a product without a badge. */
static void
turn_into_servers(struct door *door)
{
    const struct roster_age age = { .complete_ms = 1 };
    const struct pen *pen = roster_pen(door->db);
    struct event event = {
        .slug = "citec", .name = "CITEC", .zone = "Asia/Shanghai", .source = "pretix"
    };
    struct product product = { .id = 7,
                               .name = "Day ticket",
                               .layout = CATALOG_LAYOUT_NONE };
    struct roster_row row = { .secret = "T-ANA", .import_key = "T-ANA" };
    int64_t id;
    bool made;
    row.ticket.origin = (struct ticket_origin){ .position = 100, .product = 7 };
    str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
    str_copy(row.ticket.name, sizeof row.ticket.name, "Ana");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    assert_ok(roster_begin(door->db, err));
    assert_ok(catalog_put_event(pen, &event, err));
    assert_ok(catalog_put_product(pen, "citec", &product, err));
    assert_ok(roster_put_ticket(door->db, &row, &id, &made, err));
    assert_ok(roster_commit(door->db, err));
    feed_publish(&door->feed, FEED_ROSTER, &age);
}

static bool
draws_as_asked(const char *kind, void *self)
{
    (void)kind;
    return *(const bool *)self;
}

static void
a_product_without_a_badge_at_the_server_admits_and_prints_nothing(void **state)
{
    static bool by_server;
    struct door *door = *state;
    by_server = true;
    door->setting.server_draws = draws_as_asked;
    door->setting.server_self = &by_server;
    door_restart(door);
    turn_into_servers(door);

    const struct desk_outcome *outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_ADMIT);
    assert_true(outcome->recorded);
    assert_true(outcome->no_badge);
    assert_false(outcome->has_job);
    assert_int_equal(door->jobs, 0);
    /* no badge is missing: who is in is in */
    assert_verdict(door_scan(door, "T-ANA"), VERDICT_ALREADY_IN);

    /* where badges are only printed, there is none to print */
    door_take_role(door, "list=citec/main direction=entry work=print-only");
    outcome = door_scan(door, "T-ANA");
    assert_verdict(outcome, VERDICT_PRINT_ONLY);
    assert_true(outcome->no_badge);
    assert_false(outcome->badge_out);
    assert_int_equal(door->jobs, 0);

    /* staff may have one made all the same, and then it counts */
    struct spool_job job;
    assert_ok(desk_reprint(door->desk, door_ref(door, "T-ANA"), "guest of honour", "li",
                           &job, err));
    assert_true(door_scan(door, "T-ANA")->has_job);

    /* with a design of our own every product has a badge */
    by_server = false;
    door_take_role(door, "list=citec/main direction=entry work=admit+print");
    outcome = door_scan_at(door, 1, "T-ANA");
    assert_false(outcome->no_badge);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        door_test(a_product_without_a_badge_at_the_server_admits_and_prints_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
