#include "store/badgekey.h"

#include "storing.h"

static const struct badgecode code = { "MHTQYULGFM", "B", 2 };

static bool
is_genuine(struct store *store, const char *event, const char *text)
{
    struct badgekeys keys;
    assert_ok(badgekey_of(store->db, event, &keys, err));
    for (unsigned i = 0; i < keys.count; i++) {
        if (badgecode_is_genuine(text, strlen(text), keys.keys[i]))
            return true;
    }
    return false;
}

static void
an_event_without_a_key_is_not_signed(void **state)
{
    struct store *store = *state;
    char text[BADGECODE_SIGNED_MAX + 1], line[BADGEKEY_TEXT_MAX + 1];
    struct badgekeys keys;
    assert_ok(badgekey_write(store->db, "citec", &code, text, err));
    assert_string_equal(text, "YL1-MHTQYULGFM-B2-EA84");
    assert_ok(badgekey_of(store->db, "citec", &keys, err));
    assert_int_equal(keys.count, 0);
    assert_fails(badgekey_export(store->db, "citec", line, err), ERR_ABSENT, "citec");
    assert_fails(badgekey_remove(store->db, "citec", err), ERR_ABSENT, "citec");
}

static void
a_key_signs_and_is_kept_over_a_restart(void **state)
{
    struct store *store = *state;
    char first[BADGECODE_SIGNED_MAX + 1], second[BADGECODE_SIGNED_MAX + 1];
    assert_ok(badgekey_make(store->db, "citec", &store->random, err));
    assert_ok(badgekey_write(store->db, "citec", &code, first, err));
    assert_int_equal(badgecode_version(first, strlen(first)), 2);
    assert_true(is_genuine(store, "citec", first));
    store_reopen(store);
    assert_ok(badgekey_write(store->db, "citec", &code, second, err));
    assert_string_equal(first, second);

    assert_ok(badgekey_make(store->db, "other", &store->random, err));
    assert_ok(badgekey_write(store->db, "other", &code, second, err));
    assert_false(is_genuine(store, "citec", second));
}

static void
a_newer_key_signs_and_the_former_still_verify(void **state)
{
    struct store *store = *state;
    char texts[BADGEKEY_MAX + 1][BADGECODE_SIGNED_MAX + 1];
    for (unsigned i = 0; i <= BADGEKEY_MAX; i++) {
        assert_ok(badgekey_make(store->db, "citec", &store->random, err));
        assert_ok(badgekey_write(store->db, "citec", &code, texts[i], err));
    }
    assert_false(is_genuine(store, "citec", texts[0])); /* the oldest went */
    for (unsigned i = 1; i <= BADGEKEY_MAX; i++)
        assert_true(is_genuine(store, "citec", texts[i]));
}

static void
a_line_carries_the_key_to_the_next_station(void **state)
{
    struct store *store = *state;
    char here[BADGECODE_SIGNED_MAX + 1], there[BADGECODE_SIGNED_MAX + 1];
    char line[BADGEKEY_TEXT_MAX + 1], sent[BADGEKEY_TEXT_MAX + 8];
    char event[ROSTER_KEY_MAX + 1];
    bool known;
    assert_ok(badgekey_make(store->db, "org:citec", &store->random, err));
    assert_ok(badgekey_write(store->db, "org:citec", &code, here, err));
    assert_ok(badgekey_export(store->db, "org:citec", line, err));
    assert_true(badgekey_claims(line, strlen(line)));
    assert_ok(badgekey_remove(store->db, "org:citec", err));
    assert_false(is_genuine(store, "org:citec", here));

    snprintf(sent, sizeof sent, " %s\r\n", line);
    assert_ok(badgekey_import(store->db, sent, strlen(sent), event, &known, err));
    assert_string_equal(event, "org:citec");
    assert_false(known);
    assert_ok(badgekey_write(store->db, "org:citec", &code, there, err));
    assert_string_equal(here, there);
    assert_ok(badgekey_import(store->db, line, strlen(line), event, &known, err));
    assert_true(known);
}

static void
importing_a_former_key_makes_it_sign_again(void **state)
{
    struct store *store = *state;
    char line[BADGEKEY_TEXT_MAX + 1], now[BADGEKEY_TEXT_MAX + 1];
    char event[ROSTER_KEY_MAX + 1];
    struct badgekeys keys;
    bool known;
    assert_ok(badgekey_make(store->db, "citec", &store->random, err));
    assert_ok(badgekey_export(store->db, "citec", line, err));
    assert_ok(badgekey_make(store->db, "citec", &store->random, err));
    assert_ok(badgekey_import(store->db, line, strlen(line), event, &known, err));
    assert_true(known);
    assert_ok(badgekey_export(store->db, "citec", now, err));
    assert_string_equal(now, line);
    assert_ok(badgekey_of(store->db, "citec", &keys, err));
    assert_int_equal(keys.count, 2);
}

static void
a_wrong_line_says_what_is_wrong_and_changes_nothing(void **state)
{
    struct store *store = *state;
    char line[BADGEKEY_TEXT_MAX + 1], event[ROSTER_KEY_MAX + 1] = "untouched";
    char cut[BADGEKEY_TEXT_MAX + 1], digit[BADGEKEY_TEXT_MAX + 1];
    struct badgekeys keys;
    bool known;
    assert_ok(badgekey_make(store->db, "citec", &store->random, err));
    assert_ok(badgekey_export(store->db, "citec", line, err));
    assert_ok(badgekey_remove(store->db, "citec", err));
    memcpy(cut, line, sizeof cut);
    cut[strlen(cut) - 1] = '\0';
    memcpy(digit, line, sizeof digit);
    digit[20] = digit[20] == '0' ? '1' : '0';
    const struct {
        const char *text, *says;
    } wrong[] = {
        { "", "key export" },
        { "YLKEY2:citec:", "key export" },
        { "YL1-MHTQYULGFM-B2-EA84", "key export" },
        { "YLKEY1:citec:abcd", "cut short" },
        { cut, "hexadecimal" },
        { digit, "digit is wrong" },
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_fails(badgekey_import(store->db, wrong[i].text, strlen(wrong[i].text),
                                     event, &known, err),
                     ERR_INPUT, wrong[i].says);
    }
    assert_string_equal(event, "untouched");
    assert_ok(badgekey_of(store->db, "citec", &keys, err));
    assert_int_equal(keys.count, 0);
}

static bool
note(const struct badgekeys *keys, void *self)
{
    return str_addf(self, "%s*%u ", keys->event, keys->count);
}

static void
all_events_that_have_one_are_listed(void **state)
{
    struct store *store = *state;
    struct str all;
    str_init(&all, 128);
    assert_ok(badgekey_make(store->db, "b", &store->random, err));
    assert_ok(badgekey_make(store->db, "a", &store->random, err));
    assert_ok(badgekey_make(store->db, "a", &store->random, err));
    assert_ok(badgekey_each(store->db, note, &all, err));
    assert_string_equal(all.data, "a*2 b*1 ");
    str_finish(&all);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(an_event_without_a_key_is_not_signed),
        store_test(a_key_signs_and_is_kept_over_a_restart),
        store_test(a_newer_key_signs_and_the_former_still_verify),
        store_test(a_line_carries_the_key_to_the_next_station),
        store_test(importing_a_former_key_makes_it_sign_again),
        store_test(a_wrong_line_says_what_is_wrong_and_changes_nothing),
        store_test(all_events_that_have_one_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
