#include "ticket/badgecode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char golden[] = "YL1-MHTQYULGFM-B2-EA84"; /* printed on badges: keep */

static void
a_code_survives_being_written_and_read(void **state)
{
    (void)state;
    static const struct badgecode samples[] = {
        { "A", "A", 1 },
        { "0", "ZZZ", 10 },
        { "MHTQYULGFM", "B", 2 },
        { "ABCDEFGH23456789", "XYZ", 999999999 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[BADGECODE_TEXT_MAX + 1];
        struct badgecode read;
        struct err err;

        badgecode_format(&samples[i], text);
        assert_true(strlen(text) <= BADGECODE_TEXT_MAX);
        assert_true(badgecode_claims(text, strlen(text)));
        assert_true(badgecode_parse(text, strlen(text), &read, &err));
        assert_string_equal(read.ref, samples[i].ref);
        assert_string_equal(read.station, samples[i].station);
        assert_int_equal(read.issue, samples[i].issue);
    }
}

static void
the_written_form_never_changes(void **state)
{
    (void)state;
    char text[BADGECODE_TEXT_MAX + 1];
    badgecode_format(&(struct badgecode){ "MHTQYULGFM", "B", 2 }, text);
    assert_string_equal(text, golden);
}

static void
the_longest_code_just_fits(void **state)
{
    (void)state;
    char text[BADGECODE_TEXT_MAX + 1];
    badgecode_format(&(struct badgecode){ "ABCDEFGH23456789", "XYZ", 999999999 }, text);
    assert_int_equal(strlen(text), BADGECODE_TEXT_MAX);
}

static void
a_wrong_part_is_named_and_nothing_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } samples[] = {
        { "", "in front" },
        { "YL1", "in front" },
        { "https://example.org/YL1-", "in front" },
        { "YL2-MHTQYULGFM-B2-EA84", "signature" },
        { "YL2-MHTQYULGFM-B2", "signature" },
        { "YL2-MHTQYULGFM-02-EA84", "station" },
        { "YL3-MHTQYULGFM-B2-EA84", "version 3" },
        { "YL0-MHTQYULGFM-B2-EA84", "in front" },
        { "YL1-mhtqyulgfm-B2-EA84", "reference" },
        { "YL1--B2-EA84", "reference" },
        { "YL1-", "reference" },
        { "YL1-MHTQ", "reference" },
        { "YL1-MHTQ YULG-B2-EA84", "reference" },
        { "YL1-ABCDEFGH234567890-B2-EA84", "reference" },
        { "YL1-MHTQYULGFM-2-EA84", "station" },
        { "YL1-MHTQYULGFM-ABCD2-EA84", "station" },
        { "YL1-MHTQYULGFM-b2-EA84", "station" },
        { "YL1-MHTQYULGFM-", "station" },
        { "YL1-MHTQYULGFM-B-EA84", "issue" },
        { "YL1-MHTQYULGFM-B02-EA84", "issue" },
        { "YL1-MHTQYULGFM-B0-EA84", "issue" },
        { "YL1-MHTQYULGFM-B9999999999-EA84", "issue" },
        { "YL1-MHTQYULGFM-B2", "check" },
        { "YL1-MHTQYULGFM-B2-", "check" },
        { "YL1-MHTQYULGFM-B2X-EA84", "check" },
        { "YL1-MHTQYULGFM-B3-EA84", "check" },
        { "YL1-MHTQYULGFM-B2-EA84-X", "check" },
        { "YL1-MHTQYULGFM-B2-EA845", "check" },
        { "YL1-MHTQYULGFM-B2-ea84", "check" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct badgecode code = { "UNTOUCHED", "U", 7 };
        struct err err;

        assert_false(
            badgecode_parse(samples[i].text, strlen(samples[i].text), &code, &err));
        assert_int_equal(err.code, ERR_INPUT);
        if (!strstr(err.text, samples[i].says))
            fail_msg("%s: want \"%s\" in \"%s\"", samples[i].text, samples[i].says,
                     err.text);
        assert_string_equal(code.ref, "UNTOUCHED");
        assert_string_equal(code.station, "U");
        assert_int_equal(code.issue, 7);
    }
}

static void
every_single_slip_is_found(void **state)
{
    (void)state;
    for (size_t at = 0; at < sizeof golden - 1; at++) {
        for (int c = 0; c < 256; c++) {
            char text[sizeof golden];
            struct badgecode code;
            struct err err;

            memcpy(text, golden, sizeof golden);
            text[at] = (char)c;
            bool same = memcmp(text, golden, sizeof golden) == 0;
            assert_int_equal(badgecode_parse(text, sizeof golden - 1, &code, &err),
                             same);
        }
    }
}

static void
two_swapped_neighbours_are_found(void **state)
{
    (void)state;
    for (size_t at = 0; at + 1 < sizeof golden - 1; at++) {
        char text[sizeof golden];
        struct badgecode code;
        struct err err;

        memcpy(text, golden, sizeof golden);
        text[at] = golden[at + 1];
        text[at + 1] = golden[at];
        bool same = memcmp(text, golden, sizeof golden) == 0;
        assert_int_equal(badgecode_parse(text, sizeof golden - 1, &code, &err), same);
    }
}

static void
every_cut_and_every_lengthening_is_found(void **state)
{
    (void)state;
    struct badgecode code;
    struct err err;
    for (size_t length = 0; length < sizeof golden - 1; length++)
        assert_false(badgecode_parse(golden, length, &code, &err));
    assert_false(badgecode_parse(golden, sizeof golden, &code, &err)); /* its NUL */
}

static void
any_version_claims_and_says_which(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int version;
    } samples[] = {
        { "YL1-X", 1 }, { "YL2-", 2 },   { "YL9-ANYTHING", 9 },
        { "YL0-X", 0 }, { "YL12-X", 0 }, { "YLX-X", 0 },
        { "yl1-X", 0 }, { "YL1", 0 },    { "", 0 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        size_t length = strlen(samples[i].text);
        assert_int_equal(badgecode_version(samples[i].text, length),
                         samples[i].version);
        assert_int_equal(badgecode_claims(samples[i].text, length),
                         samples[i].version != 0);
    }
}

/* ---- signed ------------------------------------------------------------------- */

static const uint8_t seed[SIGNATURE_SEED_BYTES] = "0123456789abcdef0123456789abcde";

/* printed on badges: keep */
static const char golden_signed[] = "YL2-MHTQYULGFM-B2-"
                                    "BIU0SUK8Q7N/H8HVKBVUTCDL1CZCR605P3XMVH0C$W8BF8DF"
                                    "K0CV77UHQ7KTE*FKFNJCRV+45/AMEQXKDY//3R81M$A7QL0/";

static void
a_signed_code_is_read_and_genuine(void **state)
{
    (void)state;
    uint8_t key[SIGNATURE_KEY_BYTES];
    char text[BADGECODE_SIGNED_MAX + 1];
    struct badgecode read;
    struct err err;
    assert_true(signature_key(seed, key));
    assert_true(
        badgecode_sign(&(struct badgecode){ "MHTQYULGFM", "B", 2 }, seed, text));

    assert_string_equal(text, golden_signed);
    assert_true(badgecode_parse(text, strlen(text), &read, &err));
    assert_string_equal(read.ref, "MHTQYULGFM");
    assert_string_equal(read.station, "B");
    assert_int_equal(read.issue, 2);
    assert_true(badgecode_is_genuine(text, strlen(text), key));
    assert_false(badgecode_is_genuine(golden, sizeof golden - 1, key));
    key[0] ^= 1;
    assert_false(badgecode_is_genuine(text, strlen(text), key));
}

static void
the_longest_signed_code_just_fits(void **state)
{
    (void)state;
    char text[BADGECODE_SIGNED_MAX + 1];
    assert_true(badgecode_sign(
        &(struct badgecode){ "ABCDEFGH23456789", "XYZ", 999999999 }, seed, text));
    assert_int_equal(strlen(text), BADGECODE_SIGNED_MAX);
}

/* Whatever a forger changes, no other text is genuine. */
static void
no_changed_signed_code_is_genuine(void **state)
{
    (void)state;
    static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+./ %-:";
    uint8_t key[SIGNATURE_KEY_BYTES];
    char text[sizeof golden_signed];
    assert_true(signature_key(seed, key));
    memcpy(text, golden_signed, sizeof text);
    for (size_t at = 0; at < sizeof text - 1; at++) {
        for (const char *c = all; *c; c++) {
            text[at] = *c;
            assert_int_equal(badgecode_is_genuine(text, sizeof text - 1, key),
                             *c == golden_signed[at]);
        }
        text[at] = golden_signed[at];
        assert_false(badgecode_is_genuine(text, at, key));
    }
}

static void
a_typed_code_is_written_as_printed(void **state)
{
    (void)state;
    static const char typed[] = " yl1-mhtq yulgfm-b2 - ea84 ";
    char text[BADGECODE_TEXT_MAX + 1];
    assert_true(badgecode_tidy(typed, sizeof typed - 1, text));
    assert_string_equal(text, golden);

    static const char name[] = "Žižić";
    assert_false(badgecode_tidy(name, sizeof name - 1, text));
    static const char over[] = "YL1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_int_equal(sizeof over - 1, BADGECODE_TEXT_MAX + 1);
    assert_false(badgecode_tidy(over, sizeof over - 1, text));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_survives_being_written_and_read),
        cmocka_unit_test(the_written_form_never_changes),
        cmocka_unit_test(the_longest_code_just_fits),
        cmocka_unit_test(a_wrong_part_is_named_and_nothing_is_read),
        cmocka_unit_test(every_single_slip_is_found),
        cmocka_unit_test(two_swapped_neighbours_are_found),
        cmocka_unit_test(every_cut_and_every_lengthening_is_found),
        cmocka_unit_test(any_version_claims_and_says_which),
        cmocka_unit_test(a_signed_code_is_read_and_genuine),
        cmocka_unit_test(the_longest_signed_code_just_fits),
        cmocka_unit_test(no_changed_signed_code_is_genuine),
        cmocka_unit_test(a_typed_code_is_written_as_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
