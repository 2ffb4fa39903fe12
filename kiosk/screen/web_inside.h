#ifndef YUELAI_WEB_INSIDE_H
#define YUELAI_WEB_INSIDE_H

/* web_inside: shared by web.c (requests) and web_stream.c (event streams) alone. */

#include <event2/http.h>

#include "screen/web.h"

struct web_stream {
    struct web *web;
    struct surface *surface; /* NULL = this slot is free */
    struct evhttp_request *request;
    struct evhttp_connection *connection;
};

struct web {
    struct web_setting setting;
    struct evhttp *http;
    uint16_t port;
    struct loop_timer *beat_timer;
    struct web_stream streams[WEB_STREAMS_MAX];
    struct web_owed *owed; /* posts whose reply has not come yet */
};

void web_add_headers(struct evhttp_request *request, const char *type);
void web_refuse(struct evhttp_request *request, int status);
/* For a connection's close callback: libevent takes a request that is still being answered
 * off its connection and leaves it to us; one that is still on it is its own. */
void web_let_go(struct evhttp_request *request);
/* The staff's cookie, "" if there is none. */
void web_read_token(struct evhttp_request *request, char token[WEB_TOKEN_MAX + 1]);

void web_stream_open(struct web *web, struct evhttp_request *request, const char *path);
void web_stream_beat(void *web);
void web_stream_end_all(struct web *web);

#endif
