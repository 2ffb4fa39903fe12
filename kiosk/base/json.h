#ifndef YUELAI_JSON_H
#define YUELAI_JSON_H

/* json: the house's only door to JSON, in both directions.
 *
 * READING. A text is parsed whole into a tree that belongs to its root; everything read
 * from it is borrowed until json_free(root). Getters take a path of member names joined
 * by dots, from any value of the tree, and their errors name it:
 *
 *     struct json *root;
 *     if (!json_parse(body, length, &root, err))
 *         return false;
 *     ok = json_text(root, "printer.media", &media, err) &&       must be there
 *          json_int_or(root, "printer.dpi", 203, &dpi, err);      absent or null: 203
 *     for (item = json_first(json_at(root, "rows")); item; item = json_next(item))
 *         …
 *     json_free(root);
 *
 *     "printer.dpi: want a whole number, got a text"
 *
 * A text over JSON_TEXT_MAX or nested deeper than JSON_DEPTH_MAX, ill-formed UTF-8, a raw
 * control character and \u0000 are refused: no text that comes out of here has a NUL in
 * it or is anything but UTF-8. Of a member given twice the first counts.
 *
 * WRITING. Values are appended to a struct str; commas and escapes are set by themselves.
 * `key` is the member's name, NULL inside an array and for the outermost value.
 *
 *     json_open_object(&out, NULL);
 *     json_add_text(&out, "name", guest->name);
 *     json_open_array(&out, "lists");
 *     json_add_int(&out, NULL, 7);
 *     json_close_array(&out);
 *     json_close_object(&out);                 {"name":"…","lists":[7]}
 *     if (!str_ok(&out)) …                     asked once, as always with str
 *
 * There is no writer to keep: whether a comma is due is seen from the last byte of the
 * buffer. What stands before an outermost value must therefore not end in a letter, a
 * digit, '"', '}' or ']' ("data: " and "\n" are right).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum {
    JSON_TEXT_MAX = 8 * 1024 * 1024, /* bytes of a whole text */
    JSON_DEPTH_MAX = 32, /* objects and arrays within one another */
    JSON_PATH_MAX = 255 /* bytes of a path */
};

struct json; /* a value: the root of a tree, or one within it */

enum json_kind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
};

/* ---- reading ----------------------------------------------------------------- */

/* Exactly one value, with white space around it or not. Fails with ERR_INPUT, saying
 * line and column, or ERR_LIMIT. `text` need not end with a NUL and is not kept. */
bool json_parse(const char *text, size_t length, struct json **root, struct err *err);
void json_free(struct json *root); /* takes NULL */

enum json_kind json_kind(const struct json *value);

/* The value there, or NULL if it is absent (a null is a value). Path "" is `from`
 * itself; from NULL gives NULL. A name with a dot in it is reached by json_member only. */
const struct json *json_at(const struct json *from, const char *path);
const struct json *json_member(const struct json *object, const char *name);

/* The members of an object or items of an array, in their order; NULL: no (more). All
 * take NULL and other kinds of value, which have none. */
const struct json *json_first(const struct json *value);
const struct json *json_next(const struct json *item);
const char *json_key(const struct json *item); /* its name in its object, or "" */
size_t json_count(const struct json *value);

/* The value there must be of this kind. Fails with ERR_INPUT: "path: want …, got …". */
bool json_text(const struct json *from, const char *path, const char **text,
               struct err *err);
bool json_int(const struct json *from, const char *path, int64_t *value,
              struct err *err); /* whole, within ±2^53: what every program reads alike */
bool json_number(const struct json *from, const char *path, double *value,
                 struct err *err);
bool json_bool(const struct json *from, const char *path, bool *value, struct err *err);
bool json_array(const struct json *from, const char *path, const struct json **array,
                struct err *err);
bool json_object(const struct json *from, const char *path, const struct json **object,
                 struct err *err);

/* The same, but absent or null gives `otherwise`. */
bool json_text_or(const struct json *from, const char *path, const char *otherwise,
                  const char **text, struct err *err);
bool json_int_or(const struct json *from, const char *path, int64_t otherwise,
                 int64_t *value, struct err *err);
bool json_bool_or(const struct json *from, const char *path, bool otherwise, bool *value,
                  struct err *err);

/* Copies a text into a field of `size` bytes; "" if absent or null; one that does not fit
 * fails: "path: want at most 63 bytes". */
bool json_copy(const struct json *from, const char *path, char *to, size_t size,
               struct err *err);

/* ---- writing ----------------------------------------------------------------- */

bool json_open_object(struct str *out, const char *key);
bool json_close_object(struct str *out);
bool json_open_array(struct str *out, const char *key);
bool json_close_array(struct str *out);

/* Ill-formed bytes become U+FFFD; control characters, '"' and '\' are escaped, and so are
 * U+2028 and U+2029, which break old JavaScript. text NULL writes null. */
bool json_add_text(struct str *out, const char *key, const char *text);
bool json_add_bytes(struct str *out, const char *key, const char *bytes, size_t length);
bool json_add_int(struct str *out, const char *key, int64_t value);
bool json_add_number(struct str *out, const char *key, double value); /* NaN: null */
bool json_add_bool(struct str *out, const char *key, bool value);
bool json_add_null(struct str *out, const char *key);

/* A value that is JSON already ("{}" of a roster's extra). It is not checked. */
bool json_add_raw(struct str *out, const char *key, const char *json);
/* A value that was read, as it is. */
bool json_add_value(struct str *out, const char *key, const struct json *value);

#endif
