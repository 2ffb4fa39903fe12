#include "screen/web.h"

#include <arpa/inet.h>
#include <assert.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "screen/web_guard.h"
#include "screen/web_inside.h"

static const char cookie_name[] = "yuelai_staff";

/* A POST whose reply is not there yet. The client may leave meanwhile: request is then
 * gone, and the reply goes nowhere. */
struct web_owed {
    struct web *web;
    struct evhttp_request *request; /* NULL = the client has left */
    struct web_owed *next;
};

static const char *
phrase_of(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        { 200, "OK" },          { 304, "Not Modified" },
        { 400, "Bad Request" }, { 401, "Unauthorized" },
        { 403, "Forbidden" },   { 404, "Not Found" },
        { 405, "Not Allowed" }, { 409, "Conflict" },
        { 413, "Too Large" },   { 415, "Unsupported Media Type" },
        { 421, "Misdirected" }, { 429, "Too Many Requests" },
        { 503, "Unavailable" },
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "Error";
}

void
web_add_headers(struct evhttp_request *request, const char *type)
{
    static const struct {
        const char *name, *value;
    } headers[] = {
        { "Cache-Control", "no-store" },
        { "X-Content-Type-Options", "nosniff" },
        { "X-Frame-Options", "DENY" },
        { "Referrer-Policy", "no-referrer" },
        { "Cross-Origin-Opener-Policy", "same-origin" },
        { "Cross-Origin-Resource-Policy", "same-origin" },
        { "Content-Security-Policy",
          "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
          "form-action 'none'; object-src 'none'" },
    };
    struct evkeyvalq *out = evhttp_request_get_output_headers(request);
    if (type)
        evhttp_add_header(out, "Content-Type", type);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        evhttp_add_header(out, headers[i].name, headers[i].value);
}

void
web_refuse(struct evhttp_request *request, int status)
{
    web_add_headers(request, "text/plain");
    evhttp_send_reply(request, status, phrase_of(status), NULL);
}

void
web_let_go(struct evhttp_request *request)
{
    if (!evhttp_request_get_connection(request))
        evhttp_request_free(request);
}

void
web_read_token(struct evhttp_request *request, char token[WEB_TOKEN_MAX + 1])
{
    struct evkeyvalq *in = evhttp_request_get_input_headers(request);
    if (!web_guard_cookie(evhttp_find_header(in, "Cookie"), cookie_name, token,
                          WEB_TOKEN_MAX + 1))
        token[0] = '\0';
}

/* ---- files ------------------------------------------------------------------------
 */

static void
send_bytes(struct evhttp_request *request, int status, const void *bytes, size_t length)
{
    struct evbuffer *body = evbuffer_new();
    if (body && length)
        evbuffer_add(body, bytes, length);
    evhttp_send_reply(request, status, phrase_of(status), body);
    if (body)
        evbuffer_free(body);
}

static void
send_asset(struct web *web, struct evhttp_request *request, const char *path)
{
    struct evkeyvalq *in = evhttp_request_get_input_headers(request);
    struct evkeyvalq *out = evhttp_request_get_output_headers(request);
    struct asset asset;
    char tag[ASSET_TAG_MAX + 3];

    if (!assets_find(web->setting.assets, path, &asset)) {
        web_refuse(request, HTTP_NOTFOUND);
        return;
    }
    snprintf(tag, sizeof tag, "\"%s\"", asset.tag);
    web_add_headers(request, asset.type);
    evhttp_add_header(out, "ETag", tag);
    /* Nothing personal in a file: it may be kept, but is asked for again each time. */
    evhttp_remove_header(out, "Cache-Control");
    evhttp_add_header(out, "Cache-Control", "no-cache");
    const char *known = evhttp_find_header(in, "If-None-Match");
    if (known && strcmp(known, tag) == 0)
        evhttp_send_reply(request, 304, phrase_of(304), NULL);
    else
        send_bytes(request, 200, asset.bytes, asset.length);
}

/* ---- answers -----------------------------------------------------------------------
 */

static void
set_cookie(struct evhttp_request *request, const char *token)
{
    char cookie[WEB_TOKEN_MAX + 128];
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
             cookie_name, token, *token ? "" : "; Max-Age=0");
    evhttp_add_header(evhttp_request_get_output_headers(request), "Set-Cookie", cookie);
}

static void
forget_owed(struct web_owed *owed)
{
    struct web_owed **at = &owed->web->owed;
    while (*at != owed)
        at = &(*at)->next;
    *at = owed->next;
    free(owed);
}

static void
client_left(struct evhttp_connection *connection, void *self)
{
    struct web_owed *owed = self;
    (void)connection;
    web_let_go(owed->request);
    owed->request = NULL;
}

static void
reply_came(const struct web_reply *reply, void *self)
{
    struct web_owed *owed = self;
    struct evhttp_request *request = owed->request;
    if (request) {
        const char *json = reply->json ? reply->json : "{}";
        evhttp_connection_set_closecb(evhttp_request_get_connection(request), NULL,
                                      NULL);
        web_add_headers(request, "application/json");
        if (reply->set_token)
            set_cookie(request, reply->set_token);
        send_bytes(request, reply->status, json, strlen(json));
    }
    forget_owed(owed);
}

static void
take_post(struct web *web, struct evhttp_request *request, const char *path)
{
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(body);
    char token[WEB_TOKEN_MAX + 1];

    struct web_owed *owed = calloc(1, sizeof *owed);
    const unsigned char *bytes = length ? evbuffer_pullup(body, -1) : NULL;
    if (!owed || (length && !bytes)) {
        free(owed);
        web_refuse(request, HTTP_SERVUNAVAIL);
        return;
    }
    *owed = (struct web_owed){ web, request, web->owed };
    web->owed = owed;
    web_read_token(request, token);
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), client_left,
                                  owed);
    struct web_post post = { path, token, length ? (const char *)bytes : "", length };
    web->setting.routes.post(&post, reply_came, owed, web->setting.routes.self);
}

/* ---- requests --------------------------------------------------------------- */

static int
guard_status(const struct web *web, struct evhttp_request *request)
{
    struct evkeyvalq *in = evhttp_request_get_input_headers(request);
    struct web_guard_request asked = {
        .posts = evhttp_request_get_command(request) == EVHTTP_REQ_POST,
        .host = evhttp_find_header(in, "Host"),
        .origin = evhttp_find_header(in, "Origin"),
        .fetch_site = evhttp_find_header(in, "Sec-Fetch-Site"),
        .content_type = evhttp_find_header(in, "Content-Type"),
    };
    return web_guard_status(&asked, web->port);
}

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static void
route(struct web *web, struct evhttp_request *request, const char *path)
{
    bool is_api = str_starts(path, "/api/");
    bool posts = evhttp_request_get_command(request) == EVHTTP_REQ_POST;
    bool heads = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;

    if ((posts && !is_api) || (heads && is_api)) {
        web_refuse(request, HTTP_BADMETHOD);
    } else if (posts) {
        take_post(web, request, path);
    } else if (is_api && ends_with(path, "/events")) {
        web_stream_open(web, request, path);
    } else if (strcmp(path, "/healthz") == 0) {
        web_add_headers(request, "text/plain");
        send_bytes(request, 200, "ok\n", 3);
    } else {
        send_asset(web, request, path);
    }
}

static void
on_request(struct evhttp_request *request, void *self)
{
    struct web *web = self;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
    int status = guard_status(web, request);

    if (status == 0 && !path)
        status = HTTP_BADREQUEST;
    if (status == 0)
        route(web, request, path);
    else
        web_refuse(request, status);
}

/* ---- life ------------------------------------------------------------------- */

static bool
bind_loopback(struct web *web, struct err *err)
{
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(web->http, "127.0.0.1", web->setting.port);
    if (!bound)
        return err_set(err, ERR_IO, "screen: port %u of 127.0.0.1 cannot be had",
                       web->setting.port);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address,
                    &length) != 0)
        return err_set(err, ERR_IO, "screen: the port cannot be read");
    web->port = ntohs(address.sin_port);
    return true;
}

bool
web_create(const struct web_setting *setting, struct web **created, struct err *err)
{
    struct web *web = calloc(1, sizeof *web);
    if (!web)
        return err_no_memory(err);
    web->setting = *setting;
    web->http = evhttp_new(setting->event_base);
    web->beat_timer = loop_timer_create(setting->loop, web_stream_beat, web);
    if (!web->http || !web->beat_timer) {
        web_destroy(web);
        return err_no_memory(err);
    }
    evhttp_set_max_headers_size(web->http, WEB_HEADERS_MAX);
    evhttp_set_max_body_size(web->http, WEB_BODY_MAX);
    evhttp_set_timeout(web->http, WEB_IDLE_S);
    evhttp_set_allowed_methods(web->http,
                               EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
    evhttp_set_gencb(web->http, on_request, web);
    if (!bind_loopback(web, err)) {
        web_destroy(web);
        return false;
    }
    loop_timer_arm(setting->loop, web->beat_timer, WEB_BEAT_MS);
    *created = web;
    return true;
}

void
web_destroy(struct web *web)
{
    if (!web)
        return;
    web_stream_end_all(web);
    if (web->http)
        evhttp_free(web->http);
    while (web->owed)
        forget_owed(web->owed);
    loop_timer_destroy(web->setting.loop, web->beat_timer);
    free(web);
}

void
web_set_assets(struct web *web, struct assets *assets)
{
    web->setting.assets = assets;
}

uint16_t
web_port(const struct web *web)
{
    return web->port;
}
