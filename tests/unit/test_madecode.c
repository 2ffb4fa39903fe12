#include "ticket/madecode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t sample[MADECODE_BYTES] = { 0x12, 0x34, 0x56, 0x78, 0x9A,
                                                0xBC, 0xDE, 0xF0, 0x11, 0xFF };

static bool
reads_as(const char *text, const char *want)
{
    char code[MADECODE_LENGTH + 1];
    return madecode_read(text, strlen(text), code) && strcmp(code, want) == 0;
}

static void
a_code_reads_back_as_people_type_it(void **state)
{
    (void)state;
    char text[MADECODE_LENGTH + 1];
    madecode_format(sample, text);
    assert_int_equal(strlen(text), MADECODE_LENGTH);
    assert_int_equal(strspn(text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 17);
    assert_true(reads_as(text, text));

    char typed[64];
    size_t at = 0;
    for (size_t i = 0; i < MADECODE_LENGTH; i++) {
        if (i % 4 == 0)
            typed[at++] = i % 8 ? '-' : ' ';
        char c = text[i];
        typed[at++] = c == '0' ? 'o' : c == '1' ? 'l' : c >= 'A' ? (char)(c + 32) : c;
    }
    typed[at] = '\0';
    assert_true(reads_as(typed, text));
}

static void
every_wrong_digit_and_every_swap_is_found(void **state)
{
    (void)state;
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char text[MADECODE_LENGTH + 1], code[MADECODE_LENGTH + 1];
    madecode_format(sample, text);
    for (size_t i = 0; i < MADECODE_LENGTH; i++) {
        char right = text[i];
        for (size_t d = 0; d < 32; d++) {
            text[i] = digits[d];
            assert_int_equal(madecode_read(text, MADECODE_LENGTH, code),
                             digits[d] == right);
        }
        text[i] = right;
        for (size_t j = 0; j < i; j++) {
            if (text[i] == text[j])
                continue;
            char swapped[MADECODE_LENGTH + 1];
            memcpy(swapped, text, sizeof swapped);
            swapped[i] = text[j];
            swapped[j] = text[i];
            assert_false(madecode_read(swapped, MADECODE_LENGTH, code));
        }
    }
}

static void
other_texts_are_no_made_codes(void **state)
{
    (void)state;
    char code[MADECODE_LENGTH + 1], text[MADECODE_LENGTH + 1];
    madecode_format(sample, text);
    assert_false(madecode_read("", 0, code));
    assert_false(madecode_read(text, 16, code));
    assert_false(madecode_read("0000000000000000\0", 17, code));
    assert_false(madecode_read("000000000000000000", 18, code));
    assert_false(madecode_read("U0000000000000000", 17, code));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_reads_back_as_people_type_it),
        cmocka_unit_test(every_wrong_digit_and_every_swap_is_found),
        cmocka_unit_test(other_texts_are_no_made_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
