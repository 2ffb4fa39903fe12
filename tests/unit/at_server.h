#ifndef YUELAI_TESTS_AT_SERVER_H
#define YUELAI_TESTS_AT_SERVER_H

/* at_server: the staff's corner (at_corner.h) of a station that knows a ticketing
 * server: sync is played by the test through uplink's door. */

#include "at_corner.h"

#include "screen/uplink.h"
#include "store/conflict.h"
#include "store/settings.h"

struct scene {
    struct corner *corner;
    struct sync_status status;
    struct uplink_enrolment enrolment;
    struct uplink_code code; /* as enrol was asked */
    unsigned nows, fulls, believed, retries, enrols;
    int64_t retried;
    char who[64];
};

/* ---- sync, played ----------------------------------------------------------- */

static inline void
play_status(struct sync_status *status, void *self)
{
    *status = ((struct scene *)self)->status;
}

static inline void
play_now(bool full, void *self)
{
    struct scene *scene = self;
    scene->nows++;
    scene->fulls += full;
}

static inline void
play_offline(bool hard, void *self)
{
    struct scene *scene = self;
    scene->status.hard = scene->status.offline = hard;
}

static inline void
play_believe(void *self)
{
    ((struct scene *)self)->believed++;
}

static inline bool
play_retry(int64_t id, const char *who, void *self, struct err *err)
{
    struct scene *scene = self;
    (void)err;
    scene->retries++;
    scene->retried = id;
    str_copy(scene->who, sizeof scene->who, who);
    return true;
}

static inline bool
play_enrol(const struct uplink_code *code, void *self, struct err *err)
{
    struct scene *scene = self;
    if (scene->enrolment.busy)
        return err_set(err, ERR_BUSY, "the server is being asked already");
    scene->enrols++;
    scene->code = *code;
    scene->enrolment.busy = true;
    return true;
}

static inline void
play_enrolment(struct uplink_enrolment *enrolment, void *self)
{
    *enrolment = ((struct scene *)self)->enrolment;
}

static inline void
poke(void *self)
{
    api_poke(((struct scene *)self)->corner->api);
}

/* ---- scene ------------------------------------------------------------------ */

static inline void
enrolled(struct scene *scene)
{
    struct account *account = &scene->status.account;
    account->state = ACCOUNT_ACTIVE;
    str_copy(account->url, sizeof account->url, "https://tickets.example");
    str_copy(account->organizer, sizeof account->organizer, "citec");
    str_copy(account->name, sizeof account->name, "North door");
    account->device_id = 7;
    scene->status.age_ms = 60000;
}

static inline int
scene_setup(void **state)
{
    void *corner;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->status.age_ms = -1;
    corner_setup(&corner);
    scene->corner = corner;
    struct uplink_setting uplink = {
        .loop = &scene->corner->door.hand.loop,
        .clock = &scene->corner->door.hand.clock,
        .door = { play_status, play_now, play_offline, play_believe, play_retry,
                  play_enrol, play_enrolment, scene },
        .changed = poke,
        .self = scene,
    };
    assert_ok(uplink_create(&uplink, &scene->corner->uplink, err));
    api_destroy(scene->corner->api);
    corner_build_api(scene->corner);
    *state = scene;
    return 0;
}

static inline int
scene_teardown(void **state)
{
    struct scene *scene = *state;
    void *corner = scene->corner;
    uplink_destroy(scene->corner->uplink);
    corner_teardown(&corner);
    free(scene);
    return 0;
}

static inline void
log_in_as(struct scene *scene, const char *name)
{
    assert_int_equal(corner_login(scene->corner, name, "4711"), 200);
}

static inline int
act(struct scene *scene, const char *name, const char *more)
{
    return corner_act(scene->corner, name, more);
}

static inline int
show(struct scene *scene, const char *screen)
{
    char more[64];
    snprintf(more, sizeof more, "\"screen\":\"%s\"", screen);
    return act(scene, "show", more);
}

static inline void
assert_shown(struct scene *scene, const char *text)
{
    if (!corner_shows(scene->corner, text))
        fail_msg("no %s in %s", text, corner_staff(scene->corner)->state.data);
}

static inline bool
note_audit(const struct audit_row *row, void *self)
{
    str_addf(self, "%s %s %s\n", row->who, row->what, row->detail);
    return true;
}

static inline void
assert_audited(struct scene *scene, const char *line, bool wanted)
{
    struct str all;
    str_init(&all, 64 * 1024);
    assert_ok(audit_each(scene->corner->door.db, 0, note_audit, &all, err));
    if ((strstr(all.data, line) != NULL) != wanted)
        fail_msg("audit: %s", all.data);
    str_finish(&all);
}

static inline void
wait_ms(struct scene *scene, int64_t ms)
{
    hand_loop_turn(&scene->corner->door.hand, ms);
    hand_loop_turn(&scene->corner->door.hand, 0);
}

#define scene_test(name) \
    cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

#endif
