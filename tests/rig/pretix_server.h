#ifndef YUELAI_PRETIX_SERVER_H
#define YUELAI_PRETIX_SERVER_H

/* pretix_server: tests/rig/pretix-stub as a child, and one request after the other to it
 * by the real wire (drivers/wire_curl) on a loop of its own.
 *
 *     struct pretix_server *server;
 *     const char *const options[] = { "--gzip", NULL };
 *     if (!pretix_server_start(&server, options, err)) …
 *     pretix_server_control(server, "reset", "{\"organizer\": \"dummy\"}", &answer, err);
 *     pretix_server_stop(server);
 *
 * Several may run in one process. A test that brings its own loop and wire needs only
 * start, url, control and stop. */

#include <stdbool.h>

#include "err.h"
#include "base/json.h"
#include "wire.h"

struct pretix_server;

/* options: as pretix-stub's own, ends with NULL; NULL: none. */
bool pretix_server_start(struct pretix_server **out, const char *const *options,
                         struct err *err);
void pretix_server_stop(struct pretix_server *server); /* takes NULL */

/* "http://127.0.0.1:PORT", without a slash at its end. */
const char *pretix_server_url(const struct pretix_server *server);

/* Sends the request and waits for its done, which is set here. The caller finishes
 * request->answer. Not to be called from the loop of another. */
void pretix_server_exchange(struct pretix_server *server, struct wire_request *request);

/* POSTs to /_stub/NAME. False if it says {"ok": false}: err has its words, which for a
 * step's `expect` are what was expected and what there is. On success *answer, if wanted,
 * is the caller's to json_free. */
bool pretix_server_control(struct pretix_server *server, const char *name,
                           const char *body, struct json **answer, struct err *err);

#endif
