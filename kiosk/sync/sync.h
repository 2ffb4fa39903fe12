#ifndef YUELAI_SYNC_H
#define YUELAI_SYNC_H

/* sync: the room's face. Keeps a station and its ticketing server together: uploads first,
 * then downloads, every 60 s and 5 min by default, at once when poked; knows how far the
 * server is away; hands desk the claim.
 *
 *     NONE     no account: a roster comes from files only
 *     ACTIVE   online | offline (reach)
 *     SEALED   the device was revoked: see account.h
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/link.h"
#include "claim.h"
#include "sync/account.h"
#include "sync/enrol.h"
#include "sync/online.h"
#include "sync/pull.h"
#include "sync/push.h"

struct sync;

struct sync_setting {
    struct db *db;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    struct feed *feed;
    const struct wire *wire;
    const char *station; /* letters */
    const char *station_name;
    const char *data; /* directory; layouts are kept below it */
    const char *language;
    const char *const *events; /* slugs to keep; none: those of the roles, else all live */
    unsigned event_count;
    const struct pretix_kind *kinds;
    unsigned kind_count;
    unsigned readers; /* desk's slots */
    enum online_mode mode;
    int64_t claim_deadline_ms, upload_every_ms, download_every_ms, old_ms; /* 0: default */
    bool badges;
    bool follow_selection; /* the role follows the server's event selection */
};

struct sync_status {
    struct account account; /* without its token */
    bool offline; /* reach */
    int64_t offline_since_ms;
    struct pull_status pull;
    struct push_status push;
    int64_t conflicts; /* open */
    int64_t clock_apart_ms; /* the server's clock less ours, when last heard; 0 = alike */
    bool old; /* the copy is older than old_ms */
};

bool sync_create(const struct sync_setting *setting, struct sync **sync,
                 struct err *err);
void sync_destroy(struct sync *sync); /* takes NULL */
/* Timers run from here on. */
void sync_start(struct sync *sync);
void sync_poke(struct sync *sync); /* rows were written */
/* Upload, then download; done once, may be NULL. */
void sync_now(struct sync *sync, bool full, void (*done)(bool ok, void *self),
              void *self);
struct enrol *sync_enrol(struct sync *sync);
struct push *sync_push(struct sync *sync);
struct pull *sync_pull(struct sync *sync);
const struct claim *sync_claim(struct sync *sync); /* never NULL; asks only if it may */
void sync_status(const struct sync *sync, struct sync_status *status);
/* Staff: no network, do not even try (true), or try again (false). Audited by the caller. */
void sync_set_hard_offline(struct sync *sync, bool hard);

#endif
