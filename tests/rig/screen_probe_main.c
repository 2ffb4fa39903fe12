/* screen-probe: the real page, server and guests' surface, with a station played by
 * whoever writes on stdin; for the browser tests. A JSON object a line:
 *
 *     {"do":"scan","verdict":"admit","recorded":true,"guest":{…},"job":"queued",…}
 *     {"do":"reading"}  {"do":"direction"}  {"do":"job","state":"printed"}
 *     {"do":"printer","health":2,"reasons":1,"median_ms":4000}
 *     {"do":"link","up":false}  {"do":"scanner","state":0} {"do":"station","trouble":3}
 *     {"do":"copy","loading":true,"done":1,"total":9,"old_ms":0}
 *     {"do":"event","name":"…","zone":"…"}  {"do":"staff","state":{…},"same":true}
 *
 * After each it prints {"seq":N}; each touch that counted is printed too. The staff's
 * states are scripted whole; its PIN is 2468. The clock starts at a fixed moment, so
 * that pictures of two runs can be compared. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/link.h"
#include "base/loop_real.h"
#include "desk/desk.h"
#include "desk/reader.h"
#include "print/printq.h"
#include "screen/api.h"
#include "screen/assets.h"
#include "screen/guest.h"
#include "screen/web.h"
#include "screen_whys.h"

enum { LINE_MAX_BYTES = 256 * 1024 };

struct probe {
    struct loop_real *real;
    struct clock clock;
    struct log log;
    struct feed feed;
    struct surface_identity identity;
    struct surface staff;
    struct assets *assets;
    struct guest *guest;
    struct api *api;
    struct web *web;
    uint64_t scans;
    struct spool_job job;
    char line[LINE_MAX_BYTES];
    size_t used;
};

static const int64_t start_utc_ms = INT64_C(1795482720000);

static int64_t
mono_us(void *self)
{
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
utc_ms(void *self)
{
    (void)self;
    return start_utc_ms;
}

static void
print_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    fprintf(stderr, "%d %s: %s\n", (int)level, module, text);
}

/* ---- touches ------------------------------------------------------------- */

static void
choose(uint64_t scan, bool exit, void *self)
{
    (void)self;
    printf("{\"chose\":%" PRIu64 ",\"exit\":%s}\n", scan, exit ? "true" : "false");
    fflush(stdout);
}

static bool
badge_said(int64_t job, bool came_out, void *self, struct err *err)
{
    (void)self, (void)err;
    printf("{\"said\":%" PRId64 ",\"came_out\":%s}\n", job,
           came_out ? "true" : "false");
    fflush(stdout);
    return true;
}

static bool
answer(uint64_t scan, int64_t question, const char *text, void *self, struct err *err)
{
    (void)self;
    printf("{\"answered\":%" PRIu64 ",\"question\":%" PRId64 ",\"text\":\"%s\"}\n",
           scan, question, text);
    fflush(stdout);
    return strcmp(text, "?") != 0 || err_set(err, ERR_INPUT, "question: no-number");
}

/* ---- the staff's side, scripted --------------------------------------------- */

static const char people[] = "{\"station\":\"A\",\"languages\":[\"zh-Hans\",\"en\"],"
                             "\"people\":[\"chen\",\"li\",\"marija\"]}";

static bool
pin_is_right(const struct web_post *post)
{
    return memmem(post->body, post->body_length, "\"pin\":\"2468\"", 12) != NULL;
}

static void
take_post(const struct web_post *post, web_reply_fn *reply, void *reply_self,
          void *self)
{
    struct probe *probe = self;
    struct web_reply answer = { .status = 200 };
    struct web_routes routes = api_routes(probe->api);

    if (!str_starts(post->path, "/api/staff/")) {
        routes.post(post, reply, reply_self, routes.self);
        return;
    }
    if (strcmp(post->path, "/api/staff/people") == 0) {
        answer.json = people;
    } else if (strcmp(post->path, "/api/staff/login") == 0) {
        answer.status = pin_is_right(post) ? 200 : 403;
        answer.json = "{\"outcome\":\"wrong\",\"wait_ms\":0}";
        answer.set_token = pin_is_right(post) ? "probe" : NULL;
    } else {
        printf("{\"staff\":\"%s\"}\n", post->path + 11);
        fflush(stdout);
    }
    reply(&answer, reply_self);
}

static struct surface *
find_surface(const char *path, const char *token, int *status, void *self)
{
    struct probe *probe = self;
    struct web_routes routes = api_routes(probe->api);
    if (strcmp(path, "/api/staff/events") != 0)
        return routes.surface(path, token, status, routes.self);
    *status = 401;
    return strcmp(token, "probe") == 0 ? &probe->staff : NULL;
}

static void
do_staff(struct probe *probe, const struct json *command)
{
    struct str *out =
        surface_begin(&probe->staff, json_member(command, "same") == NULL);
    const struct json *item = json_first(json_member(command, "state"));
    for (; item; item = json_next(item))
        json_add_value(out, json_key(item), item);
    surface_end(&probe->staff);
}

/* ---- the guests' side ------------------------------------------------------- */

static int64_t
number_of(const struct json *from, const char *path)
{
    int64_t value = 0;
    struct err err;
    if (!json_int_or(from, path, 0, &value, &err))
        fprintf(stderr, "%s\n", err.text);
    return value;
}

static void
text_of(const struct json *from, const char *path, char *to, size_t size)
{
    struct err err;
    if (!json_copy(from, path, to, size, &err))
        fprintf(stderr, "%s\n", err.text);
}

static enum spool_state
state_of(const struct json *from, const char *path)
{
    char name[32];
    text_of(from, path, name, sizeof name);
    for (int state = 0; state < SPOOL_STATE_COUNT; state++) {
        if (strcmp(spool_state_name((enum spool_state)state), name) == 0)
            return (enum spool_state)state;
    }
    return SPOOL_QUEUED;
}

static void
fill_list(const struct json *from, struct list *list)
{
    text_of(from, "name", list->name, sizeof list->name);
    text_of(from, "place", list->place, sizeof list->place);
    list->starts_ms = number_of(from, "starts_ms");
}

static void
fill_ticket(const struct json *from, struct ticket *ticket)
{
    text_of(from, "name", ticket->name, sizeof ticket->name);
    text_of(from, "name_latin", ticket->name_latin, sizeof ticket->name_latin);
    text_of(from, "organisation", ticket->organisation, sizeof ticket->organisation);
    text_of(from, "kind", ticket->kind, sizeof ticket->kind);
    text_of(from, "seat", ticket->seat, sizeof ticket->seat);
    text_of(from, "language", ticket->language, sizeof ticket->language);
}

static void
fill_job(struct probe *probe, const struct json *command, struct desk_outcome *outcome)
{
    outcome->has_job = true;
    outcome->made_job = !json_member(command, "old_job");
    outcome->job.id = ++probe->job.id;
    outcome->job.state = state_of(command, "job");
    text_of(command, "printer", outcome->job.printer, sizeof outcome->job.printer);
}

static void
fill_outcome(struct probe *probe, const struct json *command,
             struct desk_outcome *outcome)
{
    char verdict[32];
    text_of(command, "verdict", verdict, sizeof verdict);
    outcome->phase = DESK_ANSWERED;
    if (!verdict_from_name(verdict, &outcome->verdict))
        fprintf(stderr, "no verdict %s\n", verdict);
    outcome->recorded = !json_member(command, "unrecorded");
    outcome->at_ms = start_utc_ms;
    outcome->bound_ms = number_of(command, "bound_ms");
    outcome->history.last_at_ms = number_of(command, "last_at_ms");
    text_of(command, "last_station", outcome->history.last_station,
            sizeof outcome->history.last_station);
    text_of(command, "last_gate", outcome->history.last_gate,
            sizeof outcome->history.last_gate);
    text_of(command, "reason", outcome->reason, sizeof outcome->reason);
    if (number_of(command, "age_ms"))
        outcome->age.complete_ms = start_utc_ms - number_of(command, "age_ms");
    outcome->has_ticket = json_member(command, "guest") != NULL;
    if (outcome->has_ticket)
        fill_ticket(json_member(command, "guest"), &outcome->ticket);
    outcome->has_list = json_member(command, "list") != NULL;
    if (outcome->has_list)
        fill_list(json_member(command, "list"), &outcome->list);
    outcome->has_right_list = json_member(command, "right_list") != NULL;
    if (outcome->has_right_list)
        fill_list(json_member(command, "right_list"), &outcome->right_list);
    if (json_member(command, "job"))
        fill_job(probe, command, outcome);
    outcome->attention = json_member(command, "attention") != NULL;
    if (json_member(command, "whys"))
        screen_whys(json_member(command, "whys"), &outcome->why);
    outcome->badge_out = json_member(command, "badge_out") != NULL;
    outcome->ask_came_out = outcome->has_job && outcome->job.state == SPOOL_UNCERTAIN;
}

static void
do_scan(struct probe *probe, const struct json *command)
{
    struct desk_outcome *outcome = calloc(1, sizeof *outcome);
    if (!outcome)
        return;
    outcome->number = ++probe->scans;
    fill_outcome(probe, command, outcome);
    struct str questions;
    str_init(&questions, 65536);
    if (json_member(command, "questions")) {
        json_add_value(&questions, NULL, json_member(command, "questions"));
        outcome->questions = questions.data;
        outcome->phase = DESK_ASKING_QUESTIONS;
    }
    feed_publish(&probe->feed, FEED_SCAN, outcome);
    str_finish(&questions);
    free(outcome);
}

/* "reading" or "direction": there is no answer yet. */
static void
do_phase(struct probe *probe, const struct json *command)
{
    char name[32];
    struct desk_outcome *outcome = calloc(1, sizeof *outcome);
    if (!outcome)
        return;
    text_of(command, "do", name, sizeof name);
    outcome->number = ++probe->scans;
    outcome->phase =
        strcmp(name, "reading") == 0 ? DESK_READING : DESK_ASKING_DIRECTION;
    feed_publish(&probe->feed, FEED_SCAN, outcome);
    free(outcome);
}

static void
do_job(struct probe *probe, const struct json *command)
{
    struct spool_job job = { .id = probe->job.id, .state = state_of(command, "state") };
    text_of(command, "printer", job.printer, sizeof job.printer);
    feed_publish(&probe->feed, FEED_JOB, &job);
}

static void
do_printer(struct probe *probe, const struct json *command)
{
    struct printq_status status = {
        .name = "left",
        .health = (enum printq_health)number_of(command, "health"),
        .problem = (enum printq_problem)number_of(command, "problem"),
        .reasons = (unsigned)number_of(command, "reasons"),
        .median_ms = number_of(command, "median_ms"),
    };
    feed_publish(&probe->feed, FEED_PRINTER, &status);
}

static void
do_link(struct probe *probe, const struct json *command)
{
    struct link_status status = { .up = false };
    struct err err;
    if (json_bool_or(command, "up", false, &status.up, &err))
        feed_publish(&probe->feed, FEED_LINK, &status);
}

static void
do_scanner(struct probe *probe, const struct json *command)
{
    struct reader_status status = { .state = (enum scanner_state)number_of(command,
                                                                           "state") };
    feed_publish(&probe->feed, FEED_SCANNER, &status);
}

static void
do_station(struct probe *probe, const struct json *command)
{
    struct station_status status = { .trouble = (enum station_trouble)number_of(
                                         command, "trouble") };
    struct role role = { .list_count = json_member(command, "work") ? 1 : 0,
                         .work = (enum role_work)number_of(command, "work") };
    feed_publish(&probe->feed, FEED_ROLE, &role);
    feed_publish(&probe->feed, FEED_STATION, &status);
}

static void
do_copy(struct probe *probe, const struct json *command)
{
    struct guest_copy copy = { .loading = json_member(command, "loading") != NULL,
                               .done = number_of(command, "done"),
                               .total = number_of(command, "total"),
                               .old_ms = number_of(command, "old_ms") };
    guest_set_copy(probe->guest, &copy);
}

static void
do_event(struct probe *probe, const struct json *command)
{
    char name[ROSTER_TEXT_MAX + 1], zone[ROSTER_KEY_MAX + 1];
    text_of(command, "name", name, sizeof name);
    text_of(command, "zone", zone, sizeof zone);
    guest_set_event(probe->guest, name, zone);
}

static const struct {
    const char *name;
    void (*run)(struct probe *probe, const struct json *command);
} commands[] = {
    { "scan", do_scan },       { "reading", do_phase },   { "direction", do_phase },
    { "job", do_job },         { "printer", do_printer }, { "link", do_link },
    { "scanner", do_scanner }, { "station", do_station }, { "event", do_event },
    { "staff", do_staff },     { "copy", do_copy },
};

static void
obey(struct probe *probe, const char *line, size_t length)
{
    struct json *command;
    struct err err;
    char name[32];
    if (!json_parse(line, length, &command, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return;
    }
    text_of(command, "do", name, sizeof name);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0)
            commands[i].run(probe, command);
    }
    bool staff = strcmp(name, "staff") == 0;
    printf("{\"seq\":%" PRIu64 "}\n",
           staff ? probe->staff.seq : guest_surface(probe->guest)->seq);
    fflush(stdout);
    json_free(command);
}

static void
input_came(int fd, int events, void *self)
{
    struct probe *probe = self;
    (void)events;
    ssize_t got = read(fd, probe->line + probe->used, LINE_MAX_BYTES - probe->used);
    if (got <= 0) {
        loop_real_stop(probe->real);
        return;
    }
    probe->used += (size_t)got;
    for (char *end; (end = memchr(probe->line, '\n', probe->used));) {
        size_t length = (size_t)(end - probe->line);
        obey(probe, probe->line, length);
        probe->used -= length + 1;
        memmove(probe->line, end + 1, probe->used);
    }
}

/* ---- life
 * ------------------------------------------------------------------------------------
 */

static bool
build(struct probe *probe, uint16_t port, const char *boot, struct err *err)
{
    static const char *const languages[] = { "zh-Hans", "en" };
    const struct loop *loop = loop_real_door(probe->real);

    str_copy(probe->identity.boot, sizeof probe->identity.boot, boot);
    if (!assets_create(getenv("SCREEN_PAGE"), &probe->assets, err))
        return false;
    assets_tag(probe->assets, probe->identity.assets);
    surface_init(&probe->staff, &probe->identity);
    struct guest_setting guest = {
        .loop = loop,
        .clock = &probe->clock,
        .log = &probe->log,
        .feed = &probe->feed,
        .identity = &probe->identity,
        .station = "A",
        .languages = languages,
        .language_count = 2,
        .shown = 2,
        .actions = { choose, badge_said, answer, probe },
    };
    if (!guest_create(&guest, &probe->guest, err))
        return false;
    struct api_setting api = {
        .guest = probe->guest, .feed = &probe->feed, .loop = loop, .log = &probe->log
    };
    if (!api_create(&api, &probe->api, err))
        return false;
    struct web_setting web = {
        .event_base = loop_real_event_base(probe->real),
        .loop = loop,
        .log = &probe->log,
        .assets = probe->assets,
        .port = port,
        .routes = { find_surface, take_post, probe },
    };
    return web_create(&web, &probe->web, err);
}

int
main(int argc, char **argv)
{
    static struct probe probe;
    struct err err;
    long port = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

    probe.clock = (struct clock){ utc_ms, mono_us, NULL };
    probe.log = (struct log){ print_log, NULL, LOG_LEVEL_NOTICE };
    feed_init(&probe.feed);
    if (!loop_real_create(&probe.real, &err) ||
        !build(&probe, (uint16_t)port, argc > 2 ? argv[2] : "probe", &err)) {
        fprintf(stderr, "screen-probe: %s\n", err.text);
        return 1;
    }
    struct loop_watch *watch = loop_watch(loop_real_door(probe.real), STDIN_FILENO,
                                          LOOP_READ, input_came, &probe);
    printf("{\"port\":%u}\n", web_port(probe.web));
    fflush(stdout);
    loop_real_run(probe.real);
    loop_unwatch(loop_real_door(probe.real), watch);
    web_destroy(probe.web);
    api_destroy(probe.api);
    guest_destroy(probe.guest);
    surface_finish(&probe.staff);
    assets_destroy(probe.assets);
    loop_real_destroy(probe.real);
    return 0;
}
