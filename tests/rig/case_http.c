#include "case_http.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "case_guard.h"

enum {
    BODY_MAX = 16 * 1024 * 1024,
    CAPTURES_MAX = 8,
    HEADERS_MAX = 16,
    HEADER_SIZE = 512,
};

struct capture {
    char name[64];
    struct str body;
};

struct play {
    struct pretix_server *server;
    const struct case_http_set *set;
    struct capture captures[CAPTURES_MAX];
    unsigned capture_count;
    char headers[HEADERS_MAX][HEADER_SIZE];
    const char *header_list[HEADERS_MAX + 1];
    unsigned header_count;
};

/* A value as a text to send. */
static bool
write_value(struct str *out, const struct json *value)
{
    struct str plain;
    str_init(&plain, BODY_MAX);
    json_add_value(&plain, NULL, value);
    bool ok = str_ok(&plain) && case_unguard(out, plain.data, plain.length);
    str_finish(&plain);
    return ok;
}

/* ---- comparing ----------------------------------------------------------- */

static bool
same_plain(const struct json *want, const struct json *got)
{
    struct err ignored;
    double a = 0, b = 0;
    bool p = false, q = false;
    const char *s = "", *t = "";
    switch (json_kind(want)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return json_bool(want, "", &p, &ignored) && json_bool(got, "", &q, &ignored) &&
               p == q;
    case JSON_NUMBER:
        return json_number(want, "", &a, &ignored) &&
               json_number(got, "", &b, &ignored) && !(a < b) && !(a > b);
    default:
        return json_text(want, "", &s, &ignored) && json_text(got, "", &t, &ignored) &&
               strcmp(s, t) == 0;
    }
}

static void
step_into(char *where, size_t size, const char *name, size_t number)
{
    size_t length = strlen(where);
    if (name)
        snprintf(where + length, size - length, "%s%s", length ? "." : "", name);
    else
        snprintf(where + length, size - length, "[%zu]", number);
}

static bool
alike(const struct json *want, const struct json *got, bool exact, char *where,
      size_t size)
{
    size_t length = strlen(where);
    if (!got || json_kind(want) != json_kind(got))
        return false;
    if (json_kind(want) != JSON_ARRAY && json_kind(want) != JSON_OBJECT)
        return same_plain(want, got);
    bool array = json_kind(want) == JSON_ARRAY;
    if ((array || exact) && json_count(want) != json_count(got))
        return false;
    const struct json *item = json_first(got);
    size_t number = 0;
    for (const struct json *part = json_first(want); part; part = json_next(part)) {
        step_into(where, size, array ? NULL : json_key(part), number++);
        const struct json *other = array ? item : json_member(got, json_key(part));
        if (!alike(part, other, exact, where, size))
            return false;
        where[length] = '\0';
        item = json_next(item);
    }
    return true;
}

bool
case_http_alike(const struct json *want, const struct json *got, char *where,
                size_t size)
{
    where[0] = '\0';
    return alike(want, got, false, where, size);
}

/* ---- a request ----------------------------------------------------------- */

static bool
add_header(struct play *play, const char *name, const char *value, struct err *err)
{
    if (play->header_count == HEADERS_MAX)
        return err_set(err, ERR_LIMIT, "over %d headers", HEADERS_MAX);
    char *line = play->headers[play->header_count];
    snprintf(line, HEADER_SIZE, "%s: %s", name, value);
    play->header_list[play->header_count++] = line;
    play->header_list[play->header_count] = NULL;
    return true;
}

static bool
set_headers(struct play *play, const struct json *step, struct err *err)
{
    const char *as, *text;
    char asked[128];
    struct json *answer;
    play->header_count = 0;
    play->header_list[0] = NULL;
    if (!json_text_or(step, "as", "anon", &as, err))
        return false;
    snprintf(asked, sizeof asked, "{\"as\": \"%.64s\"}", as);
    if (!pretix_server_control(play->server, "authorization", asked, &answer, err))
        return false;
    bool ok = json_text_or(answer, "authorization", "", &text, err) &&
              (!text[0] || add_header(play, "Authorization", text, err));
    json_free(answer);
    for (const struct json *header = json_first(json_at(step, "headers")); header && ok;
         header = json_next(header))
        ok = json_text(header, "", &text, err) &&
             add_header(play, json_key(header), text, err);
    return ok;
}

static void
add_encoded(struct str *url, const char *text, const char *keep)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if ((*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
            (*at >= 'a' && *at <= 'z') || strchr(keep, *at))
            str_add_char(url, (char)*at);
        else
            str_addf(url, "%%%02X", *at);
}

/* The path may be encoded already; the query's pairs are not. */
static bool
write_url(struct str *url, const struct play *play, const struct json *step,
          struct err *err)
{
    const char *path, *name, *value;
    if (!json_text(step, "path", &path, err))
        return false;
    str_add_text(url, pretix_server_url(play->server));
    add_encoded(url, path, "-._~!$&'()*+,;=:@/%?");
    char separator = strchr(path, '?') ? '&' : '?';
    for (const struct json *pair = json_first(json_at(step, "query")); pair;
         pair = json_next(pair)) {
        const struct json *first = json_first(pair);
        if (json_kind(pair) != JSON_ARRAY || json_count(pair) != 2)
            return err_set(err, ERR_INPUT, "query: want pairs");
        if (!json_text(first, "", &name, err) ||
            !json_text(json_next(first), "", &value, err))
            return false;
        str_add_char(url, separator);
        add_encoded(url, name, "-._~");
        str_add_char(url, '=');
        add_encoded(url, value, "-._~");
        separator = '&';
    }
    return str_ok(url) || err_set(err, ERR_LIMIT, "the URL is too long");
}

static int
base64_digit(char c)
{
    const char *digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool
write_body(struct str *body, const struct json *step, bool *there, struct err *err)
{
    const char *text;
    const struct json *value = json_member(step, "body");
    const struct json *packed = json_member(step, "body_base64");
    *there = value || packed;
    if (packed) {
        unsigned bits = 0, have = 0;
        if (!json_text(packed, "", &text, err))
            return false;
        for (; base64_digit(*text) >= 0; text++) {
            bits = bits << 6 | (unsigned)base64_digit(*text);
            have += 6;
            if (have >= 8) {
                have -= 8;
                str_add_char(body, (char)(bits >> have & 0xff));
            }
        }
        return str_ok(body);
    }
    if (value && json_kind(value) == JSON_TEXT)
        return json_text(value, "", &text, err) && str_add_text(body, text);
    return !value || write_value(body, value);
}

/* ---- expectations ----------------------------------------------------------- */

static bool
wrong(struct err *err, const char *what, const struct json *want,
      const struct wire_request *request, const char *where)
{
    struct str shown;
    char answer[200];
    str_init(&shown, 4096);
    json_add_value(&shown, NULL, want);
    err_set(
        err, ERR_INPUT, "expected %s %.120s, got %d %s%s%s", what,
        str_ok(&shown) ? shown.data : "…", request->status,
        str_quote(answer, sizeof answer, request->answer.data, request->answer.length),
        where[0] ? " at " : "", where);
    str_finish(&shown);
    return false;
}

static bool
has_header(struct play *play, const char *name)
{
    char asked[160];
    struct json *answer;
    struct err ignored;
    bool there = false;
    snprintf(asked, sizeof asked, "{\"name\": \"%.100s\"}", name);
    if (!pretix_server_control(play->server, "header", asked, &answer, &ignored))
        return false;
    json_bool(answer, "there", &there, &ignored);
    json_free(answer);
    return there;
}

static struct capture *
captured(struct play *play, const char *name)
{
    for (unsigned i = 0; i < play->capture_count; i++)
        if (strcmp(play->captures[i].name, name) == 0)
            return &play->captures[i];
    return NULL;
}

static bool
keep(struct play *play, const char *name, const struct str *body, struct err *err)
{
    struct capture *capture = captured(play, name);
    if (!capture) {
        if (play->capture_count == CAPTURES_MAX)
            return err_set(err, ERR_LIMIT, "over %d captured bodies", CAPTURES_MAX);
        capture = &play->captures[play->capture_count++];
        str_copy(capture->name, sizeof capture->name, name);
        str_init(&capture->body, BODY_MAX);
    }
    str_clear(&capture->body);
    return str_add(&capture->body, body->data, body->length) || err_no_memory(err);
}

static bool
same_ids(const struct json *want, const struct json *got)
{
    const struct json *row = json_first(json_at(got, "results"));
    if (json_count(want) != json_count(json_at(got, "results")))
        return false;
    for (const struct json *id = json_first(want); id; id = json_next(id)) {
        if (!json_at(row, "id") || json_kind(json_at(row, "id")) != json_kind(id) ||
            !same_plain(id, json_at(row, "id")))
            return false;
        row = json_next(row);
    }
    return true;
}

static bool
compare_body(struct play *play, const struct json *want,
             const struct wire_request *request, struct err *err)
{
    const char *key = json_key(want), *name;
    if (!json_text(want, "", &name, err))
        return false;
    if (strcmp(key, "capture_body") == 0)
        return keep(play, name, &request->answer, err);
    struct capture *capture = captured(play, name);
    if (!capture)
        return err_set(err, ERR_INPUT, "%s: no body %s", key, name);
    bool same =
        capture->body.length == request->answer.length &&
        memcmp(capture->body.data, request->answer.data, request->answer.length) == 0;
    return same == (strcmp(key, "body_equals") == 0) ||
           wrong(err, key, want, request, "");
}

/* One member of `expect`. got: the answer as JSON, or NULL. */
static bool
compare(struct play *play, const struct json *want, const struct wire_request *request,
        const struct json *got, struct err *err)
{
    const char *key = json_key(want), *name;
    char where[300] = "";
    bool ok = false;
    if (strcmp(key, "status") == 0) {
        int64_t status;
        ok = json_int(want, "", &status, err) && status == request->status;
    } else if (strcmp(key, "json") == 0) {
        ok = case_http_alike(want, got, where, sizeof where);
    } else if (strcmp(key, "json_exact") == 0) {
        ok = alike(want, got, true, where, sizeof where);
    } else if (strcmp(key, "result_ids") == 0) {
        ok = same_ids(want, got);
    } else if (strcmp(key, "has_keys") == 0 || strcmp(key, "has_headers") == 0) {
        ok = true;
        for (const struct json *item = json_first(want); item && ok;
             item = json_next(item)) {
            if (!json_text(item, "", &name, err))
                return false;
            ok = key[4] == 'k' ? json_at(got, name) != NULL : has_header(play, name);
        }
    } else if (strcmp(key, "capture_body") == 0 || strcmp(key, "body_equals") == 0 ||
               strcmp(key, "body_differs") == 0) {
        return compare_body(play, want, request, err);
    } else {
        return err_set(err, ERR_INPUT, "unknown expectation %s", key);
    }
    return ok || wrong(err, key, want, request, where);
}

static bool
compare_all(struct play *play, const struct json *step,
            const struct wire_request *request, struct err *err)
{
    struct json *got = NULL;
    struct err ignored;
    if (request->outcome != WIRE_OK)
        return err_set(err, ERR_REMOTE, "no answer: %s", request->text);
    if (!json_parse(request->answer.data, request->answer.length, &got, &ignored))
        got = NULL;
    bool ok = true;
    for (const struct json *want = json_first(json_at(step, "expect")); want && ok;
         want = json_next(want))
        ok = compare(play, want, request, got, err);
    json_free(got);
    return ok;
}

/* ---- steps ------------------------------------------------------------------ */

static bool
send_step(struct play *play, const struct json *step, struct err *err)
{
    struct str url, body;
    bool has_body = false;
    struct wire_request request = { .deadline_ms = 60 * 1000, .body_max = BODY_MAX };
    str_init(&url, 8192);
    str_init(&body, BODY_MAX);
    bool ok = json_text(step, "method", &request.method, err) &&
              set_headers(play, step, err) && write_url(&url, play, step, err) &&
              write_body(&body, step, &has_body, err);
    if (ok) {
        request.url = url.data;
        request.headers = play->header_list;
        request.body = has_body ? body.data : NULL;
        request.body_length = body.length;
        pretix_server_exchange(play->server, &request);
        ok = compare_all(play, step, &request, err);
        str_finish(&request.answer);
    }
    str_finish(&body);
    str_finish(&url);
    return ok;
}

static bool
play_step(struct play *play, const struct json *step, struct err *err)
{
    const char *op;
    if (!json_text(step, "op", &op, err))
        return false;
    if (strcmp(op, "http") == 0)
        return send_step(play, step, err);
    struct str text;
    str_init(&text, BODY_MAX);
    bool ok = write_value(&text, step)
                  ? pretix_server_control(play->server, "step", text.data, NULL, err)
                  : err_no_memory(err);
    str_finish(&text);
    return ok || err_wrap(err, "%s", op);
}

static bool
reset(struct play *play, const struct json *one, struct err *err)
{
    const char *name, *organizer = "dummy";
    struct str text;
    if (!json_text_or(one, "dataset", "", &name, err))
        return false;
    const struct json *dataset = json_member(play->set->datasets, name);
    if (name[0] && !dataset)
        return err_set(err, ERR_INPUT, "unknown dataset %s", name);
    if (dataset && !json_text_or(dataset, "organizer", "dummy", &organizer, err))
        return false;
    str_init(&text, BODY_MAX);
    json_open_object(&text, NULL);
    json_add_text(&text, "organizer", organizer);
    json_add_text(&text, "directory", play->set->directory);
    json_add_text(&text, "now", play->set->now);
    if (json_at(dataset, "load"))
        json_add_value(&text, "load", json_at(dataset, "load"));
    json_close_object(&text);
    bool ok = pretix_server_control(play->server, "reset", text.data, NULL, err);
    str_finish(&text);
    return ok || err_wrap(err, "dataset %s", name);
}

bool
case_http_play(struct pretix_server *server, const struct case_http_set *set,
               const struct json *one, struct err *err)
{
    struct play *play = calloc(1, sizeof *play);
    if (!play)
        return err_no_memory(err);
    play->server = server;
    play->set = set;
    bool ok = reset(play, one, err);
    unsigned number = 0;
    for (const struct json *step = json_first(json_at(one, "steps")); step && ok;
         step = json_next(step)) {
        number++;
        ok = play_step(play, step, err) || err_wrap(err, "step %u", number);
    }
    for (unsigned i = 0; i < play->capture_count; i++)
        str_finish(&play->captures[i].body);
    free(play);
    return ok;
}
