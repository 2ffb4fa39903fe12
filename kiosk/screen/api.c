#include "screen/api.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "desk/pin.h"

enum {
    REPLY_MAX = 16 * 1024,
    STAFF_TOPICS = 1 << FEED_SCAN | 1 << FEED_JOB | 1 << FEED_PRINTER | 1 << FEED_ROLE |
                   1 << FEED_STATION
};

static const char staff_path[] = "/api/staff/";
static const char guest_path[] = "/api/guest/";

/* A PIN that is being checked, and who waits for the answer. */
struct login {
    struct api *api;
    web_reply_fn *reply;
    void *reply_self;
    struct login *next;
};

struct api {
    struct api_setting setting;
    struct web *web;
    struct staffview *views[PIN_SESSIONS_MAX];
    struct staffview_last last;
    struct login *logins;
    unsigned news; /* 1 << topic */
    struct loop_timer *news_timer;
};

static void
say(web_reply_fn *reply, void *self, int status, const char *json)
{
    reply(&(struct web_reply){ .status = status, .json = json }, self);
}

/* ---- sessions --------------------------------------------------------------- */

static struct staffview **
slot_of(struct api *api, const char *token)
{
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        if (api->views[i] && strcmp(staffview_token(api->views[i]), token) == 0)
            return &api->views[i];
    }
    return NULL;
}

static void
end_view(struct api *api, struct staffview **slot)
{
    struct staffview *view = *slot;
    *slot = NULL;
    if (api->web)
        web_end_surface(api->web, staffview_surface(view));
    staffview_destroy(view);
}

static void
session_ended(const char *token, void *self)
{
    struct api *api = self;
    struct staffview **slot = slot_of(api, token);
    if (slot)
        end_view(api, slot);
}

/* The living session's view; touch: somebody did something in it. */
static struct staffview *
view_of(struct api *api, const char *token, bool touch)
{
    struct pin_session session;
    if (!api->setting.pin || *token == '\0' ||
        !pin_session(api->setting.pin, token, touch, &session))
        return NULL;
    struct staffview **slot = slot_of(api, token);
    return slot ? *slot : NULL;
}

static bool
open_view(struct api *api, const char *token, struct err *err)
{
    struct pin_session session;
    if (!pin_session(api->setting.pin, token, true, &session))
        return err_set(err, ERR_ABSENT, "staff: the session has ended");
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        if (!api->views[i])
            return staffview_create(&api->setting.staff, token, &session,
                                    &api->views[i], err);
    }
    return err_set(err, ERR_LIMIT, "staff: %d sessions are open", PIN_SESSIONS_MAX);
}

/* ---- login ------------------------------------------------------------------ */

static void
say_outcome(struct login *login, const struct pin_answer *answer)
{
    static const struct {
        const char *name;
        int status;
    } outcomes[] = {
        [PIN_RIGHT] = { "right", 200 },   [PIN_WRONG] = { "wrong", 403 },
        [PIN_WAIT] = { "wait", 429 },     [PIN_LOCKED] = { "locked", 403 },
        [PIN_BUSY] = { "busy", 409 },     [PIN_FAILED] = { "failed", 503 },
        [PIN_CLOSED] = { "closed", 503 },
    };
    struct str json;
    str_init(&json, REPLY_MAX);
    json_open_object(&json, NULL);
    json_add_text(&json, "outcome", outcomes[answer->outcome].name);
    json_add_int(&json, "wait_ms", answer->wait_ms);
    json_close_object(&json);
    login->reply(&(struct web_reply){ .status = outcomes[answer->outcome].status,
                                      .json = json.data,
                                      .set_token = answer->outcome == PIN_RIGHT
                                                       ? answer->token
                                                       : NULL },
                 login->reply_self);
    str_finish(&json);
}

static void
pin_answered(const struct pin_answer *answer, void *self)
{
    struct login *login = self;
    struct api *api = login->api;
    struct pin_answer told = *answer;
    struct err err;

    if (!api) { /* the screen has gone meanwhile */
        free(login);
        return;
    }
    if (told.outcome == PIN_RIGHT && !open_view(api, told.token, &err)) {
        log_error(api->setting.log, "staff", "login failed=\"%s\"", err.text);
        pin_logout(api->setting.pin, told.token);
        told.outcome = PIN_FAILED;
    }
    for (struct login **at = &api->logins; *at; at = &(*at)->next) {
        if (*at == login) {
            *at = login->next;
            break;
        }
    }
    say_outcome(login, &told);
    free(login);
}

static void
log_in(struct api *api, const struct json *body, web_reply_fn *reply, void *reply_self)
{
    char name[PIN_NAME_MAX + 1], digits[PIN_DIGITS_MAX + 1];
    struct err err;
    if (!json_copy(body, "name", name, sizeof name, &err) ||
        !json_copy(body, "pin", digits, sizeof digits, &err)) {
        say(reply, reply_self, 400, NULL);
        return;
    }
    struct login *login = calloc(1, sizeof *login);
    if (!login) {
        say(reply, reply_self, 503, NULL);
        return;
    }
    *login = (struct login){ api, reply, reply_self, api->logins };
    api->logins = login;
    pin_try(api->setting.pin, name, digits, pin_answered, login);
}

static bool
add_person(const struct pin_person *person, void *self)
{
    return json_add_text(self, NULL, person->name);
}

static void
list_people(struct api *api, web_reply_fn *reply, void *reply_self)
{
    const struct staffview_setting *staff = &api->setting.staff;
    struct str json;
    struct err err;
    str_init(&json, REPLY_MAX);
    json_open_object(&json, NULL);
    json_add_text(&json, "station", staff->station);
    json_open_array(&json, "languages");
    for (unsigned i = 0; i < staff->language_count; i++)
        json_add_text(&json, NULL, staff->languages[i]);
    json_close_array(&json);
    json_open_array(&json, "people");
    bool ok = pin_each(api->setting.pin, add_person, &json, &err);
    json_close_array(&json);
    json_close_object(&json);
    ok = ok && str_ok(&json);
    say(reply, reply_self, ok ? 200 : 503, ok ? json.data : NULL);
    str_finish(&json);
}

/* ---- staff ------------------------------------------------------------------ */

static int
status_of(const struct err *err)
{
    static const int statuses[ERR_CODE_COUNT] = {
        [ERR_INPUT] = 400,
        [ERR_LIMIT] = 403,
        [ERR_ABSENT] = 404,
        [ERR_BUSY] = 409,
    };
    return statuses[err->code] ? statuses[err->code] : 503;
}

static bool
read_state(const struct json *body, const char **boot, int64_t *seq)
{
    struct err err;
    return json_text(body, "boot", boot, &err) && json_int(body, "seq", seq, &err);
}

static void
log_out(struct api *api, struct staffview *view, web_reply_fn *reply, void *reply_self)
{
    char token[PIN_TOKEN_CHARACTERS + 1];
    str_copy(token, sizeof token, staffview_token(view));
    pin_logout(api->setting.pin, token);
    session_ended(token, api);
    reply(&(struct web_reply){ .status = 200, .set_token = "" }, reply_self);
}

static void
post_staff(struct api *api, const struct web_post *post, const struct json *body,
           web_reply_fn *reply, void *reply_self)
{
    const char *act = post->path + sizeof staff_path - 1, *boot;
    int64_t seq;
    struct err err;

    if (!api->setting.pin) {
        say(reply, reply_self, 404, NULL);
    } else if (strcmp(act, "people") == 0) {
        list_people(api, reply, reply_self);
    } else if (strcmp(act, "login") == 0) {
        log_in(api, body, reply, reply_self);
    } else {
        struct staffview *view = view_of(api, post->token, true);
        if (!view)
            say(reply, reply_self, 401, NULL);
        else if (strcmp(act, "logout") == 0)
            log_out(api, view, reply, reply_self);
        else if (strcmp(act, "stay") == 0)
            say(reply, reply_self, 200, NULL);
        else if (!read_state(body, &boot, &seq))
            say(reply, reply_self, 400, NULL);
        else if (!surface_accepts(staffview_surface(view), boot, seq))
            say(reply, reply_self, 409, NULL);
        else if (staffview_act(view, act, body, &err))
            say(reply, reply_self, 200, NULL);
        else
            say(reply, reply_self, status_of(&err), NULL);
    }
}

/* ---- guests ----------------------------------------------------------------- */

enum touch { TOUCH_GONE, TOUCH_TAKEN, TOUCH_BAD, TOUCH_UNKNOWN };

static enum touch
touch_guest(struct guest *guest, const char *act, const struct json *body)
{
    const char *boot, *lang, *text;
    int64_t seq, question;
    bool flag;
    struct err err;

    if (!read_state(body, &boot, &seq))
        return TOUCH_BAD;
    if (strcmp(act, "stay") == 0)
        return guest_stay(guest, boot, seq) ? TOUCH_TAKEN : TOUCH_GONE;
    if (strcmp(act, "done") == 0)
        return guest_done(guest, boot, seq) ? TOUCH_TAKEN : TOUCH_GONE;
    if (strcmp(act, "language") == 0) {
        if (!json_text(body, "lang", &lang, &err))
            return TOUCH_BAD;
        return guest_language(guest, boot, seq, lang) ? TOUCH_TAKEN : TOUCH_GONE;
    }
    if (strcmp(act, "choose") == 0) {
        if (!json_bool(body, "exit", &flag, &err))
            return TOUCH_BAD;
        return guest_choose(guest, boot, seq, flag) ? TOUCH_TAKEN : TOUCH_GONE;
    }
    if (strcmp(act, "answer") == 0) {
        if (!json_int(body, "question", &question, &err) ||
            !json_text(body, "text", &text, &err))
            return TOUCH_BAD;
        return guest_answer(guest, boot, seq, question, text) ? TOUCH_TAKEN
                                                              : TOUCH_GONE;
    }
    if (strcmp(act, "badge") == 0) {
        if (!json_bool(body, "came_out", &flag, &err))
            return TOUCH_BAD;
        return guest_badge(guest, boot, seq, flag) ? TOUCH_TAKEN : TOUCH_GONE;
    }
    return TOUCH_UNKNOWN;
}

/* ---- routes ----------------------------------------------------------------- */

static void
take_post(const struct web_post *post, web_reply_fn *reply, void *reply_self,
          void *self)
{
    static const int statuses[] = { [TOUCH_GONE] = 409,
                                    [TOUCH_TAKEN] = 200,
                                    [TOUCH_BAD] = 400,
                                    [TOUCH_UNKNOWN] = 404 };
    struct api *api = self;
    struct json *body;
    struct err err;

    if (!json_parse(post->body, post->body_length, &body, &err)) {
        say(reply, reply_self, 400, NULL);
        return;
    }
    if (str_starts(post->path, staff_path))
        post_staff(api, post, body, reply, reply_self);
    else if (str_starts(post->path, guest_path))
        say(reply, reply_self,
            statuses[touch_guest(api->setting.guest, post->path + sizeof guest_path - 1,
                                 body)],
            NULL);
    else
        say(reply, reply_self, 404, NULL);
    json_free(body);
}

static struct surface *
find_surface(const char *path, const char *token, int *status, void *self)
{
    struct api *api = self;
    *status = 404;
    if (strcmp(path, "/api/guest/events") == 0)
        return guest_surface(api->setting.guest);
    if (strcmp(path, "/api/staff/events") != 0)
        return NULL;
    *status = 401;
    struct staffview *view = view_of(api, token, true);
    return view ? staffview_surface(view) : NULL;
}

struct web_routes
api_routes(struct api *api)
{
    return (struct web_routes){ find_surface, take_post, api };
}

void
api_attach(struct api *api, struct web *web)
{
    api->web = web;
}

/* ---- news and life ---------------------------------------------------------- */

static void
note_scan(struct api *api, const struct desk_outcome *outcome)
{
    bool asks = outcome->phase == DESK_ASKING_QUESTIONS;
    if ((outcome->phase != DESK_ANSWERED && !asks) || !outcome->has_ticket)
        return;
    api->last.has = true;
    api->last.scan = outcome->number;
    api->last.attention = outcome->attention;
    api->last.may_let_in = outcome->may_ignore_unpaid;
    str_copy(api->last.notes, sizeof api->last.notes, outcome->notes);
    str_copy(api->last.alert, sizeof api->last.alert, outcome->alert);
    api->last.questions[0] = '\0';
    if (asks && outcome->questions &&
        strlen(outcome->questions) < sizeof api->last.questions)
        str_copy(api->last.questions, sizeof api->last.questions, outcome->questions);
    str_copy(api->last.ref, sizeof api->last.ref, outcome->ticket.ref);
    str_copy(api->last.name, sizeof api->last.name, outcome->ticket.name);
    api->last.verdict = outcome->verdict;
    api->last.at_ms = outcome->at_ms;
}

static void
on_feed(enum feed_topic topic, const void *what, void *self)
{
    struct api *api = self;
    if (topic == FEED_SCAN)
        note_scan(api, what);
    api->news |= 1u << topic;
    loop_timer_arm(api->setting.loop, api->news_timer, 0);
}

/* Right after the callback in which things happened: what staff see is read from the
 * database, and nobody publishes while it is being written. */
static void
news_is_due(void *self)
{
    struct api *api = self;
    unsigned news = api->news;
    api->news = 0;
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        if (api->views[i])
            staffview_tell(api->views[i], news);
    }
}

bool
api_create(const struct api_setting *setting, struct api **created, struct err *err)
{
    struct api *api = calloc(1, sizeof *api);
    if (!api)
        return err_no_memory(err);
    api->setting = *setting;
    api->setting.staff.last = &api->last;
    api->news_timer = loop_timer_create(setting->loop, news_is_due, api);
    if (!api->news_timer) {
        free(api);
        return err_no_memory(err);
    }
    if (setting->pin) {
        pin_on_end(setting->pin, session_ended, api);
        feed_listen(setting->feed, STAFF_TOPICS, on_feed, api);
    }
    *created = api;
    return true;
}

void
api_poke(struct api *api)
{
    loop_timer_arm(api->setting.loop, api->news_timer, 0);
}

bool
api_take_code(struct api *api, const char *text, size_t length)
{
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        if (api->views[i] && staffview_take_code(api->views[i], text, length))
            return true;
    }
    return false;
}

void
api_set_language_count(struct api *api, unsigned count)
{
    api->setting.staff.language_count = count;
}

void
api_destroy(struct api *api)
{
    if (!api)
        return;
    assert(!api->web);
    if (api->setting.pin) {
        feed_unlisten(api->setting.feed, api);
        pin_on_end(api->setting.pin, NULL, NULL);
    }
    for (struct login *login = api->logins; login; login = login->next)
        login->api = NULL;
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++)
        staffview_destroy(api->views[i]);
    loop_timer_destroy(api->setting.loop, api->news_timer);
    free(api);
}
