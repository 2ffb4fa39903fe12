#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
every_byte_survives_in_either_case(void **state)
{
    (void)state;
    uint8_t bytes[256], read[256];
    char text[2 * sizeof bytes + 1];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_string_equal(hex_write(bytes + 8, 3, text), "08090a");
    hex_write(bytes, sizeof bytes, text);
    assert_int_equal(strlen(text), 512);
    assert_true(hex_read(text, 512, read));
    assert_memory_equal(read, bytes, sizeof bytes);
    assert_true(hex_read("C0fE", 4, read));
    assert_memory_equal(read, "\xc0\xfe", 2);
    assert_true(hex_read("", 0, read));
}

static void
what_is_no_digit_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "0", "0g", "g0", " 0", "0x10", "-1", "é" };
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(hex_read(wrong[i], strlen(wrong[i]), bytes));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_survives_in_either_case),
        cmocka_unit_test(what_is_no_digit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
