#ifndef YUELAI_ENROL_H
#define YUELAI_ENROL_H

/* enrol: how a station becomes a device of an organiser, changes its token and leaves.
 *
 *     code or URL + token -> POST device/initialize -> account saved -> first download
 *     version or machine is another               -> POST device/update
 *     token is to be another                      -> POST device/roll
 *     the station leaves                          -> POST device/revoke -> REVOKED
 *
 * The enrolment token is used up by the server at once: whatever happens after, a new one
 * is needed. A new api token (roll) is saved before the old one is forgotten. */

#include <stdbool.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "sync/api.h"

struct db;
struct enrol;

struct enrol_setting {
    struct db *db;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    const struct wire *wire;
    struct account *account; /* sync's; changed and saved here */
    const char *station_name; /* told to the organiser among the device's facts */
    const char *root; /* of the machine's files; NULL: "/" */
};

enum enrol_failure {
    ENROL_FINE,
    ENROL_REFUSED, /* the server says why: a token that is unknown, used, revoked */
    ENROL_NO_SERVER, /* what answered is no ticketing server */
    ENROL_TROUBLE, /* 5xx */
    ENROL_SILENT, /* no answer */
    ENROL_UNTRUSTED, /* TLS */
    ENROL_LOCKED, /* the device is not known any more */
    ENROL_OTHER, /* another organizer's, while rows wait for the present one's server */
    ENROL_DISK /* the server did it, but it could not be saved */
};

/* text: for staff, in plain words, "" if it went well. */
typedef void enrol_fn(bool ok, const char *text, void *self);

bool enrol_create(const struct enrol_setting *setting, struct enrol **enrol,
                  struct err *err);
void enrol_destroy(struct enrol *enrol); /* takes NULL; an open call is given up */
/* One at a time: ERR_BUSY. ERR_INPUT: an account is active already and `again` is false,
 * or rows wait that another organizer's server must not get (see enrol_leave_behind). */
bool enrol_start(struct enrol *enrol, const char *url, const char *token, bool again,
                 enrol_fn *done, void *self, struct err *err);
/* The next enrol_start may go to another organizer although rows wait for the present
 * one: they become DEAD then, to be exported by hand. */
void enrol_leave_behind(struct enrol *enrol);
bool enrol_update(struct enrol *enrol, enrol_fn *done, void *self, struct err *err);
bool enrol_roll(struct enrol *enrol, enrol_fn *done, void *self, struct err *err);
bool enrol_revoke(struct enrol *enrol, enrol_fn *done, void *self, struct err *err);

/* True if the server was told of another version or machine than this one. */
bool enrol_is_stale(struct enrol *enrol);
bool enrol_is_busy(const struct enrol *enrol);
/* How the last call ended. */
enum enrol_failure enrol_failure(const struct enrol *enrol);
/* … and what it said, as `done` was told. */
const char *enrol_text(const struct enrol *enrol);
/* Called after the account has changed, before `done`. */
void enrol_on_change(struct enrol *enrol, void (*call)(void *self), void *self);
/* What each call brings. */
void enrol_on_result(struct enrol *enrol,
                     void (*call)(const struct api_call *, void *self), void *self);

/* What this machine is, for the organiser's list of devices. */
struct enrol_machine {
    char brand[128], model[128], os[64], os_version[64];
};
void enrol_machine(const char *root, struct enrol_machine *machine);

#endif
