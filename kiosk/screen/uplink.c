#include "screen/uplink.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOK_MS = 1000,
    LOOK_ENROLLING_MS = 250,
    MINUTE_MS = 60 * 1000,
    STATE_MAX = 16 * 1024
};

struct uplink {
    struct uplink_setting set;
    struct loop_timer *timer;
    struct sync_status status;
    int64_t looked_ms; /* UTC */
    struct str told;   /* what was last told of, as JSON */
    enum uplink_enrol enrol;
    struct uplink_enrolment refusal;
};

/* ---- looking ---------------------------------------------------------------- */

static void
follow_enrolment(struct uplink *uplink)
{
    struct uplink_enrolment now;
    if (uplink->enrol != UPLINK_ENROL_ASKING)
        return;
    uplink->set.door.enrolment(&now, uplink->set.door.self);
    if (now.busy)
        return;
    uplink->enrol =
        now.failure == ENROL_FINE ? UPLINK_ENROL_DONE : UPLINK_ENROL_REFUSED;
    uplink->refusal = now;
}

/* True if there is something to tell. */
static bool
look(struct uplink *uplink)
{
    struct str fresh;
    uplink->set.door.status(&uplink->status, uplink->set.door.self);
    uplink->looked_ms = clock_utc_ms(uplink->set.clock);
    follow_enrolment(uplink);
    str_init(&fresh, STATE_MAX);
    uplink_write(uplink, &fresh);
    bool same = strcmp(fresh.data, uplink->told.data) == 0;
    if (same) {
        str_finish(&fresh);
        return false;
    }
    str_finish(&uplink->told);
    uplink->told = fresh;
    return true;
}

void
uplink_look(struct uplink *uplink)
{
    if (look(uplink) && uplink->set.changed)
        uplink->set.changed(uplink->set.self);
}

static void
look_is_due(void *self)
{
    struct uplink *uplink = self;
    uplink_look(uplink);
    loop_timer_arm(uplink->set.loop, uplink->timer,
                   uplink->enrol == UPLINK_ENROL_ASKING ? LOOK_ENROLLING_MS : LOOK_MS);
}

const struct sync_status *
uplink_status(const struct uplink *uplink)
{
    return &uplink->status;
}

int64_t
uplink_copy_ms(const struct uplink *uplink)
{
    int64_t at_ms = uplink->looked_ms - uplink->status.age_ms;
    return uplink->status.age_ms < 0 ? 0 : at_ms - at_ms % MINUTE_MS;
}

const struct uplink_door *
uplink_door(const struct uplink *uplink)
{
    return &uplink->set.door;
}

/* ---- enrolment -------------------------------------------------------------- */

bool
uplink_enrol(struct uplink *uplink, const struct uplink_code *code, struct err *err)
{
    if (!uplink->set.door.enrol(code, uplink->set.door.self, err))
        return false;
    uplink->enrol = UPLINK_ENROL_ASKING;
    loop_timer_arm(uplink->set.loop, uplink->timer, LOOK_ENROLLING_MS);
    return true;
}

enum uplink_enrol
uplink_enrol_state(const struct uplink *uplink)
{
    return uplink->enrol;
}

const struct uplink_enrolment *
uplink_refusal(const struct uplink *uplink)
{
    return &uplink->refusal;
}

void
uplink_forget(struct uplink *uplink)
{
    if (uplink->enrol != UPLINK_ENROL_ASKING)
        uplink->enrol = UPLINK_ENROL_NONE;
}

/* ---- life ------------------------------------------------------------------- */

bool
uplink_create(const struct uplink_setting *setting, struct uplink **created,
              struct err *err)
{
    struct uplink *uplink = calloc(1, sizeof *uplink);
    if (!uplink)
        return err_no_memory(err);
    uplink->set = *setting;
    str_init(&uplink->told, STATE_MAX);
    uplink->timer = loop_timer_create(setting->loop, look_is_due, uplink);
    if (!uplink->timer) {
        uplink_destroy(uplink);
        return err_no_memory(err);
    }
    look(uplink);
    loop_timer_arm(setting->loop, uplink->timer, LOOK_MS);
    *created = uplink;
    return true;
}

void
uplink_destroy(struct uplink *uplink)
{
    if (!uplink)
        return;
    if (uplink->timer)
        loop_timer_destroy(uplink->set.loop, uplink->timer);
    str_finish(&uplink->told);
    free(uplink);
}
