#ifndef YUELAI_TESTS_STATIONS_H
#define YUELAI_TESTS_STATIONS_H

#include "storing.h"

#include "../../drivers/wire_curl.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "pretix_server.h"
#include "sync/sync.h"

/* stations: one or two of them and a whole server (tests/rig/pretix-stub), by the real
 * wire, loop and lanes: what happened at doors without a network stands at the server
 * once, with its door's time, whatever the line did on the way. */

enum { TICKETS = 1000, PATIENCE_MS = 60 * 1000, BEGAN_S = 1795500000 };

struct station {
    struct store store;
    struct wire_curl *curl;
    struct sync *sync;
    bool ended, ok, waiting;
};

struct scene {
    struct pretix_server *server;
    struct loop_real *real;
    struct task_real *lanes;
    struct loop_timer *stop;
    struct station stations[2];
    bool late;
    char (*refs)[ROSTER_REF_MAX + 1];
    unsigned count;
};

static const char world[] =
    "{\"organizer\":\"dummy\",\"load\":["
    "{\"kind\":\"event\",\"object\":{\"slug\":\"demo\",\"name\":{\"en\":\"Demo\"},"
    "\"live\":true,\"date_from\":\"2026-11-24T01:00:00Z\",\"date_to\":null,"
    "\"date_admission\":null,\"timezone\":\"Asia/Shanghai\",\"plugins\":[],"
    "\"valid_keys\":{\"pretix_sig1\":[]}}},"
    "{\"kind\":\"item\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":{\"en\":"
    "\"Ticket\"},\"active\":true,\"admission\":true,\"variations\":[],"
    "\"has_variations\":false}},"
    "{\"kind\":\"checkinlist\",\"event\":\"demo\",\"object\":{\"id\":1,\"name\":"
    "\"All\"}}"
    "]}";

/* ---- stations
 * ------------------------------------------------------------------------- */

static inline void
on_stop(void *self)
{
    struct scene *scene = self;
    scene->late = true;
    loop_real_stop(scene->real);
}

static inline void
tell(struct scene *scene, const char *name, const char *body)
{
    assert_ok(pretix_server_control(scene->server, name, body, NULL, err));
}

static inline void
fill_account(struct scene *scene, unsigned number, struct account *account)
{
    *account = (struct account){ .state = ACCOUNT_ACTIVE, .device_id = number };
    str_copy(account->url, sizeof account->url, pretix_server_url(scene->server));
    str_copy(account->organizer, sizeof account->organizer, "dummy");
    memset(account->token, 'x', 64);
    memcpy(account->token, number == 1 ? "devicetoken1" : "devicetoken2", 12);
}

static inline void
open_sync(struct scene *scene, unsigned number)
{
    static const char *const events[] = { "demo" };
    struct station *station = &scene->stations[number - 1];
    struct sync_setting setting = { .db = station->store.db,
                                    .loop = loop_real_door(scene->real),
                                    .task = task_real_door(scene->lanes),
                                    .clock = &clock_system,
                                    .random = &station->store.random,
                                    .log = &station->store.log,
                                    .wire = wire_curl_door(station->curl),
                                    .station = number == 1 ? "A" : "B",
                                    .station_name = "North",
                                    .data = station->store.dir,
                                    .language = "en",
                                    .events = events,
                                    .event_count = 1,
                                    .readers = 1,
                                    .claim_deadline_ms = 4000 };
    assert_ok(sync_create(&setting, &station->sync, err));
}

static inline void
open_station(struct scene *scene, unsigned number)
{
    struct station *station = &scene->stations[number - 1];
    struct account account;
    store_prepare(&station->store);
    station->store.seed = number * 7919;
    store_open(&station->store);
    station->store.log.threshold = LOG_LEVEL_WARNING;
    struct wire_curl_setting wire = { .loop = loop_real_door(scene->real),
                                      .log = &station->store.log };
    assert_ok(wire_curl_create(&station->curl, &wire, err));
    fill_account(scene, number, &account);
    assert_ok(account_save(station->store.db, &account, err));
    open_sync(scene, number);
}

/* A new station: it has no account yet. */
static inline void
forget_account(struct scene *scene, unsigned number)
{
    struct station *station = &scene->stations[number - 1];
    struct account none = { .state = ACCOUNT_NONE };
    sync_destroy(station->sync);
    assert_ok(account_save(station->store.db, &none, err));
    open_sync(scene, number);
}

static inline void
close_station(struct station *station)
{
    char path[128];
    if (!station->store.db)
        return;
    sync_destroy(station->sync);
    wire_curl_destroy(station->curl);
    db_close(station->store.db);
    snprintf(path, sizeof path, "%s/layouts", station->store.dir);
    rmdir(path);
    store_remove(&station->store);
}

static inline int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    assert_ok(pretix_server_start(&scene->server, NULL, err));
    assert_ok(loop_real_create(&scene->real, err));
    assert_ok(task_real_create(loop_real_door(scene->real), &scene->lanes, err));
    scene->stop = loop_timer_create(loop_real_door(scene->real), on_stop, scene);
    scene->refs = calloc(TICKETS, sizeof *scene->refs);
    assert_non_null(scene->refs);
    tell(scene, "reset", world);
    *state = scene;
    return 0;
}

static inline int
teardown(void **state)
{
    struct scene *scene = *state;
    for (unsigned i = 0; i < 2; i++)
        close_station(&scene->stations[i]);
    loop_timer_destroy(loop_real_door(scene->real), scene->stop);
    task_real_destroy(scene->lanes);
    loop_real_destroy(scene->real);
    pretix_server_stop(scene->server);
    free(scene->refs);
    free(scene);
    return 0;
}

#define server_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline void
on_ended(bool ok, void *self)
{
    struct station *station = self;
    station->ended = true;
    station->ok = ok;
}

static inline bool
keep_ref(const struct ticket *ticket, void *self)
{
    struct scene *scene = self;
    str_copy(scene->refs[scene->count++], ROSTER_REF_MAX + 1, ticket->ref);
    return scene->count < TICKETS;
}

/* loop_real_run comes back only when told; a poll of 20 ms tells. */
static inline void
on_poll(void *self)
{
    loop_real_stop(((struct scene *)self)->real);
}

static inline void
wait_for(struct scene *scene, bool (*done)(struct scene *scene))
{
    struct loop_timer *poll =
        loop_timer_create(loop_real_door(scene->real), on_poll, scene);
    scene->late = false;
    loop_timer_arm(loop_real_door(scene->real), scene->stop, PATIENCE_MS);
    while (!done(scene) && !scene->late) {
        loop_timer_arm(loop_real_door(scene->real), poll, 20);
        loop_real_run(scene->real);
    }
    loop_timer_disarm(loop_real_door(scene->real), scene->stop);
    loop_timer_destroy(loop_real_door(scene->real), poll);
    if (scene->late)
        fail_msg("nothing happened for a minute:\n%s", scene->stations[0].store.logged);
}

static inline bool
runs_have_ended(struct scene *scene)
{
    for (unsigned i = 0; i < 2; i++) {
        if (scene->stations[i].waiting && !scene->stations[i].ended)
            return false;
    }
    return true;
}

static inline void
run(struct scene *scene, unsigned number)
{
    struct station *station = &scene->stations[number - 1];
    station->ended = false;
    station->waiting = true;
    sync_now(station->sync, false, on_ended, station);
    wait_for(scene, runs_have_ended);
    station->waiting = false;
    if (!station->ok) {
        struct sync_status status;
        sync_status(station->sync, &status);
        fail_msg("%s: %s\n%s", status.trouble, status.pull.trouble,
                 station->store.logged);
    }
}

static inline bool
all_is_sent(struct scene *scene)
{
    for (unsigned i = 0; i < 2; i++) {
        struct sync_status status;
        if (!scene->stations[i].sync)
            continue;
        sync_status(scene->stations[i].sync, &status);
        if (status.push.pending > 0 || push_busy(sync_push(scene->stations[i].sync)))
            return false;
    }
    return true;
}

/* The copy, then no network. */
static inline void
download(struct scene *scene, unsigned number, unsigned orders)
{
    char body[128];
    if (number == 1) {
        snprintf(body, sizeof body, "{\"event\":\"demo\",\"orders\":%u,\"items\":[1]}",
                 orders);
        tell(scene, "bulk", body);
    }
    open_station(scene, number);
    run(scene, number);
    struct station *station = &scene->stations[number - 1];
    scene->count = 0;
    assert_ok(
        roster_each_ticket(station->store.db, "demo", 0, 0, keep_ref, scene, err));
    assert_int_equal(scene->count, orders);
    sync_set_hard_offline(station->sync, true);
}

/* As desk writes it; the door's time is the number's. */
static inline int64_t
door_ms(unsigned number)
{
    return BEGAN_S * INT64_C(1000) + 1009 * (int64_t)number;
}

static inline int64_t
let_in(struct scene *scene, unsigned number, const char *ref, unsigned place)
{
    struct store *store = &scene->stations[number - 1].store;
    struct journal_row journal = store_journal_row(store, JOURNAL_ENTRY, ref);
    struct outbox_row row = { .kind = OUTBOX_CHECKIN };
    journal.at_ms = row.at_ms = door_ms(place);
    str_copy(journal.event, sizeof journal.event, "demo");
    str_copy(journal.list, sizeof journal.list, "1");
    str_copy(journal.station, sizeof journal.station, number == 1 ? "A" : "B");
    memcpy(row.nonce, journal.nonce, sizeof row.nonce);
    str_copy(row.event, sizeof row.event, "demo");
    str_copy(row.body, sizeof row.body, "{\"by\":\"badge\"}");
    assert_ok(journal_add(store->db, &journal, err));
    row.about = journal.id;
    assert_ok(outbox_add(store->db, &row, err));
    return row.id;
}

static inline void
let_all_in(struct scene *scene, unsigned number)
{
    struct store *store = &scene->stations[number - 1].store;
    assert_ok(db_begin(store->db, err));
    for (unsigned i = 0; i < scene->count; i++)
        let_in(scene, number, scene->refs[i], i);
    assert_ok(db_commit(store->db, err));
}

#endif
