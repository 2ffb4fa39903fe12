#include "sync/account.h"

#include "storing.h"

static void
an_account_is_kept_with_its_token_sealed(void **state)
{
    struct store *store = *state;
    struct account account, got;
    char value[8192];
    assert_ok(account_load(store->db, &account, err));
    assert_int_equal(account.state, ACCOUNT_NONE);
    account.state = ACCOUNT_ACTIVE;
    account.device_id = 12;
    account.gate_id = 3;
    account.enrolled_ms = 99;
    str_copy(account.url, sizeof account.url, "https://tickets.example");
    str_copy(account.organizer, sizeof account.organizer, "conf");
    str_copy(account.token, sizeof account.token, "abcdefgh0123456789");
    str_copy(account.name, sizeof account.name, "门 \"1\"");
    assert_ok(account_save(store->db, &account, err));
    assert_ok(settings_get(store->db, "account", value, sizeof value, err));
    assert_null(strstr(value, "abcdefgh"));
    store_reopen(store);
    assert_ok(account_load(store->db, &got, err));
    assert_int_equal(got.state, ACCOUNT_ACTIVE);
    assert_string_equal(got.token, account.token);
    assert_string_equal(got.name, account.name);
    assert_int_equal(got.device_id, 12);
    assert_int_equal(got.enrolled_ms, 99);
}

static void
an_enrolment_code_is_read_or_refused_in_plain_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *url, *token, *says; /* says NULL: good */
        bool newer, is_code;
    } cases[] = {
        { "{\"handshake_version\":1,\"url\":\"https://t.example/\",\"token\":\"kpp4\"}",
          "https://t.example", "kpp4", NULL, false, true },
        { " {\"x\":1,\"token\":\"k\",\"url\":\"http://h:8\",\"handshake_version\":1}",
          "http://h:8", "k", NULL, false, true },
        { "{\"handshake_version\":2,\"url\":\"https://t\",\"token\":\"k\"}", "", "",
          "newer", true, true },
        { "{\"url\":\"https://t\",\"token\":\"k\"}", "", "", "not an enrolment code",
          false, false },
        { "[1,2]", "", "", "not an enrolment code", false, false },
        { "kfndgffgyw4", "", "", "not an enrolment code", false, false },
        { "{\"handshake_version\":1,\"url\":\"ftp://t\",\"token\":\"k\"}", "", "",
          "https://", false, true },
        { "{\"handshake_version\":1,\"url\":\"https://t\"}", "", "", "must be there",
          false, true },
        { "{\"handshake_version\":1,\"url\":\"https://u@t\",\"token\":\"k\"}", "", "",
          "character", false, true },
        { "{\"handshake_version\":1,\"url\":\"https://t\\u001b[2J\",\"token\":\"k\"}",
          "", "", "byte 10", false, true },
        { "{\"handshake_version\":1,\"url\":\"https://\\u0442\",\"token\":\"k\"}", "",
          "", "byte 9", false, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char url[ACCOUNT_URL_MAX + 1], token[ACCOUNT_TOKEN_MAX + 1];
        struct err err = { 0 };
        bool newer, good = account_read_code(cases[i].text, strlen(cases[i].text), url,
                                             token, &newer, &err);
        if (good != !cases[i].says || newer != cases[i].newer)
            fail_msg("case %zu: %s", i, err.text);
        if (good) {
            assert_string_equal(url, cases[i].url);
            assert_string_equal(token, cases[i].token);
        } else {
            assert_non_null(strstr(err.text, cases[i].says));
        }
        assert_int_equal(account_is_code(cases[i].text, strlen(cases[i].text)),
                         cases[i].is_code);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(an_account_is_kept_with_its_token_sealed),
        cmocka_unit_test(an_enrolment_code_is_read_or_refused_in_plain_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
