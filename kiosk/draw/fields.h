#ifndef YUELAI_DRAW_FIELDS_H
#define YUELAI_DRAW_FIELDS_H

/* fields: the texts of one guest, and what a design says about them: templates
 * ("{organisation} · {country}") and conditions ("kind=vip,academician; seat").
 *
 * They come as a flat JSON object of texts. Bounded: so many fields, so many bytes. */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "str.h"

enum {
    FIELDS_MAX = 192, /* a server has about a hundred for each guest */
    FIELDS_JSON_MAX = 32 * 1024 /* bytes of the object */
};

struct json;

struct fields {
    struct {
        const char *key, *value;
    } items[FIELDS_MAX];
    int count;
    struct json *root; /* owns the texts */
};

/* Reads a JSON object whose values are texts; null is "". Fails with the member's name
 * or the place that is wrong. */
bool fields_read(const char *json, size_t length, struct fields *fields, struct err *err);
void fields_finish(struct fields *fields);

/* The field's text, or "" if there is no such field. */
const char *fields_get(const struct fields *fields, const char *key, size_t key_length);

/* Appends the template with its fields filled in. What stands between two fields is
 * left out with the one that is empty: "{a} · {b}" without b is "a". A template whose
 * fields are all empty is empty. False if it had to be cut at the buffer's cap. */
bool fields_fill(const struct fields *fields, const char *pattern, struct str *out);

/* True if the condition holds; an empty one always does. "field" holds if it has a
 * text, "field=a,b" if that is a or b; several, separated by ';', must all hold. */
bool fields_hold(const struct fields *fields, const char *condition);

#endif
