#include "draw/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char guest[] = "{\"name\":\"张伟\",\"organisation\":\"\",\"country\":"
                            "\"China\",\"kind\":\"vip\",\"seat\":null,\"a\":\"x\"}";

static void
a_template_is_filled_and_what_belongs_to_empty_fields_is_left_out(void **state)
{
    static const struct {
        const char *pattern, *filled;
    } cases[] = {
        { "{name}", "张伟" },
        { "{organisation} · {country}", "China" },
        { "{country} · {organisation}", "China" },
        { "{country} · {organisation} · {a}", "China · x" },
        { "{organisation} · {seat}", "" },
        { "Seat {seat}", "" },
        { "Seat {a}", "Seat x" },
        { "{a} in {country}!", "x in China!" },
        { "{seat} GmbH", "" },
        { "words alone", "words alone" },
        { "{unknown}", "" },
        { "{open", "{open" },
    };
    struct fields fields;
    struct err err;
    (void)state;

    assert_true(fields_read(guest, strlen(guest), &fields, &err));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str out;
        str_init(&out, 100);
        assert_true(fields_fill(&fields, cases[i].pattern, &out));
        assert_string_equal(out.data, cases[i].filled);
        str_finish(&out);
    }
    fields_finish(&fields);
}

static void
a_text_too_long_for_the_buffer_is_cut_at_a_character_and_told(void **state)
{
    struct fields fields;
    struct err err;
    struct str out;
    (void)state;

    assert_true(fields_read(guest, strlen(guest), &fields, &err));
    str_init(&out, 4);
    assert_false(fields_fill(&fields, "{name}", &out));
    assert_string_equal(out.data, "张");
    str_finish(&out);
    fields_finish(&fields);
}

static void
a_condition_holds_or_does_not(void **state)
{
    static const struct {
        const char *condition;
        bool holds;
    } cases[] = {
        { "", true },
        { "kind=vip", true },
        { "kind=guest", false },
        { "kind=guest,vip", true },
        { "kind=vi", false },
        { "kind=vipper,vi", false },
        { "name", true },
        { "seat", false },
        { "organisation", false },
        { "kind=vip; name", true },
        { "kind=vip;seat", false },
        { "nothing=a", false },
    };
    struct fields fields;
    struct err err;
    (void)state;

    assert_true(fields_read(guest, strlen(guest), &fields, &err));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (fields_hold(&fields, cases[i].condition) != cases[i].holds)
            fail_msg("%s", cases[i].condition);
    }
    fields_finish(&fields);
}

static void
what_is_no_object_of_texts_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",         "[]",    "{\"a\":{}}",      "{\"a\":1", "{\"a\":[1]}",
        "\"text\"", "{a:1}", "{\"a\":\"\xff\"}"
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fields fields;
        struct err err = { 0 };
        if (fields_read(wrong[i], strlen(wrong[i]), &fields, &err))
            fail_msg("%s was taken", wrong[i]);
        assert_non_null(strstr(err.text, "fields"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_template_is_filled_and_what_belongs_to_empty_fields_is_left_out),
        cmocka_unit_test(a_text_too_long_for_the_buffer_is_cut_at_a_character_and_told),
        cmocka_unit_test(a_condition_holds_or_does_not),
        cmocka_unit_test(what_is_no_object_of_texts_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
