#include "store/catalog.h"

#include "storing.h"

#include "store/roster_build.h"

enum { POSITION = 101, PRODUCT = 7 };

/* ---- an event as a server would give it --------------------------------------------
 */

static struct event
citec(void)
{
    struct event event = { .starts_ms = 1000, .admission_ms = 900, .is_series = true };
    str_copy(event.slug, sizeof event.slug, "citec");
    str_copy(event.source, sizeof event.source, "pretix");
    str_copy(event.zone, sizeof event.zone, "Asia/Shanghai");
    return event;
}

static void
put_event(struct store *store)
{
    const struct event event = citec();
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_put_event(roster_pen(store->db), &event, err));
    assert_ok(roster_commit(store->db, err));
}

static int64_t
put_position(struct store *store, int64_t position, int64_t parent, const char *order,
             const char *ref)
{
    char key[32], secret[32];
    int64_t id;
    bool made;
    snprintf(key, sizeof key, "%lld", (long long)position);
    snprintf(secret, sizeof secret, "secret-of-%lld", (long long)position);
    struct roster_row row = store_row("citec", key, secret, "Žižić");
    row.ticket.origin.position = position;
    row.ticket.origin.parent = parent;
    row.ticket.origin.product = PRODUCT;
    str_copy(row.ticket.order_code, sizeof row.ticket.order_code, order);
    str_copy(row.ticket.ref, sizeof row.ticket.ref, ref);
    assert_ok(roster_put_ticket(store->db, &row, &id, &made, err));
    return id;
}

static unsigned
candidates(struct store *store, const char *secret, bool addons,
           struct roster_candidates *found)
{
    assert_ok(roster_candidates(store->db, "citec", secret, strlen(secret), addons,
                                found, err));
    return found->count;
}

/* ---- tickets ----------------------------------------------------------------------
 */

static void
what_a_server_knows_of_a_ticket_is_kept(void **state)
{
    struct store *store = *state;
    static const struct roster_answer answers[] = { { 5, "M" }, { 3, "两 \"zwei\"" } };
    static const char *const contacts[] = { "Ana@Example.org", "office@example.org" };
    struct roster_row row = store_row("citec", "101", "SECRET-0123456789", "Ana");
    struct ticket ticket;
    bool made, found;
    int64_t id;
    put_event(store);
    row.ticket.origin = (struct ticket_origin){
        .position = POSITION,
        .product = PRODUCT,
        .variation = 3,
        .parent = 9,
        .number = 2,
        .unapproved = true,
        .attention = true,
        .note = "ask for the pass",
    };
    row.answers = answers;
    row.answer_count = 2;
    row.contacts = contacts;
    row.contact_count = 2;
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_ticket(store->db, &row, &id, &made, err));
    assert_ok(roster_commit(store->db, err));

    assert_ok(roster_by_position(store->db, "citec", POSITION, &found, &ticket, err));
    assert_true(found);
    assert_int_equal(ticket.origin.variation, 3);
    assert_int_equal(ticket.origin.parent, 9);
    assert_int_equal(ticket.origin.number, 2);
    assert_true(ticket.origin.unapproved && ticket.origin.attention);
    assert_string_equal(ticket.origin.note, "ask for the pass");
    assert_ok(roster_by_position(store->db, "citec", 5, &found, &ticket, err));
    assert_false(found);
}

static bool
add_answer(const struct roster_answer *answer, void *self)
{
    struct str *text = self;
    return str_addf(text, "%lld=%s;", (long long)answer->question, answer->value);
}

static bool
count_ticket(const struct ticket *ticket, void *self)
{
    (void)ticket;
    ++*(unsigned *)self;
    return true;
}

static unsigned
count_contact(struct store *store, const char *contact)
{
    unsigned count = 0;
    assert_ok(
        roster_by_contact(store->db, "citec", contact, 10, count_ticket, &count, err));
    return count;
}

static void
an_update_replaces_answers_and_addresses(void **state)
{
    struct store *store = *state;
    static const struct roster_answer first[] = { { 5, "M" }, { 3, "x" } };
    static const struct roster_answer second[] = { { 5, "L" } };
    static const char *const old_contact[] = { "old@example.org" };
    static const char *const new_contact[] = { "new@example.org" };
    struct roster_row row = store_row("citec", "101", NULL, "Ana");
    struct str text;
    bool made;
    int64_t id;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    row.answers = first;
    row.answer_count = 2;
    row.contacts = old_contact;
    row.contact_count = 1;
    assert_ok(roster_put_ticket(store->db, &row, &id, &made, err));
    row.answers = second;
    row.answer_count = 1;
    row.contacts = new_contact;
    assert_ok(roster_put_ticket(store->db, &row, &id, &made, err));
    assert_ok(roster_commit(store->db, err));

    str_init(&text, 1000);
    assert_ok(roster_answers(store->db, id, add_answer, &text, err));
    assert_string_equal(text.data, "5=L;");
    str_finish(&text);
    assert_int_equal(count_contact(store, "old@example.org"), 0);
    assert_int_equal(count_contact(store, "NEW@Example.ORG"), 1);
}

static void
a_ref_that_is_taken_gives_way_to_a_made_one(void **state)
{
    struct store *store = *state;
    struct ticket first, second;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    int64_t a = put_position(store, 1, 0, "AAAAA", "8ZRDDYTVVD");
    int64_t b = put_position(store, 2, 0, "AAAAA", "8ZRDDYTVVD");
    assert_ok(roster_commit(store->db, err));
    bool found;
    assert_ok(roster_by_id(store->db, a, &found, &first, err));
    assert_ok(roster_by_id(store->db, b, &found, &second, err));
    assert_string_equal(first.ref, "8ZRDDYTVVD");
    assert_string_not_equal(second.ref, "8ZRDDYTVVD");
    assert_int_equal(strlen(second.ref), 10);
}

static void
a_code_means_its_ticket_and_where_asked_its_addons(void **state)
{
    struct store *store = *state;
    struct roster_candidates found;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    put_position(store, 1, 0, "AAAAA", "");
    put_position(store, 2, 1, "AAAAA", "");
    put_position(store, 3, 1, "AAAAA", "");
    put_position(store, 4, 0, "BBBBB", "");
    assert_ok(roster_commit(store->db, err));

    assert_int_equal(candidates(store, "secret-of-1", false, &found), 1);
    assert_int_equal(found.rows[0].position, 1);
    assert_int_equal(candidates(store, "secret-of-1", true, &found), 3);
    assert_int_equal(found.rows[2].parent, 1);
    assert_int_equal(candidates(store, "secret-of-9", true, &found), 0);
    assert_int_equal(candidates(store, "secret-of-4", true, &found), 1);
    assert_ok(roster_add_candidates(store->db, "citec", 1, true, &found, err));
    assert_int_equal(found.count, 4);
    assert_ok(roster_add_candidates(store->db, "other", 1, true, &found, err));
    assert_int_equal(found.count, 4);
}

static void
what_a_server_no_longer_names_is_gone_and_journal_stays(void **state)
{
    struct store *store = *state;
    static const int64_t kept[] = { 2 };
    struct roster_candidates found;
    struct roster_age age;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    put_position(store, 1, 0, "AAAAA", "REFONE");
    put_position(store, 2, 0, "AAAAA", "");
    put_position(store, 3, 0, "BBBBB", "");
    assert_ok(roster_keep_positions(store->db, "citec", "AAAAA", kept, 1, err));
    assert_ok(roster_commit(store->db, err));

    assert_int_equal(candidates(store, "secret-of-1", false, &found), 0);
    assert_int_equal(candidates(store, "secret-of-2", false, &found), 1);
    assert_int_equal(candidates(store, "secret-of-3", false, &found), 1);
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 2);

    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_remove_event(store->db, "citec", err));
    assert_ok(roster_commit(store->db, err));
    assert_int_equal(candidates(store, "secret-of-2", false, &found), 0);
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 0);
}

/* ---- the catalog -------------------------------------------------------------------
 */

static void
products_replace_those_of_before(void **state)
{
    struct store *store = *state;
    const struct pen *pen = roster_pen(store->db);
    struct product product = { .id = 7,
                               .name = "Ticket",
                               .kind = "vip",
                               .layout = CATALOG_LAYOUT_NONE,
                               .attention = true };
    const struct variation variation = { .id = 3, .product = 7, .name = "Two days" };
    struct variation got_variation;
    struct product got;
    bool found;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_put_product(pen, "citec", &product, err));
    assert_ok(catalog_put_variation(pen, "citec", &variation, err));
    product.id = 8;
    assert_ok(catalog_put_product(pen, "citec", &product, err));
    assert_ok(roster_commit(store->db, err));
    assert_ok(catalog_product(store->db, "citec", 7, &found, &got, err));
    assert_true(found && got.attention);
    assert_string_equal(got.kind, "vip");
    assert_int_equal(got.layout, CATALOG_LAYOUT_NONE);
    assert_ok(catalog_variation(store->db, "citec", 3, &found, &got_variation, err));
    assert_true(found);
    assert_string_equal(got_variation.name, "Two days");

    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_keep(pen, "citec", CATALOG_PRODUCTS, NULL, 0, err));
    assert_ok(roster_commit(store->db, err));
    assert_ok(catalog_product(store->db, "citec", 7, &found, &got, err));
    assert_false(found);
    assert_fails(roster_begin(store->db, err) &&
                     catalog_put_product(pen, "nowhere", &product, err),
                 ERR_ABSENT, "nowhere");
    roster_rollback(store->db);
}

static void
a_list_takes_its_products_and_bears_its_rules(void **state)
{
    struct store *store = *state;
    const struct pen *pen = roster_pen(store->db);
    static const int64_t products[] = { PRODUCT };
    static const char *const kept[] = { "1" };
    struct list list = { .addon_match = true, .exit_all_ms = 77 }, got;
    struct ticket ticket;
    enum list_answer answer;
    struct str rules;
    bool found;
    put_event(store);
    str_copy(list.event, sizeof list.event, "citec");
    str_copy(list.key, sizeof list.key, "1");
    assert_ok(roster_begin(store->db, err));
    int64_t id = put_position(store, 1, 0, "AAAAA", "");
    assert_ok(catalog_put_list(pen, &list, products, 1, "{\"and\":[]}", err));
    str_copy(list.key, sizeof list.key, "2");
    assert_ok(catalog_put_list(pen, &list, NULL, 0, "{}", err));
    assert_ok(roster_commit(store->db, err));

    assert_ok(roster_by_id(store->db, id, &found, &ticket, err));
    assert_ok(roster_list(store->db, "citec", "1", &found, &got, err));
    assert_true(found && got.addon_match && got.has_rules);
    assert_int_equal(got.exit_all_ms, 77);
    assert_ok(roster_list_takes(store->db, &got, &ticket, &answer, err));
    assert_int_equal(answer, LIST_TAKES);
    str_init(&rules, 100);
    assert_ok(catalog_rules(store->db, got.id, &rules, err));
    assert_string_equal(rules.data, "{\"and\":[]}");
    str_finish(&rules);

    assert_ok(roster_list(store->db, "citec", "2", &found, &got, err));
    assert_false(got.has_rules);
    assert_ok(roster_list_takes(store->db, &got, &ticket, &answer, err));
    assert_int_equal(answer, LIST_OTHER_KIND);

    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_keep_lists(pen, "citec", kept, 1, err));
    assert_ok(roster_commit(store->db, err));
    assert_ok(roster_list(store->db, "citec", "2", &found, &got, err));
    assert_false(found);
    assert_ok(roster_list(store->db, "citec", "1", &found, &got, err));
    assert_true(found);
}

static bool
add_question(int64_t id, const char *body, void *self)
{
    return str_addf(self, "%lld%s;", (long long)id, body);
}

static void
questions_come_in_order_of_asking(void **state)
{
    struct store *store = *state;
    const struct pen *pen = roster_pen(store->db);
    struct str text;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_put_question(pen, "citec", 1, 5, "{\"a\":1}", err));
    assert_ok(catalog_put_question(pen, "citec", 2, 0, "{\"b\":2}", err));
    assert_ok(catalog_put_question(pen, "citec", 3, 5, "{}", err));
    assert_ok(roster_commit(store->db, err));
    str_init(&text, 1000);
    assert_ok(catalog_each_question(store->db, "citec", add_question, &text, err));
    assert_string_equal(text.data, "2{\"b\":2};1{\"a\":1};3{};");
    str_finish(&text);
}

static bool
is_withdrawn(struct store *store, const char *secret, enum withdrawn why)
{
    bool found;
    assert_ok(catalog_withdrawn(store->db, "citec", secret, strlen(secret), why, &found,
                                err));
    return found;
}

static void
a_withdrawn_code_is_known_without_being_written_down(void **state)
{
    struct store *store = *state;
    const struct pen *pen = roster_pen(store->db);
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_put_withdrawn(pen, "citec", "OLD-SECRET", WITHDRAWN_REVOKED, true,
                                    err));
    assert_ok(catalog_put_withdrawn(pen, "citec", "BAD-SECRET", WITHDRAWN_BLOCKED, true,
                                    err));
    assert_ok(roster_commit(store->db, err));
    assert_true(is_withdrawn(store, "OLD-SECRET", WITHDRAWN_REVOKED));
    assert_false(is_withdrawn(store, "OLD-SECRET", WITHDRAWN_BLOCKED));
    assert_true(is_withdrawn(store, "BAD-SECRET", WITHDRAWN_BLOCKED));
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_put_withdrawn(pen, "citec", "BAD-SECRET", WITHDRAWN_BLOCKED,
                                    false, err));
    assert_ok(roster_commit(store->db, err));
    assert_false(is_withdrawn(store, "BAD-SECRET", WITHDRAWN_BLOCKED));
}

static void
a_medium_leads_to_its_tickets(void **state)
{
    struct store *store = *state;
    const struct pen *pen = roster_pen(store->db);
    struct medium medium = {
        .id = 4, .active = true, .expires_ms = 99, .positions = { 12, 11 }, .count = 2
    };
    struct medium got;
    bool found;
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_put_medium(pen, &medium, "barcode", "WRISTBAND", err));
    medium.count = 1;
    assert_ok(catalog_put_medium(pen, &medium, "barcode", "WRISTBAND", err));
    assert_ok(roster_commit(store->db, err));
    assert_ok(catalog_medium(store->db, "barcode", "WRISTBAND", 9, &found, &got, err));
    assert_true(found && got.active);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.positions[0], 12);
    assert_int_equal(got.expires_ms, 99);
    assert_ok(catalog_medium(store->db, "nfc_uid", "WRISTBAND", 9, &found, &got, err));
    assert_false(found);
}

static void
marks_keys_and_layouts_are_read_as_written(void **state)
{
    struct store *store = *state;
    const struct pen *pen = roster_pen(store->db);
    char value[CATALOG_MARK_MAX + 1], background[ROSTER_TEXT_MAX + 1];
    struct str text;
    bool found;
    put_event(store);
    assert_ok(roster_begin(store->db, err));
    assert_ok(catalog_set_mark(pen, "citec", "orders", "complete", err));
    assert_ok(catalog_put_keys(pen, "citec", "[\"a2V5\"]", err));
    assert_ok(catalog_put_layout(pen, "citec", 5, false, "[1]", "", err));
    assert_ok(catalog_put_layout(pen, "citec", 6, true, "[2]", "bg.pdf", err));
    assert_ok(roster_commit(store->db, err));
    assert_ok(catalog_mark(store->db, "citec", "orders", value, err));
    assert_string_equal(value, "complete");
    assert_ok(catalog_mark(store->db, "", "orders", value, err));
    assert_string_equal(value, "");
    str_init(&text, 1000);
    assert_ok(catalog_keys(store->db, "citec", &text, err));
    assert_ok(catalog_layout(store->db, "citec", CATALOG_LAYOUT_DEFAULT, &found, &text,
                             background, err));
    assert_true(found);
    assert_string_equal(text.data, "[\"a2V5\"][2]");
    assert_string_equal(background, "bg.pdf");
    str_finish(&text);
}

static void
a_roster_being_built_takes_the_same_pen(void **state)
{
    struct store *store = *state;
    struct roster_build *build;
    const struct event event = citec();
    const struct session session = { .key = "31", .name = "Hall N2", .starts_ms = 5 };
    struct session got;
    bool found;
    assert_ok(roster_build_open(store->dir, store->seal, &store->random, &build, err));
    const struct pen *pen = roster_build_pen(build);
    assert_ok(catalog_put_event(pen, &event, err));
    assert_ok(catalog_put_session(pen, "citec", &session, err));
    assert_ok(catalog_set_mark(pen, "", "media", "t1", err));
    assert_ok(roster_build_finish(build, store->now_ms, NULL, NULL, err));
    roster_build_close(build);
    assert_ok(db_swap_roster(store->db, err));
    assert_ok(catalog_session(store->db, "citec", "31", &found, &got, err));
    assert_true(found);
    assert_string_equal(got.name, "Hall N2");
}

int
main(void)
{

    const struct CMUnitTest tests[] = {
        store_test(what_a_server_knows_of_a_ticket_is_kept),
        store_test(an_update_replaces_answers_and_addresses),
        store_test(a_ref_that_is_taken_gives_way_to_a_made_one),
        store_test(a_code_means_its_ticket_and_where_asked_its_addons),
        store_test(what_a_server_no_longer_names_is_gone_and_journal_stays),
        store_test(products_replace_those_of_before),
        store_test(a_list_takes_its_products_and_bears_its_rules),
        store_test(questions_come_in_order_of_asking),
        store_test(a_withdrawn_code_is_known_without_being_written_down),
        store_test(a_medium_leads_to_its_tickets),
        store_test(marks_keys_and_layouts_are_read_as_written),
        store_test(a_roster_being_built_takes_the_same_pen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
