#include "case_order_sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The server of a case: answers to questions for orders stand in it, and the questions
 * are compared; all else a run asks for comes from its dataset and preload. A page's
 * `next`, a bare word in the case, becomes an address as a server would give it, but
 * without the query. */

const char *
play_text(const struct json *from, const char *name, const char *otherwise)
{
    struct err ignored;
    const char *text = otherwise;
    return json_text_or(from, name, otherwise, &text, &ignored) ? text : otherwise;
}

int64_t
play_int(const struct json *from, const char *name, int64_t otherwise)
{
    struct err ignored;
    int64_t value = otherwise;
    return json_int_or(from, name, otherwise, &value, &ignored) ? value : otherwise;
}

bool
play_is_true(const struct json *from, const char *name)
{
    struct err ignored;
    bool value = false;
    return json_bool_or(from, name, false, &value, &ignored) && value;
}

/* ---- files ---------------------------------------------------------------- */

bool
play_add_file(struct play *play, const char *name, struct str *out)
{
    char path[4096], piece[65536];
    size_t got;
    snprintf(path, sizeof path, "%s/%s", play->file->folder, name);
    FILE *file = fopen(path, "re");
    if (!file) {
        cases_refuse(play->result, "%s cannot be read", path);
        return false;
    }
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(out, piece, got);
    fclose(file);
    return str_ok(out);
}

static void
add_object(struct play *play, const struct json *row, struct str *out)
{
    const struct json *object = json_member(row, "object");
    if (object)
        json_add_value(out, NULL, object);
    else
        play_add_file(play, play_text(row, "file", ""), out);
}

/* The objects of a kind and event, of the preload or of the dataset. */
static void
add_all(struct play *play, const struct json *rows, const char *kind, struct str *out)
{
    bool first = true;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (strcmp(play_text(row, "kind", ""), kind) != 0 ||
            strcmp(play_text(row, "event", play->event), play->event) != 0)
            continue;
        if (!first)
            str_add_text(out, ",");
        first = false;
        add_object(play, row, out);
    }
}

const struct json *
play_dataset(const struct play *play)
{
    const struct json *sets = json_member(play->file->root, "datasets");
    return json_member(sets, play_text(play->one, "dataset", ""));
}

/* The event itself, if the dataset has it; else one of that name. */
static void
add_event(struct play *play, struct str *out)
{
    const struct json *row = json_first(json_member(play_dataset(play), "load"));
    for (; row; row = json_next(row)) {
        struct str text;
        struct json *event = NULL;
        struct err ignored;
        if (strcmp(play_text(row, "kind", ""), "event") != 0)
            continue;
        str_init(&text, TEXT_MAX);
        add_object(play, row, &text);
        bool found = json_parse(text.data, text.length, &event, &ignored) &&
                     strcmp(play_text(event, "slug", ""), play->event) == 0;
        if (found)
            str_add(out, text.data, text.length);
        json_free(event);
        str_finish(&text);
        if (found)
            return;
    }
    str_addf(out, "{\"slug\":\"%s\",\"name\":\"%s\",\"timezone\":\"UTC\"}", play->event,
             play->event);
}

/* ---- the server ----------------------------------------------------------- */

static void
add_results(struct play *play, const struct json *answer, struct str *out)
{
    const struct json *files = json_member(answer, "results_files");
    const struct json *inlined = json_member(answer, "results");
    const char *next = play_text(answer, "next", NULL);
    str_addf(out, "{\"count\":%zu,\"next\":", json_count(files) + json_count(inlined));
    if (next)
        str_addf(out, "\"%s/api/v1/organizers/%s/events/%s/orders/?page_token=%s\"",
                 play->account.url, play->organizer, play->event, next);
    else
        str_add_text(out, "null");
    str_add_text(out, ",\"previous\":null,\"results\":[");
    for (const struct json *file = json_first(files); file; file = json_next(file)) {
        if (file != json_first(files))
            str_add_text(out, ",");
        play_add_file(play, play_text(file, "", ""), out);
    }
    for (const struct json *item = json_first(inlined); item; item = json_next(item))
        json_add_value(out, NULL, item);
    str_add_text(out, "]}");
}

static void
answer_orders(struct play *play, struct wire_request *request)
{
    const struct json *answer = play->answer;
    if (!answer) {
        cases_refuse(play->result, "asks for more than the case has answers: %s",
                     request->url);
        request->outcome = WIRE_CUT;
        return;
    }
    play->answer = json_next(answer);
    if (play_is_true(answer, "io_error")) {
        request->outcome = WIRE_CUT;
        str_copy(request->text, sizeof request->text, "cut");
        return;
    }
    request->status = (int)play_int(answer, "status", 200);
    const struct json *headers = json_member(answer, "headers");
    str_copy(request->page_generated, sizeof request->page_generated,
             play_text(headers, "X-Page-Generated", ""));
    if (json_member(answer, "body"))
        json_add_value(&request->answer, NULL, json_member(answer, "body"));
    else
        add_results(play, answer, &request->answer);
}

static bool
ends_in(const char *text, const char *end)
{
    size_t length = strcspn(text, "?"), part = strlen(end);
    return length >= part && memcmp(text + length - part, end, part) == 0;
}

static void
answer_rest(struct play *play, const char *url, struct str *out)
{
    char event[128];
    const struct json *preload = json_member(play->one, "preload");
    snprintf(event, sizeof event, "/events/%s/", play->event);
    if (ends_in(url, "/device/info")) {
        str_add_text(out, "{\"device\":{\"name\":\"case\",\"gate\":null,"
                          "\"security_profile\":\"full\"},\"server\":{}}");
    } else if (ends_in(url, event)) {
        add_event(play, out);
    } else if (ends_in(url, "/settings/")) {
        str_add_text(out, "{}");
    } else {
        str_add_text(out, "{\"count\":0,\"next\":null,\"results\":[");
        if (ends_in(url, "/checkinlists/"))
            add_all(play, preload, "checkinlist", out);
        if (ends_in(url, "/items/"))
            add_all(play, preload, "item", out);
        str_add_text(out, "]}");
    }
}

/* ---- questions, compared -------------------------------------------------- */

static void
add_unescaped(struct str *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned byte;
        if (text[i] == '%' && i + 2 < length &&
            sscanf(text + i + 1, "%2x", &byte) == 1) {
            str_add_char(out, (char)byte);
            i += 2;
        } else {
            str_add_char(out, text[i] == '+' ? ' ' : text[i]);
        }
    }
}

/* True if the query has this pair as often as the case names it. */
static unsigned
count_pair(const char *query, const char *name, const char *value)
{
    unsigned count = 0;
    for (const char *at = query; *at; at += *at == '&') {
        size_t length = strcspn(at, "&");
        struct str pair, wanted;
        str_init(&pair, 8192);
        str_init(&wanted, 8192);
        add_unescaped(&pair, at, length);
        str_addf(&wanted, "%s=%s", name, value);
        count += strcmp(pair.data, wanted.data) == 0;
        str_finish(&pair);
        str_finish(&wanted);
        at += length;
    }
    return count;
}

static void
compare_query(struct play *play, const struct json *wanted, const char *query)
{
    size_t pairs = *query ? 1 : 0;
    const char *token = play_text(wanted, "page_token", NULL);
    for (const char *c = query; *c; c++)
        pairs += *c == '&';
    if (token && count_pair(query, "page_token", token) != 1)
        cases_refuse(play->result, "expected page %s, got %s", token, query);
    const struct json *list = json_member(wanted, "query");
    for (const struct json *pair = json_first(list); pair; pair = json_next(pair)) {
        const struct json *name = json_first(pair);
        unsigned asked = 0;
        const char *key = play_text(name, "", ""),
                   *value = play_text(json_next(name), "", "");
        for (const struct json *p = json_first(list); p; p = json_next(p))
            asked += cases_same(p, pair);
        if (count_pair(query, key, value) != asked)
            cases_refuse(play->result, "expected %s=%s, got %s", key, value, query);
    }
    if (pairs != json_count(list) + (token ? 1 : 0))
        cases_refuse(play->result, "expected %zu parameters, got %s",
                     json_count(list) + (token ? 1 : 0), query);
}

static void
compare_request(struct play *play, const struct wire_request *request)
{
    const struct json *wanted = play->wanted;
    const char *path = request->url + strlen(play->account.url);
    size_t length = strcspn(path, "?");
    if (!wanted) {
        cases_refuse(play->result, "expected no more requests, got %s", path);
        return;
    }
    play->wanted = json_next(wanted);
    const char *said = play_text(wanted, "path", "");
    if (strlen(said) != length || strncmp(said, path, length) != 0 ||
        strcmp(play_text(wanted, "method", "GET"), request->method) != 0)
        cases_refuse(play->result, "expected a request for %s, got %s", said, path);
    compare_query(play, wanted, path[length] ? path + length + 1 : "");
}

void
play_serve(void *self)
{
    struct play *play = self;
    struct wire_request *request = play->waiting[0];
    if (play->count == 0)
        return;
    memmove(play->waiting, play->waiting + 1, --play->count * sizeof *play->waiting);
    request->outcome = WIRE_OK;
    request->status = 200;
    str_copy(request->content_type, sizeof request->content_type, "application/json");
    if (ends_in(request->url, "/orders/")) {
        compare_request(play, request);
        answer_orders(play, request);
    } else {
        answer_rest(play, request->url, &request->answer);
    }
    if (play->count > 0)
        loop_timer_arm(&play->hand.loop, play->timer, 1);
    request->done(request);
}

void
play_start(struct wire_request *request, void *self)
{
    struct play *play = self;
    if (play->count == WAITING_MAX)
        abort();
    str_init(&request->answer, TEXT_MAX);
    play->waiting[play->count++] = request;
    loop_timer_arm(&play->hand.loop, play->timer, 1);
}

void
play_abort(struct wire_request *request, void *self)
{
    struct play *play = self;
    for (unsigned i = 0; i < play->count; i++) {
        if (play->waiting[i] == request) {
            memmove(play->waiting + i, play->waiting + i + 1,
                    (--play->count - i) * sizeof *play->waiting);
            return;
        }
    }
}
