#ifndef YUELAI_GUEST_H
#define YUELAI_GUEST_H

/* guest: the guests' screen of a station: listens to the feed, keeps one guest_view with
 * its timers, and publishes it on a surface. It decides nothing about anybody; it only
 * knows what was decided, and when to forget it.
 *
 * The next guest always wins at once, and nothing of the former is left: a view is
 * replaced whole. The screen falls back by itself to attract (or starting, or
 * out-of-order), with the language that the station starts with.
 *
 * Three times nothing is shown to be happening that is not: "reading" appears only if an
 * answer takes over 150 ms; the stages of a badge are those of its job; and "printer
 * trouble" is what the printer said. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "screen/guest_view.h"
#include "screen/surface.h"

struct guest;

enum { GUEST_LANGUAGES_MAX = 16, GUEST_LANGUAGE_MAX = 15 };

/* What a touch sets going: desk's own functions, or a test's. */
struct guest_actions {
    void (*choose)(uint64_t scan, bool exit, void *self);
    bool (*badge_said)(int64_t job, bool came_out, void *self, struct err *err);
    /* One answer to what a scan asks; ERR_INPUT: "…: no-number", as ticket/question. */
    bool (*answer)(uint64_t scan, int64_t question, const char *text, void *self,
                   struct err *err);
    void *self;
};

struct guest_setting {
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    struct feed *feed;
    const struct surface_identity *identity;
    const char *station; /* letters */
    /* Complete languages, those of attract first; borrowed for create. */
    const char *const *languages;
    unsigned language_count;
    unsigned shown; /* how many of them attract shows at once: 1 or 2 */
    struct guest_actions actions;
};

bool guest_create(const struct guest_setting *setting, struct guest **guest,
                  struct err *err);
void guest_destroy(struct guest *guest); /* takes NULL */

struct surface *guest_surface(struct guest *guest);

/* The event of the station's role: its name stands on top, its zone tells the time. */
void guest_set_event(struct guest *guest, const char *name, const char *zone);
/* How the copy of the guest list stands, as far as guests are told. */
struct guest_copy {
    bool loading; /* a first load runs */
    int64_t done, total; /* of it; total -1 = unknown */
    int64_t old_ms; /* UTC of a copy that is old; 0 = it is fresh, or has no server */
};
void guest_set_copy(struct guest *guest, const struct guest_copy *copy);
/* What a topic of the feed would say, for the start: how things stood before this screen
 * began to listen. Until the first FEED_STATION it says "getting ready". */
void guest_tell(struct guest *guest, enum feed_topic topic, const void *what);

/* Other languages from now on, as at the start; who has chosen one that is gone sees the
 * first. */
void guest_set_languages(struct guest *guest, const char *const *languages,
                         unsigned count, unsigned shown);

/* ---- touches; each is to the screen of `seq` and does nothing if that is gone -------- */

/* True if the touch counted. */
bool guest_choose(struct guest *guest, const char *boot, int64_t seq, bool exit);
bool guest_badge(struct guest *guest, const char *boot, int64_t seq, bool came_out);
/* An answer that will not do leaves its question there, with what is wrong. */
bool guest_answer(struct guest *guest, const char *boot, int64_t seq, int64_t question,
                  const char *text);
bool guest_stay(struct guest *guest, const char *boot, int64_t seq);
bool guest_done(struct guest *guest, const char *boot, int64_t seq);
/* A code of the station's languages, "" = as the station starts. */
bool guest_language(struct guest *guest, const char *boot, int64_t seq,
                    const char *language);

#endif
