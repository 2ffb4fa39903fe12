#include "store/seal.h"

#include <sys/stat.h>

#include "storing.h"

static struct seal *
seal_of(uint8_t first)
{
    uint8_t key[SEAL_KEY_BYTES] = { first };
    struct seal *seal;
    assert_ok(seal_from_bytes(key, &seal, err));
    return seal;
}

static void
a_box_opens_with_its_key_and_no_other(void **state)
{
    (void)state;
    static const char secret[] = "k7m2p9x4q8r3t6w1";
    struct seal *mine = seal_of(1), *other = seal_of(2);
    uint8_t box[sizeof secret + SEAL_OVERHEAD_BYTES];
    char plain[sizeof secret];
    seal_box(mine, secret, sizeof secret, box);
    assert_true(seal_unbox(mine, box, sizeof box, plain));
    assert_string_equal(plain, secret);
    assert_false(seal_unbox(other, box, sizeof box, plain));
    assert_false(seal_unbox(mine, box, SEAL_OVERHEAD_BYTES - 1, plain));
    for (size_t i = 0; i < sizeof box; i++) {
        box[i] ^= 1;
        assert_false(seal_unbox(mine, box, sizeof box, plain));
        box[i] ^= 1;
    }
    assert_true(seal_unbox(mine, box, sizeof box, plain));
    seal_close(mine);
    seal_close(other);
}

static void
an_empty_secret_has_a_box_too(void **state)
{
    (void)state;
    struct seal *seal = seal_of(1);
    uint8_t box[SEAL_OVERHEAD_BYTES], plain[1];
    seal_box(seal, "", 0, box);
    assert_true(seal_unbox(seal, box, sizeof box, plain));
    seal_close(seal);
    seal_close(NULL);
}

static void
a_box_as_a_text_opens_whole_and_where_there_is_room(void **state)
{
    (void)state;
    static const char secret[] = "k7m2p9x4q8r3t6w1";
    struct seal *mine = seal_of(1), *other = seal_of(2);
    char text[SEAL_TEXT_SIZE(sizeof secret)], plain[sizeof secret];
    size_t length = 0;
    assert_ptr_equal(seal_text(mine, secret, sizeof secret, text), text);
    assert_int_equal(strlen(text), sizeof text - 1);
    assert_true(seal_untext(mine, text, plain, sizeof plain, &length));
    assert_int_equal(length, sizeof secret);
    assert_string_equal(plain, secret);
    assert_false(seal_untext(mine, text, plain, sizeof plain - 1, &length));
    assert_false(seal_untext(other, text, plain, sizeof plain, &length));
    assert_false(seal_untext(mine, "", plain, sizeof plain, &length));
    text[sizeof text - 2] = 'x';
    assert_false(seal_untext(mine, text, plain, sizeof plain, &length));
    text[sizeof text - 2] = '\0';
    assert_false(seal_untext(mine, text, plain, sizeof plain, &length));
    seal_close(mine);
    seal_close(other);
}

static void
a_look_up_value_depends_on_key_and_secret_alone(void **state)
{
    (void)state;
    struct seal *mine = seal_of(1), *same = seal_of(1), *other = seal_of(2);
    uint8_t a[SEAL_LOOKUP_BYTES], b[SEAL_LOOKUP_BYTES];
    seal_lookup(mine, "secret", 6, a);
    seal_lookup(same, "secret+", 6, b);
    assert_memory_equal(a, b, sizeof a);
    seal_lookup(mine, "secret", 5, b);
    assert_memory_not_equal(a, b, sizeof a);
    seal_lookup(other, "secret", 6, b);
    assert_memory_not_equal(a, b, sizeof a);
    seal_close(mine);
    seal_close(same);
    seal_close(other);
}

static void
the_stored_form_never_changes(void **state)
{
    (void)state;
    struct seal *seal = seal_of(1); /* what is in people's databases: keep */
    static const uint8_t lookup_was[4] = { 0x1A, 0x9B, 0xC9, 0x97 };
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    char fingerprint[17];
    seal_lookup(seal, "secret", 6, lookup);
    seal_fingerprint(seal, fingerprint);
    assert_memory_equal(lookup, lookup_was, sizeof lookup_was);
    assert_string_equal(fingerprint, "5f22e0a71710be5d");
    seal_close(seal);
}

/* ---- the key file ----------------------------------------------------------- */

static void
a_key_file_is_made_once_and_private(void **state)
{
    struct store *store = *state;
    const char *path = store_path(store, "key");
    struct seal *seal;
    struct stat st;
    char first[17], second[17];
    assert_fails(seal_open(path, false, &seal, err), ERR_ABSENT, path);
    assert_ok(seal_open(path, true, &seal, err));
    seal_fingerprint(seal, first);
    seal_close(seal);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, SEAL_KEY_BYTES);
    assert_ok(seal_open(path, true, &seal, err));
    seal_fingerprint(seal, second);
    seal_close(seal);
    assert_string_equal(first, second);
}

static void
a_key_file_that_is_not_right_is_refused_by_name(void **state)
{
    struct store *store = *state;
    static const struct {
        int mode, size;
        const char *says;
    } samples[] = {
        { 0640, SEAL_KEY_BYTES, "0640" },
        { 0604, SEAL_KEY_BYTES, "others" },
        { 0600, SEAL_KEY_BYTES - 1, "short" },
        { 0600, SEAL_KEY_BYTES + 1, "long" },
        { 0600, 0, "short" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *path = store_path(store, "bad");
        char bytes[SEAL_KEY_BYTES + 1] = { 0 };
        struct seal *seal;
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, (size_t)samples[i].size, file),
                         samples[i].size);
        fclose(file);
        assert_int_equal(chmod(path, (mode_t)samples[i].mode), 0);
        assert_fails(seal_open(path, true, &seal, err), ERR_INPUT, samples[i].says);
        assert_fails(seal_open(path, true, &seal, err), ERR_INPUT, path);
        unlink(path);
    }
    struct seal *seal;
    assert_fails(seal_open(store->dir, false, &seal, err), ERR_INPUT, "plain file");
    assert_fails(seal_open("/nowhere/at/all/key", true, &seal, err), ERR_IO,
                 "/nowhere");
}

/* ---- PINs ------------------------------------------------------------------- */

static void
a_pin_matches_its_hash_only(void **state)
{
    (void)state;
    char text[SEAL_PIN_TEXT_MAX], again[SEAL_PIN_TEXT_MAX];
    assert_true(seal_pin_hash("4711", text));
    assert_true(seal_pin_hash("4711", again));
    assert_string_not_equal(text, again); /* salted */
    assert_non_null(strstr(text, "$argon2id$v=19$m=19456,t=2"));
    assert_true(seal_pin_matches(text, "4711"));
    assert_false(seal_pin_matches(text, "4712"));
    assert_false(seal_pin_matches(text, ""));
    assert_false(seal_pin_matches("", "4711"));
    assert_false(seal_pin_matches("nonsense", "4711"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_opens_with_its_key_and_no_other),
        cmocka_unit_test(an_empty_secret_has_a_box_too),
        cmocka_unit_test(a_box_as_a_text_opens_whole_and_where_there_is_room),
        cmocka_unit_test(a_look_up_value_depends_on_key_and_secret_alone),
        cmocka_unit_test(the_stored_form_never_changes),
        store_test(a_key_file_is_made_once_and_private),
        store_test(a_key_file_that_is_not_right_is_refused_by_name),
        cmocka_unit_test(a_pin_matches_its_hash_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
