#include "store/roster.h"

#include "storing.h"

static struct ticket
by_ref(struct store *store, const char *ref)
{
    struct ticket ticket;
    bool found;
    assert_ok(roster_by_ref(store->db, ref, &found, &ticket, err));
    assert_true(found);
    return ticket;
}

static struct ticket
by_id(struct store *store, int64_t id)
{
    struct ticket ticket;
    bool found;
    assert_ok(roster_by_id(store->db, id, &found, &ticket, err));
    assert_true(found);
    return ticket;
}

static enum roster_found
by_secret(struct store *store, const char *secret, struct ticket *ticket)
{
    enum roster_found found;
    assert_ok(roster_by_secret(store->db, secret, strlen(secret), &found, ticket, err));
    return found;
}

/* ---- look-ups --------------------------------------------------------------- */

static const char *const two_sessions[] = { "forum", "dinner" };

static struct roster_row
full_row(void)
{
    struct roster_row row = store_row("citec", "k1", "SECRET-0123456789", "张伟 Đorđe");
    struct ticket *t = &row.ticket;
    t->status = TICKET_UNPAID;
    t->blocked = t->revoked = true;
    t->valid_from_ms = 5;
    t->valid_until_ms = INT64_C(1) << 60;
    str_copy(t->order_code, sizeof t->order_code, "AB3CD");
    str_copy(t->name_latin, sizeof t->name_latin, "Zhang Wei");
    str_copy(t->organisation, sizeof t->organisation, "O'Neil \"&\" Söhne; --");
    str_copy(t->country, sizeof t->country, "RS");
    str_copy(t->kind, sizeof t->kind, "vip");
    str_copy(t->language, sizeof t->language, "sr-Latn");
    str_copy(t->seat, sizeof t->seat, "A-12");
    str_copy(t->extra, sizeof t->extra, "{\"dinner\":\"yes\"}");
    row.sessions = two_sessions;
    row.session_count = 2;
    return row;
}

static bool
collect(const char *session, void *self)
{
    char *text = self; /* of 64 bytes */
    size_t used = strlen(text);
    snprintf(text + used, 64 - used, "%s ", session);
    return true;
}

static void
a_ticket_comes_back_by_each_of_its_names(void **state)
{
    struct store *store = *state;
    struct roster_row row = full_row();
    char sessions[64] = "", secret[ROSTER_SECRET_MAX + 1];
    struct ticket ticket, same;
    bool found;
    store_put_event(store, "citec");
    int64_t id = store_put(store, &row);
    store_reopen(store);

    assert_int_equal(by_secret(store, row.secret, &ticket), ROSTER_ONE);
    assert_int_equal(ticket.id, id);
    assert_string_equal(ticket.event, "citec");
    assert_int_equal(ticket.status, TICKET_UNPAID);
    assert_true(ticket.blocked && ticket.revoked);
    assert_int_equal(ticket.valid_from_ms, row.ticket.valid_from_ms);
    assert_int_equal(ticket.valid_until_ms, row.ticket.valid_until_ms);
    assert_string_equal(ticket.order_code, row.ticket.order_code);
    assert_string_equal(ticket.name, row.ticket.name);
    assert_string_equal(ticket.name_latin, row.ticket.name_latin);
    assert_string_equal(ticket.organisation, row.ticket.organisation);
    assert_string_equal(ticket.country, "RS");
    assert_string_equal(ticket.kind, "vip");
    assert_string_equal(ticket.language, "sr-Latn");
    assert_string_equal(ticket.seat, "A-12");
    assert_string_equal(ticket.extra, row.ticket.extra);

    same = by_ref(store, ticket.ref);
    assert_int_equal(same.id, id);
    same = by_id(store, id);
    assert_string_equal(same.ref, ticket.ref);
    assert_ok(roster_by_import_key(store->db, "citec", "k1", &found, &same, err));
    assert_true(found && same.id == id);
    assert_ok(roster_by_import_key(store->db, "other", "k1", &found, &same, err));
    assert_false(found);
    assert_ok(roster_secret(store->db, id, &found, secret, err));
    assert_true(found);
    assert_string_equal(secret, row.secret);
    assert_ok(roster_sessions(store->db, id, collect, sessions, err));
    assert_string_equal(sessions, "dinner forum ");
}

static void
an_unknown_code_finds_nobody(void **state)
{
    struct store *store = *state;
    struct roster_row row = full_row();
    struct ticket ticket;
    char big[5000];
    enum roster_found found;
    store_put_event(store, "citec");
    store_put(store, &row);
    memset(big, 'x', sizeof big);
    assert_int_equal(by_secret(store, "", &ticket), ROSTER_NONE);
    assert_int_equal(by_secret(store, "SECRET-012345678", &ticket), ROSTER_NONE);
    assert_int_equal(by_secret(store, "SECRET-01234567890", &ticket), ROSTER_NONE);
    assert_int_equal(by_secret(store, "' OR 1=1 --", &ticket), ROSTER_NONE);
    assert_ok(roster_by_secret(store->db, big, sizeof big, &found, &ticket, err));
    assert_int_equal(found, ROSTER_NONE);
    assert_ok(
        roster_by_secret(store->db, "SECRET-0123456789\0", 18, &found, &ticket, err));
    assert_int_equal(found, ROSTER_NONE);
}

static void
a_code_of_two_events_is_told_and_one_of_one_event_refused(void **state)
{
    struct store *store = *state;
    struct roster_row first = store_row("citec", "k1", "SAME-SAME-SAME", "Ana");
    struct roster_row second = store_row("forum", "k1", "SAME-SAME-SAME", "Ana");
    struct roster_row third = store_row("citec", "k2", "SAME-SAME-SAME", "Eve");
    struct ticket ticket;
    struct roster_age age;
    int64_t id;
    bool made;
    store_put_event(store, "citec");
    store_put_event(store, "forum");
    store_put(store, &first);
    store_put(store, &second);
    assert_int_equal(by_secret(store, "SAME-SAME-SAME", &ticket), ROSTER_SEVERAL);
    assert_string_equal(ticket.event, "citec");

    struct roster_row good = store_row("citec", "k3", "OTHER-OTHER", "Bob");
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_ticket(store->db, &good, &id, &made, err));
    assert_fails(roster_put_ticket(store->db, &third, &id, &made, err), ERR_INPUT,
                 "UNIQUE");
    assert_ok(roster_commit(store->db, err)); /* a bad row does not stop the good one */
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 3);
    assert_int_equal(by_secret(store, "OTHER-OTHER", &ticket), ROSTER_ONE);
}

/* ---- writing ---------------------------------------------------------------- */

static void
a_wrong_field_is_named_and_nothing_is_written(void **state)
{
    struct store *store = *state;
    char long_code[ROSTER_SECRET_MAX + 2];
    memset(long_code, 'c', sizeof long_code - 1);
    long_code[sizeof long_code - 1] = '\0';
    struct roster_row rows[] = {
        store_row("citec", "k", "c", "lower-case ref"),
        store_row("citec", "k", long_code, "code too long"),
        store_row("citec", "k", "", "empty code"),
        store_row("citec", "", "c", "empty key"),
        store_row("nowhere", "k", "c", "no such event"),
    };
    static const char *const says[] = { "ref", "code", "code", "import key",
                                        "nowhere" };
    str_copy(rows[0].ticket.ref, sizeof rows[0].ticket.ref, "abc");
    store_put_event(store, "citec");
    assert_ok(roster_begin(store->db, err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t id;
        bool made;
        assert_fails(roster_put_ticket(store->db, &rows[i], &id, &made, err),
                     i == 4 ? ERR_ABSENT : ERR_INPUT, says[i]);
    }
    assert_ok(roster_commit(store->db, err));
    struct roster_age age;
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 0);
}

static void
an_import_again_updates_and_keeps_ref_and_code(void **state)
{
    struct store *store = *state;
    struct roster_row row = full_row();
    char secret[ROSTER_SECRET_MAX + 1], sessions[64] = "";
    struct ticket before, after;
    struct roster_age age;
    int64_t again;
    bool made, found;
    store_put_event(store, "citec");
    int64_t id = store_put(store, &row);
    before = by_id(store, id);

    row.secret = NULL;
    row.session_count = 1;
    row.ticket.status = TICKET_CANCELLED;
    str_copy(row.ticket.name, sizeof row.ticket.name, "张 大伟");
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_ticket(store->db, &row, &again, &made, err));
    assert_ok(roster_commit(store->db, err));
    assert_false(made);
    assert_int_equal(again, id);
    after = by_id(store, id);
    assert_string_equal(after.ref, before.ref);
    assert_string_equal(after.name, "张 大伟");
    assert_ok(roster_secret(store->db, id, &found, secret, err));
    assert_true(found);
    assert_string_equal(secret, "SECRET-0123456789");
    assert_ok(roster_sessions(store->db, id, collect, sessions, err));
    assert_string_equal(sessions, "forum ");
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 0); /* cancelled ones are not counted */
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_set_status(store->db, id, TICKET_PAID, err));
    assert_fails(roster_set_status(store->db, 999, TICKET_PAID, err), ERR_ABSENT,
                 "999");
    assert_ok(roster_set_complete(store->db, 4711, err));
    assert_ok(roster_commit(store->db, err));
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 1);
    assert_int_equal(age.complete_ms, 4711);
}

static void
a_made_ref_has_ten_clear_characters_and_its_own(void **state)
{
    struct store *store = *state;
    char refs[200][ROSTER_REF_MAX + 1];
    store_put_event(store, "citec");
    for (int i = 0; i < 200; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        struct roster_row row =
            store_row("citec", i % 2 ? key : NULL, i % 2 ? key : NULL, "Ana");
        str_copy(refs[i], sizeof refs[i], by_id(store, store_put(store, &row)).ref);
        assert_int_equal(strlen(refs[i]), 10);
        assert_int_equal(strspn(refs[i], "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 10);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(refs[i], refs[j]);
    }
}

static void
a_given_ref_is_kept_and_updates_where_there_is_no_key(void **state)
{
    struct store *store = *state;
    struct roster_row row = store_row("citec", NULL, "CODE-CODE-CODE", "Ana");
    str_copy(row.ticket.ref, sizeof row.ticket.ref, "0O1I");
    store_put_event(store, "citec");
    int64_t id = store_put(store, &row);
    str_copy(row.ticket.name, sizeof row.ticket.name, "Ana Lima");
    assert_int_equal(store_put(store, &row), id);
    assert_string_equal(by_ref(store, "0O1I").name, "Ana Lima");
}

/* ---- lists ------------------------------------------------------------------ */

static void
put_list(struct store *store, const struct list *list, const char *kind)
{
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_list(store->db, list, &kind, kind ? 1 : 0, err));
    assert_ok(roster_commit(store->db, err));
}

static struct list
get_list(struct store *store, const char *key)
{
    struct list list;
    bool found;
    assert_ok(roster_list(store->db, "citec", key, &found, &list, err));
    assert_true(found);
    return list;
}

static void
put_lists(struct store *store)
{
    static const struct list lists[] = {
        { .event = "citec", .key = "main", .name = "Main", .all_kinds = true },
        { .event = "citec", .key = "vip", .starts_ms = 300, .place = "Hall N2" },
        { .event = "citec",
          .key = "forum",
          .session = "forum",
          .all_kinds = true,
          .starts_ms = 200 },
        { .event = "citec",
          .key = "late",
          .session = "late",
          .all_kinds = true,
          .starts_ms = 100 },
    };
    store_put_event(store, "citec");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        put_list(store, &lists[i], i == 1 ? "vip" : NULL);
}

static enum list_answer
answer_of(struct store *store, const char *key, const struct ticket *ticket)
{
    struct list list = get_list(store, key);
    enum list_answer answer;
    assert_ok(roster_list_takes(store->db, &list, ticket, &answer, err));
    return answer;
}

static void
a_list_takes_its_kinds_and_its_session(void **state)
{
    struct store *store = *state;
    struct list lists[8];
    unsigned count;
    put_lists(store);
    struct roster_row row = full_row();
    struct ticket vip = by_id(store, store_put(store, &row));
    row = store_row("citec", "k2", NULL, "Eve");
    struct ticket guest = by_id(store, store_put(store, &row));

    assert_int_equal(answer_of(store, "main", &vip), LIST_TAKES);
    assert_int_equal(answer_of(store, "vip", &vip), LIST_TAKES);
    assert_int_equal(answer_of(store, "forum", &vip), LIST_TAKES);
    assert_int_equal(answer_of(store, "late", &vip), LIST_OTHER_SESSION);
    assert_int_equal(answer_of(store, "main", &guest), LIST_TAKES);
    assert_int_equal(answer_of(store, "vip", &guest), LIST_OTHER_KIND);
    assert_int_equal(answer_of(store, "forum", &guest), LIST_OTHER_SESSION);

    assert_ok(roster_lists_for(store->db, &vip, lists, 8, &count, err));
    assert_int_equal(count, 3);
    assert_string_equal(lists[0].key, "forum"); /* soonest first, unknown last */
    assert_string_equal(lists[1].key, "vip");
    assert_string_equal(lists[2].key, "main");
    assert_ok(roster_lists_for(store->db, &vip, lists, 1, &count, err));
    assert_int_equal(count, 1);
}

static void
a_list_comes_back_and_is_replaced(void **state)
{
    struct store *store = *state;
    struct list list = { .event = "citec",
                         .key = "x",
                         .name = "n",
                         .place = "p",
                         .session = "s",
                         .starts_ms = 1,
                         .ends_ms = 2,
                         .opens_ms = 3,
                         .closes_ms = 4,
                         .several_entries = true,
                         .entry_after_exit = true,
                         .include_unpaid = true };
    struct ticket vip = { .event = "citec", .kind = "vip" };
    enum list_answer answer;
    bool found;
    store_put_event(store, "citec");
    put_list(store, &list, "vip");
    struct list read = get_list(store, "x");
    list.id = read.id;
    assert_string_equal(read.name, "n");
    assert_string_equal(read.place, "p");
    assert_string_equal(read.session, "s");
    assert_true(read.starts_ms == 1 && read.ends_ms == 2 && read.opens_ms == 3 &&
                read.closes_ms == 4);
    assert_true(!read.all_kinds && read.several_entries && read.entry_after_exit &&
                read.include_unpaid);
    str_copy(list.session, sizeof list.session, "");
    put_list(store, &list, "staff");
    read = get_list(store, "x");
    assert_int_equal(read.id, list.id);
    assert_ok(roster_list_takes(store->db, &read, &vip, &answer, err));
    assert_int_equal(answer, LIST_OTHER_KIND); /* its kinds are the new ones alone */
    assert_ok(roster_list(store->db, "citec", "y", &found, &read, err));
    assert_false(found);
}

/* ---- walks ------------------------------------------------------------------ */

static bool
count_ticket(const struct ticket *ticket, void *self)
{
    assert_true(ticket->id > 0);
    return ++*(unsigned *)self != 3;
}

static bool
count_event(const struct event *event, void *self)
{
    assert_string_equal(event->zone, "Asia/Shanghai");
    ++*(unsigned *)self;
    return true;
}

static bool
count_list(const struct list *list, void *self)
{
    assert_string_equal(list->event, "citec");
    ++*(unsigned *)self;
    return true;
}

static void
walks_are_of_one_event_or_of_all(void **state)
{
    struct store *store = *state;
    unsigned tickets = 0, events = 0, lists = 0;
    put_lists(store);
    store_put_event(store, "forum");
    for (int i = 0; i < 6; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        struct roster_row row = store_row(i % 3 ? "citec" : "forum", key, key, "Ana");
        store_put(store, &row);
    }
    assert_ok(roster_each_event(store->db, count_event, &events, err));
    assert_int_equal(events, 2);
    assert_ok(roster_each_list(store->db, "citec", count_list, &lists, err));
    assert_int_equal(lists, 4);
    assert_ok(
        roster_each_ticket(store->db, "forum", 0, 0, count_ticket, &tickets, err));
    assert_int_equal(tickets, 2);
    tickets = 0;
    assert_ok(roster_each_ticket(store->db, "", 0, 0, count_ticket, &tickets, err));
    assert_int_equal(tickets, 3); /* the walker stopped */
    tickets = 10;
    assert_ok(roster_each_ticket(store->db, "", 1, 4, count_ticket, &tickets, err));
    assert_int_equal(tickets, 14);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_ticket_comes_back_by_each_of_its_names),
        store_test(an_unknown_code_finds_nobody),
        store_test(a_code_of_two_events_is_told_and_one_of_one_event_refused),
        store_test(a_wrong_field_is_named_and_nothing_is_written),
        store_test(an_import_again_updates_and_keeps_ref_and_code),
        store_test(a_made_ref_has_ten_clear_characters_and_its_own),
        store_test(a_given_ref_is_kept_and_updates_where_there_is_no_key),
        store_test(a_list_takes_its_kinds_and_its_session),
        store_test(a_list_comes_back_and_is_replaced),
        store_test(walks_are_of_one_event_or_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
