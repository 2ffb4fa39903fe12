#ifndef YUELAI_STR_H
#define YUELAI_STR_H

/* str: a byte buffer that grows, up to a cap, and texts of bounded size.
 *
 * Everything whose size comes from outside goes through a `struct str` with a cap.
 * An append that would pass the cap, or that finds no memory, changes nothing,
 * marks the buffer as failed and returns false; every later append fails too. So a
 * long row of appends is written without checks and asked once at its end:
 *
 *     str_add_text(&out, "^XA");
 *     str_addf(&out, "^PW%d", width_dots);
 *     if (!str_ok(&out))
 *         return err_set(err, ERR_LIMIT, "label: over %zu bytes", out.cap);
 *
 * The bytes are always followed by a NUL that is not counted, so `data` of a text
 * can be passed as a C string. The buffer owns its bytes until str_take.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data; /* never NULL after str_init; NUL-terminated */
    size_t length; /* bytes, without the NUL */
    size_t room; /* bytes allocated; 0 while data is a shared empty text */
    size_t cap; /* most bytes it may hold */
    bool failed;
};

void str_init(struct str *str, size_t cap_bytes);
void str_finish(struct str *str); /* frees; str may be str_init-ed again */
void str_clear(struct str *str); /* empty and no longer failed; keeps its room */

bool str_add(struct str *str, const void *bytes, size_t length);
bool str_add_text(struct str *str, const char *text);
bool str_add_char(struct str *str, char c);
bool str_addf(struct str *str, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool str_addv(struct str *str, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Makes room for `length` more bytes and returns where they go, or NULL. The
 * caller writes them and then calls str_grew(str, written). */
char *str_reserve(struct str *str, size_t length);
void str_grew(struct str *str, size_t length);

bool str_ok(const struct str *str); /* no append has failed */

/* The bytes, now the caller's to free(), and an empty buffer; NULL if failed. */
char *str_take(struct str *str, size_t *length);

/* ---- texts of bounded size ------------------------------------------------- */

/* Copies text into `to` of `size` bytes; cut at the end of a UTF-8 character if it
 * does not fit. Returns true if all of it fitted. */
bool str_copy(char *to, size_t size, const char *text);
bool str_copy_bytes(char *to, size_t size, const char *bytes, size_t length);

/* Bytes of the longest prefix of `bytes` that is at most `max` long and ends at
 * the end of a UTF-8 character. */
size_t str_cut(const char *bytes, size_t length, size_t max);

/* Adds what there is room for up to the cap, cut as by str_cut, which is no failure;
 * false if that was not all. */
bool str_add_cut(struct str *str, const char *bytes, size_t length);

/* True if all bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong
 * forms, nothing over U+10FFFF). NUL is a character like others here. */
bool str_is_utf8(const char *bytes, size_t length);

/* Reads the character at *at (< length), moves *at behind it. An ill-formed byte
 * is one U+FFFD. */
unsigned str_next_character(const char *bytes, size_t length, size_t *at);

/* Appends one character as UTF-8; `c` must be a Unicode scalar value. */
bool str_add_character(struct str *str, unsigned c);

/* Text from outside, made safe for one line of a log: control characters, quotes,
 * backslashes and ill-formed bytes become \xNN, \" or \\, the rest stays; cut at
 * `size` with "…" at its end. Returns `to`, so that it can stand in an argument. */
const char *str_quote(char *to, size_t size, const char *bytes, size_t length);

/* The same for a line of a terminal: quotes and backslashes stay as they are. */
const char *str_plain(char *to, size_t size, const char *bytes, size_t length);

/* Whole decimal numbers within bounds, no sign but '-', no spaces, no rest. */
bool str_read_int(const char *text, long long min, long long max, long long *value);

bool str_starts(const char *text, const char *prefix);

#endif
