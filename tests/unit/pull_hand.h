#ifndef YUELAI_TESTS_PULL_HAND_H
#define YUELAI_TESTS_PULL_HAND_H

/* pull_hand: a ticketing server played by hand, on a clock turned by hand, and a
 * station that pulls from it: moments that no real server can be brought to. Each
 * question is answered after 5 ms, unless the world says otherwise. */

#include "pulling.h"

#include "hand_loop.h"
#include "sim_task.h"

enum { ORDERS_MAX = 64, PAGE = 4, ANSWER_MS = 5 };

struct hand {
    struct pulling base; /* store, pull, account, what is told */
    struct hand_loop loop;
    struct sim_task lanes;
    struct random_seeded dice;
    struct wire wire;
    struct loop_timer *timer;
    struct wire_request *asked;

    /* the server */
    unsigned orders;  /* of event "demo", one position each */
    unsigned changed; /* a delta names those from here on; ORDERS_MAX: none */
    const char *checkins, *prints; /* JSON of the first order's */
    const char *profile, *layouts, *badges, *lists, *next_host;
    bool silent_orders, demo_denied, demo_listed;
    unsigned silent_from; /* page */
    int broken_status;    /* of orders; 0 = 200 */
    const char *broken_body;
    int64_t retry_after_ms;
    const char *generated;
    int64_t last_ms; /* when it was last asked */
    unsigned asked_orders, asked_pictures, asked_all;
    char urls[16384];
};

/* ---- the server ---------------------------------------------------------------------
 */

static inline void
add_order(struct hand *hand, struct str *out, unsigned i)
{
    str_addf(out,
             "{\"code\":\"C%u\",\"status\":\"p\",\"testmode\":false,\"datetime\":"
             "\"2026-05-01T10:%02u:00Z\",\"last_modified\":\"2026-05-01T10:00:00Z\","
             "\"positions\":[{\"id\":%u,\"positionid\":1,\"item\":1,\"secret\":\"s%u\","
             "\"attendee_name\":\"Guest %u\",\"pseudonymization_id\":\"REF%u\","
             "\"checkins\":[%s],\"print_logs\":[%s]}]}",
             i, i, 100 + i, i, i, i, i == 0 ? hand->checkins : "",
             i == 0 ? hand->prints : "");
}

static inline unsigned
number_after(const char *url, const char *name, unsigned otherwise)
{
    const char *at = strstr(url, name);
    return at ? (unsigned)strtoul(at + strlen(name), NULL, 10) : otherwise;
}

static inline void
answer_orders(struct hand *hand, struct wire_request *request, const char *generated)
{
    struct str *out = &request->answer;
    unsigned page = number_after(request->url, "?page=", 1) - 1;
    unsigned first = number_after(request->url, "created_since=2026-05-01T10%3A", 0);
    if (strstr(request->url, "modified_since"))
        first = hand->changed;
    unsigned from = first + page * PAGE, end = from + PAGE;
    bool last = end >= hand->orders;
    str_addf(out, "{\"count\":%u,\"next\":", hand->orders);
    if (last)
        str_add_text(out, "null");
    else
        str_addf(out, "\"%s/api/v1/organizers/o/events/demo/orders/?page=%u%s\"",
                 hand->next_host, page + 2,
                 strstr(request->url, "modified_since")  ? "&modified_since=x"
                 : strstr(request->url, "created_since") ? "&created_since=x"
                                                         : "");
    str_add_text(out, ",\"results\":[");
    for (unsigned i = from; i < end && i < hand->orders; i++) {
        if (i > from)
            str_add_text(out, ",");
        add_order(hand, out, i);
    }
    str_add_text(out, "]}");
    str_copy(request->page_generated, sizeof request->page_generated, generated);
}

static inline void
answer_orders_or_not(struct hand *hand, struct wire_request *request)
{
    hand->asked_orders++;
    if (hand->broken_status != 0) {
        request->status = hand->broken_status;
        request->retry_after_ms = hand->retry_after_ms;
        str_add_text(&request->answer, hand->broken_body);
        return;
    }
    answer_orders(hand, request, hand->generated);
}

static inline bool
has(const struct wire_request *request, const char *part)
{
    return strstr(request->url, part) != NULL;
}

static inline void
answer_event(struct hand *hand, struct wire_request *request)
{
    if (hand->demo_denied) {
        request->status = 403;
        str_add_text(&request->answer, "{\"detail\":\"You do not have permission to "
                                       "perform this action.\"}");
        return;
    }
    str_add_text(&request->answer, "{\"slug\":\"demo\",\"name\":\"Demo\","
                                   "\"timezone\":\"UTC\"}");
}

static inline void
answer_list(struct hand *hand, struct wire_request *request)
{
    const char *rows =
        has(request, "/events/?") ||
                strcmp(strrchr(request->url, 'o'), "o/events/") == 0
            ? (hand->demo_listed ? "{\"slug\":\"demo\"}" : "{\"slug\":\"else\"}")
        : has(request, "/items/")
            ? "{\"id\":1,\"name\":\"Ticket\"},{\"id\":2,\"name\":\"No badge\"}"
        : has(request, "/checkinlists/") ? hand->lists
        : has(request, "/badgelayouts/") ? hand->layouts
        : has(request, "/badgeitems/")   ? hand->badges
                                         : "";
    str_addf(&request->answer, "{\"count\":1,\"next\":null,\"results\":[%s]}", rows);
    str_copy(request->page_generated, sizeof request->page_generated,
             "2026-06-01T12:00:00Z");
}

static inline void
answer(struct hand *hand, struct wire_request *request)
{
    request->outcome = WIRE_OK;
    request->status = 200;
    str_copy(request->content_type, sizeof request->content_type, "application/json");
    if (has(request, "/device/info"))
        str_addf(&request->answer,
                 "{\"device\":{\"name\":\"Door\",\"gate\":{\"id\":4,\"name\":\"West\"},"
                 "\"security_profile\":\"%s\"},\"server\":{\"version\":{\"pretix\":"
                 "\"2026.8.0\"}}}",
                 hand->profile);
    else if (has(request, "/orders/"))
        answer_orders_or_not(hand, request);
    else if (has(request, "/picture")) {
        hand->asked_pictures++;
        str_add_text(&request->answer, "%PDF-1.4 a picture");
    } else if (has(request, "/settings/"))
        str_add_text(&request->answer, "{\"name_scheme\":\"full\"}");
    else if (strstr(request->url, "events/demo/") &&
             strcmp(strstr(request->url, "events/demo/"), "events/demo/") == 0)
        answer_event(hand, request);
    else
        answer_list(hand, request);
}

static inline bool
is_silent(const struct hand *hand, const char *url)
{
    return hand->silent_orders && strstr(url, "/orders/") &&
           number_after(url, "?page=", 1) >= hand->silent_from;
}

static inline void
serve(void *self)
{
    struct hand *hand = self;
    struct wire_request *request = hand->asked;
    hand->asked = NULL;
    if (is_silent(hand, request->url)) {
        request->outcome = WIRE_TIMEOUT;
        str_copy(request->text, sizeof request->text, "no answer");
    } else {
        answer(hand, request);
    }
    request->done(request);
}

static inline void
start(struct wire_request *request, void *self)
{
    struct hand *hand = self;
    size_t used = strlen(hand->urls);
    assert_null(hand->asked); /* one at a time */
    assert_true(!request->token || str_starts(request->url, "https://home.example/"));
    snprintf(hand->urls + used, sizeof hand->urls - used, "%s\n", request->url);
    hand->asked = request;
    hand->asked_all++;
    hand->last_ms = clock_mono_ms(&hand->loop.clock);
    str_init(&request->answer, 1 << 20);
    loop_timer_arm(&hand->loop.loop, hand->timer,
                   is_silent(hand, request->url) ? request->deadline_ms : ANSWER_MS);
}

static inline void
stop(struct wire_request *request, void *self)
{
    struct hand *hand = self;
    if (hand->asked != request)
        return;
    hand->asked = NULL;
    loop_timer_disarm(&hand->loop.loop, hand->timer);
    str_finish(&request->answer);
}

/* ---- a station
 * ------------------------------------------------------------------------ */

static inline void
open_pull(struct hand *hand)
{
    struct pulling *base = &hand->base;
    base->setting.db = base->store.db;
    assert_ok(pull_create(&base->setting, &base->pull, err));
    pull_on_info(base->pull, pulling_info, base);
}

static inline int
setup(void **state)
{
    struct hand *hand = calloc(1, sizeof *hand);
    assert_non_null(hand);
    struct pulling *base = &hand->base;
    store_prepare(&base->store);
    store_open(&base->store);
    hand_loop_init(&hand->loop, base->store.now_ms);
    random_seeded_init(&hand->dice, 1);
    sim_task_init(&hand->lanes, &hand->loop.loop, &hand->dice.random);
    hand->timer = loop_timer_create(&hand->loop.loop, serve, hand);
    hand->wire = (struct wire){ start, stop, hand };
    hand->orders = 10;
    hand->changed = ORDERS_MAX;
    hand->checkins = hand->prints = hand->layouts = hand->badges = "";
    hand->lists = "{\"id\":1,\"name\":\"All\",\"all_products\":true}";
    hand->profile = "pretixscan";
    hand->next_host = "https://home.example";
    hand->generated = "2026-06-01T12:00:00Z";
    base->account = (struct account){ .state = ACCOUNT_ACTIVE, .device_id = 1 };
    str_copy(base->account.url, sizeof base->account.url, "https://home.example");
    str_copy(base->account.organizer, sizeof base->account.organizer, "o");
    str_copy(base->account.token, sizeof base->account.token, "token");
    base->api = (struct api_client){ &hand->wire, &hand->loop.clock, &base->store.log,
                              &base->account };
    base->setting =
        (struct pull_setting){ .loop = &hand->loop.loop,
                               .task = &hand->lanes.task,
                               .clock = &hand->loop.clock,
                               .random = &hand->dice.random,
                               .log = &base->store.log,
                               .api = &base->api,
                               .layouts = store_path(&base->store, "pictures"),
                               .badges = true };
    open_pull(hand);
    *state = hand;
    return 0;
}

static inline int
teardown(void **state)
{
    struct hand *hand = *state;
    pull_destroy(hand->base.pull);
    loop_timer_destroy(&hand->loop.loop, hand->timer);
    db_close(hand->base.store.db);
    rmdir(store_path(&hand->base.store, "pictures"));
    store_remove(&hand->base.store);
    free(hand);
    return 0;
}

static inline void
done(enum api_result result, void *self)
{
    struct hand *hand = self;
    hand->base.result = result;
    hand->base.ended = true;
}

static inline void
begin(struct hand *hand, const char *event, const char *other, bool full)
{
    const char *const events[] = { event, other };
    hand->base.ended = false;
    hand->urls[0] = '\0';
    hand->asked_orders = hand->asked_pictures = hand->asked_all = 0;
    assert_true(pull_start(hand->base.pull, events, other ? 2 : 1, full, done, hand));
}

static inline enum api_result
run(struct hand *hand, bool full)
{
    enum { TURNS = 200000 };
    begin(hand, "demo", NULL, full);
    for (unsigned i = 0; i < TURNS && !hand->base.ended; i++)
        hand_loop_turn(&hand->loop, 5);
    assert_true(hand->base.ended);
    pull_status(hand->base.pull, &hand->base.status);
    return hand->base.result;
}

#define assert_runs(hand)                                                  \
    do {                                                                   \
        if (run(hand, false) != API_OK)                                    \
            fail_msg("%s\n%s", (hand)->base.status.trouble, (hand)->urls); \
    } while (0)

#endif
