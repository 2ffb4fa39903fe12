#include "screen/web_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
only_our_own_page_is_answered(void **state)
{
    (void)state;
    static const char json[] = "application/json";
    static const struct {
        bool posts;
        const char *host, *origin, *site, *type;
        int status;
    } samples[] = {
        { false, "127.0.0.1:8080", NULL, NULL, NULL, 0 },
        { false, "localhost:8080", NULL, NULL, NULL, 0 },
        { false, "LOCALHOST:8080", NULL, "same-origin", NULL, 0 },
        { false, "[::1]:8080", NULL, "none", NULL, 0 },
        { false, NULL, NULL, NULL, NULL, 421 },
        { false, "", NULL, NULL, NULL, 421 },
        { false, "127.0.0.1", NULL, NULL, NULL, 421 },
        { false, "127.0.0.1:80", NULL, NULL, NULL, 421 },
        { false, "127.0.0.1:80800", NULL, NULL, NULL, 421 },
        { false, "evil.example:8080", NULL, NULL, NULL, 421 },
        { false, "127.0.0.1.evil.example:8080", NULL, NULL, NULL, 421 },
        { false, "127.0.0.1:8080", "http://127.0.0.1:8080", NULL, NULL, 0 },
        { false, "127.0.0.1:8080", "http://evil.example", NULL, NULL, 403 },
        { false, "127.0.0.1:8080", "https://127.0.0.1:8080", NULL, NULL, 403 },
        { false, "127.0.0.1:8080", "http://127.0.0.1:8081", NULL, NULL, 403 },
        { false, "127.0.0.1:8080", "null", NULL, NULL, 403 },
        { false, "127.0.0.1:8080", NULL, "cross-site", NULL, 403 },
        { false, "127.0.0.1:8080", NULL, "same-site", NULL, 403 },
        { true, "127.0.0.1:8080", "http://127.0.0.1:8080", "same-origin", json, 0 },
        { true, "127.0.0.1:8080", NULL, NULL, "application/json; charset=utf-8", 0 },
        { true, "127.0.0.1:8080", NULL, NULL, NULL, 415 },
        { true, "127.0.0.1:8080", NULL, NULL, "text/plain", 415 },
        { true, "127.0.0.1:8080", NULL, NULL, "application/jsonp", 415 },
        { true, "127.0.0.1:8080", NULL, NULL, "application/x-www-form-urlencoded",
          415 },
        { true, "127.0.0.1:8080", "http://evil.example", NULL, json, 403 },
        { true, "evil.example", "http://evil.example", NULL, json, 421 },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct web_guard_request asked = {
            samples[i].posts, samples[i].host, samples[i].origin,
            samples[i].site,  samples[i].type,
        };
        assert_int_equal(web_guard_status(&asked, 8080), samples[i].status);
    }
}

static void
a_cookie_is_found_among_others(void **state)
{
    (void)state;
    static const struct {
        const char *header, *value;
    } samples[] = {
        { "s=abc", "abc" },     { "a=1; s=abc; b=2", "abc" },
        { "a=1;s=abc", "abc" }, { "s=", "" },
        { "xs=abc", NULL },     { "S=abc", NULL },
        { "a=s=abc", NULL },    { "s", NULL },
        { "", NULL },           { "s=12345678", NULL }, /* does not fit */
        { ";;; s=x;;", "x" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char value[8];
        bool found = web_guard_cookie(samples[i].header, "s", value, sizeof value);
        assert_int_equal(found, samples[i].value != NULL);
        if (found)
            assert_string_equal(value, samples[i].value);
    }
    char value[8];
    assert_false(web_guard_cookie(NULL, "s", value, sizeof value));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_our_own_page_is_answered),
        cmocka_unit_test(a_cookie_is_found_among_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
