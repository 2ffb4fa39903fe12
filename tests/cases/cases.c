#include "cases.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    cases_function function;
    const char *members[2]; /* a case that has both, in a file without a name of ours */
} suites[] = {
    { "jsonlogic", case_jsonlogic, { "rule", "data" } },
    { "sig1", case_sig1, { "secret", "public_keys" } },
    { "questions", case_questions, { "type", "input" } },
    { "order-sync", case_order_sync, { "steps", "no member: it says so itself" } },
    { "offline-check", case_offline_check, { "dataset", "steps" } },
    { "http", case_http, { "steps", "no member: it says so itself" } },
    { "client/setup", case_client_setup, { "given", "expect" } },
    { "client/online", case_client_online, { "lists", "http" } },
    { "client/upload", case_client_upload, { "queue", "responses" } },
    { "client/connectivity", case_client_connectivity, { "mode", "events" } },
};

enum { SUITES = sizeof suites / sizeof *suites };

void
cases_differ(struct cases_result *result, const char *expected, const char *got)
{
    cases_refuse(result, "expected %s, got %s", expected, got);
}

void
cases_refuse(struct cases_result *result, const char *format, ...)
{
    va_list args;
    if (result->failed)
        return;
    result->failed = true;
    va_start(args, format);
    str_addv(&result->text, format, args);
    va_end(args);
}

/* The path's end is "/NAME.json". */
static bool
is_called(const char *path, const char *name)
{
    size_t length = strlen(path), end = strlen(".json"), part = strlen(name);
    if (length < end + part || strcmp(path + length - end, ".json") != 0)
        return false;
    const char *start = path + length - end - part;
    return memcmp(start, name, part) == 0 && (start == path || start[-1] == '/');
}

static const char *
said_suite(const struct cases_file *file, const struct json *one)
{
    const char *said = NULL;
    struct err err;
    if (json_text(one, "suite", &said, &err) ||
        json_text(file->root, "suite", &said, &err))
        return said;
    return NULL;
}

static bool
looks_like(const struct json *one, const char *const members[2])
{
    return json_member(one, members[0]) && json_member(one, members[1]);
}

cases_function
cases_find(const struct cases_file *file, const struct json *one, const char **name)
{
    const char *said = said_suite(file, one);
    *name = said ? said : file->path;
    for (int i = 0; i < SUITES; i++) {
        if (said ? strcmp(said, suites[i].name) == 0
                 : is_called(file->path, suites[i].name))
            return suites[i].function;
    }
    for (int i = 0; !said && i < SUITES; i++) {
        if (looks_like(one, suites[i].members))
            return suites[i].function;
    }
    return NULL;
}

static bool
same_members(const struct json *a, const struct json *b)
{
    if (json_count(a) != json_count(b))
        return false;
    for (const struct json *item = json_first(a); item; item = json_next(item)) {
        const struct json *other = json_member(b, json_key(item));
        if (!other || !cases_same(item, other))
            return false;
    }
    return true;
}

static bool
same_items(const struct json *a, const struct json *b)
{
    const struct json *x = json_first(a), *y = json_first(b);
    for (; x && y; x = json_next(x), y = json_next(y)) {
        if (!cases_same(x, y))
            return false;
    }
    return !x && !y;
}

bool
cases_same(const struct json *a, const struct json *b)
{
    struct err err;
    const char *text_a, *text_b;
    double number_a = 0, number_b = 0;
    bool yes_a = false, yes_b = false;
    if (!a || !b || json_kind(a) != json_kind(b))
        return false;
    switch (json_kind(a)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return json_bool(a, "", &yes_a, &err) && json_bool(b, "", &yes_b, &err) &&
               yes_a == yes_b;
    case JSON_NUMBER:
        return json_number(a, "", &number_a, &err) &&
               json_number(b, "", &number_b, &err) && !(number_a < number_b) &&
               !(number_a > number_b);
    case JSON_TEXT:
        return json_text(a, "", &text_a, &err) && json_text(b, "", &text_b, &err) &&
               strcmp(text_a, text_b) == 0;
    case JSON_ARRAY:
        return same_items(a, b);
    case JSON_OBJECT:
        return same_members(a, b);
    }
    return false;
}

char *
cases_print(const struct json *value)
{
    struct str out;
    str_init(&out, JSON_TEXT_MAX);
    if (value)
        json_add_value(&out, NULL, value);
    else
        str_add_text(&out, "nothing");
    char *text = str_take(&out, NULL);
    if (!text)
        abort();
    return text;
}
