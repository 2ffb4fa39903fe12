#include "wire_curl_transfer.h"

#include <string.h>
#include <strings.h>

enum { URL_MAX = 8192, HEADER_LINE_MAX = 4096, HEADERS_SENT_MAX = 32 };

/* A line break in a header or URL would let its text write further headers. */
static bool
is_one_line(const char *text, size_t max)
{
    size_t length = strnlen(text, max + 1);
    if (length > max)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

static bool
add(struct wire_transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (longer)
        transfer->headers = longer;
    return longer != NULL;
}

static bool
add_token(struct wire_transfer *transfer, const char *token, struct err *err)
{
    struct str line;
    str_init(&line, HEADER_LINE_MAX);
    str_addf(&line, "Authorization: Device %s", token);
    bool ok = true;
    if (!str_ok(&line) || !is_one_line(token, HEADER_LINE_MAX))
        ok = err_set(err, ERR_INPUT, "the token is too long or not one line");
    else if (!add(transfer, line.data))
        ok = err_no_memory(err);
    if (line.room)
        explicit_bzero(line.data, line.room);
    str_finish(&line);
    return ok;
}

/* libcurl's own Expect would cost a round trip for each larger body. */
static bool
add_headers(struct wire_transfer *transfer, struct err *err)
{
    const struct wire_request *request = transfer->request;
    bool typed = false;
    for (unsigned i = 0; request->headers && request->headers[i]; i++) {
        if (i == HEADERS_SENT_MAX || !is_one_line(request->headers[i], HEADER_LINE_MAX))
            return err_set(err, ERR_INPUT,
                           "header %u is too long, too many or not one line", i + 1);
        typed = typed || strncasecmp(request->headers[i], "Content-Type:", 13) == 0;
        if (!add(transfer, request->headers[i]))
            return err_no_memory(err);
    }
    if (request->body && !typed && !add(transfer, "Content-Type: application/json"))
        return err_no_memory(err);
    if (!add(transfer, "Expect:"))
        return err_no_memory(err);
    return !request->token || add_token(transfer, request->token, err);
}

static CURLcode
set_trust(CURL *easy, const struct wire_curl_setting *setting)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (code == CURLE_OK)
        code =
            curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (code == CURLE_OK && setting->ca_file) {
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, setting->ca_file);
        if (code == CURLE_OK)
            code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (code == CURLE_OK && setting->pins)
        code = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, setting->pins);
    return code;
}

static CURLcode
set_manners(CURL *easy, const struct wire_curl_setting *setting)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        { CURLOPT_NOSIGNAL, 1 },
        { CURLOPT_QUICK_EXIT, 1 }, /* never wait for a name's thread */
        { CURLOPT_FOLLOWLOCATION, 0 },
        { CURLOPT_PATH_AS_IS, 1 }, /* a secret in it may be ".." */
        { CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
        { CURLOPT_NETRC, CURL_NETRC_IGNORED },
        { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS },
        { CURLOPT_TCP_KEEPALIVE, 1 },
        { CURLOPT_BUFFERSIZE, 64 * 1024 },
        { CURLOPT_CONNECTTIMEOUT_MS, setting->connect_timeout_ms },
        { CURLOPT_LOW_SPEED_LIMIT, setting->slow_bytes_per_s },
        { CURLOPT_LOW_SPEED_TIME, setting->slow_s },
    };
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        { CURLOPT_PROTOCOLS_STR, "http,https" },
        { CURLOPT_USERAGENT, "yuelai/" YUELAI_VERSION },
        { CURLOPT_ACCEPT_ENCODING, "gzip" },
        { CURLOPT_PROXY, setting->proxy ? setting->proxy : "" },
        { CURLOPT_NOPROXY, "" }, /* nor exceptions by the environment */
    };
    CURLcode code = CURLE_OK;
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers && code == CURLE_OK; i++)
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    for (unsigned i = 0; i < sizeof texts / sizeof *texts && code == CURLE_OK; i++)
        code = curl_easy_setopt(easy, texts[i].option, texts[i].value);
    return code;
}

static CURLcode
set_request(CURL *easy, const struct wire_request *request)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->deadline_ms);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                                (curl_off_t)request->body_max);
    bool has_body = request->body || strcmp(request->method, "POST") == 0;
    if (code == CURLE_OK && has_body) {
        code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t)(request->body ? request->body_length : 0));
        if (code == CURLE_OK) /* borrowed, not copied */
            code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                                    request->body ? request->body : "");
    }
    if (code == CURLE_OK && strcmp(request->method, "HEAD") == 0)
        code = curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (code == CURLE_OK &&
             strcmp(request->method, has_body ? "POST" : "GET") != 0)
        code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    return code;
}

bool
wire_ask(struct wire_transfer *transfer, const struct wire_curl_setting *setting,
         CURLSH *share, struct err *err)
{
    const struct wire_request *request = transfer->request;
    if (!is_one_line(request->url, URL_MAX) || !is_one_line(request->method, 16))
        return err_set(err, ERR_INPUT, "the URL or method is too long or not one line");
    if (!add_headers(transfer, err))
        return false;
    CURL *easy = transfer->easy = curl_easy_init();
    if (!easy)
        return err_no_memory(err);
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SHARE, share);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    if (code == CURLE_OK)
        code = set_manners(easy, setting);
    if (code == CURLE_OK)
        code = set_trust(easy, setting);
    if (code == CURLE_OK)
        code = set_request(easy, request);
    if (code == CURLE_OK)
        code = wire_hear(transfer);
    if (code != CURLE_OK)
        return err_set(err, ERR_INPUT, "the request cannot be made: %s",
                       curl_easy_strerror(code));
    return true;
}

void
wire_ask_finish(struct wire_transfer *transfer)
{
    if (transfer->easy)
        curl_easy_cleanup(transfer->easy);
    for (struct curl_slist *at = transfer->headers; at; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(transfer->headers);
    transfer->easy = NULL;
    transfer->headers = NULL;
}
