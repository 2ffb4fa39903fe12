#ifndef YUELAI_OFFLINE_SCENE_H
#define YUELAI_OFFLINE_SCENE_H

/* offline_scene: a station without a network, for the suite offline-check: a store of its
 * own, filled from a server's objects by the modules that fill it from a server; a desk that
 * admits only; a clock turned by hand.
 *
 *     objects (JSON, kept so that a case can patch them)
 *        -> pretix_put_*, pretix_read_orders + pretix_apply_order -> roster
 *     scan -> desk_scan_as -> outcome; what waits for upload is read from the outbox
 *
 * Whatever cannot be done is told by scene->wrong; the case then fails by it. */

#include "base/feed.h"
#include "base/json.h"
#include "cases.h"
#include "desk/desk.h"
#include "hand_loop.h"
#include "random.h"
#include "store/db.h"
#include "store/seal.h"
#include "str.h"

struct offline_object {
    char kind[32], event[ROSTER_KEY_MAX + 1];
    struct json *json;
};

struct offline_scene {
    const struct cases_file *file;
    char dir[64];
    struct hand_loop hand;
    struct random_seeded random;
    struct log log;
    struct seal *seal;
    struct db *db;
    struct feed feed;
    struct desk *desk;
    int64_t gate;
    struct offline_object *objects;
    size_t count;
    struct desk_outcome last;
    int64_t queued; /* before the check-ins of the cache were dropped */
    char wrong[512]; /* "" = all is well */
};

void offline_open(struct offline_scene *scene, const struct cases_file *file);
void offline_close(struct offline_scene *scene);

/* {"kind":…,"event":…,"file":… or "object":…} */
bool offline_add(struct offline_scene *scene, const struct json *entry);
/* Sets these members of the object of that kind and id, and writes it anew. */
bool offline_patch(struct offline_scene *scene, const char *kind, const char *id,
                   const struct json *set);
bool offline_set_rules(struct offline_scene *scene, const char *list,
                       const struct json *rules);
/* The cache without any check-in. */
bool offline_clear(struct offline_scene *scene);

/* The object of that kind whose id (code, slug) this is; NULL: none. A position is found
 * within its order. */
const struct json *offline_find(const struct offline_scene *scene, const char *kind,
                                const char *id);
/* A number or a text, as a text; good until the next call but three. */
const char *offline_text(const struct json *value);

void offline_set_now(struct offline_scene *scene, int64_t now_ms);
/* Notes what is wrong, once. False. */
bool offline_wrong(struct offline_scene *scene, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
