#include "ticket/signed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* Tickets are made here by the format's own words, with a key of our own. */
struct maker {
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    struct signed_key key;
    unsigned char raw[SIGNED_RAW_MAX];
    size_t raw_length;
    char text[SIGNED_TEXT_MAX + 8];
};

static void
make_key(struct maker *maker, unsigned char first)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    assert_true(sodium_init() >= 0);
    memset(seed, first, sizeof seed);
    crypto_sign_seed_keypair(maker->key.bytes, maker->secret, seed);
}

static void
spell(struct maker *maker)
{
    char straight[SIGNED_TEXT_MAX + 8];
    sodium_bin2base64(straight, sizeof straight, maker->raw, maker->raw_length,
                      sodium_base64_VARIANT_ORIGINAL);
    size_t length = strlen(straight);
    for (size_t i = 0; i < length; i++)
        maker->text[i] = straight[length - 1 - i];
    maker->text[length] = '\0';
}

static void
make(struct maker *maker, const void *payload, size_t length)
{
    unsigned char head[] = { 1, (unsigned char)(length >> 8), (unsigned char)length, 0,
                             64 };
    memcpy(maker->raw, head, sizeof head);
    memcpy(maker->raw + sizeof head, payload, length);
    crypto_sign_detached(maker->raw + sizeof head + length, NULL, payload, length,
                         maker->secret);
    maker->raw_length = sizeof head + length + 64;
    spell(maker);
}

static bool
takes(const struct maker *maker, const char *text, struct signed_ticket *ticket)
{
    return signed_read(text, strlen(text), ticket) &&
           signed_verify(ticket, &maker->key, 1, NULL);
}

/* seed "ab", item 300, sub-event 5, valid from 7, until 0 */
static const unsigned char payload[] = { 0x0A, 2,    'a',  'b',  0x10, 0xAC, 0x02,
                                         0x20, 0x05, 0x28, 0x07, 0x30, 0x00 };

static void
a_ticket_tells_its_fields(void **state)
{
    (void)state;
    static struct maker maker;
    static struct signed_ticket ticket;
    make_key(&maker, 1);
    make(&maker, payload, sizeof payload);
    assert_true(takes(&maker, maker.text, &ticket));
    assert_int_equal(ticket.item, 300);
    assert_int_equal(ticket.variation, 0);
    assert_int_equal(ticket.subevent, 5);
    assert_int_equal(ticket.valid_from_s, 7);
    assert_int_equal(ticket.valid_until_s, 0);
    assert_int_equal(ticket.seed_length, 2);
    assert_memory_equal(ticket.seed, "ab", 2);
}

static void
any_of_the_keys_will_do_and_no_other(void **state)
{
    (void)state;
    static struct maker maker, other;
    static struct signed_ticket ticket;
    size_t which = 99;
    make_key(&maker, 1);
    make_key(&other, 2);
    make(&maker, payload, sizeof payload);
    struct signed_key keys[] = { other.key, other.key, maker.key };
    assert_true(signed_read(maker.text, strlen(maker.text), &ticket));
    assert_true(signed_verify(&ticket, keys, 3, &which));
    assert_int_equal(which, 2);
    assert_false(signed_verify(&ticket, keys, 2, NULL));
    assert_false(signed_verify(&ticket, keys, 0, NULL));
}

/* What messages may look like, and what never. */
static void
messages_are_read_within_their_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        bool good;
        int64_t item;
    } rows[] = {
        { "", 0, true, 0 },
        { "\x10\x01\x10\x02", 4, true, 2 }, /* twice: the last */
        { "\x4A\x02xy\x10\x03", 6, true, 3 },
        { "\x51"
          "12345678\x10\x03",
          11, true, 3 },
        { "\x55"
          "1234\x10\x03",
          7, true, 3 },
        { "\x12\x01x\x10\x04", 5, true, 4 }, /* item as bytes: unknown */
        { "\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11, true, -1 },
        { "\x10", 1, false, 0 },
        { "\x10\x80", 2, false, 0 },
        { "\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12, false, 0 },
        { "\x0A\x05"
          "ab",
          4, false, 0 },
        { "\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11, false, 0 },
        { "\x0A\x01\xFF", 3, false, 0 }, /* no UTF-8 */
        { "\x13\x14", 2, false, 0 },     /* a group */
        { "\x00\x01", 2, false, 0 },     /* field 0 */
        { "\x51"
          "123",
          4, false, 0 },
    };
    static struct maker maker;
    static struct signed_ticket ticket;
    make_key(&maker, 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(&maker, rows[i].bytes, rows[i].length);
        bool good = takes(&maker, maker.text, &ticket);
        if (good != rows[i].good || (good && ticket.item != rows[i].item))
            fail_msg("row %zu: %s, item %lld", i, good ? "taken" : "refused",
                     (long long)ticket.item);
    }
}

static void
a_long_message_has_its_length_in_two_bytes(void **state)
{
    (void)state;
    static struct maker maker;
    static struct signed_ticket ticket;
    unsigned char message[600] = { 0x0A, 0xD5, 0x04 }; /* a seed of 597 bytes */
    memset(message + 3, 'x', sizeof message - 3);
    make_key(&maker, 4);
    make(&maker, message, sizeof message);
    assert_true(takes(&maker, maker.text, &ticket));
    assert_int_equal(ticket.seed_length, 597);
}

static void
no_character_may_be_another(void **state)
{
    (void)state;
    static struct maker maker;
    static struct signed_ticket ticket;
    char text[SIGNED_TEXT_MAX + 8];
    make_key(&maker, 5);
    make(&maker, payload, sizeof payload);
    size_t length = strlen(maker.text);
    for (size_t i = 0; i < length; i++) {
        for (int c = 1; c < 256; c += 3) {
            memcpy(text, maker.text, length + 1);
            if (text[i] == (char)c)
                continue;
            text[i] = (char)c;
            if (takes(&maker, text, &ticket))
                fail_msg("byte %zu as %d is taken", i, c);
        }
    }
}

static void
only_the_canonical_spelling_counts(void **state)
{
    (void)state;
    static struct maker maker;
    static struct signed_ticket ticket;
    char text[SIGNED_TEXT_MAX + 16];
    make_key(&maker, 6);
    make(&maker, payload, sizeof payload);
    static const char *const before[] = { "=", "A", "AAAA", "\n", " ", "====" };
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        snprintf(text, sizeof text, "%s%s", before[i], maker.text);
        assert_false(takes(&maker, text, &ticket));
        snprintf(text, sizeof text, "%s%s", maker.text, before[i]);
        assert_false(takes(&maker, text, &ticket));
    }
    for (size_t cut = 1; cut < strlen(maker.text); cut++)
        assert_false(takes(&maker, maker.text + cut, &ticket));
    maker.raw[maker.raw_length++] = 0; /* bytes behind the signature */
    spell(&maker);
    assert_false(takes(&maker, maker.text, &ticket));
}

static void
heads_must_be_right(void **state)
{
    (void)state;
    static struct maker maker;
    static struct signed_ticket ticket;
    make_key(&maker, 7);
    for (size_t i = 0; i < 5; i++) {
        for (int bit = 0; bit < 8; bit++) {
            make(&maker, payload, sizeof payload);
            maker.raw[i] ^= (unsigned char)(1 << bit);
            spell(&maker);
            assert_false(takes(&maker, maker.text, &ticket));
        }
    }
    char huge[SIGNED_TEXT_MAX + 2];
    memset(huge, 'A', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_false(signed_read(huge, strlen(huge), &ticket));
    assert_false(signed_read("", 0, &ticket));
}

#define PEM                                                          \
    "-----BEGIN PUBLIC KEY-----\n"                                   \
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n" \
    "-----END PUBLIC KEY-----\n"

static void
keys_are_read_bare_and_wrapped(void **state)
{
    (void)state;
    struct signed_key key, again;
    struct err err;
    char wrapped[512];
    /* RFC 8032, 7.1, test 1 */
    static const unsigned char start[] = { 0xD7, 0x5A, 0x98, 0x01 };
    assert_true(signed_key_read(PEM, strlen(PEM), &key, &err));
    assert_memory_equal(key.bytes, start, sizeof start);
    sodium_bin2base64(wrapped, sizeof wrapped, (const unsigned char *)PEM, strlen(PEM),
                      sodium_base64_VARIANT_ORIGINAL);
    assert_true(signed_key_read(wrapped, strlen(wrapped), &again, &err));
    assert_memory_equal(key.bytes, again.bytes, SIGNED_KEY_BYTES);
}

static void
what_is_no_key_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } rows[] = {
        { "", "PEM" },
        { "%%%", "base64" },
        { "AAAA", "PEM" },
        { "-----BEGIN PUBLIC KEY-----\nMCow", "PEM" },
        { "-----BEGIN RSA PUBLIC KEY-----\nMCow\n-----END RSA PUBLIC KEY-----", "PEM" },
        { "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----", "Ed25519" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct signed_key key;
        struct err err;
        assert_false(signed_key_read(rows[i].text, strlen(rows[i].text), &key, &err));
        assert_non_null(strstr(err.text, rows[i].part));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_tells_its_fields),
        cmocka_unit_test(any_of_the_keys_will_do_and_no_other),
        cmocka_unit_test(messages_are_read_within_their_bounds),
        cmocka_unit_test(a_long_message_has_its_length_in_two_bytes),
        cmocka_unit_test(no_character_may_be_another),
        cmocka_unit_test(only_the_canonical_spelling_counts),
        cmocka_unit_test(heads_must_be_right),
        cmocka_unit_test(keys_are_read_bare_and_wrapped),
        cmocka_unit_test(what_is_no_key_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
