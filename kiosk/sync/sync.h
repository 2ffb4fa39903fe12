#ifndef YUELAI_SYNC_H
#define YUELAI_SYNC_H

/* sync: the room's face. Keeps a station and its ticketing server together: uploads at
 * once and then each second, downloads every 5 min, at once when told; knows how far
 * the server is away; hands desk the claim.
 *
 *     NONE     no account: a roster comes from files only
 *     ACTIVE   online | offline (reach)
 *     SEALED   the device was revoked (see account.h): nothing is asked any more, what
 *              was not uploaded stays and is shown, the claim is off
 *
 *     a run:  upload -> tell of a new version -> selection -> events -> download
 *             (at most 15 s)
 *
 * WHAT WHOEVER WIRES IT UP HAS TO DO
 *   - sync_claim goes to desk as its claim, sync_poke after each scan and printed
 * badge;
 *   - sync_set_role at the start and at each change of the role: its events are kept,
 * and it is what the server's event selection starts from;
 *   - sync_on_selection: the server chooses another event or list: set the role;
 *   - sync_on_change: link, account, age or seal are others now: read sync_status.
 * While `sealed` is true, desk must admit nobody by events whose source is "pretix"
 *     (store/roster.h), and staff are told what waits (status.push);
 *   - FEED_LINK says up or down at each change, FEED_ROSTER that the copy changed, grew
 *     old or is fresh again. */

#include <stdbool.h>
#include <stdint.h>

#include "base/link.h"
#include "claim.h"
#include "sync/account.h"
#include "sync/enrol.h"
#include "sync/online.h"
#include "sync/pull.h"
#include "sync/push.h"
#include "ticket/role.h"

struct sync;

enum { /* what 0 in the setting stands for */
       SYNC_CLAIM_DEADLINE_MS = 800,
       SYNC_UPLOAD_MS = 1000,
       SYNC_DOWNLOAD_MS = 5 * 60 * 1000,
       SYNC_OLD_MS = 15 * 60 * 1000
};

/* Texts and doors are borrowed for sync's life. */
struct sync_setting {
    struct db *db;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    struct feed *feed; /* may be NULL */
    const struct wire *wire;
    const char *station; /* letters */
    const char *station_name;
    const char *data; /* directory; layouts are kept below it */
    const char *language;
    const char *const
        *events; /* slugs to keep; none: those of the roles, else all live */
    unsigned event_count;
    const struct pretix_kind *kinds;
    unsigned kind_count;
    unsigned readers; /* desk's slots */
    enum online_mode mode;
    int64_t claim_deadline_ms, upload_every_ms, download_every_ms,
        old_ms; /* 0: default */
    bool badges;
    bool follow_selection; /* the role follows the server's event selection */
};

struct sync_status {
    struct account account; /* without its token */
    bool sealed;  /* revoked: no guest of the server's events may be admitted */
    bool offline; /* reach */
    bool hard;    /* … because staff said so */
    int64_t offline_since_ms;
    bool running; /* a run is on */
    struct pull_status pull;
    struct push_status push;
    int64_t conflicts; /* open */
    int64_t
        clock_apart_ms; /* the server's clock less ours, when last heard; 0 = alike */
    int64_t heard_ms;   /* UTC: when the server last answered; 0 = never */
    bool old;           /* the copy is older than old_ms */
    int64_t age_ms;     /* of the copy; -1 = it was never whole */
    char trouble[256];  /* why the last exchange failed; "" = it did not */
};

bool sync_create(const struct sync_setting *setting, struct sync **sync,
                 struct err *err);
/* Takes NULL. Whoever waits for a run is told that it failed. */
void sync_destroy(struct sync *sync);
/* Timers run from here on. */
void sync_start(struct sync *sync);
void sync_poke(struct sync *sync); /* rows were written */
/* Upload, then download, once sync_start was called; done once, may be NULL. Of several at once the later ones end
 * with the run that is on. */
void sync_now(struct sync *sync, bool full, void (*done)(bool ok, void *self),
              void *self);
struct enrol *sync_enrol(struct sync *sync);
struct push *sync_push(struct sync *sync);
struct pull *sync_pull(struct sync *sync);
const struct claim *sync_claim(struct sync *sync); /* never NULL; asks only if it may */
void sync_status(const struct sync *sync, struct sync_status *status);
/* Staff: no network, do not even try (true), or try again (false). Audited by the
 * caller. */
void sync_set_hard_offline(struct sync *sync, bool hard);

void sync_set_role(struct sync *sync, const struct role *role);

/* What the server would have this station serve now. */
struct sync_selection {
    char event[ROSTER_KEY_MAX + 1];
    char session[ROSTER_KEY_MAX + 1]; /* "" = none */
    char list[ROSTER_KEY_MAX + 1];    /* "" = it names none */
    bool known; /* the list is in the copy; if not, a download is on its way */
};
void sync_on_selection(struct sync *sync,
                       void (*call)(const struct sync_selection *, void *self),
                       void *self);
void sync_on_change(struct sync *sync, void (*call)(void *self), void *self);

#endif
