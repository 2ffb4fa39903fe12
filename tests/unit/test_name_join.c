/* Names in parts, put together as people write them. */
#include "ticket/name_join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
family_names_stand_where_their_people_write_them(void **state)
{
    static const struct {
        const char *title, *given, *middle, *family, *country, *want;
    } cases[] = {
        { "", "伟", "", "张", "CN", "张伟" },
        { "", "伟", "", "张", "", "张伟" },
        { "", "民秀", "", "金", "KR", "金民秀" },
        { "", "민수", "", "김", "KR", "김민수" },
        { "", "太郎", "", "山田", "JP", "山田 太郎" },
        { "", "ゆき", "", "さとう", "", "さとう ゆき" },
        { "Dr.", "伟", "", "张", "CN", "Dr. 张伟" },
        { "", "Wei", "", "Zhang", "CN", "Wei Zhang" },
        { "", "Đorđe", "", "Žižić", "RS", "Đorđe Žižić" },
        { "", "Anna", "", "Nagy", "HU", "Nagy Anna" },
        { "", "Hương", "Thị", "Nguyễn", "VN", "Nguyễn Thị Hương" },
        { "Prof.", "John", "Q.", "Public", "US", "Prof. John Q. Public" },
        { "", "", "", "张", "CN", "张" },
        { "", "伟", "", "", "CN", "伟" },
        { "", "", "", "", "HU", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct name_parts parts = { cases[i].family, cases[i].given, cases[i].middle,
                                    cases[i].title, cases[i].country };
        char name[64];
        assert_true(name_join(&parts, name, sizeof name));
        assert_string_equal(name, cases[i].want);
    }
}

static void
a_name_that_does_not_fit_is_none(void **state)
{
    struct name_parts parts = { "Žižić", "Đorđe", "", "", "RS" };
    char name[17];
    (void)state;
    assert_true(name_join(&parts, name, sizeof name));
    assert_false(name_join(&parts, name, sizeof name - 1));
    assert_string_equal(name, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(family_names_stand_where_their_people_write_them),
        cmocka_unit_test(a_name_that_does_not_fit_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
