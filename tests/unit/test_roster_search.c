#include "store/roster_search.h"

#include "storing.h"

static const struct {
    const char *name, *latin, *organisation, *order;
} guests[] = {
    { "张伟明", "Zhang Weiming", "Chongqing University", "AAA11" },
    { "张伟", "Zhang Wei", "Tsinghua University", "AAB22" },
    { "伟张", "", "", "BBB33" },
    { "王小明", "", "悦来 Group", "CCC44" },
    { "Đorđe Žižić", "", "ETF Beograd", "DDD55" },
    { "Søren Müller-Lüdenscheidt", "", "Straße AG", "EEE66" },
    { "Юлия Иванова", "Yulia Ivanova", "МГУ", "FFF77" },
    { "محمد", "Mohammed", "", "GGG88" },
    { "김민준", "Kim Minjun", "KAIST", "HHH99" },
};

static void
put_guests(struct store *store, const char *event)
{
    store_put_event(store, event);
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s-%zu", event, i);
        struct roster_row row = store_row(event, key, NULL, guests[i].name);
        str_copy(row.ticket.name_latin, ROSTER_TEXT_MAX, guests[i].latin);
        str_copy(row.ticket.organisation, ROSTER_TEXT_MAX, guests[i].organisation);
        str_copy(row.ticket.order_code, ROSTER_KEY_MAX, guests[i].order);
        store_put(store, &row);
    }
}

/* The names found, in order, with commas. */
static const char *
found(struct store *store, const char *event, const char *typed)
{
    static char text[4096];
    static struct ticket hits[SEARCH_RESULTS_MAX];
    unsigned count;
    assert_ok(
        roster_search(store->db, event, typed, hits, SEARCH_RESULTS_MAX, &count, err));
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", i ? "," : "", hits[i].name);
    }
    return text;
}

static void
a_guest_is_found_by_what_people_type(void **state)
{
    struct store *store = *state;
    static const struct {
        const char *typed, *names;
    } samples[] = {
        { "张伟", "张伟,伟张,张伟明" }, /* the whole name comes first */
        { "小明", "王小明" },
        { "wang xiaoming", "王小明" },
        { "wangxiaoming", "王小明" },
        { "wxm", "王小明" },
        { "xiao wang", "王小明" },
        { "WEI ZHANG", "张伟,张伟明,伟张" },
        { "zhang we", "张伟明,张伟,伟张" },
        { "dorde", "Đorđe Žižić" },
        { "zizic djordje", "Đorđe Žižić" },
        { "Žiž", "Đorđe Žižić" },
        { "muller", "Søren Müller-Lüdenscheidt" },
        { "strasse", "Søren Müller-Lüdenscheidt" },
        { "юлия", "Юлия Иванова" },
        { "ivanova y", "Юлия Иванова" },
        { "محم", "محمد" },
        { "김민", "김민준" },
        { "tsinghua", "张伟" },
        { "悦来", "王小明" },
        { "aab22", "张伟" },
        { "AAB", "张伟" },
        { "aa", "张伟明,张伟" },
        { "nobody", "" },
    };
    put_guests(store, "citec");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *names = found(store, "citec", samples[i].typed);
        if (strcmp(names, samples[i].names) != 0)
            print_error("%s: %s, want %s\n", samples[i].typed, names, samples[i].names);
        assert_string_equal(names, samples[i].names);
    }
}

static void
an_unusable_query_finds_nothing_and_is_no_error(void **state)
{
    struct store *store = *state;
    static const char *const samples[] = { "",         "   ",   "\"",    "*",
                                           "'; --",    "AND",   "NEAR",  "\x01",
                                           "\xFF\xFE", "(((",   "OR OR", "{}",
                                           "text:",    "-----", "%_" };
    char big[5000];
    put_guests(store, "citec");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_string_equal(found(store, "citec", samples[i]), "");
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    assert_string_equal(found(store, "citec", big), "");
    for (size_t i = 1; i < sizeof big - 1; i += 2)
        big[i] = ' ';
    found(store, "citec", big);
    assert_string_equal(found(store, "nowhere", "wang"), "");
}

static void
events_are_kept_apart(void **state)
{
    struct store *store = *state;
    put_guests(store, "citec");
    put_guests(store, "forum");
    assert_string_equal(found(store, "forum", "wxm"), "王小明");
    assert_string_equal(found(store, "", "wxm"), "王小明,王小明");
    assert_string_equal(found(store, "nowhere", "wxm"), "");
}

static void
a_ref_finds_its_ticket(void **state)
{
    struct store *store = *state;
    struct ticket ticket;
    bool there;
    char ref[32];
    put_guests(store, "citec");
    assert_ok(
        roster_by_import_key(store->db, "citec", "citec-4", &there, &ticket, err));
    assert_true(there);
    assert_string_equal(found(store, "citec", ticket.ref), "Đorđe Žižić");
    snprintf(ref, sizeof ref, " %.4s %.12s ", ticket.ref, ticket.ref + 4);
    for (char *c = ref; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    assert_string_equal(found(store, "", ref), "Đorđe Žižić");
}

static void
an_update_moves_the_words_with_the_name(void **state)
{
    struct store *store = *state;
    put_guests(store, "citec");
    for (int round = 0; round < 40; round++) {
        char name[32];
        snprintf(name, sizeof name, "Ruža Ipsum%d", round);
        struct roster_row row = store_row("citec", "citec-3", NULL, name);
        store_put(store, &row);
        assert_string_equal(found(store, "citec", "ruza"), name);
        assert_string_equal(found(store, "citec", "wxm"), "");
        store->now_ms += 10000;
        for (int i = 0; i < 8; i++)
            db_idle(store->db); /* merges a little */
    }
    store_reopen(store);
    assert_string_equal(found(store, "citec", "ipsum12"), "");
    assert_string_equal(found(store, "citec", "ipsum39"), "Ruža Ipsum39");
}

static void
no_more_than_asked_for_comes_back(void **state)
{
    struct store *store = *state;
    struct ticket hits[4];
    unsigned count;
    put_guests(store, "citec");
    assert_ok(roster_search(store->db, "", "zhang", hits, 2, &count, err));
    assert_int_equal(count, 2);
    assert_int_not_equal(hits[0].id, hits[1].id);
    assert_ok(roster_search(store->db, "", "zhang", hits, 0, &count, err));
    assert_int_equal(count, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_guest_is_found_by_what_people_type),
        store_test(an_unusable_query_finds_nothing_and_is_no_error),
        store_test(events_are_kept_apart),
        store_test(a_ref_finds_its_ticket),
        store_test(an_update_moves_the_words_with_the_name),
        store_test(no_more_than_asked_for_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
