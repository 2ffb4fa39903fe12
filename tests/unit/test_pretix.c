#include "sync/pretix.h"

#include "storing.h"

#include "base/json.h"

/* ---- times, texts, words ---------------------------------------------------- */

static void
times_are_read_with_their_offsets_and_written_in_utc(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t us;
    } cases[] = {
        { "1970-01-01T00:00:00Z", true, 0 },
        { "2026-06-01T12:00:00Z", true, INT64_C(1780315200000000) },
        { "2026-06-01T14:00:00.123456+02:00", true, INT64_C(1780315200123456) },
        { "2026-06-01T12:00:00.1Z", true, INT64_C(1780315200100000) },
        { "2026-06-01T12:00:00.1234567Z", true, INT64_C(1780315200123456) },
        { "2026-06-01 12:00:00", true, INT64_C(1780315200000000) },
        { "2026-06-01T06:30:00-0530", true, INT64_C(1780315200000000) },
        { "1969-12-31T23:59:59.5Z", true, -500000 },
        { "2026-13-01T12:00:00Z", false, 0 },
        { "2026-02-29T12:00:00Z", false, 0 },
        { "2026-06-01", false, 0 },
        { "2026-06-01T12:00:00+2", false, 0 },
        { "yesterday", false, 0 },
        { "", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t us = 0;
        if (pretix_read_time(cases[i].text, &us) != cases[i].good || us != cases[i].us)
            fail_msg("%s: %lld", cases[i].text, (long long)us);
    }
    char text[PRETIX_TIME_SIZE];
    pretix_write_time(INT64_C(1780315200123456), text);
    assert_string_equal(text, "2026-06-01T12:00:00.123456Z");
    pretix_write_time(-500000, text);
    assert_string_equal(text, "1969-12-31T23:59:59.500000Z");
}

static void
a_text_is_taken_in_the_language_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *json, *language, *text;
    } cases[] = {
        { "{\"de\":\"Karte\",\"en\":\"Ticket\"}", "de", "Karte" },
        { "{\"de\":\"Karte\",\"en\":\"Ticket\"}", "fr", "Ticket" },
        { "{\"de\":\"Karte\",\"fr\":\"Billet\"}", "en", "Karte" },
        { "{\"en\":\"Ticket\",\"zh-hans\":\"票\"}", "zh-Hans", "票" },
        { "{\"en\":\"Ticket\",\"zh-hans\":\"票\"}", "zh", "票" },
        { "{\"de-informal\":\"Du\",\"de\":\"Sie\"}", "de", "Sie" },
        { "{\"en\":\"\",\"de\":\"Karte\"}", "en", "Karte" },
        { "\"plain\"", "en", "plain" },
        { "null", "en", "" },
        { "{}", NULL, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *root;
        assert_ok(json_parse(cases[i].json, strlen(cases[i].json), &root, err));
        assert_string_equal(pretix_i18n(root, cases[i].language), cases[i].text);
        json_free(root);
    }
}

static void
each_verdict_has_a_word_of_the_server(void **state)
{
    (void)state;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        enum verdict verdict;
        assert_true(pretix_verdict(pretix_reason((enum verdict)i), &verdict));
    }
    enum verdict verdict;
    assert_false(pretix_verdict("some_future_reason", &verdict));
    assert_false(pretix_verdict(NULL, &verdict));
    assert_true(pretix_verdict("unapproved", &verdict));
    assert_int_equal(verdict, VERDICT_UNAPPROVED);
}

/* ---- orders ----------------------------------------------------------------- */

static const struct pretix_kind kinds[] = { { .product = 7, .kind = "vip" } };
static const struct pretix_reading reading = { "citec", "en", kinds, 1, false };

static const char page[] =
    "{\"count\":3,\"next\":\"https://t/api/?page=2\",\"results\":["
    "{\"code\":\"AAAAA\",\"status\":\"p\",\"email\":\"ana@example.org\","
    "\"locale\":\"sr\",\"datetime\":\"2026-01-01T00:00:00Z\",\"unknown\":{\"x\":[1]},"
    "\"checkin_attention\":true,\"checkin_text\":\"passport\","
    "\"invoice_address\":{\"company\":\"Firma\",\"name\":\"Boss\",\"country\":\"RS\"},"
    "\"positions\":["
    "{\"id\":1,\"positionid\":1,\"item\":7,\"variation\":null,"
    "\"attendee_name\":\"Ана\",\"attendee_name_parts\":{\"_scheme\":"
    "\"full_transcription\",\"full_name\":\"Ана\",\"latin_transcription\":\"Ana\"},"
    "\"secret\":\"secret-of-one-0001\",\"subevent\":31,\"addon_to\":null,"
    "\"pseudonymization_id\":\"ABCDEFGHJK\",\"blocked\":[],"
    "\"valid_until\":\"2026-06-01T12:00:00.999999Z\","
    "\"checkins\":[{\"id\":5,\"datetime\":\"2026-06-01T10:00:00.25Z\",\"list\":1,"
    "\"type\":\"entry\",\"device_id\":2,\"gate\":null},"
    "{\"id\":6,\"datetime\":\"2026-06-01T11:00:00Z\",\"list\":1,\"type\":\"exit\"}],"
    "\"answers\":[{\"question\":3,\"answer\":\"M\",\"options\":[11,12]},"
    "{\"question\":4,\"answer\":\"free text\",\"options\":[]}],"
    "\"print_logs\":[{\"datetime\":\"2026-06-01T10:00:01Z\",\"successful\":true,"
    "\"type\":\"badge\",\"info\":{\"station\":\"B\",\"issue\":2}}],"
    "\"pdf_data\":{\"secret\":\"secret-of-one-0001\",\"attendee_company\":\"Firma\","
    "\"question_DIET\":\"veg\",\"event_name\":\"Citec\",\"seat\":\"\"}},"
    "{\"id\":2,\"positionid\":2,\"item\":8,\"addon_to\":1,\"attendee_name\":null,"
    "\"secret\":\"secret-of-two-0002\",\"blocked\":[\"admin\"],"
    "\"pseudonymization_id\":\"lower\"},"
    "{\"id\":3,\"item\":8,\"secret\":\"\"}]},"
    "{\"code\":\"BBBBB\",\"status\":\"n\",\"require_approval\":true,"
    "\"positions\":[{\"id\":4,\"item\":8,\"secret\":\"s4-0123456\"}]},"
    "{\"code\":\"CCCCC\",\"status\":\"e\",\"valid_if_pending\":true,"
    "\"positions\":[{\"id\":9,\"item\":8,\"secret\":\"s9-0123456\"}]}]}";

static struct pretix_batch *
read_page(void)
{
    struct pretix_batch *batch = NULL;
    assert_ok(pretix_read_orders(page, sizeof page - 1, &reading, &batch, err));
    return batch;
}

static void
a_page_of_orders_becomes_rows(void **state)
{
    (void)state;
    struct pretix_batch *batch = read_page();
    assert_int_equal(batch->order_count, 3);
    assert_int_equal(batch->position_count, 4);
    assert_int_equal(batch->total, 3);
    assert_string_equal(batch->next, "https://t/api/?page=2");
    assert_int_equal(batch->bad, 1);
    assert_non_null(strstr(batch->first_bad, "order AAAAA, position 3: secret"));

    const struct roster_row *row = &batch->positions[0].row;
    const struct ticket *ticket = &row->ticket;
    assert_string_equal(ticket->name, "Ана");
    assert_string_equal(ticket->name_latin, "Ana");
    assert_string_equal(ticket->organisation, "Firma");
    assert_string_equal(ticket->country, "RS");
    assert_string_equal(ticket->kind, "vip");
    assert_string_equal(ticket->ref, "ABCDEFGHJK");
    assert_string_equal(row->sessions[0], "31");
    assert_string_equal(row->contacts[0], "ana@example.org");
    assert_int_equal(row->answer_count, 2);
    assert_string_equal(row->answers[0].value, "11,12");
    assert_string_equal(row->answers[1].value, "free text");
    assert_string_equal(ticket->extra, "{\"attendee_company\":\"Firma\","
                                       "\"question_DIET\":\"veg\","
                                       "\"event_name\":\"Citec\"}");
    assert_false(ticket->blocked);
    assert_true(ticket->origin.attention);
    assert_string_equal(ticket->origin.note, "passport");
    assert_int_equal(ticket->valid_until_ms, INT64_C(1780315200999));
    assert_int_equal(batch->positions[0].checkin_count, 2);
    assert_int_equal(batch->checkins[0].at_us, INT64_C(1780308000250000));
    assert_int_equal(batch->checkins[0].device, 2);
    assert_true(batch->checkins[1].exit);
    assert_int_equal(batch->prints[0].issue, 2);
    assert_string_equal(batch->prints[0].station, "B");

    const struct ticket *addon = &batch->positions[1].row.ticket;
    assert_string_equal(addon->name, "Ана");
    assert_string_equal(addon->ref, "");
    assert_true(addon->blocked);
    assert_int_equal(addon->origin.parent, 1);
    assert_int_equal(batch->positions[2].row.ticket.status, TICKET_UNPAID);
    assert_true(batch->positions[2].row.ticket.origin.unapproved);
    assert_int_equal(batch->positions[3].row.ticket.status, TICKET_CANCELLED);
    pretix_batch_free(batch);
}

static void
a_page_that_is_none_is_told(void **state)
{
    (void)state;
    static const char *const bodies[] = { "<html>", "{}", "{\"results\":5}", "[]", "" };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct pretix_batch *batch;
        assert_fails(
            pretix_read_orders(bodies[i], strlen(bodies[i]), &reading, &batch, err),
            ERR_INPUT, "page of orders");
    }
}

/* ---- to the roster ---------------------------------------------------------- */

static void
put_object(struct store *store, const char *json,
           bool (*put)(const struct pen *, const struct pretix_reading *,
                       const struct json *, struct err *))
{
    struct json *root;
    assert_ok(json_parse(json, strlen(json), &root, err));
    assert_ok(roster_begin(store->db, err));
    assert_ok(put(roster_pen(store->db), &reading, root, err));
    assert_ok(roster_commit(store->db, err));
    json_free(root);
}

static void
apply_all(struct store *store, const struct pretix_batch *batch, int64_t own)
{
    assert_ok(roster_begin(store->db, err));
    for (unsigned i = 0; i < batch->order_count; i++)
        assert_ok(pretix_apply_order(store->db, &reading, batch, i, own, err));
    assert_ok(roster_commit(store->db, err));
}

static const char event[] = "{\"slug\":\"citec\",\"name\":{\"en\":\"Citec\"},"
                            "\"timezone\":\"Asia/Shanghai\",\"has_subevents\":true,"
                            "\"date_from\":\"2026-06-01T09:00:00+08:00\","
                            "\"valid_keys\":{\"pretix_sig1\":[\"a2V5\"]}}";

static void
an_order_replaces_what_was_there_and_ours_is_not_written_twice(void **state)
{
    struct store *store = *state;
    struct journal_history history;
    struct pretix_batch *batch = read_page();
    put_object(store, event, pretix_put_event);
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, "ABCDEFGHJK");
    str_copy(row.list, sizeof row.list, "1");
    row.at_ms = INT64_C(1780308000250);
    assert_ok(db_begin(store->db, err));
    assert_ok(journal_add(store->db, &row, err));
    assert_ok(db_commit(store->db, err));

    apply_all(store, batch, 2);
    apply_all(store, batch, 2);
    assert_ok(journal_history(store->db, "ABCDEFGHJK", "citec", "1", &history, err));
    assert_int_equal(history.entries, 1);
    assert_int_equal(history.exits, 1);

    apply_all(store, batch, 9); /* of another device: two entries */
    assert_ok(journal_history(store->db, "ABCDEFGHJK", "citec", "1", &history, err));
    assert_int_equal(history.entries, 2);

    struct ticket ticket;
    bool found;
    assert_ok(roster_by_position(store->db, "citec", 2, &found, &ticket, err));
    assert_true(found);
    batch->orders[0].count = 1;
    apply_all(store, batch, 2);
    assert_ok(roster_by_position(store->db, "citec", 2, &found, &ticket, err));
    assert_false(found);
    pretix_batch_free(batch);
}

static void
small_objects_find_their_places(void **state)
{
    struct store *store = *state;
    struct product product;
    struct list list;
    struct session session;
    struct str text;
    bool found;
    put_object(store, event, pretix_put_event);
    put_object(store,
               "{\"id\":7,\"name\":{\"en\":\"Buyer's\"},\"internal_name\":\"Door's\","
               "\"checkin_attention\":true,\"variations\":[{\"id\":2,\"value\":"
               "{\"en\":\"Two\"}}]}",
               pretix_put_product);
    put_object(store,
               "{\"id\":31,\"name\":{\"en\":\"AI\"},\"location\":{\"en\":\"Hall N2\"},"
               "\"date_from\":\"2026-06-01T13:30:00+08:00\"}",
               pretix_put_session);
    put_object(store,
               "{\"id\":1,\"name\":\"All\",\"all_products\":false,"
               "\"limit_products\":[7],\"subevent\":31,\"addon_match\":true,"
               "\"rules\":{\"and\":[]}}",
               pretix_put_list);
    put_object(store, "{\"id\":4,\"secret\":\"gone-0123456\"}", pretix_put_revoked);

    assert_ok(catalog_product(store->db, "citec", 7, &found, &product, err));
    assert_true(found && product.attention);
    assert_string_equal(product.name, "Door's");
    assert_string_equal(product.kind, "vip");
    assert_ok(catalog_session(store->db, "citec", "31", &found, &session, err));
    assert_string_equal(session.place, "Hall N2");
    assert_ok(roster_list(store->db, "citec", "1", &found, &list, err));
    assert_true(found && list.addon_match && list.has_rules);
    assert_string_equal(list.session, "31");
    str_init(&text, 1000);
    assert_ok(catalog_keys(store->db, "citec", &text, err));
    assert_string_equal(text.data, "[\"a2V5\"]");
    str_finish(&text);
    assert_ok(catalog_withdrawn(store->db, "citec", "gone-0123456", 12,
                                WITHDRAWN_REVOKED, &found, err));
    assert_true(found);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_with_their_offsets_and_written_in_utc),
        cmocka_unit_test(a_text_is_taken_in_the_language_asked_for),
        cmocka_unit_test(each_verdict_has_a_word_of_the_server),
        cmocka_unit_test(a_page_of_orders_becomes_rows),
        cmocka_unit_test(a_page_that_is_none_is_told),
        store_test(an_order_replaces_what_was_there_and_ours_is_not_written_twice),
        store_test(small_objects_find_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
