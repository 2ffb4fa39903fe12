#include "sync/api.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

enum {
    DEADLINE_MS = 30 * 1000,
    ANSWER_MAX = 4 * 1024 * 1024,
    ASKED_MAX = 1024 * 1024 /* of a body of ours */
};

/* ---- addresses ---------------------------------------------------------------------
 */

static bool
is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

const char *
api_escape(const char *text, char *to, size_t size)
{
    size_t used = 0;
    assert(size > 0);
    for (; *text && used + 4 <= size; text++) {
        if (is_plain(*text))
            to[used++] = *text;
        else
            used += (size_t)snprintf(to + used, 4, "%%%02X", (unsigned char)*text);
    }
    to[used] = '\0';
    return to;
}

bool
api_url(const struct api_client *api, struct api_call *call, const char *format, ...)
{
    size_t used =
        (size_t)snprintf(call->url, sizeof call->url, "%s", api->account->url);
    va_list args;
    va_start(args, format);
    int more = used < sizeof call->url
                   ? vsnprintf(call->url + used, sizeof call->url - used, format, args)
                   : -1;
    va_end(args);
    return more >= 0 && used + (size_t)more < sizeof call->url;
}

/* "name=value" among the pairs of a query, as a whole pair. */
static bool
has_pair(const char *query, const char *pair)
{
    size_t length = strlen(pair);
    for (const char *at = query; at; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, pair, length) == 0 && (at[length] == '&' || at[length] == '\0'))
            return true;
    }
    return false;
}

bool
api_add_query(struct api_call *call, const char *name, const char *value)
{
    char pair[2048], escaped[1536];
    const char *query = strchr(call->url, '?');
    int length = snprintf(pair, sizeof pair, "%s=%s", name,
                          api_escape(value, escaped, sizeof escaped));
    if (length < 0 || (size_t)length >= sizeof pair)
        return false;
    if (query && has_pair(query + 1, pair))
        return true;
    size_t used = strlen(call->url);
    int more = snprintf(call->url + used, sizeof call->url - used, "%c%s",
                        query ? '&' : '?', pair);
    return more >= 0 && used + (size_t)more < sizeof call->url;
}

/* Scheme, host and port are the account's: "https://host/…" and not
 * "https://host.evil". */
bool
api_is_home(const struct api_client *api, const char *url)
{
    size_t length = strlen(api->account->url);
    return strncmp(url, api->account->url, length) == 0 &&
           (url[length] == '/' || url[length] == '?');
}

/* ---- what came back --------------------------------------------------------- */

/* The first text within a value: of an object that of its first member, with its name.
 */
static const char *
first_text(const struct json *value, const char **name)
{
    for (int depth = 0; value && depth < 4; depth++) {
        const char *text;
        struct err ignored;
        if (json_kind(value) == JSON_TEXT)
            return json_text(value, "", &text, &ignored) ? text : NULL;
        const struct json *first = json_first(value);
        if (json_kind(value) == JSON_OBJECT && first)
            *name = json_key(first);
        value = first;
    }
    return NULL;
}

/* The server's own words in an error body ({"detail":…}, {"field":["…"]}, ["…"]). */
static void
read_words(const struct json *json, char *text, size_t size)
{
    const char *name = "", *words = first_text(json_at(json, "detail"), &name);
    if (!words)
        words = first_text(json, &name);
    if (words && name[0] && strcmp(name, "non_field_errors") != 0)
        snprintf(text, size, "%s: %s", name, words);
    else
        str_copy(text, size, words ? words : "");
}

static enum api_result
result_of_transport(enum wire_outcome outcome)
{
    return outcome == WIRE_UNTRUSTED ? API_UNTRUSTED : API_SILENT;
}

static bool
is_revocation(const struct api_call *call)
{
    return call->status == 401 && strstr(call->text, "revoked");
}

static enum api_result
result_of_status(const struct api_call *call)
{
    int status = call->status;
    bool told = call->json || call->raw;
    if (status == 304)
        return API_UNCHANGED;
    if (status >= 200 && status < 300)
        return told || call->request.answer.length == 0 ? API_OK : API_NOT_HERE;
    if (status == 401 || status == 403)
        return !call->json           ? API_NOT_HERE
               : is_revocation(call) ? API_REVOKED
                                     : API_LOCKED;
    if (status == 429 || status >= 500 ||
        (status == 409 && call->request.retry_after_ms > 0))
        return API_LATER;
    return call->json && status >= 400 ? API_REFUSED : API_NOT_HERE;
}

static void
explain(struct api_call *call)
{
    char words[160];
    switch (call->result) {
    case API_OK:
    case API_UNCHANGED:
        call->text[0] = '\0';
        return;
    case API_SILENT:
    case API_UNTRUSTED:
        str_copy(call->text, sizeof call->text, call->request.text);
        return;
    case API_NOT_HERE:
        snprintf(call->text, sizeof call->text,
                 "status %d without the answer of a ticketing server: is the address "
                 "right, or does the network ask for a login?",
                 call->status);
        return;
    default:
        read_words(call->json, words, sizeof words);
        if (words[0])
            str_copy(call->text, sizeof call->text, words);
        else
            snprintf(call->text, sizeof call->text, "status %d", call->status);
    }
}

static void
classify(struct api_call *call)
{
    const struct wire_request *request = &call->request;
    struct err ignored;
    if (request->outcome != WIRE_OK) {
        call->result = result_of_transport(request->outcome);
        return;
    }
    call->status = request->status;
    bool told =
        !call->raw || call->status >= 400; /* errors are JSON whatever was asked */
    if (told && request->answer.length > 0 &&
        !json_parse(request->answer.data, request->answer.length, &call->json,
                    &ignored))
        call->json = NULL;
    if (call->json)
        read_words(call->json, call->text, sizeof call->text);
    call->result = result_of_status(call);
}

static void
log_call(const struct api_call *call)
{
    size_t length = strcspn(call->url, "?");
    char place[256];
    str_quote(place, sizeof place, call->url, length);
    enum log_level level = call->result == API_OK || call->result == API_UNCHANGED
                               ? LOG_LEVEL_DEBUG
                               : LOG_LEVEL_INFO;
    if (call->text[0] == '\0')
        log_line(call->api->log, level, "api", "%s %s status=%d ms=%lld", call->method,
                 place, call->status, (long long)call->took_ms);
    else
        log_line(call->api->log, level, "api", "%s %s status=%d ms=%lld: %s",
                 call->method, place, call->status, (long long)call->took_ms,
                 call->text);
}

static void
on_done(struct wire_request *request)
{
    struct api_call *call = request->owner;
    call->open = false;
    call->took_ms = clock_mono_ms(call->api->clock) - call->began_ms;
    classify(call);
    explain(call);
    log_call(call);
    call->done(call);
}

/* ---- a call ----------------------------------------------------------------- */

void
api_call_init(struct api_call *call)
{
    *call = (struct api_call){ .method = "GET" };
    str_init(&call->body, ASKED_MAX);
    str_init(&call->request.answer, ANSWER_MAX);
}

void
api_call_finish(struct api_call *call)
{
    if (call->open) {
        wire_abort(call->api->wire, &call->request);
        call->open = false;
    }
    json_free(call->json);
    call->json = NULL;
    str_finish(&call->body);
    str_finish(&call->request.answer);
}

static void
fill_headers(struct api_call *call)
{
    unsigned count = 0, own = 0;
    if (call->body.length > 0)
        call->headers[count++] = "Content-Type: application/json";
    if (!call->raw)
        call->headers[count++] = "Accept: application/json";
    if (call->if_modified_since[0]) {
        snprintf(call->header[own], sizeof call->header[own], "If-Modified-Since: %s",
                 call->if_modified_since);
        call->headers[count++] = call->header[own++];
    }
    if (call->idempotency_key[0]) {
        snprintf(call->header[own], sizeof call->header[own], "X-Idempotency-Key: %s",
                 call->idempotency_key);
        call->headers[count++] = call->header[own++];
    }
    if (call->language) {
        snprintf(call->header[own], sizeof call->header[own], "Accept-Language: %s",
                 call->language);
        call->headers[count++] = call->header[own++];
    }
    call->headers[count] = NULL;
}

void
api_start(const struct api_client *api, struct api_call *call)
{
    struct wire_request *request = &call->request;
    assert(!call->open && call->done && api_is_home(api, call->url));
    call->api = api;
    call->result = API_NOT_HERE;
    call->status = 0;
    call->open = true;
    call->began_ms = clock_mono_ms(api->clock);
    str_finish(&request->answer); /* the wire inits its own */
    fill_headers(call);
    *request = (struct wire_request){
        .method = call->method,
        .url = call->url,
        .token = call->anonymous ? NULL : api->account->token,
        .headers = call->headers,
        .body = call->body.length > 0 ? call->body.data : NULL,
        .body_length = call->body.length,
        .deadline_ms = call->deadline_ms > 0 ? call->deadline_ms : DEADLINE_MS,
        .body_max = call->body_max > 0 ? call->body_max : ANSWER_MAX,
        .done = on_done,
        .owner = call,
    };
    wire_start(api->wire, request);
}
