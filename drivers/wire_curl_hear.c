#include "wire_curl_transfer.h"

#include <string.h>
#include <strings.h>
#include <time.h>

/* ---- headers ------------------------------------------------------------------ */

/* The value of header `name`, without the white space around it. */
static bool
is_header(const char *line, size_t length, const char *name, const char **value,
          size_t *value_length)
{
    size_t n = strlen(name);
    if (length <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return false;
    const char *at = line + n + 1, *end = line + length;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && (unsigned char)end[-1] <= ' ')
        end--;
    *value = at;
    *value_length = (size_t)(end - at);
    return true;
}

/* "Tue, 15 Nov 1994 12:45:26 GMT" in milliseconds; 0 if it is none. */
static int64_t
date_of(const char *text)
{
    time_t at = curl_getdate(text, NULL);
    return at > 0 ? (int64_t)at * 1000 : 0;
}

static void
take(struct wire_transfer *transfer, const char *line, size_t length)
{
    struct wire_request *request = transfer->request;
    char date[64] = "";
    const struct {
        const char *name;
        char *to;
        size_t size;
    } wanted[] = {
        { "content-type", request->content_type, sizeof request->content_type },
        { "x-page-generated", request->page_generated, sizeof request->page_generated },
        { "etag", request->etag, sizeof request->etag },
        { "last-modified", request->last_modified, sizeof request->last_modified },
        { "retry-after", transfer->retry_after, sizeof transfer->retry_after },
        { "date", date, sizeof date },
    };
    const char *value;
    size_t value_length;
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (is_header(line, length, wanted[i].name, &value, &value_length) &&
            !str_copy_bytes(wanted[i].to, wanted[i].size, value, value_length))
            wanted[i].to[0] = '\0'; /* half a time or tag would be a wrong one */
    if (date[0])
        request->date_ms = date_of(date);
}

/* A response of its own begins: what an earlier one (100, 103) said is void. */
static void
forget(struct wire_transfer *transfer)
{
    struct wire_request *request = transfer->request;
    request->content_type[0] = request->page_generated[0] = '\0';
    request->etag[0] = request->last_modified[0] = transfer->retry_after[0] = '\0';
    request->date_ms = 0;
    transfer->headers_ended = false;
}

static size_t
on_header(char *line, size_t size, size_t count, void *self)
{
    struct wire_transfer *transfer = self;
    size_t length = size * count;
    transfer->header_bytes += length;
    if (++transfer->header_count > WIRE_HEADERS_MAX ||
        transfer->header_bytes > WIRE_HEADER_BYTES_MAX) {
        transfer->too_large = true;
        return 0;
    }
    if (transfer->body_began)
        return length;
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0)
        forget(transfer);
    else if (line[0] == '\r' || line[0] == '\n')
        transfer->headers_ended = true;
    else
        take(transfer, line, length);
    return length;
}

/* ---- body --------------------------------------------------------------------- */

/* libcurl hands over what it has decoded in pieces of bounded size. */
static size_t
on_body(char *bytes, size_t size, size_t count, void *self)
{
    struct wire_transfer *transfer = self;
    size_t length = size * count;
    transfer->body_began = true;
    if (str_add(&transfer->request->answer, bytes, length))
        return length;
    transfer->too_large = true;
    return 0;
}

CURLcode
wire_hear(struct wire_transfer *transfer)
{
    CURL *easy = transfer->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    return code;
}

/* ---- outcome ------------------------------------------------------------------ */

static enum wire_outcome
outcome_of(CURLcode result)
{
    switch (result) {
    case CURLE_OK:
        return WIRE_OK;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return WIRE_UNTRUSTED;
    case CURLE_OPERATION_TIMEDOUT:
        return WIRE_TIMEOUT;
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_OUT_OF_MEMORY: /* also a single header of over 100 kB */
        return WIRE_TOO_LARGE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR: /* no TLS at the other end, or cut in its greeting */
    case CURLE_INTERFACE_FAILED:
    case CURLE_PROXY:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_LOGIN_DENIED:
        return WIRE_UNREACHABLE;
    default:
        return WIRE_CUT;
    }
}

/* "120", or a moment: by the server's clock if it tells it, since ours may be wrong. */
static int64_t
wait_of(const char *retry_after, int64_t date_ms)
{
    enum { DAY_S = 24 * 60 * 60 };
    long long seconds;
    if (str_read_int(retry_after, 0, INT64_MAX / 1000, &seconds))
        return 1000 * (seconds < DAY_S ? seconds : DAY_S);
    int64_t until_ms = retry_after[0] ? date_of(retry_after) : 0;
    int64_t wait_ms = until_ms - (date_ms ? date_ms : (int64_t)time(NULL) * 1000);
    if (until_ms == 0 || wait_ms <= 0)
        return 0;
    return wait_ms < 1000 * DAY_S ? wait_ms : 1000 * DAY_S;
}

void
wire_hear_end(struct wire_transfer *transfer, CURLcode result)
{
    struct wire_request *request = transfer->request;
    long status = 0;
    curl_off_t sent_us = 0;
    if (transfer->easy &&
        (curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) !=
             CURLE_OK ||
         curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us) !=
             CURLE_OK))
        status = 0; /* then nothing is known of an answer */
    if (result == CURLE_UNSUPPORTED_PROTOCOL && sent_us > 0)
        result = CURLE_WEIRD_SERVER_REPLY; /* an answer that is not HTTP/1 or newer */
    request->status = (int)status;
    request->outcome = transfer->out_of_time ? WIRE_TIMEOUT
                       : transfer->too_large ? WIRE_TOO_LARGE
                                             : outcome_of(result);
    if (request->outcome == WIRE_OK && (!transfer->headers_ended || status == 0))
        request->outcome = WIRE_CUT;
    request->retry_after_ms = wait_of(transfer->retry_after, request->date_ms);
    if (request->outcome == WIRE_OK)
        return;
    const char *words = transfer->words;
    if (transfer->out_of_time)
        words = "not done within its deadline";
    else if (transfer->too_large)
        words = transfer->body_began ? "the body is over its bound"
                                     : "the headers are over their bound";
    else if (result == CURLE_OK)
        words = "the answer ended in its headers";
    else if (!words[0])
        words = curl_easy_strerror(result);
    str_copy(request->text, sizeof request->text, words);
    str_finish(&request->answer);
}
