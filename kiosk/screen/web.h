#ifndef YUELAI_WEB_H
#define YUELAI_WEB_H

/* web: the page, its files and its two ways of talking, over HTTP on the loopback.
 *
 *     GET  /  /staff  /js/…            assets, with ETag
 *     GET  /healthz                    "ok"
 *     GET  /api/…/events               a surface as server-sent events:
 *                                          event: state   the whole state, at each change
 *                                          event: beat    every 2 s
 *                                          event: end     the surface is no more
 *     POST /api/…                      JSON to whoever answers, JSON back, perhaps later
 *
 * It knows HTTP and no guests; what surfaces and answers there are, is said by `routes`
 * (screen/api.h, or a test). All in one loop: nothing here may block. Bounds: headers
 * 8 KiB, bodies 64 KiB, 5 s for a client that says nothing, streams WEB_STREAMS_MAX, and
 * a stream whose client leaves over 64 KiB unread is closed; it comes back and lacks
 * nothing, as each state is whole. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "log.h"
#include "loop.h"
#include "screen/assets.h"
#include "screen/surface.h"

enum {
    WEB_BODY_MAX = 64 * 1024,
    WEB_HEADERS_MAX = 8 * 1024,
    WEB_UNSENT_MAX = 64 * 1024,
    WEB_STREAMS_MAX = 32,
    WEB_TOKEN_MAX = 64, /* of the staff's cookie */
    WEB_BEAT_MS = 2000,
    WEB_IDLE_S = 5
};

struct web;

/* A POST; all borrowed for the call. */
struct web_post {
    const char *path; /* "/api/guest/done" */
    const char *token; /* of the staff's cookie, "" = none */
    const char *body; /* not parsed */
    size_t body_length;
};

struct web_reply {
    int status; /* 200, 400, 401, 403, 404, 409, 429 */
    const char *json; /* the body; NULL = "{}" */
    const char *set_token; /* "" ends the cookie, NULL leaves it */
};

typedef void web_reply_fn(const struct web_reply *reply, void *self);

struct web_routes {
    /* The surface behind "/api/…/events" for this token; NULL, and *status 401 or 404. */
    struct surface *(*surface)(const char *path, const char *token, int *status,
                               void *self);
    /* Calls reply exactly once, from inside or later, on the loop's thread. */
    void (*post)(const struct web_post *post, web_reply_fn *reply, void *reply_self,
                 void *self);
    void *self;
};

struct web_setting {
    void *event_base; /* loop_real_event_base */
    const struct loop *loop;
    const struct log *log;
    struct assets *assets;
    uint16_t port; /* 0 = any free one (tests) */
    struct web_routes routes;
};

/* Fails with ERR_IO if the port is taken, naming it. */
bool web_create(const struct web_setting *setting, struct web **web, struct err *err);
/* Ends all streams. Replies that are still owed must not come any more. Takes NULL. */
void web_destroy(struct web *web);

/* Other files from the next request on. */
void web_set_assets(struct web *web, struct assets *assets);

uint16_t web_port(const struct web *web);

/* Says "end" to all streams of a surface that is about to go, and forgets it. */
void web_end_surface(struct web *web, struct surface *surface);

#endif
