#ifndef YUELAI_CASE_HTTP_H
#define YUELAI_CASE_HTTP_H

/* case_http: plays a case of the suite `http`: what a server answers, step by step. The
 * server is pretix-stub, the requests go by the real wire.
 *
 *     reset with the dataset -> for each step: op http: send, compare | else: its own step
 *
 * Compared are status, json (a subset; lists element by element), json_exact, has_keys
 * (dotted), has_headers, result_ids, and bodies with captured ones. An expectation that
 * is not known here is a failure, never skipped. */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "base/json.h"
#include "pretix_server.h"

struct case_http_set {
    const struct json *datasets; /* the manifest's: name to {organizer, load} */
    const char *now; /* the manifest's default; may be NULL */
    const char *directory; /* where the datasets' files stand */
};

/* False: err says at which step, what was expected and what came. */
bool case_http_play(struct pretix_server *server, const struct case_http_set *set,
                    const struct json *one, struct err *err);

/* A subset of objects, lists element by element. False: where (a path) says which part. */
bool case_http_alike(const struct json *want, const struct json *got, char *where,
                     size_t size);

/* JSON of the house has no NUL and no lone surrogate, while cases send them to a server to
 * see it refuse them. guard writes a file's escapes of them as characters of a private
 * plane (U+F0000, U+FD800 to U+FDFFF), to be called before json_parse; unguard writes
 * those as escapes again, in a JSON text that is going out. */
bool case_http_guard(struct str *out, const char *text, size_t length);
bool case_http_unguard(struct str *out, const char *text, size_t length);

#endif
