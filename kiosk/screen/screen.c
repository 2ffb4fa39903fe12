#include "screen/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk.h"
#include "desk/reader.h"
#include "print/printq.h"
#include "screen/api.h"
#include "screen/assets.h"
#include "screen/guest.h"
#include "screen/uplink.h"
#include "screen/web.h"
#include "store/roster.h"

struct screen {
    struct screen_setting setting;
    struct surface_identity identity;
    const char *languages[GUEST_LANGUAGES_MAX];
    unsigned language_count;
    char zone[ROSTER_KEY_MAX + 1];
    struct loop_timer *event_timer;
    struct assets *assets;
    struct guest *guest;
    struct uplink *uplink; /* NULL: there is no sync */
    struct api *api;
    struct web *web;
};

/* ---- touches of guests go to the desk --------------------------------------- */

static void
choose(uint64_t scan, bool exit, void *self)
{
    struct screen *screen = self;
    desk_choose(screen->setting.desk, scan, exit);
}

static bool
badge_said(int64_t job, bool came_out, void *self, struct err *err)
{
    struct screen *screen = self;
    return desk_badge_said(screen->setting.desk, job, came_out, "", err);
}

static bool
answer(uint64_t scan, int64_t question, const char *text, void *self, struct err *err)
{
    struct screen *screen = self;
    const struct desk_reply reply = { question, text };
    return desk_answer(screen->setting.desk, scan, &reply, 1, err);
}

/* ---- whose event it is ------------------------------------------------------ */

/* The event of the role's first list: its name stands on top, its zone tells the time.
 */
static void
look_up_event(struct screen *screen)
{
    const struct role *role = desk_role(screen->setting.desk);
    struct event *event = calloc(1, sizeof *event);
    bool found = false;
    struct err err;

    if (event && role->list_count > 0 &&
        roster_event(screen->setting.db, role->lists[0].event, &found, event, &err) &&
        found) {
        str_copy(screen->zone, sizeof screen->zone, event->zone);
        guest_set_event(screen->guest, event->name, event->zone);
    }
    free(event);
}

/* ---- the ticketing server --------------------------------------------------- */

static void
uplink_changed(void *self)
{
    struct screen *screen = self;
    const struct sync_status *status = uplink_status(screen->uplink);
    struct guest_copy copy = {
        .loading = uplink_is_loading(status),
        .done = status->pull.done,
        .total = status->pull.total,
        .old_ms = status->old && !status->sealed ? uplink_copy_ms(screen->uplink) : 0,
    };
    guest_set_copy(screen->guest, &copy);
    api_poke(screen->api);
}

static bool
build_uplink(struct screen *screen, struct err *err)
{
    struct uplink_setting uplink = { .loop = screen->setting.loop,
                                     .clock = screen->setting.clock,
                                     .changed = uplink_changed,
                                     .self = screen };
    if (!screen->setting.sync)
        return true;
    uplink.door = uplink_door_of(screen->setting.sync);
    return uplink_create(&uplink, &screen->uplink, err);
}

static void
things_changed(void *self)
{
    struct screen *screen = self;
    look_up_event(screen);
    if (screen->uplink)
        uplink_look(screen->uplink);
}

/* Not from inside the feed's call: it reads the database. */
static void
on_feed(enum feed_topic topic, const void *what, void *self)
{
    struct screen *screen = self;
    (void)topic, (void)what;
    loop_timer_arm(screen->setting.loop, screen->event_timer, 0);
}

/* How things stood before this screen began to listen. */
static void
tell_present(struct screen *screen)
{
    const struct screen_setting *setting = &screen->setting;
    struct station_status station;

    for (unsigned i = 0; setting->printq && i < printq_count(setting->printq); i++) {
        struct printq_status printer;
        printq_status(setting->printq, i, &printer);
        guest_tell(screen->guest, FEED_PRINTER, &printer);
    }
    for (unsigned i = 0; setting->reader && i < reader_count(setting->reader); i++) {
        struct reader_status scanner;
        reader_status(setting->reader, i, &scanner);
        guest_tell(screen->guest, FEED_SCANNER, &scanner);
    }
    guest_tell(screen->guest, FEED_ROLE, desk_role(setting->desk));
    desk_status(setting->desk, &station);
    guest_tell(screen->guest, FEED_STATION, &station);
    things_changed(screen);
}

/* An enrolment code that staff await is no guest's. */
static bool
take_code(const char *text, size_t length, void *self)
{
    return api_take_code(((struct screen *)self)->api, text, length);
}

/* ---- life ------------------------------------------------------------------- */

static const char *
find_language(const char *code)
{
    const char *built_in[GUEST_LANGUAGES_MAX];
    unsigned count = assets_languages(built_in, GUEST_LANGUAGES_MAX);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(built_in[i], code) == 0)
            return built_in[i];
    }
    return NULL;
}

bool
screen_has_language(const char *code, struct err *err)
{
    const char *built_in[GUEST_LANGUAGES_MAX];
    unsigned count = assets_languages(built_in, GUEST_LANGUAGES_MAX);
    if (find_language(code))
        return true;
    struct str known;
    str_init(&known, 200);
    for (unsigned i = 0; i < count; i++)
        str_addf(&known, "%s%s", i ? ", " : "", built_in[i]);
    err_set(err, ERR_ABSENT, "language \"%s\" is not built in; there are %s", code,
            known.data);
    str_finish(&known);
    return false;
}

/* Into `chosen`, which has room for all. */
static bool
choose_languages(const struct screen_setting *setting, const char **chosen,
                 unsigned *count, struct err *err)
{
    *count = 0;
    for (unsigned i = 0; i < setting->language_count && i < GUEST_LANGUAGES_MAX; i++) {
        if (!screen_has_language(setting->languages[i], err))
            return err_wrap(err, "screen");
        chosen[(*count)++] = find_language(setting->languages[i]);
    }
    if (setting->language_count == 0)
        *count = assets_languages(chosen, 2);
    return true;
}

static unsigned
shown_of(const struct screen_setting *setting, unsigned languages)
{
    unsigned shown = setting->shown ? setting->shown : 2;
    return shown < languages ? shown : languages;
}

static void
make_identity(struct screen *screen)
{
    const struct random *random = screen->setting.random;
    snprintf(screen->identity.boot, sizeof screen->identity.boot,
             "%016" PRIx64 "%016" PRIx64, random_u64(random), random_u64(random));
    assets_tag(screen->assets, screen->identity.assets);
}

static bool
build_guest(struct screen *screen, struct err *err)
{
    const struct screen_setting *setting = &screen->setting;
    struct guest_setting guest = {
        .loop = setting->loop,
        .clock = setting->clock,
        .log = setting->log,
        .feed = setting->feed,
        .identity = &screen->identity,
        .station = setting->station,
        .languages = screen->languages,
        .language_count = screen->language_count,
        .shown = shown_of(setting, screen->language_count),
        .actions = { choose, badge_said, answer, screen },
    };
    return guest_create(&guest, &screen->guest, err);
}

static bool
build_api(struct screen *screen, struct err *err)
{
    const struct screen_setting *setting = &screen->setting;
    struct api_setting api = {
        .guest = screen->guest,
        .pin = setting->pin,
        .staff = { .db = setting->db,
                   .desk = setting->desk,
                   .printq = setting->printq,
                   .uplink = screen->uplink,
                   .clock = setting->clock,
                   .log = setting->log,
                   .identity = &screen->identity,
                   .station = setting->station,
                   .zone = screen->zone,
                   .languages = screen->languages,
                   .language_count = screen->language_count },
        .feed = setting->feed,
        .loop = setting->loop,
        .log = setting->log,
    };
    return api_create(&api, &screen->api, err);
}

static bool
build_web(struct screen *screen, struct err *err)
{
    struct web_setting web = {
        .event_base = screen->setting.event_base,
        .loop = screen->setting.loop,
        .log = screen->setting.log,
        .assets = screen->assets,
        .port = screen->setting.port,
        .routes = api_routes(screen->api),
    };
    if (!web_create(&web, &screen->web, err))
        return false;
    api_attach(screen->api, screen->web);
    return true;
}

static bool
build(struct screen *screen, struct err *err)
{
    screen->event_timer =
        loop_timer_create(screen->setting.loop, things_changed, screen);
    if (!screen->event_timer)
        return err_no_memory(err);
    if (!choose_languages(&screen->setting, screen->languages, &screen->language_count,
                          err) ||
        !assets_create(screen->setting.page, &screen->assets, err))
        return false;
    make_identity(screen);
    return build_guest(screen, err) && build_uplink(screen, err) &&
           build_api(screen, err) && build_web(screen, err);
}

bool
screen_create(const struct screen_setting *setting, struct screen **created,
              struct err *err)
{
    struct screen *screen = calloc(1, sizeof *screen);
    if (!screen)
        return err_no_memory(err);
    screen->setting = *setting;
    if (!build(screen, err)) {
        screen_destroy(screen);
        return false;
    }
    feed_listen(setting->feed, 1u << FEED_ROLE | 1u << FEED_ROSTER | 1u << FEED_LINK,
                on_feed, screen);
    if (setting->reader && setting->sync)
        reader_on_code(setting->reader, take_code, screen);
    tell_present(screen);
    *created = screen;
    return true;
}

void
screen_destroy(struct screen *screen)
{
    if (!screen)
        return;
    feed_unlisten(screen->setting.feed, screen);
    if (screen->setting.reader)
        reader_on_code(screen->setting.reader, NULL, NULL);
    web_destroy(screen->web);
    if (screen->api)
        api_attach(screen->api, NULL);
    api_destroy(screen->api);
    uplink_destroy(screen->uplink);
    guest_destroy(screen->guest);
    assets_destroy(screen->assets);
    loop_timer_destroy(screen->setting.loop, screen->event_timer);
    free(screen);
}

static void
take_languages(struct screen *screen, const char *const *languages, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        screen->languages[i] = languages[i];
    screen->language_count = count;
    api_set_language_count(screen->api, count);
    guest_set_languages(screen->guest, screen->languages, count,
                        shown_of(&screen->setting, count));
}

bool
screen_configure(struct screen *screen, const struct screen_setting *setting,
                 struct err *err)
{
    const char *languages[GUEST_LANGUAGES_MAX];
    struct assets *assets;
    unsigned count;
    if (!choose_languages(setting, languages, &count, err) ||
        !assets_create(setting->page, &assets, err))
        return false;
    web_set_assets(screen->web, assets);
    assets_destroy(screen->assets);
    screen->assets = assets;
    assets_tag(assets, screen->identity.assets);
    screen->setting.shown = setting->shown;
    take_languages(screen, languages, count);
    return true;
}
