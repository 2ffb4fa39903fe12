#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

/* A struct json is a cJSON node under another name: nobody else sees inside. */
static const cJSON *
node(const struct json *value)
{
    return (const cJSON *)value;
}

static const struct json *
value_of(const cJSON *item)
{
    return (const struct json *)item;
}

/* ---- before cJSON sees it ---------------------------------------------------- */

static bool
refuse_at(const char *text, size_t at, const char *what, struct err *err)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        bool newline = text[i] == '\n';
        line += newline;
        column = newline ? 1 : column + 1;
    }
    return err_set(err, ERR_INPUT, "JSON line %zu, column %zu: %s", line, column, what);
}

/* Walks over a string from its opening quote; *at comes to stand behind the closing
 * one. cJSON takes raw control characters, and ends a text at \u0000. */
static bool
check_string(const char *text, size_t length, size_t *at, struct err *err)
{
    size_t start = (*at)++;
    for (; *at < length; (*at)++) {
        if (text[*at] == '"') {
            (*at)++;
            return true;
        }
        if ((unsigned char)text[*at] < 0x20)
            return refuse_at(text, *at, "control character in a text", err);
        if (text[*at] != '\\')
            continue;
        if (length - *at >= 6 && memcmp(text + *at, "\\u0000", 6) == 0)
            return refuse_at(text, *at, "\\u0000 in a text", err);
        (*at)++;
    }
    return refuse_at(text, start, "text without an end", err);
}

static bool
check(const char *text, size_t length, struct err *err)
{
    int depth = 0;
    if (length > JSON_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "JSON: over %d bytes", JSON_TEXT_MAX);
    for (size_t at = 0; at < length;) {
        if (text[at] == '"') {
            if (!check_string(text, length, &at, err))
                return false;
            continue;
        }
        if (text[at] == '{' || text[at] == '[')
            depth++;
        else if (text[at] == '}' || text[at] == ']')
            depth--;
        if (depth > JSON_DEPTH_MAX)
            return refuse_at(text, at, "nested too deep", err);
        if (text[at] == '\0')
            return refuse_at(text, at, "NUL", err);
        at++;
    }
    return true;
}

/* Behind the plain ASCII that stands here, eight bytes at a time. */
static size_t
skip_plain(const char *text, size_t length, size_t at)
{
    uint64_t bytes;
    for (; length - at >= sizeof bytes; at += sizeof bytes) {
        memcpy(&bytes, text + at, sizeof bytes);
        if (bytes & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

/* Where the first ill-formed byte is, or length. */
static size_t
find_ill_formed(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        at = skip_plain(text, length, at);
        if (at == length)
            break;
        size_t start = at;
        if (str_next_character(text, length, &at) == 0xFFFD && at == start + 1)
            return start;
    }
    return length;
}

bool
json_parse(const char *text, size_t length, struct json **root, struct err *err)
{
    if (!check(text, length, err))
        return false;
    size_t ill = find_ill_formed(text, length);
    if (ill < length)
        return refuse_at(text, ill, "not UTF-8", err);

    const char *end = text;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (!tree)
        return refuse_at(text, (size_t)(end - text), "not JSON from here on", err);
    for (size_t at = (size_t)(end - text); at < length; at++) {
        if (!strchr(" \t\r\n", text[at])) {
            cJSON_Delete(tree);
            return refuse_at(text, at, "more behind the value", err);
        }
    }
    *root = (struct json *)tree;
    return true;
}

void
json_free(struct json *root)
{
    cJSON_Delete((cJSON *)root);
}

/* ---- getters ----------------------------------------------------------------- */

enum json_kind
json_kind(const struct json *value)
{
    switch (node(value)->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_TEXT;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const struct json *
json_member(const struct json *object, const char *name)
{
    if (!object || json_kind(object) != JSON_OBJECT)
        return NULL;
    return value_of(cJSON_GetObjectItemCaseSensitive(node(object), name));
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
    return value_of(node(value)->child);
}

const struct json *
json_next(const struct json *item)
{
    return item ? value_of(node(item)->next) : NULL;
}

const char *
json_key(const struct json *item)
{
    return node(item)->string ? node(item)->string : "";
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
    *text = node(value)->valuestring;
    return true;
}

bool
json_number(const struct json *from, const char *path, double *number, struct err *err)
{
    const struct json *value = json_at(from, path);
    if (!value || json_kind(value) != JSON_NUMBER)
        return wrong(value, path, "a number", err);
    *number = node(value)->valuedouble;
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
    number = node(at)->valuedouble;
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
    *truth = cJSON_IsTrue(node(value));
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

/* Here, since it looks into the tree; the rest of the writer needs no library. */
bool
json_add_value(struct str *out, const char *key, const struct json *value)
{
    const cJSON *item = node(value);
    switch (json_kind(value)) {
    case JSON_BOOL:
        return json_add_bool(out, key, cJSON_IsTrue(item));
    case JSON_NUMBER:
        return json_add_number(out, key, item->valuedouble);
    case JSON_TEXT:
        return json_add_text(out, key, item->valuestring);
    case JSON_NULL:
        return json_add_null(out, key);
    case JSON_ARRAY:
        json_open_array(out, key);
        for (item = item->child; item; item = item->next)
            json_add_value(out, NULL, value_of(item));
        return json_close_array(out);
    case JSON_OBJECT:
        break;
    }
    json_open_object(out, key);
    for (item = item->child; item; item = item->next)
        json_add_value(out, item->string, value_of(item));
    return json_close_object(out);
}
