#include "ticket/country.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "str.h"

static void
a_country_is_named_in_english_and_in_chinese(void **state)
{
    (void)state;
    static const struct {
        const char *code, *language, *name;
    } samples[] = {
        { "RS", "en", "Serbia" },   { "rs", "zh-Hans", "塞尔维亚" },
        { "CN", "zh", "中国" },     { "CN", "", "China" },
        { "PT", "pt", "Portugal" }, { "TR", "en", "Türkiye" },
        { "AD", "en", "Andorra" },  { "ZW", "en", "Zimbabwe" },
        { "DE", "zhx", "Germany" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_string_equal(country_name(samples[i].code, samples[i].language),
                            samples[i].name);
}

static void
what_is_no_code_has_no_name(void **state)
{
    (void)state;
    static const char *const samples[] = { "", "C", "XX", "CHN", "1A", "中" };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_null(country_name(samples[i], "en"));
}

static void
each_code_is_found_and_its_names_fit_a_badge(void **state)
{
    (void)state;
    unsigned number = 0;
    for (const char *code, *last = ""; (code = country_code(number)); last = code) {
        assert_true(strcmp(last, code) < 0);
        const char *english = country_name(code, "en"), *chinese;
        chinese = country_name(code, "zh-Hans");
        assert_non_null(english);
        assert_non_null(chinese);
        assert_in_range(strlen(english), 4, COUNTRY_NAME_MAX);
        assert_in_range(strlen(chinese), 6, COUNTRY_NAME_MAX);
        assert_true(str_is_utf8(chinese, strlen(chinese)));
        number++;
    }
    assert_int_equal(number, COUNTRY_COUNT);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_is_named_in_english_and_in_chinese),
        cmocka_unit_test(what_is_no_code_has_no_name),
        cmocka_unit_test(each_code_is_found_and_its_names_fit_a_badge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
