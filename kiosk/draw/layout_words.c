#include "draw/layout_words.h"

#include <string.h>

static const struct {
    const char *variable, *field;
} stand_ins[] = {
    { "attendee_name", "name" },
    { "attendee_name_for_salutation", "name" },
    { "attendee_name_full_name", "name" },
    { "attendee_name_latin_transcription", "name_latin" },
    { "attendee_company", "organisation" },
    { "attendee_country", "country" },
    { "pseudonymization_id", "ref" },
    { "event_name", "event" },
    { "item", "kind_label" },
};

static const char *
value_of(const struct fields *fields, const char *key, size_t length)
{
    const char *value = fields_get(fields, key, length);
    if (*value)
        return value;
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++) {
        const char *variable = stand_ins[i].variable, *field = stand_ins[i].field;
        if (strlen(variable) == length && memcmp(variable, key, length) == 0)
            return fields_get(fields, field, strlen(field));
    }
    return "";
}

bool
layout_words(const struct fields *fields, const char *pattern, struct str *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-:_";
    bool whole = true;

    while (*pattern) {
        size_t literal = strcspn(pattern, "{");
        if (literal > 0) {
            whole &= str_add_cut(out, pattern, literal);
            pattern += literal;
            continue;
        }
        size_t key = strspn(pattern + 1, letters);
        if (key == 0 || pattern[1 + key] != '}') {
            whole &= str_add_cut(out, pattern++, 1);
            continue;
        }
        const char *value = value_of(fields, pattern + 1, key);
        whole &= str_add_cut(out, value, strlen(value));
        pattern += key + 2;
    }
    return whole;
}
