#ifndef YUELAI_CASE_GUARD_H
#define YUELAI_CASE_GUARD_H

/* case_guard: what case files hold and JSON of the house (base/json.h) does not: NUL and lone
 * surrogates, which cases send to a server or hold under a scanner to see them refused.
 *
 *     file: "a\u0000b" -guard-> "a" U+F0000 "b" -json_parse-> … -unguard-> "a\u0000b"
 *
 * They travel as characters of a private plane (U+F0000, U+FD800 to U+FDFFF), which are
 * of the same Unicode category as far as scans go: not to be printed. */

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

/* Before json_parse: a file's escapes of them become those characters. */
bool case_guard(struct str *out, const char *text, size_t length);
/* In a JSON text that is going out, they become escapes again. */
bool case_unguard(struct str *out, const char *text, size_t length);

#endif
