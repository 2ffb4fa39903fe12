#ifndef YUELAI_WIRE_H
#define YUELAI_WIRE_H

/* wire: an HTTP request out, a response or a failure back. sync/ speaks to servers
 * through this door only; drivers/wire_curl carries it, a simulation or a test's stub
 * plays it.
 *
 * A request is the caller's and belongs to the wire from start until done (once, on the
 * loop's thread, never from inside start) or until abort returns (then done is not
 * called, and nothing of it needs finishing). Redirects are not followed. The
 * transport's outcome is to be looked at before the status: a body that was cut short
 * has status 200 and outcome WIRE_CUT.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum wire_outcome {
    WIRE_OK, /* a whole response came; status, headers and body hold */
    WIRE_UNREACHABLE, /* no connection: name, route, refused */
    WIRE_UNTRUSTED, /* TLS: certificate, name or pin is wrong */
    WIRE_TIMEOUT, /* nothing, or too slow, for too long */
    WIRE_CUT, /* the response ended in its middle or cannot be decoded */
    WIRE_TOO_LARGE /* over body_max, or more headers than any honest server sends */
};

struct wire_request {
    /* asked; texts are borrowed until done or abort */
    const char *method; /* "GET", "POST", "PATCH" */
    const char *url;
    const char *token; /* "Authorization: Device TOKEN", never logged; NULL = none */
    const char *const *headers; /* "Name: value", ends with NULL; may be NULL */
    const char *body; /* NULL = none */
    size_t body_length;
    int64_t deadline_ms; /* for the whole exchange */
    size_t body_max; /* bytes of the decoded response body */

    /* answered */
    enum wire_outcome outcome;
    int status;
    char content_type[128];
    char page_generated[64]; /* X-Page-Generated */
    char etag[128], last_modified[64];
    int64_t retry_after_ms; /* Retry-After from now, 0 = none */
    int64_t date_ms; /* the server's clock (Date), UTC; 0 = none */
    struct str answer; /* body, empty unless WIRE_OK; the wire inits, the caller finishes */
    char text[256]; /* the transport's words for the outcome */

    /* the way back */
    void (*done)(struct wire_request *request);
    void *owner;
    void *transfer; /* the wire's */
};

struct wire {
    void (*start)(struct wire_request *request, void *self);
    void (*abort)(struct wire_request *request, void *self);
    void *self;
};

static inline void
wire_start(const struct wire *wire, struct wire_request *request)
{
    wire->start(request, wire->self);
}

static inline void
wire_abort(const struct wire *wire, struct wire_request *request)
{
    wire->abort(request, wire->self);
}

#endif
