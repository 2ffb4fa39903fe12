#ifndef YUELAI_UPLINK_H
#define YUELAI_UPLINK_H

/* uplink: the ticketing server as people at this station see it. Looks at sync once a
 * second (four times while a station enrols), says so when something is another, and
 * carries what staff ask for to sync's parts.
 *
 *     sync <--uplink_door-- uplink --changed--> guest (chips, getting ready)
 *                                          '--> staffview (card, enrolment)
 *
 * An enrolment belongs to the station, not to the session that began it: whoever looks
 * sees how it goes, also after the session of who started it has ended.
 *
 *     NONE -> ASKING -> DONE      the account is there; the first load is on its way
 *        ^      '-----> REFUSED   with words of what to do
 *        '------------- uplink_forget
 */

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "loop.h"
#include "str.h"
#include "sync/sync.h"

struct uplink;

/* What an enrolment code says, and how far it may go. */
struct uplink_code {
    char url[ACCOUNT_URL_MAX + 1], token[ACCOUNT_TOKEN_MAX + 1];
    bool again; /* the station has an account that gives way */
    bool leave_behind; /* rows that wait for another organizer's server, too */
};

/* How the last enrolment stands; text is for staff, in plain words. */
struct uplink_enrolment {
    bool busy;
    enum enrol_failure failure;
    char text[512];
};

/* What uplink asks of sync: uplink_door_of, or a test's. */
struct uplink_door {
    void (*status)(struct sync_status *status, void *self);
    void (*now)(bool full, void *self);
    void (*set_offline)(bool hard, void *self);
    void (*believe)(void *self);
    bool (*retry)(int64_t id, const char *who, void *self, struct err *err);
    bool (*enrol)(const struct uplink_code *code, void *self, struct err *err);
    void (*enrolment)(struct uplink_enrolment *enrolment, void *self);
    void *self;
};
struct uplink_door uplink_door_of(struct sync *sync); /* borrowed */

struct uplink_setting {
    const struct loop *loop;
    const struct clock *clock;
    struct uplink_door door;
    void (*changed)(void *self); /* never from inside a call of uplink's but uplink_look */
    void *self;
};

bool uplink_create(const struct uplink_setting *setting, struct uplink **uplink,
                   struct err *err);
void uplink_destroy(struct uplink *uplink); /* takes NULL; before sync */

const struct uplink_door *uplink_door(const struct uplink *uplink);
/* As last looked at. */
const struct sync_status *uplink_status(const struct uplink *uplink);
/* UTC, to the minute: of when the copy is; 0 = it was never whole. */
int64_t uplink_copy_ms(const struct uplink *uplink);
/* Looks now: something was done. */
void uplink_look(struct uplink *uplink);

/* ---- enrolment ----------------------------------------------------------------- */

enum uplink_enrol { UPLINK_ENROL_NONE, UPLINK_ENROL_ASKING, UPLINK_ENROL_REFUSED,
                    UPLINK_ENROL_DONE };

/* Fails as enrol_start does, and then nothing has changed. */
bool uplink_enrol(struct uplink *uplink, const struct uplink_code *code,
                  struct err *err);
enum uplink_enrol uplink_enrol_state(const struct uplink *uplink);
/* Of a refused one: kind and words. */
const struct uplink_enrolment *uplink_refusal(const struct uplink *uplink);
/* What came of the last one has been read; one that is on its way goes on. */
void uplink_forget(struct uplink *uplink);

/* ---- what it comes to ------------------------------------------------------------ */

/* The first download runs. Whether the roster is empty meanwhile is not known here. */
bool uplink_is_loading(const struct sync_status *status);

/* What staff should know first, most urgent first; "" = all is well:
 * "sealed" "suspicious" "locked" "by-hand" "silent" "held" "download" "upload" "bad"
 * "old" "clock". Each has a sentence with what to do in templates/lang. */
const char *uplink_trouble(const struct sync_status *status);
/* The words of whoever said so, for the line under it; "" = none. */
const char *uplink_trouble_text(const struct sync_status *status);

/* The object "server" of a staff state: a few facts for every screen, or the whole card. */
void uplink_write_brief(const struct uplink *uplink, struct str *out);
void uplink_write(const struct uplink *uplink, struct str *out);

#endif
