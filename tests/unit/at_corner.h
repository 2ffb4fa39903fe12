#ifndef YUELAI_TESTS_AT_CORNER_H
#define YUELAI_TESTS_AT_CORNER_H

/* at_corner: the staff's corner over a real desk (at_door.h): guests' surface, api and
 * PINs, without a server; posts are made as web would make them. */

#include "at_door.h"
#include "desk/pin.h"
#include "screen/api.h"

struct task_lane { /* works when the test says so */
    struct task_job *job;
};

struct corner {
    struct door door;
    struct task_lane lane;
    struct task task;
    struct pin *pin;
    struct guest *guest;
    struct uplink *uplink; /* NULL, or a test's */
    struct api *api;
    struct surface_identity identity;
    int status; /* of the last reply, 0 = none yet */
    char reply[4096];
    char token[WEB_TOKEN_MAX + 1]; /* as a browser would keep it */
};

static inline struct task_lane *
corner_lane_open(const char *name, void *self)
{
    (void)name;
    return &((struct corner *)self)->lane;
}

static inline void
corner_lane_submit(struct task_lane *lane, struct task_job *job, void *self)
{
    (void)self;
    lane->job = job;
}

static inline void
corner_lane_close(struct task_lane *lane, void *self)
{
    struct task_job *job = lane->job;
    (void)self;
    lane->job = NULL;
    if (job)
        job->done(job);
}

static inline void
corner_work(struct corner *corner)
{
    struct task_job *job = corner->lane.job;
    corner->lane.job = NULL;
    if (job) {
        job->run(job);
        job->done(job);
    }
    hand_loop_turn(&corner->door.hand, 0);
}

static inline void
corner_choose(uint64_t scan, bool exit, void *self)
{
    desk_choose(((struct corner *)self)->door.desk, scan, exit);
}

static inline bool
corner_said(int64_t job, bool came_out, void *self, struct err *err)
{
    return desk_badge_said(((struct corner *)self)->door.desk, job, came_out, "", err);
}

static inline void
corner_person_set(const struct pin_answer *answer, void *self)
{
    (void)self;
    assert_int_equal(answer->outcome, PIN_RIGHT);
}

static inline void
corner_person(struct corner *corner, const char *name, enum pin_level level)
{
    struct pin_person person = { .level = level };
    str_copy(person.name, sizeof person.name, name);
    assert_ok(
        pin_set(corner->pin, &person, "4711", "uid:0", corner_person_set, NULL, err));
    corner_work(corner);
}

static inline void
corner_reply(const struct web_reply *reply, void *self)
{
    struct corner *corner = self;
    assert_int_equal(corner->status, 0); /* once */
    corner->status = reply->status;
    str_copy(corner->reply, sizeof corner->reply, reply->json ? reply->json : "{}");
    if (reply->set_token)
        str_copy(corner->token, sizeof corner->token, reply->set_token);
}

/* The status of a POST; lane and loop do what they have to. */
static inline int
corner_post(struct corner *corner, const char *path, const char *body)
{
    struct web_routes routes = api_routes(corner->api);
    struct web_post post = { path, corner->token, body, strlen(body) };
    corner->status = 0;
    routes.post(&post, corner_reply, corner, routes.self);
    corner_work(corner);
    return corner->status;
}

static inline struct surface *
corner_staff(struct corner *corner)
{
    struct web_routes routes = api_routes(corner->api);
    int status;
    return routes.surface("/api/staff/events", corner->token, &status, routes.self);
}

/* An act of staff, answering the state that is up; more: "\"ref\":\"…\"" or "". */
static inline int
corner_act(struct corner *corner, const char *act, const char *more)
{
    struct surface *staff = corner_staff(corner);
    char path[64], body[1024];
    snprintf(path, sizeof path, "/api/staff/%s", act);
    snprintf(body, sizeof body, "{\"boot\":\"boot-1\",\"seq\":%llu%s%s}",
             staff ? (unsigned long long)staff->seq : 1, *more ? "," : "", more);
    return corner_post(corner, path, body);
}

static inline bool
corner_shows(struct corner *corner, const char *text)
{
    struct surface *staff = corner_staff(corner);
    return staff && strstr(staff->state.data, text) != NULL;
}

static inline int
corner_login(struct corner *corner, const char *name, const char *digits)
{
    char body[128];
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"pin\":\"%s\"}", name, digits);
    return corner_post(corner, "/api/staff/login", body);
}

static inline void
corner_build_api(struct corner *corner)
{
    static const char *const languages[] = { "zh-Hans", "en" };
    struct door *door = &corner->door;
    struct api_setting api = { .guest = corner->guest,
                               .pin = corner->pin,
                               .staff = { .db = door->db,
                                          .desk = door->desk,
                                          .uplink = corner->uplink,
                                          .clock = &door->hand.clock,
                                          .log = &door->log,
                                          .identity = &corner->identity,
                                          .station = "A",
                                          .zone = "Asia/Shanghai",
                                          .languages = languages,
                                          .language_count = 2 },
                               .feed = &door->feed,
                               .loop = &door->hand.loop,
                               .log = &door->log };
    assert_ok(api_create(&api, &corner->api, err));
}

static inline void
corner_build(struct corner *corner)
{
    static const char *const languages[] = { "zh-Hans", "en" };
    struct door *door = &corner->door;
    struct guest_setting guest = { .loop = &door->hand.loop,
                                   .clock = &door->hand.clock,
                                   .log = &door->log,
                                   .feed = &door->feed,
                                   .identity = &corner->identity,
                                   .station = "A",
                                   .languages = languages,
                                   .language_count = 2,
                                   .shown = 2,
                                   .actions = { corner_choose, corner_said, NULL, corner } };
    assert_ok(guest_create(&guest, &corner->guest, err));
    corner_build_api(corner);
}

static inline int
corner_setup(void **state)
{
    struct corner *corner = calloc(1, sizeof *corner);
    assert_non_null(corner);
    door_open(&corner->door, "list=citec/main direction=entry work=admit+print");
    corner->task = (struct task){ corner_lane_open, corner_lane_submit,
                                  corner_lane_close, corner };
    corner->identity = (struct surface_identity){ "boot-1", "assets-1" };
    struct pin_setting pin = { .db = corner->door.db,
                               .loop = &corner->door.hand.loop,
                               .clock = &corner->door.hand.clock,
                               .random = &corner->door.random.random,
                               .log = &corner->door.log,
                               .task = &corner->task };
    assert_ok(pin_create(&pin, &corner->pin, err));
    corner_build(corner);
    corner_person(corner, "ana", PIN_HELPER);
    corner_person(corner, "li", PIN_DESK);
    corner_person(corner, "wang", PIN_SUPERVISOR);
    *state = corner;
    return 0;
}

static inline int
corner_teardown(void **state)
{
    struct corner *corner = *state;
    api_destroy(corner->api);
    guest_destroy(corner->guest);
    pin_destroy(corner->pin);
    door_close(&corner->door);
    free(corner);
    return 0;
}

#define corner_test(name) \
    cmocka_unit_test_setup_teardown(name, corner_setup, corner_teardown)

#endif
