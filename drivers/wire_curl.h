#ifndef YUELAI_WIRE_CURL_H
#define YUELAI_WIRE_CURL_H

/* wire_curl: the wire (wire.h) carried by libcurl's multi interface on the station's
 * loop. Nothing of it blocks: names are resolved by a thread of libcurl's own (Debian's
 * build: AsynchDNS), which is left behind, not waited for, when a request ends first.
 *
 *     start -> queue -> connection of the pool -> answer -> finished -> done
 *                 \____________________________________/
 *                   deadline, pace, size, headers: the first that is passed ends it
 *
 * What it insists on, because the door stands in a network that others run:
 *   - http and https only, and no redirect is followed: a 302 is an answer;
 *   - TLS 1.2 at least; the certificate and its name are always verified, against the
 *     system's authorities or against those of one file alone, and pins on top of it;
 *   - proxies, .netrc, cookies, user names in URLs: none, whatever the environment
 * says;
 *   - the decoded body is bounded while it is decoded, so a small gzip that grows into
 *     gigabytes costs body_max bytes;
 *   - a request on a kept connection that the server closed meanwhile is sent once more
 *     by libcurl, if no byte of an answer had come: writes need their nonce.
 *
 * In parts: wire_curl.c (life, the loop, queue and finish), wire_curl_ask.c (a request
 * becomes libcurl's options), wire_curl_hear.c (headers, body and outcome). */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "log.h"
#include "loop.h"
#include "wire.h"

enum { /* what 0 in the setting stands for */
       WIRE_CURL_CONNECT_MS = 5000,
       WIRE_CURL_CONNECTIONS = 4,
       WIRE_CURL_SLOW_BYTES_PER_S = 64,
       WIRE_CURL_SLOW_S = 20,
};

/* Texts are borrowed for the wire's life. */
struct wire_curl_setting {
    const struct loop *loop;
    const struct log *log;
    const char *ca_file; /* PEM; these authorities alone. NULL: the system's */
    const char *pins;  /* "sha256//BASE64=;sha256//BASE64=": one must fit. NULL: none */
    const char *proxy; /* NULL: none, also if the environment names one */
    int connect_timeout_ms;
    int connections_max;  /* open at once, kept ones among them */
    int slow_bytes_per_s; /* slower than this for slow_s ends in WIRE_TIMEOUT */
    int slow_s;
};

struct wire_curl;

/* A CA file that cannot be read and a pin that is none are told here, by name. */
bool wire_curl_create(struct wire_curl **out, const struct wire_curl_setting *setting,
                      struct err *err);

/* Aborts what is under way (done is not called); takes NULL. May be called from a done.
 */
void wire_curl_destroy(struct wire_curl *curl);

/* The door, good for the wire's life. */
const struct wire *wire_curl_door(const struct wire_curl *curl);

#endif
