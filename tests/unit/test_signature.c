#include "ticket/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t
from_hex(const char *hex, uint8_t *bytes)
{
    size_t count = 0;
    unsigned byte;
    for (; sscanf(hex + 2 * count, "%2x", &byte) == 1; count++)
        bytes[count] = (uint8_t)byte;
    return count;
}

/* RFC 8032, 7.1, TEST 1 to 3. */
static const struct {
    const char *seed, *key, *text, *signature;
} vectors[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
      "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
      "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
      "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void
the_published_vectors_come_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t seed[SIGNATURE_SEED_BYTES], key[SIGNATURE_KEY_BYTES];
        uint8_t text[8], want_key[sizeof key];
        uint8_t want[SIGNATURE_BYTES], signature[SIGNATURE_BYTES];
        from_hex(vectors[i].seed, seed);
        from_hex(vectors[i].key, want_key);
        from_hex(vectors[i].signature, want);
        size_t length = from_hex(vectors[i].text, text);

        assert_true(signature_key(seed, key));
        assert_memory_equal(key, want_key, sizeof key);
        assert_true(signature_make(seed, text, length, signature));
        assert_memory_equal(signature, want, sizeof want);
        assert_true(signature_holds(key, text, length, signature));
    }
}

static void
another_text_key_or_signature_does_not_hold(void **state)
{
    (void)state;
    static const char text[] = "YL2-MHTQYULGFM-B2";
    uint8_t seed[SIGNATURE_SEED_BYTES] = { 7 }, key[SIGNATURE_KEY_BYTES];
    uint8_t signature[SIGNATURE_BYTES];
    assert_true(signature_key(seed, key));
    assert_true(signature_make(seed, text, sizeof text - 1, signature));

    assert_true(signature_holds(key, text, sizeof text - 1, signature));
    assert_false(signature_holds(key, text, sizeof text - 2, signature));
    for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
        signature[i] ^= 1;
        assert_false(signature_holds(key, text, sizeof text - 1, signature));
        signature[i] ^= 1;
    }
    key[3] ^= 1;
    assert_false(signature_holds(key, text, sizeof text - 1, signature));
}

static void
a_forgotten_seed_is_gone(void **state)
{
    (void)state;
    static const uint8_t nothing[SIGNATURE_SEED_BYTES];
    uint8_t seed[SIGNATURE_SEED_BYTES] = "a secret of thirty-two bytes ...";
    signature_forget(seed);
    assert_memory_equal(seed, nothing, sizeof seed);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_come_out),
        cmocka_unit_test(another_text_key_or_signature_does_not_hold),
        cmocka_unit_test(a_forgotten_seed_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
