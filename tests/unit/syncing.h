#ifndef YUELAI_TESTS_SYNCING_H
#define YUELAI_TESTS_SYNCING_H

/* syncing: a sync over a wire that the test answers, with a download that it plays, for
 * the tests of sync. */

#include "serving.h"
#include "store/conflict.h"
#include "sync/sync.h"

/* The download is played by this program: its functions stand in the place of pull's.
 */

struct pull {
    struct pull_setting set;
    struct pull_status status;
    unsigned runs, stopped;
    bool on, full;
    char events[ACCOUNT_EVENTS_MAX][64];
    unsigned count;
    void (*done)(enum api_result result, void *self);
    void *done_self;
    void (*info)(const struct pull_info *, void *self);
    void *info_self;
};

static struct pull *the_pull;

bool
pull_create(const struct pull_setting *setting, struct pull **pull, struct err *err)
{
    (void)err;
    *pull = the_pull = calloc(1, sizeof **pull);
    assert_non_null(*pull);
    (*pull)->set = *setting;
    return true;
}

void
pull_destroy(struct pull *pull)
{
    free(pull);
}

bool
pull_start(struct pull *pull, const char *const *events, unsigned count, bool full,
           void (*done)(enum api_result result, void *self), void *self)
{
    assert_false(pull->on);
    pull->on = true;
    pull->runs++;
    pull->full = full;
    pull->count = count;
    for (unsigned i = 0; i < count; i++)
        str_copy(pull->events[i], sizeof pull->events[i], events[i]);
    pull->done = done;
    pull->done_self = self;
    return true;
}

static inline void
end_pull(enum api_result result)
{
    assert_true(the_pull->on);
    the_pull->on = false;
    the_pull->done(result, the_pull->done_self);
}

void
pull_stop(struct pull *pull)
{
    pull->stopped++;
    if (pull->on)
        end_pull(API_SILENT);
}

void
pull_forget(struct pull *pull, void (*done)(void *self), void *self)
{
    for (bool more = true; more;) {
        assert_ok(roster_begin(pull->set.db, err));
        assert_ok(roster_remove_left(pull->set.db, 8, &more, err));
        assert_ok(roster_commit(pull->set.db, err));
    }
    done(self);
}

void
pull_on_info(struct pull *pull, void (*call)(const struct pull_info *, void *self),
             void *self)
{
    pull->info = call;
    pull->info_self = self;
}

void
pull_believe(struct pull *pull)
{
    (void)pull;
}

void
pull_status(const struct pull *pull, struct pull_status *status)
{
    *status = pull->status;
}

/* ---- the scene
 * ------------------------------------------------------------------------
 */

struct scene {
    struct serving serving;
    struct feed feed;
    struct sync_setting setting;
    struct sync *sync;
    unsigned changed, links, rosters, ended;
    bool up, ok;
    struct sync_selection selection;
    unsigned selections;
};

static inline void
on_feed(enum feed_topic topic, const void *what, void *self)
{
    struct scene *scene = self;
    if (topic == FEED_ROSTER) {
        scene->rosters++;
        return;
    }
    scene->links++;
    scene->up = ((const struct link_status *)what)->up;
}

static inline void
on_change(void *self)
{
    ((struct scene *)self)->changed++;
}

static inline void
on_selection(const struct sync_selection *selection, void *self)
{
    struct scene *scene = self;
    scene->selection = *selection;
    scene->selections++;
}

static inline void
on_end(bool ok, void *self)
{
    struct scene *scene = self;
    scene->ended++;
    scene->ok = ok;
}

static inline void
open_sync(struct scene *scene)
{
    sync_destroy(scene->sync);
    scene->sync = NULL;
    assert_ok(sync_create(&scene->setting, &scene->sync, err));
    sync_on_change(scene->sync, on_change, scene);
    sync_on_selection(scene->sync, on_selection, scene);
}

static inline int
setup(void **state)
{
    static const char *const events[] = { "dummy" };
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    struct serving *serving = &scene->serving;
    serving_prepare(serving);
    serving_put_event(serving, "dummy", "pretix");
    serving_put_list(serving, "dummy", "1", "");
    serving_put_list(serving, "dummy", "2", "9");
    serving_put_ticket(serving, "dummy", "TICKETA", "secret-a", 201);
    assert_ok(account_save(serving->store.db, &serving->account, err));
    /* what the server was told when it enrolled */
    assert_ok(settings_set(serving->store.db, "account.told", "", err));
    feed_init(&scene->feed);
    feed_listen(&scene->feed, 1u << FEED_LINK | 1u << FEED_ROSTER, on_feed, scene);
    scene->setting = (struct sync_setting){ .db = serving->store.db,
                                            .loop = &serving->hand.loop,
                                            .clock = &serving->hand.clock,
                                            .random = &serving->store.random,
                                            .log = &serving->store.log,
                                            .feed = &scene->feed,
                                            .wire = &serving->wire,
                                            .station = "A",
                                            .station_name = "North",
                                            .data = serving->store.dir,
                                            .language = "en",
                                            .events = events,
                                            .event_count = 1,
                                            .readers = 2 };
    open_sync(scene);
    *state = scene;
    return 0;
}

static inline int
teardown(void **state)
{
    struct scene *scene = *state;
    sync_destroy(scene->sync);
    assert_int_equal(scene->serving.open, 0);
    serving_finish(&scene->serving);
    free(scene);
    return 0;
}

#define sync_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline void
turn(struct scene *scene, int64_t ms)
{
    hand_loop_turn(&scene->serving.hand, ms);
}

/* The oldest open request whose address has this in it, or -1. */
static inline int
find(struct scene *scene, const char *part)
{
    for (unsigned i = 0; i < scene->serving.open; i++) {
        if (strstr(scene->serving.requests[i]->url, part))
            return (int)i;
    }
    return -1;
}

static inline void
answer(struct scene *scene, const char *part, int status, const char *body)
{
    int at = find(scene, part);
    if (at < 0)
        fail_msg("nothing asks for %s", part);
    serving_answer_at(&scene->serving, (unsigned)at,
                      (struct serving_answer){ WIRE_OK, status, body, 0 });
}

static inline void
fall_silent(struct scene *scene, const char *part)
{
    int at = find(scene, part);
    if (at < 0)
        fail_msg("nothing asks for %s", part);
    serving_answer_at(&scene->serving, (unsigned)at,
                      (struct serving_answer){ WIRE_TIMEOUT, 0, "", 0 });
}

#define DEVICE                                                                        \
    "{\"organizer\":\"dummy\",\"device_id\":1,\"unique_serial\":\"S\",\"api_token\":" \
    "\"s3cret-token\"}"

static inline int64_t
add_entry(struct scene *scene)
{
    return serving_add(&scene->serving,
                       (struct serving_deed){ .kind = OUTBOX_CHECKIN,
                                              .event = "dummy",
                                              .ref = "TICKETA",
                                              .secret = "secret-a",
                                              .at_ms = INT64_C(1795499000000) });
}

/* A first run to its end: the new version is told, too. */
static inline void
run_through(struct scene *scene)
{
    sync_start(scene->sync);
    turn(scene, 100);
    answer(scene, "/version", 200, "{\"pretix\":\"2026.8.0\"}");
    turn(scene, 1000);
    answer(scene, "device/update", 200, DEVICE);
    turn(scene, 10);
    end_pull(API_OK);
    turn(scene, 10);
}

#endif
