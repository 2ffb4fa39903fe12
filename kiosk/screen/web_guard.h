#ifndef YUELAI_WEB_GUARD_H
#define YUELAI_WEB_GUARD_H

/* web_guard: may this request be answered at all? Listening on the loopback is no fence:
 * any page in any browser of this machine can send requests here, and by re-binding a
 * name even read the answers. So a request must name us as its host, must not come from
 * another origin, and a POST must be JSON, which no form can send.
 *
 * Pure. */

#include <stdbool.h>
#include <stdint.h>

struct web_guard_request {
    bool posts;
    const char *host; /* header Host; NULL = none */
    const char *origin; /* header Origin; NULL = none */
    const char *fetch_site; /* header Sec-Fetch-Site; NULL = none */
    const char *content_type; /* NULL = none */
};

/* 0, or the status to refuse with: 421 not our host, 403 another origin, 415 not JSON. */
int web_guard_status(const struct web_guard_request *request, uint16_t port);

/* The value of cookie `name` in a Cookie header, at most size - 1 bytes; false if it is
 * not there or does not fit. */
bool web_guard_cookie(const char *header, const char *name, char *value, unsigned size);

#endif
