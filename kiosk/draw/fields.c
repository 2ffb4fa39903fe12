#include "draw/fields.h"

#include <string.h>

#include "base/json.h"

static bool
add(struct fields *fields, const struct json *member, struct err *err)
{
    const char *value = "";

    if (fields->count == FIELDS_MAX)
        return err_set(err, ERR_LIMIT, "fields: over %d of them", FIELDS_MAX);
    if (json_kind(member) != JSON_NULL && !json_text(member, "", &value, err))
        return err_wrap(err, "fields: %s", json_key(member));
    fields->items[fields->count].key = json_key(member);
    fields->items[fields->count].value = value;
    fields->count++;
    return true;
}

bool
fields_read(const char *json, size_t length, struct fields *fields, struct err *err)
{
    memset(fields, 0, sizeof *fields);
    if (length > FIELDS_JSON_MAX)
        return err_set(err, ERR_LIMIT, "fields: %zu bytes, at most %d", length,
                       FIELDS_JSON_MAX);
    if (!json_parse(json, length, &fields->root, err))
        return err_wrap(err, "fields");
    bool good = json_kind(fields->root) == JSON_OBJECT ||
                err_set(err, ERR_INPUT, "fields: want an object of texts");
    const struct json *member = json_first(fields->root);
    for (; good && member; member = json_next(member))
        good = add(fields, member, err);
    if (!good)
        fields_finish(fields);
    return good;
}

void
fields_finish(struct fields *fields)
{
    json_free(fields->root);
    memset(fields, 0, sizeof *fields);
}

const char *
fields_get(const struct fields *fields, const char *key, size_t key_length)
{
    for (int i = 0; i < fields->count; i++) {
        if (strncmp(fields->items[i].key, key, key_length) == 0 &&
            fields->items[i].key[key_length] == '\0')
            return fields->items[i].value;
    }
    return "";
}

bool
fields_fill(const struct fields *fields, const char *pattern, struct str *out)
{
    size_t start = out->length;
    bool any = false, last = false; /* fields seen; the last one had a text */
    bool whole = true;

    for (;;) {
        size_t literal = strcspn(pattern, "{");
        const char *open = pattern + literal, *close = strchr(open, '}');
        if (!close) { /* the rest is words */
            if (!any || last)
                whole &= str_add_cut(out, pattern, strlen(pattern));
            return whole;
        }
        const char *value = fields_get(fields, open + 1, (size_t)(close - open - 1));
        last = *value != '\0';
        if (last && (!any || out->length > start))
            whole &= str_add_cut(out, pattern, literal);
        whole &= str_add_cut(out, value, strlen(value));
        any = true;
        pattern = close + 1;
    }
}

static bool
is_one_of(const char *value, const char *list, size_t length)
{
    size_t want = strlen(value);
    const char *end = list + length;
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        size_t item = (size_t)((comma ? comma : end) - list);
        if (item == want && memcmp(list, value, want) == 0)
            return true;
        list += item + 1;
    }
    return false;
}

static bool
holds_one(const struct fields *fields, const char *condition, size_t length)
{
    const char *equals = memchr(condition, '=', length);
    if (!equals)
        return *fields_get(fields, condition, length) != '\0';
    const char *value = fields_get(fields, condition, (size_t)(equals - condition));
    return is_one_of(value, equals + 1, length - (size_t)(equals + 1 - condition));
}

bool
fields_hold(const struct fields *fields, const char *condition)
{
    while (*condition) {
        condition += strspn(condition, "; ");
        size_t length = strcspn(condition, "; ");
        if (length > 0 && !holds_one(fields, condition, length))
            return false;
        condition += length;
    }
    return true;
}
