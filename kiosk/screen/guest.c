#include "screen/guest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/link.h"
#include "screen/guest_inside.h"

enum {
    READING_MS = 150,  /* under this nobody sees that anything was waited for */
    ASKING_MS = 60000, /* then the help desk asks */
    QUESTIONS_BYTES = 65536,
    LATE_MS = 15000,
    VERY_LATE_MS = 30000,
    TOPICS = 1 << FEED_SCAN | 1 << FEED_JOB | 1 << FEED_PRINTER | 1 << FEED_SCANNER |
             1 << FEED_LINK | 1 << FEED_STATION | 1 << FEED_ROLE
};

static int64_t
now_ms(const struct guest *guest)
{
    return clock_mono_ms(guest->setting.clock);
}

/* ---- screens and their times --------------------------------------------------------
 */

void
guest_set_leave(struct guest *guest, int64_t after_ms)
{
    guest->leave_total_ms = after_ms;
    guest->leave_ms = after_ms ? now_ms(guest) + after_ms : 0;
    if (after_ms)
        loop_timer_arm(guest->setting.loop, guest->leave_timer, after_ms);
    else
        loop_timer_disarm(guest->setting.loop, guest->leave_timer);
}

int64_t
guest_stay_ms(const struct guest_view *view)
{
    return view->asks ? ASKING_MS : guest_screen_ms(view->screen);
}

void
guest_enter(struct guest *guest, const struct guest_view *view)
{
    bool same_guest = view->scan && view->scan == guest->view.scan;
    bool waited =
        guest->view.screen == GUEST_WELCOME || guest->view.screen == GUEST_TROUBLE;

    guest->view = *view;
    guest_set_leave(guest, guest_stay_ms(view));
    guest->late = 0;
    if (!view->asks)
        str_clear(&guest->questions);
    if (view->screen == GUEST_WELCOME)
        loop_timer_arm(guest->setting.loop, guest->late_timer, LATE_MS);
    else
        loop_timer_disarm(guest->setting.loop, guest->late_timer);
    if (!same_guest || !waited)
        guest->entered_ms = now_ms(guest);
    guest_publish(guest, true);
}

void
guest_go_idle(struct guest *guest)
{
    struct guest_view idle;
    guest_idle_view(guest, &idle);
    guest->reading = 0;
    loop_timer_disarm(guest->setting.loop, guest->reading_timer);
    guest_enter(guest, &idle);
}

bool
guest_is_idle(const struct guest *guest)
{
    return guest->view.scan == 0;
}

static void
leave_is_due(void *self)
{
    guest_go_idle(self);
}

static void
reading_is_due(void *self)
{
    struct guest *guest = self;
    struct guest_view view = { .screen = GUEST_READING,
                               .variant = "",
                               .scan = guest->reading };
    if (guest->reading)
        guest_enter(guest, &view);
}

static void
late_is_due(void *self)
{
    struct guest *guest = self;
    guest->late++;
    if (guest->late < 2)
        loop_timer_arm(guest->setting.loop, guest->late_timer, VERY_LATE_MS - LATE_MS);
    guest_publish(guest, false);
}

/* ---- what the feed says ----------------------------------------------------- */

static void
take_questions(struct guest *guest, const struct desk_outcome *outcome,
               struct guest_view *view)
{
    view->asks = outcome->phase == DESK_ASKING_QUESTIONS && outcome->questions;
    if (!view->asks)
        return;
    str_clear(&guest->questions);
    str_add_text(&guest->questions, outcome->questions);
    view->asks = str_ok(&guest->questions);
    if (view->scan == guest->view.scan)
        str_copy(view->language, sizeof view->language, guest->view.language);
}

static void
on_scan(struct guest *guest, const struct desk_outcome *outcome)
{
    struct guest_view view = { .variant = "", .scan = outcome->number };

    if (outcome->phase == DESK_DROPPED) {
        if (guest->view.scan == outcome->number || guest->reading == outcome->number)
            guest_go_idle(guest);
        return;
    }
    if (outcome->phase == DESK_READING) {
        guest->reading = outcome->number;
        loop_timer_arm(guest->setting.loop, guest->reading_timer, READING_MS);
        return;
    }
    if (guest->reading == outcome->number) {
        guest->reading = 0;
        loop_timer_disarm(guest->setting.loop, guest->reading_timer);
    }
    if (outcome->phase == DESK_ASKING_DIRECTION) {
        view.screen = GUEST_DIRECTION;
    } else {
        guest_view_answer(outcome, &view);
        guest_printer_look(guest, &view);
        take_questions(guest, outcome, &view);
    }
    guest_enter(guest, &view);
}

static bool
follows_job(enum guest_screen screen)
{
    return screen == GUEST_WELCOME || screen == GUEST_TROUBLE ||
           screen == GUEST_ON_ITS_WAY || screen == GUEST_CAME_OUT ||
           screen == GUEST_FAILED;
}

static void
on_job(struct guest *guest, const struct spool_job *job)
{
    struct guest_view view = guest->view;

    if (view.job == 0 || view.job != job->id || !follows_job(view.screen))
        return;
    if (!guest_view_follow(&view, job) && view.screen == guest->view.screen)
        return;
    guest_printer_look(guest, &view);
    if (view.screen == GUEST_ATTRACT) {
        guest_go_idle(guest);
    } else if (view.screen != guest->view.screen) {
        guest_enter(guest, &view);
    } else {
        guest->view = view;
        guest_publish(guest, false);
    }
}

static void
on_printer(struct guest *guest, const struct printq_status *status)
{
    if (status->number >= PRINTQ_PRINTERS_MAX)
        return;
    struct guest_printer *printer = &guest->printers[status->number];
    printer->known = status->name[0] != '\0';
    str_copy(printer->name, sizeof printer->name, status->name);
    printer->health = status->health;
    printer->down = printq_is_down(status);
    printer->reasons = status->reasons;
    printer->median_ms = status->median_ms;

    struct guest_view view = guest->view;
    guest_printer_look(guest, &view);
    if (view.screen != guest->view.screen || view.trouble != guest->view.trouble)
        guest_enter(guest, &view);
    else if (guest_is_idle(guest))
        guest_look(guest);
}

static void
on_role(struct guest *guest, const struct role *role)
{
    guest->has_role = role->list_count > 0;
    guest->prints = role_prints(role);
    guest->admits = role->work != ROLE_PRINT_ONLY;
    guest_look(guest);
}

static void
on_scanner(struct guest *guest, const struct reader_status *status)
{
    if (status->reader >= READER_SCANNERS_MAX)
        return;
    bool missing = guest_scanner_missing(guest);
    guest->has_scanner[status->reader] = status->name[0] != '\0';
    guest->scanners[status->reader] = status->state;
    if (guest_scanner_missing(guest) != missing)
        guest_publish(guest, false);
}

static void
on_station(struct guest *guest, const struct station_status *status)
{
    guest->started = true;
    guest->station = *status;
    guest_look(guest);
}

void
guest_tell(struct guest *guest, enum feed_topic topic, const void *what)
{
    switch (topic) {
    case FEED_SCAN:
        on_scan(guest, what);
        break;
    case FEED_JOB:
        on_job(guest, what);
        break;
    case FEED_PRINTER:
        on_printer(guest, what);
        break;
    case FEED_SCANNER:
        on_scanner(guest, what);
        break;
    case FEED_LINK:
        guest->offline = !((const struct link_status *)what)->up;
        guest_publish(guest, false);
        break;
    case FEED_STATION:
        on_station(guest, what);
        break;
    case FEED_ROLE:
        on_role(guest, what);
        break;
    default:
        break;
    }
}

static void
on_feed(enum feed_topic topic, const void *what, void *self)
{
    guest_tell(self, topic, what);
}

void
guest_set_event(struct guest *guest, const char *name, const char *zone)
{
    if (strcmp(guest->event_name, name) == 0 && strcmp(guest->event_zone, zone) == 0)
        return;
    str_copy(guest->event_name, sizeof guest->event_name, name);
    str_copy(guest->event_zone, sizeof guest->event_zone, zone);
    guest_publish(guest, false);
}

/* ---- life ------------------------------------------------------------------- */

struct surface *
guest_surface(struct guest *guest)
{
    return &guest->surface;
}

static void
take_languages(struct guest *guest, const char *const *languages, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        str_copy(guest->languages[i], sizeof guest->languages[i], languages[i]);
    guest->setting.language_count = count;
}

void
guest_set_languages(struct guest *guest, const char *const *languages, unsigned count,
                    unsigned shown)
{
    assert(count >= 1 && count <= GUEST_LANGUAGES_MAX);
    assert(shown >= 1 && shown <= count);
    take_languages(guest, languages, count);
    guest->setting.shown = shown;
    guest_publish(guest, false);
}

bool
guest_create(const struct guest_setting *setting, struct guest **created,
             struct err *err)
{
    assert(setting->language_count >= 1 &&
           setting->language_count <= GUEST_LANGUAGES_MAX);
    assert(setting->shown >= 1 && setting->shown <= setting->language_count);
    struct guest *guest = calloc(1, sizeof *guest);
    if (!guest)
        return err_no_memory(err);

    guest->setting = *setting;
    guest->prints = guest->admits = true;
    surface_init(&guest->surface, setting->identity);
    str_init(&guest->questions, QUESTIONS_BYTES);
    take_languages(guest, setting->languages, setting->language_count);
    guest->reading_timer = loop_timer_create(setting->loop, reading_is_due, guest);
    guest->leave_timer = loop_timer_create(setting->loop, leave_is_due, guest);
    guest->late_timer = loop_timer_create(setting->loop, late_is_due, guest);
    if (!guest->reading_timer || !guest->leave_timer || !guest->late_timer) {
        guest_destroy(guest);
        return err_no_memory(err);
    }
    feed_listen(setting->feed, TOPICS, on_feed, guest);
    guest_go_idle(guest);
    *created = guest;
    return true;
}

void
guest_destroy(struct guest *guest)
{
    if (!guest)
        return;
    feed_unlisten(guest->setting.feed, guest);
    loop_timer_destroy(guest->setting.loop, guest->reading_timer);
    loop_timer_destroy(guest->setting.loop, guest->leave_timer);
    loop_timer_destroy(guest->setting.loop, guest->late_timer);
    surface_finish(&guest->surface);
    str_finish(&guest->questions);
    free(guest);
}
