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

#endif
