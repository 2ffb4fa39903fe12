#ifndef YUELAI_ENROL_H
#define YUELAI_ENROL_H

/* enrol: how a station becomes a device of an organiser, changes its token and leaves.
 *
 *     code or URL + token -> POST device/initialize -> account saved -> first download
 *
 * The enrolment token is used up by the server at once: whatever happens after, a new one
 * is needed. A new api token (roll) is saved before the old one is forgotten. */

#include "sync/api.h"

struct enrol;

struct enrol_setting {
    struct db *db;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    const struct wire *wire;
    struct account *account; /* sync's; changed and saved here */
    const char *station_name; /* goes into the device's name where the server asks */
};

/* text: for staff, in plain words, "" if it went well. */
typedef void enrol_fn(bool ok, const char *text, void *self);

bool enrol_create(const struct enrol_setting *setting, struct enrol **enrol,
                  struct err *err);
void enrol_destroy(struct enrol *enrol);
/* One at a time: ERR_BUSY. ERR_INPUT: an account is active already and `again` is false,
 * or rows wait that another organizer's server must not get. */
bool enrol_start(struct enrol *enrol, const char *url, const char *token, bool again,
                 enrol_fn *done, void *self, struct err *err);
bool enrol_update(struct enrol *enrol, enrol_fn *done, void *self, struct err *err);
bool enrol_roll(struct enrol *enrol, enrol_fn *done, void *self, struct err *err);
bool enrol_revoke(struct enrol *enrol, enrol_fn *done, void *self, struct err *err);

#endif
