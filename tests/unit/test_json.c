#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *
parsed(const char *text)
{
    struct json *root;
    struct err err;
    if (!json_parse(text, strlen(text), &root, &err))
        fail_msg("%s", err.text);
    return root;
}

static void
members_are_reached_by_path_and_kept_in_order(void **state)
{
    (void)state;
    struct json *root =
        parsed(" {\"a\": {\"b\": {\"c\": \"deep\"}}, \"n\": -42,\n"
               "\"half\": 1.5e0, \"yes\": true, \"no\": false,"
               "\"nil\": null, \"rows\": [1, \"two\", {}], \"d.t\": 7}\t");
    struct err err;
    const char *text;
    int64_t number;
    double real;
    bool truth;
    const struct json *rows;

    assert_true(json_text(root, "a.b.c", &text, &err));
    assert_string_equal(text, "deep");
    assert_true(json_int(root, "n", &number, &err));
    assert_int_equal(number, -42);
    assert_true(json_number(root, "half", &real, &err));
    assert_true(real == 1.5);
    assert_true(json_bool(root, "yes", &truth, &err) && truth);
    assert_true(json_bool(root, "no", &truth, &err) && !truth);
    assert_null(json_at(root, "a.x.c"));
    assert_null(json_at(root, "n.x"));
    assert_int_equal(json_kind(json_at(root, "nil")), JSON_NULL);
    assert_int_equal(json_kind(json_member(root, "d.t")), JSON_NUMBER);

    assert_true(json_array(root, "rows", &rows, &err));
    assert_int_equal(json_count(rows), 3);
    const struct json *item = json_first(rows);
    assert_int_equal(json_kind(item), JSON_NUMBER);
    item = json_next(item);
    assert_true(json_text(item, "", &text, &err));
    assert_string_equal(text, "two");
    assert_null(json_next(json_next(item)));
    assert_string_equal(json_key(json_next(json_first(root))), "n");
    assert_null(json_first(json_at(root, "n")));
    assert_null(json_first(NULL));
    json_free(root);
}

static void
what_is_absent_has_its_default_and_what_is_wrong_has_not(void **state)
{
    (void)state;
    struct json *root = parsed("{\"t\":\"x\",\"n\":3,\"nil\":null,\"b\":true}");
    struct err err;
    const char *text;
    int64_t number;
    bool truth;
    char field[4];

    assert_true(json_text_or(root, "q", "else", &text, &err));
    assert_string_equal(text, "else");
    assert_true(json_int_or(root, "nil", 9, &number, &err));
    assert_int_equal(number, 9);
    assert_true(json_bool_or(root, "b", false, &truth, &err) && truth);
    assert_false(json_int_or(root, "t", 9, &number, &err));
    assert_string_equal(err.text, "t: want a whole number, got a text");
    assert_false(json_text_or(root, "n", "", &text, &err));
    assert_true(json_copy(root, "t", field, sizeof field, &err));
    assert_string_equal(field, "x");
    assert_true(json_copy(root, "absent", field, sizeof field, &err));
    assert_string_equal(field, "");
    json_free(root);

    root = parsed("{\"t\":\"four\"}");
    assert_false(json_copy(root, "t", field, sizeof field, &err));
    assert_string_equal(err.text, "t: want at most 3 bytes");
    json_free(root);
}

static void
a_wrong_kind_is_named_with_its_path(void **state)
{
    (void)state;
    struct json *root =
        parsed("{\"a\":{\"n\":1.5,\"big\":1e300,\"t\":\"x\",\"l\":[]}}");
    struct err err;
    int64_t number;
    double real;
    bool truth;
    const char *text;
    const struct json *value;

    assert_false(json_int(root, "a.n", &number, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(err.text, "a.n: want a whole number, got a number");
    assert_false(json_int(root, "a.big", &number, &err));
    assert_false(json_number(root, "a.t", &real, &err));
    assert_string_equal(err.text, "a.t: want a number, got a text");
    assert_false(json_bool(root, "a", &truth, &err));
    assert_string_equal(err.text, "a: want true or false, got an object");
    assert_false(json_text(root, "a.none", &text, &err));
    assert_string_equal(err.text, "a.none: want a text, got nothing");
    assert_false(json_object(root, "a.l", &value, &err));
    assert_string_equal(err.text, "a.l: want an object, got an array");
    assert_false(json_array(root, "", &value, &err));
    assert_string_equal(err.text, "JSON: want an array, got an object");
    json_free(root);
}

static void
what_is_not_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } samples[] = {
        { "", "line 1, column 1" },
        { "{", "not JSON" },
        { "{\"a\":}", "not JSON" },
        { "{\"a\":1,}", "not JSON" },
        { "[1 2]", "not JSON" },
        { "tru", "not JSON" },
        { "{} {}", "line 1, column 4: more behind the value" },
        { "[1,\n \"ab", "line 2, column 2: text without an end" },
        { "[\"a\x01\"]", "column 4: control character" },
        { "[\"a\\u0000\"]", "column 4: \\u0000" },
        { "[\"\xff\"]", "column 3: not UTF-8" },
        { "[\"\xed\xa0\x80\"]", "not UTF-8" },
        { "[\"\\ud800\"]", "not JSON" },
        { "[\"\\ud800\\u0041\"]", "column 3: not JSON" },
        { "[\"\\udc00\"]", "column 3: not JSON" },
        { "[\"\\u00g0\"]", "column 3: not JSON" },
        { "[\"\\u00", "column 3: not JSON" },
        { "[\"\\x\"]", "column 3: not JSON" },
        { "[\"ab\\", "column 5: not JSON" },
        { "[01]", "not JSON" },
        { "[1.]", "not JSON" },
        { "[.5]", "not JSON" },
        { "[+1]", "not JSON" },
        { "[1e]", "not JSON" },
        { "[-]", "not JSON" },
        { "[0x10]", "column 3: not JSON" },
        { "[NaN]", "not JSON" },
        { "[1,]", "not JSON" },
        { "{a:1}", "not JSON" },
        { "{\"a\" 1}", "not JSON" },
        { "{1:1}", "not JSON" },
        { "[1}", "not JSON" },
        { "[1\v]", "not JSON" },
        { "'a'", "not JSON" },
        { "nul", "not JSON" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct json *root;
        struct err err;
        assert_false(json_parse(samples[i].text, strlen(samples[i].text), &root, &err));
        assert_int_equal(err.code, ERR_INPUT);
        if (!strstr(err.text, samples[i].says))
            fail_msg("%s: %s", samples[i].text, err.text);
    }
    struct json *root;
    struct err err;
    assert_false(json_parse("1\0", 2, &root, &err));
    assert_true(json_parse("[1]garbage", 3, &root, &err)); /* only length bytes */
    json_free(root);
}

static void
texts_and_numbers_are_read_as_they_were_meant(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } texts[] = {
        { "\"\"", "" },
        { "\"seven b\"", "seven b" },
        { "\"eight by\"", "eight by" },
        { "\"sixteen bytes, as\\nit seems\"", "sixteen bytes, as\nit seems" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"\\u0041\\u00e9\\u07FF\\u0800\\u5f20\\uFFFF\"",
          "Aé\xDF\xBF\xE0\xA0\x80张\xEF\xBF\xBF" },
        { "\"\\ud83d\\uDE00\\uD800\\uDC00\"", "\xF0\x9F\x98\x80\xF0\x90\x80\x80" },
        { "\"张伟 Đorđe\x7F\"", "张伟 Đorđe\x7F" },
        { "\xEF\xBB\xBF \"a mark in front\"", "a mark in front" },
    };
    static const struct {
        const char *json;
        double number;
    } numbers[] = {
        { "0", 0 },
        { "-0", 0 },
        { "-12", -12 },
        { "999999999999999", 999999999999999.0 },
        { "9007199254740992", 9007199254740992.0 },
        { "-123456789012345678901234567890", -123456789012345678901234567890.0 },
        { "0.1", 0.1 },
        { "-1.5E+3", -1500 },
        { "2e-2", 0.02 },
    };
    struct err err;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json *root = parsed(texts[i].json);
        const char *text;
        assert_true(json_text(root, "", &text, &err));
        assert_string_equal(text, texts[i].text);
        json_free(root);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct json *root = parsed(numbers[i].json);
        double number;
        assert_true(json_number(root, "", &number, &err));
        assert_true(number == numbers[i].number);
        json_free(root);
    }
}

static void
a_large_text_keeps_all_its_values(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    struct str text;
    struct err err;
    int64_t number;
    const char *name;
    int i = 0;
    str_init(&text, 4 * 1024 * 1024);
    json_open_array(&text, NULL);
    for (; i < ROWS; i++)
        str_addf(&text, "%s{\"n\":%d,\"name\":\"张%d\",\"n\":0}", i ? "," : "", i, i);
    json_close_array(&text);
    struct json *root = parsed(text.data);
    i = 0;
    for (const struct json *row = json_first(root); row; row = json_next(row), i++) {
        char want[32];
        snprintf(want, sizeof want, "张%d", i);
        assert_true(json_int(row, "n", &number, &err) && number == i); /* the first */
        assert_true(json_text(row, "name", &name, &err));
        assert_string_equal(name, want);
    }
    assert_int_equal(i, ROWS);
    json_free(root);
    str_finish(&text);
}

static void
depth_and_length_are_bounded(void **state)
{
    (void)state;
    char nested[2 * JSON_DEPTH_MAX + 3] = "";
    struct json *root;
    struct err err;
    memset(nested, '[', JSON_DEPTH_MAX);
    memset(nested + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_true(json_parse(nested, 2 * JSON_DEPTH_MAX, &root, &err));
    json_free(root);
    memset(nested, '[', JSON_DEPTH_MAX + 1);
    memset(nested + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_false(json_parse(nested, 2 * JSON_DEPTH_MAX + 2, &root, &err));
    assert_non_null(strstr(err.text, "nested too deep"));
    assert_true(
        json_parse("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 39, &root, &err));
    json_free(root);

    char *large = calloc(1, JSON_TEXT_MAX + 1);
    memset(large, ' ', JSON_TEXT_MAX + 1);
    large[0] = '1';
    assert_true(json_parse(large, JSON_TEXT_MAX, &root, &err));
    json_free(root);
    assert_false(json_parse(large, JSON_TEXT_MAX + 1, &root, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    free(large);
}

static void
commas_stand_where_they_must(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 1000);
    str_add_text(&out, "data: ");
    json_open_object(&out, NULL);
    json_open_object(&out, "empty");
    json_close_object(&out);
    json_open_array(&out, "list");
    json_add_int(&out, NULL, -7);
    json_add_bool(&out, NULL, true);
    json_add_null(&out, NULL);
    json_add_text(&out, NULL, "x");
    json_open_array(&out, NULL);
    json_close_array(&out);
    json_add_number(&out, NULL, 0.1);
    json_add_number(&out, NULL, NAN);
    json_close_array(&out);
    json_add_raw(&out, "raw", "{\"y\":1}");
    json_add_text(&out, "none", NULL);
    json_close_object(&out);
    assert_true(str_ok(&out));
    assert_string_equal(out.data,
                        "data: {\"empty\":{},\"list\":[-7,true,null,\"x\",[],0.1,null],"
                        "\"raw\":{\"y\":1},\"none\":null}");
    str_finish(&out);
}

static void
any_bytes_become_a_valid_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *json;
    } samples[] = {
        { "plain 悦来 \x7f", "\"plain 悦来 \x7f\"" },
        { "\"\\/\n\r\t\x01\x1f", "\"\\\"\\\\/\\n\\r\\t\\u0001\\u001f\"" },
        { "a\xff"
          "b\xc3",
          "\"a\uFFFD"
          "b\uFFFD\"" },
        { "\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\"" },
        { "\uFFFD", "\"\uFFFD\"" }, /* itself, as it was */
        { "\u2028\u2029", "\"\\u2028\\u2029\"" },
        { "</script>\U0001F600", "\"</script>\U0001F600\"" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct str out;
        struct err err;
        struct json *root;
        str_init(&out, 1000);
        json_add_text(&out, NULL, samples[i].bytes);
        assert_string_equal(out.data, samples[i].json);
        assert_true(json_parse(out.data, out.length, &root, &err));
        json_free(root);
        str_finish(&out);
    }
    struct str out;
    str_init(&out, 100);
    json_add_bytes(&out, "k\"", "a\0b", 3);
    assert_string_equal(out.data, "\"k\\\"\":\"a\\u0000b\"");
    str_finish(&out);
}

static void
what_was_read_can_be_written_again(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":[1,-2.5,1e+30,9007199254740991],\"b\":{\"c\":null},"
        "\"d\":\"\\u0001名\",\"e\":[],\"f\":false,\"g\":[{},{}]}";
    struct json *root = parsed(text);
    struct str out;
    str_init(&out, 1000);
    json_add_value(&out, NULL, root);
    assert_string_equal(out.data, text);
    str_finish(&out);
    json_free(root);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_reached_by_path_and_kept_in_order),
        cmocka_unit_test(what_is_absent_has_its_default_and_what_is_wrong_has_not),
        cmocka_unit_test(a_wrong_kind_is_named_with_its_path),
        cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
        cmocka_unit_test(texts_and_numbers_are_read_as_they_were_meant),
        cmocka_unit_test(a_large_text_keeps_all_its_values),
        cmocka_unit_test(depth_and_length_are_bounded),
        cmocka_unit_test(commas_stand_where_they_must),
        cmocka_unit_test(any_bytes_become_a_valid_text),
        cmocka_unit_test(what_was_read_can_be_written_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
