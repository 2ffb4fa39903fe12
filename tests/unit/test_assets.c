#include "screen/assets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"

static void
the_page_is_built_in(void **state)
{
    (void)state;
    static const struct {
        const char *path, *type;
    } samples[] = {
        { "/", "text/html; charset=utf-8" },
        { "/index.html", "text/html; charset=utf-8" },
        { "/kiosk.css", "text/css; charset=utf-8" },
        { "/js/guest.js", "text/javascript; charset=utf-8" },
        { "/lang/zh-Hans.json", "application/json" },
        { "/icon.svg", "image/svg+xml" },
    };
    struct assets *assets;
    struct asset asset;
    struct err err;
    assert_true(assets_create(NULL, &assets, &err));
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        assert_true(assets_find(assets, samples[i].path, &asset));
        assert_string_equal(asset.type, samples[i].type);
        assert_true(asset.length > 100);
        assert_int_equal(strlen(asset.tag), 16);
    }
    assets_destroy(assets);
}

static void
no_path_leads_out_of_the_table(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",   "/nothing",   "/../LICENSE", "index.html", "/js/../index.html",
        "//", "/etc/passwd"
    };
    struct assets *assets;
    struct asset asset;
    struct err err;
    assert_true(assets_create("/", &assets, &err));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_false(assets_find(assets, paths[i], &asset));
    assets_destroy(assets);
}

static void
a_file_of_the_directory_replaces_the_built_in_one(void **state)
{
    (void)state;
    char dir[] = "/tmp/assets-XXXXXX", path[64], built_in[ASSET_TAG_MAX + 1],
         changed[ASSET_TAG_MAX + 1];
    struct assets *assets;
    struct asset asset;
    struct err err;

    assert_non_null(mkdtemp(dir));
    assert_true(assets_create(dir, &assets, &err));
    assets_tag(assets, built_in);
    snprintf(path, sizeof path, "%s/kiosk.css", dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("body{color:red}", file);
    fclose(file);
    assert_true(assets_find(assets, "/kiosk.css", &asset));
    assert_int_equal(asset.length, 15);
    assert_memory_equal(asset.bytes, "body{color:red}", 15);
    assets_tag(assets, changed);
    assert_string_not_equal(built_in, changed);
    assert_true(assets_find(assets, "/", &asset)); /* the rest is still there */
    assets_destroy(assets);
    unlink(path);
    rmdir(dir);
}

static void
a_directory_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct assets *assets;
    struct err err;
    assert_false(assets_create("/no/such/directory", &assets, &err));
    assert_int_equal(err.code, ERR_ABSENT);
    assert_non_null(strstr(err.text, "/no/such/directory"));
}

static struct json *
language(struct assets *assets, const char *code)
{
    char path[64];
    struct asset asset;
    struct json *root;
    struct err err;
    snprintf(path, sizeof path, "/lang/%s.json", code);
    assert_true(assets_find(assets, path, &asset));
    assert_true(json_parse((const char *)asset.bytes, asset.length, &root, &err));
    return root;
}

/* Every {name of `message`, written one after the other in order of the alphabet. */
static void
placeholders(const char *message, bool seen[128])
{
    memset(seen, 0, 128);
    for (const char *at = message; (at = strchr(at, '{')); at++) {
        const char *end = at + 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
        if (end > at + 1 && (*end == '}' || *end == ','))
            seen[(at[1] ^ (end - at)) & 127] = true;
    }
}

static void
all_languages_say_the_same_things(void **state)
{
    (void)state;
    const char *codes[16], *text, *other_text;
    struct assets *assets;
    struct err err;
    assert_true(assets_create(NULL, &assets, &err));
    unsigned count = assets_languages(codes, 16);
    assert_true(count >= 2);
    assert_string_equal(codes[0], "zh-Hans");
    struct json *first = language(assets, codes[0]);
    for (unsigned i = 1; i < count; i++) {
        struct json *other = language(assets, codes[i]);
        assert_int_equal(json_count(first), json_count(other));
        for (const struct json *item = json_first(first); item;
             item = json_next(item)) {
            const struct json *same = json_member(other, json_key(item));
            if (!same)
                fail_msg("%s lacks \"%s\"", codes[i], json_key(item));
            bool here[128], there[128];
            assert_true(json_text(item, "", &text, &err));
            assert_true(json_text(same, "", &other_text, &err));
            placeholders(text, here);
            placeholders(other_text, there);
            if (memcmp(here, there, sizeof here) != 0)
                fail_msg("%s: \"%s\" has other placeholders", codes[i], json_key(item));
        }
        json_free(other);
    }
    json_free(first);
    assets_destroy(assets);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_built_in),
        cmocka_unit_test(no_path_leads_out_of_the_table),
        cmocka_unit_test(a_file_of_the_directory_replaces_the_built_in_one),
        cmocka_unit_test(a_directory_that_is_not_there_is_named),
        cmocka_unit_test(all_languages_say_the_same_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
