#ifndef YUELAI_SYNC_API_H
#define YUELAI_SYNC_API_H

/* api: one question to the ticketing server and its answer, classified.
 *
 *     api_start(api, call)  -->  wire  -->  call->done(call)       once, on the loop
 *
 * What came back is one of few things; the transport's outcome is looked at before the
 * status, and a status only counts with the body it should have (a page of a captive
 * portal is not an answer):
 *
 *     API_OK          2xx with JSON (or empty where that is right)
 *     API_UNCHANGED   304
 *     API_REFUSED     400, 404, 409 …: the server understood and says no; body is JSON
 *     API_NOT_HERE    404 or 3xx without JSON: a wrong address, an old server, a portal
 *     API_LOCKED      401, 403: the server does not know us, or lets us not
 *     API_REVOKED     401 with "Device access has been revoked."
 *     API_LATER       409 with Retry-After, 429, 5xx: after `retry_after_ms` (0: as you like)
 *     API_SILENT      no whole answer: unreachable, timeout, cut, too large
 *     API_UNTRUSTED   TLS: certificate, name or pin
 *
 * Redirects are never followed. Every call is bounded in time and size. The token is sent
 * by the wire and never logged; a URL is logged without its query. */

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "clock.h"
#include "log.h"
#include "sync/account.h"
#include "wire.h"

enum api_result {
    API_OK,
    API_UNCHANGED,
    API_REFUSED,
    API_NOT_HERE,
    API_LOCKED,
    API_REVOKED,
    API_LATER,
    API_SILENT,
    API_UNTRUSTED
};

enum { API_URL_MAX = 4095, API_KEY_MAX = 64 };

struct api_client {
    const struct wire *wire;
    const struct clock *clock;
    const struct log *log;
    const struct account *account; /* borrowed; its token as it is at the call */
};

struct api_call {
    /* asked */
    const char *method; /* "GET", "POST" */
    char url[API_URL_MAX + 1]; /* absolute: api_url, or a page's `next` */
    struct str body; /* JSON; inited by api_call_init, empty = none */
    char if_modified_since[64]; /* "" = none */
    char idempotency_key[API_KEY_MAX + 1]; /* "" = none */
    const char *language; /* Accept-Language; NULL = none; borrowed */
    bool anonymous; /* no token (device/initialize) */
    bool raw; /* the answer need not be JSON (a background file) */
    int64_t deadline_ms; /* 0: 30,000 */
    size_t body_max; /* 0: 4 MiB */

    /* answered, valid in done */
    enum api_result result;
    int status; /* 0 = no whole answer */
    struct json *json; /* NULL if it was none, or raw */
    char text[256]; /* what went wrong, for people; "" if API_OK */
    int64_t took_ms;
    struct wire_request request; /* page_generated, last_modified, answer, … */

    void (*done)(struct api_call *call);
    void *owner;

    const struct api_client *api; /* api's own from here */
    bool open;
    int64_t began_ms;
    char header[3][API_KEY_MAX + 80];
    const char *headers[6];
};

void api_call_init(struct api_call *call);
/* Frees body, json and answer; an open call is aborted, done is not called. */
void api_call_finish(struct api_call *call);

/* Writes url + path to call->url, path from printf; false if it is too long. Values must
 * be escaped by api_escape before. */
bool api_url(const struct api_client *api, struct api_call *call, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Percent-encodes everything but unreserved characters; returns `to`. */
const char *api_escape(const char *text, char *to, size_t size);
/* Adds ?name=value or &name=value (escaped) unless that very pair stands there already. */
bool api_add_query(struct api_call *call, const char *name, const char *value);

/* True if the address is the account's server's: the token goes nowhere else. */
bool api_is_home(const struct api_client *api, const char *url);

/* Starts it; the address is at home (asserted: ask of a page's `next` first). done is not
 * called from inside. */
void api_start(const struct api_client *api, struct api_call *call);

#endif
