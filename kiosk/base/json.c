#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/json_tree.h"

/* ---- getters ----------------------------------------------------------------- */

enum json_kind
json_kind(const struct json *value)
{
    return value->kind;
}

const struct json *
json_member(const struct json *object, const char *name)
{
    if (!object || json_kind(object) != JSON_OBJECT)
        return NULL;
    const struct json *item = object->child;
    while (item && strcmp(item->key, name) != 0)
        item = item->next;
    return item;
}

const struct json *
json_at(const struct json *from, const char *path)
{
    while (from && *path) {
        char name[JSON_PATH_MAX + 1];
        size_t length = strcspn(path, ".");
        if (!str_copy_bytes(name, sizeof name, path, length))
            return NULL;
        from = json_member(from, name);
        path += path[length] ? length + 1 : length;
    }
    return from;
}

const struct json *
json_first(const struct json *value)
{
    if (!value || json_kind(value) < JSON_ARRAY)
        return NULL;
    return value->child;
}

const struct json *
json_next(const struct json *item)
{
    return item ? item->next : NULL;
}

const char *
json_key(const struct json *item)
{
    return item->key ? item->key : "";
}

size_t
json_count(const struct json *value)
{
    size_t count = 0;
    for (const struct json *item = json_first(value); item; item = json_next(item))
        count++;
    return count;
}

static bool
wrong(const struct json *got, const char *path, const char *want, struct err *err)
{
    static const char *const names[] = { "null",   "true or false", "a number",
                                         "a text", "an array",      "an object" };
    char quoted[JSON_PATH_MAX + 1];
    str_quote(quoted, sizeof quoted, path, strlen(path));
    return err_set(err, ERR_INPUT, "%s: want %s, got %s", *path ? quoted : "JSON", want,
                   got ? names[json_kind(got)] : "nothing");
}

bool
json_text(const struct json *from, const char *path, const char **text, struct err *err)
{
    const struct json *value = json_at(from, path);
    if (!value || json_kind(value) != JSON_TEXT)
        return wrong(value, path, "a text", err);
    *text = value->text;
    return true;
}

bool
json_number(const struct json *from, const char *path, double *number, struct err *err)
{
    const struct json *value = json_at(from, path);
    if (!value || json_kind(value) != JSON_NUMBER)
        return wrong(value, path, "a number", err);
    *number = value->number;
    return true;
}

bool
json_int(const struct json *from, const char *path, int64_t *value, struct err *err)
{
    static const double most = 9007199254740992.0; /* 2^53 */
    double number;
    const struct json *at = json_at(from, path);
    if (!at || json_kind(at) != JSON_NUMBER)
        return wrong(at, path, "a whole number", err);
    number = at->number;
    if (!(number >= -most && number <= most) || number != trunc(number))
        return wrong(at, path, "a whole number", err);
    *value = (int64_t)number;
    return true;
}

bool
json_bool(const struct json *from, const char *path, bool *truth, struct err *err)
{
    const struct json *value = json_at(from, path);
    if (!value || json_kind(value) != JSON_BOOL)
        return wrong(value, path, "true or false", err);
    *truth = value->truth;
    return true;
}

bool
json_array(const struct json *from, const char *path, const struct json **array,
           struct err *err)
{
    const struct json *value = json_at(from, path);
    if (!value || json_kind(value) != JSON_ARRAY)
        return wrong(value, path, "an array", err);
    *array = value;
    return true;
}

bool
json_object(const struct json *from, const char *path, const struct json **object,
            struct err *err)
{
    const struct json *value = json_at(from, path);
    if (!value || json_kind(value) != JSON_OBJECT)
        return wrong(value, path, "an object", err);
    *object = value;
    return true;
}

static bool
is_set(const struct json *from, const char *path)
{
    const struct json *value = json_at(from, path);
    return value && json_kind(value) != JSON_NULL;
}

bool
json_text_or(const struct json *from, const char *path, const char *otherwise,
             const char **text, struct err *err)
{
    if (is_set(from, path))
        return json_text(from, path, text, err);
    *text = otherwise;
    return true;
}

bool
json_int_or(const struct json *from, const char *path, int64_t otherwise,
            int64_t *value, struct err *err)
{
    if (is_set(from, path))
        return json_int(from, path, value, err);
    *value = otherwise;
    return true;
}

bool
json_bool_or(const struct json *from, const char *path, bool otherwise, bool *value,
             struct err *err)
{
    if (is_set(from, path))
        return json_bool(from, path, value, err);
    *value = otherwise;
    return true;
}

bool
json_copy(const struct json *from, const char *path, char *to, size_t size,
          struct err *err)
{
    const char *text = "";
    if (!json_text_or(from, path, "", &text, err))
        return false;
    if (strlen(text) >= size)
        return err_set(err, ERR_INPUT, "%s: want at most %zu bytes", path, size - 1);
    return str_copy(to, size, text);
}

/* Here, since it looks into the tree. */
bool
json_add_value(struct str *out, const char *key, const struct json *value)
{
    const struct json *item = json_first(value);
    switch (value->kind) {
    case JSON_BOOL:
        return json_add_bool(out, key, value->truth);
    case JSON_NUMBER:
        return json_add_number(out, key, value->number);
    case JSON_TEXT:
        return json_add_text(out, key, value->text);
    case JSON_NULL:
        return json_add_null(out, key);
    case JSON_ARRAY:
        json_open_array(out, key);
        for (; item; item = item->next)
            json_add_value(out, NULL, item);
        return json_close_array(out);
    case JSON_OBJECT:
        break;
    }
    json_open_object(out, key);
    for (; item; item = item->next)
        json_add_value(out, item->key, item);
    return json_close_object(out);
}
