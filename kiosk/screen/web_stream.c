#include "screen/web_inside.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <sys/time.h>

/* After this, libevent calls closed() if the connection still lives; so the slot is
 * freed first. */
static void
drop(struct web_stream *stream)
{
    struct evhttp_connection *connection = stream->connection;
    evhttp_connection_set_closecb(connection, NULL, NULL);
    stream->surface = NULL;
    evhttp_connection_free(connection);
}

static void
closed(struct evhttp_connection *connection, void *self)
{
    struct web_stream *stream = self;
    (void)connection;
    stream->surface = NULL;
    web_let_go(stream->request);
}

/* A client that does not read is let go: it can come back, our memory cannot. */
static bool
is_stuck(const struct web_stream *stream)
{
    struct bufferevent *wire = evhttp_connection_get_bufferevent(stream->connection);
    return evbuffer_get_length(bufferevent_get_output(wire)) > WEB_UNSENT_MAX;
}

static void
send_event(struct web_stream *stream, const char *name, const struct str *data)
{
    if (is_stuck(stream)) {
        log_notice(stream->web->setting.log, "web", "stream=stuck unsent_over=%d",
                   WEB_UNSENT_MAX);
        drop(stream);
        return;
    }
    struct evbuffer *chunk = evbuffer_new();
    if (!chunk)
        return;
    evbuffer_add_printf(chunk, "event: %s\ndata: ", name);
    if (data)
        evbuffer_add(chunk, data->data, data->length);
    else
        evbuffer_add(chunk, "{}", 2);
    evbuffer_add(chunk, "\n\n", 2);
    evhttp_send_reply_chunk(stream->request, chunk);
    evbuffer_free(chunk);
}

static void
surface_changed(struct surface *surface, void *self)
{
    struct web *web = self;
    for (unsigned i = 0; i < WEB_STREAMS_MAX; i++) {
        if (web->streams[i].surface == surface)
            send_event(&web->streams[i], "state", &surface->state);
    }
}

void
web_stream_beat(void *self)
{
    struct web *web = self;
    for (unsigned i = 0; i < WEB_STREAMS_MAX; i++) {
        if (web->streams[i].surface)
            send_event(&web->streams[i], "beat", NULL);
    }
    loop_timer_arm(web->setting.loop, web->beat_timer, WEB_BEAT_MS);
}

static struct web_stream *
free_stream(struct web *web)
{
    for (unsigned i = 0; i < WEB_STREAMS_MAX; i++) {
        if (!web->streams[i].surface)
            return &web->streams[i];
    }
    return NULL;
}

/* An open stream reads nothing more, so the idle time-out of requests would end it. */
static void
lift_idle_limit(struct evhttp_connection *connection)
{
    struct timeval write_limit = { .tv_sec = 4L * WEB_IDLE_S };
    struct bufferevent *wire = evhttp_connection_get_bufferevent(connection);
    bufferevent_set_timeouts(wire, NULL, &write_limit);
}

void
web_stream_open(struct web *web, struct evhttp_request *request, const char *path)
{
    char token[WEB_TOKEN_MAX + 1];
    int status = 404;

    web_read_token(request, token);
    struct surface *surface =
        web->setting.routes.surface(path, token, &status, web->setting.routes.self);
    struct web_stream *stream = free_stream(web);
    if (!surface || !stream) {
        web_refuse(request, surface ? HTTP_SERVUNAVAIL : status);
        return;
    }
    *stream = (struct web_stream){ web, surface, request,
                                   evhttp_request_get_connection(request) };
    surface->changed = surface_changed;
    surface->changed_self = web;
    web_add_headers(request, "text/event-stream");
    evhttp_connection_set_closecb(stream->connection, closed, stream);
    evhttp_send_reply_start(request, HTTP_OK, "OK");
    lift_idle_limit(stream->connection);

    struct evbuffer *retry = evbuffer_new();
    if (retry) {
        evbuffer_add_printf(retry, "retry: 500\n\n");
        evhttp_send_reply_chunk(request, retry);
        evbuffer_free(retry);
    }
    send_event(stream, "state", &surface->state);
}

void
web_end_surface(struct web *web, struct surface *surface)
{
    for (unsigned i = 0; i < WEB_STREAMS_MAX; i++) {
        struct web_stream *stream = &web->streams[i];
        if (stream->surface != surface)
            continue;
        send_event(stream, "end", NULL);
        if (!stream->surface)
            continue;
        evhttp_connection_set_closecb(stream->connection, NULL, NULL);
        stream->surface = NULL;
        evhttp_send_reply_end(stream->request);
    }
    surface->changed = NULL;
}

void
web_stream_end_all(struct web *web)
{
    for (unsigned i = 0; i < WEB_STREAMS_MAX; i++) {
        struct surface *surface = web->streams[i].surface;
        if (!surface)
            continue;
        surface->changed = NULL;
        drop(&web->streams[i]);
    }
}
