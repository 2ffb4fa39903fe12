#include "wire_curl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire_curl_transfer.h"

enum { DEADLINE_LONGEST_MS = 3600 * 1000 };

struct wire_curl {
    struct wire door;
    struct wire_curl_setting setting;
    CURLM *multi;
    CURLSH *share; /* TLS sessions: a new connection to a known server is cheaper */
    struct loop_timer *tick; /* libcurl's */
    struct loop_timer *post; /* finished requests wait for it, outside of start */
    struct wire_transfer *flying, *finished, **last;
    struct wire_request
        *unborn; /* no memory for their transfer; chained by `transfer` */
    bool *gone;  /* set if a done destroyed us */
};

/* A descriptor of libcurl's that the loop watches for it. */
struct watched {
    struct wire_curl *curl;
    struct loop_watch *watch;
};

/* ---- transfers ------------------------------------------------------------------ */

static void
put(struct wire_transfer *transfer, struct wire_transfer **at)
{
    transfer->next = *at;
    transfer->link = at;
    if (*at)
        (*at)->link = &transfer->next;
    *at = transfer;
}

static void
take_out(struct wire_transfer *transfer)
{
    struct wire_curl *curl = transfer->curl;
    if (curl->last == &transfer->next)
        curl->last = transfer->link;
    *transfer->link = transfer->next;
    if (transfer->next)
        transfer->next->link = transfer->link;
}

static void
free_transfer(struct wire_transfer *transfer)
{
    struct wire_curl *curl = transfer->curl;
    take_out(transfer);
    if (transfer->easy)
        curl_multi_remove_handle(curl->multi, transfer->easy);
    wire_ask_finish(transfer);
    loop_timer_destroy(curl->setting.loop, transfer->deadline);
    transfer->request->transfer = NULL;
    free(transfer);
}

static void
finish(struct wire_transfer *transfer, CURLcode result)
{
    struct wire_curl *curl = transfer->curl;
    wire_hear_end(transfer, result);
    loop_timer_disarm(curl->setting.loop, transfer->deadline);
    take_out(transfer);
    put(transfer, curl->last);
    curl->last = &transfer->next;
}

/* Names no path, query or header: they may hold a ticket's secret. */
static void
tell(const struct wire_curl *curl, const struct wire_request *request)
{
    const char *const names[] = { "ok",      "unreachable", "untrusted",
                                  "timeout", "cut",         "too-large" };
    char words[200];
    log_debug(curl->setting.log, "wire",
              "method=%s outcome=%s status=%d bytes=%zu %s%s", request->method,
              names[request->outcome], request->status, request->answer.length,
              request->text[0] ? "why=" : "",
              request->text[0]
                  ? str_quote(words, sizeof words, request->text, strlen(request->text))
                  : "");
}

/* Each is out of every list before its done is called, which may do as it likes. */
static void
deliver(struct wire_curl *curl)
{
    bool gone = false;
    /* cppcheck-suppress autoVariables */
    curl->gone = &gone; /* taken back below */
    while (curl->finished || curl->unborn) {
        struct wire_request *request = curl->unborn;
        if (request) {
            curl->unborn = request->transfer;
            request->transfer = NULL;
        } else {
            request = curl->finished->request;
            free_transfer(curl->finished);
        }
        tell(curl, request);
        request->done(request);
        if (gone)
            return;
    }
    curl->gone = NULL;
}

static void
on_post(void *self)
{
    deliver(self);
}

/* ---- the loop ------------------------------------------------------------------- */

static void
go_on(struct wire_curl *curl, curl_socket_t fd, int events)
{
    int running = 0, left = 0;
    CURLMcode told = curl_multi_socket_action(curl->multi, fd, events, &running);
    if (told != CURLM_OK) /* each request has its deadline */
        log_warning(curl->setting.log, "wire", "libcurl: %s",
                    curl_multi_strerror(told));
    for (CURLMsg *said; (said = curl_multi_info_read(curl->multi, &left));) {
        char *transfer = NULL;
        CURLcode result = said->data.result;
        if (said->msg != CURLMSG_DONE)
            continue;
        if (curl_easy_getinfo(said->easy_handle, CURLINFO_PRIVATE, &transfer) ==
                CURLE_OK &&
            transfer)
            finish((void *)transfer, result);
    }
    deliver(curl);
}

static void
on_ready(int fd, int events, void *self)
{
    struct watched *watched = self; /* may be gone when libcurl returns */
    int what = (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
               (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
    go_on(watched->curl, fd, what);
}

static void
on_tick(void *self)
{
    go_on(self, CURL_SOCKET_TIMEOUT, 0);
}

static int
on_timer(CURLM *multi, long timeout_ms, void *self)
{
    (void)multi;
    struct wire_curl *curl = self;
    if (timeout_ms < 0)
        loop_timer_disarm(curl->setting.loop, curl->tick);
    else
        loop_timer_arm(curl->setting.loop, curl->tick, timeout_ms);
    return 0;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *self, void *at_socket)
{
    (void)easy;
    struct wire_curl *curl = self;
    struct watched *watched = at_socket;
    if (watched)
        loop_unwatch(curl->setting.loop, watched->watch);
    if (what == CURL_POLL_REMOVE) {
        free(watched);
        return 0;
    }
    if (!watched) {
        watched = malloc(sizeof *watched);
        if (!watched)
            return -1;
        watched->curl = curl;
        if (curl_multi_assign(curl->multi, fd, watched) != CURLM_OK) {
            free(watched);
            return -1;
        }
    }
    int events =
        (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
    watched->watch = loop_watch(curl->setting.loop, fd, events, on_ready, watched);
    return watched->watch ? 0 : -1;
}

/* ---- the door ------------------------------------------------------------------- */

/* libcurl's own deadline does not run while a request waits for a connection. */
static void
on_deadline(void *self)
{
    struct wire_transfer *transfer = self;
    struct wire_curl *curl = transfer->curl;
    transfer->out_of_time = true;
    finish(transfer, CURLE_OPERATION_TIMEDOUT);
    deliver(curl);
}

static void
init_answer(struct wire_request *request)
{
    request->outcome = WIRE_UNREACHABLE;
    request->status = 0;
    request->content_type[0] = request->page_generated[0] = request->etag[0] = '\0';
    request->last_modified[0] = request->text[0] = '\0';
    request->retry_after_ms = request->date_ms = 0;
    str_init(&request->answer, request->body_max);
    if (request->deadline_ms <= 0 || request->deadline_ms > DEADLINE_LONGEST_MS)
        request->deadline_ms = DEADLINE_LONGEST_MS;
}

static bool
launch(struct wire_transfer *transfer, struct err *err)
{
    struct wire_curl *curl = transfer->curl;
    if (!wire_ask(transfer, &curl->setting, curl->share, err))
        return false;
    if (curl_multi_add_handle(curl->multi, transfer->easy) != CURLM_OK)
        return err_no_memory(err);
    /* libcurl has better words; ours comes only if libcurl's does not */
    loop_timer_arm(curl->setting.loop, transfer->deadline,
                   transfer->request->deadline_ms + 20);
    return true;
}

static void
start(struct wire_request *request, void *self)
{
    struct wire_curl *curl = self;
    init_answer(request);
    struct wire_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) {
        str_copy(request->text, sizeof request->text, "out of memory");
        request->transfer = curl->unborn;
        curl->unborn = request;
        loop_timer_arm(curl->setting.loop, curl->post, 0);
        return;
    }
    transfer->curl = curl;
    transfer->request = request;
    request->transfer = transfer;
    put(transfer, &curl->flying);
    transfer->deadline = loop_timer_create(curl->setting.loop, on_deadline, transfer);
    struct err err = { 0 };
    if (transfer->deadline ? launch(transfer, &err) : err_no_memory(&err))
        return;
    str_copy(transfer->words, sizeof transfer->words, err.text);
    finish(transfer, CURLE_URL_MALFORMAT);
    loop_timer_arm(curl->setting.loop, curl->post, 0);
}

static bool
abort_unborn(struct wire_curl *curl, struct wire_request *request)
{
    struct wire_request *before = NULL, *at = curl->unborn;
    while (at && at != request) {
        before = at;
        at = at->transfer;
    }
    if (!at)
        return false;
    if (before)
        before->transfer = at->transfer;
    else
        curl->unborn = at->transfer;
    at->transfer = NULL;
    return true;
}

static void
abort_request(struct wire_request *request, void *self)
{
    if (abort_unborn(self, request) || !request->transfer)
        return;
    free_transfer(request->transfer);
    str_finish(&request->answer);
}

const struct wire *
wire_curl_door(const struct wire_curl *curl)
{
    return &curl->door;
}

/* ---- life ----------------------------------------------------------------------- */

static bool
check(const struct wire_curl_setting *setting, struct err *err)
{
    if (setting->ca_file && access(setting->ca_file, R_OK) != 0)
        return err_set(err, ERR_INPUT, "CA file %s cannot be read", setting->ca_file);
    enum { PIN = 8 + 44 }; /* "sha256//" and 32 bytes in base64 */
    for (const char *at = setting->pins; at; at = at[PIN] ? at + PIN + 1 : NULL)
        if (strnlen(at, PIN) < PIN || !str_starts(at, "sha256//") ||
            at[PIN - 1] != '=' || (at[PIN] && at[PIN] != ';'))
            return err_set(
                err, ERR_INPUT,
                "pin at \"%.12s…\" is none: want sha256//BASE64 of 32 bytes, "
                "a ; between two",
                at);
    return true;
}

static void
fill_gaps(struct wire_curl_setting *setting)
{
    if (setting->connect_timeout_ms <= 0)
        setting->connect_timeout_ms = WIRE_CURL_CONNECT_MS;
    if (setting->connections_max <= 0)
        setting->connections_max = WIRE_CURL_CONNECTIONS;
    if (setting->slow_bytes_per_s <= 0)
        setting->slow_bytes_per_s = WIRE_CURL_SLOW_BYTES_PER_S;
    if (setting->slow_s <= 0)
        setting->slow_s = WIRE_CURL_SLOW_S;
}

static bool
prepare(struct wire_curl *curl)
{
    const struct loop *loop = curl->setting.loop;
    long most = curl->setting.connections_max;
    curl->multi = curl_multi_init();
    curl->share = curl_share_init();
    curl->tick = loop_timer_create(loop, on_tick, curl);
    curl->post = loop_timer_create(loop, on_post, curl);
    if (!curl->multi || !curl->share || !curl->tick || !curl->post)
        return false;
    CURLM *multi = curl->multi;
    return curl_share_setopt(curl->share, CURLSHOPT_SHARE,
                             CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, curl) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, curl) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, most) == CURLM_OK;
}

bool
wire_curl_create(struct wire_curl **out, const struct wire_curl_setting *setting,
                 struct err *err)
{
    if (!check(setting, err))
        return false;
    struct wire_curl *curl = calloc(1, sizeof *curl);
    if (!curl)
        return err_no_memory(err);
    curl->door = (struct wire){ .start = start, .abort = abort_request, .self = curl };
    curl->setting = *setting;
    curl->last = &curl->finished;
    fill_gaps(&curl->setting);
    /* counted, and safe from several threads */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(curl);
        return err_set(err, ERR_IO,
                       "libcurl does not start: is its TLS library whole?");
    }
    if (!prepare(curl)) {
        wire_curl_destroy(curl);
        return err_no_memory(err);
    }
    *out = curl;
    return true;
}

void
wire_curl_destroy(struct wire_curl *curl)
{
    if (!curl)
        return;
    if (curl->gone)
        *curl->gone = true;
    while (curl->unborn)
        abort_request(curl->unborn, curl);
    while (curl->flying)
        abort_request(curl->flying->request, curl);
    while (curl->finished)
        abort_request(curl->finished->request, curl);
    if (curl->multi)
        curl_multi_cleanup(curl->multi);
    if (curl->share)
        curl_share_cleanup(curl->share);
    loop_timer_destroy(curl->setting.loop, curl->tick);
    loop_timer_destroy(curl->setting.loop, curl->post);
    free(curl);
    curl_global_cleanup();
}
