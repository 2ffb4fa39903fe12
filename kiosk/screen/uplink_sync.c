#include "screen/uplink.h"

static void
status_of(struct sync_status *status, void *self)
{
    sync_status(self, status);
}

static void
now(bool full, void *self)
{
    sync_now(self, full, NULL, NULL);
}

static void
set_offline(bool hard, void *self)
{
    sync_set_hard_offline(self, hard);
}

/* Then a run at once, which is the next one that is believed. */
static void
believe(void *self)
{
    pull_believe(sync_pull(self));
    sync_now(self, false, NULL, NULL);
}

static bool
retry(int64_t id, const char *who, void *self, struct err *err)
{
    return push_retry(sync_push(self), id, who, err);
}

static bool
enrol(const struct uplink_code *code, void *self, struct err *err)
{
    struct enrol *door = sync_enrol(self);
    if (code->leave_behind)
        enrol_leave_behind(door);
    return enrol_start(door, code->url, code->token, code->again, NULL, NULL, err);
}

static void
enrolment_of(struct uplink_enrolment *enrolment, void *self)
{
    struct enrol *door = sync_enrol(self);
    enrolment->busy = enrol_is_busy(door);
    enrolment->failure = enrol_failure(door);
    str_copy(enrolment->text, sizeof enrolment->text, enrol_text(door));
}

struct uplink_door
uplink_door_of(struct sync *sync)
{
    return (struct uplink_door){ status_of, now,   set_offline,  believe,
                                 retry,     enrol, enrolment_of, sync };
}
